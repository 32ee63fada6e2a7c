"""`dormouse sleep`: one night over what was lived."""

from agent.bedtime import lived, plan, sleep
from agent.config import Settings
from agent.console import Phases
from agent.output import Output
from agent.stop import Stop
from agent.tables import night_table
from agent.verbs.run import rules
from memory.levels import Levels
from memory.store import Store

REHEARSALS = 3


def main(seed: int, steps: int | None, rehearse: bool, json: str | None) -> int:
    output, settings = Output(json), Settings()
    with Stop() as stop, Store(settings.store) as store:
        store.recover()
        tonight = plan(
            settings.nights,
            lived(store.episodes()),
            seed,
            REHEARSALS if rehearse else 0,
            steps,
        )
        with Phases(output.progress) as phases:
            record = sleep(
                store,
                Levels(settings.levels),
                tonight,
                size=(settings.width, settings.height),
                rules=rules(settings),
                sink=phases,
                stop=stop,
            )
    output.console.print(night_table(record))
    output.console.print(f"log: {settings.nights / record.night / 'night.html'}")
    output.write(record.contract())
    return 0 if record.promoted else 1
