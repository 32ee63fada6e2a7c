"""Holo 3 and 3.1: one JSON object for each step, points 0–1000.

    {"note": null, "thought": "Save it.", "tool_call": {"tool_name": "click_desktop", "element":
     "Save button", "x": 932, "y": 880}}

Source: hub.hcompany.ai/agent-loop (the object, a flat tool call, <observation> around a picture,
coordinates); the tools of H Company's own OSWorld agent and its desktop runtime, as published in
the pull requests of NVIDIA-NeMo/Gym (osworld_agent/vendor/sagent/sagent_osworld_agent.py). Newer
runtimes write a list, `tool_calls`: one of one call is read as well. An answer that ends in
[TASK=INFEASIBLE] gives up, as there. Additions: `count` and `hold_keys` of a click, `button` of a
drag, `dx` of a scroll, `ask_user` and `fail`.
"""

import json

from actuation.action import Action
from actuation.geometry import Space, View
from agent.policies.vlm.dialects import holotools, lark
from agent.policies.vlm.dialects.dialect import DialectError, Said, told
from agent.policies.vlm.dialects.keynames import Spelling
from agent.policies.vlm.dialects.toolcall import dumped, thought_of, whole_json
from memory.day import Context

ROLE = """\
You are a navigation agent. You operate within a local desktop environment, with mouse and \
keyboard, and interact with its user.

You iteratively (1) observe the screen, (2) reason about the next step and (3) act. At each step \
you emit a single JSON object with the keys `note`, `thought` and `tool_call`.

- `note`: task-relevant information of the last observation that later steps need. Only the last \
few screenshots are kept; notes persist. null if there is nothing new.
- `thought`: brief reasoning about progress and the next action. Check whether the last tool call \
was successful.
- `tool_call`: exactly one tool call in JSON, strictly after its schema.

Coordinates `x` and `y` are integers in [0, 1000], normalized against the screenshot; the origin \
is the top-left corner. `element` describes the target element so that it cannot be mistaken: its \
text, its look, its place.
"""


class Holo:
    """Its thought is a field of the object; free text before the object is read over."""

    name = "holo"
    space = Space.PERMILLE
    factor = 32
    least = 65536
    most = 16777216
    wrap = ("<observation>\n", "\n</observation>")
    sequential = False

    def system(self, view: View) -> str:
        schema = json.dumps(holotools.schema())
        return f"{ROLE}\n<output_format>\n{schema}\n</output_format>"

    def task(self, goal: str, context: Context) -> str:
        before = told(context)
        return f"<message>\n{goal}\n</message>" + (f"\n\nTo be known:\n{before}" if before else "")

    def parse(self, text: str, view: View) -> Said:
        _, found, after = text.partition("</think>")
        # A reply that begins with its object was not reasoned: what it types may hold the mark.
        reasoned = bool(found) and not text.lstrip().startswith("{")
        try:
            step = whole_json(after if reasoned else text)
        except (ValueError, RecursionError) as error:
            raise DialectError(f"the reply is no JSON object: {error}") from error
        if not isinstance(step, dict):
            raise DialectError("the reply must be an object with note, thought and tool_call")
        thought = step.get("thought") or ""
        if not isinstance(thought, str):
            raise DialectError(f"thought must be a string, not {thought!r}")
        return Said(holotools.read(_one_call(step), view), thought_of(thought))

    def format(self, action: Action, view: View, thought: str = "") -> str:
        """The element is described by the thought, for want of other words."""
        call = holotools.write(action, view, thought.strip()[:200])
        return dumped({"note": None, "thought": thought.strip(), "tool_call": call})

    def grammar(self, thought: int, view: View | None = None) -> str:
        """The thought and the note have about `thought` tokens each."""
        free = "thought" if thought else ""
        noted = lark.literal('"') + f" {free} " + lark.literal('"')
        start = [
            lark.literal('{"note": '),
            f'("null" | {noted})' if thought else '"null"',
            lark.literal(', "thought": '),
            noted,
            lark.literal(', "tool_call": '),
            'call "}"',
        ]
        return "\n".join(
            [
                f"start: {' '.join(start)}",
                *([lark.quoted_thought_rule(thought)] if thought else []),
                lark.rules("call", [lark.json_form("tool_name", one) for one in holotools.FORMS]),
                lark.json_terminals(self.space, view, Spelling.PYAUTOGUI),
            ]
        )


def _one_call(step: dict[str, object]) -> dict[str, object]:
    """The one tool call of a step."""
    call = step.get("tool_call")
    if "tool_calls" in step:
        calls = step["tool_calls"]
        if not isinstance(calls, list) or call is not None:
            raise DialectError("either tool_call, or tool_calls as a list")
        if len(calls) != 1:
            raise DialectError(f"{len(calls)} tool calls: say one action, then look again")
        call = calls[0]
    if not isinstance(call, dict):
        raise DialectError(f"no tool_call in the reply: it has {', '.join(step) or 'nothing'}")
    return call
