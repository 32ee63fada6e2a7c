"""`dormouse worker`: the one process that owns desktop, policy and memory."""

import os
import signal
import sys

from agent.config import Settings
from agent.output import Output
from agent.stop import elsewhere
from agent.worker.place import only_one, socket_of
from agent.worker.server import served
from agent.worker.worker import Worker


def main(json: str | None) -> int:
    output, settings = Output(json), Settings()
    with only_one(settings):
        worker = Worker(settings)
        worker.recover()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, elsewhere(lambda: worker.end("asked to end")))
        with served(socket_of(settings), worker.answer):
            print(f"worker: {socket_of(settings)}", file=sys.stderr, flush=True)
            output.write({"socket": str(socket_of(settings)), "process": os.getpid()})
            worker.life()
    return 0
