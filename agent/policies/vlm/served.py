"""What a server says of itself: its kind, its models, whether they see. And what its errors mean.

GET /v1/models    owned_by: "vllm", "llamacpp"; llama.cpp adds the modalities
GET /props        llama.cpp: modalities.vision (older versions say it only here)
GET /api/tags     Ollama: the digest of each model; POST /api/show: its capabilities
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.errors import BadInput, Needed
from agent.policies.vlm.connection import Answer, Connection, at

KEY = "DORMOUSE_API_KEY"
BLIND = re.compile(
    r"not a multimodal|mmproj|(image|vision|multimodal)s? (input )?(is |are )?not support"
    r"|not support (image|vision|multimodal)|missing data required for image",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Served:
    """kind: "vllm", "llamacpp", "ollama" or "" for another. model: its id. weights: the digest
    that Ollama tells; other servers tell none."""

    kind: str
    model: str
    weights: str = ""


def served(connection: Connection) -> Served:
    """Who answers at a connection's address. Raises Needed where it is no model server, has not
    the model that was named, or one that cannot see; BadInput where the model must be named."""
    where = connection.address
    listed = at(checked(connection, connection.get(f"{where.base}/models")), "data")
    found = [(at(one, "id"), one) for one in listed] if isinstance(listed, list) else []
    models = {name: one for name, one in found if isinstance(name, str)}
    tags = connection.get(f"{where.root}/api/tags").json
    kind = _kind(models, tags)
    model = _chosen(connection, list(models))
    if kind == "llamacpp":
        _see_llamacpp(connection, model, models[model])
    if kind == "ollama":
        _see_ollama(connection, model)
    return Served(kind, model, _digest(model, tags))


def checked(connection: Connection, answer: Answer, model: str = "the model") -> object:
    """The decoded JSON of an answer. Raises Needed, in one sentence, for one that is an error."""
    server = f"the model server at {connection.address}"
    if 300 <= answer.status < 400:
        place = answer.location[:200] or "another place"
        raise Needed(f"{server} redirects to {place}, which is not followed: name that place")
    if answer.status in (401, 403):
        mend = f"the key in {KEY} is not its key" if connection.keyed else f"give it in {KEY}"
        raise Needed(f"{server} lets nobody in without a key: {mend}")
    if answer.status != 200 and BLIND.search(answer.words):
        raise Needed(_blind(connection, model, answer.words))
    if answer.status != 200:
        raise Needed(f"{server} answered {answer.status}: {answer.words or 'it does not say why'}")
    if not isinstance(answer.json, dict):
        raise Needed(f"{server} answered with no JSON: is it an OpenAI-compatible one?")
    return answer.json


def _kind(models: Mapping[str, object], tags: object) -> str:
    owners = {at(one, "owned_by") for one in models.values()}
    known = [kind for kind in ("vllm", "llamacpp") if kind in owners]
    return known[0] if known else "ollama" if isinstance(at(tags, "models"), list) else ""


def _chosen(connection: Connection, models: Sequence[str]) -> str:
    where = connection.address
    known = ", ".join(models[:8]) or "none"
    if not where.model and len(models) == 1:
        return models[0]
    if not where.model:
        raise BadInput(f"name the model at {where}, as {where}#MODEL: it has {known}")
    for name in (where.model, f"{where.model}:latest"):  # Ollama's own way to leave the tag out
        if name in models:
            return name
    raise Needed(f"the model server at {where} has no model {where.model}: it has {known}")


def _digest(model: str, tags: object) -> str:
    listed = at(tags, "models")
    for one in listed if isinstance(listed, list) else []:
        if model in (at(one, "model"), at(one, "name")):
            return str(at(one, "digest") or "")
    return ""


def _see_llamacpp(connection: Connection, model: str, card: object) -> None:
    read = at(card, "architecture", "input_modalities")
    props = connection.get(f"{connection.address.root}/props").json
    sees = at(props, "modalities", "vision") is not False
    if isinstance(read, list):
        sees = "image" in read
    if not sees:
        raise Needed(_blind(connection, model, "start llama-server with --mmproj"))


def _see_ollama(connection: Connection, model: str) -> None:
    shown = connection.post(f"{connection.address.root}/api/show", {"model": model}).json
    capabilities = at(shown, "capabilities")
    if isinstance(capabilities, list) and "vision" not in capabilities:
        raise Needed(_blind(connection, model, "pull one that can, as ollama pull qwen3-vl"))


def _blind(connection: Connection, model: str, why: str) -> str:
    return f"{model} at {connection.address} cannot see pictures: {why}"
