"""`dormouse schedule`: a night at the same time each day."""

from agent import schedule
from agent.config import Settings
from agent.output import Output


def main(at: str, json: str | None) -> int:
    output = Output(json)
    if not at:
        now = schedule.current()
        words = f"the night begins each day at {now}" if now else "no night is scheduled"
        output.console.print(words)
        output.write({"at": now, "on": bool(now)})
        return 0
    told = schedule.change(at, Settings())
    output.console.print(told.words, markup=False, soft_wrap=True)
    output.write({"at": told.at, "on": told.on, "words": told.words})
    return 0 if told.on or at == "off" else 1
