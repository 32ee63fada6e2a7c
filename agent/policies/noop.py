"""A policy that does nothing and says it is done: every task must fail it."""

from actuation.action import Action, Done
from agent.policy import Decision
from memory.day import Context
from perception.observation import Observation


class Noop:
    """Says Done at the first look."""

    name = "noop"
    weights = ""

    def begin(self, goal: str, context: Context) -> None:
        pass

    def decide(self, observation: Observation) -> Decision:
        return Decision(Done(), note="nothing was done")

    def performed(self, action: Action) -> None:
        pass

    def interrupted(self) -> None:
        pass
