"""What `--policy vlm:…` names: a model in this process, or one behind a local server.

vlm:FOLDER_OR_ID[?dialect=NAME&precision=int4&pictures=3&skip=1&download=1]
vlm:http://127.0.0.1:8000/v1[?dialect=NAME]#MODEL
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag

from agent.errors import BadInput

PREFIX = "vlm:"
PICTURES = 3  # more "degrades accuracy" for several models, and costs prefill
OPTIONS = ("dialect", "precision", "pictures", "skip", "download")


@dataclass(frozen=True)
class Spec:
    """source: a folder, a hub id or an address. model: at a server, "" for its only one. dialect:
    "" to tell it by the model. skip: leave out what looks as in the picture before."""

    source: str
    model: str = ""
    dialect: str = ""
    precision: str = "auto"
    pictures: int = PICTURES
    skip: bool = False
    download: bool = False

    @property
    def served(self) -> bool:
        return self.source.startswith(("http://", "https://", "unix:"))

    @property
    def name(self) -> str:
        """Short, for people and files."""
        return self.model or Path(self.source).name


def is_vlm(policy: str) -> bool:
    return policy.startswith(PREFIX)


def parse(policy: str) -> Spec:
    """Raises BadInput with what can be said."""
    whole, model = urldefrag(policy.removeprefix(PREFIX))
    source, _, query = whole.partition("?")
    if source.startswith("~"):  # no shell expands it behind "vlm:"
        source = str(Path(source).expanduser())
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not source or not is_vlm(policy):
        raise BadInput("name a model, as vlm:FOLDER, vlm:HUB/ID or vlm:http://127.0.0.1:8000/v1")
    if unknown := options.keys() - set(OPTIONS):
        raise BadInput(f"{policy}: no option {min(unknown)!r}; known are {', '.join(OPTIONS)}")
    pictures = options.get("pictures", str(PICTURES))
    if not pictures.isdecimal() or not 1 <= int(pictures) <= 32:
        raise BadInput(f"{policy}: pictures is a number from 1 to 32, not {pictures!r}")
    return Spec(
        source.rstrip("/"),
        model,
        options.get("dialect", ""),
        options.get("precision", "auto"),
        int(pictures),
        _whether(policy, options, "skip"),
        _whether(policy, options, "download"),
    )


def _whether(policy: str, options: dict[str, str], name: str) -> bool:
    """An option that is on where it is named: ?download and ?download=1 say the same."""
    said = options.get(name, "no").lower()
    if said not in ("", "1", "yes", "true", "0", "no", "false"):
        raise BadInput(f"{policy}: {name} is 1 or 0, not {said!r}")
    return said in ("", "1", "yes", "true")
