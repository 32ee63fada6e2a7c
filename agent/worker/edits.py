"""What clients change in memory: judge a step, amend a recording, accept it, forget."""

from collections.abc import Callable

from actuation.grammar import GrammarError, parse_action
from agent import own
from agent.config import Settings
from agent.errors import BadInput
from agent.facts import Facts
from agent.privacy import cleaned
from agent.worker import wire
from memory import amend
from memory.amend import AmendError
from memory.store import StillOpenError, Store
from perception.observation import Box

Change = wire.Flag | wire.Trim | wire.Mask | wire.Label | wire.Accept
Edit = wire.Forget | Change


def edited(settings: Settings, edit: Edit) -> str:
    """Do it, as one transaction; what was done, in words. BadInput where it cannot be."""
    with Store(settings.store) as store:
        try:
            if isinstance(edit, wire.Forget):
                return _forgotten(settings, store, edit.episode)
            return _edited(store, edit, cleaned(settings))
        except (KeyError, GrammarError, StillOpenError, AmendError) as error:
            raise BadInput(str(error.args[0])) from error


def _forgotten(settings: Settings, store: Store, name: str) -> str:
    head = next((one for one in store.episodes() if one.id == name), None)
    store.delete(name)
    if head is not None:
        own.forgotten(head, Facts(settings).veil(), store.episodes())
    return f"episode {name} was deleted"


def _edited(store: Store, edit: Change, clean: Callable[[str], str]) -> str:
    """clean: takes secrets out of what is kept in words."""
    name = edit.episode
    match edit:
        case wire.Flag():
            action, reason = clean(edit.action), clean(edit.reason)
            store.flag(name, edit.step, reason, parse_action(action) if action else None)
            said = action or reason or "the flag was taken back"
            return f"step {edit.step} of {name}: {said}"
        case wire.Trim():
            amend.trim(store, name, edit.first, edit.last)
            return f"recording {name} was cut to its steps {edit.first} to {edit.last}"
        case wire.Mask(box=None, step=None):
            raise BadInput("say which step's words become dots, or which box is masked")
        case wire.Mask(box=None, step=int(step)):
            amend.dotted(store, name, step)
            return f"the words of step {step} of {name} are dots"
        case wire.Mask(box=box):
            assert box is not None
            amend.mask(store, name, Box(*box), edit.step)
            where = "all steps" if edit.step is None else f"step {edit.step}"
            return f"a box of {where} of {name} is masked"
        case wire.Label():
            amend.label(store, name, clean(edit.goal))
            return f"recording {name} has another goal"
        case wire.Accept():
            amend.accept(store, name)
            return f"recording {name} is a demonstration: the next night learns from it"
