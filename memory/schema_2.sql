-- What an operator said of a step by hand; correction: the action that should have been done.
CREATE TABLE flag (
  episode TEXT NOT NULL,
  place INTEGER NOT NULL,
  reason TEXT NOT NULL,
  correction TEXT,
  at REAL NOT NULL,
  PRIMARY KEY (episode, place),
  FOREIGN KEY (episode, place) REFERENCES step (episode, place) ON DELETE CASCADE
) STRICT;
