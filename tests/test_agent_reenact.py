"""Doing again what was done: late programs are waited for, and nothing else is touched."""

from dataclasses import replace

import numpy as np
import pytest

from actuation.action import Action, Click, Done, Fail, Move, Press, TypeText, Wait
from agent.policies.reenact import ALIKE, LOOKS, Reenact, divergence, likeness
from memory.episode import Actor, Episode, Outcome, Step
from perception.observation import Box, Observation, Screen, Window

LEDGER = Window("ledger.xlsx – Calc", "soffice", Box(0, 0, 200, 120), active=True)
OTHER = Window("Save as", "soffice", Box(40, 40, 90, 60), active=True)
PLACE = Click(60, 50)


def look(window: Window | None = LEDGER, tint: int = 0, word: bool = True) -> Observation:
    """A screen with a button at PLACE, which says a word."""
    image = np.full((120, 200, 3), 200 + tint, np.uint8)
    if word:
        image[46:54, 52:68:2] = 20
    windows = (window,) if window else ()
    return Observation(image, Screen(200, 120), windows=windows)


def lived(*actions: Action) -> Episode:
    steps = tuple(
        Step(index, look(), action, action, Actor.OPERATOR) for index, action in enumerate(actions)
    )
    return Episode("r1", "", "t", "", 0, "demonstration", "", 0.0, outcome=None, steps=steps)


def answered(policy: Reenact, seen: Observation) -> Action:
    """What it decides, and it is done."""
    action = policy.decide(seen).action
    policy.performed(action)
    return action


def test_all_steps_in_order_and_then_done() -> None:
    policy = Reenact(lived(PLACE, TypeText("12"), Wait(1.0), Press("Return")))
    done = [answered(policy, look()) for _ in range(5)]
    assert done == [PLACE, TypeText("12"), Wait(1.0), Press("Return"), Done()]


@pytest.mark.parametrize(("tint", "word", "same"), [(20, True, True), (0, False, False)])
def test_a_hover_is_no_other_target_and_another_word_is(tint: int, word: bool, same: bool) -> None:
    step, now = lived(PLACE).steps[0], look(tint=tint, word=word)
    alike = likeness(step.observation.image, now.image, PLACE.x, PLACE.y)
    assert (alike >= ALIKE) is same
    assert (divergence(step, now) == "") is same


def test_a_late_target_is_waited_for() -> None:
    policy = Reenact(lived(PLACE, Press("Return")))
    assert answered(policy, look(word=False)) == Wait(0.5)
    assert answered(policy, look(word=False)) == Wait(0.5)
    assert answered(policy, look()) == PLACE
    assert answered(policy, look()) == Press("Return")


def test_the_pointer_goes_where_it_was_and_then_to_the_target() -> None:
    episode = lived(PLACE)
    (step,) = episode.steps
    then = replace(step, observation=replace(step.observation, cursor=(9, 7)))
    policy = Reenact(replace(episode, steps=(then,)))
    seen = [answered(policy, look(word=False)) for _ in range(LOOKS)]
    assert [action for action in seen if action != Wait(0.5)] == [Move(9, 7), Move(60, 50)]
    assert answered(policy, look()) == PLACE


def test_what_never_comes_ends_it_and_says_where() -> None:
    policy = Reenact(lived(Press("F2"), PLACE))
    policy.performed(policy.decide(look()).action)
    seen = [answered(policy, look(word=False)) for _ in range(LOOKS + 1)]
    assert isinstance(seen[-1], Fail)
    assert "diverged at step 2: the target looks different" in seen[-1].reason
    assert not any(isinstance(action, Click) for action in seen)


@pytest.mark.parametrize(
    ("window", "fits"),
    [
        (LEDGER, True),
        (replace(LEDGER, title="ledger.xlsx * – Calc"), True),  # what was changed is marked
        (OTHER, False),
        (replace(LEDGER, application="gnucash"), False),
        (None, False),
    ],
)
def test_keys_go_to_the_same_window_only(window: Window | None, fits: bool) -> None:
    policy = Reenact(lived(TypeText("12")))
    assert (policy.decide(look(window)).action == TypeText("12")) is fits


def test_words_that_are_not_kept_are_not_guessed() -> None:
    policy = Reenact(lived(TypeText("••••")))
    action = policy.decide(look()).action
    assert isinstance(action, Fail)
    assert "what was typed there is not kept" in action.reason


def test_an_ending_is_repeated_as_it_was() -> None:
    episode = replace(lived(Done("1105.33")), outcome=Outcome.VERIFIED)
    assert answered(Reenact(episode), look(None)) == Done("1105.33")
