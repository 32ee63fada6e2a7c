"""`dormouse models` and the doctor's check: the catalog, the memory it reckons with, what lies on
this machine, what fits. No network, no GPU, no weights."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_servers import house, running

from agent.config import Settings
from agent.errors import BadInput
from agent.policies.vlm.fitness import PACKAGES, QUANT, fitness
from agent.policies.vlm.local import cache, cached, read, within
from agent.policies.vlm.machine import Machine, machine, nvidia
from agent.policies.vlm.models import (
    BYTES,
    CONTEXT,
    MODELS,
    WIDTHS,
    WORKSPACE,
    Model,
    Shape,
    dialect_of,
    known,
    memory,
)
from agent.verbs import models as verb

ROOT = Path(__file__).parents[1]
DIALECTS = {"qwen25", "qwen3", "qwen35", "guiowl", "holo", "fara", "uitars", "opencua", "smolvlm"}
LAPTOP = Machine("4 CPUs", 8.0, gpu=False)
CARD12, CARD24, CARD80 = (Machine("card", gb, gpu=True) for gb in (12.9, 25.8, 85.0))


def model(name: str) -> Model:
    found = known(name)
    assert found is not None
    return found


def test_the_catalog_has_each_model_once_and_a_dialect_for_each() -> None:
    assert len({one.id for one in MODELS}) == len(MODELS)
    assert {one.dialect for one in MODELS} == DIALECTS
    for one in MODELS:
        assert dialect_of(one.id) == one.dialect
        assert one.licence
        assert one.shape.experts < one.shape.total


@pytest.mark.parametrize(
    ("name", "kind", "dialect"),
    [
        ("someone/GUI-Owl-1.5-8B-invoices", "qwen3_vl", "guiowl"),
        ("someone/our-invoices", "qwen3_vl", "qwen3"),
        ("someone/our-invoices", "qwen3_5_moe", "qwen35"),
        ("qwen3-vl:8b", "", "qwen3"),
        ("qwen2.5vl:7b", "", "qwen25"),
        ("/models/Qwen3.6-27B-Q4_K_M.gguf", "", "qwen35"),
        ("/data/holo-3.1/our-invoices", "qwen3_vl", "qwen3"),  # a folder's name is no model's
        ("meta-llama/Llama-3.1-8B", "llama", ""),
        ("Qwen/Qwen3-8B", "qwen3", ""),  # it sees nothing
    ],
)
def test_a_models_dialect_is_told_by_its_name_or_else_by_its_class(
    name: str, kind: str, dialect: str
) -> None:
    assert dialect_of(name, kind) == dialect


def test_memory_is_weights_caches_activations_and_workspace() -> None:
    shape = model("Qwen/Qwen2.5-VL-7B-Instruct").shape
    each = memory(shape, "bf16", 2) - memory(shape, "bf16", 1)
    # 28 layers × key and value × 4 heads × 128 × 2 bytes, and the activations of a token
    assert 1e9 * each == pytest.approx(57_344 + WIDTHS * 3584 * 2, rel=1e-3)
    assert memory(shape, "bf16", 0) == pytest.approx(8.292 * 2 + WORKSPACE)
    tables = 2 * 152_064 * 3584 / 1e9
    int4 = (8.292 - tables) * 0.5625 + tables * 2
    assert memory(shape, "int4", 0) == pytest.approx(int4 + WORKSPACE)


def test_experts_stay_in_16_bits() -> None:
    moe = model("Qwen/Qwen3-VL-30B-A3B-Instruct").shape
    assert memory(moe, "int4") > 0.95 * memory(moe, "bf16")
    dense = model("Qwen/Qwen3-VL-32B-Instruct").shape
    assert memory(dense, "int4") < 0.5 * memory(dense, "bf16")


@given(st.sampled_from(MODELS), st.integers(0, 10**6), st.integers(1, 10**6))
def test_memory_grows_with_context_and_precision(one: Model, tokens: int, more: int) -> None:
    for precision in BYTES:
        assert memory(one.shape, precision, tokens + more) > memory(one.shape, precision, tokens)
    needs = [memory(one.shape, precision, tokens) for precision in ("int4", "int8", "bf16", "fp32")]
    assert needs == sorted(needs)
    assert needs[0] > 0.5625 * one.shape.total


def _grown(kind: str, text: dict[str, Any], eye: dict[str, Any]) -> Any:
    """The model of these shapes, without memory for its weights."""
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    tied = text["tie_word_embeddings"]
    config = AutoConfig.for_model(
        kind, text_config=text, vision_config=eye, tie_word_embeddings=tied
    )
    with torch.device("meta"):
        found = AutoModelForImageTextToText.from_config(config)
    if tied:
        found.tie_weights()
    return found


EYE = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "num_heads": 16}
SMALL = {"depth": 12, "hidden_size": 768, "intermediate_size": 3072, "num_heads": 12}


@pytest.mark.parametrize(
    ("name", "kind", "text", "eye"),
    [
        (
            "Qwen/Qwen3-VL-8B-Instruct",
            "qwen3_vl",
            {"num_attention_heads": 32, "intermediate_size": 12_288, "num_hidden_layers": 36},
            EYE,
        ),
        (
            "Qwen/Qwen3.5-0.8B",
            "qwen3_5",
            {
                **{"num_attention_heads": 8, "intermediate_size": 3584, "num_hidden_layers": 24},
                **{"linear_num_value_heads": 16, "linear_num_key_heads": 16},
            },
            SMALL,
        ),
        (
            "Qwen/Qwen3.6-35B-A3B",
            "qwen3_5_moe",
            {
                **{"num_attention_heads": 16, "num_hidden_layers": 40, "num_experts": 256},
                **{"moe_intermediate_size": 512, "shared_expert_intermediate_size": 512},
                **{"linear_num_value_heads": 32, "linear_num_key_heads": 16},
            },
            EYE,
        ),
    ],
)
def test_the_catalogs_numbers_are_those_of_the_classes(
    name: str, kind: str, text: dict[str, Any], eye: dict[str, Any]
) -> None:
    pytest.importorskip("transformers")
    shape = model(name).shape
    text = text | {"hidden_size": shape.hidden, "vocab_size": shape.vocabulary}
    text |= {"num_key_value_heads": shape.kv_heads, "head_dim": shape.head_dim}
    grown = _grown(
        kind,
        text | {"tie_word_embeddings": shape.tied},
        eye | {"out_hidden_size": shape.hidden},
    )
    sizes = {id(one): (at, one.numel()) for at, one in grown.named_parameters()}
    total = sum(size for _, size in sizes.values()) / 1e9
    experts = sum(size for at, size in sizes.values() if ".experts." in at) / 1e9
    assert shape.total == pytest.approx(total, rel=2e-3)
    assert shape.experts == pytest.approx(experts, rel=2e-3)
    kinds = getattr(grown.config.get_text_config(), "layer_types", None) or []
    assert shape.recurrent == sum("linear" in kind for kind in kinds)
    assert shape.layers + shape.recurrent == text["num_hidden_layers"]


def test_the_best_precision_that_fits_is_named() -> None:
    eight = model("Qwen/Qwen3-VL-8B-Instruct")
    assert [one.fits(eight) for one in (CARD80, CARD24, CARD12)] == ["bf16", "bf16", "int4"]
    assert [one.fits(eight) for one in (LAPTOP, replace(LAPTOP, gb=64.0))] == ["", "fp32"]
    assert CARD12.fits(model("Qwen/Qwen3-VL-32B-Instruct")) == ""
    assert set(LAPTOP.needs(eight)) == {"fp32", "bf16"}  # loading quantises on a GPU alone


@given(st.sampled_from(MODELS), st.floats(1, 2000), st.booleans())
def test_what_fits_is_within_the_room_and_the_first_that_is(
    one: Model, gb: float, gpu: bool
) -> None:
    here = Machine("any", gb, gpu)
    fits, needs = here.fits(one), here.needs(one)
    larger = here.precisions[: here.precisions.index(fits) if fits else None]
    assert all(needs[name] > here.room for name in larger)
    assert not fits or needs[fits] <= here.room < gb


def test_this_machine_has_memory() -> None:
    here = machine()
    assert 0.5 < here.room < here.gb < 10_000


def test_a_gpu_that_torch_cannot_use_is_found_by_its_drivers_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia() == ""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA GeForce RTX 4090'\n")
    tool.chmod(0o755)
    assert nvidia() == "NVIDIA GeForce RTX 4090"
    tool.write_text("#!/bin/sh\necho 'no devices were found'\nexit 6\n")
    assert nvidia() == ""


# What lies on this machine.

TEXT_CONFIG = {
    **{"hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "vocab_size": 1000},
    **{"num_key_value_heads": 2, "dtype": "bfloat16"},
}


def written(folder: Path, kind: str = "qwen3_vl", size: int = 2000, **more: object) -> Path:
    folder.mkdir(parents=True)
    config = {"model_type": kind, "text_config": TEXT_CONFIG, **more}
    (folder / "config.json").write_text(json.dumps(config))
    for part in (1, 2):
        with (folder / f"model-0000{part}-of-00002.safetensors").open("wb") as file:
            file.truncate(size // 2)
    return folder


def test_a_folders_model_is_known_by_its_configuration(tmp_path: Path) -> None:
    found = read(written(tmp_path / "mine", tie_word_embeddings=True), "mine")
    assert found is not None
    assert (found.id, found.dialect, found.remote_code) == ("mine", "qwen3", False)
    assert found.shape == Shape(1e-6, 64, 1000, True, 4, 2, 16)
    code = read(written(tmp_path / "theirs", auto_map={"AutoModel": "modeling.Theirs"}), "theirs")
    assert code is not None
    assert code.remote_code


def test_recurrent_layers_and_experts_are_told_from_others(tmp_path: Path) -> None:
    kinds = ["linear_attention", "linear_attention", "linear_attention", "full_attention"]
    text = TEXT_CONFIG | {"layer_types": kinds, "linear_num_value_heads": 8, "head_dim": 32}
    text |= {"num_experts": 16, "moe_intermediate_size": 32}
    found = read(written(tmp_path / "moe", "qwen3_5_moe", text_config=text), "moe")
    assert found is not None
    shape = found.shape
    assert (shape.layers, shape.recurrent, shape.value_heads, shape.head_dim) == (1, 3, 8, 32)
    assert shape.experts == pytest.approx(3 * 16 * 32 * 64 * 4 / 1e9)


def test_weights_that_are_quantised_already_count_as_they_are(tmp_path: Path) -> None:
    size = 6 * 10**9  # a sparse file
    folder = written(tmp_path / "fp8", size=size, quantization_config={"quant_method": "fp8"})
    found = read(folder, "fp8")
    assert found is not None
    assert found.shape.stored == pytest.approx(6.0)
    assert CARD24.fits(found) == "stored"
    assert 6.0 < CARD24.needs(found)["stored"] < 8.0


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        '{"model_type": "llama"}',
        '{"model_type": "qwen3_vl"}',
        '{"model_type": "qwen3_vl", "text_config": {"hidden_size": "wide"}}',
    ],
)
def test_what_is_no_vision_language_model_or_damaged_is_not_listed(
    tmp_path: Path, config: str
) -> None:
    written(tmp_path / "m")
    (tmp_path / "m/config.json").write_text(config)
    assert within(tmp_path) == []


def test_a_folder_without_weights_is_no_model(tmp_path: Path) -> None:
    folder = written(tmp_path / "m")
    for file in folder.glob("*.safetensors"):
        file.unlink()
    assert read(folder, "m") is None


def test_the_hubs_cache_is_read_in_its_newest_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert cache() == tmp_path
    old = written(tmp_path / "models--me--invoices/snapshots/aaaa", "qwen2_5_vl")
    new = written(tmp_path / "models--me--invoices/snapshots/bbbb", "qwen3_vl")
    os.utime(old, (1, 1))
    os.utime(new, (2, 2))
    written(tmp_path / "models--Qwen--Qwen3-VL-2B-Instruct/snapshots/cccc")
    written(tmp_path / "models--meta--llama/snapshots/dddd", "llama")
    found = cached(tmp_path)
    assert [(one.id, one.dialect, one.source) for one in found] == [
        ("Qwen/Qwen3-VL-2B-Instruct", "qwen3", "cache"),
        ("me/invoices", "qwen3", "cache"),
    ]
    assert found[0].shape == model("Qwen/Qwen3-VL-2B-Instruct").shape
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", "/elsewhere")
    assert cache() == Path("/elsewhere/hub")


@pytest.mark.parametrize("kind", ["qwen3_vl", "qwen2_5_vl", "qwen3_5", "smolvlm"])
def test_a_model_that_transformers_wrote_is_read(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("transformers")
    from agent.policies.vlm.newborn import Size, newborn

    size = Size(width=64, depth=2, heads=2, eye_width=32, eye_depth=2, vocabulary=600)
    parameters = newborn(tmp_path / kind, kind, ["Enter the invoice."], size)
    (found,) = within(tmp_path)
    assert found.dialect == dialect_of("", kind)
    assert 1e9 * found.shape.total == pytest.approx(parameters, rel=0.05)
    assert found.shape.hidden == 64
    assert found.shape.layers + found.shape.recurrent == 2


# The verb.


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and configuration, and a machine with a card of 24 GB."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(verb, "machine", lambda: CARD24)
    return tmp_path


def test_the_verbs_numbers_keep_the_contract(bare: Path) -> None:
    written(bare / "own/mine")
    written(bare / "hub/models--Qwen--Qwen3-VL-8B-Instruct/snapshots/aaaa")
    target = bare / "out.json"
    assert verb.main(bare / "own", False, True, str(target)) == 0
    rows = json.loads(target.read_text())["models"]
    assert len(rows) == len(MODELS) + 1
    for row in rows:
        assert {"id", "family", "dialect", "memory_gb", "fits"} <= set(row)
        assert row["fits"] == (row["memory_gb"] <= CARD24.room)
    assert [row["source"] for row in rows[:3]] == ["folder", "cache", "catalog"]
    assert [row["id"] for row in rows].count("Qwen/Qwen3-VL-8B-Instruct") == 1
    assert {row["id"] for row in rows if row["remote_code"]} == {
        f"xlangai/OpenCUA-{size}" for size in ("7B", "32B", "72B")
    }


def test_only_those_that_fit(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verb.main(None, True, True, None) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if ": dialect " in line]
    assert len(shown) == sum(bool(CARD24.fits(one)) for one in MODELS)
    assert all("fits as " in line for line in shown)
    assert any(line.startswith("Qwen/Qwen3-VL-8B-Instruct: dialect qwen3; bf16 ") for line in shown)
    assert "this machine: card, 26 GB of GPU memory" in lines


def test_a_folder_without_models_is_told(bare: Path) -> None:
    with pytest.raises(BadInput, match="there is no folder"):
        verb.main(bare / "nowhere", False, False, None)
    (bare / "empty").mkdir()
    with pytest.raises(BadInput, match="no vision-language model"):
        verb.main(bare / "empty", False, False, None)


def dormouse(bare: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DORMOUSE_DATA": str(bare / "data"), "COLUMNS": "80"} | more
    return subprocess.run(
        [sys.executable, "-m", "agent", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def test_from_the_command_line(bare: Path) -> None:
    ran = dormouse(bare, "models", "--json", "-")
    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["models"]) == len(MODELS)
    table = dormouse(bare, "models").stdout
    assert "Qwen/Qwen3-VL-8B-Instruct" in table
    assert max(map(len, table.splitlines()[:20])) <= 80
    assert dormouse(bare, "models", "--folder", "/nowhere").returncode == 2


# The doctor's check.


def settings(**values: object) -> Settings:
    return Settings(**values)


def test_who_uses_the_core_alone_needs_nothing(bare: Path) -> None:
    check = fitness(settings(), missing=PACKAGES, here=LAPTOP)
    assert check.ok and check.mend == ""
    assert "pip install 'dormouse[vlm]'" in check.detail
    for here in (LAPTOP, CARD24, replace(LAPTOP, hidden="RTX 4090")):
        assert fitness(settings(), missing=(), here=here).ok
    assert "Qwen/Qwen3.5-9B" in fitness(settings(), missing=(), here=CARD24).detail


EIGHT = "Qwen/Qwen3-VL-8B-Instruct"


@pytest.mark.parametrize(
    ("name", "missing", "here", "ok", "says", "mend"),
    [
        (EIGHT, ["accelerate"], CARD24, False, "needs accelerate", "pip install 'dormouse[vlm]'"),
        (EIGHT, [], CARD24, True, "takes 22.6 GB as bf16", ""),
        (EIGHT, [], CARD12, False, "too much", f'vlm = "{EIGHT}?precision=int4"'),
        (f"{EIGHT}?precision=int4", [], CARD12, True, "as int4", ""),
        (f"{EIGHT}?precision=int4", ["bitsandbytes"], CARD12, False, "bitsandbytes", QUANT),
        (EIGHT, ["bitsandbytes"], CARD24, True, "as bf16", ""),
        (EIGHT, [], LAPTOP, False, "needs 23 GB as bf16", "Qwen/Qwen3.5-0.8B"),
        ("Qwen/Qwen3-VL-32B-Instruct", [], CARD12, False, "as int4", "a smaller one"),
        ("Qwen/Qwen3.5-0.8B", [], LAPTOP, False, "as fp32", "Qwen/Qwen3.5-0.8B?precision=bf16"),
        ("Qwen/Qwen3.5-0.8B?precision=bf16", [], LAPTOP, True, "no GPU: slow", "a GPU; or"),
        ("Qwen/Qwen3.5-0.8B", [], replace(LAPTOP, hidden="RTX 4090"), False, "RTX 4090", "setup"),
        (f"{EIGHT}?speed=9", [], CARD24, False, "no option 'speed'", "mend the setting"),
        ("xlangai/OpenCUA-7B", [], CARD24, False, "not run without your word", "serve it"),
        ("nobody/nothing", [], CARD24, False, "not in the catalog", "dormouse models"),
    ],
)  # fmt: skip
def test_a_model_that_is_set_must_run_here(
    bare: Path, name: str, missing: list[str], here: Machine, ok: bool, says: str, mend: str
) -> None:
    check = fitness(settings(vlm=name), missing=missing, here=here)
    assert check.ok == ok
    assert says in check.detail
    assert mend in check.mend
    assert bool(check.mend) == bool(mend)


def test_a_model_of_a_folder_or_of_the_cache_is_found(bare: Path) -> None:
    folder = written(bare / "mine")
    assert fitness(settings(vlm=str(folder)), missing=(), here=CARD24).ok
    written(bare / "hub/models--me--invoices/snapshots/aaaa")
    assert fitness(settings(vlm="me/invoices"), missing=(), here=CARD24).ok


def test_a_server_is_asked_who_it_is(bare: Path) -> None:
    with running(house("vllm")) as where:
        check = fitness(settings(vlm=where), missing=PACKAGES, here=LAPTOP)
        assert check.ok
        assert check.detail == f"vllm at {where} serves {EIGHT}"
    check = fitness(settings(vlm=where), missing=PACKAGES, here=LAPTOP)
    assert not check.ok
    assert "does not answer" in check.detail
    assert check.mend
    elsewhere = fitness(settings(vlm="http://gpu.lan/v1"))
    assert not elsewhere.ok
    assert "another machine" in elsewhere.detail


def test_the_doctor_tells_it(bare: Path) -> None:
    whole = json.loads(dormouse(bare, "doctor", "--json", "-").stdout)["checks"]["vlm"]
    assert whole["ok"]
    ran = dormouse(bare, "doctor", "--json", "-", DORMOUSE_VLM="nobody/nothing")
    assert ran.returncode == 3
    broken = json.loads(ran.stdout)["checks"]["vlm"]
    assert not broken["ok"]
    assert broken["mend"]


def test_a_context_is_that_of_three_large_screens() -> None:
    screens = 3 * (1920 // 32) * (1088 // 32)
    assert 2 * screens < CONTEXT
