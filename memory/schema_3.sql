-- Why a step was never performed, where a person is the reason ("" for an ordinary step): it was
-- taken over, rejected, edited, or it is a person's answer to a question.
ALTER TABLE step ADD COLUMN fate TEXT NOT NULL DEFAULT '';
