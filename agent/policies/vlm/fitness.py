"""The doctor's check of the vision-language policy: is what it needs installed, does it fit?

Who uses the core policy alone needs none of it: without a model in the setting `vlm` all is well.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from agent.config import Settings
from agent.doctor import Check
from agent.errors import BadInput, Needed
from agent.policies.vlm.address import address, is_address
from agent.policies.vlm.connection import Connection
from agent.policies.vlm.local import cache, cached, read
from agent.policies.vlm.machine import Machine, machine
from agent.policies.vlm.models import MODELS, Model, known
from agent.policies.vlm.served import KEY, served
from agent.policies.vlm.spec import PREFIX, Spec, parse

PACKAGES = ("transformers", "accelerate", "llguidance")
EXTRA, QUANT = "pip install 'dormouse[vlm]'", "pip install 'dormouse[quant]'"
GREET = 10.0  # seconds that a server may take to say who it is


def fitness(
    settings: Settings, missing: Sequence[str] | None = None, here: Machine | None = None
) -> Check:
    """missing: of PACKAGES and bitsandbytes; here: the machine; None: looked up."""
    try:
        spec = parse(f"{PREFIX}{settings.vlm}") if settings.vlm else None
    except BadInput as error:
        return Check(False, str(error), "mend the setting vlm")
    if spec and is_address(spec.source):
        return _served(spec, settings)
    if missing is None:
        missing = [name for name in (*PACKAGES, "bitsandbytes") if find_spec(name) is None]
    absent = [name for name in missing if name in PACKAGES]
    if absent and spec is None:
        words = f"not installed, and the core policy needs none of it (else: {EXTRA})"
        return Check(True, words)
    if spec is None:
        return Check(True, _offer(here or machine()))
    if absent:
        return Check(False, f"{spec.source} needs {', '.join(absent)}", EXTRA)
    model = _model(spec.source)
    if model is None:
        words = f"{spec.source} is no model's folder, and not in the catalog or the cache"
        return Check(False, words, "dormouse models")
    return _fits(spec, model, here or machine(), "bitsandbytes" not in missing)


def _fits(spec: Spec, model: Model, here: Machine, quantises: bool) -> Check:
    if model.remote_code:
        words = f"{model.id} needs Python from its folder, which is not run without your word"
        return Check(
            False, words, 'serve it, as with vLLM, and set vlm = "http://127.0.0.1:8000/v1"'
        )
    if here.hidden:
        mend = "make setup with DORMOUSE_TORCH_INDEX naming an index of torch's CUDA builds"
        return Check(False, f"torch's build cannot use the {here.hidden}", mend)
    needs, best = here.needs(model), here.fits(model)
    if not best:
        least = min(needs, key=lambda name: needs[name])
        words = f"{model.id} needs {needs[least]:.0f} GB as {least}; {here}, {here.room:.0f} to use"
        return Check(False, words, _smaller(here))
    chosen = next(iter(needs)) if spec.precision == "auto" else spec.precision
    gb = needs.get(chosen, needs[best])
    words = f"{model.id} takes {gb:.1f} GB as {chosen}; {here}"
    if gb > here.room:
        return Check(False, f"{words}: too much", f'vlm = "{spec.source}?precision={best}"')
    if chosen in ("int8", "int4") and not quantises:
        return Check(False, f"{words}, which needs bitsandbytes", QUANT)
    if not here.gpu:
        return Check(True, f"{words}: slow", "a GPU; or a server that has one, in the setting vlm")
    return Check(True, words)


def _served(spec: Spec, settings: Settings) -> Check:
    try:
        named = f"{spec.source}#{spec.model}" if spec.model else spec.source
        where = address(named, settings.servers)
        who = served(Connection(where, os.environ.get(KEY, ""), GREET))
    except (BadInput, Needed) as error:
        return Check(False, str(error), "start the server, or mend the setting vlm")
    return Check(True, f"{who.kind or 'a server'} at {where} serves {who.model}")


def _model(name: str) -> Model | None:
    if Path(name).is_dir():
        return read(Path(name), name)
    found = [model for model in cached(cache()) if model.id.lower() == name.lower()]
    return found[0] if found else known(name)


def _offer(here: Machine) -> str:
    if here.hidden:
        return f"torch's build cannot use the {here.hidden}; the core policy needs no GPU"
    return f"{here}; no model is set; the largest that fits: {_largest(here)}"


def _smaller(here: Machine) -> str:
    return f'a smaller one (dormouse models --fitting), as vlm = "{_largest(here)}"'


def _largest(here: Machine) -> str:
    fitting = [one for one in MODELS if here.fits(one) and not one.remote_code]
    return max(fitting, key=lambda one: one.shape.total).id if fitting else "none"
