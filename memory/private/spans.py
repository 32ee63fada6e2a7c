"""A stretch of text that must not be kept, and how several of them are joined."""

from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = "•"


@dataclass(frozen=True, order=True)
class Span:
    """text[start:end] is a secret. kind: what stands in its place, as "card", "iban", "id",
    "secret" or "password"; or a placeholder, "{{bank}}"."""

    start: int
    end: int
    kind: str

    @property
    def mark(self) -> str:
        """What is kept instead of it."""
        return self.kind if self.kind.startswith("{{") else f"[{self.kind}]"


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, none over another: of two that overlap the longer one's kind holds for
    both."""
    found: list[Span] = []
    for span in sorted(spans):
        last = found[-1] if found else None
        if last is None or span.start >= last.end:
            found.append(span)
            continue
        longer = max(last, span, key=lambda one: one.end - one.start)
        found[-1] = Span(last.start, max(last.end, span.end), longer.kind)
    return found


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text with each secret's mark in its place."""
    parts, at = [], 0
    for span in joined(spans):
        parts += [text[at : span.start], span.mark]
        at = span.end
    return "".join([*parts, text[at:]])
