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
    reply: (T,) which reply of the batch, from 0. weight: (T,) such that a reply's tokens add up to
    the reply's own weight, which is negative where it is to be learned against.
    """

    logits: Tensor
    wanted: Tensor
    row: Tensor
    reply: Tensor
    weight: Tensor

    def losses(self, rows: int) -> Tensor:
        """(rows,) weighted mean negative log likelihood, summed over a prompt's replies, and
        unlikelihood (Welleck et al. 2020) of those that were refused.

        It is −log(1 − p) with p the geometric mean over the reply's tokens: those that any reply
        has are sure, and a sure token's likelihood hardly has a gradient.
        """
        each = torch.nn.functional.cross_entropy(self.logits.float(), self.wanted, reduction="none")
        total = torch.zeros(rows, device=each.device)
        total = total.index_add(0, self.row, each * self.weight.clamp(min=0))
        wrong = self.weight < 0
        if not bool(wrong.any()):
            return total
        replies = int(self.reply.max()) + 1
        nats, share = (torch.zeros(replies, device=each.device) for _ in range(2))
        nats = nats.index_add(0, self.reply[wrong], (each * -self.weight)[wrong])
        share = share.index_add(0, self.reply[wrong], -self.weight[wrong])
        likely = torch.exp(-nats / share.clamp(min=1e-6)) * (1 - 1e-4)  # a gradient also where sure
        unlikely = -torch.log1p(-likely) * share
        owner = torch.zeros(replies, dtype=torch.long, device=each.device)
        owner[self.reply] = self.row
        return total.index_add(0, owner, unlikely)


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
    wanted, places, rows, replies, shares = _targets(prompts, weights, ids)
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
    return Foreseen(logits, *(one.to(device) for one in (wanted, rows, replies, shares)))


def _targets(
    prompts: Sequence[Prompt], weights: Sequence[Sequence[float]], ids: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """For each token of a reply with a weight: itself, its place, row, reply, and weight."""
    places: list[int] = []
    rows: list[int] = []
    replies: list[int] = []
    shares: list[float] = []
    for at, (one, given) in enumerate(zip(prompts, weights, strict=True)):
        for (start, end), weight in zip(one.replies, given, strict=True):
            if weight != 0 and end > start:
                places += range(start, end)
                rows += [at] * (end - start)
                replies += [replies[-1] + 1 if replies else 0] * (end - start)
                shares += [weight / (end - start)] * (end - start)
    place, row, reply = (torch.tensor(each, dtype=torch.long) for each in (places, rows, replies))
    return ids[row, place], place, row, reply, torch.tensor(shares)
