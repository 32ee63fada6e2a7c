"""`dormouse replay`: re-enact a stored episode on a fresh desktop of its task, seed and variant."""

from actuation.virtual import VirtualDesktop
from agent.attempt import Stage
from agent.config import Settings
from agent.console import ConsoleSink
from agent.errors import BadInput
from agent.events import Several
from agent.guarding import rules
from agent.output import Output
from agent.policies.reenact import Reenact
from agent.scratch import scratch
from agent.stop import Stop
from agent.watch import watcher
from memory.episode import Episode, Outcome
from memory.store import Store


def main(episode: str, watch: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    with Store(settings.store) as memory:
        lived = memory.episode(found(memory, episode))
    height, width = lived.steps[0].observation.image.shape[:2] if lived.steps else (800, 1280)
    with (
        Stop() as stop,
        scratch() as folder,
        Store(folder / "memory.sqlite") as journal,
        watcher(output.progress, watch) as eyes,
        Stage(
            lambda: eyes.attached(VirtualDesktop(width, height)),
            lambda task: Reenact(lived),
            journal,
            rules=rules(settings),
            sink=Several(ConsoleSink(output.console), eyes),
            stop=stop,
        ) as stage,
    ):
        again = stage.attempt(lived.task, lived.seed, lived.variant, "replay")
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
