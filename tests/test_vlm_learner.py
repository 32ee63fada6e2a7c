"""What a night trains: the same whatever the memory and the number of processes allow at once."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from vlm_house import COLOURS, ENTER, RED, SCREEN, dialect, show, tiny

from actuation.action import Click, Done, Scroll
from agent.errors import BadInput
from agent.policies.vlm import lora, newborn
from agent.policies.vlm.batch import Foreseen
from agent.policies.vlm.dialects.dialect import view_of
from agent.policies.vlm.distil import distil
from agent.policies.vlm.examine import same
from agent.policies.vlm.learner import Reach, VlmLearner
from agent.policies.vlm.lessons import Lesson, conversation, lessons, points, varied
from agent.policies.vlm.loading import load
from agent.policies.vlm.train import Schedule, finish, train
from memory.episode import Episode
from memory.sleep.consolidate import consolidate
from memory.sleep.plan import Plan
from memory.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> list[Episode]:
    with Store(tmp_path_factory.mktemp("day") / "memory.sqlite") as store:
        show(store, RED, range(3))
        show(store, ENTER, range(3, 6))
        return [store.episode(one.id) for one in store.episodes()]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def learner(folder: Path, skills: Sequence[Episode] = (), reach: Reach | None = None) -> VlmLearner:
    return VlmLearner(load(str(folder)), dialect(), skills, reach=reach)


def taught(one: VlmLearner, day: list[Episode]) -> list[Lesson]:
    return [lesson for episode in day for lesson in one.examples(episode, [1.0, 0.5])]


def gradient(one: VlmLearner, batch: list[Lesson], anchor: float = 0.0) -> torch.Tensor:
    parameters = one.parameters()
    found = torch.autograd.grad(one.loss(batch, anchor), parameters)
    return torch.cat([part.flatten() for part in found])


def disturbed(one: VlmLearner, level: str = "fast", by: float = 0.05) -> VlmLearner:
    torch.manual_seed(5)
    with torch.no_grad():
        for layer in lora.layers(one.loaded.model).values():
            layer.factors(level)[1].normal_(std=by)
    return one


def test_a_lesson_is_what_was_in_view(day: list[Episode], folder: Path) -> None:
    words = dialect()
    (whole,) = lessons(words, day[0], [1.0, 1.0], 3)
    assert [type(turn.action) for turn in whole.turns] == [Click, Done] and whole.first == 0
    first, second = lessons(words, day[0], [1.0, 1.0], 1)
    assert (first.first, len(first.turns), second.first, len(second.turns)) == (0, 1, 1, 2)
    assert lessons(words, day[0], [0.0, 0.0], 3) == []
    roles = [message.role for message in conversation(words, whole, 3)]
    assert roles == ["user", "assistant", "user", "assistant"]


def test_variations_move_points_with_their_pixels(day: list[Episode]) -> None:
    (lesson,) = lessons(dialect(), day[0], [1.0, 1.0], 3)
    moved = 0
    for seed in range(30):
        other = varied(lesson, seed)
        (point,) = points(other.turns[0].action)
        moved += point != points(lesson.turns[0].action)[0]
        colour = other.turns[0].image[point[1], point[0]]
        assert np.abs(colour.astype(int) - COLOURS["red"]).max() < 8
    assert moved > 10


def test_a_variation_that_is_only_moved_blurs_nothing(day: list[Episode]) -> None:
    (lesson,) = lessons(dialect(), day[0], [1.0, 1.0], 3)
    shown = {tuple(colour) for colour in lesson.turns[0].image.reshape(-1, 3).tolist()}
    moved = 0
    for seed in range(30):
        other = varied(lesson, seed, scaled=False).turns[0]
        assert {tuple(colour) for colour in other.image.reshape(-1, 3).tolist()} <= shown
        (point,) = points(other.action)
        moved += point != points(lesson.turns[0].action)[0]
        assert other.image[point[1], point[0]].tolist() == list(COLOURS["red"])
    assert moved > 10


def test_gradients_do_not_depend_on_what_fits_at_once(folder: Path, day: list[Episode]) -> None:
    found = []
    for micro in (1, 2, 6):
        one = disturbed(learner(folder, reach=Reach(micro=micro)))
        batch = [replace(lesson, old=at % 2 == 0) for at, lesson in enumerate(taught(one, day))]
        found.append(gradient(one, batch, anchor=0.5))
    assert found[0].abs().max() > 0
    for other in found[1:]:
        assert torch.allclose(found[0], other, atol=1e-6)


class Cramped(VlmLearner):
    """Memory for two lessons at once."""

    def foresee(self, piece: Sequence[Lesson]) -> Foreseen:
        if len(piece) > 2:
            raise torch.OutOfMemoryError("two fit")
        return super().foresee(piece)


def test_out_of_memory_halves_the_micro_batch_and_nothing_else(
    folder: Path, day: list[Episode]
) -> None:
    roomy = learner(folder, reach=Reach(micro=6))
    cramped = Cramped(load(str(folder)), dialect(), reach=Reach(micro=6))
    lessons_ = taught(roomy, day)
    assert torch.allclose(gradient(roomy, lessons_), gradient(cramped, lessons_), atol=1e-6)
    assert cramped.micro == 1


def test_the_anchor_holds_what_is_old_to_what_it_was(folder: Path, day: list[Episode]) -> None:
    one = learner(folder)
    old = [replace(lesson, old=True) for lesson in taught(one, day)]
    with torch.no_grad():
        assert float(one.loss(old, 1.0)) == pytest.approx(float(one.loss(old, 0.0)))
        disturbed(one)
        assert float(one.loss(old, 1.0)) > float(one.loss(old, 0.0)) + 1e-3
        fresh = [replace(lesson, old=False) for lesson in old]
        assert float(one.loss(fresh, 1.0)) == pytest.approx(float(one.loss(fresh, 0.0)))


def test_a_mistake_weighs_nothing(folder: Path, day: list[Episode]) -> None:
    """The second step's weight is 0: its reply is read and not learned."""
    one = disturbed(learner(folder))
    (half,) = one.examples(day[0], [1.0, 0.0])
    other = replace(half, turns=(half.turns[0], replace(half.turns[1], action=Click(1, 2))))
    with torch.no_grad():
        assert float(one.loss([half], 0)) == pytest.approx(float(one.loss([other], 0)))


def test_what_was_refused_is_unlearned_besides(folder: Path, day: list[Episode]) -> None:
    """A habit of clicking somewhere else; then the right click is shown, with the wrong one beside
    it, or without."""
    right, wrong = (
        replace(one, turns=one.turns[:1])
        for one in taught(learner(folder), day)[:1]
        for one in (one, replace(one, turns=(replace(one.turns[0], action=Click(9, 9)),)))
    )
    against = replace(wrong, turns=(replace(wrong.turns[0], weight=-1.0),))

    def nats(batch: list[Lesson], steps: int, one: VlmLearner) -> tuple[float, float]:
        optimizer = torch.optim.AdamW(one.parameters(), lr=2e-3, weight_decay=0.0)
        for _ in range(steps):
            optimizer.zero_grad()
            one.loss(batch, 0).backward()
            optimizer.step()
        with torch.no_grad():
            good, bad = (float(one.loss([lesson], 0)) for lesson in (right, wrong))
        return good, bad

    found = []
    for lessons_ in ([right], [right, against]):
        one = learner(folder)
        torch.manual_seed(3)
        assert nats([wrong], 60, one)[1] < 0.3, "the habit"
        found.append(nats(lessons_, 12, one))
    (good, bad), (with_good, with_bad) = found
    assert with_bad > 1.25 * bad
    assert with_bad - with_good > 1.2 * (bad - good) > 0  # which of the two is said


# As SmolVLM2's own (a list of parts in every role), and a thought that is shown as Qwen3.5's is.
SMOL = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
    "{% if message['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{ line['text'] }}"
    "{% elif line['type'] == 'image' %}{{ '<|image_pad|>' }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
THINKING = newborn.CHAT.replace("IMAGE", "<|image_pad|>").replace(
    "<|im_start|>assistant\n",
    "<|im_start|>assistant\n<think>\n{% if not enable_thinking %}\n</think>\n\n{% endif %}",
)


@pytest.mark.parametrize("template", [SMOL, THINKING], ids=["parts", "thinking"])
def test_each_reply_is_learned_whatever_the_template_makes_of_earlier_ones(
    folder: Path, day: list[Episode], template: str
) -> None:
    one = learner(folder)
    one.loaded.tokenizer.chat_template = template
    one = VlmLearner(one.loaded, dialect(), day)
    lessons_ = one.examples(day[0], [1.0, 0.5])
    foreseen = one.foresee(lessons_)
    assert sorted(foreseen.row.unique().tolist()) == [0, 1]
    assert float(foreseen.weight.sum()) == pytest.approx(1.5)
    for at, lesson in enumerate(lessons_):  # each is a reply just behind what acting asks with
        text = one.loaded.tokenizer.decode(foreseen.wanted[foreseen.row == at])
        said = dialect().format(day[0].steps[at].intended, view_of(dialect(), SCREEN))
        assert text == f"{said}<|im_end|>"
        told = conversation(dialect(), lesson, 3)
        asked, whole = (one._writer.prompt(part).keys for part in (told[:-1], told))
        assert whole[: len(asked)] == asked
        if template is THINKING:
            assert one.loaded.tokenizer.decode(asked[-9:]).endswith("</think>\n\n")
    assert [score.attempts for score in one.exam(9, 0)] == [6, 6]


def test_checkpointing_computes_again_and_changes_nothing(folder: Path, day: list[Episode]) -> None:
    counts, found = [], []
    for checkpointing in (False, True):
        one = disturbed(learner(folder, reach=Reach(checkpointing=checkpointing)))
        runs: list[int] = []
        layer = next(iter(lora.layers(one.loaded.model).values()))
        layer.register_forward_pre_hook(lambda *_, runs=runs: runs.append(1))
        found.append(gradient(one, taught(one, day)[:2]))
        counts.append(len(runs))
        assert not one.loaded.model.training
    assert counts == [1, 2]
    assert torch.allclose(found[0], found[1], atol=1e-6)


def test_distilling_takes_no_more_at_once_than_fits(folder: Path, day: list[Episode]) -> None:
    """Compared by what comes of it: to Adam's first steps a rounding error is as large as any."""
    ends = []
    for micro in (2, 8):
        one = disturbed(Watched(load(str(folder)), dialect(), reach=Reach(micro=micro, rank=4)))
        with torch.no_grad():
            for layer in lora.layers(one.loaded.model).values():
                for factor in layer.factors("slow"):
                    factor.normal_(std=0.2)
        ends.append(distil(one, taught(one, day), 10, rate=2e-3))
        assert max(one.sizes) == micro
    assert ends[0][1] < 0.95 * ends[0][0]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)


class Watched(VlmLearner):
    """Counts the lessons that it is given at once."""

    def foresee(self, piece: Sequence[Lesson]) -> Foreseen:
        self.sizes = [*getattr(self, "sizes", ()), len(piece)]
        return super().foresee(piece)


def test_the_same_place_is_not_the_same_deed() -> None:
    assert same(Click(10, 10), Click(11, 10), SCREEN)
    assert not same(Click(10, 10), Click(90, 10), SCREEN)
    assert not same(Click(10, 10), Click(10, 10, count=2), SCREEN)
    assert not same(Click(10, 10), Click(10, 10, button="right"), SCREEN)
    assert not same(Scroll(10, 10, 0, 3), Scroll(10, 10, 0, -3), SCREEN)


def plan(folder: Path, **given: object) -> Plan:
    usual = {"steps": 6, "batch": 5, "every": 3, "rate": 1e-2, "replay": 0.5, "seed": 4}
    return Plan(folder, "task", **(usual | given))  # type: ignore[arg-type]


def test_nights_are_equal_also_when_cut_off(
    folder: Path, day: list[Episode], tmp_path: Path
) -> None:
    digests = []
    for name in ("whole", "again", "cut"):
        room = tmp_path / name
        room.mkdir()
        one = learner(folder, day[:2])

        def stop(step: int, loss: float, name: str = name) -> None:
            if name == "cut" and step == 4:
                raise KeyboardInterrupt

        try:
            trained = consolidate(one, taught(one, day), plan(room), room, stop)
        except KeyboardInterrupt:
            one = learner(folder, day[:2])
            trained = consolidate(one, taught(one, day), plan(room), room)
        digests.append(trained.digest)
        assert trained.losses[-1] < trained.losses[0]
    assert len(set(digests)) == 1


def test_the_slow_level_takes_over_what_the_fast_one_knows(
    folder: Path, day: list[Episode], tmp_path: Path
) -> None:
    one = learner(folder, reach=Reach(rank=4))
    known = taught(one, day)
    disturbed(one, "slow", 0.1)  # what earlier weeks have left there
    one.save(tmp_path / "week")
    one = VlmLearner(load(str(folder)), dialect(), slow=tmp_path / "week", reach=Reach(rank=4))
    with torch.no_grad():
        born = float(one.loss(known, 0))
    consolidate(one, known, plan(tmp_path, steps=20, every=20, replay=0.0), tmp_path)
    with torch.no_grad():
        both = float(one.loss(known, 0))
    before, after = distil(one, known, 25, rate=2e-3)
    assert after < before / 2
    with torch.no_grad(), lora.without(one.loaded.model, "fast"):
        slow = float(one.loss(known, 0))
    assert both < born and abs(slow - both) < 0.25 * (born - both)
    path = tmp_path / "slow"
    one.save(path)
    above = VlmLearner(load(str(folder)), dialect(), slow=path, reach=Reach(rank=4))
    with torch.no_grad():
        assert float(above.loss(known, 0)) == pytest.approx(slow, abs=1e-5)


def test_whole_training_makes_a_model_that_loads(
    folder: Path, day: list[Episode], tmp_path: Path
) -> None:
    one = learner(folder, reach=Reach(whole=True))
    schedule = Schedule(steps=8, batch=4, rate=2e-3, checkpoint_every=4)
    losses = train(one, taught(one, day), schedule, tmp_path / "ck", lambda step, loss: None)
    assert losses[-1] < losses[0]
    digest = finish(one, tmp_path / "out")
    other = learner(tmp_path / "out", reach=Reach(whole=True))
    assert other.loaded.weights == digest
    batch = taught(one, day)
    with torch.no_grad():
        assert float(one.loss(batch, 0)) == pytest.approx(float(other.loss(batch, 0)), abs=1e-5)


@pytest.mark.parametrize("content", [b"", b"half of a", None])
def test_a_damaged_checkpoint_is_told(
    folder: Path, day: list[Episode], tmp_path: Path, content: bytes | None
) -> None:
    one, checkpoint = learner(folder), tmp_path / "ck"
    if content is None:
        torch.save(["another file of torch"], checkpoint)
    else:
        checkpoint.write_bytes(content)
    with pytest.raises(BadInput, match="--no-resume"):
        train(one, taught(one, day), Schedule(steps=1), checkpoint, lambda step, loss: None)


def test_a_training_cut_off_goes_on_to_the_same_weights(
    folder: Path, day: list[Episode], tmp_path: Path
) -> None:
    """Also to the same lessons: how much each is needed is kept."""
    schedule = Schedule(steps=6, batch=4, rate=2e-3, checkpoint_every=3)

    def stop(step: int, loss: float) -> None:
        if step == 5:
            raise KeyboardInterrupt

    found = []
    for cut in (False, True):
        one = learner(folder, reach=Reach(whole=True))
        checkpoint = tmp_path / f"cut-{cut}"
        if cut:
            with pytest.raises(KeyboardInterrupt):
                train(one, taught(one, day), schedule, checkpoint, stop)
            one = learner(folder, reach=Reach(whole=True))
        found.append(train(one, taught(one, day), schedule, checkpoint, lambda step, loss: None))
        with pytest.raises(BadInput, match="other lessons"):
            train(one, taught(one, day)[:2], schedule, checkpoint, stop)
    assert found[0] == found[1]


PROCESS = """
import sys
from pathlib import Path
import torch
from test_vlm_learner import learner, plan, taught
from agent.policies.vlm.learner import Reach
from agent.policies.vlm.parallel import join, leads
from memory.sleep.consolidate import consolidate
from memory.store import Store

model, memory, out = map(Path, sys.argv[1:4])
torch.set_num_threads(1)
join()
with Store(memory) as store:
    day = [store.episode(one.id) for one in store.episodes()]
room = out / ("lead" if leads() else "other")
room.mkdir(parents=True)
one = learner(model, day[:2], Reach(shard=sys.argv[4] == "shard"))
if sys.argv[4] == "shard":
    held = [p for p in one.loaded.model.parameters() if hasattr(p, "to_local")]
    assert held and all(p.to_local().numel() <= p.numel() // 2 + p.shape[-1] for p in held)
consolidate(one, taught(one, day), plan(room), room)
"""


@pytest.mark.parametrize("way", ["replicate", "shard"])
def test_two_processes_end_with_the_weights_of_one(folder: Path, tmp_path: Path, way: str) -> None:
    memory = tmp_path / "memory.sqlite"
    with Store(memory) as store:
        show(store, RED, range(4))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = tmp_path / "process.py"
    script.write_text(PROCESS)
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    shared = os.environ | {"PYTHONPATH": paths, "MASTER_ADDR": "127.0.0.1"}
    running = []
    for count, name in ((2, "two"), (1, "one")):
        for rank in range(count):
            told = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count)}
            how = way if count > 1 else "replicate"
            told_paths = [str(folder), str(memory), str(tmp_path / name), how]
            command = [sys.executable, str(script), *told_paths]
            environment = shared | told | {"MASTER_PORT": str(port)}
            running.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE))
    for process in running:
        _, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors.decode()[-2000:]
    weights = [
        lora_of(tmp_path / name / "candidate") for name in ("two/lead", "two/other", "one/lead")
    ]
    assert torch.equal(weights[0], weights[1])
    assert torch.allclose(weights[0], weights[2], atol=1e-4)
    assert weights[0].abs().max() > 1e-3


def lora_of(path: Path) -> torch.Tensor:
    from safetensors.torch import load_file

    found = load_file(path)
    return torch.cat([found[name].flatten() for name in sorted(found)])
