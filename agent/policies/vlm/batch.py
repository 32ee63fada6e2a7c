"""Prompts side by side: what a model is trained on, and how well it foresees each reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from agent.policies.vlm.loading import Loaded
from agent.policies.vlm.prompt import Prompt


@dataclass(frozen=True, eq=False)
class Foreseen:
    """The tokens of all replies of a batch, in order, T of them.

    logits: (T, V). wanted: (T,) the tokens themselves. row: (T,) which prompt each belongs to.
    weight: (T,) such that a reply's tokens add up to the reply's own weight.
    """

    logits: Tensor
    wanted: Tensor
    row: Tensor
    weight: Tensor

    def losses(self, rows: int) -> Tensor:
        """(rows,) weighted mean negative log likelihood, summed over a prompt's replies."""
        each = torch.nn.functional.cross_entropy(self.logits.float(), self.wanted, reduction="none")
        total = torch.zeros(rows, device=each.device)
        return total.index_add(0, self.row, each * self.weight)


def foresee(
    loaded: Loaded, prompts: Sequence[Prompt], weights: Sequence[Sequence[float]], eye: bool
) -> Foreseen:
    """weights: of each prompt's replies, in order. eye: whether gradients reach the pictures."""
    model, device = loaded.model, loaded.model.device
    length = max(len(one.keys) for one in prompts)
    pad = loaded.tokenizer.pad_token_id or 0
    ids = torch.full((len(prompts), length), pad)
    mask = torch.zeros((len(prompts), length), dtype=torch.long)
    first = prompts[0].positions
    positions = torch.zeros((*first.shape[:-1], len(prompts), length), dtype=torch.long)
    for row, one in enumerate(prompts):
        size = len(one.keys)
        ids[row, :size], mask[row, :size] = one.ids, 1
        positions[..., row, :size] = one.positions
    wanted, places, rows, shares = _targets(prompts, weights, ids)
    shown = [picture for one in prompts for picture in one.shown]
    pictures: dict[str, Any] = {}
    if shown:
        with torch.set_grad_enabled(eye and torch.is_grad_enabled()):
            whole = loaded.sight.encode(model, [one.seen for one in shown])
        kept = [
            one if bool(picture.kept.all()) else one.kept(picture.kept.to(device))
            for one, picture in zip(whole, shown, strict=True)
        ]
        pictures["mm_encoder_outputs"] = {"image": loaded.sight.combine(kept)}
    hidden = model.model(
        input_ids=ids.to(device),
        attention_mask=mask.to(device),
        position_ids=positions.to(device),
        use_cache=False,
        **pictures,
    ).last_hidden_state
    # The head is the widest layer: it sees only the places that are learned from.
    logits = model.get_output_embeddings()(hidden[rows.to(device), places.to(device) - 1])
    return Foreseen(logits, wanted.to(device), rows.to(device), shares.to(device))


def _targets(
    prompts: Sequence[Prompt], weights: Sequence[Sequence[float]], ids: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """For each token of a reply with weight > 0: itself, its place, its row, its weight."""
    places: list[int] = []
    rows: list[int] = []
    shares: list[float] = []
    for at, (one, given) in enumerate(zip(prompts, weights, strict=True)):
        for (start, end), weight in zip(one.replies, given, strict=True):
            if weight > 0 and end > start:
                places += range(start, end)
                rows += [at] * (end - start)
                shares += [weight / (end - start)] * (end - start)
    place, row = torch.tensor(places, dtype=torch.long), torch.tensor(rows, dtype=torch.long)
    return ids[row, place], place, row, torch.tensor(shares)
