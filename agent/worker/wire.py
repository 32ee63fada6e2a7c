"""What a worker and its clients say: one JSON object a line over a Unix socket, versioned.

    client ── {"v": 3, "do": "answer", "question": 3, "yes": true} ──▶ worker
           ◀── {"v": 3, "kind": "done", "changed": true} ──

Every request has one reply. Picture bytes are base64 PNG. Boxes are [x, y, w, h] in observation
pixels, actions are text (actuation.grammar), times are seconds since the epoch.

A worker takes nothing from a client that it could not keep or show: request() is the gate.
"""

from json import dumps, loads
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from agent.worker.told import PERSON as PERSON
from agent.worker.told import Job as Job
from agent.worker.told import Night as Night
from agent.worker.told import Question as Question
from agent.worker.told import Rectangle as Rectangle
from agent.worker.told import Shown as Shown
from agent.worker.told import Status as Status
from agent.worker.told import Tape as Tape
from agent.worker.words import fault, harmless, plain

VERSION = 3
LINE = 64 * 2**20  # bytes: a longer reply is no message
REQUEST_LINE = 64 * 2**10  # bytes: a longer request is none
SEEDS = 2**31  # seeds lie below
WORKERS = ("id", "begun", "outcome", "detail", "episode", "attempt")  # not for a client to say

Said = Annotated[str, AfterValidator(harmless)]


class WireError(ValueError):
    """A line that is no message of this version."""


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
    """Assign a task. Its id, and how it goes, are the worker's to say."""

    job: Job
    do: Literal["add"] = "add"


@dataclass(frozen=True)
class Cancel:
    """Take a task that has not begun off the queue."""

    job: int
    do: Literal["cancel"] = "cancel"


Intent = Literal["pause", "go_on", "take_over", "hand_back", "stop"]


@dataclass(frozen=True)
class Intend:
    """A person's intent; what each means is told in agent.session. While a person is recorded,
    pause hides what follows and go_on shows it again."""

    intent: Intent
    why: Said = ""
    do: Literal["intend"] = "intend"


@dataclass(frozen=True)
class Reply:
    """The answer to a question. action: do this instead. whole_task: do not ask again. words: what
    the agent asked for itself; without them such a question stays unanswered, and ends the run."""

    question: int
    yes: bool
    action: str = ""
    whole_task: bool = False
    words: Said = ""
    do: Literal["answer"] = "answer"


@dataclass(frozen=True)
class Finish:
    """The demonstration that a person shows ends here: done, with an answer perhaps, or with a
    question where asking is right."""

    do: Literal["finish"] = "finish"
    answer: str = ""
    question: str = ""


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
class Trim:
    """Keep of a recording the steps from first to last, both included; the others are gone."""

    episode: str
    first: int
    last: int
    do: Literal["trim"] = "trim"


@dataclass(frozen=True)
class Mask:
    """Take something out of a recording: pixels of a box, from one step's frame or from all
    (None); without a box the words of a step, which become dots."""

    episode: str
    box: Rectangle | None = None
    step: int | None = None
    do: Literal["mask"] = "mask"


@dataclass(frozen=True)
class Label:
    """Say in other words what a recording shows."""

    episode: str
    goal: str
    do: Literal["label"] = "label"


@dataclass(frozen=True)
class Accept:
    """Make a demonstration of a recording: nights may learn from it. To discard one, Forget."""

    episode: str
    do: Literal["accept"] = "accept"


@dataclass(frozen=True)
class End:
    """Stop what is under way and end the worker."""

    do: Literal["end"] = "end"


Request = Annotated[
    Look
    | See
    | Add
    | Cancel
    | Intend
    | Reply
    | Finish
    | Sleep
    | Wake
    | Live
    | Forget
    | Flag
    | Trim
    | Mask
    | Label
    | Accept
    | End,
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
    """One message as a line, whatever texts it holds."""
    body = dumps(plain(message), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return b'{"v":%d,' % VERSION + body[1:].encode() + b"\n"


def request(text: bytes) -> Request:
    """Raises WireError, in one sentence: also for what is not for a client to say."""
    body = _body(text)
    if wrong := fault(body):
        raise WireError(wrong)
    message = _message(REQUEST, body)
    match message:
        case Add(job):
            said = [name for name in WORKERS if getattr(job, name)]
            if said:
                raise WireError(f"job.{said[0]} is for the worker to say")
            _check(0 <= job.seed < SEEDS, f"job.seed: from 0 to {SEEDS - 1}")
            _check(
                job.by_hand or not (job.display or job.goal),
                "job.display and job.goal are for policy person alone",
            )
        case Sleep():
            _check(0 <= message.seed < SEEDS, f"seed: from 0 to {SEEDS - 1}")
            _check(message.steps is None or message.steps > 0, "steps: at least 1")
        case _:
            pass
    return message


def response(text: bytes) -> Response:
    """Raises WireError, in one sentence."""
    return _message(RESPONSE, _body(text))


Kind = TypeVar("Kind")


def _body(text: bytes) -> dict[str, object]:
    try:
        body: dict[str, object] = loads(text)
        version = body.pop("v")
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise WireError("no message: a line is a JSON object with a version") from error
    if version != VERSION:
        raise WireError(f"version {version} is spoken, {VERSION} is understood: update Dormouse")
    return body


def _message(kind: TypeAdapter[Kind], body: dict[str, object]) -> Kind:
    try:
        return kind.validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise WireError(
            f"{'.'.join(map(str, first['loc'])) or 'message'}: {first['msg']}"
        ) from error


def _check(fits: bool, sentence: str) -> None:
    if not fits:
        raise WireError(sentence)
