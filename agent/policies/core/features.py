"""Situation → numbers. Every array that the network reads is made here, by hand, on purpose.

    tokens: 1 summary · N candidates (elements, slots) · G goal words and spans · H deeds · C cues
    texts:  each distinct text once; tokens point at it by index (index 0 is the empty text)

Focus-relative features (is this value labelled like the focused column? is it of its kind? was it
entered already?) decide whether a copied value lands in the right place.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from agent.policies.core.looks import (
    NONE,
    Shape,
    as_label,
    column_shape,
    distance,
    field_order,
    named,
    shape,
)
from agent.policies.core.situation import (
    KEYS,
    QUOTED,
    Cue,
    Deed,
    Situation,
    is_source,
    place_of,
)
from agent.policies.core.sums import Role, roles
from agent.policies.core.words import kind_of, mentioned, names_key, plain, similarity
from perception.observation import Box
from perception.scene import Element, Kind, Scene

MAX_CANDIDATES = 128
MAX_GOAL = 28
MAX_DEEDS = 6
MAX_CUES = 16
MAX_SLOTS = 16
KINDS = tuple(Kind)
OFF_SCREEN = len(KINDS) + 6  # where a candidate's row says that it is a slot
VALUE_KINDS = ("date", "amount", "number", "text")
_FREQUENCIES = np.array([1.0, 2.0, 4.0, 8.0], dtype=np.float32) * np.pi

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Features:
    """One situation as arrays (N candidates, G goal tokens, H deeds, C cues, T texts).

    kept: for each candidate row its index in Situation.sources (elements, then slots); spans
    stand among the goal tokens, at `span_rows`.
    """

    texts: tuple[str, ...]
    summary: Floats  # (S,)
    focus_text: int
    candidates: Floats  # (N, F)
    candidate_texts: Ints  # (N, 4): text, left, above, header
    sums: Floats  # (N, 3): what it is in the sum of its page, one-hot (sums.Role)
    looks: Floats  # (N, 8): looks.Shape, then the kind of value, one-hot
    clickable: NDArray[np.bool_]  # (N,)
    copyable: NDArray[np.bool_]  # (N,)
    kept: tuple[int, ...]
    goal: Floats  # (G, 3): quoted, position, similarity to the focus
    goal_texts: Ints  # (G,)
    goal_looks: Floats  # (G, 8): as `looks`, of what is quoted; zeros for other words
    span_rows: tuple[int, ...]
    deeds: Ints  # (H, 5): kind, key, form, place text, source text; newest first
    cues: Ints  # (C, 6): the same, then the kind before
    cue_similarity: Floats  # (C,)
    named_keys: Floats  # (K,) which keys the goal names


@dataclass
class _Texts:
    """Numbers distinct texts; 0 is the empty one."""

    index: dict[str, int] = field(default_factory=lambda: {"": 0})

    def __call__(self, text: str) -> int:
        return self.index.setdefault(text, len(self.index))


def _one_hot(value: str, values: tuple[str, ...]) -> list[float]:
    return [float(value == each) for each in values]


def _fourier(boxes: list[Box], width: int, height: int) -> Floats:
    """(N, 32): centre and size of each box at four frequencies."""
    places = np.array([[*box.center, box.w, box.h] for box in boxes], dtype=np.float32) / np.array(
        [width, height, width, height], dtype=np.float32
    )
    angles = (places[:, :, None] * _FREQUENCIES).reshape(len(boxes), 16)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def _relations(scene: Scene, element: Element) -> list[float]:
    """Where an element lies as seen from the focus (zeros without one)."""
    focus = scene.focused
    if focus is None:
        return [0.0] * 6
    (x, y), (fx, fy) = element.box.center, focus.box.center
    return [
        float(element.window == focus.window),
        float(element.grid >= 0 and element.grid == focus.grid),
        float(element.grid >= 0 and element.grid == focus.grid and element.row == focus.row),
        float(element.grid >= 0 and element.grid == focus.grid and element.column == focus.column),
        float(np.tanh(3 * (x - fx) / scene.width)),
        float(np.tanh(3 * (y - fy) / scene.height)),
    ]


def _grid_place(scene: Scene, element: Element) -> list[float]:
    if element.grid < 0:
        return [0.0] * 12
    grid = scene.grids[element.grid]
    column, columns = element.column, len(grid.headers)
    known = 0 <= column < columns
    below = element.row - grid.next_free_row
    return [
        1.0,
        float(np.clip(below, -3, 3)) / 3,
        float(below == 0),
        float(element.row < 0),
        float(column == 0),
        float(column == columns - 1),
        column / max(1, columns) if known else 1.0,
        grid.filled[column] if known else 0.0,
        *(_one_hot(grid.kinds[column], VALUE_KINDS) if known else [0.0] * 4),
    ]


def _window_place(scene: Scene, element: Element) -> list[float]:
    if not 0 <= element.window < len(scene.windows):
        return [0.0] * 4
    window = scene.windows[element.window]
    x, y = element.box.center
    return [
        float(window.active),
        float(element.window == 0),
        (x - window.box.x) / max(1, window.box.w),
        (y - window.box.y) / max(1, window.box.h),
    ]


@dataclass(frozen=True, eq=False)
class _Around:
    """What the rows of all candidates of one situation share."""

    place: str
    spans: tuple[str, ...]
    column: Shape | None
    left_labels: Counter[str]
    upper_labels: Counter[str]
    fields: dict[int, tuple[float, float]]

    @classmethod
    def of(cls, situation: Situation) -> "_Around":
        scene = situation.scene
        left, upper = named(scene)
        place = place_of(scene)
        return cls(place, situation.spans, column_shape(scene), left, upper, field_order(scene))


def _element_row(
    situation: Situation, index: int, element: Element, around: _Around, copyable: bool
) -> list[float]:
    scene, goal, place = situation.scene, situation.goal, around.place
    look = shape(element.text)
    kind = kind_of(element.text)
    column_kind = _focus_column(scene)[1]
    return [
        *_one_hot(element.kind, KINDS),
        float(element.focused),
        float(element.selected),
        float(element.certain),
        float(bool(element.text)),
        float(copyable),
        float(element.text in situation.entered),
        0.0,  # a slot, not on the screen
        element.confidence,
        *_one_hot(kind, VALUE_KINDS),
        float(bool(kind) and kind == column_kind),
        similarity(element.text, place),
        similarity(element.left, place),
        similarity(element.above, place),
        similarity(element.header, place),
        mentioned(element.text, goal),
        mentioned(element.left, goal),
        mentioned(element.above, goal),
        mentioned(element.header, goal),
        max((similarity(element.text, span) for span in around.spans), default=0.0),
        *look,
        distance(look, around.column),
        min(2, around.left_labels[element.text]) / 2 if element.text else 0.0,
        min(2, around.upper_labels[element.text]) / 2 if element.text else 0.0,
        *around.fields.get(index, (0.0, 0.0)),
        *_relations(scene, element),
        *_grid_place(scene, element),
        *_window_place(scene, element),
    ]


def _look(text: str) -> list[float]:
    return [*shape(text), *_one_hot(kind_of(text), VALUE_KINDS)]


def _focus_column(scene: Scene) -> tuple[float, str]:
    """How full the focused column is, and of what kind its values are."""
    focus = scene.focused
    if focus is None or focus.grid < 0:
        return 0.0, ""
    grid = scene.grids[focus.grid]
    if not 0 <= focus.column < len(grid.headers):
        return 0.0, ""
    return grid.filled[focus.column], grid.kinds[focus.column]


def _summary(situation: Situation) -> Floats:
    scene, focus = situation.scene, situation.scene.focused
    filled, column_kind = _focus_column(scene)
    sources = [e for e in scene.elements if is_source(scene, e)]
    place = place_of(scene)
    best = max(
        (max(similarity(e.left, place), similarity(e.above, place)) for e in sources), default=0
    )
    named = {i for i, key in enumerate(KEYS) if names_key(situation.goal, key)}
    grid_place = _grid_place(scene, focus) if focus is not None else [0.0] * 12
    numbers = [
        float(focus is not None),
        float(focus is not None and bool(focus.text)),
        float(focus is not None and focus.text in situation.entered),
        filled,
        *_one_hot(column_kind, VALUE_KINDS),
        *grid_place,
        best,
        min(len(sources), 40) / 40,
        min(len(situation.entered), 8) / 8,
        min(len(situation.deeds), 30) / 30,
        float(bool(situation.cues)),
        float(bool(named)),
        min(2, sum(deed.key in named for deed in situation.deeds)) / 2,
        *(column_shape(scene) or NONE),
        *(field_order(scene).get(scene.focus, (0.0, 0.0))),
    ]
    return np.array(numbers, dtype=np.float32)


def _goal_pieces(goal: str) -> list[tuple[str, bool]]:
    """The goal's quoted spans whole, its other words one by one, in order."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in QUOTED.finditer(goal):
        pieces += [(word, False) for word in plain(goal[at : match.start()]).split()]
        pieces.append((match[1] or match[2], True))
        at = match.end()
    pieces += [(word, False) for word in plain(goal[at:]).split()]
    return pieces[:MAX_GOAL]


def _rank(scene: Scene, element: Element) -> int:
    """Which elements to keep where there are too many: what can be copied or filled first."""
    focus = scene.focused
    if element.focused or (
        element.grid >= 0 and element.row >= scene.grids[element.grid].next_free_row
    ):
        return 0
    if element.grid >= 0 and element.row < 0:
        return 0
    if is_source(scene, element):
        return 1
    if focus is not None and element.grid >= 0 and element.grid == focus.grid:
        return 2
    return 4 if element.kind in (Kind.ICON, Kind.MENU) and not element.text else 3


def _deed_row(deed: Deed, texts: _Texts) -> list[int]:
    return [int(deed.kind), deed.key, deed.form, texts(deed.place), texts(deed.source)]


def _apt_cues(situation: Situation, place: str) -> list[Cue]:
    """The recalled deeds most like the present moment, each different deed once."""
    last = situation.deeds[-1].kind if situation.deeds else None

    def aptness(cue: Cue) -> float:
        return cue.similarity + float(cue.before == last) + similarity(cue.deed.place, place)

    distinct = {(cue.deed, cue.before): cue for cue in situation.cues}
    return sorted(distinct.values(), key=aptness, reverse=True)[:MAX_CUES]


def _candidates(
    situation: Situation, texts: _Texts
) -> tuple[Floats, Ints, list[bool], list[bool], list[int]]:
    scene, slots, around = situation.scene, situation.slots[-MAX_SLOTS:], _Around.of(situation)
    order = sorted(range(len(scene.elements)), key=lambda i: _rank(scene, scene.elements[i]))
    kept = sorted(order[: MAX_CANDIDATES - len(slots)])
    elements = [scene.elements[i] for i in kept]
    copyable = [is_source(scene, element) for element in elements]
    rows = [
        _element_row(situation, i, element, around, source)
        for i, element, source in zip(kept, elements, copyable, strict=True)
    ]
    first_slot = len(situation.slots) - len(slots)
    for i, slot in enumerate(slots):
        element = Element(
            Box(0, 0, 0, 0), slot.value, left=slot.left, above=slot.above,
            confidence=slot.confidence, certain=slot.certain,
        )  # fmt: skip
        row = _element_row(situation, -1, element, around, True)
        row[OFF_SCREEN] = 1.0
        rows.append(row)
        elements.append(element)
        copyable.append(True)
        kept.append(len(scene.elements) + first_slot + i)
    clickable = [i < len(elements) - len(slots) for i in range(len(elements))]
    numbers = np.concatenate(
        [
            np.array(rows, np.float32),
            _fourier([e.box for e in elements], scene.width, scene.height),
        ],
        axis=1,
    )
    labels = [[texts(t) for t in (e.text, e.left, e.above, e.header)] for e in elements]
    return numbers, np.array(labels, np.int64), clickable, copyable, kept


def _named(situation: Situation) -> Situation:
    """Without the codes that stand where labels do: what is beside one is not named by it."""
    scene = situation.scene
    elements = tuple(
        e if e.grid >= 0 else replace(e, left=as_label(e.left), above=as_label(e.above))
        for e in scene.elements
    )
    slots = tuple(
        replace(s, left=as_label(s.left), above=as_label(s.above)) for s in situation.slots
    )
    return replace(situation, scene=replace(scene, elements=elements), slots=slots)


@lru_cache(maxsize=384)  # a night looks at old lessons again and again
def features(situation: Situation) -> Features:
    """All arrays of one situation; deterministic. The scene has at least one element."""
    situation = _named(situation)
    texts, place = _Texts(), place_of(situation.scene)
    numbers, labels, clickable, copyable, kept = _candidates(situation, texts)
    pieces, added = _goal_pieces(situation.goal), roles(situation.scene)
    sources = situation.sources
    deeds = [_deed_row(deed, texts) for deed in reversed(situation.deeds[-MAX_DEEDS:])]
    cues = _apt_cues(situation, place)
    return Features(
        summary=_summary(situation),
        focus_text=texts(place),
        candidates=numbers,
        candidate_texts=labels,
        sums=np.array([[added.get(i) == role for role in Role] for i in kept], np.float32),
        looks=np.array([_look(sources[i]) for i in kept], np.float32),
        clickable=np.array(clickable, bool),
        copyable=np.array(copyable, bool),
        kept=tuple(kept),
        goal=np.array(
            [[q, i / MAX_GOAL, similarity(p, place)] for i, (p, q) in enumerate(pieces)], np.float32
        ).reshape(-1, 3),
        goal_texts=np.array([texts(piece) for piece, _ in pieces], np.int64),
        goal_looks=np.array(
            [_look(piece if quoted else "") for piece, quoted in pieces], np.float32
        ).reshape(-1, 8),
        span_rows=tuple(i for i, (_, quoted) in enumerate(pieces) if quoted),
        deeds=np.array(deeds, np.int64).reshape(-1, 5),
        cues=np.array(
            [[*_deed_row(c.deed, texts), -1 if c.before is None else int(c.before)] for c in cues],
            np.int64,
        ).reshape(-1, 6),
        cue_similarity=np.array([cue.similarity for cue in cues], np.float32),
        named_keys=np.array([names_key(situation.goal, key) for key in KEYS], np.float32),
        texts=tuple(texts.index),  # last: complete only now
    )


def widths() -> tuple[int, int]:
    """(features of a candidate, features of the summary): what the network is built for."""
    scene = Scene(1, 1, (), (), (Element(Box(0, 0, 1, 1), ""),))
    made = features(Situation("", scene))
    return made.candidates.shape[1], made.summary.shape[0]
