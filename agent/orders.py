"""What an operator orders of a job of their own: a new one, once more, or for each of many inputs.

dormouse run|record "GOAL" --open FILE     a new job, or the known one that these words belong to
dormouse run NAME --say "GOAL"             once more, in other values
dormouse run NAME --inputs FOLDER|FILE.csv for each picture, PDF or text; for each line
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from actuation.filling import PLACEHOLDER
from agent.errors import BadInput
from memory.episode import Outcome
from tasks.apps import separated
from tasks.outside import is_own, settled
from tasks.own import keeper
from tasks.own.job import PROGRAMS, Instance, Job, Program, load, save
from tasks.own.postcondition import Append, fills_of
from tasks.own.sources import Goal
from tasks.own.words import fitted, parted

NAME = re.compile(r"[\w-]+")
SUFFIXES: dict[str, Program] = {
    **dict.fromkeys((".ods", ".xlsx", ".xlsm", ".csv", ".tsv"), "calc"),
    ".gnucash": "gnucash",
    **dict.fromkeys((".beancount", ".bean"), "fava"),
}


def program_for(file: Path, said: str) -> Program:
    """The program for a file. BadInput, naming those there are, where none fits."""
    known = SUFFIXES.get(file.suffix.casefold(), "")
    if said in PROGRAMS and known and said != known:
        raise BadInput(f"{file.name} opens in {known}, not in {said}: leave --app out")
    name = said or known
    for program in PROGRAMS:
        if program == name:
            return program
    wrong = f"there is no program {said!r}." if said else f"Which program opens {file.name}?"
    raise BadInput(f"{wrong} Say --app {', '.join(PROGRAMS)}")


@dataclass(frozen=True)
class Own:
    """What a run of an own job is told: its files and program (a new one), or its inputs.

    say: the goal of one instance more, in words; None for none.
    """

    files: tuple[Path, ...] = ()
    app: str = ""
    name: str = ""
    inputs: Path | None = None
    say: str | None = None


def asked(
    jobs: Path, task: str, seeds: Sequence[int], own: Own, careful: bool = True
) -> tuple[str, Sequence[int]]:
    """The task and seeds that a run means: `task` is a task's name, an own job's, or, with files,
    the goal of one. Without seeds: 0, or of an own job what waits. BadInput, in one sentence; also,
    where it is careful, for a goal that tells a secret: a job's file would keep it."""
    try:
        if own.say is not None and own.inputs is not None:
            raise BadInput("say the goal once more with --say, or name --inputs: not both")
        if own.say is not None and not own.say.strip():
            raise BadInput('--say needs the goal in words: --say "Enter the fee of …"')
        mine = {path.stem for path in jobs.glob("*.job")}
        if own.files and task in mine:
            raise BadInput(f"{task} is a job already, on its own files: leave --open out")
        if careful:
            for goal in (task if own.files else "", own.say or ""):
                discreet(goal)
        if own.inputs is not None and not own.inputs.exists():
            raise BadInput(f"{own.inputs} is not there: name a folder, or a CSV file")
        if own.files:
            path = opened(jobs, task, own.files, own.app, own.name, own.inputs is None)
            if own.inputs is None:
                return str(path), [len(load(path).instances) - 1]
        elif is_own(task) or task in mine:
            path = keeper.found(jobs, task)
        elif own != Own():
            keeper.found(jobs, task)  # which says that there is none
        else:
            return settled(task), seeds or [0]
        if own.say is not None:
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
    if name and not NAME.fullmatch(name):
        raise BadInput(f"{name!r} is no name: letters, digits, _ and -, as in --name club-fees")
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
    met = Counter[tuple[object, object]]()
    for one in made:
        key = one.goal, one.input
        same = [n for n, o in enumerate(own.instances) if (o.goal, o.input) == key]
        if met[key] == len(same):  # two equal lines are two payments
            own = own.adding([one])
            same.append(len(own.instances) - 1)
        number = same[met[key]] if one.input is None else same[-1]
        met[key] += 1
        known = own.instances[number]
        if not (known.taken or known.shown or known.outcome in (Outcome.ASKED, keeper.LEFT_OUT)):
            numbers.append(number)
    save(path, own)
    return numbers


def lines_of(own: Job, table: Path) -> list[str]:
    """A goal for each line of a CSV file: its cells are the goal's values, found by the headers of
    the columns that they are entered in, else in their order. BadInput where that is not clear."""
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
    if len(lines) < 2:
        raise BadInput(f"{table} has no lines: a header, and a line for each time, are needed")
    head, *rows = lines
    order = _order(own, [cell.strip() for cell in head], table)
    wrong = [line for line in rows if len(line) != len(head)]
    if wrong or len(order) != len(said.values):
        raise BadInput(
            f"{table}: a header, then lines of {len(said.values)} cells each, as the goal has"
            f" values ({', '.join(said.values)})"
        )
    return [replace(said, values=tuple(line[at].strip() for at in order)).marked for line in rows]


def _order(own: Job, head: Sequence[str], table: Path) -> list[int]:
    """The column for each value of the goal, by the headers of what is filled from it; as they
    stand where no header is known. BadInput where only some are."""
    rules = own.wanted.rules
    pairs = [(fill.source, fill.header) for rule in rules for fill in fills_of(rule)]
    pairs += [(r.row.source, r.row.header) for r in rules if not isinstance(r, Append)]
    told: Mapping[int, str] = {
        source.index: header.casefold() for source, header in pairs if isinstance(source, Goal)
    }
    columns = [cell.casefold() for cell in head]
    known = [at for at, header in told.items() if header in columns]
    count = len(parted(own.goal).values)
    if not known:
        return list(range(len(head)))
    if len(known) < count:
        missing = ", ".join(told.get(at, "?") for at in range(count) if at not in known)
        raise BadInput(f"{table} has no column for {missing}: its header is {', '.join(head)}")
    return [columns.index(told[at]) for at in range(count)]


def _named(goal: str, jobs: Path) -> str:
    """A short name of a goal's words, that no job has yet."""
    words = re.findall(r"[^\W_]+", " ".join(parted(goal).literals).casefold())
    stem = "-".join([w for w in words if w not in ("the", "a", "of", "in", "and", "to")][:4])
    taken = {path.stem for path in jobs.glob("*.job")}
    names = (stem or "job", *(f"{stem or 'job'}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
