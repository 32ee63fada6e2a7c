"""`dormouse demo`: the first day and the first night, with progress, a table and a report."""

import shutil
import time
from pathlib import Path

from platformdirs import user_state_path
from rich.rule import Rule

from agent.attempt import Attempt
from agent.config import Settings
from agent.console import ConsoleSink, Phases
from agent.demo import Played, Script, play, report
from agent.events import Several
from agent.guarding import rules
from agent.output import Output
from agent.stop import Stop
from agent.tables import attempts_table, night_table, steps_table
from agent.watch import watcher

KEEP = 3  # demos that are kept where no folder was named


def main(watch: bool, json: str | None, keep: Path | None, seed: int) -> int:
    output, settings = Output(json), Settings()
    folder = keep or fresh(user_state_path("dormouse") / "demos")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Stop() as stop,
        watcher(output.progress, watch) as eyes,
        Phases(output.progress) as phases,
    ):
        played = play(
            folder,
            Script(night=seed),
            size=(settings.width, settings.height),
            rules=rules(settings),
            sink=Several(ConsoleSink(output.console, steps=not watch), phases, eyes),
            stop=stop,
            chapter=lambda heading: output.console.print(Rule(heading)),
            attached=eyes.attached,
        )
    output.console.print(Rule("What came of it"))
    for title, attempts in (("before", played.before), ("after", played.after)):
        output.console.print(titled(title, attempts))
    output.console.print(night_table(played.night))
    output.console.print(steps_table([*played.before, *played.after]))
    output.console.print(summary(played))
    output.console.print(f"report: {report(folder, played)}")
    output.write(played.as_json())
    return 0 if played.better else 1


def titled(title: str, attempts: tuple[Attempt, ...]) -> object:
    table = attempts_table(attempts)
    table.title = title
    return table


def summary(played: Played) -> str:
    verified = [
        f"{sum(one.outcome == 'verified' for one in part)} of {len(part)}"
        for part in (played.before, played.after)
    ]
    return (
        f"before the night {verified[0]} verified, after it {verified[1]};"
        f" {played.seconds:.0f} s in all, {played.night.seconds:.0f} s of them asleep"
    )


def fresh(demos: Path) -> Path:
    """A new folder; all but the latest demos are removed."""
    demos.mkdir(parents=True, exist_ok=True)
    for old in sorted(demos.iterdir())[: -(KEEP - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    return demos / time.strftime("%Y%m%d-%H%M%S")
