"""A conversation as tokens, with a key for each: two prompts share what their keys share."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from agent.policies.vlm.sight import Seen, Sight
from agent.policies.vlm.speaker import Message, Picture
from perception.observation import Image

KEPT = 16  # pictures whose tensors are remembered: 25 MB each at 1280 × 800


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture in a prompt: its tokens are [start, end), and `lead` is where its opening marks
    begin. kept: which visual tokens are there."""

    picture: Picture
    seen: Seen
    lead: int
    start: int
    end: int
    kept: Tensor


@dataclass(frozen=True, eq=False)
class Prompt:
    """keys: what tells tokens apart, pictures' by their pixels. ids: (L,). positions: (3, L), or
    (L,) for models with plain RoPE. stable: tokens that a longer conversation begins with too.
    replies: [start, end) of each assistant message; empty where the chat template shows an
    earlier reply otherwise than it was said."""

    keys: tuple[object, ...]
    ids: Tensor
    positions: Tensor
    shown: tuple[Shown, ...]
    stable: int
    replies: tuple[tuple[int, int], ...] = ()


class Writer:
    """Writes prompts for one model. skip: leave tokens out whose square of pixels looks as it did
    in the picture before; their places stay empty (ShowUI, arXiv 2411.17465, drops such tokens
    and keeps their positions)."""

    def __init__(self, model: Any, tokenizer: Any, sight: Sight, sequential: bool, skip: bool):
        self._model, self._tokenizer, self._sight = model, tokenizer, sight
        self._sequential, self._skip = sequential, skip and sight.cell > 0
        self._seen: dict[bytes, Seen] = {}
        self._end = str(tokenizer.eos_token)
        control = {
            token: added.content
            for token, added in tokenizer.added_tokens_decoder.items()
            if added.special
        }
        self._control = {*tokenizer.all_special_ids, *control}
        self._special = sorted(
            {*tokenizer.all_special_tokens, *control.values(), sight.placeholder},
            key=len,
            reverse=True,
        )
        self._in_parts = False
        self._in_parts = self._wants_parts()

    @property
    def faithful(self) -> bool:
        """Whether an earlier reply stands in a prompt just as it was said. Not where the template
        takes a thought's marks away again (Qwen3.5) or sets a space before it (SmolVLM)."""
        asked, said = Message("user", ("Well?",)), Message("assistant", ("Yes.",))
        told = self._render([asked, said, asked], True)
        return told.startswith(f"{self._render([asked], True)}Yes.{self._end}")

    def _wants_parts(self) -> bool:
        """Whether the template leaves out texts that are not in a list of parts (SmolVLM's)."""
        turns = [Message(role, (f"as {role}",)) for role in ("system", "user", "assistant")]
        told = self._render(turns, False)
        return not all(f"as {message.role}" in told for message in turns)

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """Up to where the assistant is to speak; of a conversation that ends with a reply, that
        reply too, just as it would have been said there."""
        last = messages[-1]
        if last.role != "assistant":
            text, whole = self._render(messages, True), self._render(messages, False)
            stable = len(whole) if text.startswith(whole) else 0
            return self._assemble(text, messages, [], stable)
        before = self._render(messages[:-1], True)
        text = before + self._plain(last) + self._end
        spans = [(len(before), len(text))]
        for at, message in enumerate(messages[:-1]):
            if message.role == "assistant":
                start = len(ahead := self._render(messages[:at], True))
                said = self._plain(message) + self._end
                as_said = text.startswith(ahead + said)
                spans.append((start, start + len(said)) if as_said else (0, 0))
        return self._assemble(text, messages, spans[1:] + spans[:1], len(text))

    def _render(self, messages: Sequence[Message], speak: bool) -> str:
        told = [
            {
                "role": message.role,
                "content": [
                    {"type": "image"}
                    if isinstance(part, Picture)
                    else {"type": "text", "text": self._harmless(part)}
                    for part in message.parts
                ]
                if message.role == "user" or self._in_parts
                else self._plain(message),
            }
            for message in messages
        ]
        return str(
            self._tokenizer.apply_chat_template(
                told,
                tokenize=False,
                add_generation_prompt=speak,
                enable_thinking=False,  # thoughts stand in the reply, where the dialect has them
            )
        )

    def _plain(self, message: Message) -> str:
        return self._harmless("".join(part for part in message.parts if isinstance(part, str)))

    def _harmless(self, text: str) -> str:
        """Text in which no control token stands: what a screen or a goal says orders nothing."""
        for token in self._special:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _assemble(
        self,
        text: str,
        messages: Sequence[Message],
        spans: list[tuple[int, int]],
        stable: int,
    ) -> Prompt:
        pictures = iter(
            part for message in messages for part in message.parts if isinstance(part, Picture)
        )
        cuts = sorted({0, stable, len(text), *(at for span in spans for at in span)})
        tokens_at: dict[int, int] = {}  # place in the text → tokens before it
        ids: list[int] = []
        types: list[int] = []
        keys: list[object] = []
        keep: list[bool] = []
        shown: list[Shown] = []
        before: Shown | None = None
        for start, end in pairwise(cuts):
            tokens_at[start] = sum(keep)
            for number, words in enumerate(text[start:end].split(self._sight.placeholder)):
                if number:
                    lead = sum(keep) - self._marks(ids)
                    before = self._picture(next(pictures), before, lead, sum(keep))
                    seen, kept = before.seen, iter(before.kept.tolist())
                    digest = before.picture.digest
                    stays = [not visual or next(kept) for visual in seen.visual]
                    ids += seen.ids
                    types += map(int, seen.visual)
                    keys += [(digest, at) for at, stay in enumerate(stays) if stay]
                    keep += stays
                    shown.append(before)
                found = (
                    self._tokenizer(words, add_special_tokens=False)["input_ids"] if words else []
                )
                ids += found
                types += [0] * len(found)
                keys += found
                keep += [True] * len(found)
        tokens_at[len(text)] = sum(keep)
        mask = torch.tensor(keep)
        positions = self._positions(torch.tensor([ids]), torch.tensor([types]), shown, mask)
        return Prompt(
            keys=tuple(keys),
            ids=torch.tensor(ids)[mask],
            positions=positions,
            shown=tuple(shown),
            stable=tokens_at[stable],
            replies=tuple((tokens_at[start], tokens_at[end]) for start, end in spans),
        )

    def _tokens(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return found

    def _marks(self, ids: list[int]) -> int:
        """How many control tokens stand at the end."""
        found = (n for n, one in enumerate(reversed(ids)) if one not in self._control)
        return next(found, len(ids))

    def _picture(self, picture: Picture, before: Shown | None, lead: int, start: int) -> Shown:
        digest = picture.digest
        if digest not in self._seen:
            self._seen = dict(list(self._seen.items())[-KEPT:])
            self._seen[digest] = self._sight.see(picture)
        seen = self._seen[digest]
        kept = torch.ones(sum(seen.visual), dtype=torch.bool) if seen.told is None else seen.told
        if self._skip and before is not None:
            kept = changed(before.picture.image, picture.image, self._sight.cell, kept)
        end = start + len(seen.ids) - int((~kept).sum())
        return Shown(picture, seen, lead, start, end, kept)

    def _positions(self, ids: Tensor, types: Tensor, shown: list[Shown], mask: Tensor) -> Tensor:
        grids = [one.seen.grid for one in shown if one.seen.grid is not None]
        inner = self._model.model
        if not hasattr(inner, "get_rope_index"):
            return torch.arange(int(mask.sum()))
        if self._sequential:
            return torch.arange(int(mask.sum())).expand(3, -1)
        grid = torch.cat(grids) if grids else None
        found: Tensor = inner.get_rope_index(ids, mm_token_type_ids=types, image_grid_thw=grid)[0]
        return found[:, 0, mask]


def changed(before: Image, now: Image, cell: int, of: Tensor) -> Tensor:
    """Those of a mask (rows × columns,) of squares of `cell` pixels in which any pixel differs. All
    of them where the sizes do; never none, since a picture needs a token."""
    rows, columns = now.shape[0] // cell, now.shape[1] // cell
    if before.shape != now.shape:
        return of
    differs = (before != now).any(axis=2)
    squares = differs.reshape(rows, cell, columns, cell).any(axis=(1, 3)).reshape(-1)
    found = torch.from_numpy(np.ascontiguousarray(squares)) & of
    if not found.any():
        found[int(of.int().argmax())] = True
    return found
