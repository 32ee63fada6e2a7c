"""`dormouse models`: which vision-language models there are, what they need, which fit here."""

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from agent.errors import BadInput
from agent.output import Output
from agent.policies.vlm.local import cache, cached, within
from agent.policies.vlm.machine import Machine, machine
from agent.policies.vlm.models import CONTEXT, MODELS, Model

NOTES = (
    f"GB: weights, caches of {CONTEXT:,} tokens, activations. int8 and int4 need"
    " pip install 'dormouse[quant]'; mixtures of experts (…-A3B) hardly shrink by them."
)
CODE = (
    "† transformers would have to run Python from its folder, which is not done without your word:"
    " serve such a model, as with vLLM."
)


def main(folder: Path | None, fitting: bool, plain: bool, json: str | None) -> int:
    output, here = Output(json), machine()
    models = listed(folder)
    if fitting:
        models = [model for model in models if here.fits(model)]
    say = output.console.print
    if plain:
        for model in models:
            say(line(model, here), markup=False, soft_wrap=True)
    else:
        say(_table(models, here))
    say(f"this machine: {here}", markup=False, soft_wrap=True)
    say(NOTES, markup=False, soft_wrap=True)
    if any(model.remote_code for model in models):
        say(CODE, markup=False, soft_wrap=True)
    output.write({"models": [row(model, here) for model in models]})
    return 0


def listed(folder: Path | None) -> list[Model]:
    """What lies here first, then the rest of the catalog. BadInput for a folder without models."""
    mine: list[Model] = []
    if folder is not None:
        if not folder.is_dir():
            raise BadInput(f"there is no folder {folder}")
        mine = within(folder)
        if not mine:
            raise BadInput(f"no vision-language model with config.json and safetensors in {folder}")
    mine += cached(cache())
    here = {model.id.lower() for model in mine}
    return mine + [model for model in MODELS if model.id.lower() not in here]


def row(model: Model, here: Machine) -> dict[str, object]:
    """One model for machines. memory_gb: in the precision that fits, else in the smallest."""
    needs, fits = here.needs(model), here.fits(model)
    return {
        "id": model.id,
        "family": model.family,
        "dialect": model.dialect,
        "memory_gb": round(needs[fits] if fits else min(needs.values()), 1),
        "fits": bool(fits),
        "precision": fits,
        "licence": model.licence,
        "source": model.source,
        "remote_code": model.remote_code,
    }


def line(model: Model, here: Machine) -> str:
    """One model in one line."""
    needs = ", ".join(f"{name} {gb:.1f} GB" for name, gb in here.needs(model).items())
    fits = here.fits(model)
    parts = [f"{model.id}: dialect {model.dialect}", needs, f"fits as {fits}" if fits else "no fit"]
    parts += [f"licence {model.licence}"] if model.licence else []
    parts += ["runs code of its folder"] if model.remote_code else []
    parts += [f"in the {model.source}"] if model.source != "catalog" else []
    return "; ".join(parts)


def _table(models: Sequence[Model], here: Machine) -> Table:
    local = any(model.source != "catalog" for model in models)
    table = Table(box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("model", overflow="fold")
    table.add_column("dialect", no_wrap=True)
    for precision in here.precisions:
        table.add_column(precision, justify="right", no_wrap=True)
    for heading in ("fits", "licence", *(["where"] if local else [])):
        table.add_column(heading)
    for model in models:
        needs, fits = here.needs(model), here.fits(model)
        numbers = [f"{needs[name]:.1f}" if name in needs else "" for name in here.precisions]
        word = f"[green]{fits}[/green]" if fits else "no"
        name = escape(model.id) + (" †" if model.remote_code else "")
        where = [model.source.replace("catalog", "")] if local else []
        table.add_row(name, model.dialect, *numbers, word, model.licence, *where)
    return table
