"""The key-value cache of one conversation, and how much of it the next prompt can go on from.

Attention layers are cropped to the common prefix. Layers with a recurrent state (Qwen3.5's) cannot
go back: for them copies are kept of a few places that later prompts begin with.
"""

import copy
from collections.abc import Sequence
from typing import Any

COPIES = 9  # of caches with a recurrent state: before each picture, and the whole prompt

Cache = Any  # transformers.Cache


class Prefix:
    """keys: what the cache holds, one for each token. config: the language model's."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self.keys: list[object] = []
        self._cache: Cache | None = None
        self._copies: list[tuple[list[object], Cache]] = []

    def reuse(self, keys: Sequence[object], inside: Sequence[tuple[int, int]]) -> Cache:
        """A cache that holds the longest usable prefix of `keys`, `len(self.keys)` tokens; at
        least one token of `keys` is left to compute. inside: [start, end) of pictures, of which
        all or nothing is kept."""
        from transformers import DynamicCache

        common = _whole(min(_common(self.keys, keys), len(keys) - 1), inside)
        if self._cache is None:
            common = 0
        elif common < len(self.keys):
            if self.croppable:
                self._cache.crop(common - len(self.keys))
            else:
                common = self._back_to_copy(keys)
        if common == 0:
            self._cache = DynamicCache(config=self._config)
        self.keys = list(keys[:common])
        return self._cache

    @property
    def croppable(self) -> bool:
        """Whether it can go back by cropping. Said before anything was computed, too."""
        kinds = getattr(self._config, "layer_types", None) or ()
        return all("linear" not in kind for kind in kinds)

    @property
    def cache(self) -> Cache:
        """What `reuse` gave last."""
        return self._cache

    def grown(self, keys: Sequence[object]) -> None:
        """So many tokens were computed into the cache."""
        self.keys += keys

    def keep(self) -> None:
        """Here a later prompt may go on: remember the place, if the cache cannot be cropped."""
        if self._cache is None or self.croppable:
            return
        kept = [one for one in self._copies if len(one[0]) < len(self.keys)]
        self._copies = [*kept[: COPIES - 1], (list(self.keys), copy.deepcopy(self._cache))]

    def clear(self) -> None:
        self.keys, self._cache, self._copies = [], None, []

    def _back_to_copy(self, keys: Sequence[object]) -> int:
        fitting = [one for one in self._copies if list(keys[: len(one[0])]) == one[0]]
        fitting = [one for one in fitting if len(one[0]) < len(keys)]
        self._copies = fitting
        if not fitting:
            return 0
        held, cache = fitting[-1]
        self._cache = copy.deepcopy(cache)
        return len(held)


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _whole(length: int, inside: Sequence[tuple[int, int]]) -> int:
    """The largest length up to this one that cuts no picture."""
    return next((start for start, end in inside if start < length < end), length)
