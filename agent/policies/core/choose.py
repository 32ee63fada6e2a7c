"""Scores → Choice: the most likely choice, how sure it is, and when that is not sure enough."""

from agent.policies.core.collate import source_columns
from agent.policies.core.features import Features
from agent.policies.core.network import Batch, Scores
from agent.policies.core.situation import Choice, ChoiceKind, Situation

ASK_BELOW = 0.45  # of typing, pressing and ending: less sure than this is a question


def choose(
    scores: Scores, row: int, batch: Batch, made: Features, situation: Situation
) -> tuple[Choice, float]:
    """The most likely choice in row `row` of a batch, and the probability of all its parts."""
    chances = scores.kind[row].softmax(-1)
    kind = ChoiceKind(int(chances.argmax()))
    confidence = float(chances.max())
    if kind == ChoiceKind.CLICK:
        pointer = scores.click[row].softmax(-1)
        target = int(pointer.argmax())
        return Choice(kind, (made.kept[target],)), confidence * float(pointer[target])
    if kind == ChoiceKind.TYPE:
        columns = source_columns(made, batch.candidates.shape[1], situation)
        chance = scores.copy[row].softmax(-1).tolist()
        source = max(columns, key=lambda s: chance[columns[s]])
        # the same words in two places are one choice
        text = situation.sources[source]
        same = sum(chance[c] for s, c in columns.items() if situation.sources[s] == text)
        form = scores.form[row].softmax(-1)
        best = int(form.argmax())
        return Choice(kind, (source,), form=best), confidence * same * float(form[best])
    if kind == ChoiceKind.PRESS:
        keys = scores.key[row].softmax(-1)
        key = int(keys.argmax())
        return Choice(kind, key=key), confidence * float(keys[key])
    return Choice(kind), confidence


def doubtful(choice: Choice, confidence: float) -> bool:
    """Whether the agent asks instead."""
    weighty = choice.kind in (ChoiceKind.TYPE, ChoiceKind.PRESS, ChoiceKind.DONE)
    return weighty and confidence < ASK_BELOW
