"""The operator's own jobs as the day and the night have them: what follows an attempt at one.

a demonstration ended  → its files are kept, what done means is proposed (tasks.own.keeper)
a run ended, verified  → its result replaces the operator's files, once they approve
a night begins         → which demonstrations are held back, and examined on
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from actuation.action import Done
from agent.approval import Approve, Request
from agent.attempt import Attempt
from agent.errors import BadInput
from memory.episode import Episode, Outcome
from tasks.catalog import exists
from tasks.outside import NoTaskError, is_own
from tasks.own import keeper, vary
from tasks.own.job import Job, load, save
from tasks.own.keeper import CannotError
from tasks.own.veil import Veil

Agree = Callable[[str], bool]
"""Asked in one sentence whether a result may replace the operator's files."""

SHOWN = ("demonstration", "recording")
CLAIMED = (Outcome.VERIFIED, Outcome.UNVERIFIED)  # of a person who said that it was done
VARIATIONS = 20  # of one instance, at most


def never(sentence: str) -> bool:
    """Nobody is there to agree to anything."""
    return False


def agreeing(approve: Approve) -> Agree:
    """Asks as about any delicate action: at the desk, by `dormouse approve`; no answer is a no."""

    def agree(sentence: str) -> bool:
        answer = approve(Request(Done(), ("own files",), sentence))
        return answer is not None and answer.yes

    return agree


def after(attempt: Attempt, provenance: str, agree: Agree = never, veil: Veil = keeper.OPEN) -> str:
    """What follows an attempt at an own job, in one sentence; "" for any other task.

    provenance: as the episode's. veil: over what may not be written down. A rehearsal, a dry run
    or a replay is followed by nothing.
    """
    if not is_own(attempt.task) or provenance not in (*SHOWN, "run"):
        return ""
    path = Path(attempt.task)
    try:
        ended(path, attempt.seed, attempt.outcome, attempt.detail)
        if provenance in SHOWN:
            if attempt.outcome not in CLAIMED:
                return ""
            return proposal(path, keeper.shown(path, attempt.seed, veil=veil))
        return taken_over(path, attempt.seed, agree) if attempt.outcome is Outcome.VERIFIED else ""
    except (CannotError, NoTaskError, OSError) as error:
        return str(error)


def forgotten(episode: Episode, veil: Veil = keeper.OPEN, others: Iterable[Episode] = ()) -> None:
    """A deleted demonstration of an own job says nothing any more of what done means; unless it
    was none, or the same instance was shown by one of the others too."""
    alike = (one for one in others if (one.task, one.seed) == (episode.task, episode.seed))
    if any(map(_shows, alike)):
        return
    if is_own(episode.task) and _shows(episode):
        with suppress(NoTaskError, CannotError, IndexError):  # the job may be gone as well
            keeper.dropped(Path(episode.task), episode.seed, veil)


def _shows(episode: Episode) -> bool:
    return episode.provenance in SHOWN and episode.outcome in CLAIMED


def ended(path: Path, number: int, outcome: Outcome, detail: str) -> None:
    """Keep how an attempt at an instance ended."""
    own = load(path)
    made = replace(own.instances[number], outcome=str(outcome), detail=detail)
    save(path, own.having(number, made))


def proposal(path: Path, own: Job) -> str:
    """What was made of a demonstration."""
    times = len(own.shown)
    said = f"{path.stem} was shown {_times(times)}; done means: "
    said += "; ".join(line.strip() for line in own.wanted.lines)
    doubts = f" In doubt: {'; '.join(own.wanted.doubts)}." if own.wanted.doubts else ""
    confirm = "" if own.confirmed else f" Confirm it: dormouse job {path.stem} --confirm"
    return f"{said}.{doubts}{confirm}"


def taken_over(path: Path, number: int, agree: Agree) -> str:
    """Put a verified result into the operator's files, if they agree, or need not be asked."""
    own = load(path)
    files = ", ".join(own.files)
    wanted = "; ".join(line.strip() for line in own.wanted.lines)
    asked = sum(one.taken for one in own.instances) < own.approvals
    if asked and not agree(
        f"Replace {files} by the result of no. {number}? It is verified: {wanted}"
    ):
        name = path.stem
        return f"the result is kept, {files} is as it was: dormouse job {name} --take {number}"
    keeper.take(path, number)
    return f"{files} has the result of no. {number}; back: dormouse restore {path.stem} {number}"


def known(jobs: Path) -> list[Path]:
    """The files of all own jobs that can be read, by name."""
    return [path for path in sorted(jobs.glob("*.job")) if exists(str(path))]


def undoable(jobs: Path) -> list[Path]:
    """The jobs of which something is in the operator's files."""
    return [path for path in known(jobs) if load(path).taken]


def restored(path: Path) -> str:
    """Put the files back as they were before the last result; what was done, or why not."""
    try:
        own, undone = keeper.restore(path)
    except (CannotError, NoTaskError, OSError) as error:
        return str(error)
    return f"{', '.join(own.files)} is as it was before no. {undone[0]}"


def told(path: Path) -> str:
    """What done means for a job, and what waits of it, in a few lines."""
    own = load(path)
    waiting = ", ".join(map(str, own.waiting)) or "nothing"
    return "\n".join([*own.wanted.lines, f"shown {_times(len(own.shown))}; waiting: {waiting}"])


def confirmed(path: Path) -> Job:
    """That is what done means: from now on runs are verified by it. BadInput before the first
    demonstration."""
    own = load(path)
    if not own.wanted.rules:
        raise BadInput(f"{path.stem} was not shown yet: show it once, then confirm what done means")
    own = replace(own, confirmed=True)
    save(path, own)
    return own


def held_back(episodes: Iterable[Episode]) -> tuple[str, ...]:
    """Episodes of own jobs that nights do not learn from: every third demonstration of each."""
    held: dict[str, tuple[int, ...]] = {}
    found = []
    for episode in episodes:
        if is_own(episode.task):
            if episode.task not in held:
                held[episode.task] = load(Path(episode.task)).held
            if episode.seed in held[episode.task]:
                found.append(episode.id)
    return tuple(sorted(found))


def rehearsable(task: str) -> Iterator[int]:
    """Instances that a night may be examined on: demonstrations held back, those that wait, and
    then variations: of those held back, or of all that was shown where it asks for other values.

    None before what done means is confirmed: there is nothing to examine by.
    """
    own = load(Path(task))
    if not own.confirmed:
        return
    yield from (*own.held, *own.waiting)
    for which in range(1, VARIATIONS + 1):
        for number in own.held or own.shown:
            seed = vary.variation(number, which)
            if own.held or vary.said(own, seed) != own.said(number):
                yield seed


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
