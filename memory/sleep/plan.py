"""What a night is to do: everything that its result depends on besides memory and weights."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """One night. Budgets count steps and episodes, never seconds.

    folder: where nights are kept, one folder each. task: the task rehearsed. variants, seeds: the
    i-th rehearsal is (variants[i % len], seeds[i]); seeds must be held back from what was lived;
    none means that only the old skills are examined. more: seeds rehearsed besides where only a
    part of the night is judged, since a few rehearsals do not tell such a level from a whole one.
    held: episodes that are not learned from, because they are, or will be, examined on.
    skills: drawn episodes for each old skill.
    steps, batch, rate, replay, anchor, ema, clip: the training (replay: share of each batch taken
    from old skills; ema: decay of the averaged weights, 0 for none). every: steps between two
    checkpoints. episodes: at most so many, the newest. allowed_drop: points an old skill may lose.
    allowed_harm: how many rehearsals more than before may end wrong or with collateral.
    shares: how much of what was learned is tried, in turn, until the old skills are kept.
    threads: of torch, pinned, since sums depend on it.
    """

    folder: Path
    task: str
    variants: tuple[str, ...] = ("",)
    seeds: tuple[int, ...] = ()
    more: tuple[int, ...] = ()
    held: tuple[str, ...] = ()
    seed: int = 0
    steps: int = 520
    batch: int = 20
    rate: float = 6e-4
    warmup: float = 0.05
    replay: float = 0.65
    anchor: float = 0.6
    ema: float = 0.98
    clip: float = 1.0
    every: int = 50
    skills: int = 200
    episodes: int = 64
    allowed_drop: int = 2
    allowed_harm: int = 0
    shares: tuple[float, ...] = (1.0, 0.85, 0.7, 0.5)
    threads: int = 1

    def __post_init__(self) -> None:
        if self.steps < 1 or self.every < 1 or self.batch < 2 or not 0 <= self.replay < 1:
            raise ValueError("a night needs steps, every ≥ 1, batch ≥ 2 and replay in [0, 1)")
        if not self.variants:
            raise ValueError("a night needs at least one variant ('' is the plain task)")

    @property
    def digest(self) -> str:
        """Two nights with equal plans may continue each other."""
        plain = {name: value for name, value in asdict(self).items() if name != "folder"}
        return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    @property
    def rehearsals(self) -> dict[str, tuple[int, ...]]:
        """Variant → the seeds it is rehearsed with."""
        count = len(self.variants)
        return {
            variant: self.seeds[i::count]
            for i, variant in enumerate(self.variants)
            if self.seeds[i::count]
        }
