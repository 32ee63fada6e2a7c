"""Fixtures that several rooms share."""

from collections.abc import Iterator

import pytest

from actuation.virtual import VirtualDesktop


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    """A virtual desktop of its own for each test module, 1280×800."""
    with VirtualDesktop() as desktop:
        yield desktop
