"""The worker: owns the desktop, the policy and the memory, and does one thing at a time.

queue ──▶ life (one thread): run a task on the virtual desktop ──▶ store
night ──▶ a process of its own (sleeper)
requests (a thread for each client) ──▶ answer() ──▶ Session, Jobs, Board
"""

import sys
import threading
import time
import traceback
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import replace
from json import dumps
from pathlib import Path

from actuation.action import Action, Ask, Done, Fail, TypeText
from actuation.grammar import GrammarError, parse_action
from actuation.keyboard import check_printable
from agent.approval import Answer
from agent.attempt import Attempt, PolicyMaker, Stage
from agent.config import Settings
from agent.cue import Cue
from agent.errors import BadInput, exit_code
from agent.events import Event, Looked, Progress
from agent.facts import Facts
from agent.guarding import rule_lines, rules
from agent.hands import hands
from agent.own import after, agreeing
from agent.policies.catalog import acting, level, maker
from agent.policies.vlm.spec import is_vlm
from agent.policy import Policy
from agent.privacy import Guarded, cleaned, guarded, harmless
from agent.session import Patience, Session, State
from agent.stop import Interrupted, Stop
from agent.unlock import opened
from agent.worker import wire
from agent.worker.board import Board, follow
from agent.worker.edits import edited
from agent.worker.jobs import Jobs
from agent.worker.sight import Sight
from agent.worker.sleeper import Sleeper
from agent.worker.wire import Job
from memory.amend import RECORDING
from memory.day import context
from memory.episode import Actor, Outcome
from memory.levels import Levels
from memory.sleep.lock import asleep
from memory.store import Store, StoreError
from perception.read import Reader
from tasks.catalog import create
from tasks.outside import NoTaskError
from tasks.task import Task

WATCHED = 3.0  # seconds for which a desk that has looked counts as watching


class Worker:
    """Use it in `with`; serve() it to clients (agent.worker.server). `life` runs the queue."""

    def __init__(self, settings: Settings) -> None:
        """Raises StoreError or Needed where memory or queue is damaged."""
        self.settings = settings
        patience = Patience(settings.lead_seconds, settings.approval_seconds)
        self.session = Session(patience, lambda: self.board.changed())
        self.session.watched = lambda: time.monotonic() - self._looked_at < WATCHED
        self.jobs = Jobs(settings.run / "queue.json", cleaned(settings))
        self.board = Board(self.session, self.jobs)
        self.board.rules = rule_lines(settings)
        chords = settings.record_finish, settings.record_hide
        self.board.tape = wire.Tape(0.0, False, settings.exclude, *chords)
        self.ended = threading.Event()
        self._news = threading.Event()
        self._looked_at = -WATCHED
        self._sight = Sight(settings, self.session, self.board)
        self._reader = Reader()  # of policy and journal: they see the same frames
        self._policies: dict[tuple[str, Path | None], PolicyMaker] = {}
        self._job = Job(0, "")
        self._turn = threading.Lock()  # held while a task or a night begins
        self._sleeper = Sleeper(settings, self._slept_on, self._woken)
        self._night = follow(self.board)

    # What clients ask.

    def answer(self, request: wire.Request) -> wire.Response:
        """One reply for one request; errors with a sentence become Refused."""
        try:
            return self._answer(request)
        except Exception as error:
            code = exit_code(error)
            if code is None:
                raise
            return wire.Refused(str(error), code)

    def _answer(self, request: wire.Request) -> wire.Response:
        match request:
            case wire.Look():
                if request.watching:
                    self._looked_at = time.monotonic()
                return wire.Told(self.board.status(request.after, min(30.0, request.patience)))
            case wire.See():
                return self._sight.see(request.width, request.height, request.after)
            case wire.Intend():
                return wire.Done(changed=self.intend(request.intent, request.why))
            case wire.Reply():
                instead_of_it = instead(request.action)
                answer = Answer(request.yes, instead_of_it, request.whole_task, request.words)
                return wire.Done(changed=self.session.answer(request.question, answer))
            case wire.Add():
                job = checked(request.job)
                level(job.weights, self.settings, job.policy)  # BadInput where there are none such
                job = self.jobs.add(job)
                self._news.set()
                self.board.changed()
                return wire.Done(id=job.id)
            case wire.Cancel():
                changed = self.jobs.cancel(request.job)
                self.board.changed()
                return wire.Done(changed=changed)
            case wire.Sleep():
                return wire.Done(changed=self._sleep(request))
            case wire.Wake():
                return wire.Done(changed=self._sleeper.pause())
            case wire.Live():
                return wire.Done(changed=self._live(request.level))
            case wire.Finish():
                ending = Ask(request.question) if request.question else Done(request.answer)
                return wire.Done(changed=self.session.finish(ending))
            case (
                wire.Forget() | wire.Flag() | wire.Trim() | wire.Mask() | wire.Label()
                | wire.Accept()
            ):  # fmt: skip
                self.board.say(edited(self.settings, request))
                return wire.Done()
            case wire.End():
                self.end("asked to end")
                return wire.Done()

    def intend(self, intent: str, why: str = "") -> bool:
        """A person's intent becomes the session's."""
        match intent:
            case "pause" if self._sleeper.asleep:
                return self._sleeper.pause()
            case "pause":
                return self.session.pause(why)
            case "go_on":
                self._news.set()
                return self.session.go_on()
            case "take_over":
                return self.session.take_over(why)
            case "hand_back":
                self._news.set()
                return self.session.hand_back()
            case _:
                self._sleeper.pause()
                return self.session.stop(why)

    def end(self, why: str) -> None:
        """Stop what is under way; life() returns."""
        self.session.stop(why)
        self.ended.set()
        self._news.set()

    def _sleep(self, order: wire.Sleep) -> bool:
        with self._turn:  # neither a task nor another night begins meanwhile
            if self.session.state not in (State.IDLE, State.STOPPED):
                raise BadInput(f"{self.session.state}: a night begins when nothing runs")
            self._night, begun = follow(self.board), False
            self.board.nap = ""
            self.session.sleeping(True)
            try:
                begun = self._sleeper.begin(order)
            finally:
                if not begun:
                    self.session.sleeping(False)
        if not begun:
            return False
        self.board.say("the night begins")
        return True

    def _slept_on(self, event: Progress) -> None:
        self._night(event)

    def _woken(self, words: str) -> None:
        self.board.night, self.board.nap = None, words
        self.session.sleeping(False)
        self.board.say(words)
        self._news.set()

    def _live(self, level_id: str) -> bool:
        levels = Levels(self.settings.levels)
        try:
            with asleep(self.settings.levels):
                if level_id:
                    levels.promote(level_id, "accepted by the operator")
                else:
                    levels.rollback("rolled back by the operator")
        except (LookupError, ValueError) as error:
            raise BadInput(str(error).strip("'")) from error
        now = levels.live_level()
        self.board.say(f"live now: {f'level {now.id}' if now else 'the shipped weights'}")
        return True

    # What the worker does.

    def recover(self) -> None:
        """Close what a killed worker left open; before anything is asked or done."""
        with opened(self.settings) as store:
            for episode in store.recover():
                self.board.say(f"episode {episode} was cut off: look what was done of it")
            if self.settings.retention_days:
                oldest = time.time() - 86400 * self.settings.retention_days
                for head in store.episodes():
                    if head.started_at < oldest and head.outcome is not None:
                        store.delete(head.id)
                        self.board.say(f"episode {head.id} was deleted: its time is over")
        self.jobs.recover()

    def life(self) -> None:
        """Run due tasks, one after another, until end()."""
        with ExitStack() as open_now:
            store = open_now.enter_context(Store(self.settings.store))
            journal = guarded(store, self.settings, reader=self._reader)

            def sink(event: Event) -> None:
                if isinstance(event, Looked):
                    journal.saw(event.observation)
                self.board(event)

            stage = open_now.enter_context(
                Stage(
                    self._sight.virtual,
                    self._policy,
                    journal,
                    recall=lambda goal: context(
                        *(store, goal, self._job.recall),
                        level=acting(self._job.weights, self.settings, self._job.policy),
                    ),
                    sink=sink,
                    approve=self.session.approve,
                    hold=self.session.hold,
                    taught=self._sight.taught,
                    fill=Facts(self.settings).fill,
                    veil=Facts(self.settings).veil,
                )
            )
            open_now.callback(self._sight.close)
            open_now.callback(self._sleeper.close)
            while not self.ended.is_set():
                stop = Stop()
                with self._turn:
                    free = self.session.free and not self._sleeper.asleep
                    job = self.jobs.take() if free else None
                    if job is not None:
                        cue = Cue(self.board.changed) if job.by_hand else None
                        self.session.begin(stop, job.shown or job.by_hand, cue)
                if job is None:
                    self._news.wait(0.5)
                    self._news.clear()
                else:
                    self._run(stage, journal, store, job, stop)

    def _run(self, stage: Stage, journal: Guarded, store: Store, job: Job, stop: Stop) -> None:
        """One task, to its one outcome; whatever breaks, the worker goes on."""
        self._job, ended = job, replace(job, outcome=Outcome.FAILED, detail="a defect of Dormouse")
        strict = rules(self.settings, job.dry)
        self.board.begin(job, strict.max_steps)
        try:
            stage.arm(stop, Facts(self.settings).bound(strict))
            with journal.listening() if job.display else nullcontext():
                attempt = self._attempt(stage, job)
            agree, veil = agreeing(self.session.approve), Facts(self.settings).veil()
            if said := after(attempt, provenance(job), agree, veil):
                self.board.say(journal.words(said))
            ended = replace(
                job,
                outcome=attempt.outcome,
                detail=attempt.detail,
                episode=attempt.episode,
                attempt=dumps(attempt.row()),
            )
        except Interrupted:
            detail = "stopped by a person before it began"
            ended = replace(job, outcome=Outcome.STOPPED, detail=detail)
        except Exception as error:
            defect = exit_code(error) is None
            if defect:
                print(journal.words(traceback.format_exc()), file=sys.stderr)
            detail = f"{type(error).__name__}: {error}" if defect else str(error)
            ended = replace(ended, detail=detail, episode=self.board.now.episode)
            self.board.say(f"failed: {detail}")
            self._close_episode(store, journal.words(detail))
            stage.close()
        finally:
            self.jobs.end(harmless(ended, journal))
            self.session.end()
            self.board.now = replace(self.board.now, job=None, shown=None)
            self.board.changed()

    def _close_episode(self, store: Store, detail: str) -> None:
        """An episode whose run broke: what its last action did is not known."""
        with suppress(StoreError, KeyError):
            for head in store.episodes():
                if head.id == self.board.now.episode and head.outcome is None:
                    store.end(head.id, Outcome.UNKNOWN, False, detail)

    def _attempt(self, stage: Stage, job: Job) -> Attempt:
        if (cue := self.session.cue) is not None:
            return self._record(stage, job, cue)
        actor = Actor.ORACLE if job.shown else Actor.AGENT
        while True:
            try:
                return stage.attempt(job.task, job.seed, job.variant, provenance(job), actor)
            except Interrupted:
                # A touch while the programs are opened: wait for the hands, then open them again.
                if not self.session.hold(False) or self.session.state is State.STOPPED:
                    raise

    def _record(self, stage: Stage, job: Job, cue: Cue) -> Attempt:
        """What a person's hands do: a task set up for them, or their own display as it is."""
        listen = hands(cue, self.settings)
        if job.display:
            stage.close()
            with self._sight.local(job.display) as desktop:
                return stage.film(desktop, job.goal, cue, listen)
        return stage.record(job.task, job.seed, job.variant, job.goal, cue, listen)

    def _policy(self, task: Task) -> Policy:
        job = self._job
        name = self.settings.named(job.policy)
        path = level(job.weights, self.settings, name)
        if (name, path) not in self._policies:
            self._policies.clear()  # one set of weights in memory
            self._policies[name, path] = maker(name, path, self.settings.store, self._reader)
        policy = self._policies[name, path](task)
        self.board.now.weights = policy.weights
        return policy


def provenance(job: Job) -> str:
    """What an episode of this job is called."""
    if job.by_hand:
        return RECORDING
    return "dry run" if job.dry else "demonstration" if job.shown else "run"


def instead(text: str) -> Action | None:
    """The action that a person puts in another's place. BadInput where it is none that hands can
    do: an ending is no answer, it is a stop."""
    if not text:
        return None
    try:
        action = parse_action(text)
        if isinstance(action, TypeText):
            check_printable(action.text)
    except (GrammarError, ValueError) as error:
        raise BadInput(f"{text!r} cannot be done: {error}") from error
    if isinstance(action, Ask | Fail | Done):
        raise BadInput(f"{text!r} is no action of mouse or keyboard: reject, or stop, instead")
    return action


def checked(job: Job) -> Job:
    """Raises BadInput where the job names what is not there."""
    if job.display:
        if job.task or not job.goal.strip():
            raise BadInput("on your own display no task is set up: say what you will show")
        return job
    try:
        known = [variant for variant in create(job.task).variants if variant]
    except NoTaskError as error:
        raise BadInput(str(error)) from error
    if job.variant and job.variant not in known:
        raise BadInput(f"{job.task} has no variant {job.variant!r}: {', '.join(known)}")
    if (
        job.policy
        and job.policy not in ("core", "vlm", "scripted", "noop", wire.PERSON)
        and not is_vlm(job.policy)
    ):
        raise BadInput(f"no policy {job.policy!r}: core, vlm:MODEL, scripted or noop")
    return job
