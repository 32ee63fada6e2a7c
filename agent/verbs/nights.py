"""`dormouse nights`: what each night did; --rollback takes the last promotion back, --accept
makes a level live again."""

from rich.table import Table

from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.output import Output
from agent.plain import night_line, night_lines, night_word
from agent.tables import night_table
from memory.levels import Levels
from memory.sleep.lock import asleep
from memory.sleep.log import nights


def main(last: bool, rollback: bool, accept: str, plain: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    if rollback and accept:
        raise BadInput("--rollback and --accept exclude each other")
    if rollback:
        return _rollback(output, settings)
    if accept:
        return _accept(output, settings, accept)
    records, lineage = nights(settings.nights), Levels(settings.levels).lineage()
    if last:
        if not records:
            raise BadInput("there was no night yet: dormouse sleep")
        if plain:
            for line in night_lines(records[-1], lineage):
                output.console.print(line, markup=False, soft_wrap=True)
        else:
            output.console.print(night_table(records[-1]))
        output.console.print(f"log: {settings.nights / records[-1].night / 'night.html'}")
        output.write(records[-1].contract())
        return 0
    if plain:
        for record in records:
            output.console.print(night_line(record, lineage), markup=False, soft_wrap=True)
        output.write([record.contract() for record in records])
        return 0
    table = Table("night", "episodes", "result", "why")
    for record in records:
        style = "green" if record.promoted else "yellow"
        word = f"[{style}]{night_word(record, lineage)}[/{style}]"
        table.add_row(record.night, str(record.episodes), word, record.reason)
    output.console.print(table if records else "there was no night yet")
    output.write([record.contract() for record in records])
    return 0


def _accept(output: Output, settings: Settings, wanted: str) -> int:
    levels = Levels(settings.levels)
    names = sorted(path.parent.name for path in settings.levels.glob("*/record.json"))
    fitting = [name for name in names if name.startswith(wanted)]
    if len(fitting) != 1:
        known = f"there are {', '.join(names)}" if names else "no night was promoted yet"
        raise BadInput(f"no level, or several, begin with {wanted!r}: {known}")
    (wanted,) = fitting
    try:
        with asleep(settings.levels):
            levels.promote(wanted, "accepted by the operator")
    except KeyError as error:
        raise BadInput(str(error.args[0])) from error
    except ValueError as error:
        raise Needed(str(error)) from error
    level = levels.level(wanted)
    output.console.print(f"live now: level {level.id}")
    output.write({"live": level.id, "digest": level.digest})
    return 0


def _rollback(output: Output, settings: Settings) -> int:
    levels = Levels(settings.levels)
    try:
        with asleep(settings.levels):
            level = levels.rollback()
    except LookupError as error:
        raise BadInput(str(error)) from error
    except ValueError as error:
        raise Needed(str(error)) from error
    live = f"level {level.id}" if level else "the shipped weights"
    output.console.print(f"live again: {live}")
    output.write({"live": level.id if level else "", "digest": level.digest if level else ""})
    return 0
