"""A fast level: what one night adds to the frozen shipped weights.

    weights in use = shipped + level        (same names, same shapes)

Words' embeddings stay as shipped: synonyms keep meaning the same, so what is learned of "Betrag"
holds for "Amount".
"""

from pathlib import Path

import torch
from safetensors.torch import save

from agent.policies.core.network import Network
from agent.policies.core.weights import SHIPPED, load_network, read_tensors
from memory.atomic import digest, write_bytes

FROZEN = ("words.", "meaning.")


def trainable(network: Network) -> dict[str, torch.nn.Parameter]:
    """The parameters that a night may change."""
    return {n: p for n, p in network.named_parameters() if not n.startswith(FROZEN)}


def add_level(network: Network, path: Path, base: str) -> None:
    """Add a stored level to a network with the shipped weights (their digest: base).

    Raises ValueError if the file is corrupt or belongs to other shipped weights.
    """
    tensors, metadata = read_tensors(path)
    if metadata.get("base") != base:
        raise ValueError(
            f"{path} was learned above other shipped weights; sleep again or roll back"
        )
    parameters = trainable(network)
    with torch.no_grad():
        for name, change in tensors.items():
            parameters[name].add_(change)


def save_level(network: Network, frozen: Network, path: Path, base: str) -> str:
    """Write what differs from the frozen network; returns the file's digest."""
    old = dict(frozen.named_parameters())
    with torch.no_grad():
        change = {name: (p - old[name]).contiguous() for name, p in trainable(network).items()}
    write_bytes(path, save(change, {"base": base}))
    return digest(path)


def base_and_level(level: Path | None, shipped: Path = SHIPPED) -> tuple[Network, str]:
    """The network to act with, and the digest that names its weights."""
    network, base = load_network(shipped), digest(shipped)
    if level is None:
        return network, base
    add_level(network, level, base)
    return network, digest(level)
