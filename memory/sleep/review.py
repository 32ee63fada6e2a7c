"""Review: a weight in {0, ½, 1} and a reason for every step, judged by what the step itself did.

The outcome of an episode is never spread over its steps: it only says whether the agent's own
steps may be trusted at all. What a step did is seen by comparing its frame with the next one.
What a person put in the place of the agent's counts in full, whatever became of the run; what it
was put in the place of, not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from actuation.action import (
    Action,
    Ask,
    Click,
    Done,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from memory.episode import Actor, Episode, Fate, Outcome, Step
from memory.flags import Flag
from memory.recall import good
from memory.redact import withheld
from memory.taught import alike, corrections, mended

SURE = 0.8  # confidence from which an agent's step in a verified run counts in full
SECRET = "typed a secret: it stays out of the weights"
UNDO = {"ctrl+z", "backspace", "delete", "escape", "ctrl+backspace"}


@dataclass(frozen=True)
class Judgement:
    weight: float
    reason: str


def review(episode: Episode, flags: Mapping[int, Flag] | None = None) -> list[Judgement]:
    """One judgement a step, in order. flags: what the operator said of steps; it stands above all
    but secrets. Of an episode that is learned for its corrections alone, nothing else counts."""
    said = flags or {}
    corrections = any(flag.correction is not None for flag in said.values())
    alone = corrections and not (good(episode) or _by_hand(episode))
    return [
        _said(said[step.index])
        if step.index in said
        else Judgement(0, "only what you corrected in this episode counts")
        if alone
        else judgement
        for step, judgement in zip(episode.steps, _seen(episode), strict=True)
    ]


def _said(flag: Flag) -> Judgement:
    if flag.correction is None:
        return Judgement(0, f"flagged by the operator: {flag.reason}")
    if _secret(flag.correction):
        return Judgement(0, SECRET)
    return Judgement(1, "corrected by the operator")


def _by_hand(episode: Episode) -> bool:
    """Whether a person's own hands put something right in this run."""
    return episode.provenance == "run" and any(s.actor is Actor.OPERATOR for s in episode.steps)


def _seen(episode: Episode) -> list[Judgement]:
    """What the steps themselves show."""
    done = [step for step in episode.steps if step.performed is not None]
    following = dict(zip(done, [*done, None][1:], strict=True))
    previous = dict(zip(done, [None, *done][:-1], strict=True))
    right, wrong = corrections(episode), mended(episode)
    judged = []
    for step, next_ in zip(episode.steps, [*episode.steps, None][1:], strict=True):
        if step.performed is None:
            judged.append(_unperformed(step, next_))
        elif step.index in wrong:
            by = wrong[step.index]
            judged.append(Judgement(0, f"put right by the operator at step {by}"))
        else:
            around = previous[step], following[step]
            judged.append(_judge(episode, step, *around, right.get(step.index)))
    return judged


def _unperformed(step: Step, after: Step | None) -> Judgement:
    """What was proposed, said, or cut off."""
    if step.fate is Fate.ANSWER:
        return Judgement(0, SECRET) if _secret(step.intended) else Judgement(1, str(step.fate))
    if step.fate is not Fate.NONE:
        return Judgement(0, str(step.fate))
    if after is not None and after.actor is Actor.OPERATOR:
        return Judgement(0, f"{Fate.TAKEN_OVER}, in the middle of it")
    return Judgement(0, "never performed")


def _judge(
    episode: Episode, step: Step, before: Step | None, after: Step | None, right: Step | None
) -> Judgement:
    """right: the step of the agent's that this one of the operator's puts right."""
    action = step.performed
    assert action is not None, "what was not performed is judged elsewhere"
    if _secret(action):
        return Judgement(0, SECRET)
    trust = _trust(episode, step)
    if trust.weight == 0:
        return trust
    if before is not None and _hurried(step, before):
        return Judgement(0, "the screen had not followed yet: its frame is an old one")
    done = _deed(action, step, before, after)
    if after is not None and _hurried(after, step):
        done = Judgement(1, "the screen followed later")
    if right is not None and done.weight > 0:
        how = Fate.EDITED if right.fate is Fate.EDITED else f"puts step {right.index} right"
        return Judgement(1, f"{how}; {done.reason}")
    # The lesser of the two decides, and says why.
    return done if done.weight < trust.weight else Judgement(trust.weight, _both(done, trust))


def _hurried(step: Step, before: Step) -> bool:
    """Whether a person went on after typing before what was typed could be seen."""
    hands = step.actor is Actor.OPERATOR and before.actor is Actor.OPERATOR
    return hands and isinstance(before.performed, TypeText) and alike(before, step)


def _secret(action: Action) -> bool:
    return isinstance(action, TypeText) and withheld(action.text)


def _both(done: Judgement, trust: Judgement) -> str:
    return f"{done.reason}; {trust.reason}" if trust.reason else done.reason


def _trust(episode: Episode, step: Step) -> Judgement:
    """How far the one who acted is believed."""
    if step.actor is not Actor.AGENT:
        if episode.provenance == "demonstration" and episode.outcome is Outcome.WRONG:
            return Judgement(0, "the demonstration ended wrong")
        return Judgement(1, "")
    if episode.outcome is not Outcome.VERIFIED:
        return Judgement(0, f"the agent's own step in a run that ended {episode.outcome}")
    if episode.collateral:
        return Judgement(0, "the run changed something else too")
    if step.confidence < SURE:
        return Judgement(0.5, f"verified, at confidence {step.confidence:.2f}")
    return Judgement(1, "verified")


def _deed(action: Action, step: Step, before: Step | None, after: Step | None) -> Judgement:
    """What the step itself did."""
    match action:
        case Ask() if after is not None and after.actor is Actor.OPERATOR:
            return Judgement(0, "the operator went on instead of answering")
        case Ask() if after is not None:
            return Judgement(1, "a question that was answered")
        case Done() | Ask():
            return Judgement(1, "a right ending")
        case Fail():
            return Judgement(0, "gave up")
        case Move() | Wait():
            return Judgement(0, "moves nothing")
    if after is None:
        return Judgement(0.5, "the last step: its effect was not seen")
    seen = effect(step, after)
    undone = _undoes(after.performed, action)
    if undone:
        return Judgement(0, f"undone by the next step ({after.performed})")
    if isinstance(action, Click) and _same_place(action, after.performed):
        if not seen:
            return Judgement(0, "the same click again")
        return Judgement(0.5, "changed the screen, and the same click again")
    if before is not None and _undoes(action, before.performed):
        return Judgement(0.5, "mends the step before it")
    if not seen:
        if isinstance(action, Press) and "+" in action.keys:
            return Judgement(1, "a shortcut: it may act unseen")
        return Judgement(0, "no effect on the screen")
    return Judgement(1, "scrolled" if isinstance(action, Scroll) else "changed the screen")


def effect(step: Step, after: Step) -> bool:
    """Whether the screen of the next step shows a change that is no blinking caret."""
    return not alike(step, after)


def _undoes(later: Action | None, earlier: Action | None) -> bool:
    return (
        isinstance(later, Press) and isinstance(earlier, TypeText) and later.keys.casefold() in UNDO
    )


def _same_place(one: Click, other: Action | None) -> bool:
    return (
        isinstance(other, Click)
        and one.button is other.button
        and one.count == other.count
        and one.modifiers == other.modifiers
        and max(abs(one.x - other.x), abs(one.y - other.y)) <= 4
    )
