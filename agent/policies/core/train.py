"""Pretraining from nothing on drawn screens: `dormouse train core`.

Counts steps, never seconds, so that equal settings give equal weights; the checkpoint holds
network, optimizer and step, and a run that was interrupted goes on from it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from agent.errors import BadInput
from agent.policies.core.collate import parts
from agent.policies.core.network import EMPTY, Batch, Network, Target, losses, synonym_loss
from agent.policies.core.nursery.draw import lesson
from agent.policies.core.nursery.lexicon import concepts
from agent.policies.core.weights import new_network, save_network
from agent.policies.core.words import IDS, text_ids
from memory.atomic import replacing

DECAY = 0.01
ENDINGS = 0.3  # share drawn from how jobs end: rare moments, told apart by the goal alone
SHARPER = {"bilinear.weight": 8.0, "word_key.weight": 4.0}
"""Matrices whose products a night needs so many times as sharp as pretraining does. What the
network multiplies by more is learned here in steps as much smaller, with gradients, decay and
clipping as if it were not: Adam's steps do not shrink with the scale by themselves."""
PART = 8  # lessons computed together: short situations are padded to the longest


@dataclass(frozen=True)
class Schedule:
    """steps of `batch` lessons; peak learning rate after `warmup` steps, then cosine to zero.

    threads: of torch; sums depend on it. workers: processes that draw.
    """

    steps: int = 14000
    batch: int = 16
    rate: float = 1e-3
    warmup: int = 300
    seed: int = 0
    workers: int = 1
    threads: int = 1
    checkpoint_every: int = 500

    def rate_at(self, step: int) -> float:
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.rate * max(0.02, 0.5 * (1 + float(torch.cos(torch.tensor(done * torch.pi)))))


@dataclass(frozen=True)
class Progress:
    step: int
    steps: int
    loss: float


Parts = list[tuple[Batch, Target]]


class _Lessons(Dataset[Parts]):
    """Batch i of the endless stream, from step `start` on, in parts of alike size."""

    def __init__(self, schedule: Schedule, start: int) -> None:
        self.schedule, self.start = schedule, start

    def __len__(self) -> int:
        return self.schedule.steps - self.start

    def __getitem__(self, index: int) -> Parts:
        first = (self.start + index) * self.schedule.batch + self.schedule.seed * 10**9
        lessons = [lesson(first + i, ENDINGS) for i in range(self.schedule.batch)]
        return [(arrays, wanted) for _, arrays, wanted in parts(lessons, PART)]


def _synonyms(rng: random.Random) -> tuple[Tensor, Tensor]:
    """One pair of words a concept, as ids."""
    pairs = [rng.sample(c.words, 2) for c in concepts() if len(c.words) > 1]

    def ids(words: list[str]) -> Tensor:
        return torch.tensor([(list(text_ids(w)) + [0] * IDS)[:IDS] for w in words])

    return ids([a for a, _ in pairs]), ids([b for _, b in pairs])


def train(
    out: Path,
    schedule: Schedule,
    resume: bool = True,
    progress: Callable[[Progress], None] | None = None,
    report_every: int = 50,
) -> str:
    """Train, writing `out` at the end; returns its digest. `out`.checkpoint is kept until then."""
    torch.set_num_threads(schedule.threads)
    checkpoint = out.with_name(out.name + ".checkpoint")
    network = new_network(schedule.seed)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name not in EMPTY)
    optimizer = torch.optim.AdamW(_groups(network), weight_decay=DECAY)
    start = 0
    if resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        try:
            network.load_state_dict(state["network"])
            optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError) as error:
            raise BadInput(
                f"{checkpoint} is of another version of the network: begin anew with --no-resume"
            ) from error
        start = int(state["step"])
    batches = DataLoader(
        _Lessons(schedule, start),
        batch_size=None,
        num_workers=schedule.workers,
        prefetch_factor=8 if schedule.workers else None,
    )
    smooth = 0.0
    for step, made in enumerate(batches, start=start):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate_at(step) / group["sharper"]
        value = torch.stack([losses(network(batch), wanted).sum() for batch, wanted in made]).sum()
        value = value / schedule.batch
        value = value + 0.2 * synonym_loss(network, *_synonyms(random.Random(step)))
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad /= group["sharper"]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        smooth = value.item() if step == start else 0.98 * smooth + 0.02 * value.item()
        if progress and ((step + 1) % report_every == 0 or step == schedule.steps - 1):
            progress(Progress(step + 1, schedule.steps, smooth))
        if (step + 1) % schedule.checkpoint_every == 0:
            _keep(checkpoint, network, optimizer, step + 1)
    digest = save_network(network, out)
    checkpoint.unlink(missing_ok=True)
    return digest


def _groups(network: Network) -> list[dict[str, Any]]:
    """The parameters by how much sharper their products are made: see SHARPER."""
    groups: dict[float, list[Tensor]] = {}
    for name, parameter in network.named_parameters():
        groups.setdefault(SHARPER.get(name, 1.0), []).append(parameter)
    return [
        {"params": group, "sharper": factor, "weight_decay": DECAY * factor}
        for factor, group in groups.items()
    ]


def _keep(path: Path, network: Network, optimizer: torch.optim.Optimizer, step: int) -> None:
    state = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
    }
    with replacing(path) as draft:
        torch.save(state, draft)
