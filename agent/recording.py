"""A recording: a person's hands do a task, and each act is journalled as soon as it is told.

    hands ──▶ Recorder (a thread) ──told──▶ queue ──▶ journal: intent, outcome ──▶ Stepped
    Cue: hide, show, finish ──────────────────▶ the task's verifier ──▶ one outcome

What Stepped has told of is on disk: a kill loses at most the act that was not yet complete.
The episode's provenance is "recording": nothing learns from it before a person accepts it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from actuation.action import Action, Done
from actuation.desktop import Desktop, DesktopError
from actuation.recorded import Recorded, Recorder
from agent.cue import Cue, Ending
from agent.events import Began, Looked, Sink, Stepped, ignore
from agent.loop import Journal, Run, Verify, concluded, ended
from agent.stop import Stop
from memory.episode import Actor, Episode, Outcome, Step
from perception.frames import difference, is_caret
from perception.observation import Observation

BREATH = 0.1  # seconds between two looks at the stop sign
ALIVE = 2.0  # seconds without an act after which it is looked whether the desktop is still there

Told = Callable[[Recorded], None]
Listen = Callable[[Desktop, Told], Recorder]
"""Begins to record the hands on a desktop."""


@dataclass
class Recording:
    """Records one episode on one desktop."""

    desktop: Desktop
    listen: Listen
    journal: Journal
    cue: Cue
    sink: Sink = ignore
    stop: Stop = field(default_factory=Stop)

    def run(self, episode: Episode, verify: Verify | None) -> Run:
        """Keep what the hands do until the cue, or a stop, ends it.

        Errors of the journal (disk full, say) pass through; those of the desktop end the run.
        """
        started = time.monotonic()
        self._steps: list[dict[str, float]] = []
        self.journal.begin(episode)
        self.sink(Began(episode.id, episode.goal, "person", Actor.OPERATOR))
        outcome, said = self._live(episode.id)
        run = concluded(episode.id, outcome, said, verify, self._steps, started)
        self.journal.end(episode.id, run.outcome, run.collateral, run.detail, time.time())
        self.sink(ended(run))
        return run

    def _live(self, episode: str) -> tuple[Outcome, str]:
        """Until something ends it; a claim of being done comes back as UNVERIFIED."""
        acts: SimpleQueue[Recorded] = SimpleQueue()
        try:
            self._see(episode, self.desktop.observe())
            recorder = self.listen(self.desktop, acts.put)
            try:
                self.cue.begin(recorder.hide)
                looked = time.monotonic()
                while self.cue.ending is None and not self.stop.thrown:
                    if self._keep_next(episode, acts, BREATH):
                        looked = time.monotonic()
                    elif time.monotonic() - looked > ALIVE:
                        self.desktop.glance()
                        looked = time.monotonic()
            finally:
                recorder.close()  # it tells what was still being joined
            while self._keep_next(episode, acts, 0):
                pass
            if self.cue.ending is None:
                return Outcome.STOPPED, "stopped by a person"
            return self._end(episode, self.cue.ending)
        except DesktopError as error:
            return Outcome.FAILED, str(error)

    def _keep_next(self, episode: str, acts: "SimpleQueue[Recorded]", patience: float) -> bool:
        """Journal the next act; False where none was told meanwhile."""
        try:
            act = acts.get(timeout=patience) if patience else acts.get_nowait()
        except Empty:
            return False
        self._keep(episode, act)
        return True

    def _keep(self, episode: str, act: Recorded) -> None:
        began = time.monotonic()
        self._see(episode, act.after)
        self._write(episode, act.before, act.action, "pasted" if act.pasted else "", act.after)
        changed = act.before.image.shape != act.after.image.shape or not is_caret(
            difference(act.before.image, act.after.image)
        )
        ms = {
            "perform": 1000 * (act.ended_at - act.began_at),
            "journal": 1000 * (time.monotonic() - began),
        }
        self._done(episode, act.action, changed, ms)

    def _end(self, episode: str, ending: Ending) -> tuple[Outcome, str]:
        """The last step says that it is done, on the frame that shows it done; where that is
        hidden there is no such step."""
        if not self.cue.hidden:
            seen = self.desktop.observe()
            self._see(episode, seen)
            self._write(episode, seen, ending, "")
            self._done(episode, ending, True, {})
        if isinstance(ending, Done):
            return Outcome.UNVERIFIED, ending.answer
        return Outcome.ASKED, ending.question

    def _write(
        self,
        episode: str,
        before: Observation,
        action: Action,
        note: str,
        after: Observation | None = None,
    ) -> None:
        index = len(self._steps)
        step = Step(index, before, action, None, Actor.OPERATOR, note=note)
        self.journal.intend(episode, step, after)
        self.journal.outcome(episode, index, action)

    def _see(self, episode: str, observation: Observation) -> None:
        self.sink(Looked(episode, observation))

    def _done(self, episode: str, action: Action, changed: bool, ms: dict[str, float]) -> None:
        index = len(self._steps)
        self._steps.append(ms | {"total": sum(ms.values())})
        self.sink(Stepped(episode, index, action, changed, self._steps[-1]))
