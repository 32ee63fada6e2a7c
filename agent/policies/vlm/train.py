"""`dormouse train --policy vlm:…`: longer training from demonstrations, by the nights' data path.

    lived episodes ─▶ lessons ─▶ varied ─▶ VlmLearner.loss ─▶ AdamW ─▶ a level, or a whole model

Started by torchrun, all processes train one model (see parallel.py).
"""

import math
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch

from agent.errors import BadInput
from agent.policies.vlm.learner import VlmLearner
from agent.policies.vlm.lessons import Lesson
from agent.policies.vlm.parallel import leads
from memory.atomic import replacing

WARM = 100  # steps of warming up that are enough, however long a training is
UNKNOWN, BAFFLED = 2.0, 3.0  # how much a lesson is needed before it was seen, and at most
FORESEEN = 0.2  # loss of a lesson that is drawn three times as often as one that is known
PROCESSORS = ("tokenizer*.json", "*processor*.json", "chat_template*", "vocab*", "merges*")


@dataclass(frozen=True)
class Schedule:
    """rate: peak, after a linear warm-up over `warmup` of the steps, of WARM at most, then a cosine
    to a tenth.
    clean: share of lessons shown as they were lived."""

    steps: int = 2000
    batch: int = 16
    rate: float = 3e-4
    warmup: float = 0.05
    decay: float = 0.01
    clean: float = 0.2
    seed: int = 0
    checkpoint_every: int = 100

    def rate_at(self, step: int) -> float:
        first = min(WARM, max(1, round(self.steps * self.warmup)))
        if step < first:
            return self.rate * (step + 1) / first
        done = (step - first) / max(1, self.steps - first)
        return self.rate * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


Progress = Callable[[int, float], None]


def train(
    learner: VlmLearner,
    lessons: Sequence[Lesson],
    schedule: Schedule,
    checkpoint: Path,
    progress: Progress,
) -> list[float]:
    """Train for schedule.steps, or the rest of them; returns the losses. checkpoint: a file that
    is written now and then and continued from; what it stands at is what a fresh start reaches.

    Raises BadInput if there is nothing to learn or the checkpoint is another training's.
    """
    if not lessons:
        raise BadInput("no lesson was found: record demonstrations, or name another memory")
    parameters = learner.parameters()
    optimizer = torch.optim.AdamW(parameters, weight_decay=schedule.decay, betas=(0.9, 0.98))
    losses: list[float] = []
    needs = [UNKNOWN] * len(lessons)
    if checkpoint.exists():
        losses, needs = _restore(checkpoint, learner, optimizer, schedule)
    if len(needs) != len(lessons):
        raise BadInput(f"{checkpoint} belongs to other lessons: name another --out, or --no-resume")
    for step in range(len(losses), schedule.steps):
        rng = random.Random(f"{schedule.seed} {step}")
        drawn = rng.choices(range(len(lessons)), [1 + 2 * need for need in needs], k=schedule.batch)
        batch = [_shown(learner, lessons[at], rng, schedule) for at in drawn]
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate_at(step)
        optimizer.zero_grad(set_to_none=True)
        loss = learner.loss(batch, anchor=0)
        if not math.isfinite(float(loss.detach())):
            raise BadInput(f"the loss was no number at step {step + 1}: begin anew, --rate smaller")
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        for at, found in zip(drawn, learner.last, strict=True):
            needs[at] = min(found, BAFFLED) / FORESEEN
        if leads() and (step + 1) % schedule.checkpoint_every == 0:
            _keep(checkpoint, learner, optimizer, schedule, losses, needs)
        progress(step + 1, losses[-1])
    return losses


def _shown(learner: VlmLearner, lesson: Lesson, rng: random.Random, schedule: Schedule) -> Lesson:
    seed, clean = rng.getrandbits(31), rng.random() < schedule.clean
    return lesson if clean else learner.augment(lesson, seed)


def finish(learner: VlmLearner, out: Path) -> str:
    """Write what was trained: a level (file), or a whole model (folder); its digest."""
    from agent.policies.vlm import loading, lora

    if not learner.reach.whole:
        lora.fold(learner.loaded.model)
        return learner.save(out)
    draft = out.with_name(out.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)  # of a kill: its shards would mix with these
    learner.loaded.model.save_pretrained(draft)
    source = Path(learner.loaded.source)
    for pattern in PROCESSORS:
        for path in source.glob(pattern):
            shutil.copy(path, draft)
    before = out.with_name(out.name + ".before")
    if out.exists():
        out.rename(before)
    draft.rename(out)
    shutil.rmtree(before, ignore_errors=True)
    return loading.digest(str(out))


def _keep(
    path: Path,
    learner: VlmLearner,
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    losses: list[float],
    needs: list[float],
) -> None:
    content = {
        "schedule": repr(schedule),
        "parameters": [parameter.detach() for parameter in learner.parameters()],
        "optimizer": optimizer.state_dict(),
        "losses": losses,
        "needs": needs,
    }
    with replacing(path) as draft:
        torch.save(content, draft)


def _restore(
    path: Path, learner: VlmLearner, optimizer: torch.optim.Optimizer, schedule: Schedule
) -> tuple[list[float], list[float]]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        same = content["schedule"] == repr(schedule)
        losses, needs = list(content["losses"]), list(content["needs"])
    except (OSError, RuntimeError, EOFError, UnpicklingError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is damaged: begin anew with --no-resume") from error
    if not same:
        raise BadInput(f"{path} belongs to another schedule: name another --out, or --no-resume")
    with torch.no_grad():
        for parameter, kept in zip(learner.parameters(), content["parameters"], strict=True):
            parameter.copy_(kept)
    optimizer.load_state_dict(content["optimizer"])
    return losses, needs
