"""A vision-language policy hears what a person does and says, and trains on what it heard."""

from collections.abc import Sequence
from dataclasses import replace

from vlm_house import dialect

from actuation.action import Ask, Done, Press, TypeText
from actuation.fake import FakeDesktop
from agent.policies.vlm.lessons import conversation, lessons
from agent.policies.vlm.policy import TOUCHED, VlmPolicy
from agent.policies.vlm.speaker import Message, Reply
from memory.day import Context
from memory.episode import Actor, Episode, Fate, Step

ASKED, SAID = Ask("Which total?"), "The operator answers: 119.00"


class Recording:
    """Speaks given replies; asked: the conversations."""

    name, weights = "recording", "w"

    def __init__(self, *replies: str) -> None:
        self.replies, self.asked = list(replies), list[list[Message]]()

    def say(self, messages: Sequence[Message], *_: object) -> Reply:
        self.asked.append(list(messages))
        return Reply(self.replies.pop(0), 1.0, {})


def words(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Who said what, pictures aside."""
    return [
        (one.role, " ".join(part.strip() for part in one.parts if isinstance(part, str)))
        for one in messages
    ]


def test_acts_and_answers_stand_in_the_conversation() -> None:
    desktop, speech = FakeDesktop(), dialect()
    seen = desktop.observe()
    view_of = VlmPolicy(Recording(), speech)  # type: ignore[arg-type]
    view_of._transcript.look(seen.image, seen.screen)
    view = view_of._transcript.view
    assert view is not None
    speaker = Recording(speech.format(ASKED, view), speech.format(Done(), view))
    policy = VlmPolicy(speaker, speech)  # type: ignore[arg-type]
    policy.begin("enter it", Context(answered=(("Which date?", "today"),)))
    assert policy.decide(seen).action == ASKED
    policy.answered(ASKED.question, "119.00")
    policy.watched(seen, TypeText("119.00"))
    policy.interrupted()
    assert policy.decide(seen).action == Done()
    told = words(speaker.asked[-1])
    assert "Which date? The operator answered: today" in told[0][1] + told[1][1]
    assert [text for who, text in told if who == "assistant"] == [
        speech.format(ASKED, view),
        speech.format(TypeText("119.00"), view),
    ]
    heard, touched = (text for who, text in told[-3:] if who == "user")
    assert SAID in heard
    assert TOUCHED in touched


def test_lessons_learn_against_what_was_not_done_and_keep_what_was_said() -> None:
    desktop = FakeDesktop()
    frames = [desktop.observe()]
    for action in (TypeText("1"), Press("Tab"), TypeText("119.00")):
        desktop.perform(action)
        frames.append(desktop.observe())
    net, gross = TypeText("100.00"), TypeText("119.00")
    steps = (
        Step(0, frames[0], net, None, Actor.AGENT, fate=Fate.TAKEN_OVER),
        Step(1, frames[0], gross, gross, Actor.OPERATOR),
        Step(2, frames[1], ASKED, ASKED, Actor.AGENT),
        Step(3, frames[1], TypeText("119.00"), None, Actor.OPERATOR, fate=Fate.ANSWER),
        Step(4, frames[2], gross, gross, Actor.AGENT),
    )
    lived = Episode("e", "enter it", "t", "", 1, "run", "", 1.0, steps=steps)
    against, lesson = lessons(dialect(), lived, [0, 1, 0, 1, 1], 3)
    assert [(turn.action, turn.weight) for turn in against.turns] == [(net, -1)]
    assert [(turn.action, turn.weight) for turn in lesson.turns] == [
        (gross, 1),
        (ASKED, 0),
        (gross, 1),
    ]
    told = words(conversation(dialect(), lesson, 3))
    assert SAID in told[-2][1]
    assert SAID not in str(
        words(conversation(dialect(), replace(lesson, turns=lesson.turns[:2]), 3))
    )
