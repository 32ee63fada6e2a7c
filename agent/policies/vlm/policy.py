"""VlmPolicy: a speaker and its dialect behind agent.policy.Policy.

What the model writes is read by the dialect and by nothing else; a reply that says no action is
told why and asked again, and after TRIES the run ends openly.
"""

import time

from actuation.action import Action, Fail, Motion, Wait
from agent.policies.vlm.context import Transcript, heard
from agent.policies.vlm.dialects.dialect import Dialect, DialectError, Said
from agent.policies.vlm.speaker import Message, Reply, Speaker
from agent.policy import Decision
from memory.day import Context
from perception.observation import Observation

TRIES = 3
LONGEST_WAIT = 10.0  # seconds, after which it is asked again
TOUCHED = "A person used the mouse or keyboard meanwhile: look at what is there now."


class VlmPolicy:
    """pictures: how many the model sees at most, beside recalled ones."""

    def __init__(self, speaker: Speaker, dialect: Dialect, pictures: int = 3) -> None:
        self.speaker, self.dialect, self.pictures = speaker, dialect, pictures
        self.name, self.weights = speaker.name, speaker.weights
        self.begin("", Context())

    def begin(self, goal: str, context: Context) -> None:
        self._transcript = Transcript(self.dialect, goal, context, self.pictures)
        self._said: tuple[str, Said] | None = None

    def decide(self, observation: Observation) -> Decision:
        begun = time.perf_counter()
        self._transcript.look(observation.image, observation.screen)
        looked = time.perf_counter()
        reply, said = self._ask()
        timings = {"scene": 1e3 * (looked - begun), **reply.timings}
        timings["decide"] = 1e3 * (time.perf_counter() - looked)
        self._said = reply.text, said
        return Decision(said.action, reply.confidence, said.thought, timings)

    def performed(self, action: Action) -> None:
        """The history tells what was done, in the model's own words where it was its own deed."""
        text, said = self._said or ("", None)
        if said is None or action != said.action:
            view = self._transcript.view
            try:
                assert view is not None, "nothing is performed before the first look"
                text = self.dialect.format(action, view)
            except DialectError:
                self._transcript.tell("Another action was done instead, by a person.")
        self._transcript.reply(text)
        self._said = None

    def interrupted(self) -> None:
        self._transcript.tell(TOUCHED)

    def watched(self, observation: Observation, action: Motion) -> None:
        """A person's act stands in the history like one of the model's own."""
        self._transcript.look(observation.image, observation.screen)
        self._said = None
        self.performed(action)

    def answered(self, question: str, answer: str) -> None:
        if self._said is not None:  # the question itself, in the model's words
            self._transcript.reply(self._said[0])
            self._said = None
        self._transcript.tell(heard(answer))

    def _ask(self) -> tuple[Reply, Said]:
        messages, view = self._transcript.messages, self._transcript.view
        assert view is not None, "the transcript has looked"
        why = ""
        for _ in range(TRIES):
            reply = self.speaker.say(messages, self.dialect, view)
            try:
                return reply, _brief(self.dialect.parse(reply.text, view))
            except DialectError as error:
                why = str(error)
            messages = [
                *messages,
                Message("assistant", (reply.text,)),
                Message("user", (f"That says no action: {why}. Say one action.",)),
            ]
        return reply, Said(Fail(f"the model said no action in {TRIES} tries: {why}"))


def _brief(said: Said) -> Said:
    """A wait that ends: a model that says 900 seconds is asked again before."""
    if isinstance(said.action, Wait) and said.action.seconds > LONGEST_WAIT:
        return Said(Wait(LONGEST_WAIT), said.thought)
    return said
