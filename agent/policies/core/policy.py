"""CorePolicy: eyes, network and caution put together, behind agent.policy.Policy."""

import time
from collections import deque
from pathlib import Path

import torch

from actuation.action import (
    Action,
    Ask,
    Click,
    Done,
    Fail,
    Motion,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from actuation.filling import PLACEHOLDER
from agent.policies.core.answered import as_answered
from agent.policies.core.caution import (
    MOVES,
    SURE,
    astray,
    either,
    names_another,
    nothing_done,
    unsure,
    why_not_type,
)
from agent.policies.core.choose import choose, doubtful, rival
from agent.policies.core.collate import batch_of
from agent.policies.core.levels import base_and_level
from agent.policies.core.network import Scores
from agent.policies.core.places import middle, source_box, target_box
from agent.policies.core.proofread import Entry, cell_of, first_mismatch, follow, is_ours
from agent.policies.core.recalled import Recollection
from agent.policies.core.situation import KEYS, Choice, ChoiceKind, Form, Situation, place_of
from agent.policies.core.trail import Trail, source_label
from agent.policies.core.values import written
from agent.policy import Decision
from memory.day import Context
from perception.observation import Observation
from perception.read import Reader
from perception.text import is_value

SAVING = ("ctrl+s",)


class CorePolicy:
    """The embedded policy. level: a fast level above the shipped weights, or None."""

    name = "core"

    def __init__(self, level: Path | None = None, reader: Reader | None = None) -> None:
        self.network, self.weights = base_and_level(level)
        self.network.eval()
        self.reader = reader or Reader()
        self.recollection = Recollection(self.reader)
        self._start("")

    def _start(self, goal: str) -> None:
        self.trail = Trail(goal)
        self.entries: list[Entry] = []
        self.mended = False
        self.queue: deque[Action] = deque()
        self.answers: dict[str, str] = {}

    def begin(self, goal: str, context: Context) -> None:
        self._start(goal)
        self.trail.cues = self.recollection.cues(context.recalled)

    def decide(self, observation: Observation) -> Decision:
        begun = time.perf_counter()
        scene = self.reader.read(observation)
        seen = time.perf_counter()
        situation = self.trail.look(scene)
        source = None
        if self.queue:
            action, confidence, note = self.queue.popleft(), 1.0, "mending what was entered"
        else:
            choice, confidence, other = self.choose(situation)
            action, note = self._act(observation, situation, choice, confidence, other)
            if isinstance(action, Ask) and action.question in self.answers:
                said = self.answers.pop(action.question)
                held = self._plainly(situation, choice)
                action, note = as_answered(action, said, held, situation), f"you said “{said}”"
            source = source_box(situation, choice)
        timings = {"scene": 1e3 * (seen - begun), "decide": 1e3 * (time.perf_counter() - seen)}
        return Decision(action, confidence, note, timings, target_box(scene, action), source)

    def performed(self, action: Action) -> None:
        situation = self.trail.situation
        # Behind a placeholder the screen shows a value that is not known here: nothing to compare.
        filled = isinstance(action, TypeText) and PLACEHOLDER.search(action.text)
        if isinstance(action, TypeText) and situation is not None and not filled:
            focus = situation.scene.focused
            if focus is not None:
                place = place_of(situation.scene)
                self.entries = [e for e in self.entries if e.box != focus.box]
                self.entries.append(Entry(focus.box, focus.window, place, action.text))
        self.trail.did(action)

    def interrupted(self) -> None:
        self.entries.clear()
        self.queue.clear()

    def watched(self, observation: Observation, action: Motion) -> None:
        self.trail.look(self.reader.read(observation))
        self.trail.did(action)

    def answered(self, question: str, answer: str) -> None:
        """It is a value to copy from now on, and settles the question where that is asked again."""
        self.trail.told(answer)
        self.answers[question] = answer

    @torch.no_grad()
    def choose(self, situation: Situation) -> tuple[Choice, float, str]:
        """The network's most likely choice, the probability of all its parts, and what may as well
        be copied, if anything."""
        if not situation.scene.elements:
            return Choice(ChoiceKind.WAIT), 1.0, ""
        batch, made = batch_of([situation])
        scores: Scores = self.network(batch)
        choice, confidence = choose(scores, 0, batch, made[0], situation)
        return choice, confidence, rival(scores, 0, batch, made[0], situation)

    def _act(
        self,
        observation: Observation,
        situation: Situation,
        choice: Choice,
        confidence: float,
        other: str,
    ) -> tuple[Action, str]:
        place = place_of(situation.scene)
        typing = choice.kind == ChoiceKind.TYPE
        label = typing and confidence < SURE and names_another(situation, choice.targets[0])
        if doubtful(choice, confidence) or label:
            return Ask(
                f"I am not sure how to go on at “{place}”. What comes next?"
            ), choice.kind.name
        match choice.kind:
            case ChoiceKind.CLICK:
                element = situation.scene.elements[choice.targets[0]]
                return Click(*element.box.center), element.text or element.header
            case ChoiceKind.TYPE:
                return self._type(observation, situation, choice, other)
            case ChoiceKind.PRESS:
                return self._press(situation, KEYS[choice.key])
            case ChoiceKind.SCROLL_DOWN | ChoiceKind.SCROLL_UP:
                x, y = middle(situation.scene)
                return Scroll(x, y, dy=3 if choice.kind == ChoiceKind.SCROLL_DOWN else -3), ""
            case ChoiceKind.WAIT:
                return Wait(0.5), ""
            case ChoiceKind.ASK:
                where = f" for “{place}”" if place else ""
                return Ask(
                    f"I cannot find the value{where} on the screen. What should I enter?"
                ), ""
            case ChoiceKind.DONE:
                return Done(), ""
            case _:
                return Fail("I do not know how to do this."), ""

    def _plainly(self, situation: Situation, choice: Choice) -> Action | None:
        """What the choice comes to without any caution; None where it asks by itself."""
        match choice.kind:
            case ChoiceKind.TYPE:
                text = written(situation.sources[choice.targets[0]], Form(choice.form))
                return None if text is None else TypeText(text)
            case ChoiceKind.PRESS:
                return Press(KEYS[choice.key])
            case ChoiceKind.DONE:
                return Done()
            case _:
                return None

    def _type(
        self, observation: Observation, situation: Situation, choice: Choice, other: str
    ) -> tuple[Action, str]:
        index, form = choice.targets[0], Form(choice.form)
        question = why_not_type(situation, index, form)
        question = question or either(situation, index, form, other)
        if not question and form == Form.VERBATIM and index < len(situation.scene.elements):
            # what has digits was read twice already; names are, before they are copied
            element = situation.scene.elements[index]
            if not is_value(element.text) and not self.reader.confirms(observation, element):
                question = unsure(situation, index)
        label = source_label(situation, index)
        if question:
            return Ask(question), label
        text = written(situation.sources[index], form)
        return TypeText(text or ""), f"{label}: {situation.sources[index]}"

    def _press(self, situation: Situation, keys: str) -> tuple[Action, str]:
        """A key; before a saving one, what was entered is read back and mended once."""
        scene = situation.scene
        if keys in SAVING and nothing_done(situation):
            return Ask("I have not changed anything yet. Shall I save all the same?"), ""
        if keys in MOVES and astray(situation):
            return Ask(f"I pressed {keys} again and again and found no place. Where is it?"), ""
        if keys not in SAVING:
            return Press(keys), ""
        self.entries = follow(scene, self.entries)
        wrong = first_mismatch(scene, self.entries)
        if wrong is None:
            return Press(keys), ""
        cell = cell_of(scene, wrong)
        if self.mended or cell is None or not is_ours(scene, self.entries):
            return Ask(f"{wrong.place} shows something else than “{wrong.text}”. Shall I save?"), ""
        self.mended = True
        self.queue.extend([TypeText(wrong.text), Press("Return")])
        return Click(*cell.box.center), f"{wrong.place} reads “{cell.text}”, not “{wrong.text}”"
