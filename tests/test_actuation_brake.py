"""The brake: nothing begins while it is pulled, and what had begun ends."""

import threading
import time

import pytest

from actuation.brake import Brake
from actuation.desktop import Stopped


def test_nothing_begins_while_it_is_pulled() -> None:
    brake = Brake()
    brake.begin()
    brake.pull()
    with pytest.raises(Stopped):
        brake.begin()
    brake.release()
    brake.begin()
    brake.check()


def test_what_had_begun_ends_though_it_was_released_at_once() -> None:
    brake = Brake()
    brake.begin()
    brake.pull()
    brake.release()
    with pytest.raises(Stopped):
        brake.check()
    with pytest.raises(Stopped):
        brake.wait(0.0)
    brake.begin()  # the next one is another
    brake.wait(0.0)


@pytest.mark.parametrize("held", [True, False])
def test_a_wait_ends_when_it_is_pulled(held: bool) -> None:
    brake, stopped = Brake(), threading.Event()
    brake.begin()

    def wait() -> None:
        with pytest.raises(Stopped):
            brake.wait(600)
        stopped.set()

    threading.Thread(target=wait, daemon=True).start()
    time.sleep(0.02)
    brake.pull()
    if not held:
        brake.release()
    assert stopped.wait(30)


def test_a_wait_that_nobody_cuts_short_lasts() -> None:
    brake = Brake()
    brake.begin()
    begun = time.monotonic()
    brake.wait(0.12)
    assert time.monotonic() - begun >= 0.12
