"""LibreOffice Calc: started without a question, its windows where they are asked for.

A profile of its own is written for each start: no dialogs, no autocorrection, no completion, no
lock files, no spell-checker's underlines, no sidebar, English (US) whatever the machine speaks.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from actuation.action import Wait
from actuation.desktop import DesktopError, Host, Program
from perception.observation import Box, Image, Window
from tasks.apps import separated
from tasks.apps.stage import Waiting

APPLICATION = "libreoffice-calc"
CHARSETS = {"utf-8": 76, "cp1252": 1}  # as Calc counts them
AS_TEXT = 2  # the format of a column
SPARE = 8  # columns beside those that there are
DIALOGS = "Soffice"  # what its dialogs and menus call themselves

SETTINGS = {
    "Office.Common/Save/Document": {"WarnAlienFormat": "false"},
    "Office.Common/Misc": {
        "ShowTipOfTheDay": "false",
        "FirstRun": "false",
        "UseDocumentOOoLockFile": "false",
        "UseDocumentSystemFileLocking": "false",
    },
    "Office.Common/AutoCorrect": {
        "ReplaceDoubleQuote": "false",
        "ReplaceSingleQuote": "false",
        "CapitalAtStartSentence": "false",
        "TwoCapitalsAtStart": "false",
        "ChangeDash": "false",
        "SetInetAttr": "false",
        "UseReplacementTable": "false",
    },
    "Office.Recovery/RecoveryInfo": {"Enabled": "false"},
    "Office.Recovery/AutoSave": {"Enabled": "false"},
    "Office.Calc/Input": {"AutoInput": "false"},
    "Office.Linguistic/SpellChecking": {"IsSpellAuto": "false"},
    "Setup/Product": {"ooSetupLastVersion": "99.9"},  # newer than any: no "what is new" bar
    "Setup/L10N": {"ooSetupSystemLocale": "en-US", "ooLocale": "en-US"},
}
ASKING = {"Office.Common/Save/Document": {"WarnAlienFormat": "true"}}
FACTORY = (
    "Setup/Office/Factories/org.openoffice.Setup:Factory['com.sun.star.sheet.SpreadsheetDocument']"
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items '
    'xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
# The "H" hides the sidebar (window 10336 of Calc), which would take 60 pixels of a small window.
NO_SIDEBAR = (
    '<item oor:path="/org.openoffice.Office.Views/Windows"><node oor:name="scalc/10336" '
    'oor:op="replace"><node oor:name="UserData"><prop oor:name="Data" oor:op="fuse" '
    'oor:type="xs:string"><value>V2,H,0,AL:(5,16,0/0/48/450,48;649)</value></prop></node></node>'
    "</item>\n"
)


def write_profile(folder: Path, box: Box, asks: bool = False) -> None:
    """A fresh user profile in `folder` (replaced), whose first window opens at `box`.

    asks: whether it asks before it saves in a format that is not its own.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "user").mkdir(parents=True)
    window = {"ooSetupFactoryWindowAttributes": f"{box.x},{box.y},{box.w},{box.h};1;0,0,0,0;"}
    items = [
        f'<item oor:path="/org.openoffice.{escape(path)}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>\n"
        for path, values in {**SETTINGS, FACTORY: window, **(ASKING if asks else {})}.items()
        for name, value in values.items()
    ]
    text = HEAD + "".join(items) + NO_SIDEBAR + "</oor:items>\n"
    (folder / "user" / "registrymodifications.xcu").write_text(text, encoding="utf-8")


class CalcProgram:
    """The running program; terminate() also removes the socket that a killed office leaves."""

    def __init__(self, program: Program, profile: Path) -> None:
        self._program, self.pid = program, program.pid
        # The office's own name for it: one office for each profile.
        digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
        name = "".join(f"{byte:x}" for byte in digest)
        self._socket = Path(f"/tmp/OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{name}")

    def running(self) -> bool:
        return self._program.running()

    def terminate(self, patience: float = 5.0) -> None:
        self._program.terminate(patience)
        self._socket.unlink(missing_ok=True)


def start(desktop: Host, book: Path, box: Box, asks: bool = False) -> CalcProgram:
    """Open the workbook in a window at `box` (screen pixels); asks: see write_profile."""
    profile = desktop.home / "calc-profile"
    write_profile(profile, box, asks)
    temporary = desktop.home / "tmp"  # killed, it leaves its scratch files: they go with the home
    temporary.mkdir(exist_ok=True)
    program = desktop.launch(
        [
            "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--norestore",
            "--nologo",
            "--nofirststartwizard",
            "--calc",
            *_filter(book),
            str(book),
        ],
        {"TMPDIR": str(temporary)},
    )
    return CalcProgram(program, profile)


def _filter(book: Path) -> list[str]:
    """Text in columns is read as it is written, every column as text: else Calc asks how in a
    dialog at each start, and rewrites what it takes for numbers and dates (01067 as 1067).

    The filter's options: separator, quote, charset, first line, format of each column, as
    LibreOffice's guide tells them under "Filter Options for CSV".
    """
    if book.suffix.casefold() not in separated.SUFFIXES:
        return []
    found = separated.read(book)
    columns = max((len(line) for line in found.lines), default=1) + SPARE
    formats = "/".join(f"{column}/{AS_TEXT}" for column in range(1, columns + 1))
    sign, quote, charset = ord(found.sign), ord(separated.QUOTE), CHARSETS[found.encoding]
    return [f"--infilter=Text - txt - csv (StarCalc):{sign},{quote},{charset},1,{formats}"]


def is_calc(window: Window) -> bool:
    """A document's window: its title says so, while dialogs and splash screens have others."""
    return window.application == APPLICATION and window.title.endswith("LibreOffice Calc")


def painted(image: Image) -> bool:
    """Whether a document window's picture (client area) is complete.

    The sheet comes first and fills the window; the toolbars push it down when they come.
    """
    white = image.min(axis=2) == 255
    toolbars, sheet = white[40:130], white[200:-90]
    return bool(toolbars.mean() < 0.5 and sheet.mean() > 0.3)


def wait_painted(desktop: Waiting, box: Box, calm: float = 0.4, patience: float = 20.0) -> None:
    """Until the window at `box` is complete and has not changed for `calm` seconds.

    DesktopError after `patience` seconds, Stopped if a person says so meanwhile.
    """
    deadline = time.monotonic() + patience
    before, since = None, time.monotonic()
    while (now := time.monotonic()) < deadline:
        image = desktop.glance().image[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
        if before is None or not painted(image) or not np.array_equal(before, image):
            before, since = image, now
        elif now - since > calm:
            return
        desktop.perform(Wait(0.03))
    raise DesktopError(f"the spreadsheet was not painted within {patience:.0f} s")
