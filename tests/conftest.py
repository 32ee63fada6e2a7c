"""Fixtures that several rooms share."""

import os
from collections.abc import Iterator

import pytest

from actuation.virtual import VirtualDesktop

# torch reads it when it is first imported: its threads must not spin beside real programs
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# set for the processes that run tests, it would be the width of every terminal that tests start
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    """A virtual desktop of its own for each test module, 1280×800."""
    with VirtualDesktop() as desktop:
        yield desktop
