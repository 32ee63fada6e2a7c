"""`dormouse replay`: re-enact a stored episode on a fresh desktop of its task, seed and variant; or
on the operator's own display, what was recorded there."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from actuation.desktop import Host
from actuation.filling import Filling
from actuation.local import LocalDesktop
from actuation.person import PersonWatch
from actuation.rules import Rules
from actuation.virtual import VirtualDesktop
from agent.approval import Answer, Approve
from agent.attempt import Attempt, Stage, attempted
from agent.config import Settings
from agent.console import ConsoleSink
from agent.errors import BadInput
from agent.events import Several, Sink, ignore
from agent.facts import Facts
from agent.guarding import guard, rules
from agent.loop import Journal, Loop
from agent.output import Output
from agent.policies.reenact import LATE, LOOKS, Reenact
from agent.stop import Stop
from agent.verbs.run import approver
from agent.watch import watcher
from memory.day import Context
from memory.episode import Episode, Outcome
from memory.exclude import Unkept
from memory.store import Store
from tasks.task import Goal

PACE = 3.0  # seconds that a step may take, beside what was waited for


def main(episode: str, display: str, watch: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    with Store(settings.store) as memory:
        lived = memory.episode(found(memory, episode))
    if bool(lived.task) == bool(display):
        raise BadInput(
            f"episode {lived.id} is of {lived.task}, which is set up on a desktop of its own"
            if lived.task
            else f"episode {lived.id} was recorded on your own display: say which, as --display :0"
        )
    height, width = lived.steps[0].observation.image.shape[:2] if lived.steps else (800, 1280)
    with Stop() as stop, watcher(output.progress, watch) as eyes:
        facts = Facts(settings)
        journal, strict = Unkept(), facts.bound(rules(settings))
        sink = Several(ConsoleSink(output.console), eyes)
        fill = facts.fill
        if display:
            approve = approver(output.progress)
            again = _on_display(lived, display, journal, sink, stop, strict, approve, fill)
        else:
            again = reenacted(
                lived,
                lambda: eyes.attached(VirtualDesktop(width, height)),
                journal,
                sink,
                stop,
                strict,
                fill,
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
    whole = Outcome.VERIFIED if lived.task else Outcome.UNVERIFIED
    return 0 if again.outcome in (lived.outcome, whole) else 1


def reenacted(
    lived: Episode,
    host: Callable[[], Host],
    journal: Journal,
    sink: Sink = ignore,
    stop: Stop | None = None,
    strict: Rules | None = None,
    fill: Callable[[str], str] | None = None,
) -> Attempt:
    """The episode done again on a desktop of `host`. fill: as of Stage.

    Nothing is asked: what was done then, with a person's yes or by their own hands, is done on a
    desktop of its own. Raises as Stage.attempt.
    """
    with Stage(
        host,
        lambda task: Reenact(lived),
        journal,
        rules=_roomy(lived, strict or Rules()),
        sink=sink,
        approve=lambda request: Answer(True),
        stop=stop,
        fill=fill,
    ) as stage:
        return stage.attempt(lived.task, lived.seed, lived.variant, "replay")


def _on_display(
    lived: Episode,
    display: str,
    journal: Journal,
    sink: Sink,
    stop: Stop,
    strict: Rules,
    approve: Approve,
    fill: Callable[[str], str],
) -> Attempt:
    """Done again on the operator's own screen, by all its rules; a hand on mouse or keyboard stops
    it. DesktopError where there is no such display."""
    desktop, policy = LocalDesktop(display), Reenact(lived)
    try:
        with closing(PersonWatch(display, lambda touch: stop.throw())):
            stop.attach(desktop)
            careful = guard(_roomy(lived, strict), Goal(lived.goal), policy)
            filling = Filling(desktop, fill)
            loop = Loop(filling, policy, careful, journal, sink=sink, approve=approve, stop=stop)
            again = replace(lived, started_at=time.time(), provenance="replay", steps=())
            head = replace(again, ended_at=None, outcome=None)
            return attempted(head, loop.run(head, Context(), None))
    finally:
        stop.detach(desktop)
        desktop.close()


def _roomy(lived: Episode, strict: Rules) -> Rules:
    """Rules with as many steps and seconds as it took, and looking again, may take."""
    seconds, count = (lived.ended_at or lived.started_at) - lived.started_at, len(lived.steps)
    return replace(
        strict,
        max_steps=(2 + LOOKS) * count + 10,
        max_seconds=seconds + count * (PACE + LATE * LOOKS) + 60,
    )


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
