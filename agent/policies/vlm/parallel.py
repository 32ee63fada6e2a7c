"""Several processes that train one model: each computes a part, all hold the same weights."""

import os
from collections.abc import Collection, Sequence
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn

One = TypeVar("One")


def mine(batch: Sequence[One]) -> list[One]:
    """This process's part; all of it where there is only one."""
    if not distributed.is_initialized():
        return list(batch)
    return list(batch[distributed.get_rank() :: distributed.get_world_size()])


def spread(found: Sequence[float], batch: Sequence[One], device: torch.device) -> Tensor:
    """(B,) what this process found of its part of a batch, at its places; elsewhere 0."""
    whole = torch.zeros(len(batch), device=device)
    places = mine(range(len(batch)))
    whole[places] = torch.tensor(found[: len(places)], device=device)
    return whole


def summed(value: Tensor, gradients: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """Value and gradients added up over all processes, in one message."""
    if not distributed.is_initialized():
        return value, gradients
    flat = torch.cat([value.reshape(1), *(gradient.reshape(-1) for gradient in gradients)])
    distributed.all_reduce(flat)
    sizes = [1, *(gradient.numel() for gradient in gradients)]
    total, *parts = torch.split(flat, sizes)
    return total[0], [p.view_as(g) for p, g in zip(parts, gradients, strict=True)]


def shard(model: nn.Module, own: Collection[nn.Parameter]) -> None:
    """Spread the weights of each decoder layer over all processes (FSDP, Zhao et al. 2023): a
    model that one GPU cannot hold. own: what each process keeps whole, as it is trained.

    From then on all processes must compute in step, equally many times.
    """
    from torch.distributed.fsdp import fully_shard

    held = set(own)
    for stack in [one for one in model.modules() if isinstance(one, nn.ModuleList)]:
        for layer in stack:
            if held.intersection(layer.parameters()):
                fully_shard(layer, ignored_params=held)


def share(count: int) -> int:
    """How many of so many each process takes at most."""
    return -(-count // distributed.get_world_size()) if distributed.is_initialized() else count


def wait() -> None:
    """Until all processes are here."""
    if distributed.is_initialized():
        distributed.barrier()


def leads() -> bool:
    """Whether this process writes files and speaks."""
    return not distributed.is_initialized() or distributed.get_rank() == 0


def join() -> None:
    """Become one of torchrun's processes, if it started this one."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or distributed.is_initialized():
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("nccl")
    else:
        distributed.init_process_group("gloo")
