"""What many fast nights have in common becomes the slow level's; the fast one begins anew.

    teacher: W + slow + fast ──▶ student: W + slow'        slow' = truncated SVD of slow + fast,
                                                           then trained to say what both said

The sum of two levels has twice the rank of one: the SVD keeps the largest part of it, and
distillation (Hinton et al. 2015) mends what the cut took away, on the lessons that were lived.
"""

import random
from collections.abc import Callable, Sequence

import torch

from agent.policies.vlm import lora
from agent.policies.vlm.learner import VlmLearner, divergence
from agent.policies.vlm.lessons import Lesson


def distil(
    learner: VlmLearner,
    lessons: Sequence[Lesson],
    steps: int,
    *,
    batch: int = 8,
    rate: float = 2e-4,
    seed: int = 0,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> tuple[float, float]:
    """Move slow + fast into slow; the mean divergence from both together, before and after."""
    model = learner.loaded.model
    teacher = lora.snapshot(model)
    lora.fold(model)
    parameters = lora.trained(model, "slow")
    before = apart(learner, teacher, lessons)
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0)
    for step in range(steps):
        rng = random.Random(f"{seed} {step}")
        shown = [
            learner.augment(lesson, rng.getrandbits(31)) for lesson in rng.choices(lessons, k=batch)
        ]
        optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for start in range(0, batch, learner.micro):
            piece = shown[start : start + learner.micro]
            with torch.no_grad(), lora.using(model, teacher):
                wanted = learner.foresee(piece)
            loss = divergence(wanted, learner.foresee(piece)).sum() / batch
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        progress(step + 1, total)
    return before, apart(learner, teacher, lessons)


@torch.no_grad()
def apart(learner: VlmLearner, teacher: lora.Snapshot, lessons: Sequence[Lesson]) -> float:
    """Mean KL(teacher ‖ now) of the lessons' replies."""
    total = 0.0
    for lesson in lessons:
        with lora.using(learner.loaded.model, teacher):
            wanted = learner.foresee([lesson])
        total += float(divergence(wanted, learner.foresee([lesson])).sum())
    return total / len(lessons)
