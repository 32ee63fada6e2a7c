"""`dormouse demonstrations --accept`, `--discard`, `--amend`: what becomes of a recording."""

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.output import Output
from agent.verbs.replay import found
from agent.worker import wire
from agent.worker.client import connect
from agent.worker.edits import Edit, edited
from memory.store import Store


def main(
    accept: str,
    discard: str,
    amend: str,
    trim: str,
    mask: str,
    dots: bool,
    step: int | None,
    label: str,
    json: str | None,
) -> int:
    output, settings = Output(json), Settings()
    with Store(settings.store) as store:
        name = found(store, accept or discard or amend)
    edits: list[Edit] = []
    if label:
        edits.append(wire.Label(name, label))
    if mask:
        edits.append(wire.Mask(name, _box(mask), step))
    if dots:
        edits.append(wire.Mask(name, None, step))
    if trim:  # the last, since it numbers the steps anew
        edits.append(wire.Trim(name, *_range(trim)))
    if discard:
        edits.append(wire.Forget(name))
    if accept:
        edits.append(wire.Accept(name))
    if not edits:
        raise BadInput("--amend needs --trim, --mask, --dots with --step, or --label")
    for edit in edits:
        _done(settings, edit)
    output.console.print(f"done: {name}")
    output.write({"episode": name, "edits": [edit.do for edit in edits]})
    return 0


def _done(settings: Settings, edit: Edit) -> None:
    """By the worker where one runs, else here."""
    try:
        worker = connect(settings)
    except Needed:
        edited(settings, edit)
        return
    with worker:
        worker.ask(edit)


def _range(text: str) -> tuple[int, int]:
    """ "3:9" → (3, 9)."""
    first, _, last = text.partition(":")
    try:
        return int(first), int(last)
    except ValueError as error:
        raise BadInput(f"--trim {text}: say the first and the last step, as 0:12") from error


def _box(text: str) -> wire.Rectangle:
    """ "10,20,300,40" → (10, 20, 300, 40)."""
    try:
        x, y, w, h = (int(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput(f"--mask {text}: say left, top, width and height in pixels") from error
    return x, y, w, h
