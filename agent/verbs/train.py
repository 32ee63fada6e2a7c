"""`dormouse train`: weights from nothing or from demonstrations; after a kill it goes on."""

from dataclasses import replace
from pathlib import Path

from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.policies.vlm.spec import is_vlm
from agent.stop import Stop


def main(
    policy: str,
    steps: int | None,
    out: Path | None,
    seed: int,
    resume: bool,
    json: str | None,
    source: Path | None = None,
    new: str = "",
    whole: bool = False,
    batch: int | None = None,
    rate: float | None = None,
    shard: bool = False,
) -> int:
    output = Output(json)
    if is_vlm(policy):
        from agent.policies.vlm.schooling import School, school
        from agent.policies.vlm.train import Schedule as Lessons

        usual = Lessons()
        lessons = Lessons(
            steps=steps or usual.steps,
            batch=batch or usual.batch,
            rate=rate or usual.rate,
            seed=seed,
        )
        found = school(School(policy, source, out, new, whole, shard, resume, lessons), output)
        if found is not None:
            output.console.print(f"weights: {found.path} (sha256 {found.digest})")
            output.write(found.contract())
        return 0
    if policy != "core":
        raise BadInput(f"no policy {policy!r} to train: known are core and vlm:MODEL")
    from agent.policies.core.train import Progress, Schedule, train

    schedule = Schedule(seed=seed)
    if steps is not None:
        schedule = replace(schedule, steps=steps)
    target = out or Settings().data / "training" / "core.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    with Stop() as stop, bar(output.progress) as progress:
        shown = progress.add_task("train core", total=schedule.steps, note="")

        def moved(at: Progress) -> None:
            progress.update(shown, completed=at.step, note=f"loss {at.loss:.3f}")
            stop.check()

        digest = train(target, schedule, resume, moved)
    output.console.print(f"weights: {target} (sha256 {digest})")
    output.write({"weights": str(target), "digest": digest, "seed": seed, "steps": schedule.steps})
    return 0
