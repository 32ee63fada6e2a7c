"""What becomes of a job: shown once more, its result taken over into the operator's files, or back.

shown   a demonstration ended: its files are kept, and what done means is proposed anew
take    a result replaces the operator's files, which are kept to the byte
restore the files as they were before an instance was taken over
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from tasks.outside import NoTaskError
from tasks.own import disk, formats, page
from tasks.own.disk import INPUTS, ORIGINALS, RESULTS, Kept
from tasks.own.job import Instance, Job, load, save
from tasks.own.postcondition import Postcondition
from tasks.own.propose import Shown, propose
from tasks.own.task import given
from tasks.own.veil import Veil

OPEN = Veil()
LEFT_OUT = "left out"  # how an instance ends that is not to be done


class CannotError(ValueError):
    """It cannot be done as things are; the message says why, in one sentence."""


def instance(path: Path, goal: str, document: Path | None = None) -> Instance:
    """One more time of a job; its document is kept. CannotError for one that cannot be read."""
    if document is None:
        return Instance(goal)
    if document.suffix.casefold() not in page.SUFFIXES:
        raise CannotError(f"{document.name}: an input is a picture, a PDF or a text")
    try:
        (kept,) = disk.keep(path, INPUTS, [document])
    except OSError as error:
        raise CannotError(f"{document.name} cannot be read: {error.strerror}") from error
    return Instance(goal, kept, str(document.absolute()))


def documents(folder: Path) -> list[Path]:
    """The inputs in a folder, by name. CannotError where there is none."""
    if not folder.is_dir():
        raise CannotError(f"{folder} is no folder: name one with pictures, PDFs or texts")
    found = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.casefold() in page.SUFFIXES and not file.name.startswith(".")
    ]
    if not found:
        raise CannotError(f"{folder} holds no picture, PDF or text")
    return found


def shown(path: Path, number: int, folder: Path | None = None, veil: Veil = OPEN) -> Job:
    """A person has shown an instance: keep its files and propose what done means.

    folder: where the files lie now; None: what the attempt's `verify` put away. veil: over what
    may not be written down. CannotError where nothing was changed, or nothing is known of the
    attempt. What the operator has edited stays; a postcondition that was confirmed and no longer
    holds for all that was shown has to be confirmed anew.
    """
    own, work = load(path), disk.noted(path, number)
    if work is None:
        raise CannotError(f"nothing is known of a demonstration {number} of {path.stem}")
    after = work.after
    if folder is not None:
        after = disk.keep(path, RESULTS, [folder / kept.name for kept in work.before])
    if after in ((), work.before):
        raise CannotError(f"the demonstration of {path.stem} saved nothing: it is left out")
    made = replace(
        own.instances[number], shown=True, before=work.before, after=after, on=date.today()
    )
    own = own.having(number, made)
    seen = demonstration(path, own, number)
    if seen.before == seen.after:  # opened and closed: a book in SQLite differs even then
        raise CannotError(f"the demonstration of {path.stem} changed nothing: it is left out")
    if not own.edited:
        wanted = proposed(path, own, veil)
        same = wanted.rules == own.wanted.rules
        own = replace(own, wanted=wanted, confirmed=own.confirmed and same)
    save(path, own)
    return own


def proposed(path: Path, own: Job, veil: Veil) -> Postcondition:
    """What all demonstrations have in common."""
    return veil.kept(propose([demonstration(path, own, n, veil) for n in own.shown]))


def dropped(path: Path, number: int, veil: Veil = OPEN) -> Job:
    """A demonstration that the operator does not want: it says nothing of what done means, and
    what was kept of its files is gone."""
    own = load(path)
    one = replace(own.instances[number], shown=False)
    if not one.taken:  # else they are needed to put the files back
        one = replace(one, before=(), after=())
        disk.unnote(path, number)
    own = own.having(number, one)
    if not own.edited:
        wanted = proposed(path, own, veil)
        own = replace(
            own, wanted=wanted, confirmed=own.confirmed and wanted.rules == own.wanted.rules
        )
    save(path, own)
    disk.sweep(path, [kept for each in own.instances for kept in kept_of(each)])
    return own


def kept_of(one: Instance) -> tuple[Kept, ...]:
    """All files that are kept for an instance."""
    return (*one.before, *one.after, *((one.input,) if one.input else ()))


def demonstration(path: Path, own: Job, number: int, veil: Veil = OPEN) -> Shown:
    """What was shown once, read from what is kept. CannotError where it cannot be read."""
    one, said = own.instances[number], own.said(number)
    try:
        books = [
            {
                kept.name: veil.book(formats.read_kept(disk.place(path, room, kept), kept.name))
                for kept in files
            }
            for room, files in ((ORIGINALS, one.before), (RESULTS, one.after))
        ]
    except formats.BROKEN as error:
        raise CannotError(
            f"demonstration {number} of {path.stem} cannot be read: {error}"
        ) from error
    known = veil.given(given(path, own, number))
    return Shown(books[0], books[1], known, said.literals)


def take(path: Path, number: int) -> Job:
    """The result of the last attempt at an instance becomes the operator's files.

    CannotError, and nothing is touched, where there is no checked result, or somebody else has
    changed the files meanwhile.
    """
    own, work = load(path), disk.noted(path, number)
    one = own.instances[number] if number < len(own.instances) else None
    if one is not None and one.taken and _are(own, one.after):
        raise CannotError(f"the result of no. {number} of {path.stem} is in your files already")
    if work is None or not work.right:
        raise CannotError(f"instance {number} of {path.stem} has no verified result to take over")
    for later in (n for n in own.taken if own.instances[n].before == work.before):
        if not _are(own, work.before):
            raise CannotError(
                f"no. {later} of {path.stem} was taken over since: put the files back first"
                f" (dormouse restore {path.stem} {later}), or run no. {number} again"
            )
        # Somebody has put them back by hand.
        own = own.having(later, replace(own.instances[later], taken=False))
    _replaced(path, own, work.before, RESULTS, work.after)
    made = replace(
        own.instances[number], taken=True, before=work.before, after=work.after, on=date.today()
    )
    own = own.having(number, made)
    save(path, own)
    return own


def left_out(path: Path, number: int) -> Job:
    """An instance that waits is not done. CannotError for one that does not wait."""
    own = load(path)
    if number not in own.waiting:
        waiting = ", ".join(map(str, own.waiting)) or "none"
        raise CannotError(f"no. {number} of {path.stem} does not wait; those that do: {waiting}")
    own = own.having(number, replace(own.instances[number], outcome=LEFT_OUT))
    save(path, own)
    return own


def restore(path: Path, number: int | None = None) -> tuple[Job, tuple[int, ...]]:
    """The files as they were before an instance (None: the last one) was taken over, to the byte;
    what was taken over after it goes too. Returns the job and those instances.

    CannotError, and nothing is touched, where nothing was taken over, or somebody else has changed
    the files since.
    """
    own = load(path)
    order = chain(own)
    if not order:
        raise CannotError(f"nothing of {path.stem} was taken over into your files")
    number = order[-1] if number is None else number
    if number not in order:
        raise CannotError(f"instance {number} of {path.stem} is not in your files")
    undone = tuple(order[order.index(number) :])
    _replaced(path, own, own.instances[order[-1]].after, ORIGINALS, own.instances[number].before)
    for each in undone:
        own = own.having(each, replace(own.instances[each], taken=False))
    save(path, own)
    return own, undone


def chain(own: Job) -> list[int]:
    """What was taken over, in the order in which it was: each began with what the one before
    left, so that files changed by hand in between begin another chain."""
    taken, order = list(own.taken), list[int]()
    last = [
        n
        for n in taken
        if not any(own.instances[m].before == own.instances[n].after for m in taken if m != n)
    ]
    at = last[-1] if last else None
    while at is not None:
        order.insert(0, at)
        before = own.instances[at].before
        at = next((n for n in taken if n not in order and own.instances[n].after == before), None)
    return order


def _are(own: Job, kept: Sequence[Kept]) -> bool:
    """Whether the operator's files are just so now."""
    real = {Path(name).name: Path(name) for name in own.files}
    return all(
        real[one.name].is_file() and disk.digest(real[one.name].read_bytes()) == one.digest
        for one in kept
    )


def _replaced(path: Path, own: Job, now: Sequence[Kept], room: str, then: Sequence[Kept]) -> None:
    """Replace the operator's files, which must be as they are known to be."""
    real = {Path(name).name: Path(name) for name in own.files}
    fresh = {kept.name: disk.content(path, room, kept) for kept in then}
    for kept in now:
        file = real[kept.name]
        if not file.exists():
            raise CannotError(f"{file} is gone: put it back first")
        if disk.digest(file.read_bytes()) != kept.digest:
            raise CannotError(
                f"{file} was changed by somebody else meanwhile: it is left as it is; what would"
                f" have replaced it lies in {disk.folder_of(path) / room}"
            )
        if not os.access(file.parent, os.W_OK):
            raise CannotError(f"{file.parent} cannot be written to: the result is kept")
    for kept in now:
        if disk.digest(fresh[kept.name]) != kept.digest:
            disk.replace(real[kept.name], fresh[kept.name])


def found(folder: Path, name: str) -> Path:
    """The file of a job by its name or path. NoTaskError, naming the known ones, for none."""
    path = Path(name) if name.endswith(".job") else folder / f"{name}.job"
    if not path.is_file() or path.parent.resolve() != folder.resolve():
        known = ", ".join(sorted(each.stem for each in folder.glob("*.job"))) or "none yet"
        raise NoTaskError(f"there is no job {Path(name).stem!r}; there are: {known}")
    return path.absolute()
