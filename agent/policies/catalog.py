"""Policies by name, and weights by name: what --policy and --weights mean."""

from pathlib import Path

from agent.attempt import PolicyMaker
from agent.config import Settings
from agent.errors import BadInput, Needed

NAMES = ("core", "scripted", "replay", "noop")


def maker(name: str, weights: Path | None, memory: Path | None = None) -> PolicyMaker:
    """A maker of policies; the core's weights are read once. weights: a level, None for shipped.
    memory: the store whose demonstrations are replayed.

    Raises BadInput for an unknown name, Needed for weights that are missing or corrupt.
    """
    if name == "noop":
        from agent.policies.noop import Noop

        return lambda task: Noop()
    if name == "scripted":
        from agent.policies.scripted import Scripted

        return Scripted
    if name == "replay":
        from agent.policies.replay import Replay

        if memory is None:
            raise BadInput("replay needs a memory with demonstrations")
        return Replay(memory)
    if name == "core":
        from agent.policies.core.policy import CorePolicy

        try:
            policy = CorePolicy(weights)
        except (OSError, ValueError) as error:
            raise Needed(str(error)) from error
        return lambda task: policy
    raise BadInput(f"no policy {name!r}: known are {', '.join(NAMES)}")


def shipped() -> list[Path]:
    """The files of weights that came with the package."""
    return sorted((Path(__file__).parent / "core").rglob("*.safetensors"))


def level(weights: str, settings: Settings) -> Path | None:
    """The level file that --weights names: `live`, `shipped` (None) or a path.

    Raises BadInput for a path that is not there, Needed for a corrupt live level.
    """
    if weights == "shipped":
        return None
    if weights == "live":
        from memory.levels import Levels

        try:
            return Levels(settings.levels).live()
        except ValueError as error:
            raise Needed(str(error)) from error
    path = Path(weights)
    if not path.is_file():
        raise BadInput(f"no weights at {path}: say live, shipped, or the path of a level")
    return path
