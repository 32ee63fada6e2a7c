"""How each page is done with mouse and keyboard, by the skill that it asks for."""

from collections.abc import Mapping
from importlib import import_module

from actuation.desktop import DesktopError
from tasks.miniwob.page import Oracle

SKILLS = (
    *("clicking", "typing", "choosing", "reading", "vision"),
    *("dragging", "sorting", "mail", "apps", "travel", "games"),
)


def find(page: str) -> Oracle:
    """The oracle of a page. DesktopError if there is none."""
    oracle = known().get(page)
    if oracle is None:
        raise DesktopError(f"nobody has shown how {page} is done")
    return oracle


def known() -> Mapping[str, Oracle]:
    """Every oracle by its page."""
    found: dict[str, Oracle] = {}
    for skill in SKILLS:
        found |= import_module(f"{__name__}.{skill}").ORACLES
    return found
