r"""Calls of functions, as three families write their actions: read by `ast`, and never run.

    "click(x=0.41, y=0.178)"  ──▶  Call("click", (), {"x": 0.41, "y": 0.178})

Arguments are literals; anything else is a DialectError. Texts are written in single quotes, as
Python writes them, with "\x3c" for a "<" that would begin a tag or a token of the chat.
"""

import ast
import re
import warnings
from dataclasses import dataclass

from actuation.action import Button
from agent.policies.vlm.dialects import fields, keynames, lark
from agent.policies.vlm.dialects.dialect import DialectError
from agent.policies.vlm.dialects.fields import LONGEST
from agent.policies.vlm.dialects.keynames import Spelling

MOST = 50_000  # characters of code that are read at all
TAG = re.compile(r"<(?=[|/A-Za-z])")
_ESCAPED = re.compile(r"<(?=[|/A-Za-z])|`(?=``)|['\\\x00-\x1f\x7f]")
_SHORT = {"'": r"\'", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}

_QUOTES = r"'\\"  # of a character class: what is escaped in single quotes


@dataclass(frozen=True)
class Call:
    """name: dotted, as in "pyautogui.click". given: positional arguments."""

    name: str
    given: tuple[object, ...]
    named: dict[str, object]

    def bound(self, *names: str) -> dict[str, object]:
        """The arguments by name, positional ones in the order of `names`. DialectError for one
        that is not among them, or said twice."""
        if len(self.given) > len(names):
            raise DialectError(f"{self.name} takes at most {len(names)} arguments")
        found = dict(zip(names, self.given, strict=False))
        for name, value in self.named.items():
            if name not in names:
                takes = f"takes {', '.join(names)}" if names else "takes no arguments"
                raise DialectError(f"{self.name} {takes}, not {name}")
            if name in found:
                raise DialectError(f"{self.name} is given {name} twice")
            found[name] = value
        return found


def statements(code: str) -> list[ast.stmt]:
    """The statements of some Python. DialectError where it is none."""
    if len(code) > MOST:
        raise DialectError(f"an action of {len(code)} characters: at most {MOST} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes such as '\d', which models do write
            return ast.parse(code.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise DialectError(f"no call of a function ({reason}): {short(code)}") from error


def one_call(code: str) -> Call:
    """The one call that the code is. DialectError for none and for several."""
    found = statements(code)
    if len(found) > 1:
        raise DialectError("more than one action: say one, then look again")
    if not found:
        raise DialectError("there is no action")
    return call_of(found[0])


def call_of(statement: ast.stmt) -> Call:
    node = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(node, ast.Call):
        raise DialectError(f"no call of a function: {short(ast.unparse(statement))}")
    given = tuple(_literal(value) for value in node.args)
    named: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise DialectError("arguments are written out, not unpacked with **")
        named[keyword.arg] = _literal(keyword.value)
    return Call(_dotted(node.func), given, named)


def quoted(text: str) -> str:
    """A text as a Python literal in single quotes."""
    return f"'{_ESCAPED.sub(_escape, text)}'"


def harmless(thought: str) -> str:
    """A thought in which nothing looks like a tag or a token of the chat."""
    return TAG.sub("‹", thought.strip())


def text(value: str, name: str) -> str:
    """A text as it is said, if it is short enough and can be stored."""
    return quoted(fields.fitting(fields.string(value, name), name))


def button(value: object) -> Button:
    if isinstance(value, str) and value in list(Button):
        return Button(value)
    raise DialectError(f"button must be left, middle or right, not {value!r}")


def strings(value: object, name: str) -> list[str]:
    """A list of strings; a lone string is a list of one."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise DialectError(f"{name} must be names of keys, not {short(str(value))}")
    return list(found)


def terminals() -> list[str]:
    """TEXT: any text. TYPED: what keys can type."""
    typed = rf"""({lark.printable(_QUOTES)}|\\(['"\\]|x3c|x60))"""
    return [
        rf"""TEXT: /'([^'\\\x00-\x1f\x7f]|\\(['"\\nrt]|x[0-9a-f]{{2}})){{0,{LONGEST}}}'/""",
        f"TYPED: /'{typed}{{0,{LONGEST}}}'/",
    ]


def key() -> str:
    """A regular expression of a key, as it stands in single quotes."""
    named = "|".join(map(re.escape, keynames.words(Spelling.PYAUTOGUI)))
    return rf"({named}|{lark.printable(_QUOTES, spaces=False)}|\\['\\])"


def modifiers() -> str:
    """A regular expression of a modifier."""
    return f"({'|'.join(keynames.modifiers(Spelling.PYAUTOGUI))})"


def short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0], f"\\x{ord(found[0]):02x}")


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise DialectError(f"no name of a function: {short(ast.unparse(node))}")
    return ".".join([node.id, *reversed(parts)])


def _literal(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise DialectError(f"arguments must be literals: {short(ast.unparse(node))}") from error
    return value
