"""A worker process of its own, for tests: started over a folder, spoken to, ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from agent.config import Settings
from agent.errors import Needed
from agent.worker.client import connect
from agent.worker.place import held


class House:
    """A worker process over a memory of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.settings = Settings(data=folder)
        self.environment = os.environ | {"DORMOUSE_DATA": str(folder)} | environment
        self.start()

    def start(self) -> None:
        """Start it, or start it again after a kill."""
        command = [sys.executable, "-m", "agent", "worker"]
        self.process = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE)
        until(lambda: held(self.settings) and self._answers())

    def _answers(self) -> bool:
        try:
            connect(self.settings).close()
        except Needed:
            return False
        return True

    def verb(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "agent", *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def __enter__(self) -> "House":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)
        assert self.process.stderr is not None
        self.process.stderr.close()


def until(told: Callable[[], bool], patience: float = 90.0) -> None:
    deadline = time.monotonic() + patience
    while not told():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
