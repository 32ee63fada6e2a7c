"""`dormouse tasks`: what can be asked, and by whom it was written."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.markup import escape
from rich.table import Table

from agent.errors import BadInput
from agent.output import Output
from tasks import catalog
from tasks.catalog import TASKS
from tasks.outside import NoTaskError, is_path, offered


@dataclass(frozen=True)
class Listed:
    """A task as it is listed. source: "" for one that ships, else where its class is."""

    level: int
    variants: tuple[str, ...]
    traps: tuple[str, ...]
    source: str


def main(suites: Sequence[str], plain: bool, json: str | None) -> int:
    output = Output(json)
    try:
        names = catalog.suite(*suites) if suites else catalog.names()
    except NoTaskError as error:
        raise BadInput(str(error)) from error
    found, refused = listed(names)
    say = output.console.print
    if plain:
        for name, one in found.items():
            say(line(name, one), markup=False, soft_wrap=True)
    else:
        table = Table("task", "level", "variants", "traps", "from")
        for name, one in found.items():
            table.add_row(name, str(one.level), *words(one), escape(one.source) or "Dormouse")
        say(table)
    for name, reason in refused.items():
        say(f"refused: {name}: {reason}", markup=False, soft_wrap=True)
    output.write({"tasks": {name: asdict(one) for name, one in found.items()}, "refused": refused})
    return 1 if refused else 0


def listed(names: Sequence[str]) -> tuple[dict[str, Listed], dict[str, str]]:
    """The tasks by name, and why others are none."""
    found, refused, given = dict[str, Listed](), dict[str, str](), offered()
    for name in names:
        try:
            task = catalog.create(name)
        except NoTaskError as error:
            refused[name] = str(error)
            continue
        source = "" if name in TASKS else name if is_path(name) else given[name][0]
        found[task.name] = Listed(task.level, task.variants, task.traps, source)
    return found, refused


def words(one: Listed) -> tuple[str, str]:
    """Variants without those that are traps, and traps."""
    plain = (each for each in one.variants if each and each not in one.traps)
    return ", ".join(plain), ", ".join(one.traps)


def line(name: str, one: Listed) -> str:
    """One task in one line."""
    variants, traps = words(one)
    parts = [f"{name}: level {one.level}"]
    parts += [f"variants {variants}"] if variants else []
    parts += [f"traps {traps}"] if traps else []
    return "; ".join([*parts, f"from {one.source or 'Dormouse'}"])
