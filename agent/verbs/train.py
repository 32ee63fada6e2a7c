"""`dormouse train core`: weights from nothing, on drawn screens; after a kill it goes on."""

from dataclasses import replace
from pathlib import Path

from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.stop import Stop


def main(
    policy: str, steps: int | None, out: Path | None, seed: int, resume: bool, json: str | None
) -> int:
    output = Output(json)
    if policy != "core":
        raise BadInput(f"no policy {policy!r} to train: known is core")
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
