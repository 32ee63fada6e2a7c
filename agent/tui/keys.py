"""Rebound keys, checked: an action that is not there, or two actions on one key, is said."""

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType


def defaults(tables: Iterable[Iterable[BindingType]]) -> dict[str, set[str]]:
    """Each action's id with its own keys, of several tables of bindings."""
    found: dict[str, set[str]] = {}
    for table in tables:
        for binding in table:
            if isinstance(binding, Binding) and binding.id:
                found.setdefault(binding.id, set()).update(_keys(binding.key))
    return found


def checked(
    wanted: Mapping[str, str], everywhere: Mapping[str, set[str]], known: Mapping[str, set[str]]
) -> tuple[dict[str, str], list[str]]:
    """The keys that can be given, and a sentence for each that cannot.

    everywhere: actions that work on every page, whose keys no other may take. known: all actions.
    """
    given, wrong = dict(wanted), []
    for name in wanted:
        if name not in known:
            wrong.append(f"keys: there is no action {name!r}; ? names them")
            del given[name]
    for name, keys in list(given.items()):
        others = {other: set(_keys(given[other])) for other in given if other != name}
        fixed = {other: own for other, own in everywhere.items() if other not in given}
        for other, taken in {**others, **fixed}.items():
            if other != name and taken & set(_keys(keys)):
                wrong.append(
                    f"keys: {name} and {other} would both be on {keys!r}: left as they are"
                )
                given.pop(name, None)
                break
    return given, wrong


def _keys(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]
