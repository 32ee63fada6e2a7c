"""What a model's folder may lack or hold, and what is said of it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from vlm_house import RED, SCREEN, dialect, tiny

from actuation.action import Click
from agent.errors import BadInput, Needed
from agent.policies.vlm.context import Transcript
from agent.policies.vlm.engine import Engine
from agent.policies.vlm.loading import digest, load
from agent.policies.vlm.prompt import Writer
from agent.policies.vlm.speaker import Message, Picture
from agent.policies.vlm.spec import parse
from memory.day import Context


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "model")
    return tmp_path / "model"


def test_texts_of_all_roles_reach_a_template_of_parts(original: Path) -> None:
    """SmolVLM2's template says nothing of a message whose content is a string."""
    loaded = load(str(original))
    loaded.tokenizer.chat_template = (
        "{% for message in messages %}{{ message['role'] }}:"
        "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}"
        "{% elif part['type'] == 'image' %}<|image_pad|>{% endif %}{% endfor %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
    )
    writer = Writer(loaded.model, loaded.tokenizer, loaded.sight, False, False)
    said = ("Be brief.", "Hello?", "Yes.")
    told = [Message(r, (t,)) for r, t in zip(("system", "user", "assistant"), said, strict=True)]
    told.append(Message("user", (Picture(np.zeros((64, 64, 3), np.uint8)),)))
    text = loaded.tokenizer.decode(writer.prompt(told).ids)
    assert all(words in text for words in said)


def test_a_chat_template_in_the_older_form_is_found(folder: Path) -> None:
    shutil.move(folder / "chat_template.jinja", folder / "template")
    with pytest.raises(Needed, match="no chat template"):
        load(str(folder))
    template = (folder / "template").read_text()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    assert load(str(folder)).tokenizer.chat_template == template


def test_code_of_a_folder_is_never_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "odd", "auto_map": {"AutoConfig": "odd.OddConfig"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "odd.py").write_text("raise SystemExit('it was run')")
    monkeypatch.setattr("builtins.input", lambda *_: "y")  # what a person may type
    with pytest.raises(Needed, match="no vision-language model"):
        load(str(folder))


def test_damaged_weights_are_told(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Needed, match="no vision-language model at"):
        load(str(folder))


def test_a_class_without_sight_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(*_: object) -> None:
        raise ValueError("no way to show pictures to a blind is known here")

    monkeypatch.setattr("agent.policies.vlm.loading.sight_of", blind)
    with pytest.raises(Needed, match="no way to show pictures"):
        load(str(folder))


def test_fine_tuned_weights_have_another_name(folder: Path) -> None:
    path, before = folder / "model.safetensors", digest(str(folder))
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 2, len(content)):
        content[at] ^= 1
    path.write_bytes(content)
    assert digest(str(folder)) != before


def test_an_option_is_on_where_it_is_named() -> None:
    assert parse("vlm:Org/Model?download").download and parse("vlm:Org/Model?skip=yes").skip
    assert not parse("vlm:Org/Model?skip=false").skip and not parse("vlm:Org/Model").download
    with pytest.raises(BadInput, match="download is 1 or 0"):
        parse("vlm:Org/Model?download=perhaps")


def test_a_reply_that_was_cut_off_leaves_no_cache(
    original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a layer: some layers have the tokens then, and some do not."""
    loaded, words = load(str(original)), dialect()
    engine, fresh = Engine(loaded, words), Engine(loaded, words)
    transcript = Transcript(words, RED, Context())
    rng = np.random.default_rng(0)
    shape = (SCREEN.height, SCREEN.width, 3)

    def look() -> None:
        transcript.look(rng.integers(0, 255, shape, dtype=np.uint8), SCREEN)

    look()
    assert transcript.view is not None
    engine.say(transcript.messages, words, transcript.view)
    transcript.reply(words.format(Click(10, 20), transcript.view))
    look()
    for error, shown in (
        (KeyboardInterrupt(), KeyboardInterrupt),
        (torch.OutOfMemoryError(), Needed),
    ):

        def cut(*_: object, error: BaseException = error) -> None:
            raise error

        last = loaded.model.model.language_model.layers[-1]
        hook = last.register_forward_pre_hook(cut)
        with pytest.raises(shown):
            engine.say(transcript.messages, words, transcript.view)
        hook.remove()
        again = engine.say(transcript.messages, words, transcript.view)
        anew = fresh.say(transcript.messages, words, transcript.view)
        assert again.text == anew.text
        assert again.confidence == pytest.approx(anew.confidence, rel=1e-4)
