"""What is typed arrives: random Unicode into LibreOffice Calc (read from the saved file) and into
a field of Chromium (read from the DOM)."""

import time
from collections.abc import Callable, Iterator

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, sync_playwright

from actuation.action import Press, TypeText
from actuation.keyboard import check_printable
from actuation.virtual import VirtualDesktop

ROWS = 400
KNOWN = [
    "<>&\"'{}[]|\\~^`@#%",
    "€ Ä ñ “”„ß",
    "日本語テキスト",
    "😀🎉👍🏽",
    "ÄÖÜäöüß",
    "Łódź Żółć",
    "'x",
]
FIELD = "data:text/html;charset=utf-8,<title>field</title><textarea autofocus rows=20 cols=80>"
VALUE = "document.querySelector('textarea').value"

QUIET = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>"""
ITEM = (
    '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse">'
    "<value>false</value></prop></item>"
)
OFF = {
    "Office.Common/Save/Document": ["WarnAlienFormat"],
    "Office.Common/Misc": ["ShowTipOfTheDay", "FirstRun", "UseDocumentOOoLockFile"],
    "Office.Recovery/AutoSave": ["Enabled"],
    "Office.Calc/Input": ["AutoInput"],
    "Office.Common/AutoCorrect": [
        *("ReplaceDoubleQuote", "ReplaceSingleQuote", "CapitalAtStartSentence", "ChangeDash"),
        *("TwoCapitalsAtStart", "SetInetAttr", "UseReplacementTable", "ChangeOrdinalNumber"),
    ],
}


def typable(char: str) -> bool:
    try:
        check_printable(char)
    except ValueError:
        return False
    return True


def script(first: int, last: int) -> st.SearchStrategy[str]:
    return st.characters(min_codepoint=first, max_codepoint=last).filter(typable)


# Scripts that people write in, ASCII most of all, then anything that can be typed at all.
CHARACTERS = st.one_of(
    script(0x20, 0x7E),
    script(0x20, 0x7E),
    script(0xA0, 0x24F),
    script(0x370, 0x52F),
    script(0x2010, 0x20BF),
    script(0x3041, 0x30FE),
    script(0x4E00, 0x9FFF),
    script(0x1F300, 0x1F64F),
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me")),
)
BATCHES = st.lists(st.text(CHARACTERS, min_size=1, max_size=20), min_size=25, max_size=25)
FEW = settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # a failing example would be shrunk for minutes
    suppress_health_check=list(HealthCheck),
)


def until(condition: Callable[[], object], what: str, patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


class Book:
    """A sheet whose first column is formatted as text, open in Calc, and its next free row."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self.desktop, self.row = desktop, 1
        self.file = desktop.home / "book.xlsx"
        workbook = openpyxl.Workbook()
        for row in range(1, ROWS):
            workbook.active.cell(row, 1).number_format = "@"
        workbook.save(self.file)
        profile = desktop.home / "office" / "user"
        profile.mkdir(parents=True)
        items = "".join(ITEM.format(path, name) for path, names in OFF.items() for name in names)
        (profile / "registrymodifications.xcu").write_text(QUIET.format(items))
        office = [f"-env:UserInstallation={profile.parent.as_uri()}", "--norestore", "--nologo"]
        self.program = desktop.launch(["soffice", *office, "--calc", str(self.file)])
        desktop.wait_for(lambda window: "book.xlsx" in window.title, 60)
        until(self._answers, "Calc to take input")

    def enter(self, texts: list[str]) -> list[str | None]:
        """Type each text into a cell of its own, save, and read them from the file."""
        for text in texts:
            self.desktop.perform(TypeText(text))
            self.desktop.perform(Press("Return"))
        first, self.row = self.row, self.row + len(texts)
        before = self.file.stat().st_mtime_ns
        self.desktop.perform(Press("ctrl+s"))
        until(lambda: self.file.stat().st_mtime_ns != before, "the file to be saved")
        until(self._readable, "the file to be complete")
        sheet = openpyxl.load_workbook(self.file).active
        return [sheet.cell(row, 1).value for row in range(first, self.row)]

    def _answers(self) -> bool:
        """Whether a typed text shows, and goes again: Calc's window is up before it listens."""
        empty = self.desktop.observe().image
        self.desktop.perform(TypeText("ready?"))
        shown = self.desktop.observe().image
        self.desktop.perform(Press("Escape"))
        self.desktop.observe()
        height = empty.shape[0]
        sheet = slice(height // 5, height - height // 10)
        return bool((empty[sheet] != shown[sheet]).sum() > 300)

    def _readable(self) -> bool:
        try:
            openpyxl.load_workbook(self.file)
        except (OSError, ValueError, KeyError, EOFError):
            return False
        return True


@pytest.fixture(scope="module")
def book(desktop: VirtualDesktop) -> Iterator[Book]:
    book = Book(desktop)
    yield book
    book.program.terminate(1)


@pytest.fixture(scope="module")
def page(desktop: VirtualDesktop) -> Iterator[Page]:
    profile = desktop.home / "chromium"
    flags = ["--no-sandbox", "--no-first-run", "--password-store=basic", "--disable-gpu"]
    flags += ["--test-type", "--disable-sync", "--disable-background-networking"]
    flags += ["--remote-debugging-port=0", f"--user-data-dir={profile}"]
    program = desktop.launch(["chromium", *flags, FIELD])
    port = profile / "DevToolsActivePort"
    until(lambda: port.exists() and port.read_text(), "Chromium's debugging port")
    desktop.wait_for(lambda window: "field" in window.title, 60)
    with sync_playwright() as playwright:
        number = port.read_text().splitlines()[0]
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{number}")
        page = browser.contexts[0].pages[0]
        page.wait_for_selector("textarea")
        until(lambda: page.evaluate("document.hasFocus()"), "the field's focus")
        yield page
        browser.close()
    program.terminate(1)


def test_known_texts_arrive_in_calc(book: Book) -> None:
    assert book.enter(KNOWN) == KNOWN


@FEW
@given(texts=BATCHES)
def test_any_text_arrives_in_calc(book: Book, texts: list[str]) -> None:
    assert book.enter(texts) == texts


@FEW
@given(texts=BATCHES)
def test_any_text_arrives_in_chromium(
    desktop: VirtualDesktop, page: Page, texts: list[str]
) -> None:
    for text in [*KNOWN, *texts]:
        page.evaluate(f"{VALUE} = ''")
        desktop.perform(TypeText(text))
        until(lambda text=text: len(page.evaluate(VALUE)) >= len(text), text, 10)
        assert page.evaluate(VALUE) == text


@pytest.mark.parametrize(
    ("before", "switch", "after"),
    [
        (["us", "-variant", "altgr-intl"], "Caps_Lock", "Caps_Lock"),
        (["de"], "", ""),
        (["us,ru", "-option", "grp:caps_toggle"], "Caps_Lock", "Caps_Lock"),
    ],
    ids=["caps lock on", "another layout", "another group of the layout"],
)
def test_the_state_of_the_keyboard_does_not_matter(
    desktop: VirtualDesktop, page: Page, before: list[str], switch: str, after: str
) -> None:
    layout = desktop.launch(["setxkbmap", *before])
    until(lambda: not layout.running(), "setxkbmap")
    if switch:
        desktop.perform(Press(switch))
    try:
        for text in [*KNOWN, "Plain ASCII, mixed Case 123"]:
            page.evaluate(f"{VALUE} = ''")
            desktop.perform(TypeText(text))
            until(lambda text=text: len(page.evaluate(VALUE)) >= len(text), text, 10)
            assert page.evaluate(VALUE) == text
    finally:
        if after:
            desktop.perform(Press(after))
        layout = desktop.launch(["setxkbmap", "us", "-variant", "altgr-intl", "-option", ""])
        until(lambda: not layout.running(), "setxkbmap")
