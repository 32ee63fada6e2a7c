"""What a family of models speaks: its prompt, its points, its words for each action.

    system(view) ┐                       ┌─ parse(text, view) ─▶ Said(action, thought)
    task(goal)   ├─▶ model ─▶ text ──────┤
    pictures     ┘                       └─ format(action, view) ◀─ what it is taught to say

A dialect says every Action: what a family has no word for is an addition in its own style, told
in its system prompt. `parse(format(action))` is `action` again, its points within a unit of the
model's space. Text is only read, never run, and nothing but the action's own place ends a run.
"""

from dataclasses import dataclass
from typing import Protocol

from actuation.action import Action
from actuation.geometry import Space, View, resized
from memory.day import Context
from perception.observation import Screen


class DialectError(ValueError):
    """The text says no action, or more than one, or the action cannot be said; why."""


@dataclass(frozen=True)
class Said:
    """What a model said. action: points in observation pixels. thought: what it wrote before."""

    action: Action
    thought: str = ""


class Dialect(Protocol):
    """One family's way to speak. factor: width and height of its pictures are multiples of it.
    least, most: bounds of a picture's area in pixels. wrap: text before and after the picture of
    each turn but the first. sequential: positions in the text count 1, 2, 3 … through pictures
    (plain RoPE), whatever the stock class does."""

    name: str
    space: Space
    factor: int
    least: int
    most: int
    wrap: tuple[str, str]
    sequential: bool

    def system(self, view: View) -> str:
        """The system message, tools included; "" for none."""
        ...

    def task(self, goal: str, context: Context) -> str:
        """The text of the first user message, which the first picture follows."""
        ...

    def parse(self, text: str, view: View) -> Said:
        """What a whole reply says. Raises DialectError with the reason."""
        ...

    def format(self, action: Action, view: View, thought: str = "") -> str:
        """The reply that says `action`. Raises DialectError where it cannot be said."""
        ...

    def grammar(self, thought: int, view: View | None = None) -> str:
        """A Lark grammar (llguidance's kind) of replies that parse, after a free thought of at
        most so many tokens. Of bounded length: every string and list has an end. view: bounds
        the points of a dialect that counts a picture's own pixels."""
        ...


def view_of(dialect: Dialect, screen: Screen) -> View:
    """How a model of this dialect is shown a screen."""
    size = resized(screen.width, screen.height, dialect.factor, dialect.least, dialect.most)
    return View(screen, *size, dialect.space, dialect.factor)


def told(context: Context) -> str:
    """The day's context as lines of text, "" for none: habits, then the day so far."""
    lines = [f"- {habit}" for habit in context.habits]
    for asked, said in context.answered:
        lines.append(f"- You asked today: {asked} The operator answered: {said}")
    if context.done:
        lines += ["Done today:", *(f"- {line}" for line in context.done)]
    return "\n".join(lines)
