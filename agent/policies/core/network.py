"""The element-pointer transformer.

    text ids → mean of hashed embeddings (fastText) ─┐
    candidate numbers ───────────────────────────────┼→ tokens → pre-norm transformer → heads
    learned similarity of labels to the focus's label┘
    heads: kind (softmax) · click and copy pointers (Vinyals et al. 2015, "Pointer networks") ·
           key · form. The copy pointer adds a bilinear score of (focus label, candidate label),
           so that "values labelled A go to places labelled B" is one low-rank weight update, and
           linear ones of (focus label, role in a sum): "here goes what the others add up to", and
           of (focus label, look of the value): "here go codes". How sure the pointer is, and by
           which of these, speaks for copying rather than asking.

Shapes: B batch, T distinct texts of the batch, N candidates, G goal tokens, H deeds, C cues.
"""

import json
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from agent.policies.core.situation import KEYS, ChoiceKind, Form
from agent.policies.core.sums import Role
from agent.policies.core.words import BUCKETS


@dataclass(frozen=True)
class Shape:
    """The network's sizes; stored beside its weights."""

    candidate_width: int
    summary_width: int
    text: int = 48
    model: int = 128
    layers: int = 3
    heads: int = 4
    feedforward: int = 320

    def as_metadata(self) -> dict[str, str]:
        """One entry only: safetensors does not keep an order, and equal weights are equal bytes."""
        return {"shape": json.dumps(asdict(self))}

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> "Shape":
        """Raises KeyError, TypeError or ValueError for metadata of something else."""
        return cls(**json.loads(metadata["shape"]))


@dataclass(frozen=True, eq=False)
class Batch:
    """Collated features; see collate.py. Indices into `text_ids` rows; -1 pads kinds and keys."""

    text_ids: Tensor  # (T, IDS), 0 pads
    summary: Tensor  # (B, S)
    focus_text: Tensor  # (B,)
    candidates: Tensor  # (B, N, F)
    candidate_texts: Tensor  # (B, N, 4)
    sums: Tensor  # (B, N, 3)
    looks: Tensor  # (B, N, 8)
    clickable: Tensor  # (B, N)
    copyable: Tensor  # (B, N + G): candidates, then goal tokens that are quoted
    present: Tensor  # (B, N)
    goal: Tensor  # (B, G, 3)
    goal_texts: Tensor  # (B, G)
    goal_looks: Tensor  # (B, G, 8)
    goal_present: Tensor  # (B, G)
    deeds: Tensor  # (B, H, 5)
    deeds_present: Tensor  # (B, H)
    cues: Tensor  # (B, C, 6)
    cue_similarity: Tensor  # (B, C)
    cues_present: Tensor  # (B, C)
    named_keys: Tensor  # (B, keys), 1 where the goal names the key


@dataclass(frozen=True, eq=False)
class Scores:
    """Logits; masked places are about -1e4. The pointers' columns follow the batch's."""

    kind: Tensor  # (B, kinds)
    click: Tensor  # (B, N)
    copy: Tensor  # (B, N + G)
    key: Tensor  # (B, keys)
    form: Tensor  # (B, forms)


EMPTY = (
    "sums.weight",
    "looks.weight",
    "place_kind",
    "proof.weight",
)  # at birth: only nights fill them
LOOKS = 8  # numbers that say how a text looks (features.Features.looks)
_MASKED = -1e4
_CERTAIN = 0.999  # a wrong choice surer than this is no further from the right one
_OPEN = 0.03  # label smoothing of kinds: what is certain beyond all doubt is never unlearned
_KEYED = 48.0  # of the word-to-key score, for the same reason as _SHARP
_LOUD = 4.0  # of the goal's asking for any key at all
_SOFT = 0.25  # of the maximum over the goal's words
_HABIT = 40.0  # of what an empty place asks for, as sharp as a night needs it
_ADDED = 100.0  # of the sum-to-place score, which one night must learn from nothing
_BUILD = 40.0  # of what values of a place look like
_PROVED = 20.0  # of how much the evidence for a value says that it may be copied
_SHARP = 10.0  # of how much it counts that the goal asks for a key
_LABELLED = 80.0  # of the label-to-label score: one night's small steps in its matrix must count


class Network(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        d, t = shape.model, shape.text
        kinds, keys, forms = len(ChoiceKind), len(KEYS), len(Form)
        self.words = nn.Embedding(BUCKETS, t, padding_idx=0)
        self.meaning = nn.Linear(t, t, bias=False)
        self.candidate = nn.Linear(shape.candidate_width + 4 + 4, d)
        self.texts = nn.ModuleList(nn.Linear(t, d, bias=False) for _ in range(4))
        self.summary = nn.Linear(shape.summary_width + t, d)
        self.goal = nn.Linear(3 + t + 1, d)
        self.kind_in = nn.Embedding(kinds + 1, d)
        self.key_in = nn.Embedding(keys + 1, d)
        self.form_in = nn.Embedding(forms + 1, d)
        self.before_in = nn.Embedding(kinds + 1, d)
        self.age = nn.Embedding(16, d)
        self.place = nn.Linear(t, d, bias=False)
        self.source = nn.Linear(t, d, bias=False)
        self.cue = nn.Linear(2, d)
        self.segment = nn.Embedding(5, d)
        layer = nn.TransformerEncoderLayer(
            d, shape.heads, shape.feedforward, dropout=0.0, batch_first=True, norm_first=True
        )
        self.body = nn.TransformerEncoder(layer, shape.layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.click_query, self.click_key = nn.Linear(d, d), nn.Linear(d, d)
        self.copy_query, self.copy_key = nn.Linear(d, d), nn.Linear(d, d)
        self.bilinear = nn.Linear(t, t, bias=False)
        self.kind_head = nn.Sequential(nn.Linear(3 * d + 3, d), nn.GELU(), nn.Linear(d, kinds))
        self.key_head = nn.Linear(d, keys)
        self.told = nn.Linear(d, 1)  # how much it counts now that the goal asks for a key
        self.word_key = nn.Linear(t, keys, bias=False)  # the key that a word of the goal asks for
        self.goal_query, self.goal_key = nn.Linear(d, d), nn.Linear(d, d)
        self.form_head = nn.Linear(2 * d, forms)
        self.sums = nn.Linear(t, len(Role), bias=False)  # what of a sum a place wants
        self.looks = nn.Linear(t, LOOKS, bias=False)  # what the values of a place look like
        self.proof = nn.Linear(4, kinds, bias=False)  # what sure evidence for a value speaks for
        self.place_kind = nn.Parameter(torch.zeros(kinds, t))  # what an empty place asks for
        nn.init.normal_(self.words.weight, std=0.3)
        nn.init.zeros_(self.sums.weight)
        nn.init.zeros_(self.looks.weight)
        nn.init.zeros_(self.proof.weight)
        nn.init.normal_(self.word_key.weight, std=0.05 / _KEYED)
        # at first: where labels say the same
        nn.init.eye_(self.bilinear.weight).data.mul_(5 / _LABELLED)

    def embed(self, ids: Tensor) -> Tensor:
        """(T, IDS) → (T, text): the mean over a text's pieces, in the space in which labels are
        compared; zeros for the empty text."""
        count = (ids != 0).sum(1, keepdim=True).clamp(min=1)
        pieces: Tensor = self.words(ids) * (ids != 0).unsqueeze(-1)
        meaning: Tensor = self.meaning(pieces.sum(1) / count)
        return meaning

    def forward(self, b: Batch) -> Scores:
        texts = self.embed(b.text_ids)
        meanings = F.normalize(texts, dim=-1, eps=1e-4)
        # F.embedding, not indexing: its gradient is summed in a fixed order
        focus = F.embedding(b.focus_text, texts)
        focus_meaning = F.embedding(b.focus_text, meanings)
        own = F.embedding(b.candidate_texts, texts)
        own_meaning = F.embedding(b.candidate_texts, meanings)
        goal_meaning = F.embedding(b.goal_texts, meanings)
        to_focus = torch.einsum("bnkt,bt->bnk", own_meaning, focus_meaning)
        to_goal = torch.einsum("bnkt,bgt->bnkg", own_meaning, goal_meaning)
        to_goal = to_goal.masked_fill(~b.goal_present[:, None, None, :], -1).amax(-1)

        candidates = self.candidate(torch.cat([b.candidates, to_focus, to_goal], -1))
        for i, project in enumerate(self.texts):
            candidates = candidates + project(own[:, :, i])
        summary = self.summary(torch.cat([b.summary, focus], -1)).unsqueeze(1)
        goal_to_focus = torch.einsum("bgt,bt->bg", goal_meaning, focus_meaning).unsqueeze(-1)
        goal = self.goal(torch.cat([b.goal, F.embedding(b.goal_texts, texts), goal_to_focus], -1))
        ages = self.age(torch.arange(b.deeds.shape[1]))
        deeds = self._deed(b.deeds, texts) + ages
        before = self.before_in(b.cues[..., 5] + 1)
        likeness = torch.einsum("bct,bt->bc", F.embedding(b.cues[..., 3], meanings), focus_meaning)
        nearness = self.cue(torch.stack([b.cue_similarity, likeness], -1))
        cues = self._deed(b.cues, texts) + before + nearness

        parts = [summary, candidates, goal, deeds, cues]
        tokens = torch.cat([part + self.segment.weight[i] for i, part in enumerate(parts)], 1)
        here = torch.ones_like(b.present[:, :1])
        present = [here, b.present, b.goal_present, b.deeds_present, b.cues_present]
        x = self.norm(self.body(tokens, src_key_padding_mask=~torch.cat(present, 1)))

        n, g = candidates.shape[1], goal.shape[1]
        head, elements, spans = x[:, 0], x[:, 1 : 1 + n], x[:, 1 + n : 1 + n + g]
        click = self._point(self.click_query(head), self.click_key(elements), b.clickable)
        wanted = self.bilinear(focus_meaning)
        # whether a label stands left or above says nothing of where its value belongs
        labelled = _LABELLED * torch.einsum("bnkt,bt->bnk", own_meaning[:, :, 1:3], wanted).amax(-1)
        copyable = torch.cat([elements, spans], 1)
        added = _ADDED * torch.einsum("bnr,br->bn", b.sums, self.sums(focus_meaning))
        built = _BUILD * torch.einsum("bnl,bl->bn", b.looks, self.looks(focus_meaning))
        quoted = _BUILD * torch.einsum("bgl,bl->bg", b.goal_looks, self.looks(focus_meaning))
        extra = torch.cat([labelled + added + built, quoted], 1)
        copy = self._point(self.copy_query(head), self.copy_key(copyable), b.copyable, extra)
        chances = copy.softmax(-1)
        chosen = torch.einsum("bn,bnd->bd", chances, copyable)
        # how sure the pointer is, and by which of its scores
        reasons = torch.stack([labelled, added, built], -1) / _SHARP
        proof = torch.einsum("bn,bnr->br", chances[:, :n], reasons)
        proof = torch.cat([chances.amax(-1, keepdim=True), proof], -1)
        best = copy.amax(-1, keepdim=True).clamp(min=-20) / 10
        click_best = click.amax(-1, keepdim=True).clamp(min=-20) / 10
        # keys that the goal asks for, by their names or by words for what they do
        words = _KEYED * self.word_key(goal_meaning)
        words = words.masked_fill(~b.goal_present.unsqueeze(-1), -2)
        # soft: each word is heard and can learn
        asked = _SOFT * (words / _SOFT).logsumexp(1) + b.named_keys
        key = self.key_head(head) + _SHARP * self.told(head) * asked
        heard = self._point(self.goal_query(head), self.goal_key(spans), b.goal_present)
        said = torch.einsum("bg,bgd->bd", heard.softmax(-1), spans)
        told = _LOUD * torch.maximum(words.amax(1), b.named_keys).amax(-1, keepdim=True)
        kind = self.kind_head(torch.cat([head, chosen, said, best, click_best, told], -1))
        empty = b.summary[:, :1] - b.summary[:, 1:2]  # a focus without a text
        kind = kind + _HABIT * empty * F.linear(focus_meaning, self.place_kind)
        kind = kind + _PROVED * self.proof(proof)
        return Scores(kind, click, copy, key, self.form_head(torch.cat([head, chosen], -1)))

    def _deed(self, deeds: Tensor, texts: Tensor) -> Tensor:
        embedded: Tensor = self.kind_in(deeds[..., 0] + 1) + self.key_in(deeds[..., 1] + 1)
        embedded += self.form_in(deeds[..., 2] + 1)
        embedded += self.place(F.embedding(deeds[..., 3], texts))
        embedded += self.source(F.embedding(deeds[..., 4], texts))
        return embedded

    def _point(
        self, query: Tensor, keys: Tensor, allowed: Tensor, extra: Tensor | float = 0.0
    ) -> Tensor:
        scores: Tensor = torch.einsum("bd,bnd->bn", query, keys) / self.shape.model**0.5 + extra
        return scores.masked_fill(~allowed, _MASKED)


def synonym_loss(network: Network, ids: Tensor, others: Tensor, temperature: float = 0.1) -> Tensor:
    """InfoNCE (van den Oord et al. 2018) over (C, IDS) pairs: row i of both say the same."""
    one, other = (F.normalize(network.embed(x), dim=-1, eps=1e-4) for x in (ids, others))
    return F.cross_entropy(one @ other.T / temperature, torch.arange(len(ids)))


def losses(scores: Scores, target: "Target", smoothing: float = _OPEN) -> Tensor:
    """(B,) weighted cross-entropies that a choice has: kind, and its pointer, key, form.

    Pointers with several right candidates: -log of their summed probability.
    """

    def pointed(logits: Tensor, right: Tensor) -> Tensor:
        chance = logits.log_softmax(-1).masked_fill(~right, -1e9)
        value: Tensor = -chance.logsumexp(-1)
        return torch.where(right.any(-1), value, torch.zeros_like(value))

    def classed(logits: Tensor, right: Tensor) -> Tensor:
        return F.cross_entropy(logits, right, ignore_index=-1, reduction="none")

    kind = F.cross_entropy(scores.kind, target.kind, reduction="none", label_smoothing=smoothing)
    each = kind + classed(scores.key, target.key)
    each = each + classed(scores.form, target.form)
    each = each + pointed(scores.click, target.click) + pointed(scores.copy, target.copy)
    return each * target.weight


def unlikelihood(scores: Scores, wrong: "Target") -> Tensor:
    """(B,) -log(1 - chance of the wrong choice), weighted (Welleck et al. 2020, "Neural text
    generation with unlikelihood training")."""
    once = replace(wrong, weight=torch.ones_like(wrong.weight))
    chance = losses(scores, once, smoothing=0).neg().exp()
    return -torch.log1p(-chance.clamp(max=_CERTAIN)) * wrong.weight


@dataclass(frozen=True, eq=False)
class Target:
    """What was right, collated: classes (-1: does not count), pointer masks, weights. wrong: what
    was not, where that is known of any; weighted 0 where it is not."""

    kind: Tensor  # (B,)
    click: Tensor  # (B, N) bool
    copy: Tensor  # (B, N + G) bool
    key: Tensor  # (B,)
    form: Tensor  # (B,)
    weight: Tensor  # (B,)
    wrong: "Target | None" = None
