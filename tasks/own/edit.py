"""The operator's changes to a proposed postcondition, in short words.

"Amount=goal 3"       the goal's third value        "Paid=today"
"Amount=field Total"  the document's Total          "Kind=always fee"
"Amount 1=rest"       what the others leave         "Note="  stays blank
"Note=anything"       not checked
"""

from collections.abc import Sequence
from dataclasses import replace

from tasks.own.changes import ELSEWHERE, FIRST, LAST, NEXT
from tasks.own.postcondition import Append, Fill, Postcondition, Remove, Rule
from tasks.own.sources import Always, Goal, Open, Rest, Source, Today, label_named

PLACES = {"next": NEXT, "first": FIRST, "last": LAST, "anywhere": ELSEWHERE}


class EditError(ValueError):
    """It is no change that can be made; the message says what can be said."""


def edited(
    wanted: Postcondition, fills: Sequence[str], where: str = "", values: Sequence[str] = ()
) -> Postcondition:
    """The postcondition with other sources for some columns, rows added elsewhere; its doubts are
    the operator's answer now, so they are gone. values: of the goal, which sources may name."""
    rules = wanted.rules
    for said in fills:
        header, mark, words = said.partition("=")
        if not mark:
            raise EditError(f'{said!r}: say COLUMN=SOURCE, as "Amount=goal 3"')
        known = [fill.header for rule in rules for fill in _fills(rule)]
        if header.strip().casefold() not in [name.casefold() for name in known]:
            raise EditError(f"no column {header.strip()!r} is filled: {', '.join(known) or 'none'}")
        source = _source(words.strip())
        if isinstance(source, Goal) and values and source.index >= len(values):
            raise EditError(f"the goal has {len(values)} values ({', '.join(values)}), no more")
        rules = tuple(_filled(rule, header.strip(), words.strip()) for rule in rules)
    if where:
        if where not in PLACES:
            raise EditError(f"no place {where!r}: say {', '.join(PLACES)}")
        place = PLACES[where]
        rules = tuple(
            replace(rule, where=place) if isinstance(rule, Append) else rule for rule in rules
        )
    return Postcondition(rules)


def _fills(rule: Rule) -> tuple[Fill, ...]:
    return () if isinstance(rule, Remove) else rule.fills


def _filled(rule: Rule, header: str, words: str) -> Rule:
    if isinstance(rule, Remove):
        return rule
    fills = tuple(
        replace(fill, source=_source(words), maybe=words in ("", "nothing"))
        if fill.header.casefold() == header.casefold()
        else fill
        for fill in rule.fills
    )
    return replace(rule, fills=fills)


def _source(words: str) -> Source:
    kind, _, rest = words.partition(" ")
    match kind, rest.strip():
        case "goal", number if number.isdigit() and int(number) > 0:
            return Goal(int(number) - 1)
        case "field", label if label:
            return label_named(label)
        case "today", "":
            return Today()
        case "rest", "":
            return Rest()
        case "anything", "":
            return Open()
        case "always", text if text:
            return Always(text)
        case "" | "nothing", "":
            return Always("")
    raise EditError(
        f"{words!r}: say goal N, field LABEL, today, rest, always TEXT, anything, or nothing"
    )
