"""A tiny model of a real class, and a board small enough for it to learn from in a minute."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from actuation.action import Action, Click, Done, Motion, Press
from actuation.geometry import clamp
from actuation.guard import Guard
from actuation.rules import Rules
from agent.attempt import PolicyMaker
from agent.loop import Loop
from agent.policies.vlm.dialects.compact import Compact
from agent.policies.vlm.newborn import Size, newborn
from agent.policy import Decision, Policy
from memory.day import Context
from memory.episode import Actor, Episode
from memory.sleep.protocols import Rehearsed
from memory.store import Store
from perception.observation import Box, Image, Observation, Screen, Window
from tasks.task import Verdict

SCREEN = Screen(256, 192)
COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}
SIDE = 44
TINY = Size(64, 2, 2, eye_width=48, eye_depth=2, vocabulary=420, most=256 * 192, patch=16)
RED, BLUE, ENTER = "Click the red square.", "Click the blue square.", "Confirm with the keyboard."


class Board:
    """A Desktop with a red and a blue square at places of the seed; it keeps what was done."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        left = Box(rng.randrange(4, 78), rng.randrange(4, 144), SIDE, SIDE)
        right = Box(rng.randrange(130, 208), rng.randrange(4, 144), SIDE, SIDE)
        names = rng.sample(sorted(COLOURS), 2)
        self.squares = dict(zip(names, (left, right), strict=True))
        self.done: list[Motion] = []

    def glance(self) -> Observation:
        image: Image = np.full((SCREEN.height, SCREEN.width, 3), 235, np.uint8)
        for name, box in self.squares.items():
            image[box.y : box.bottom, box.x : box.right] = COLOURS[name]
        if self.done:
            image[:, :3] = 0  # something was done
        window = Window("board", "board", Box(0, 0, SCREEN.width, SCREEN.height), active=True)
        return Observation(image, SCREEN, windows=(window,))

    def observe(self) -> Observation:
        return self.glance()

    def perform(self, action: Motion) -> Motion:
        self.done.append(clamp(action, SCREEN))
        return self.done[-1]

    def stop(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def close(self) -> None:
        pass

    def wanted(self, goal: str) -> Motion:
        """What the goal asks for."""
        if goal == ENTER:
            return Press("Return")
        return Click(*self.squares["red" if goal == RED else "blue"].center)

    def verify(self, goal: str) -> Verdict:
        wanted = self.wanted(goal)
        match self.done, wanted:
            case [Click(x, y)], Click():
                name = "red" if goal == RED else "blue"
                ok = self.squares[name].contains(x, y)
            case [one], _:
                ok = one == wanted
            case _:
                ok = False
        return Verdict(ok, "as asked" if ok else f"{self.done} is not as asked")


@dataclass
class Oracle:
    """Does what the board's goal asks for, then says that it is done."""

    board: Board
    name: str = "oracle"
    weights: str = ""
    plan: list[Action] = field(default_factory=list)

    def begin(self, goal: str, context: Context) -> None:
        self.plan = [self.board.wanted(goal), Done()]

    def decide(self, observation: Observation) -> Decision:
        return Decision(self.plan[0])

    def performed(self, action: Action) -> None:
        self.plan.pop(0)

    def interrupted(self) -> None:
        pass


def attempt(
    store: Store, goal: str, seed: int, policy: Callable[[Board], Policy], shown: bool = False
) -> Rehearsed:
    """One run on a board of the seed, journalled in `store`."""
    board = Board(seed)
    acting = policy(board)
    actor, provenance = (Actor.ORACLE, "demonstration") if shown else (Actor.AGENT, "rehearsal")
    loop = Loop(board, acting, Guard(Rules(max_steps=4)), store, actor=actor)
    name = f"run-{len(store.episodes()):04}-of-{seed}"  # equal days are equal in all things
    task = goal.rstrip(".").lower().replace(" ", "-")
    episode = Episode(name, goal, task, "", seed, provenance, acting.weights, 1.0 + seed)
    run = loop.run(episode, Context(), lambda answer: board.verify(goal))
    return Rehearsed(task, "", seed, run.outcome, run.collateral, run.seconds)


def show(store: Store, goal: str, seeds: Sequence[int]) -> None:
    """Demonstrations of the oracle."""
    for seed in seeds:
        attempt(store, goal, seed, Oracle, shown=True)


@dataclass
class Boards:
    """Implements memory.sleep.protocols.Rehearsal for the goal of the night."""

    folder: Path
    goal: str
    policies: Callable[[Path | None], PolicyMaker]

    def rehearse(
        self,
        task: str,
        variant: str,
        seeds: Sequence[int],
        weights: Path | None,
        progress: Callable[[Rehearsed], None] | None = None,
    ) -> list[Rehearsed]:
        making = self.policies(weights)
        with Store(self.folder / "rehearsed.sqlite") as store:
            return [
                attempt(store, self.goal, seed, lambda board: making(None))  # type: ignore[arg-type]
                for seed in seeds
            ]


def dialect(cell: int = 32) -> Compact:
    """The shortest dialect, with pictures as small as the board."""
    speech = Compact()
    speech.factor, speech.least, speech.most = cell, 1, 256 * 192
    return speech


def texts() -> Iterator[str]:
    """What the tiny tokenizer learns its words from."""
    from agent.policies.vlm.dialects.dialect import view_of

    view = view_of(dialect(), SCREEN)
    yield dialect().system(view)
    for goal in (RED, BLUE, ENTER):
        yield dialect().task(goal, Context())
        for seed in range(30):
            yield dialect().format(Board(seed).wanted(goal), view)
            yield dialect().format(Done(), view)


def tiny(folder: Path, kind: str = "qwen3_vl", size: Size = TINY, seed: int = 0) -> Path:
    """A folder with a random-weight model."""
    newborn(folder, kind, texts(), size, seed)
    return folder
