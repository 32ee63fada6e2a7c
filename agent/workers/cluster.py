"""Attempts on the machines of a Ray cluster. Ray is imported only when a bench uses it.

    bench ── luggage: plan, weights, tasks' files ──▶ Hand ── pipe ──▶ Child (a display of its own)
          ◀────────── attempts, as they end ────────   on some machine of the cluster

Every machine has the same Dormouse installed. What is not part of it goes along as bytes.
"""

import logging
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.attempt import Attempt
from agent.errors import BadInput, Needed
from agent.scratch import scratch
from agent.stop import Interrupted, Stop
from agent.workers.child import LOOK, PATIENCE, Child
from agent.workers.protocol import plain
from tasks.outside import file_of

if TYPE_CHECKING:
    from agent.bench import Job, Plan

ANSWERS = 5.0  # seconds that a cluster may take to answer
BEGINS = 120.0  # ... and the first of its machines to have a place free


@dataclass(frozen=True)
class Luggage:
    """What a machine needs. weights: the level's bytes. sources: files of tasks by their name in
    the plan. digest: of the plan here, so that other weights there are noticed."""

    plan: "Plan"
    weights: bytes | None
    sources: dict[str, bytes]
    digest: str


def pack(plan: "Plan") -> Luggage:
    """BadInput where the plan needs what must not leave this machine."""
    if plan.memory:
        raise BadInput("recall and replay read this machine's memory: leave out --address")
    sources = {task: file.read_bytes() for task in plan.tasks if (file := file_of(task))}
    weights = plan.weights.read_bytes() if plan.weights else None
    return Luggage(replace(plan, weights=None, keep=None), weights, sources, plan.digest)


class Hand:
    """On another machine: hands each job to one child process. It keeps no attempt itself, so
    that a display there belongs to a process that ends in its own order whatever Ray does."""

    def __init__(self, luggage: Luggage) -> None:
        self._luggage = luggage
        self._child: Child | None = None
        self._open_now = ExitStack()
        self._stopped = False
        self._names: dict[str, str] = {}

    def begin(self) -> Exception | None:
        """Unpack and start. None, or why it cannot."""
        try:
            self._child = Child(self._unpacked(), threads=1)
        except Exception as error:
            return plain(error)
        return None

    def attempt(self, job: "Job") -> Attempt | Exception:
        """One attempt, or what went wrong: an error would come wrapped in Ray's own."""
        task, seed, variant = job
        child = self._child
        if child is None or self._stopped:
            return Interrupted()
        child.give((self._names.get(task, task), seed, variant))
        while not child.ready(LOOK):
            pass
        try:
            return replace(child.take(), task=task)
        except Exception as error:
            return plain(error)

    def stop(self) -> None:
        """Called beside `attempt`: end it, its desktop and the files."""
        self._stopped = True
        if self._child is not None:
            self._child.stop()
            self._child.join()
        self._open_now.close()

    def _unpacked(self) -> "Plan":
        plan, folder = self._luggage.plan, self._open_now.enter_context(scratch())
        if self._luggage.weights is not None:
            level = folder / "level.safetensors"
            level.write_bytes(self._luggage.weights)
            plan = replace(plan, weights=level)
        if plan.digest != self._luggage.digest:
            where = socket.gethostname()
            raise Needed(f"{where} has other weights: install this version of Dormouse there")
        for number, (name, source) in enumerate(self._luggage.sources.items()):
            path, _, attribute = name.rpartition(":")
            file = folder / str(number) / path.rpartition("/")[2]
            file.parent.mkdir()
            file.write_bytes(source)
            self._names[name] = f"{file}:{attribute}"
        return plan


class Cluster:
    """address: HOST:PORT of the cluster's head, or ray://HOST:PORT. count: so many attempts at
    once, each of which takes one of the cluster's CPUs."""

    def __init__(self, address: str, count: int, stop: Stop) -> None:
        self._address, self._count, self._stop = address, count, stop

    def run(self, plan: "Plan", todo: Sequence["Job"]) -> Iterator[Attempt]:
        luggage = pack(plan)
        with connected(self._address) as ray:
            # Spread over the machines; the second thread of each is for `stop`.
            kind = ray.remote(num_cpus=1, max_concurrency=2, scheduling_strategy="SPREAD")(Hand)
            shared = ray.put(luggage)
            hands = [kind.remote(shared) for _ in range(min(self._count, len(todo)))]
            try:
                yield from self._results(ray, hands, todo)
            finally:
                ends = [hand.stop.remote() for hand in hands]
                ray.wait(ends, num_returns=len(ends), timeout=PATIENCE + 5)
                for hand in hands:
                    ray.kill(hand)

    def _results(self, ray: Any, hands: list[Any], todo: Sequence["Job"]) -> Iterator[Attempt]:
        left, waited = list(reversed(todo)), 0.0
        asked = {hand.begin.remote(): hand for hand in hands}
        begun, got = 0, 0
        while got < len(todo):
            self._stop.check()
            answered, _ = ray.wait(list(asked), num_returns=1, timeout=LOOK)
            waited = waited + LOOK if not answered and not begun else 0.0
            if waited > BEGINS:
                raise Needed(f"no machine at {self._address} has a CPU free for an attempt")
            for one in answered:
                hand = asked.pop(one)
                result = _got(ray, one)
                if result is None:
                    begun += 1
                if left:
                    asked[hand.attempt.remote(left.pop())] = hand
                if isinstance(result, Attempt):
                    got += 1
                    yield result


def _got(ray: Any, answer: Any) -> Attempt | None:
    """Raises what went wrong there."""
    try:
        result: Attempt | Exception | None = ray.get(answer)
    except ray.exceptions.ActorDiedError as error:
        if "ModuleNotFoundError" in str(error):
            raise Needed(f"Dormouse is missing on a machine of the cluster: {error}") from None
        raise RuntimeError("a machine or process of the bench died; start it again") from error
    if isinstance(result, Exception):
        raise result
    return result


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Ray's module, while the connection lasts. Needed where there is none."""
    try:
        import ray
    except ImportError as error:
        raise Needed("--address needs Ray: pip install 'dormouse[ray]'") from error
    _answers(address)
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise Needed(f"cannot join the Ray cluster at {address}: {error}") from error
    finally:
        with suppress(ValueError):  # not the main thread: nothing was changed
            signal.signal(signal.SIGTERM, before)  # Ray takes it; ours ends desktops first
    try:
        yield ray
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Whether anything listens there: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        raise BadInput(f"--address {address!r}: say HOST:PORT, as 10.0.0.5:6379")
    try:
        socket.create_connection((host, int(port)), ANSWERS).close()
    except OSError as error:
        raise Needed(f"nothing answers at {address} ({error}): ray start --head") from error
