"""The night log: what was learned, rejected and kept, for machines (JSON) and people (HTML)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from memory import atomic
from memory.episode import Actor
from memory.levels import Level

JUDGED = ("corrected by the operator", "flagged by the operator", "put right by the operator")
"""How a reason begins where a person judged the agent's own step (memory.sleep.review)."""


@dataclass(frozen=True)
class Reviewed:
    """One step with its judgement; action as text, secrets masked. fate: why a person kept it from
    being done, "" for an ordinary step."""

    episode: str
    goal: str
    index: int
    actor: str
    action: str
    weight: float
    reason: str
    fate: str = ""

    @property
    def by_person(self) -> bool:
        """Whether a person taught something here: refused it, did it, or said it."""
        return self.fate != "" or self.actor == Actor.OPERATOR or self.reason.startswith(JUDGED)


@dataclass(frozen=True)
class Score:
    """Share passed, 0..1, and how many were tried."""

    before: float
    after: float
    attempts: int


@dataclass(frozen=True)
class NightRecord:
    """All that is kept of one night.

    episodes, steps: how many were reviewed. before, after: digests of the live weights ("" for
    the shipped ones). exam: name → Score. phases: name → seconds. lineage: live level first.
    """

    night: str
    started_at: float
    seconds: float
    episodes: int
    steps: int
    secrets: int
    promoted: bool
    reason: str
    before: str
    after: str
    exam: dict[str, Score]
    phases: dict[str, float]
    losses: tuple[float, ...]
    reviews: tuple[Reviewed, ...]
    lineage: tuple[Level, ...]

    @property
    def corrections(self) -> tuple[Reviewed, ...]:
        """Every step at which a person taught something, in order."""
        return tuple(one for one in self.reviews if one.by_person)

    def contract(self) -> dict[str, object]:
        """What --json prints: the keys of the design's contract and nothing else."""
        return {
            "night": self.night,
            "seconds": round(self.seconds, 1),
            "episodes": self.episodes,
            "steps": self.steps,
            "promoted": self.promoted,
            "reason": self.reason,
            "weights": {"before": self.before, "after": self.after},
            "exam": {
                name: {"before": score.before, "after": score.after}
                for name, score in self.exam.items()
            },
            "phases": {name: round(seconds, 1) for name, seconds in self.phases.items()},
        }


def write(record: NightRecord, folder: Path) -> None:
    """folder/night.html, then folder/record.json: the night is over once that stands."""
    from pydantic import TypeAdapter

    atomic.write_bytes(folder / "night.html", html(record).encode())
    atomic.write_bytes(folder / "record.json", TypeAdapter(NightRecord).dump_json(record, indent=1))


def nights(folder: Path) -> list[NightRecord]:
    """The nights that ended, oldest first. Raises ValueError naming a damaged record."""
    from pydantic import TypeAdapter, ValidationError

    found = []
    for path in sorted(folder.glob("*/record.json")):
        try:
            found.append(TypeAdapter(NightRecord).validate_json(path.read_bytes()))
        except ValidationError as error:
            raise ValueError(f"{path} is damaged: {error.error_count()} fields.") from error
    return found


def html(record: NightRecord) -> str:
    """One page that needs nothing from outside."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("memory.sleep", "."), autoescape=True, trim_blocks=True
    )
    return environment.get_template("night.html.j2").render(
        night=record,
        curve=curve(record.losses),
        when=time.strftime("%Y-%m-%d %H:%M", time.localtime(record.started_at)),
        today=[level.id for level in record.lineage[:1]] if record.promoted else [],
    )


def curve(losses: Sequence[float], width: int = 640, height: int = 160) -> str:
    """Points of an SVG polyline: the losses, averaged over at most 120 stretches."""
    if not losses:
        return ""
    stretch = -(-len(losses) // 120)
    means = [
        sum(losses[i : i + stretch]) / len(losses[i : i + stretch])
        for i in range(0, len(losses), stretch)
    ]
    top = max(means) or 1.0
    across = max(1, len(means) - 1)
    return " ".join(
        f"{width * i / across:.1f},{height - height * mean / top:.1f}"
        for i, mean in enumerate(means)
    )
