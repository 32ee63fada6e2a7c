"""`dormouse sleep`: one night over what was lived."""

import sys
from contextlib import nullcontext
from json import dumps as json_of

from agent.bedtime import lived, plan, sleep
from agent.config import Settings
from agent.console import Phases
from agent.errors import BadInput
from agent.events import JsonLines
from agent.guarding import rules
from agent.output import Output
from agent.policies.catalog import known, learns
from agent.stop import Stop
from agent.tables import night_table
from agent.worker.place import held
from memory.levels import Levels
from memory.store import Store


def main(
    seed: int,
    steps: int | None,
    rehearse: bool,
    events: bool,
    json: str | None,
    policy: str | None = None,
) -> int:
    output, settings = Output(json), Settings()
    policy = known(settings.named(policy))
    if not learns(policy):
        raise BadInput(f"{policy} has no weights that a night could add to: say core or vlm:MODEL")
    room = settings.room(policy)
    if held(settings) and not events:
        raise BadInput("the worker owns this memory: let it sleep (`dormouse night`, or the desk)")
    with Stop() as stop, Store(settings.store) as store:
        store.recover()
        tonight = plan(
            room / "nights",
            lived(store.episodes()),
            seed,
            settings.night_rehearsals if rehearse else 0,
            steps or settings.night_steps,
        )
        with Phases(output.progress) if not events else nullcontext(JsonLines(sys.stdout)) as sink:
            record = sleep(
                store,
                Levels(room / "levels"),
                tonight,
                policy=policy,
                size=(settings.width, settings.height),
                rules=rules(settings),
                sink=sink,
                stop=stop,
            )
    if events:
        print(json_of({"event": "night"} | record.contract()), flush=True)
    else:
        output.console.print(night_table(record))
        output.console.print(f"log: {room / 'nights' / record.night / 'night.html'}")
    output.write(record.contract())
    return 0 if record.promoted else 1
