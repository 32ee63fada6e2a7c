"""Whether a server keeps a reply within a grammar, found out by asking it to.

Servers ignore fields that they do not know, and what a version takes is not written on it. So
each way that a server's kind may know is tried once, with a grammar that allows a single sort of
reply which no model would give by itself: only a server that gives it is trusted.

    vLLM        structured_outputs.grammar; guided_grammar before 0.12
    llama.cpp   grammar, where it was built with LLAMA_LLGUIDANCE (its own GBNF is another language)
    Ollama      none: it takes JSON schemas only
"""

import re
from collections.abc import Callable, Mapping

from agent.policies.vlm.connection import Answer, at

Way = Callable[[str], dict[str, object]]

HEADER = "%llguidance {}\n"
PROOF = 'start: "dormouse " /[0-4]{3}/'
PROVEN = re.compile(r"dormouse [0-4]{3}")
ENOUGH = 24  # tokens


def ways(kind: str) -> tuple[Way, ...]:
    """How to hand a grammar (Lark, llguidance's kind) to a server of this kind, best first."""
    known: Mapping[str, tuple[Way, ...]] = {
        "vllm": (
            lambda grammar: {"structured_outputs": {"grammar": grammar}},
            lambda grammar: {"guided_grammar": grammar},
        ),
        "llamacpp": (lambda grammar: {"grammar": HEADER + grammar.removeprefix(HEADER)},),
    }
    return known.get(kind, ())


def proven(kind: str, ask: Callable[[Mapping[str, object]], Answer]) -> Way | None:
    """The first way that this server keeps to, None where it keeps to none. ask: posts a chat
    completion with these fields."""
    messages = [{"role": "user", "content": "How are you?"}]
    for way in ways(kind):
        brief = {"messages": messages, "max_tokens": ENOUGH, "temperature": 0}
        brief["chat_template_kwargs"] = {"enable_thinking": False}
        answer = ask(brief | way(PROOF))
        said = at(answer.json, "choices", 0, "message", "content")
        if answer.status == 200 and isinstance(said, str) and PROVEN.fullmatch(said.strip()):
            return way
    return None
