"""Secrets typed and shown in real windows, journalled twice, and searched for in what was stored.

a person at VNC ──▶ recorder ──┐
an agent's hands ──────────────┴──▶ Twice ──▶ store with redaction, store without
                                                └──▶ Search: words, bytes, pixels
"""

import random
import string
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import numpy as np
from openpyxl import Workbook
from person_house import Person
from rapidfuzz import fuzz
from stdnum import iban, luhn
from stdnum.es import dni

from actuation.action import Action, Ask, Click, Done, Motion, Press, TypeText
from actuation.rfb import Hand
from actuation.virtual import VirtualDesktop
from agent.config import Settings
from agent.cue import Cue
from agent.hands import hands
from agent.privacy import guarded
from agent.recording import Recording
from agent.session import Session
from agent.stop import Stop
from agent.worker.board import Board
from agent.worker.jobs import Jobs
from memory.amend import RECORDING, accept
from memory.episode import Actor, Episode, Outcome, Step
from memory.levels import Levels
from memory.redact import redact
from memory.sleep.fake import FakeLearner, FakeRehearsal
from memory.sleep.night import night
from memory.sleep.plan import Plan
from memory.store import Store
from perception.observation import Box, Image, Observation
from perception.read import Reader
from perception.text import Recogniser
from tasks.apps import calc, chromium
from tasks.miniwob.cdp import Tab, find_page

Found = TypeVar("Found")
EXCLUDED = "keepass"
PAGE = """<!doctype html><meta charset=utf-8><title>Desk</title>
<style>body{font:15px sans-serif;margin:14px} input{font:15px sans-serif;width:280px}
#log{position:absolute;left:420px;top:14px;width:520px} #log p{margin:6px 0}</style>
<p>User <input id=user value=anna><p>Password <input id=secret type=password>
<p>Amount <input id=amount> <p>Note <input id=note>
<div id=letter></div><div id=log></div>
<p style="position:absolute;left:420px;top:420px">Message <input id=chat></p>
<script>chat.onkeydown = e => { if (e.key === 'Enter') {
  const p = document.createElement('p'); p.textContent = 'Anna: ' + chat.value;
  log.append(p); chat.value = '' } }</script>"""


# Secrets.


def password(rng: random.Random) -> str:
    """As people make them: a word, digits, a sign."""
    word = "".join(rng.choice("bcdfghklmnprstvw") + rng.choice("aeiou") for _ in range(3))
    sign = rng.choice("#!-_+=")
    return f"{word.capitalize()}{sign}{rng.randint(100, 9999)}{rng.choice(string.ascii_letters)}"


def account(rng: random.Random) -> str:
    country, length = rng.choice((("DE", 18), ("AT", 16), ("DK", 14), ("FI", 14), ("PT", 21)))
    while True:
        number = "".join(rng.choices(string.digits, k=length))
        made = f"{country}{iban.calc_check_digits(country + '00' + number)}{number}"
        if iban.is_valid(made):
            return " ".join(made[i : i + 4] for i in range(0, len(made), 4))


def card(rng: random.Random) -> str:
    body = rng.choice(("4", "51", "53")) + "".join(rng.choices(string.digits, k=14))
    number = body[:15] + luhn.calc_check_digit(body[:15])
    return " ".join(number[i : i + 4] for i in range(0, 16, 4))


def identity(rng: random.Random) -> str:
    if rng.random() < 0.5:
        body = f"{rng.randint(10_000_000, 99_999_999)}"
        return body + dni.calc_check_digit(body)
    return f"{rng.randint(500, 650)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def token(rng: random.Random) -> str:
    body = "".join(rng.choices(string.ascii_letters + string.digits, k=36))
    return rng.choice((f"ghp_{body}", f"sk-{body[:28]}", f"AKIA{body[:16].upper()}"))


PATTERNED = (account, card, identity, token)


def showing(secret: str) -> bool:
    """Whether it shows by itself what it is."""
    return redact(secret) != secret


@dataclass(eq=False)
class Lived:
    """One secret in one place. hands: a person did it, through VNC, and a recorder listened."""

    place: str
    number: int
    hands: bool
    secret: str = ""
    goal: str = "Do the work"
    detail: str = ""

    @property
    def episode(self) -> str:
        return f"{self.place}-{self.number}"


class Twice:
    """Everything that was lived, in a memory with redaction and in one without. eyes: remember the
    lines that they have read."""

    def __init__(self, folder: Path, eyes: Recogniser) -> None:
        self.on = Settings(data=folder / "on", exclude=(EXCLUDED,))
        self.off = Settings(data=folder / "off", redact=False)
        self._open = ExitStack()
        self._stores = [self._open.enter_context(Store(s.store)) for s in (self.on, self.off)]
        self._kept = [
            guarded(store, settings, reader=Reader(eyes))
            for store, settings in zip(self._stores, (self.on, self.off), strict=True)
        ]

    def begin(self, episode: Episode) -> None:
        for each in self._kept:
            each.begin(episode)

    def saw(self, observation: Observation) -> None:
        for each in self._kept:
            each.saw(observation)

    def intend(self, episode: str, step: Step, after: Observation | None = None) -> None:
        for each in self._kept:
            each.intend(episode, step, after)

    def outcome(self, episode: str, index: int, performed: Action) -> None:
        for each in self._kept:
            each.outcome(episode, index, performed)

    def end(
        self, episode: str, outcome: Outcome, collateral: bool, detail: str, ended: float
    ) -> None:
        for each in self._kept:
            each.end(episode, outcome, collateral, detail, ended)

    def accept(self, episode: str) -> None:
        """As a person accepts what was recorded."""
        for store in self._stores:
            accept(store, episode)

    def slept(self) -> None:
        """A night over both: its log and its weights lie beside them. Then they are closed, the
        log of the database being kept as it is while it is open."""
        for store, settings in zip(self._stores, (self.on, self.off), strict=True):
            plan = Plan(settings.nights, "chat", seeds=(1,), steps=20, episodes=1000)
            night(store, Levels(settings.levels), FakeLearner(), FakeRehearsal(), plan)
            (settings.data / "while-open").write_bytes(Path(f"{settings.store}-wal").read_bytes())
        self._open.close()


class Office:
    """Real programs on one desktop, and what was done in them."""

    def __init__(self, desktop: VirtualDesktop, journal: Twice, seed: int = 0) -> None:
        self.desktop, self.rng, self._journal = desktop, random.Random(seed), journal
        self._open, self._count, self._steps = ExitStack(), 0, 0
        self._now = Lived("", 0, False)
        self._typed: list[str] = []  # passwords that a password field has seen
        self.told: list[str] = []  # what a worker would show of it

    def __enter__(self) -> "Office":
        screen = self.desktop.screen
        page = self.desktop.home / "desk.html"
        page.write_text(PAGE)
        box = Box(4, 30, screen.width - 8, screen.height - 40)
        port = self._port()
        program = chromium.start(_Porting(self.desktop, port), page.as_uri(), box)
        self._open.callback(program.terminate)
        self.desktop.wait_for(chromium.is_chromium)
        address = until(lambda: find_page(port))
        hand = Hand(self.desktop.vnc_socket, self.desktop.vnc_password)
        self._person = Person(self.desktop, self._open.enter_context(hand))
        self.tab = self._open.enter_context(Tab(port, address))
        until(lambda: self.tab.evaluate("document.readyState") == "complete")
        self.desktop.observe()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def _port(self) -> int:
        import socket

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])

    def live(self, place: str, hands: bool = True) -> Lived:
        """One new secret in a place; what only an agent says is said by one."""
        self._now = Lived(place, self._count, hands and place != "words")
        self._count += 1
        method: Callable[[], str] = getattr(self, f"_{place}")
        if self._now.hands:
            self._record(method)
            self._journal.accept(self._now.episode)
            return self._now
        self._steps = 0
        if place != "words":  # whose goal tells the secret
            self._begin()
        self._now.secret = method()
        self._looked(Done())
        self._journal.end(self._now.episode, Outcome.VERIFIED, False, self._now.detail, time.time())
        return self._now

    def _head(self, provenance: str) -> Episode:
        now = self._now
        return Episode(
            now.episode, now.goal, now.place, "", now.number, provenance, "", time.time()
        )

    def _begin(self) -> None:
        self._journal.begin(self._head("demonstration"))

    def _record(self, method: Callable[[], str]) -> None:
        """The hands at the desktop are recorded, as `dormouse record` does, while they do it."""
        cue, session = Cue(), Session()
        session.begin(Stop(), True, cue)
        board = Board(session, Jobs(self.desktop.home / "queue.json"))
        listen = hands(cue, self._journal.on)

        def show() -> str:
            try:
                until(lambda: cue.begun_at)
                return method()
            finally:
                cue.finish()

        with ThreadPoolExecutor(1) as person:
            shown = person.submit(show)
            recording = Recording(self.desktop, listen, self._journal, cue, board)
            run = recording.run(self._head(RECORDING), None)
            self._now.secret = shown.result()
        assert len(run.steps) > 1, "nothing was recorded"
        self.told += board.tail

    def _do(self, action: Motion, note: str = "") -> None:
        if self._now.hands:
            self._person.do(action)
            return
        before = self.desktop.observe()
        self.desktop.perform(action)
        self.desktop.observe()
        self._keep(before, action, note)

    def _looked(self, action: Action, note: str = "") -> None:
        """Something that only was decided, or shown by others."""
        self._keep(self.desktop.observe(), action, note)

    def _keep(self, seen: Observation, action: Action, note: str) -> None:
        step = Step(self._steps, seen, action, None, Actor.AGENT, note=note)
        self._journal.intend(self._now.episode, step)
        self._journal.outcome(self._now.episode, self._steps, action)
        self._steps += 1

    def _click(self, name: str) -> None:
        x, y = self.tab.evaluate(
            f"(() => {{ const r = {name}.getBoundingClientRect();"
            " return [screenX + outerWidth - innerWidth + r.x + r.width / 2,"
            " screenY + outerHeight - innerHeight + r.y + r.height / 2] })()"
        )  # type: ignore[misc]
        self._do(Click(int(x), int(y)))

    def _fresh(self) -> None:
        self.desktop.activate(chromium.is_chromium)
        self.tab.evaluate(
            "document.querySelectorAll('input').forEach(i => i.value = '');"
            "log.textContent = letter.textContent = ''; document.title = 'Desk';"
            "document.activeElement.blur()"
        )

    def _any(self) -> str:
        """A secret that shows by itself what it is, or a password that was typed before."""
        if self._typed and self.rng.random() < 0.4:
            return self.rng.choice(self._typed)
        return self.rng.choice(PATTERNED)(self.rng)

    # The ten places.

    def _password_field(self) -> str:
        secret = password(self.rng)
        self._fresh()
        self._click("secret")
        half = len(secret) // 2 if self.rng.random() < 0.3 else len(secret)
        for part in filter(None, (secret[:half], secret[half:])):  # at times in two runs
            self._do(TypeText(part))
        self._typed.append(secret)
        return secret

    def _password_dialog(self) -> str:
        secret = password(self.rng)
        with self._window(["zenity", "--password"], "zenity"):
            self._do(TypeText(secret))
        self._typed.append(secret)
        return secret

    def _excluded_window(self) -> str:
        secret = password(self.rng)
        with self._window(terminal("KeePass - all my keys", "cat"), "KeePass"):
            self._do(TypeText(secret))
            self._do(Press("Return"))
        return secret

    def _chat(self) -> str:
        secret = self.rng.choice((password, *PATTERNED))(self.rng)
        told = secret if showing(secret) else f"the password is {secret}"
        self._fresh()
        self._click("chat")
        self._do(TypeText(told))
        self._do(Press("Return"))
        return secret

    def _cell(self) -> str:
        secret = self._any()
        self._sheet()
        self._do(TypeText(secret))
        self._do(Press("Return"))
        return secret

    def _title(self) -> str:
        secret = self._any()
        self._fresh()
        self.tab.evaluate(f"document.title = {secret!r} + ' - letter'")
        self._click("note")
        return secret

    def _paste(self) -> str:
        secret = self._any()
        with subprocess.Popen(
            ["xclip", "-selection", "clipboard"],
            stdin=subprocess.PIPE,
            env={"DISPLAY": self.desktop.display, "PATH": "/usr/bin:/bin"},
        ) as clip:
            clip.communicate(secret.encode())
        self._fresh()
        self._click("note")
        if self._now.hands:
            self._do(Press("ctrl+v"))
            return secret
        before = self.desktop.observe()
        self.desktop.perform(Press("ctrl+v"))
        self.desktop.observe()
        self._keep(before, TypeText(secret), "pasted")
        return secret

    def _words(self) -> str:
        secret = self._any()
        self._fresh()
        self._now.goal = f"Log in with {secret} and book it"
        self._now.detail = f"could not use {secret}"
        self._begin()
        self._looked(Ask(f"Is {secret} right?"), note=f"copied {secret} from the goal")
        return secret

    def _terminal(self) -> str:
        if self.rng.random() < 0.5:
            secret = password(self.rng)
            script = 'while :; do printf "Password: "; stty -echo; read -r x; stty echo; echo; done'
            with self._window(terminal("Terminal", script), "Terminal"):
                self._do(TypeText(secret))
                self._do(Press("Return"))
            return secret
        secret = token(self.rng)
        told = self.rng.choice((f"export KEY={secret}", f"curl https://anna:{secret}@host/x"))
        with self._window(terminal("Terminal", "cat"), "Terminal"):
            self._do(TypeText(told))
            self._do(Press("Return"))
        return secret

    def _letter(self) -> str:
        secret = self.rng.choice((password, *PATTERNED))(self.rng)
        label = "" if showing(secret) else "Password: "
        self._fresh()
        self.tab.evaluate(f"letter.textContent = 'For your records: {label}' + {secret!r}")
        self._click("amount")
        self._do(TypeText("12.50"))
        return secret

    # Windows that come and go.

    def _window(self, argv: list[str], title: str) -> "ExitStack":
        stack = ExitStack()
        program = self.desktop.launch(argv)
        stack.callback(program.terminate)

        def ours(window: object) -> bool:
            return title.lower() in f"{window.title} {window.application}".lower()  # type: ignore[attr-defined]

        self.desktop.wait_for(ours)
        self.desktop.activate(ours)
        until(lambda: (a := self.desktop.observe().active) is not None and ours(a))
        self.desktop.observe()
        return stack

    def _sheet(self) -> None:
        """The sheet in front; started once."""
        if not hasattr(self, "_book"):
            self._book = self.desktop.home / "book.xlsx"
            Workbook().save(self._book)
            screen = self.desktop.screen
            box = Box(10, 60, screen.width - 20, screen.height - 90)
            program = calc.start(self.desktop, self._book, box)
            self._open.callback(program.terminate)
            self.desktop.wait_for(lambda w: w.title.startswith("book.xlsx"), 60)
            time.sleep(1.0)
        self.desktop.activate(lambda w: w.title.startswith("book.xlsx"))
        self.desktop.observe()


class _Porting:
    """A desktop on which Chromium opens a debugging port."""

    def __init__(self, desktop: VirtualDesktop, port: int) -> None:
        self.home, self._desktop, self._port = desktop.home, desktop, port

    def launch(self, argv: list[str], environment: dict[str, str]) -> object:
        port = [f"--remote-debugging-port={self._port}", "--remote-allow-origins=*"]
        return self._desktop.launch([*argv, *port], environment)


def terminal(title: str, script: str) -> list[str]:
    font = ("-fa", "DejaVu Sans Mono", "-fs", "11")
    return ["xterm", "-T", title, *font, "-geometry", "90x20+40+60", "-e", "sh", "-c", script]


def until(found: Callable[[], Found], patience: float = 30.0) -> Found:
    deadline = time.monotonic() + patience
    while not (value := found()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return value


# What was stored, and the search.


@dataclass(frozen=True)
class Leak:
    place: str
    secret: str
    where: str


class Search:
    """Looks for secrets in a memory: bytes of all files, words of steps, pixels of frames.

    raw: the memory in which everything stands as it was seen.
    """

    def __init__(self, lived: list[Lived], raw: Settings, eyes: Recogniser) -> None:
        self._lived, self._raw = lived, raw
        self._reader, self._texts = Reader(eyes), dict[bytes, list[tuple[str, Box]]]()

    def leaks(self, settings: Settings, thorough: bool = False) -> list[Leak]:
        """thorough: frames are also read by tesseract's own layout analysis, enlarged."""
        content = b"\0".join(p.read_bytes() for p in settings.data.rglob("*") if p.is_file())
        found = []
        with Store(settings.store) as store, Store(self._raw.store) as raw:
            for one in self._lived:
                forms = {one.secret, bare(one.secret)}
                codes = [form.encode(code) for form in forms for code in ("utf-8", "utf-16-le")]
                found += [Leak(one.place, one.secret, "bytes") for code in codes if code in content]
                before, after = (each.episode(one.episode) for each in (raw, store))
                where = self._where(one.secret, before, after, thorough)
                found += [Leak(one.place, one.secret, each) for each in where]
        return found

    def _where(self, secret: str, raw: Episode, kept: Episode, thorough: bool) -> Iterator[str]:
        """In which words and frames of an episode a secret is found."""
        for before, step in zip(raw.steps, kept.steps, strict=True):
            words = f"{step.intended} {step.performed} {step.note} {kept.goal}"
            titles = " ".join(window.title for window in step.observation.windows)
            if shows(secret, f"{words} {titles} {kept.detail}"):
                yield f"words of step {step.index}"
            image = step.observation.image
            texts = [text for text, _ in self.read(step.observation)]
            if thorough:
                texts += layout(image)
            if any(shows(secret, text) for text in texts):
                yield f"read in frame {step.index}"
            elif self._drawn(secret, step.observation, before.observation.image, image):
                yield f"drawn in frame {step.index}"

    def read(self, seen: Observation) -> list[tuple[str, Box]]:
        key = seen.image.tobytes()
        if key not in self._texts:
            elements = self._reader.read(seen).elements
            self._texts[key] = [(one.text, one.box) for one in elements if one.text]
        return self._texts[key]

    def _drawn(self, secret: str, seen: Observation, raw: Image, kept: Image) -> bool:
        """Whether the ink of a secret, where it stood in what was seen, is still there."""
        for text, box in self.read(replace(seen, image=raw)):
            if not shows(secret, text):
                continue
            part = np.s_[box.y : box.bottom, box.x : box.right]
            before, after = raw[part].astype(int), kept[part].astype(int)
            ground = np.median(before.reshape(-1, 3), axis=0)
            ink = np.abs(before - ground).max(axis=2) > 60
            # Other words of the line may stay; the secret's own share of it may not.
            share = min(1.0, len(bare(secret)) / max(1, len(bare(text))))
            bare_of_it = (after == 0).all(axis=(0, 2))  # columns that are black from top to bottom
            same = (before == after).all(axis=2) & ink & ~bare_of_it
            if same.sum() > (1 - 0.6 * share) * ink.sum():
                return True
        return False


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def shows(secret: str, text: str) -> bool:
    """Whether a text says a secret, as exactly as pixels can be read."""
    one, two = looks(secret), looks(text)
    if len(two) < 0.7 * len(one):
        return False
    return one in two or fuzz.partial_ratio(one, two) >= (92 if one.isdigit() else 85)


def looks(text: str) -> str:
    """Letters and digits, those that look alike as one."""
    return bare(text).lower().translate(str.maketrans("oqilzsb", "0011258"))


def layout(image: Image) -> list[str]:
    """Lines as tesseract's own analysis finds them in the picture at twice its size."""
    import tesserocr
    from PIL import Image as Pictures

    from perception.text import language_folder

    folder, name = language_folder("eng")
    picture = Pictures.fromarray(image)
    picture = picture.resize((2 * picture.width, 2 * picture.height))
    with tesserocr.PyTessBaseAPI(path=folder, lang=name, psm=tesserocr.PSM.SPARSE_TEXT) as api:
        api.SetImage(picture)
        return str(api.GetUTF8Text()).splitlines()
