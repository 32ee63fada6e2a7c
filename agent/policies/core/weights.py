"""Weights on disk: safetensors with the network's shape, written atomically, checked by digest."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from agent.policies.core.features import widths
from agent.policies.core.network import Network, Shape
from memory.atomic import digest, write_bytes

SHIPPED = Path(__file__).parent / "weights" / "core.safetensors"


def new_network(seed: int) -> Network:
    torch.manual_seed(seed)
    return Network(Shape(*widths()))


def save_network(network: Network, path: Path, half: bool = True) -> str:
    """Write all parameters (as float16 unless told otherwise); returns the file's digest."""
    tensors = {
        name: (value.half() if half else value).contiguous()
        for name, value in network.state_dict().items()
    }
    write_bytes(path, save(tensors, network.shape.as_metadata()))
    return digest(path)


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors as float32, and metadata. Raises ValueError naming the file if it is corrupt."""
    try:
        with safe_open(path, framework="pt") as stored:
            tensors = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118
            return tensors, dict(stored.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{path} is not a readable weights file ({error}); restore or retrain it"
        ) from error


def load_network(path: Path = SHIPPED) -> Network:
    """The network that a file describes. Raises ValueError if it is corrupt or of another build."""
    tensors, metadata = read_tensors(path)
    try:
        network = Network(Shape.from_metadata(metadata))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no core's weights; restore or retrain it") from error
    if (network.shape.candidate_width, network.shape.summary_width) != widths():
        raise ValueError(f"{path} was made for other features than this version's; train it again")
    network.load_state_dict(tensors)
    return network
