"""`dormouse replay`: re-enact a stored episode on a fresh desktop of its task, seed and variant."""

from collections.abc import Callable
from dataclasses import replace

from actuation.desktop import Host
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.attempt import Attempt, Stage
from agent.config import Settings
from agent.console import ConsoleSink
from agent.errors import BadInput
from agent.events import Several, Sink, ignore
from agent.guarding import rules
from agent.loop import Journal
from agent.output import Output
from agent.policies.reenact import LATE, LOOKS, Reenact
from agent.scratch import scratch
from agent.stop import Stop
from agent.watch import watcher
from memory.episode import Episode, Outcome
from memory.store import Store

PACE = 3.0  # seconds that a step may take, beside what was waited for


def main(episode: str, watch: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    with Store(settings.store) as memory:
        lived = memory.episode(found(memory, episode))
    if not lived.task:
        raise BadInput(
            f"episode {lived.id} was recorded on your own display: there is no task to set up again"
        )
    height, width = lived.steps[0].observation.image.shape[:2] if lived.steps else (800, 1280)
    with (
        Stop() as stop,
        scratch() as folder,
        Store(folder / "memory.sqlite") as journal,
        watcher(output.progress, watch) as eyes,
    ):
        again = reenacted(
            lived,
            lambda: eyes.attached(VirtualDesktop(width, height)),
            journal,
            Several(ConsoleSink(output.console), eyes),
            stop,
            rules(settings),
        )
    output.write(
        {
            "episode": lived.id,
            "task": lived.task,
            "seed": lived.seed,
            "steps": len(lived.steps),
            "repeated": sum(step["perform"] > 0 for step in again.ms),
            "then": str(lived.outcome),
            "now": str(again.outcome),
            "detail": again.detail,
        }
    )
    stop.check()
    same = again.outcome is lived.outcome or again.outcome is Outcome.VERIFIED
    return 0 if same else 1


def reenacted(
    lived: Episode,
    host: Callable[[], Host],
    journal: Journal,
    sink: Sink = ignore,
    stop: Stop | None = None,
    strict: Rules | None = None,
) -> Attempt:
    """The episode done again on a desktop of `host`. Nothing is asked: what was done then, with a
    person's yes or by their own hands, is done on a desktop of its own. Raises as Stage.attempt."""
    seconds = (lived.ended_at or lived.started_at) - lived.started_at
    count = len(lived.steps)
    roomy = replace(
        strict or Rules(),
        max_steps=(2 + LOOKS) * count + 10,
        max_seconds=seconds + count * (PACE + LATE * LOOKS) + 60,
    )
    with Stage(
        host,
        lambda task: Reenact(lived),
        journal,
        rules=roomy,
        sink=sink,
        approve=lambda request: request.action,
        stop=stop,
    ) as stage:
        return stage.attempt(lived.task, lived.seed, lived.variant, "replay")


def found(memory: Store, wanted: str) -> str:
    """The id of the episode that is meant; BadInput where none or several are."""
    known: list[Episode] = memory.episodes()
    if not known:
        raise BadInput("nothing was lived yet: there is no episode at all")
    if wanted == "last":
        return known[-1].id
    fitting = [episode.id for episode in known if episode.id.startswith(wanted)]
    if len(fitting) != 1:
        what = "several episodes begin" if fitting else "no episode begins"
        raise BadInput(f"{what} with {wanted!r}: the latest is {known[-1].id}")
    return fitting[0]
