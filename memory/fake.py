"""Small invented days: episodes with drawn frames, written the way the loop writes them."""

from pathlib import Path

import numpy as np

from actuation.action import Action, Click, Done, Press, TypeText
from memory.episode import Actor, Episode, Outcome, Step
from memory.store import Store
from perception.observation import Box, Image, Observation, Screen, Window

GOAL = "Enter the invoice in the next free row"


def drawn_frame(shade: int, size: tuple[int, int] = (160, 120)) -> Image:
    width, height = size
    image = np.full((height, width, 3), 255, np.uint8)
    image[20:60, 10:90] = (shade * 40 % 256, shade * 90 % 256, shade * 7 % 256)
    return image


def look(image: Image) -> Observation:
    window = Window("Rechnung – Müller & Söhne", "soffice", Box(0, 0, 100, 80), active=True)
    screen = Screen(image.shape[1], image.shape[0], 0, 0, 1.0)
    return Observation(image, screen, (3, 4), (window,), 1000.5, settled=False, waited=0.25)


def step(
    index: int,
    action: Action,
    shade: int | None = None,
    actor: Actor = Actor.ORACLE,
    confidence: float = 1.0,
) -> Step:
    image = drawn_frame(index if shade is None else shade)
    return Step(index, look(image), action, action, actor, confidence)


ACTIONS: tuple[Action, ...] = (
    Click(40, 30),
    TypeText("1.234,56 € “日本”"),
    Press("Tab"),
    Press("ctrl+s"),
    Done(),
)


def demonstration(name: str, goal: str = GOAL, started_at: float = 1000.0) -> Episode:
    steps = tuple(step(index, action) for index, action in enumerate(ACTIONS))
    return episode(name, steps, goal=goal, started_at=started_at)


def episode(
    name: str,
    steps: tuple[Step, ...],
    provenance: str = "demonstration",
    outcome: Outcome | None = Outcome.VERIFIED,
    goal: str = GOAL,
    started_at: float = 1000.0,
    collateral: bool = False,
) -> Episode:
    return Episode(
        id=name,
        goal=goal,
        task="books/enter_invoice",
        variant="",
        seed=10_000,
        provenance=provenance,
        weights="",
        started_at=started_at,
        outcome=outcome,
        collateral=collateral,
        steps=steps,
    )


def live_through(store: Store, lived: Episode) -> None:
    """Write an episode the way the loop does."""
    store.begin(head(lived))
    for one in lived.steps:
        store.intend(lived.id, intent(one))
        if one.performed is not None:
            store.outcome(lived.id, one.index, one.performed)
    if lived.outcome is not None:
        store.end(lived.id, lived.outcome, lived.collateral, "checked", lived.started_at + 9)


def head(lived: Episode) -> Episode:
    return episode(
        lived.id, (), lived.provenance, None, goal=lived.goal, started_at=lived.started_at
    )


def intent(one: Step) -> Step:
    return Step(one.index, one.observation, one.intended, None, one.actor, one.confidence, one.note)


def day(path: Path, episodes: int = 2) -> Path:
    """A store with demonstrations in it."""
    with Store(path) as store:
        for number in range(episodes):
            live_through(store, demonstration(f"shown-{number}", started_at=1000.0 + number))
    return path
