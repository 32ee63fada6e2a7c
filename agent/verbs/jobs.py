"""`dormouse job` and `dormouse restore`: the operator's own jobs, and the way back.

dormouse job                       all jobs
dormouse job NAME                  what done means, in words; its instances
dormouse job NAME --confirm        from now on it is verified by that
dormouse job NAME --fill "Paid=today" --where anywhere      edit it first
dormouse job NAME --take 3         put a kept result into your files
dormouse job NAME --drop 3         leave out a time that waits
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.config import Settings
from agent.errors import BadInput
from agent.output import Output
from agent.own import confirmed
from tasks.outside import NoTaskError
from tasks.own import keeper
from tasks.own.edit import EditError, edited
from tasks.own.job import Job, load, save
from tasks.own.keeper import CannotError
from tasks.own.words import parted


def main(
    name: str,
    *,
    confirm: bool,
    fills: Sequence[str],
    where: str,
    approvals: int | None,
    take: int | None,
    drop: int | None = None,
    json: str | None,
) -> int:
    output, settings = Output(json), Settings()
    if not name:
        if (
            confirm
            or fills
            or where
            or approvals is not None
            or take is not None
            or drop is not None
        ):
            raise BadInput("say which job, as in `dormouse job NAME --confirm`: see `dormouse job`")
        return _all(output, settings.jobs)
    try:
        path = keeper.found(settings.jobs, name)
        own = load(path)
        if fills or where:
            own = replace(
                own,
                wanted=edited(own.wanted, fills, where, parted(own.goal).values),
                edited=True,
                confirmed=False,
            )
        if approvals is not None:
            own = replace(own, approvals=approvals)
        if own != load(path):
            save(path, own)
        if confirm:
            own = confirmed(path)
        if take is not None:
            own = keeper.take(path, take)
        if drop is not None:
            own = keeper.left_out(path, drop)
    except (NoTaskError, CannotError, EditError) as error:
        raise BadInput(str(error)) from error
    for line in lines(path, own):
        output.console.print(line, markup=False, highlight=False, soft_wrap=True)
    output.write(contract(path, own))
    return 0


def restore(name: str, instance: int | None, json: str | None) -> int:
    output, settings = Output(json), Settings()
    try:
        path = keeper.found(settings.jobs, name)
        own, undone = keeper.restore(path, instance)
    except (NoTaskError, CannotError) as error:
        raise BadInput(str(error)) from error
    numbers = ", ".join(map(str, undone))
    files = ", ".join(own.files)
    output.console.print(f"{files} is as it was before no. {numbers}", markup=False)
    output.write({"job": path.stem, "restored": list(undone), "files": list(own.files)})
    return 0


def _all(output: Output, folder: Path) -> int:
    found = []
    for path in sorted(folder.glob("*.job")):
        try:
            own = load(path)
        except NoTaskError as error:
            output.console.print(str(error), markup=False)
            continue
        found.append(contract(path, own))
        output.console.print(f"{path.stem}: {summary(own)}", markup=False, highlight=False)
    if not found:
        output.console.print('no job of your own yet: dormouse run "…" --open FILE begins one')
    output.write({"jobs": found})
    return 0


def summary(own: Job) -> str:
    """A job in a line."""
    state = "confirmed" if own.confirmed else "not confirmed"
    counts = f"shown {len(own.shown)}, in your files {len(own.taken)}, waiting {len(own.waiting)}"
    return f"{own.goal} · {own.program} · {state} · {counts}"


def lines(path: Path, own: Job) -> list[str]:
    """A job in words."""
    told = [f"{path.stem}: {own.goal}", f"on {', '.join(own.files)}, in {own.program}", ""]
    told += ["Done means" if own.confirmed else "Done would mean (not confirmed):"]
    told += [f"  {line}" for line in own.wanted.lines] if own.wanted.rules else ["  not shown yet"]
    told += [f"  in doubt: {doubt}" for doubt in own.wanted.doubts]
    if own.wanted.open:
        told += [
            "  part of it cannot be checked: runs end unverified (--fill says what belongs there)"
        ]
    values = [f"{at} “{text}”" for at, text in enumerate(parted(own.goal).values, start=1)]
    told += ["", f"Values of the goal: {', '.join(values) or 'none: put quotes around each'}"]
    told += ["", f"Results are shown to you before they are taken over: the first {own.approvals}."]
    held = set(own.held)
    for number, one in enumerate(own.instances):
        marks = ["shown"] * one.shown + ["held back"] * (number in held) + ["taken"] * one.taken
        marks += [one.outcome] if one.outcome and not one.shown else []
        source = f" ({Path(one.source).name})" if one.source else ""
        told.append(f"  {number}  {', '.join(marks) or 'waits'}: {one.goal}{source}")
    return told


def contract(path: Path, own: Job) -> dict[str, object]:
    """For --json."""
    return {
        "job": path.stem,
        "goal": own.goal,
        "program": own.program,
        "files": list(own.files),
        "confirmed": own.confirmed,
        "wanted": list(own.wanted.lines),
        "doubts": list(own.wanted.doubts),
        "approvals": own.approvals,
        "held_back": list(own.held),
        "instances": [
            {
                "goal": one.goal,
                "source": one.source,
                "shown": one.shown,
                "taken": one.taken,
                "outcome": one.outcome,
                "detail": one.detail,
            }
            for one in own.instances
        ],
    }
