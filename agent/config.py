"""Settings: environment (DORMOUSE_DATA=…), then config.toml, then the defaults below.

Each field is documented where it stands. `dormouse doctor` prints the ones in use.
"""

from functools import cached_property
from pathlib import Path

from platformdirs import user_config_path, user_data_path
from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """What the operator may choose."""

    model_config = SettingsConfigDict(env_prefix="DORMOUSE_", extra="ignore", frozen=True)

    data: Path = Field(default_factory=lambda: user_data_path("dormouse"))
    """Folder of everything lived and learned: episodes, levels of weights, nights."""

    width: int = Field(default=1280, ge=640, le=7680)
    """Width of the virtual desktop in pixels."""

    height: int = Field(default=800, ge=480, le=4320)
    """Height of the virtual desktop in pixels."""

    max_steps: int = Field(default=60, ge=1)
    """A run ends as `exhausted` after this many actions."""

    max_seconds: float = Field(default=120.0, gt=0)
    """A run ends as `exhausted` after this many seconds."""

    amount_limit: float | None = Field(default=None, ge=0)
    """Typing an amount above this demands approval; None: no limit."""

    approve: tuple[str, ...] = ()
    """Regular expressions: typed text, keys and click targets that demand approval, as a payee's
    name or "delete|löschen". In the environment a JSON list."""

    torch_index: str = ""
    """Package index that `make setup` takes torch from; empty: pip's own configuration."""

    @cached_property
    def store(self) -> Path:
        """The one SQLite file of episodes."""
        return self.data / "memory.sqlite"

    @cached_property
    def levels(self) -> Path:
        """Folder of the learned levels of weights."""
        return self.data / "levels"

    @cached_property
    def nights(self) -> Path:
        """Folder of the night logs."""
        return self.data / "nights"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = user_config_path("dormouse") / "config.toml"
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=toml),
        )
