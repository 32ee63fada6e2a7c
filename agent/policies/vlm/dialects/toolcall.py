"""Dialects that act by one `computer_use` call between <tool_call> and </tool_call>.

    Action: Click the save button.                                      the thought
    <tool_call>
    {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [114, 68]}}
    </tool_call>                                                        nothing follows

The first <tool_call> begins the call, so none can stand in a thought; a second one, or text after
the call, is refused (Qwen's runners perform several in a row, but what the second was meant for
was not seen yet). Texts inside the call are JSON and may hold any tag.
"""

import json
import re
from collections.abc import Mapping

from actuation.action import Action
from actuation.geometry import Space, View
from agent.policies.vlm.dialects import computer, lark, tool
from agent.policies.vlm.dialects.dialect import DialectError, Said, told
from agent.policies.vlm.dialects.fields import Fields
from agent.policies.vlm.dialects.keynames import Spelling
from memory.day import Context

OPEN, CLOSE = "<tool_call>", "</tool_call>"
TOOLS = """\
# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{tool}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""
STEP = """\
# Response format

Response format for every step:
1) Action: a short imperative describing what to do in the UI.
2) A single <tool_call>...</tool_call> block.

Rules:
- Output exactly in the order: Action, <tool_call>.
- Be brief: one sentence for Action.
- Do not output anything else outside those parts.
- If finishing, use action=terminate or action=answer in the tool call.
- If only the user can decide or knows something, use action=interact.
- If the task cannot be done, use action=terminate with status failure and say why in text."""
_TAG = re.compile(r"<(?=[|/A-Za-z])")


class ToolCall:
    """What the families share; each says in its class what is its own. lead: what every thought
    begins with."""

    name: str
    space: Space
    factor: int
    least: int
    most: int
    wrap: tuple[str, str] = ("", "")
    sequential = False
    spelling = Spelling.PYAUTOGUI
    lead = "Action: "
    names: tuple[str, ...] = ("computer_use", "computer")  # of the tool; () for any

    def system(self, view: View) -> str:
        return f"{TOOLS.format(tool=tool.tool(view))}\n\n{STEP}"

    def task(self, goal: str, context: Context) -> str:
        before = told(context)
        parts = [
            "Please generate the next move according to the UI screenshot and instruction.",
            f"Instruction: {goal}",
            *([f"To be known:\n{before}"] if before else []),
        ]
        return "\n\n".join(parts)

    def parse(self, text: str, view: View) -> Said:
        head, found, rest = text.partition(OPEN)
        if not found:
            raise DialectError(f"no {OPEN} in the reply: {_short(text)}")
        thought = thought_of(head)
        return Said(self.read(self.arguments(rest), view, thought), thought)

    def format(self, action: Action, view: View, thought: str = "") -> str:
        said = harmless(thought)
        args = self.write(action, view)
        before = f"{self.lead}{said}\n" if said else ""
        return f"{before}{OPEN}\n{self.call(args)}\n{CLOSE}"

    def grammar(self, thought: int, view: View | None = None) -> str:
        """view: bounds the points of a dialect that speaks of a picture's own pixels."""
        free = f"({lark.literal(self.lead)} thought)?" if self.lead else "thought"
        before = free if thought else ""
        parts = [
            f"start: {before} {lark.literal(OPEN + chr(10))} call {lark.literal(chr(10) + CLOSE)}",
            *([lark.thought_rule(thought)] if thought else []),
            self.rules(view),
        ]
        return "\n".join(parts) + "\n"

    def read(self, args: Fields, view: View, thought: str) -> Action:
        return computer.read(args, view)

    def write(self, action: Action, view: View) -> Fields:
        return computer.write(action, view, self.spelling)

    def arguments(self, text: str) -> Fields:
        """The arguments of the call that follows <tool_call>."""
        try:
            call, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip()))
        except (ValueError, RecursionError) as error:
            raise DialectError(f"the tool call is no JSON: {error}") from error
        closed(text[end:])
        if not isinstance(call, dict) or (self.names and call.get("name") not in self.names):
            raise DialectError(f'the call must name "computer_use": {_short(json.dumps(call))}')
        args = call.get("arguments")
        if not isinstance(args, dict):
            raise DialectError(f"arguments must be an object, not {_short(json.dumps(args))}")
        return args

    def call(self, args: Fields) -> str:
        """The call as it stands between the tags."""
        return dumped({"name": "computer_use", "arguments": args})

    def rules(self, view: View | None) -> str:
        """The rule `call` and all that it needs."""
        head = lark.literal('{"name": "computer_use", "arguments": ')
        return "\n".join(
            [
                f'call: {head} arguments "}}"',
                lark.rules("arguments", [lark.json_form("action", form) for form in self.forms()]),
                lark.json_terminals(self.space, view, self.spelling),
            ]
        )

    def forms(self) -> tuple[lark.Form, ...]:
        return computer.FORMS


def closed(rest: str) -> None:
    """DialectError unless `rest` is the end of the call and of the reply."""
    after, found, more = rest.partition(CLOSE)
    if after.strip():
        raise DialectError(f"more than the call before {CLOSE}: {_short(after.strip())}")
    if not found:
        raise DialectError(f"the tool call is not closed by {CLOSE}")
    if OPEN in more:
        raise DialectError("more than one tool call: say one action, then look again")
    if more.strip():
        raise DialectError(f"text after the tool call: {_short(more.strip())}")


def thought_of(text: str) -> str:
    """What a model wrote before the call, without the marks around it."""
    bare = re.sub(r"</?think(?:ing)?>", "", text).strip()
    return bare.removeprefix("Action:").strip()


def harmless(thought: str) -> str:
    """A thought in which nothing looks like a tag or a token of the chat."""
    return thought.strip().replace("<", "‹")


def dumped(value: object) -> str:
    """JSON in which no text holds a tag or a token of the chat as such."""
    return _TAG.sub(r"\\u003c", json.dumps(value, ensure_ascii=False))


def _once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    """A JSON object whose names are all different."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError(f"a name twice in {', '.join(name for name, _ in pairs)}")
    return made


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def whole_json(text: str) -> object:
    """The one JSON value that a text is. ValueError otherwise."""
    value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip()))
    if text[end:].strip():
        raise ValueError(f"more after the JSON: {_short(text[end:].strip())}")
    return value


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
