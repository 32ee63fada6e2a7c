"""`dormouse train --policy vlm:…`: what is learned from, how long, and where it goes.

Of each task some episodes are kept beside a whole model, held back from training: the old skills
that its nights replay and are examined on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.policies.vlm.bedtime import SKILLS_FILE
from agent.policies.vlm.dialects.catalog import dialect
from agent.policies.vlm.learner import Reach, VlmLearner
from agent.policies.vlm.lessons import Lesson
from agent.policies.vlm.newborn import DIALECT, Size, newborn
from agent.policies.vlm.opening import opened
from agent.policies.vlm.parallel import join, leads, wait
from agent.policies.vlm.spec import parse
from agent.policies.vlm.train import Schedule, finish, train
from agent.stop import Interrupted, Stop
from memory.episode import Episode
from memory.recall import good
from memory.store import Store

HELD_BACK = 10  # one in so many episodes is a skill to be examined on
MINIMUM = 20  # episodes below which none is held back


@dataclass(frozen=True)
class School:
    """What was asked for. source: a memory, None for the operator's own. new: a class whose
    random-weight model is made in the folder first. whole: train all weights, not a level. shard:
    spread the frozen ones over all processes."""

    policy: str
    source: Path | None = None
    out: Path | None = None
    new: str = ""
    whole: bool = False
    shard: bool = False
    resume: bool = True
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True)
class Schooled:
    """path: a level, or the folder of a whole model. losses: one a step."""

    path: Path
    digest: str
    episodes: int
    lessons: int
    losses: tuple[float, ...]

    def contract(self) -> dict[str, object]:
        return {
            "weights": str(self.path),
            "digest": self.digest,
            "episodes": self.episodes,
            "lessons": self.lessons,
            "steps": len(self.losses),
            "loss": self.losses[-1] if self.losses else None,
        }


def school(one: School, output: Output) -> Schooled | None:
    """Train; None in processes of torchrun that do not lead, or when interrupted."""
    join()
    spec, settings = parse(one.policy), Settings()
    source = one.source or settings.store
    if spec.served or not source.exists():
        raise BadInput(
            f"{one.policy} is another process's: name its folder"
            if spec.served
            else f"no memory at {source}: record demonstrations, or name one with --from"
        )
    held, taught = split(shown(source))
    if one.new and not Path(spec.source).exists() and leads():
        texts = [text for each in lived(source, taught) for text in _texts(each)]
        newborn(Path(spec.source), one.new, texts, Size(), one.schedule.seed)
    wait()
    whole = one.whole or bool(one.new)
    if whole and spec.precision not in ("auto", "fp32"):
        raise BadInput(f"all weights are trained in fp32, not {spec.precision}: leave it out")
    here = opened(replace(spec, precision="fp32") if whole else spec)
    gpu = here.loaded.model.device.type == "cuda"
    reach = Reach(
        spec.pictures, micro=16 if whole else 4, checkpointing=gpu, whole=whole, shard=one.shard
    )
    learner = VlmLearner(here.loaded, here.dialect, reach=reach)
    lessons = [each for episode in lived(source, taught) for each in _lessons(learner, episode)]
    out = one.out or settings.room(one.policy) / ("whole" if whole else "level.safetensors")
    out.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = out.with_name(out.name + ".checkpoint")
    if not one.resume:
        checkpoint.unlink(missing_ok=True)
    with Stop() as stop, bar(output.progress) as progress:
        total = one.schedule.steps
        task = progress.add_task(f"train {spec.name}", total=total, note="", visible=leads())

        def moved(step: int, loss: float) -> None:
            progress.update(task, completed=step, note=f"loss {loss:.3f}")
            stop.check()

        try:
            losses = train(learner, lessons, one.schedule, checkpoint, moved)
        except Interrupted:
            output.progress.print(f"stopped; go on with the same command ({checkpoint})")
            return None
    if not leads():
        return None
    digest = finish(learner, out)
    if whole:
        keep(lived(source, held), out / SKILLS_FILE)
    checkpoint.unlink(missing_ok=True)
    return Schooled(out, digest, len(taught), len(lessons), tuple(losses))


def shown(source: Path) -> list[Episode]:
    """The good episodes of a memory, without their steps; a bench's (`--report`) count too."""
    with Store(source) as store:
        return [one for one in store.episodes() if good(replace(one, provenance=_kind(one)))]


def _kind(one: Episode) -> str:
    return "run" if one.provenance == "bench" else one.provenance


def lived(source: Path, episodes: list[Episode]) -> Iterator[Episode]:
    """The same with their steps, one after the other: their frames are large."""
    with Store(source) as store:
        for episode in episodes:
            yield store.episode(episode.id)


def split(episodes: list[Episode]) -> tuple[list[Episode], list[Episode]]:
    """Held back and taught: by seed, so that the same ones are held back each time."""
    if len(episodes) < MINIMUM:
        return [], episodes
    held = [one for one in episodes if one.seed % HELD_BACK == HELD_BACK - 1]
    return held, [one for one in episodes if one.seed % HELD_BACK != HELD_BACK - 1]


def keep(episodes: Iterable[Episode], path: Path) -> None:
    """Copy episodes into a memory of their own."""
    with Store(path) as store:
        for episode in episodes:
            store.begin(replace(episode, steps=(), outcome=None, ended_at=None))
            for step in episode.steps:
                store.intend(episode.id, step)
                if step.performed is not None:
                    store.outcome(episode.id, step.index, step.performed)
            if episode.outcome is not None and episode.ended_at is not None:
                detail, at = episode.detail, episode.ended_at
                store.end(episode.id, episode.outcome, episode.collateral, detail, at)


def _lessons(learner: VlmLearner, episode: Episode) -> list[Lesson]:
    return learner.examples(episode, [1.0] * len(episode.steps))


def _texts(episode: Episode) -> list[str]:
    """What a newborn's tokenizer learns its words from."""
    from actuation.geometry import View
    from agent.policies.vlm.dialects.dialect import view_of
    from memory.day import Context

    speech = dialect(DIALECT)
    view: View | None = None
    texts = []
    for step in episode.steps:
        view = view_of(speech, step.observation.screen)
        texts.append(speech.format(step.performed or step.intended, view))
    if view is not None:
        texts += [speech.system(view), speech.task(episode.goal, Context())]
    return texts
