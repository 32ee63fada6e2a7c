"""What an operator's answer settles when the same question comes up again."""

from actuation.action import Action, Ask, Fail, TypeText
from actuation.grammar import GrammarError, parse_action
from agent.policies.core.situation import Situation
from agent.policies.core.words import plain

YES = {"yes", "y", "ja", "j", "ok", "okay", "sure", "right", "correct", "do it"}
NO = {"no", "n", "nein", "don t", "do not", "stop"}
WANTED = ("What should I enter?", "What does it say?", "Is it right?")  # a value answers these


def is_value(said: str) -> bool:
    """Whether an answer may be something to be entered: neither a yes or no nor an action."""
    return _action(said) is None and plain(said) not in YES | NO


def as_answered(asked: Ask, said: str, held: Action | None, situation: Situation) -> Action:
    """What to do. held: what the question kept from being done; None where it kept nothing.

    An action in the operator's own words is done; a yes does what was held back, a no gives up,
    a value is typed where one was asked for. Anything else leaves the question standing.
    """
    if (action := _action(said)) is not None:
        return action
    if plain(said) in YES and held is not None:
        return held
    if plain(said) in NO:
        return Fail(f"the operator said no: {asked.question}")
    valued = is_value(said) and asked.question.endswith(WANTED)
    return TypeText(said) if valued and situation.scene.focused is not None else asked


def _action(said: str) -> Action | None:
    try:
        return parse_action(said)
    except GrammarError:
        return None
