"""A night of a vision-language model: one model in memory learns, is examined and rehearses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from agent.attempt import PolicyMaker
from agent.errors import BadInput
from agent.policies.vlm.learner import Reach, VlmLearner
from agent.policies.vlm.opening import Opened, opened
from agent.policies.vlm.spec import parse
from memory.episode import Episode
from memory.recall import good
from memory.sleep.plan import Plan
from memory.store import Store

SKILLS = 60  # episodes of old skills that are replayed and examined
STEPS, BATCH, RATE = 120, 8, 3e-4
REPLAY, ANCHOR, EMA = 0.5, 0.3, 0.95
EXAMINED = 20  # lessons of each old skill
SKILLS_FILE = "skills.sqlite"  # in the folder of a model that was trained here


def night_of(
    policy: str, store: Store, tonight: Plan
) -> tuple[VlmLearner, Callable[[Path | None], PolicyMaker], Plan]:
    """The learner, a maker of policies above its very model, and the plan for its kind.

    Raises BadInput for a model behind a server: its weights are not here.
    """
    spec = parse(policy)
    if spec.served:
        raise BadInput(f"{policy} is another process's: a night needs the model's own folder")
    here = opened(spec)
    gpu = here.loaded.model.device.type == "cuda"
    reach = Reach(spec.pictures, micro=8 if gpu else 4, checkpointing=gpu)
    skills = old_skills(store, tonight.task, Path(spec.source) / SKILLS_FILE)
    learner = VlmLearner(here.loaded, here.dialect, skills, reach=reach)

    def policies(level: Path | None) -> PolicyMaker:
        acting = here.policy(level)
        return lambda task: acting

    return learner, policies, adapted(tonight, bool(skills), here)


def adapted(tonight: Plan, replays: bool, here: Opened) -> Plan:
    """The plan at the scale of these weights; steps stay where the operator has set them."""
    default = Plan(tonight.folder, tonight.task)
    threads = tonight.threads
    if here.loaded.model.device.type == "cpu":
        threads = max(1, torch.get_num_threads())
    return replace(
        tonight,
        steps=STEPS if tonight.steps == default.steps else tonight.steps,
        batch=BATCH,
        rate=RATE,
        replay=REPLAY if replays else 0.0,
        anchor=ANCHOR,
        ema=EMA,
        skills=EXAMINED,
        threads=threads,
    )


def old_skills(store: Store, task: str, shipped: Path) -> list[Episode]:
    """Good episodes of other tasks than tonight's: those that the model was trained on and keeps
    beside its weights, then the newest that were lived."""
    found: list[Episode] = []
    if shipped.exists():
        with Store(shipped) as kept:
            found += [kept.episode(one.id) for one in kept.episodes() if one.task != task]
    lived = [one for one in store.episodes() if one.task != task and good(one)]
    newest = sorted(lived, key=lambda one: one.started_at, reverse=True)
    found += [store.episode(one.id) for one in newest[: max(0, SKILLS - len(found))]]
    return found[:SKILLS]
