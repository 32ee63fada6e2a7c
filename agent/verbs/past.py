"""`dormouse episodes`, `demonstrations`, `memory`, `forget`: what was lived, as words or JSON."""

from collections.abc import Callable, Sequence

from rich.markup import escape
from rich.table import Table

from agent import export
from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.output import Output
from agent.past import EPISODES, Lived, judged, learning, step_json, told, when
from agent.promises import lines
from agent.tui.library import Library
from agent.verbs.replay import found
from agent.worker import wire
from agent.worker.client import connect
from agent.worker.edits import edited
from memory.store import Store


def episodes(episode: str, export_as: str, plain: bool, json: str | None) -> int:
    output, library = Output(json), Library(Settings())
    if export_as not in ("", "html", "lines"):
        raise BadInput(f"--export {export_as}: say html or lines")
    if episode:
        return _one(output, library, episode, export_as)
    if export_as:
        raise BadInput("--export needs the id of an episode, or 'last'")
    lived = library.lived()
    rows = [(*one.row, one.head.id[:8]) for one in lived]
    _table(output, (*EPISODES, "id"), rows, plain, "nothing was lived yet")
    output.write([one.as_json() for one in lived])
    return 0


def _one(output: Output, library: Library, wanted: str, export_as: str) -> int:
    with Store(library.settings.store) as store:
        episode = store.episode(found(store, wanted))
        flags = store.flags(episode.id)
    lived = Lived(episode, len(episode.steps), flags)
    say = _say(output)
    say(f"episode {episode.id}: {episode.goal}")
    say(f"{', '.join(lived.row[:5])}; {lived.ended} {episode.detail}".rstrip())
    for step in episode.steps:
        said = judged(step, flags.get(step.index))
        say(f"{step.index:3}  {step.actor}  {told(step)}  ({step.confidence:.2f})  {said}")
        if step.note:
            say(f"       because: {step.note}")
    steps = [step_json(step, flags.get(step.index)) for step in episode.steps]
    numbers = lived.as_json() | {"steps": steps}
    if export_as:
        folder = library.settings.data / "exports"
        html = export_as == "html"
        path = export.page(episode, folder) if html else export.lines(episode, flags, folder)
        say(f"exported: {path}")
        numbers["exported"] = str(path)
    output.write(numbers)
    return 0


def demonstrations(plain: bool, json: str | None) -> int:
    output, library = Output(json), Library(Settings())
    lived, learned = library.demonstrations(), library.learned()
    rows = [
        (
            when(one.head.started_at),
            learning(one.head, learned),
            one.ended,
            one.head.goal,
            str(one.steps),
            one.head.id[:8],
        )
        for one in lived
    ]
    heads = ("when", "weights", "ended", "goal", "steps", "id")
    _table(output, heads, rows, plain, "nothing was shown yet: dormouse add TASK --policy scripted")
    output.write([one.as_json() | {"learned": one.head.id in learned} for one in lived])
    return 0


def memory(forget: str, plain: bool, json: str | None) -> int:
    if forget:
        return forgotten(forget, json)
    output, library = Output(json), Library(Settings())
    lived, size, settings = library.lived(), library.size(), library.settings
    for line in lines(settings, size, len(lived)):
        _say(output)(line)
    heads = ("when", "trust", "source", "goal", "steps", "id")
    rows = [
        (
            when(one.head.started_at),
            one.trust,
            one.head.provenance,
            one.head.goal,
            str(one.steps),
            one.head.id[:8],
        )
        for one in lived
    ]
    _table(output, heads, rows, plain, "nothing is remembered yet")
    output.write(
        {
            "memory": str(settings.store),
            "bytes": size,
            "exclude": list(settings.exclude),
            "retention_days": settings.retention_days,
            "episodes": [one.as_json() for one in lived],
        }
    )
    return 0


def forgotten(wanted: str, json: str | None) -> int:
    """Delete an episode: by the worker where one runs, else here."""
    output, settings = Output(json), Settings()
    with Store(settings.store) as store:
        name = found(store, wanted)
    try:
        with connect(settings) as worker:
            worker.ask(wire.Forget(name))
    except Needed:
        edited(settings, wire.Forget(name))
    output.console.print(f"forgotten: {name}")
    output.write({"forgotten": name})
    return 0


def _table(
    output: Output,
    heads: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    plain: bool,
    empty: str,
) -> None:
    if not rows:
        output.console.print(empty)
    elif plain:
        for row in rows:
            named = zip(heads, row, strict=True)
            _say(output)("; ".join(f"{head} {cell}" for head, cell in named if cell))
    else:
        table = Table(*heads)
        for row in rows:
            table.add_row(*map(escape, row))
        output.console.print(table)


def _say(output: Output) -> Callable[[str], None]:
    """Prints lines just as they are."""
    return lambda line: output.console.print(line, markup=False, soft_wrap=True)
