"""One night: gather → review → consolidate → exam → promote or reject → log.

Every phase's result is kept in the night's folder, so a killed night goes on where it was; the
same memory, weights and plan give the same result either way.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from actuation.grammar import format_action
from memory import atomic
from memory.episode import Episode
from memory.flags import corrected
from memory.levels import Levels
from memory.redact import redact
from memory.sleep import log
from memory.sleep.consolidate import Trained, consolidate
from memory.sleep.exam import Judged, Paper, examine, judge, rehearse, tempered
from memory.sleep.gather import Gathered, data_digest, gather, spoken
from memory.sleep.lock import asleep
from memory.sleep.log import NightRecord, Reviewed, Score
from memory.sleep.phases import Phases, Progress, silent
from memory.sleep.plan import Plan
from memory.sleep.protocols import Example, Learner, Rehearsal
from memory.sleep.review import Judgement, review
from memory.store import Store

Reviews = dict[str, list[Judgement]]


@dataclass(frozen=True)
class Start:
    """What a night began with; parent: digest of the weights that were live."""

    plan: str
    parent: str
    at: float


START = TypeAdapter(Start)
GATHERED = TypeAdapter(Gathered)
REVIEWS: TypeAdapter[Reviews] = TypeAdapter(Reviews)
TRAINED = TypeAdapter(Trained)
PROMOTED = TypeAdapter(str)


def night(
    store: Store,
    levels: Levels,
    learner: Learner[Example],
    rehearsal: Rehearsal,
    plan: Plan,
    progress: Progress = silent,
) -> NightRecord:
    """Sleep one night, or the rest of one that was cut off; `learner` ends with what is live.

    Raises AlreadyAsleepError if another process sleeps over the same levels, ValueError if live
    weights, a checkpoint or the night's folder are damaged, StoreError if memory is.
    """
    with asleep(levels.folder):
        atomic.sweep(levels.folder)
        atomic.sweep(plan.folder)
        live = levels.live()
        folder = _folder(store, plan)
        phases = Phases(folder)
        start = phases.run("gather", "start", START, lambda: _start(levels, plan))
        gathered = phases.run(
            "gather", "gather", GATHERED, lambda: gather(store, levels, plan.episodes, plan.held)
        )
        progress("gather", 1, 1, f"{len(gathered.ids)} episodes, {len(gathered.fresh)} new")
        episodes = [store.episode(name) for name in gathered.ids] if gathered.fresh else []
        reviews = phases.run(
            "review", "review", REVIEWS, lambda: _review(store, episodes, gathered, progress)
        )
        episodes = [corrected(episode, gathered.flags(episode.id)) for episode in episodes]
        trained = phases.run(
            "consolidate",
            "train",
            TRAINED,
            lambda: _train(learner, episodes, reviews, plan, folder, progress),
        )
        judged, scores = Judged(False, trained.reason), {}
        if trained.weights is not None:
            # After a kill in the last phase tonight's level is live: then "before" stands already.
            before = examine("before", live, learner, rehearsal, plan, phases, progress)
            weights, share, skills = tempered(
                trained.weights, before, learner, plan, phases, progress
            )
            after = Paper(skills, rehearse("after", weights, rehearsal, plan, phases, progress))
            if share < 1 and plan.more:
                wider = replace(plan, seeds=plan.more)
                before, after = (
                    paper.with_more(
                        rehearse(f"{when}, more", level, rehearsal, wider, phases, progress)
                    )
                    for when, paper, level in (("before", before, live), ("after", after, weights))
                )
            judged = judge(before, after, plan.allowed_drop, plan.allowed_harm, share)
            scores = _scores(before, after)
            if judged.promote:
                progress("promote", 0, 1, "")
                level = Candidate(weights, folder.name, reviews, gathered, after.scores)
                phases.run("promote", "promote", PROMOTED, lambda: _promote(levels, level))
        learner.load(levels.live())
        now = levels.live_level()
        record = NightRecord(
            night=folder.name,
            started_at=start.at,
            seconds=sum(phases.seconds.values()),
            episodes=len(episodes),
            steps=sum(len(episode.steps) for episode in episodes),
            secrets=gathered.secrets,
            promoted=judged.promote,
            reason=judged.reason,
            before=start.parent,
            after=now.digest if now else "",
            exam=scores,
            phases=phases.seconds,
            losses=trained.losses,
            reviews=_told(episodes, reviews),
            lineage=tuple(levels.lineage()),
        )
        log.write(record, folder)
        for spent in (folder / "checkpoint", *folder.glob("candidate*")):
            spent.unlink(missing_ok=True)
        progress("log", 1, 1, record.reason)
        return record


def _folder(store: Store, plan: Plan) -> Path:
    """The folder of the night that was cut off, if it had this plan; else a new one."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    nights = sorted(path for path in plan.folder.iterdir() if path.name.isdigit())
    if nights and not (nights[-1] / "record.json").exists() and _same(store, nights[-1], plan):
        return nights[-1]
    folder = plan.folder / f"{int(nights[-1].name) + 1 if nights else 1:04d}"
    folder.mkdir()
    atomic.sync(plan.folder)
    return folder


def _same(store: Store, folder: Path, plan: Plan) -> bool:
    """Whether the night in `folder` can go on: the same plan, nothing deleted or judged anew."""
    phases = Phases(folder)
    if phases.stands("start") and phases.read("start", START).plan != plan.digest:
        return False
    if not phases.stands("gather"):
        return True
    known = {episode.id for episode in store.episodes()}
    gathered = phases.read("gather", GATHERED)
    return known.issuperset(gathered.ids) and spoken(store, gathered.ids) == gathered.said


def _start(levels: Levels, plan: Plan) -> Start:
    live = levels.live_level()
    return Start(plan.digest, live.digest if live else "", time.time())


def _review(
    store: Store, episodes: Sequence[Episode], gathered: Gathered, progress: Progress
) -> Reviews:
    reviews: Reviews = {}
    for done, episode in enumerate(episodes, 1):
        reviews[episode.id] = review(episode, gathered.flags(episode.id))
        for step, judgement in zip(episode.steps, reviews[episode.id], strict=True):
            store.review(episode.id, step.index, judgement.weight, judgement.reason)
        progress("review", done, len(episodes), redact(episode.goal))
    return reviews


def _train(
    learner: Learner[Example],
    episodes: Sequence[Episode],
    reviews: Reviews,
    plan: Plan,
    folder: Path,
    progress: Progress,
) -> Trained:
    if not episodes:
        return Trained(None, "", (), 0, "nothing new was lived since the last promotion")
    learner.load(None)
    examples = [
        example
        for episode in episodes
        for example in learner.examples(episode, [j.weight for j in reviews[episode.id]])
    ]

    def tell(step: int, loss: float) -> None:
        progress("consolidate", step, plan.steps, f"loss {loss:.3f}")

    return consolidate(learner, examples, plan, folder, tell)


def _scores(before: Paper, after: Paper) -> dict[str, Score]:
    was, tried = before.scores, after.attempts
    return {name: Score(was[name], share, tried[name]) for name, share in after.scores.items()}


@dataclass(frozen=True)
class Candidate:
    """What becomes a level once the exam was passed."""

    weights: Path
    night: str
    reviews: Reviews
    gathered: Gathered
    scores: dict[str, float]


def _promote(levels: Levels, one: Candidate) -> str:
    data = data_digest({name: [j.weight for j in all_] for name, all_ in one.reviews.items()})
    level = levels.candidate(
        one.weights, one.night, data, one.gathered.ids, one.scores, one.gathered.digests
    )
    levels.promote(level.id, f"night {one.night}")
    return level.id


def _told(episodes: Sequence[Episode], reviews: Reviews) -> tuple[Reviewed, ...]:
    return tuple(
        Reviewed(
            episode=episode.id,
            goal=redact(episode.goal),
            index=step.index,
            actor=step.actor,
            action=redact(format_action(step.performed or step.intended)),
            weight=judgement.weight,
            reason=redact(judgement.reason),
            fate=step.fate,
        )
        for episode in episodes
        for step, judgement in zip(episode.steps, reviews[episode.id], strict=True)
    )
