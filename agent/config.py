"""Settings: environment (DORMOUSE_DATA=…), then config.toml, then the defaults below.

Each field is documented where it stands. `dormouse doctor` prints the ones in use.
"""

import os
import re
import tomllib
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path, user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from agent.errors import BadInput

ACTS = ("delete", "send", "close")
PREFIX = "DORMOUSE_"


class Settings(BaseSettings):
    """What the operator may choose. BadInput, in one sentence, for a value that cannot be."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(default_factory=lambda: user_data_path("dormouse"))
    """Folder of everything lived and learned: episodes, levels of weights, nights."""

    width: int = Field(default=1280, ge=640, le=7680)
    """Width of the virtual desktop in pixels."""

    height: int = Field(default=800, ge=480, le=4320)
    """Height of the virtual desktop in pixels."""

    policy: str = "core"
    """Who acts and sleeps where nothing else is said: core, or vlm:FOLDER_OR_ID and the like."""

    max_steps: int = Field(default=60, ge=1)
    """A run ends as `exhausted` after this many actions."""

    max_seconds: float = Field(default=120.0, gt=0)
    """A run ends as `exhausted` after this many seconds."""

    amount_limit: float | None = Field(default=None, ge=0)
    """Typing an amount above this demands approval; None: no limit."""

    approve: tuple[str, ...] = ()
    """Regular expressions: typed text, keys and click targets that demand approval, as a payee's
    name or "delete|löschen". In the environment a JSON list."""

    ask: tuple[str, ...] = ACTS
    """Kinds of act that demand approval; close is closing without saving."""

    payees: tuple[str, ...] | None = None
    """Known payees: typing another into a payee's column, where the column does not show it yet,
    demands approval. None: payees are not looked at; an empty list: every new one is asked."""

    approval_seconds: float = Field(default=300.0, gt=0)
    """A question without an answer is a no after so many seconds."""

    lead_seconds: float = Field(default=0.6, ge=0, le=60)
    """While somebody watches, an action is shown so long before it is done."""

    theme: str = "textual-dark"
    """Colours of the desk; `ctrl+p` there lists and tries them."""

    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for the desk's actions, as {"pause": "f2"}; `?` there names the actions."""

    exclude: tuple[str, ...] = ()
    """Window titles and applications (regular expressions, case aside) that are blackened in
    every stored frame, as "keepass|bank"."""

    redact: bool = True
    """Passwords, card numbers, IBANs, national ids and keys are taken out of words and blackened
    in frames before anything is stored; false keeps everything as it was seen and typed."""

    encrypt: Literal["", "passphrase", "keyring"] = ""
    """Encrypt the store: with a passphrase (asked, or in DORMOUSE_PASSPHRASE) or with a key in the
    system's keyring. A plain store becomes an encrypted one at the next start, and stays one."""

    retention_days: int | None = Field(default=None, ge=1)
    """Episodes older than this are deleted when the worker starts; None keeps them."""

    record_finish: str = "ctrl+alt+Return"
    """Keys on a desktop that is recorded: the demonstration ends here."""

    record_hide: str = "ctrl+alt+space"
    """Keys on a desktop that is recorded: keep nothing until they are pressed again."""

    night_steps: int | None = Field(default=None, ge=1)
    """Training steps of a night; None: as the plan says."""

    night_rehearsals: int = Field(default=3, ge=0)
    """Live tasks tried before and after training, for the exam of a night."""

    vlm: str = ""
    """The model that `--policy vlm` means: a folder, a hub id (`dormouse models` lists them), or a
    server's address as http://127.0.0.1:8000/v1#MODEL."""

    servers: tuple[str, ...] = ()
    """Other machines whose model servers may be shown the screen (`--policy vlm:https://HOST/v1`),
    by name or number; empty: this machine's alone."""

    server_seconds: float = Field(default=120.0, gt=0)
    """An answer of a model server must be there after so many seconds."""

    torch_index: str = ""
    """Package index that `make setup` takes torch from; empty: pip's own configuration."""

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            if first["type"] == "extra_forbidden":
                near = get_close_matches(name, type(self).model_fields, 1)
                hint = f"did you mean {near[0]}?" if near else "agent/config.py lists them"
                raise BadInput(f"there is no setting {name}: {hint}; mend {_file()}") from error
            # pydantic's words for a ValueError begin with "Value error, ".
            words = str(first.get("ctx", {}).get("error") or f"{first['msg']}: {first['input']!r}")
            raise BadInput(f"setting {name}: {words}; mend it in {_source(name)}") from error
        except SettingsError as error:  # a list in a variable that is no JSON
            name = next((name for name in type(self).model_fields if f'"{name}"' in str(error)), "")
            raise BadInput(
                f'setting {name}: {_source(name)} is no JSON, as ["a", "b"] is for a list; mend it'
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(f"{_file()} is no TOML: {error}; mend or remove it") from error

    @field_validator("ask")
    @classmethod
    def _known_acts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in ACTS:
                raise ValueError(f"{name!r} is no kind of act, as {', '.join(ACTS)} are")
        return names

    @field_validator("approve", "exclude")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
        return patterns

    @cached_property
    def store(self) -> Path:
        """The one SQLite file of episodes."""
        return self.data / "memory.sqlite"

    def named(self, policy: str | None) -> str:
        """A policy's full name: the configured one for none, the configured model for `vlm`."""
        name = policy or self.policy
        if name != "vlm":
            return name
        if not self.vlm:
            raise BadInput("which model is vlm? Say vlm:MODEL, or set vlm (dormouse models)")
        return f"vlm:{self.vlm}"

    def room(self, policy: str) -> Path:
        """Folder of what a policy learns: levels lie above the weights that they were made for."""
        policy = self.named(policy)
        if not policy.startswith("vlm:"):
            return self.data
        model = policy.removeprefix("vlm:").partition("?")[0]
        name = re.sub(r"[^\w.-]+", "-", model.rpartition("/")[2])
        return self.data / "vlm" / f"{name}-{sha256(model.encode()).hexdigest()[:8]}"

    @cached_property
    def levels(self) -> Path:
        """Folder of the learned levels of weights."""
        return self.room(self.policy) / "levels"

    @cached_property
    def nights(self) -> Path:
        """Folder of the night logs."""
        return self.room(self.policy) / "nights"

    @cached_property
    def jobs(self) -> Path:
        """Folder of the operator's own jobs."""
        return self.data / "jobs"

    @cached_property
    def run(self) -> Path:
        """Folder of what lives only while a worker does: socket, lock, password, log."""
        return self.data / "run"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=_file()),
        )


def _file() -> Path:
    return user_config_path("dormouse") / "config.toml"


def _source(name: str) -> str:
    """Where a setting was read: a variable goes before the file."""
    variable = f"{PREFIX}{name}".upper()
    found = next((each for each in os.environ if each.upper() == variable), "")
    return f"the variable {found}" if found else str(_file())
