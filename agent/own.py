"""The operator's own jobs as the day and the night have them: what follows an attempt at one.

a demonstration ended  → its files are kept, what done means is proposed (tasks.own.keeper)
a run ended, verified  → its result replaces the operator's files, once they approve
a night begins         → which demonstrations are held back, and examined on
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from actuation.action import Done
from actuation.filling import PLACEHOLDER
from agent.approval import Approve, Request
from agent.attempt import Attempt
from agent.errors import BadInput
from memory.episode import Episode, Outcome
from tasks.apps import separated
from tasks.catalog import exists
from tasks.outside import NoTaskError, is_own, settled
from tasks.own import keeper, vary
from tasks.own.job import PROGRAMS, Instance, Job, Program, load, save
from tasks.own.keeper import CannotError
from tasks.own.veil import Veil
from tasks.own.words import fitted, parted

Agree = Callable[[str], bool]
"""Asked in one sentence whether a result may replace the operator's files."""

SHOWN = ("demonstration", "recording")
VARIATIONS = 20  # of one instance, at most

SUFFIXES: dict[str, Program] = {
    **dict.fromkeys((".ods", ".xlsx", ".xlsm", ".csv", ".tsv"), "calc"),
    ".gnucash": "gnucash",
    **dict.fromkeys((".beancount", ".bean"), "fava"),
}


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
            return proposal(path, keeper.shown(path, attempt.seed, veil=veil))
        return taken_over(path, attempt.seed, agree) if attempt.outcome is Outcome.VERIFIED else ""
    except (CannotError, NoTaskError, OSError) as error:
        return str(error)


def forgotten(episode: Episode, veil: Veil = keeper.OPEN) -> None:
    """A deleted demonstration of an own job says nothing any more of what done means."""
    if is_own(episode.task) and episode.provenance in SHOWN:
        with suppress(NoTaskError, CannotError, IndexError):  # the job may be gone as well
            keeper.dropped(Path(episode.task), episode.seed, veil)


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


def program_for(file: Path, said: str) -> Program:
    """The program for a file. BadInput, naming those there are, where none fits."""
    name = said or SUFFIXES.get(file.suffix.casefold(), "")
    for program in PROGRAMS:
        if program == name:
            return program
    wrong = f"there is no program {said!r}." if said else f"Which program opens {file.name}?"
    raise BadInput(f"{wrong} Say --app {', '.join(PROGRAMS)}")


@dataclass(frozen=True)
class Own:
    """What a run of an own job is told: its files and program (a new one), or its inputs.

    say: the goal of one instance more, in words.
    """

    files: tuple[Path, ...] = ()
    app: str = ""
    name: str = ""
    inputs: Path | None = None
    say: str = ""


def asked(
    jobs: Path, task: str, seeds: Sequence[int], own: Own, careful: bool = True
) -> tuple[str, Sequence[int]]:
    """The task and seeds that a run means: `task` is a task's name, an own job's, or, with files,
    the goal of one. Without seeds: 0, or of an own job what waits. BadInput, in one sentence; also,
    where it is careful, for a goal that tells a secret: a job's file would keep it."""
    try:
        if careful:
            for goal in (task if own.files else "", own.say):
                discreet(goal)
        if own.files:
            path = opened(jobs, task, own.files, own.app, own.name, own.inputs is None)
            if own.inputs is None:
                return str(path), [len(load(path).instances) - 1]
        elif is_own(task) or (jobs / f"{task}.job").is_file():
            path = keeper.found(jobs, task)
        elif own != Own():
            keeper.found(jobs, task)  # which says that there is none
        else:
            return settled(task), seeds or [0]
        if own.say:
            save(path, (known := load(path)).adding([Instance(own.say)]))
            return str(path), [len(known.instances)]
        if own.inputs is not None:
            return str(path), queued(path, own.inputs, careful)
        count = len(load(path).instances)
        if strange := [seed for seed in seeds if seed not in range(count)]:
            raise BadInput(f"{path.stem} has no instance {strange[0]}: there are 0 to {count - 1}")
        if not seeds and not load(path).waiting:
            raise BadInput(f'nothing of {path.stem} waits: add --say "…" or --inputs FOLDER')
        return str(path), seeds or load(path).waiting
    except ValueError as error:
        raise BadInput(str(error)) from error


def discreet(goal: str) -> None:
    """BadInput for a goal that tells a secret."""
    from memory.redact import secrets

    if found := secrets(goal):
        raise BadInput(
            f"the goal tells a secret ({found[0].kind}), which no file may keep: keep it as a fact"
            " (dormouse facts add NAME), and say {{NAME}} in its place"
        )


def opened(
    jobs: Path, goal: str, files: Sequence[Path], app: str, name: str = "", once: bool = True
) -> Path:
    """The job of this goal on these files: the known one whose words the goal follows, or a new
    one. BadInput where a file is not there.

    jobs: the folder of all own jobs. name: of the job, made of its goal where it is "". once:
    the goal itself is an instance more.
    """
    instances = [Instance(goal)] if once else []
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file} is no file: name the one that the job is done on")
    real = tuple(str(file.absolute()) for file in files)
    for path in sorted(jobs.glob("*.job")):
        own = load(path)
        fits = fitted(" ".join(goal.split()), own.literals) is not None
        if own.files == real and fits and name in ("", path.stem):
            save(path, own.adding(instances))
            return path
    path = jobs / f"{name or _named(goal, jobs)}.job"
    if path.exists():
        raise BadInput(f"there is a job {path.stem} already: --name another one")
    save(path, Job(goal, program_for(files[0], app), real).adding(instances))
    return path


def queued(path: Path, inputs: Path, careful: bool = True) -> list[int]:
    """Instances for each input of a folder, or each line of a CSV file; those that are done
    already are passed over. BadInput where there is none."""
    own = load(path)
    if inputs.suffix.casefold() == ".csv":
        made = [Instance(goal) for goal in lines_of(own, inputs)]
        for one in made if careful else ():
            discreet(one.goal)
    else:
        made = [keeper.instance(path, own.goal, file) for file in keeper.documents(inputs)]
    numbers: list[int] = []
    for one in made:
        same = [
            n for n, o in enumerate(own.instances) if (o.goal, o.input) == (one.goal, one.input)
        ]
        if not same:
            own = own.adding([one])
            same = [len(own.instances) - 1]
        known = own.instances[same[-1]]
        if not (known.taken or known.shown or known.outcome == Outcome.ASKED):
            numbers.append(same[-1])
    save(path, own)
    return numbers


def lines_of(own: Job, table: Path) -> list[str]:
    """A goal for each line of a CSV file, its cells in the places of the goal's values, in order.
    BadInput where their number is another one."""
    said = parted(own.goal)
    try:
        lines = [line for line in separated.read(table).lines if any(line)]
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{table} cannot be read: {error}") from error
    if named := PLACEHOLDER.findall(" ".join(cell for line in lines for cell in line)):
        raise BadInput(
            f"{table} names the fact {{{{{named[0]}}}}}: say facts in the goal, since a file may"
            " come from others"
        )
    wrong = [line for line in lines if len(line) != len(said.values)]
    if wrong or len(lines) < 2:
        raise BadInput(
            f"{table}: a header, then lines of {len(said.values)} cells each, as the goal has"
            f" values ({', '.join(said.values)})"
        )
    return [replace(said, values=tuple(map(str.strip, line))).marked for line in lines[1:]]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _named(goal: str, jobs: Path) -> str:
    """A short name of a goal's words, that no job has yet."""
    words = re.findall(r"[^\W_]+", " ".join(parted(goal).literals).casefold())
    stem = "-".join([w for w in words if w not in ("the", "a", "of", "in", "and", "to")][:4])
    taken = {path.stem for path in jobs.glob("*.job")}
    names = (stem or "job", *(f"{stem or 'job'}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
