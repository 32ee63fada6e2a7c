"""The verbs with a vision-language model: made from nothing, trained, measured; and bad input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from vlm_house import RED, show

from agent.errors import BadInput
from agent.policies.vlm.spec import parse
from memory.store import Store

CHEAP = Path(__file__).with_name("cheap_task.py")


def dormouse(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # One step: what random weights type may be long.
    given = {"DORMOUSE_DATA": str(data), "DORMOUSE_MAX_STEPS": "1", "OMP_NUM_THREADS": "1"}
    environment = os.environ | given
    command = [sys.executable, "-m", "agent", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=250)


def test_from_nothing_to_a_measured_model(tmp_path: Path) -> None:
    with Store(tmp_path / "shown.sqlite") as store:
        show(store, RED, range(25))
    new, out = tmp_path / "new", tmp_path / "model"
    train = ("train", "--policy", f"vlm:{new}?pictures=1", "--new", "qwen3_vl", "--steps", "3")
    source = ("--from", str(tmp_path / "shown.sqlite"), "--batch", "2", "--out", str(out))
    ran = dormouse(tmp_path, *train, *source, "--json", "-")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["steps"], told["episodes"]) == (3, 23)  # seeds 9 and 19 are held back
    with Store(out / "skills.sqlite") as kept:
        assert sorted(one.seed for one in kept.episodes()) == [9, 19]
    bench = ("bench", f"{CHEAP}:Cheap", "--policy", f"vlm:{out}", "--seeds", "10000:10001")
    ran = dormouse(tmp_path, *bench, "--json", "-")
    assert ran.returncode in (0, 1), ran.stderr  # it knows nothing of the task
    numbers = json.loads(ran.stdout)
    assert numbers["policy"] == f"vlm:{out}"
    (task,) = numbers["tasks"].values()
    assert task["attempts"] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("bench", "books", "--policy", "vlm:"), 2, "name a model"),
        (("bench", "books", "--policy", "vlm"), 2, "which model is vlm"),
        (("bench", "books", "--policy", "vlm:/nowhere/at/all"), 3, "/nowhere/at/all"),
        (("bench", "books", "--policy", "vlm:x?colour=red"), 2, "no option 'colour'"),
        (("sleep", "--policy", "scripted"), 2, "no weights that a night could add to"),
        (("sleep", "--policy", "core", "--slow"), 2, "--slow is for vlm"),
        (("sleep", "--policy", "vlm:http://127.0.0.1:9/v1", "--slow"), 2, "another process's"),
        (("train", "--policy", "vlm:/nowhere", "--from", "/nowhere.sqlite"), 2, "no memory at"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = dormouse(tmp_path, *words)
    assert ran.returncode == code, ran.stderr
    assert said in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr


def test_what_a_policy_names() -> None:
    spec = parse("vlm:models/Qwen3-VL-8B-Instruct?precision=int4&pictures=2&skip=1")
    assert (spec.source, spec.name) == ("models/Qwen3-VL-8B-Instruct", "Qwen3-VL-8B-Instruct")
    assert (spec.precision, spec.pictures, spec.skip, spec.served) == ("int4", 2, True, False)
    served = parse("vlm:http://127.0.0.1:8000/v1?dialect=holo#Hcompany/Holo-3.1-4B")
    assert (served.served, served.model, served.dialect) == (True, "Hcompany/Holo-3.1-4B", "holo")
    assert parse("vlm:~/models/mine").source == str(Path.home() / "models" / "mine")
    for wrong in ("vlm:x?pictures=0", "vlm:x?pictures=many", "core", "vlm:?dialect=qwen3"):
        with pytest.raises(BadInput):
            parse(wrong)
