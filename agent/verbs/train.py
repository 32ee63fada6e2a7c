"""`dormouse train core`: weights from nothing, on drawn screens."""

from pathlib import Path

from agent.config import Settings
from agent.console import bar
from agent.errors import BadInput
from agent.output import Output
from agent.stop import Stop


def main(
    policy: str, minutes: float, out: Path | None, seed: int, resume: bool, json: str | None
) -> int:
    output = Output(json)
    if policy != "core":
        raise BadInput(f"no policy {policy!r} to train: known is core")
    from agent.policies.core.train import train

    target = out or Settings().data / "training" / "core.safetensors"
    target.parent.mkdir(parents=True, exist_ok=True)
    with Stop() as stop, bar(output.progress) as progress:
        shown = progress.add_task("train core", total=None, note="")

        def moved(done: float, total: float, note: str) -> None:
            progress.update(shown, completed=done, total=total, note=note)
            stop.check()

        train(target, minutes, seed, resume, moved)
    output.console.print(f"weights: {target}")
    output.write({"weights": str(target), "seed": seed, "minutes": minutes})
    return 0
