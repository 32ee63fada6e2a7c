"""How goals are worded: many ways to say that a row is to be filled, and one thing more then."""

import random

from agent.policies.core.nursery.jobs import ASK, DONE
from agent.policies.core.nursery.lexicon import syllables
from agent.policies.core.situation import KEYS, Choice

_TABLES = ("table", "list", "register", "sheet", "file", "overview", "schedule", "catalogue")
_ROWS = ("next free row", "first empty row", "next empty row", "first free line", "next free line")
_VERBS = (
    ("Copy", "to"), ("Put", "in"), ("Enter", "in"), ("Add", "to"), ("Write", "into"),
    ("Record", "in"), ("Transfer", "to"), ("Take over", "into"), ("Note", "in"), ("Fill", "into"),
)  # fmt: skip

# what a goal may ask for by a word: every usual shortcut but that for saving
_SHORTCUTS = {
    "undo": "ctrl+z", "paste": "ctrl+v", "search": "ctrl+f", "find": "ctrl+f",
    "open": "ctrl+o", "reload": "F5", "refresh": "F5", "edit": "F2", "cancel": "Escape",
    "delete": "Delete", "suchen": "ctrl+f", "rückgängig": "ctrl+z", "abbrechen": "Escape",
}  # fmt: skip
_UNSHOWN = (
    "print", "lock", "sort", "sign", "stamp", "archive", "balance", "post", "drucken", "buchen",
    "sperren",
)  # fmt: skip


def row_goal(rng: random.Random, what: str) -> tuple[str, str]:
    """To enter `what` ("the card", "city and phone") in a table's next free row, and the table's
    name."""
    table = syllables(rng) if rng.random() < 0.3 else rng.choice(_TABLES)
    verb, joint = rng.choice(_VERBS)
    if rng.random() < 0.1:
        verb = syllables(rng).capitalize()
    row = rng.choice(_ROWS)
    goal = rng.choice(
        (f"{verb} {what} {joint} the {row} of the {table}", f"{verb} {what} {joint} the {row}",
         f"{verb} {what} {joint} the {table}'s {row}", f"{verb} {what} {joint} the {table}",
         f"{verb} {what} {joint} the {table}, in the {row}",
         f"{verb} {what}: fill in the {row} of the {table}",
         f"Fill the {row} of the {table} with {what}", f"Add a row with {what} to the {table}",
         f"Fill in the {row} of the {table} from {what}")
    )  # fmt: skip
    if rng.random() < 0.25:
        goal = f"Please {goal[0].lower()}{goal[1:]}"
    return f"{goal}.", table


def and_then(rng: random.Random, goal: str, table: str) -> tuple[str, tuple[int, ...], Choice]:
    """Sometimes more at the end: a key by its name, a shortcut by a word for what it does, or
    something that nobody has shown.

    Returns the goal, the keys, and what is right after them: what follows is for the goal to say.
    """
    chance, bare = rng.random(), goal.rstrip(".")
    if chance < 0.45:
        return goal, (), DONE
    if chance < 0.6:
        key = rng.randrange(len(KEYS))
        told = rng.choice(
            (f"{bare}, then press {KEYS[key]}.", f"{bare}. Press {KEYS[key]} at the end.",
             f"{bare} and press {KEYS[key]}.")
        )  # fmt: skip
        return told, (key,), DONE
    known = chance < 0.8
    verb = rng.choice(_UNSHOWN) if rng.random() < 0.4 else syllables(rng, 1, 2)
    if known:
        verb = rng.choice(list(_SHORTCUTS))
    what = rng.choice(("it", "it", "everything", f"the {table}", f"the {table}", "the file"))
    told = rng.choice(
        (f"{bare} and {verb} {what}.", f"{bare}, and {verb} {what}.", f"{bare}, then {verb}.",
         f"{bare}, then {verb} {what}.", f"{bare} and then {verb} {what}.",
         f"{bare}. {verb.capitalize()} when you are done.", f"{bare}. {verb.capitalize()} {what}.",
         f"{bare}. Please {verb} {what}.")
    )  # fmt: skip
    return (told, (KEYS.index(_SHORTCUTS[verb]),), DONE) if known else (told, (), ASK)
