"""Features of several situations → one padded Batch; Lessons → Batch and Target."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from agent.policies.core.features import Features, features
from agent.policies.core.network import Batch, Target
from agent.policies.core.situation import Choice, ChoiceKind, Lesson, Situation
from agent.policies.core.words import IDS, text_ids


def _padded(arrays: Sequence[np.ndarray], fill: float = 0, least: int = 1) -> Tensor:
    """Stack along a new first axis, padding the first dimension of each to the longest."""
    longest = max(least, *(len(array) for array in arrays))
    first = arrays[0]
    out = np.full((len(arrays), longest, *first.shape[1:]), fill, dtype=first.dtype)
    for row, array in zip(out, arrays, strict=True):
        row[: len(array)] = array
    return torch.from_numpy(out)


def _present(arrays: Sequence[np.ndarray]) -> Tensor:
    return _padded([np.ones(len(array), dtype=bool) for array in arrays])


def batch(made: Sequence[Features]) -> Batch:
    """Collate; equal texts of different situations share one row."""
    index: dict[str, int] = {"": 0}
    maps = [np.array([index.setdefault(t, len(index)) for t in f.texts]) for f in made]
    ids = np.zeros((len(index), IDS), dtype=np.int64)
    for text, row in index.items():
        pieces = text_ids(text)
        ids[row, : len(pieces)] = pieces

    def placed(rows: np.ndarray, to: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
        out = rows.copy()
        for column in columns:
            out[:, column] = to[rows[:, column]]
        return out

    goals = [f.goal for f in made]
    spans = _padded([np.isin(np.arange(len(f.goal)), f.span_rows) for f in made])
    return Batch(
        text_ids=torch.from_numpy(ids),
        summary=torch.from_numpy(np.stack([f.summary for f in made])),
        focus_text=torch.tensor([int(to[f.focus_text]) for f, to in zip(made, maps, strict=True)]),
        candidates=_padded([f.candidates for f in made]),
        candidate_texts=_padded([to[f.candidate_texts] for f, to in zip(made, maps, strict=True)]),
        sums=_padded([f.sums for f in made]),
        looks=_padded([f.looks for f in made]),
        clickable=_padded([f.clickable for f in made]),
        copyable=torch.cat([_padded([f.copyable for f in made]), spans], 1),
        present=_present([f.candidates for f in made]),
        goal=_padded(goals),
        goal_texts=_padded([to[f.goal_texts] for f, to in zip(made, maps, strict=True)]),
        goal_looks=_padded([f.goal_looks for f in made]),
        goal_present=_present(goals),
        deeds=_padded([placed(f.deeds, to, (3, 4)) for f, to in zip(made, maps, strict=True)]),
        deeds_present=_present([f.deeds for f in made]),
        cues=_padded([placed(f.cues, to, (3, 4)) for f, to in zip(made, maps, strict=True)]),
        cue_similarity=_padded([f.cue_similarity for f in made]),
        cues_present=_present([f.cues for f in made]),
        named_keys=torch.from_numpy(np.stack([f.named_keys for f in made])),
    )


def batch_of(situations: Sequence[Situation]) -> tuple[Batch, list[Features]]:
    made = [features(situation) for situation in situations]
    return batch(made), made


def source_columns(made: Features, candidates: int, situation: Situation) -> dict[int, int]:
    """Index in Situation.sources → column of the copy pointer, for a batch `candidates` wide."""
    columns = {source: row for row, source in enumerate(made.kept)}
    first_span = len(situation.scene.elements) + len(situation.slots)
    for i, row in enumerate(made.span_rows):
        columns[first_span + i] = candidates + row
    return columns


def target(lessons: Sequence[Lesson], made: Sequence[Features], shape: Batch) -> Target:
    """What is right for each lesson, in the batch's columns.

    A choice whose targets were all cut away as too many elements gets weight 0.
    """
    right = _target(lessons, [one.choice for one in lessons], made, shape)
    if all(one.wrong is None for one in lessons):
        return right
    known = [replace(one, weight=float(one.wrong is not None)) for one in lessons]
    wrong = _target(known, [one.wrong or one.choice for one in lessons], made, shape)
    return replace(right, wrong=wrong)


def _target(
    lessons: Sequence[Lesson], choices: Sequence[Choice], made: Sequence[Features], shape: Batch
) -> Target:
    rows, width = len(lessons), shape.candidates.shape[1]
    click = torch.zeros(rows, width, dtype=torch.bool)
    copy = torch.zeros(rows, shape.copyable.shape[1], dtype=torch.bool)
    weights = torch.tensor([lesson.weight for lesson in lessons], dtype=torch.float32)
    for i, (lesson, choice, f) in enumerate(zip(lessons, choices, made, strict=True)):
        if choice.kind == ChoiceKind.CLICK:
            at = {source: row for row, source in enumerate(f.kept)}
            click[i, [at[t] for t in choice.targets if t in at]] = True
            weights[i] *= float(click[i].any())
        elif choice.kind == ChoiceKind.TYPE:
            at = source_columns(f, width, lesson.situation)
            copy[i, [at[t] for t in choice.targets if t in at]] = True
            copy[i] &= shape.copyable[i]
            weights[i] *= float(copy[i].any())
    return Target(
        kind=torch.tensor([int(choice.kind) for choice in choices]),
        click=click,
        copy=copy,
        key=torch.tensor([choice.key for choice in choices]),
        form=torch.tensor([choice.form for choice in choices]),
        weight=weights,
    )


def parts(lessons: Sequence[Lesson], size: int) -> Iterator[tuple[list[int], Batch, Target]]:
    """The lessons' indices, batches and targets, `size` at a time, new before old ones.

    Those of alike size go together, since short situations are padded to the longest.
    """

    def weight(i: int) -> tuple[bool, int]:
        return lessons[i].old, len(lessons[i].situation.scene.elements)

    order = sorted(range(len(lessons)), key=weight)
    for start in range(0, len(order), size):
        indices = order[start : start + size]
        part = [lessons[i] for i in indices]
        arrays, made = batch_of([lesson.situation for lesson in part])
        yield indices, arrays, target(part, made, arrays)
