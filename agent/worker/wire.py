"""What a worker and its clients say: one JSON object a line over a Unix socket, versioned.

    client ── {"v": 1, "do": "answer", "question": 3, "yes": true} ──▶ worker
           ◀── {"v": 1, "kind": "done", "changed": true} ──

Every request has one reply. Picture bytes are base64 PNG. Boxes are [x, y, w, h] in observation
pixels, actions are text (actuation.grammar), times are seconds since the epoch.
"""

from dataclasses import field
from json import loads
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from agent.session import State

VERSION = 1
LINE = 64 * 2**20  # bytes: a longer line is no message

Rectangle = tuple[int, int, int, int]


class WireError(ValueError):
    """A line that is no message of this version."""


@dataclass(frozen=True)
class Job:
    """A task that was assigned. shown: performed by the task's oracle, as a demonstration.

    dry: nothing is saved or sent; it ends where something would be. at: not before that moment.
    begun: whether anything may have been done. outcome, detail, episode: how it ended; empty
    before. attempt: its numbers, as JSON.
    """

    id: int
    task: str
    seed: int = 0
    variant: str = ""
    policy: str = "core"
    weights: str = "live"
    recall: bool = True
    dry: bool = False
    at: float = 0.0
    begun: bool = False
    outcome: str = ""
    detail: str = ""
    episode: str = ""
    attempt: str = ""

    @property
    def shown(self) -> bool:
        return self.policy == "scripted"


@dataclass(frozen=True)
class Shown:
    """The action that is about to be performed (fired: that was performed)."""

    action: str
    confidence: float
    note: str = ""
    target: Rectangle | None = None
    source: Rectangle | None = None
    fired: bool = False


@dataclass(frozen=True)
class Question:
    """A delicate action that waits for a yes; without one it is denied at `denied_at`."""

    id: int
    shown: Shown
    rule: str
    risk: str
    asked_at: float
    denied_at: float


@dataclass(frozen=True)
class Night:
    """The sleep under way. losses: averaged, oldest first. eta: seconds left in this phase."""

    phase: str
    done: float
    total: float
    note: str
    since: float
    eta: float | None = None
    losses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Status:
    """All that a desk shows at a glance. version grows with each change.

    step, budget: actions done in this run, and how many it may take. ms: the last step's phases.
    frame: digest of the newest picture. tail: what happened, newest last; said: how many
    lines there ever were. vnc: socket and
    password file of the virtual desktop, "" without one. nap: last night's one-line result.
    """

    version: int
    state: State
    why: str = ""
    job: Job | None = None
    goal: str = ""
    episode: str = ""
    step: int = 0
    budget: int = 0
    weights: str = ""
    shown: Shown | None = None
    question: Question | None = None
    queue: tuple[Job, ...] = ()
    ended: tuple[Job, ...] = ()
    tail: tuple[str, ...] = ()
    said: int = 0
    ms: dict[str, float] = field(default_factory=dict)
    changed: str = ""
    night: Night | None = None
    nap: str = ""
    vnc: tuple[str, str] = ("", "")


# Requests.


@dataclass(frozen=True)
class Look:
    """Status, once its version is above `after`, or after `patience` seconds. watching: a person
    sees it, so that each action is shown for a moment before it is done."""

    do: Literal["look"] = "look"
    after: int = -1
    patience: float = 0.0
    watching: bool = False


@dataclass(frozen=True)
class See:
    """The screen as it is now, at most width × height; nothing where `after` names it already."""

    do: Literal["see"] = "see"
    width: int = 1280
    height: int = 800
    after: str = ""


@dataclass(frozen=True)
class Add:
    """Assign a task; its id is given by the worker."""

    job: Job
    do: Literal["add"] = "add"


@dataclass(frozen=True)
class Cancel:
    """Take a task that has not begun off the queue."""

    job: int
    do: Literal["cancel"] = "cancel"


@dataclass(frozen=True)
class Intend:
    """A person's intent; what each means is told in agent.session."""

    intent: Literal["pause", "go_on", "take_over", "stop"]
    why: str = ""
    do: Literal["intend"] = "intend"


@dataclass(frozen=True)
class Reply:
    """The answer to a question. action: do this instead. whole_task: do not ask again."""

    question: int
    yes: bool
    action: str = ""
    whole_task: bool = False
    do: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Sleep:
    """Begin the night, or go on with one that was paused."""

    do: Literal["sleep"] = "sleep"
    seed: int = 0
    rehearse: bool = True
    steps: int | None = None


@dataclass(frozen=True)
class Wake:
    """Pause the night: it goes on where it was."""

    do: Literal["wake"] = "wake"


@dataclass(frozen=True)
class Live:
    """Make a level live ("" for the shipped weights): roll back, or accept again."""

    level: str
    do: Literal["live"] = "live"


@dataclass(frozen=True)
class Forget:
    """Delete an episode from the store."""

    episode: str
    do: Literal["forget"] = "forget"


@dataclass(frozen=True)
class Flag:
    """Judge a step by hand: it is not learned from. action: what should have been done."""

    episode: str
    step: int
    reason: str
    action: str = ""
    do: Literal["flag"] = "flag"


@dataclass(frozen=True)
class End:
    """Stop what is under way and end the worker."""

    do: Literal["end"] = "end"


Request = Annotated[
    Look | See | Add | Cancel | Intend | Reply | Sleep | Wake | Live | Forget | Flag | End,
    Field(discriminator="do"),
]

# Replies.


@dataclass(frozen=True)
class Done:
    """changed: whether it made a difference. id: of what was made."""

    kind: Literal["done"] = "done"
    changed: bool = True
    id: int = 0


@dataclass(frozen=True)
class Picture:
    """png: base64, "" where the picture asked for with `after` is still the newest.

    scale: picture pixels for each observation pixel. taken_at: when it was on the screen.
    """

    kind: Literal["picture"] = "picture"
    digest: str = ""
    png: str = ""
    width: int = 0
    height: int = 0
    scale: float = 1.0
    taken_at: float = 0.0


@dataclass(frozen=True)
class Told:
    """Status as a reply."""

    status: Status
    kind: Literal["status"] = "status"


@dataclass(frozen=True)
class Refused:
    """Why not, in one sentence. code: the exit code that a verb ends with."""

    sentence: str
    code: int = 2
    kind: Literal["refused"] = "refused"


Response = Annotated[Done | Picture | Told | Refused, Field(discriminator="kind")]

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
RESPONSE: TypeAdapter[Response] = TypeAdapter(Response)


def line(message: Request | Response) -> bytes:
    """One message as a line."""
    body = TypeAdapter(type(message)).dump_json(message)
    return b'{"v":%d,' % VERSION + body[1:] + b"\n"


def request(text: bytes) -> Request:
    """Raises WireError, in one sentence."""
    return _read(REQUEST, text)


def response(text: bytes) -> Response:
    """Raises WireError, in one sentence."""
    return _read(RESPONSE, text)


Kind = TypeVar("Kind")


def _read(kind: TypeAdapter[Kind], text: bytes) -> Kind:
    try:
        body = loads(text)
        version = body.pop("v")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise WireError("no message: a line is a JSON object with a version") from error
    if version != VERSION:
        raise WireError(f"version {version} is spoken, {VERSION} is understood: update Dormouse")
    try:
        return kind.validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise WireError(
            f"{'.'.join(map(str, first['loc'])) or 'message'}: {first['msg']}"
        ) from error
