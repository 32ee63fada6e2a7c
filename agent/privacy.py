"""What stands between a run, or a recording, and the store: excluded windows, then secrets.

    guarded(store, settings) ── step ──▶ Private ──▶ Excluding ──▶ store

Whatever keeps frames or words uses it; what is said of a run elsewhere (a queue, a log) goes
through `words` first.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from json import dumps, loads
from typing import TYPE_CHECKING

from actuation.action import Action
from agent.config import Settings
from agent.facts import Facts
from agent.worker.told import Job
from memory.episode import Episode, Outcome, Step
from memory.exclude import NOT_KEPT, Excluding, Journal
from perception.observation import Observation

if TYPE_CHECKING:
    from actuation.accessible import Accessible
    from memory.private.focus import Fields
    from memory.private.journal import Private
    from perception.read import Reader


class Guarded:
    """A Journal. private: None where the operator has switched redaction off."""

    def __init__(self, excluding: Excluding, private: "Private | None") -> None:
        self._excluding, self.private = excluding, private
        self._journal: Journal = private or excluding

    @property
    def quiet(self) -> bool:
        """Whether the episode has seen an excluded window: then no words of it may be kept."""
        return self._excluding.quiet

    def saw(self, observation: Observation) -> None:
        """A look that may not become a step, as before a refusal."""
        self._excluding.saw(observation)

    def words(self, text: str) -> str:
        """What may be kept of a text that tells of the run under way."""
        if text and self.quiet:
            return NOT_KEPT
        return self.private.words(text) if self.private else text

    @contextmanager
    def listening(self, bus: str = "") -> Iterator[bool]:
        """While inside, programs of a desktop are heard that tell of their password fields (bus:
        its session's D-Bus; the operator's own if empty). Whether there is anything to hear."""
        ears = _ears(bus) if self.private else None
        if self.private is None or ears is None:
            yield False
            return
        self.private.ask(ears)
        try:
            yield True
        finally:
            self.private.ask(None)
            ears.close()

    def begin(self, episode: Episode) -> None:
        self._journal.begin(episode)

    def intend(self, episode_id: str, step: Step, after: Observation | None = None) -> None:
        """after: the frame after the action where it is known already, as of a person's act: it
        tells whether the typing showed as dots."""
        self._journal.intend(episode_id, step, after)

    def outcome(self, episode_id: str, index: int, performed: Action) -> None:
        self._journal.outcome(episode_id, index, performed)

    def end(
        self, episode_id: str, outcome: Outcome, collateral: bool, detail: str, ended_at: float
    ) -> None:
        self._journal.end(episode_id, outcome, collateral, detail, ended_at)


def guarded(
    store: Journal,
    settings: Settings,
    *,
    reader: "Reader | None" = None,
    fields: "Fields | None" = None,
    facts: Callable[[], Mapping[str, str]] | None = None,
) -> Guarded:
    """The journal that the operator's settings ask for.

    reader: of a policy that reads the same frames. fields: who knows password fields. facts:
    placeholders by value, asked at each episode's begin; the configured vault's if None.
    """
    excluding = Excluding(store, settings.exclude)
    if not settings.redact:
        return Guarded(excluding, None)
    from memory.private.journal import Private

    told = facts or Facts(settings).placeholders
    return Guarded(excluding, Private(excluding, reader, fields, told, _broke))


def cleaned(settings: Settings) -> Callable[[str], str]:
    """What may be kept of words that no run told: those of a queue, of a flag."""
    if not settings.redact:
        return str
    from memory.redact import redact

    return redact


def harmless(job: Job, journal: Guarded) -> Job:
    """An ended job as a file may keep it: how it ended may quote what was on the screen."""
    detail = journal.words(job.detail)
    if not job.attempt:
        return replace(job, detail=detail)
    numbers = loads(job.attempt)
    kept = dumps(numbers | {"detail": journal.words(numbers["detail"])})
    return replace(job, detail=detail, attempt=kept)


def _ears(bus: str) -> "Accessible | None":
    from actuation.accessible import Accessible

    try:
        return Accessible(bus)
    except (ImportError, OSError, ValueError):  # no jeepney, no bus, or one that lets nobody in
        return None


def _broke(words: str) -> None:
    print(f"dormouse: {words}", file=sys.stderr)
