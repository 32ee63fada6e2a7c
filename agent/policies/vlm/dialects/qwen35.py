"""Qwen3.5 and 3.6: `computer_use` as XML, points 0–1000.

    <tool_call>
    <function=computer_use>
    <parameter=action>
    left_click
    </parameter>
    <parameter=coordinate>
    [500, 300]
    </parameter>
    </function>
    </tool_call>

Source: the chat template of Qwen/Qwen3.5-* (how a function is called); the tool as of Qwen3-VL,
and modifiers in a click's `text` (trycua/cua, cua_agent/loops/qwen35.py). A text stands as it is,
without escapes; one that holds tags or line breaks stands as a JSON string in `json_text`, an
addition.
"""

import ast
import json
import re

from actuation.geometry import Space, View
from agent.policies.vlm.dialects import lark, tool
from agent.policies.vlm.dialects.dialect import DialectError
from agent.policies.vlm.dialects.fields import LONGEST, Fields
from agent.policies.vlm.dialects.lark import Field, Form, Kind
from agent.policies.vlm.dialects.toolcall import STEP, ToolCall, closed, dumped, whole_json

TOOLS = """\
# Tools

You have access to the following functions:

<tools>
{tool}
</tools>

If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
This is the value for the second parameter
</parameter>
</function>
</tool_call>

<IMPORTANT>
- Function calls MUST follow the specified format: an inner <function=...></function> block must \
be nested within <tool_call></tool_call> XML tags
- Required parameters MUST be specified
- A text that holds tags or line breaks is given as a JSON string in `json_text`, in place of `text`
</IMPORTANT>"""
_HEAD = re.compile(r"\s*<function=([\w.]+)>\s*")
_ONE = re.compile(r"<parameter=(\w+)>(.*?)</parameter>\s*", re.S)
_TAG = re.compile(r"</?(?:tool_call|function|parameter)\b")
_PLAIN = re.compile(r"(?:[^<\x00-\x1f]|<[^<|/A-Za-z\x00-\x1f])*")
_AFTER = r"<|\/A-Za-z"  # after a "<", what would begin a tag
_STRINGS = ("action", "text", "status", "button")


class Qwen35(ToolCall):
    name = "qwen35"
    space = Space.PERMILLE
    factor = 32
    least = 3136
    most = 12845056

    def system(self, view: View) -> str:
        return f"{TOOLS.format(tool=tool.tool(view))}\n\n{STEP}"

    def arguments(self, text: str) -> Fields:
        head = _HEAD.match(text)
        if head is None:
            raise DialectError(f"no <function=…> after <tool_call>: {text.strip()[:40]!r}")
        if head[1] not in ("computer_use", "computer"):
            raise DialectError(f'the call must name "computer_use", not {head[1]!r}')
        args: dict[str, object] = {}
        at = head.end()
        while (one := _ONE.match(text, at)) is not None:
            if one[1] in args:
                raise DialectError(f"parameter {one[1]} twice")
            args[one[1]] = _value(one[1], one[2])
            at = one.end()
        if not text.startswith("</function>", at):
            raise DialectError(f"expected <parameter=…> or </function>: {text[at : at + 40]!r}")
        closed(text[at + len("</function>") :])
        if "json_text" in args:
            if "text" in args:
                raise DialectError("both text and json_text: one of them")
            args["text"] = args.pop("json_text")
        return args

    def call(self, args: Fields) -> str:
        parts = [_said(name, value) for name, value in args.items()]
        return "\n".join(["<function=computer_use>", *parts, "</function>"])

    def rules(self, view: View | None) -> str:
        return "\n".join(
            [
                lark.rules("call", [_form(form) for form in self.forms()]),
                _terminals(self, view),
            ]
        )


def _value(name: str, raw: str) -> object:
    """A parameter's value: one line break on each side is the format's, not the value's."""
    raw = raw.removeprefix("\n").removesuffix("\n")
    if _TAG.search(raw):
        raise DialectError(f"a tag inside {name}: say it in json_text")
    if name in _STRINGS:
        return raw if name == "text" else raw.strip()
    try:
        return whole_json(raw)
    except (ValueError, RecursionError) as error:
        if name == "keys":
            return _keys(raw.strip())
        raise DialectError(f"{name} is no JSON: {error}") from error


def _keys(raw: str) -> object:
    """Keys that are no JSON: a list as Python writes it, which this family often says, or a bare
    name or chord."""
    try:
        value: object = ast.literal_eval(raw)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [raw]
    return value if isinstance(value, list) else [raw]


def _said(name: str, value: object) -> str:
    if name == "text" and not _plain(value):
        name, said = "json_text", dumped(value).replace("<", "\\u003c")
    else:
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _parameter(name, said)


def _plain(value: object) -> bool:
    """Whether a text can stand as it is."""
    return isinstance(value, str) and bool(_PLAIN.fullmatch(value))


def _parameter(name: str, said: str) -> str:
    return f"<parameter={name}>\n{said}\n</parameter>"


def _form(form: Form) -> str:
    """A form as XML."""
    head = f"<function=computer_use>\n{_parameter('action', form.name)}\n"
    return " ".join([lark.literal(head), *map(_field, form.fields), lark.literal("</function>")])


def _field(field: Field) -> str:
    if not isinstance(field.kind, Kind):
        return lark.literal(_parameter(field.name, field.kind) + "\n")
    before, after = lark.literal(f"<parameter={field.name}>\n"), lark.literal("\n</parameter>\n")
    part = f"{before} {field.kind} {after}"
    if field.kind in (Kind.TYPED, Kind.TEXT):
        part = f"({part} | {lark.literal('<parameter=json_text>' + chr(10))} J{field.kind} {after})"
    return f"({part})?" if field.optional else part


def _terminals(dialect: Qwen35, view: View | None) -> str:
    """As in JSON, but texts stand without quotes, and with them under a J."""
    quoted = lark.printable(lark.QUOTES + "<")
    made = lark.json_terminals(dialect.space, view, dialect.spelling)
    made = re.sub(r'^(BUTTON|MODIFIERS): /"(.*)"/$', r"\1: /\2/", made, flags=re.M)
    made = re.sub(r"^(TYPED|TEXT): ", r"J\1: ", made, flags=re.M)
    made = made.replace(lark.JSON_CHAR, lark.JSON_CHAR.replace("[^", "[^<", 1))
    made = made.replace(f'JTYPED: /"({lark.printable(lark.QUOTES)}', f'JTYPED: /"({quoted}')
    typed = rf"{lark.printable('<')}|<{lark.printable(_AFTER)}"
    text = rf"[^<\x00-\x1f]|<[^{_AFTER}\x00-\x1f]"
    plain = [
        f"{name}: /({unit}){{0,{LONGEST}}}/" for name, unit in (("TYPED", typed), ("TEXT", text))
    ]
    return "\n".join([made, *plain])
