"""Scores → Choice: the most likely choice, how sure it is, and when that is not sure enough."""

from agent.policies.core.collate import source_columns
from agent.policies.core.features import Features
from agent.policies.core.network import Batch, Scores
from agent.policies.core.situation import Choice, ChoiceKind, Situation

RIVAL = 0.5  # of the likeliest words: others that are as likely are a question too
ASK_BELOW = 0.45  # less sure than this is a question
WEIGHTY = (ChoiceKind.CLICK, ChoiceKind.TYPE, ChoiceKind.PRESS, ChoiceKind.DONE)
"""What is asked about. A click too: it chooses the cell that is typed into next."""


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
        columns, chance = _copied(scores, row, batch, made, situation)
        source = max(columns, key=lambda s: chance[columns[s]])
        same = _said(situation, columns, chance)[situation.sources[source]]
        form = scores.form[row].softmax(-1)
        best = int(form.argmax())
        return Choice(kind, (source,), form=best), confidence * same * float(form[best])
    if kind == ChoiceKind.PRESS:
        keys = scores.key[row].softmax(-1)
        key = int(keys.argmax())
        return Choice(kind, key=key), confidence * float(keys[key])
    return Choice(kind), confidence


def rival(scores: Scores, row: int, batch: Batch, made: Features, situation: Situation) -> str:
    """What may as well be copied: the next likely words, where they are half as likely as the
    likeliest; "" where there are none."""
    said = _said(situation, *_copied(scores, row, batch, made, situation))
    first, *others = sorted(said, key=lambda text: -said[text])
    return others[0] if others and said[others[0]] >= RIVAL * said[first] else ""


def _copied(
    scores: Scores, row: int, batch: Batch, made: Features, situation: Situation
) -> tuple[dict[int, int], list[float]]:
    """The column of each source, and the chance of each column."""
    columns = source_columns(made, batch.candidates.shape[1], situation)
    return columns, scores.copy[row].softmax(-1).tolist()


def _said(situation: Situation, columns: dict[int, int], chance: list[float]) -> dict[str, float]:
    """The chance of each text: the same words in two places are one choice."""
    said: dict[str, float] = {}
    for source, column in columns.items():
        text = situation.sources[source]
        said[text] = said.get(text, 0.0) + chance[column]
    return said


def doubtful(choice: Choice, confidence: float) -> bool:
    """Whether the agent asks instead."""
    return choice.kind in WEIGHTY and confidence < ASK_BELOW
