"""The seam between the policy and a model: a conversation goes in, a reply comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

from actuation.geometry import View
from agent.policies.vlm.dialects.dialect import Dialect
from perception.observation import Image


@dataclass(frozen=True, eq=False)
class Picture:
    """What the model is shown. image: uint8 (H, W, 3) RGB, already resized to what it sees."""

    image: Image

    @cached_property
    def digest(self) -> bytes:
        """The same for equal pixels and size."""
        return blake2b(
            self.image.tobytes(), digest_size=16, key=repr(self.image.shape).encode()
        ).digest()


@dataclass(frozen=True, eq=False)
class Message:
    """role: "system", "user" or "assistant"."""

    role: str
    parts: tuple[str | Picture, ...]


@dataclass(frozen=True)
class Reply:
    """text: everything that was said, tool calls included as the dialect writes them.

    confidence: geometric mean probability of the sampled tokens, where it is known. timings:
    milliseconds by phase ("prefill", "decode" …). prefilled: tokens computed before the first
    sampled one; reused: those that a cache already held.
    """

    text: str
    confidence: float = 1.0
    timings: dict[str, float] = field(default_factory=dict)
    prefilled: int = 0
    reused: int = 0


class Speaker(Protocol):
    """Answers a conversation. Engine (this process) and Server (another) are speakers."""

    name: str
    weights: str  # digest of the weights in use, "" where it is not known

    def say(self, messages: Sequence[Message], dialect: Dialect, view: View | None = None) -> Reply:
        """view: of the newest picture; points of the reply lie in it."""
        ...

    def close(self) -> None:
        """Abandon what is under way, from any thread."""
        ...
