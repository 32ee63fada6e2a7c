"""Milliseconds of one step, by phase."""

import time

PHASES = ("settle", "capture", "scene", "decide", "perform", "journal", "total")


class Clock:
    """Milliseconds by phase of one step: `with clock("perform"): …`."""

    def __init__(self) -> None:
        self._born = time.perf_counter()
        self._ms = dict.fromkeys(PHASES, 0.0)

    def __call__(self, phase: str) -> "Clock":
        self._phase, self._since = phase, time.perf_counter()
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._ms[self._phase] += 1000 * (time.perf_counter() - self._since)

    def move(self, source: str, target: str, ms: float) -> None:
        """Count `ms` of one phase as another's."""
        ms = min(ms, self._ms[source])
        self._ms[source] -= ms
        self._ms[target] += ms

    def read(self) -> dict[str, float]:
        return self._ms | {"total": 1000 * (time.perf_counter() - self._born)}
