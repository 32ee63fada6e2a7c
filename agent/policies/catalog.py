"""Policies by name, and weights by name: what --policy and --weights mean."""

from pathlib import Path
from typing import TYPE_CHECKING

from agent.attempt import PolicyMaker
from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.policies.vlm.spec import is_vlm

if TYPE_CHECKING:
    from memory.levels import Level
    from perception.read import Reader

NAMES = ("core", "scripted", "replay", "noop")


def known(policy: str) -> str:
    """The name, if there is such a policy; else BadInput."""
    if policy not in NAMES and not is_vlm(policy):
        raise BadInput(f"no policy {policy!r}: known are {', '.join(NAMES)} and vlm:MODEL")
    return policy


def learns(policy: str) -> bool:
    """Whether it has weights that nights add levels to."""
    return policy == "core" or is_vlm(policy)


def maker(
    name: str, weights: Path | None, memory: Path | None = None, reader: "Reader | None" = None
) -> PolicyMaker:
    """A maker of policies; the core's weights are read once. weights: a level, None for shipped.
    memory: the store whose demonstrations are replayed. reader: shared with who reads the same
    frames, so that nothing is read twice.

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
            policy = CorePolicy(weights, reader)
        except (OSError, ValueError) as error:
            raise Needed(str(error)) from error
        return lambda task: policy
    if is_vlm(name):
        from agent.policies.vlm.opening import maker as vlm_maker

        return vlm_maker(name, weights)
    raise BadInput(f"no policy {known(name)!r}")


def shipped() -> list[Path]:
    """The files of weights that came with the package."""
    return sorted((Path(__file__).parent / "core").rglob("*.safetensors"))


def acting(weights: str, settings: Settings, policy: str = "") -> "Level | None":
    """The level that acts: None where the live one does not, or there is none."""
    from memory.levels import Levels

    policy = settings.named(policy)
    if weights != "live" or not learns(policy):
        return None
    return Levels(settings.room(policy) / "levels").live_level()


def level(weights: str, settings: Settings, policy: str = "") -> Path | None:
    """The level file that --weights names: `live`, `shipped` (None) or a path. None, too, for a
    policy without weights. policy: as in the settings if not given.

    Raises BadInput for a path that is not there, Needed for a corrupt live level.
    """
    policy = settings.named(policy)
    if weights == "shipped" or not learns(policy):
        return None
    if weights == "live":
        from memory.levels import Levels

        try:
            return Levels(settings.room(policy) / "levels").live()
        except ValueError as error:
            raise Needed(str(error)) from error
    path = Path(weights)
    if not path.is_file():
        raise BadInput(f"no weights at {path}: say live, shipped, or the path of a level")
    return path
