"""Consolidate: train the fast level on the day's reviewed steps, part of each batch old skills.

What still surprises is practised more: a third of each share is drawn evenly, the rest in
proportion to the surprise at the last checkpoint. For the day that is Schaul et al. 2016,
"Prioritized experience replay" (with no correction, since what is rare in a day need not be rare
in the work), for old skills Aljundi et al. 2019, "Maximally interfered retrieval".

Everything random is drawn anew at each checkpoint from (seed, step), so a killed night that
goes on from its last checkpoint ends with the same weights as one that was never disturbed.
"""

import math
import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch

from memory import atomic
from memory.sleep.plan import Plan
from memory.sleep.protocols import Example, Learner

POOL = 96  # examples in reach between two checkpoints, so that judging them stays cheap
KEPT = 112  # old examples in reach between two checkpoints
BAFFLED = 3.0  # surprise beyond this counts no more: some steps cannot be foreseen at all


@dataclass(frozen=True)
class Trained:
    """weights: the candidate's file, None if training was refused, and then the reason why.
    losses: one a step. examples: how many steps of the day were learned from."""

    weights: Path | None
    digest: str
    losses: tuple[float, ...]
    examples: int
    reason: str = ""


@dataclass
class _State:
    """Where training stands: what a checkpoint holds."""

    optimizer: torch.optim.Optimizer
    average: list[torch.Tensor]
    losses: list[float]


def consolidate(
    learner: Learner[Example],
    examples: Sequence[Example],
    plan: Plan,
    folder: Path,
    progress: Callable[[int, float], None] | None = None,
) -> Trained:
    """Train `learner` for plan.steps and save it as folder/candidate.

    folder/checkpoint is written every plan.every steps and continued from if it is there.
    progress is called with (steps done, loss). A loss or gradient that is not finite ends the
    training: nothing is saved, and the learner stands where it began. Raises ValueError if the
    checkpoint is damaged or belongs to other examples.
    """
    if not examples:
        return Trained(None, "", (), 0, "there is no step to learn from")
    learner.load(None)
    checkpoint = folder / "checkpoint"
    identity = sha256(f"{plan.digest} {len(examples)}".encode()).hexdigest()
    with _pinned(plan.threads), torch.random.fork_rng(devices=[]):
        parameters = learner.parameters()
        optimizer = torch.optim.AdamW(parameters, lr=plan.rate)
        state = _State(optimizer, [p.detach().clone() for p in parameters], [])
        if checkpoint.exists():
            _restore(checkpoint, identity, parameters, state)
        while (start := len(state.losses)) < plan.steps:
            for number, batch in _batches(learner, examples, plan, start):
                loss = _step(learner, parameters, state, batch, plan, number)
                if not math.isfinite(loss):
                    learner.load(None)
                    why = f"the loss was {loss} at training step {number + 1}: rolled back"
                    return Trained(None, "", tuple(state.losses), len(examples), why)
                state.losses.append(loss)
                if progress is not None:
                    progress(len(state.losses), loss)
            _checkpoint(checkpoint, identity, parameters, state)
        if plan.ema:
            with torch.no_grad():
                for parameter, mean in zip(parameters, state.average, strict=True):
                    parameter.copy_(mean)
        candidate = folder / "candidate"
        digest = learner.save(candidate)
    return Trained(candidate, digest, tuple(state.losses), len(examples))


def _batches(
    learner: Learner[Example], examples: Sequence[Example], plan: Plan, start: int
) -> Iterator[tuple[int, list[Example]]]:
    """The batches up to the next checkpoint, each with its step number."""
    rng = random.Random(f"{plan.seed} {start}")
    torch.manual_seed(rng.getrandbits(63))
    replay = learner.replay(rng.getrandbits(31))
    old = min(round(plan.batch * plan.replay), plan.batch - 1)
    pool = rng.sample(examples, min(POOL, len(examples)))
    varied = [learner.augment(example, rng.getrandbits(31)) for example in pool]
    chances = _chances(learner.surprise(varied))
    kept = [next(replay) for _ in range(KEPT if old else 0)]
    needs = _chances(learner.surprise(kept))
    for number in range(start, min(start + plan.every, plan.steps)):
        shown = rng.choices(pool, chances, k=plan.batch - old)
        lived = [learner.augment(example, rng.getrandbits(31)) for example in shown]
        yield number, lived + (rng.choices(kept, needs, k=old) if old else [])


def _chances(surprises: Sequence[float]) -> list[float]:
    """How often each example is to be drawn."""
    capped = [min(surprise, BAFFLED) for surprise in surprises]
    total = sum(capped)
    if not math.isfinite(total) or total <= 0:
        return [1.0] * len(capped)
    return [1 / len(capped) + 2 * surprise / total for surprise in capped]


def _step(
    learner: Learner[Example],
    parameters: list[torch.nn.Parameter],
    state: _State,
    batch: list[Example],
    plan: Plan,
    number: int,
) -> float:
    """One update; returns the loss, or a value that is not finite and then nothing was updated."""
    for group in state.optimizer.param_groups:
        group["lr"] = plan.rate * _schedule(number, plan)
    state.optimizer.zero_grad(set_to_none=True)
    loss = learner.loss(batch, plan.anchor)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = float(torch.nn.utils.clip_grad_norm_(parameters, plan.clip))
    value = float(loss.detach())
    if not (math.isfinite(value) and math.isfinite(norm)):
        return value if not math.isfinite(value) else norm
    state.optimizer.step()
    if plan.ema:
        # The average starts quickly: early weights are not worth remembering for long.
        keep = min(plan.ema, (number + 1) / (number + 10))
        with torch.no_grad():
            for mean, parameter in zip(state.average, parameters, strict=True):
                mean.lerp_(parameter.detach(), 1 - keep)
    return value


def _schedule(number: int, plan: Plan) -> float:
    """Linear warm-up, then a cosine down to a tenth."""
    warmup = max(1, round(plan.steps * plan.warmup))
    if number < warmup:
        return (number + 1) / warmup
    done = (number - warmup) / max(1, plan.steps - warmup)
    return 0.1 + 0.45 * (1 + math.cos(math.pi * done))


def _checkpoint(
    path: Path, identity: str, parameters: list[torch.nn.Parameter], state: _State
) -> None:
    content = {
        "identity": identity,
        "parameters": [parameter.detach() for parameter in parameters],
        "optimizer": state.optimizer.state_dict(),
        "average": state.average,
        "losses": state.losses,
    }
    with atomic.replacing(path) as draft:
        torch.save(content, draft)


def _restore(
    path: Path, identity: str, parameters: list[torch.nn.Parameter], state: _State
) -> None:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["identity"] != identity:
            raise ValueError("it belongs to another night")
        with torch.no_grad():
            for parameter, saved in zip(parameters, content["parameters"], strict=True):
                parameter.copy_(saved)
        state.optimizer.load_state_dict(content["optimizer"])
        state.average, state.losses = content["average"], content["losses"]
    except (RuntimeError, ValueError, KeyError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"Checkpoint {path} cannot be continued ({error}): remove it.") from error


@contextmanager
def _pinned(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
