"""`dormouse worker`: the one process that owns desktop, policy and memory."""

import os
import signal
import sys
import threading
from types import FrameType

from agent.config import Settings
from agent.output import Output
from agent.worker.place import only_one, socket_of
from agent.worker.server import served
from agent.worker.worker import Worker


def main(json: str | None) -> int:
    output, settings = Output(json), Settings()
    with only_one(settings):
        worker = Worker(settings)
        worker.recover()

        def on_signal(number: int, frame: FrameType | None) -> None:
            # The handler may have interrupted a thread that holds a lock: end it elsewhere.
            threading.Thread(target=worker.end, args=("asked to end",), daemon=True).start()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)
        with served(socket_of(settings), worker.answer):
            print(f"worker: {socket_of(settings)}", file=sys.stderr, flush=True)
            output.write({"socket": str(socket_of(settings)), "process": os.getpid()})
            worker.life()
    return 0
