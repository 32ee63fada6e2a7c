"""`vlm:…` → a policy: a model in this process, or one behind a local server."""

from dataclasses import dataclass
from pathlib import Path

from agent.attempt import PolicyMaker
from agent.config import Settings
from agent.errors import BadInput, Needed
from agent.policies.vlm.dialects.catalog import ModelFacts, dialect_of
from agent.policies.vlm.dialects.dialect import Dialect
from agent.policies.vlm.loading import Loaded, load
from agent.policies.vlm.policy import VlmPolicy
from agent.policies.vlm.spec import Spec, parse


def maker(policy: str, level: Path | None) -> PolicyMaker:
    """One model for all runs. Raises BadInput or Needed with the mend."""
    spec = parse(policy)
    if spec.served:
        if level is not None:
            raise BadInput("levels lie above weights in this process: say --weights shipped")
        made = _served(spec)
    else:
        made = opened(spec).policy(level)
    return lambda task: made


def _served(spec: Spec) -> VlmPolicy:
    from agent.policies.vlm.server import server

    address = f"{spec.source}#{spec.model}" if spec.model else spec.source
    speaker = server(address, Settings())
    speech = _spoken(ModelFacts(names=(speaker.served.model,)), spec.dialect)
    return VlmPolicy(speaker, speech, spec.pictures)


@dataclass(frozen=True, eq=False)
class Opened:
    """A model in memory with its dialect; policies of all levels share it, one at a time."""

    loaded: Loaded
    dialect: Dialect
    spec: Spec

    def policy(self, level: Path | None) -> VlmPolicy:
        """Acts with the levels of a file, or none. Raises Needed if they cannot be used."""
        from agent.policies.vlm import lora
        from agent.policies.vlm.engine import Engine

        model, weights = self.loaded.model, self.loaded.weights
        try:
            if level is not None:
                lora.ensure(model, lora.rank_of(level))
                lora.load_levels(model, level, weights)
            elif lora.layers(model):
                lora.clear(model)
        except ValueError as error:
            raise Needed(str(error)) from error
        model.eval()
        engine = Engine(self.loaded, self.dialect, skip=self.spec.skip)
        engine.weights = lora.named(level, weights)
        return VlmPolicy(engine, self.dialect, self.spec.pictures)


def opened(spec: Spec) -> Opened:
    """Load a model. Raises BadInput or Needed with the mend."""
    loaded = load(spec.source, spec.precision, spec.download)
    config = loaded.model.config
    own = str(getattr(config, "dialect", "") or "")  # models that were made here say it
    names = tuple(config.architectures or ())
    told = ModelFacts(config.model_type, names, (spec.source, Path(spec.source).name))
    speech = _spoken(told, spec.dialect or own)
    if loaded.sight.cell:
        speech.factor = loaded.sight.cell
    speech.most = min(speech.most, loaded.most or speech.most)
    speech.least = min(speech.least, speech.most)
    return Opened(loaded, speech, spec)


def _spoken(model: ModelFacts, name: str) -> Dialect:
    try:
        return dialect_of(model, name)
    except ValueError as error:
        raise BadInput(str(error)) from error
