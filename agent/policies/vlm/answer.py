"""What a server's answer says, in the words of the dialect.

A server's parsers take a reply apart: tool calls into `tool_calls`, thought into `reasoning`
(vLLM, Ollama) or `reasoning_content` (llama.cpp, older vLLM). Here it is put together again.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from actuation.geometry import View
from agent.policies.vlm.connection import at
from agent.policies.vlm.dialects.dialect import Dialect, DialectError
from agent.policies.vlm.dialects.toolcall import CLOSE, OPEN, ToolCall, dumped
from agent.policies.vlm.speaker import Reply
from perception.observation import Screen

WIDE = 1 << 14  # pixels of a screen on which every point that a model says lies

Call = tuple[str, dict[str, object]]


def reply_of(answer: object, dialect: Dialect, wall: float) -> Reply | None:
    """The reply in a decoded chat completion; None where there is none. wall: milliseconds that
    the request took."""
    message = at(answer, "choices", 0, "message")
    if not isinstance(message, dict):
        return None
    content, calls = _text(message.get("content")), _calls(message.get("tool_calls"))
    thought = _text(message.get("reasoning")) or _text(message.get("reasoning_content"))
    prompted, reused = _number(answer, "usage", "prompt_tokens"), _reused(answer)
    return Reply(
        said(thought, content, calls, dialect),
        _confidence(at(answer, "choices", 0, "logprobs", "content")),
        _timings(answer, wall),
        max(0, round(prompted - reused)),
        round(reused),
    )


def said(thought: str, content: str, calls: Sequence[Call], dialect: Dialect) -> str:
    """The parts of a reply as one text: the first writing of it that the dialect reads; where it
    reads none, the first of all, for its reason to be told."""
    found = [text.strip() for text in _writings(thought.strip(), content.strip(), calls, dialect)]
    return next((text for text in found if _reads(dialect, text)), found[0])


def written(name: str, arguments: Mapping[str, object], dialect: Dialect) -> str:
    """A tool call between its tags, as the dialect itself writes one: JSON, or XML for Qwen3.5 and
    later; JSON for a tool that the dialect has not."""
    if isinstance(dialect, ToolCall) and name in ("computer_use", "computer"):
        call = dialect.call(arguments)
    else:
        call = dumped({"name": name, "arguments": arguments})
    return f"{OPEN}\n{call}\n{CLOSE}"


def as_object(name: str, arguments: Mapping[str, object], thought: str) -> str:
    """A tool call as Holo writes it: one object, the arguments beside the tool's name."""
    call = {"tool_name": name, **arguments}
    return dumped({"note": None, "thought": thought, "tool_call": call})


def _writings(thought: str, content: str, calls: Sequence[Call], dialect: Dialect) -> Iterator[str]:
    """Most faithful first. A call that was taken out and left in is written once only."""
    bodies = [content]
    if calls:
        bodies.insert(0, "\n".join([content, *(written(*call, dialect) for call in calls)]))
    if len(calls) == 1:
        bodies.insert(1, as_object(*calls[0], content or thought))
    if thought:
        yield from (f"<think>\n{thought}\n</think>\n\n{body}" for body in bodies)
        yield from (f"{thought}\n{body}" for body in bodies)
    yield from bodies


def _reads(dialect: Dialect, text: str) -> bool:
    anywhere = View(Screen(WIDE, WIDE), WIDE, WIDE, dialect.space, dialect.factor)
    try:
        dialect.parse(text, anywhere)
    except DialectError:
        return False
    return True


def _text(content: object) -> str:
    """A string, or a list of parts with text."""
    if isinstance(content, list):
        return "".join(_text(at(part, "text")) for part in content)
    return content if isinstance(content, str) else ""


def _calls(found: object) -> list[Call]:
    """Tool calls, their arguments decoded: a string of JSON, or with some servers an object."""
    calls = []
    for one in found if isinstance(found, list) else []:
        name, arguments = at(one, "function", "name"), at(one, "function", "arguments")
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments)
            except ValueError:
                arguments = {"arguments": arguments}  # the dialect says what is wrong with it
        if isinstance(name, str) and isinstance(arguments, dict):
            calls.append((name, arguments))
    return calls


def _confidence(tokens: object) -> float:
    """Geometric mean probability of the reply's tokens; 1.0 where the server does not tell."""
    found = [at(one, "logprob") for one in tokens] if isinstance(tokens, list) else []
    known = [float(one) for one in found if isinstance(one, int | float)]
    return math.exp(min(0.0, sum(known) / len(known))) if known else 1.0


def _timings(answer: object, wall: float) -> dict[str, float]:
    """llama.cpp tells how long it read and wrote; of other servers only the whole is known."""
    if at(answer, "timings") is None:
        return {"server": wall}
    prefill = _number(answer, "timings", "prompt_ms")
    decode = _number(answer, "timings", "predicted_ms")
    return {"server": max(0.0, wall - prefill - decode), "prefill": prefill, "decode": decode}


def _reused(answer: object) -> float:
    """Tokens that the server's own prefix cache held."""
    told = _number(answer, "usage", "prompt_tokens_details", "cached_tokens")
    return told or _number(answer, "timings", "cache_n")


def _number(found: object, *path: str) -> float:
    value = at(found, *path)
    return float(value) if isinstance(value, int | float) else 0.0
