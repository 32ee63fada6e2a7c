"""The memory of this machine that a model may take, and in which precision one fits into it."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from agent.policies.vlm.models import GB, Model, memory

GPU_SHARE, RAM_SHARE = 0.95, 0.75  # of all memory: the rest is the desktop's and the programs'
STORED = "stored"  # the precision of weights that are quantised already


@dataclass(frozen=True)
class Machine:
    """name: for people. gb: of its GPU's memory, or of its RAM where torch sees no GPU. hidden: a
    GPU that is there and that torch's build cannot use, "" for none."""

    name: str
    gb: float
    gpu: bool
    hidden: str = ""

    @property
    def room(self) -> float:
        """GB that a model may take."""
        return self.gb * (GPU_SHARE if self.gpu else RAM_SHARE)

    @property
    def precisions(self) -> tuple[str, ...]:
        """Best first. Without a GPU nothing is quantised: it would only be slower."""
        return ("bf16", "int8", "int4") if self.gpu else ("fp32", "bf16")

    def needs(self, model: Model) -> dict[str, float]:
        """GB by precision, best first."""
        if model.shape.stored:
            return {STORED: memory(model.shape, "bf16")}
        return {precision: memory(model.shape, precision) for precision in self.precisions}

    def fits(self, model: Model) -> str:
        """The best precision in which it fits, "" for none."""
        needs = self.needs(model)
        return next((name for name, gb in needs.items() if gb <= self.room), "")

    def __str__(self) -> str:
        kind = "GPU memory" if self.gpu else "RAM, no GPU"
        return f"{self.name}, {self.gb:.0f} GB of {kind}"


def machine() -> Machine:
    """This one, as torch sees it: of several GPUs the largest, as a model is loaded on one."""
    import torch

    if torch.cuda.is_available():
        cards = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
        best = max(cards, key=lambda card: int(card.total_memory))
        return Machine(str(best.name), best.total_memory / GB, gpu=True)
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GB
    return Machine(f"{os.cpu_count()} CPUs", ram, gpu=False, hidden=nvidia())


def nvidia() -> str:
    """The name of an NVIDIA GPU by its driver's own tool, "" where there is none."""
    if not shutil.which("nvidia-smi"):
        return ""
    asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        ran = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    names = ran.stdout.strip().splitlines()
    return names[0].strip() if ran.returncode == 0 and names else ""
