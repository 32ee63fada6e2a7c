"""Engine: a model of this process that answers conversations, computing only what is new.

messages ─▶ prompt ─▶ common prefix? ─▶ new tokens and pictures ─▶ constrained decoding ─▶ text
                          └ key-value cache of the last conversation
"""

import math
import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from actuation.geometry import View
from agent.errors import Needed
from agent.policies.vlm.constrain import Constraint, Vocabulary
from agent.policies.vlm.dialects.dialect import Dialect
from agent.policies.vlm.loading import Loaded
from agent.policies.vlm.prefix import Prefix
from agent.policies.vlm.prompt import Prompt, Shown, Writer
from agent.policies.vlm.sight import Features
from agent.policies.vlm.speaker import Message, Reply

THOUGHT = 160  # tokens of free thought before an action
LONGEST = 4096  # tokens of a reply; a grammar ends earlier
ENCODED = 8  # pictures whose features are kept


class Engine:
    """Answers with one loaded model. reuse: go on from the last conversation's cache."""

    name = "vlm"

    def __init__(self, loaded: Loaded, dialect: Dialect, reuse: bool = True, skip: bool = False):
        self.loaded, self.weights, self._reuse = loaded, loaded.weights, reuse
        self.writer = Writer(loaded.model, loaded.tokenizer, loaded.sight, dialect.sequential, skip)
        self.prefix = Prefix(loaded.model.config.get_text_config())
        self._features: dict[tuple[bytes, bytes], Features] = {}
        self._closed = False
        self._vocabulary = Vocabulary(loaded.tokenizer)

    @torch.inference_mode()
    def say(self, messages: Sequence[Message], dialect: Dialect, view: View | None = None) -> Reply:
        self._closed = False
        begun = time.perf_counter()
        prompt = self.writer.prompt(messages)
        written = time.perf_counter()
        if not self._reuse:
            self.prefix.clear()
        try:
            logits, reused = self.prefill(prompt)
            filled = time.perf_counter()
            constraint = Constraint(self._vocabulary, dialect.grammar(THOUGHT, view))
            ids, logprob = self._decode(logits, prompt, constraint)
        except torch.OutOfMemoryError as error:
            self.prefix.clear()
            raise Needed(
                f"{len(prompt.keys)} tokens do not fit this GPU beside the model: say ?pictures=1"
                " or ?precision=int4, or take a smaller one (dormouse models)"
            ) from error
        except BaseException:
            self.prefix.clear()  # cut off within a layer, the cache is no conversation's
            raise
        timings = {
            "prompt": 1e3 * (written - begun),
            "prefill": 1e3 * (filled - written),
            "decode": 1e3 * (time.perf_counter() - filled),
        }
        text = self.loaded.tokenizer.decode(ids, skip_special_tokens=False)
        confidence = math.exp(logprob / max(1, len(ids)))
        return Reply(text, confidence, timings, len(prompt.keys) - reused, reused)

    def close(self) -> None:
        """A reply under way is dropped at its next token."""
        self._closed = True

    def prefill(self, prompt: Prompt) -> tuple[Tensor, int]:
        """(V,) logits behind the prompt, and how many tokens were reused for them."""
        inside = [(one.start, one.end) for one in prompt.shown]
        cache = self.prefix.reuse(prompt.keys, inside)
        reused = start = len(self.prefix.keys)
        stops = {prompt.stable, len(prompt.keys)}
        if not self.prefix.croppable:  # places that a shorter history may go on from
            stops |= {one.lead for one in prompt.shown}
        logits = None
        for stop in sorted(one for one in stops if one > start):
            logits = self._forward(prompt, start, stop, cache)
            self.prefix.grown(prompt.keys[start:stop])
            if stop < len(prompt.keys):
                self.prefix.keep()
            start = stop
        assert logits is not None, "reuse() leaves at least one token"
        return logits, reused

    def _forward(self, prompt: Prompt, start: int, stop: int, cache: Any) -> Tensor:
        device = self.loaded.model.device
        shown = [one for one in prompt.shown if start <= one.start and one.end <= stop]
        pictures = self.loaded.sight.combine([self._see(one) for one in shown]) if shown else None
        return step(
            self.loaded.model,
            prompt.ids[start:stop].to(device),
            prompt.positions[..., start:stop].to(device),
            cache,
            pictures,
        )

    def _see(self, shown: Shown) -> Features:
        key = shown.picture.digest, shown.kept.numpy().tobytes()
        if key not in self._features:
            self._features = dict(list(self._features.items())[-ENCODED + 1 :])
            (whole,) = self.loaded.sight.encode(self.loaded.model, [shown.seen])
            kept = shown.kept.to(whole.rows.device)
            self._features[key] = whole if bool(kept.all()) else whole.kept(kept)
        return self._features[key]

    def _decode(
        self, logits: Tensor, prompt: Prompt, constraint: Constraint
    ) -> tuple[list[int], float]:
        """Greedy, within the grammar: the reply's ids and their log probability."""
        state = constraint.start()
        model, cache = self.loaded.model, self.prefix.cache
        position = int(prompt.positions.max()) + 1
        ids: list[int] = []
        logprob = 0.0
        while len(ids) < LONGEST and not self._closed:
            forced = state.forced()
            if forced:
                new = list(forced)
            else:
                scores = state.mask(logits.float()).log_softmax(-1)
                new = [int(scores.argmax())]
                logprob += float(scores[new[0]])
            for token in new:
                state.advance(token)
            ids += new
            if state.finished:
                break
            places = torch.arange(position, position + len(new), device=logits.device)
            places = places.expand(*prompt.positions.shape[:-1], -1)
            logits = step(model, torch.tensor(new, device=logits.device), places, cache, None)
            self.prefix.grown(new)
            position += len(new)
        return state.text_ids(ids), logprob


def step(model: Any, ids: Tensor, positions: Tensor, cache: Any, pictures: object) -> Tensor:
    """(V,) logits behind `ids` (L,) at `positions` ((3, L) or (L,)), computed into the cache."""
    found = model(
        input_ids=ids[None],
        position_ids=positions[:, None] if positions.dim() == 2 else positions[None],
        cache=cache,
        use_cache=True,
        mm_encoder_outputs={"image": pictures} if pictures is not None else None,
        logits_to_keep=1,
    )
    logits: Tensor = found.logits[0, -1]
    return logits
