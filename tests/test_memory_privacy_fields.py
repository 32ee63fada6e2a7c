"""Password fields are known where a program tells, by dots that show, and by labels."""

import functools
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from actuation.accessible import Accessible
from actuation.action import Action, Click, Press, TypeText
from actuation.virtual import VirtualDesktop
from agent.config import Settings
from agent.privacy import guarded
from memory import fake
from memory.private.focus import Focus
from memory.private.masks import Echo, echo
from memory.store import Store
from perception.observation import Box, Image, Observation, Screen, Window
from perception.read import Reader

SIZE = (400, 200)


def drawn(*texts: tuple[int, int, str], dots: tuple[int, int, int] = (0, 0, 0)) -> Image:
    """Texts at places, and so many dots at one."""
    picture = Pictures.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype("DejaVuSans.ttf", 14)
    for x, y, text in texts:
        draw.text((x, y), text, fill="black", font=font)
    x, y, count = dots
    for at in range(count):
        draw.ellipse((x + 10 * at, y, x + 10 * at + 6, y + 6), fill="black")
    return np.asarray(picture)


def seen(image: Image) -> Observation:
    window = Window("Log in", "shop", Box(0, 0, *SIZE), active=True)
    return Observation(image, Screen(*SIZE), windows=(window,), taken_at=1.0)


FORM = ((20, 20, "User name:"), (20, 60, "Password:"), (20, 130, "Amount:"))


@pytest.mark.parametrize(
    ("after", "text", "wanted"),
    [
        (drawn(dots=(140, 66, 7)), "tulips7", Echo.MASKED),
        (drawn(dots=(140, 66, 1)), "t", Echo.MASKED),
        (drawn((140, 60, "tulips7")), "tulips7", Echo.SHOWN),
        (drawn((140, 60, "********")), "tulips77", Echo.MASKED),
        (drawn((140, 60, "9066.54")), "9066.54", Echo.SHOWN),
        (drawn((140, 60, "1000000")), "1000000", Echo.SHOWN),
        (drawn((140, 60, "lllIIIlll")), "lllIIIlll", Echo.SHOWN),
        (drawn((140, 60, "Müller & Söhne")), "Müller & Söhne", Echo.SHOWN),
        (drawn(), "tulips7", Echo.UNSEEN),
    ],
)
def test_dots_are_told_from_letters(after: Image, text: str, wanted: Echo) -> None:
    assert echo(drawn(), after, Box(0, 0, *SIZE), text).echo is wanted


@functools.cache
def eyes() -> Reader:
    return Reader()


def hides(action: Action | None, text: str, shown: Image, after: Image | None = None) -> bool:
    """Whether a text typed after an action is hidden."""
    focus, look = Focus(), seen(shown)
    focus.begin()
    if action is not None:
        focus.follow(look, action)
    return focus.hides(look, eyes().read(look), text, None if after is None else seen(after))


def test_a_label_hides_the_field_beside_it_and_no_other() -> None:
    form = drawn(*FORM)
    assert hides(Click(160, 68), "tulips7", form)
    assert not hides(Click(160, 28), "anna", form)
    assert not hides(Click(160, 138), "12.50", form)
    assert hides(None, "tulips7", form)  # nobody knows where it goes


def test_what_shows_says_where_it_went() -> None:
    form = drawn(*FORM)
    assert not hides(None, "anna", form, drawn(*FORM, (140, 20, "anna")))
    assert hides(None, "4711", form, drawn(*FORM, (140, 60, "4711")))
    assert hides(Click(160, 28), "tulips7", drawn(), drawn(dots=(140, 66, 7)))
    assert hides(None, "tulips7", form, form)  # a prompt that shows nothing
    assert not hides(None, "tulips7", drawn(), drawn())  # a slow program


def test_a_second_run_into_the_same_field_is_hidden_too() -> None:
    begun = drawn(dots=(140, 66, 6))
    assert hides(Click(150, 68), "rest", begun)
    assert not hides(Click(150, 168), "rest", begun)


def test_a_program_tells_of_its_password_field(tmp_path: Path) -> None:
    with VirtualDesktop(640, 400) as desktop:
        listening = Accessible(f"unix:path={desktop.home.parent / 'run' / 'bus'}")
        try:
            began = time.time()
            program = desktop.launch(["zenity", "--password"], {"NO_AT_BRIDGE": "0"})
            desktop.wait_for(lambda window: window.application.lower() == "zenity")
            deadline = time.monotonic() + 20
            while not listening.hides(began, time.time()):
                assert time.monotonic() < deadline, "it never told"
                desktop.glance()
            assert listening.hides(began - 2, began - 1) is None
            typed = time.time()
            desktop.perform(TypeText("tulips7"))
            assert listening.hides(typed, time.time())
            desktop.perform(Press("Tab"))  # on to a button
            while listening.hides(time.time(), time.time()):
                assert time.monotonic() < deadline, "it still has it"
            program.terminate()
        finally:
            listening.close()
            listening.close()


def test_a_journal_asks_while_it_listens(tmp_path: Path) -> None:
    with VirtualDesktop(640, 400) as desktop, Store(tmp_path / "m.sqlite") as store:
        journal = guarded(store, Settings(data=tmp_path), reader=eyes())
        assert journal.private is not None
        with journal.listening("unix:path=/nowhere") as heard:
            assert not heard
        with journal.listening(f"unix:path={desktop.home.parent / 'run' / 'bus'}") as heard:
            assert heard
        told = Secretly()
        journal.private.ask(told)
        journal.begin(fake.head(fake.demonstration("e")))
        first = fake.intent(fake.demonstration("e").steps[0])
        shown = seen(drawn((20, 20, "Nickname:"), (140, 20, "tulips7")))
        step = replace(first, observation=shown, intended=TypeText("tulips7"))
        journal.intend("e", step)
        (kept,) = store.episode("e").steps
    assert kept.intended == TypeText("•••••••")
    assert not any("tulips" in one.text for one in eyes().read(kept.observation).elements)


class Secretly:
    """A program that says: a password field has the keyboard."""

    def hides(self, since: float, until: float) -> bool | None:
        return True
