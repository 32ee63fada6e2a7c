"""Qwen's `computer_use` tool, which GUI-Owl and Fara speak too: its arguments ⇄ Actions.

    {"action": "left_click", "coordinate": [114, 68]}  ⇄  Click(x, y)

After the tools published with Qwen2.5-VL and Qwen3-VL (QwenLM/Qwen3-VL, cookbooks/utils/
agent_function_call.py), Qwen3.5 (modifiers of a click in `text`), GUI-Owl 1.5 (X-PLUG/MobileAgent,
Mobile-Agent-v3.5/computer_use: `interact`, and other names of actions that its runner takes) and
Fara (microsoft/fara, src/fara). Additions where they lack a word: `start_coordinate` and `button`
of a drag, `count` and `text` (modifiers) of a click, `hpixels` of a scroll, `interact` to ask a
person, `answer`, and `text` of `terminate`.
"""

import re

from actuation.action import (
    Action,
    Ask,
    Button,
    Click,
    Done,
    Drag,
    Fail,
    Move,
    Press,
    Scroll,
    TypeText,
    Wait,
)
from actuation.geometry import Point, View
from agent.policies.vlm.dialects import fields, keynames
from agent.policies.vlm.dialects.dialect import DialectError
from agent.policies.vlm.dialects.fields import Fields
from agent.policies.vlm.dialects.keynames import Spelling
from agent.policies.vlm.dialects.lark import Field, Form, Kind

CLICKS = {
    "left_click": (Button.LEFT, 1),
    "right_click": (Button.RIGHT, 1),
    "middle_click": (Button.MIDDLE, 1),
    "double_click": (Button.LEFT, 2),
    "triple_click": (Button.LEFT, 3),
}
OTHERS = {  # what the runners of GUI-Owl and Fara take as well
    **{
        "click": "left_click",
        "right click": "right_click",
        "computer_double_click": "double_click",
    },
    **{"drag": "left_click_drag", "hotkey": "key", "keypress": "key", "hover": "mouse_move"},
    **{"input_text": "type", "sleep": "wait", "stop": "terminate", "done": "terminate"},
    **{"call_user": "interact"},
}
ELSEWHERE = {
    "visit_url": "type the address into the browser's address bar",
    "web_search": "type the query into the browser",
    "pause_and_memorize_fact": "write the fact into the thought",
    "open app": "open the program with the mouse or keyboard",
    "screenshot": "the next picture comes by itself",
}
PIXELS = 100  # of scrolling for one wheel click, where an amount is given in pixels
FEW = 100  # amounts below it are wheel clicks

_WRAPPED = re.compile(r"^(?:keys=)?\[?['\"]?([^\[\]'\"]+)['\"]?\]?$")
_POINT = Field("coordinate", Kind.POINT)
_HELD = Field("text", Kind.MODIFIERS, optional=True)
_COUNT = Field("count", Kind.COUNT, optional=True)
_SAID = Field("text", Kind.TEXT)
FORMS = (
    *(Form(name, (_POINT, _COUNT, _HELD)) for name in ("left_click", "right_click")),
    Form("middle_click", (_POINT, _COUNT, _HELD)),
    *(Form(name, (_POINT, _HELD)) for name in ("double_click", "triple_click")),
    Form("mouse_move", (_POINT,)),
    Form(
        "left_click_drag",
        (
            Field("start_coordinate", Kind.POINT),
            _POINT,
            Field("button", Kind.BUTTON, optional=True),
        ),
    ),
    Form(
        "scroll",
        (_POINT, Field("pixels", Kind.TURNS), Field("hpixels", Kind.TURNS, optional=True)),
    ),
    Form("hscroll", (_POINT, Field("pixels", Kind.TURNS))),
    Form("type", (Field("text", Kind.TYPED),)),
    Form("key", (Field("keys", Kind.KEYS),)),
    Form("wait", (Field("time", Kind.SECONDS),)),
    Form("interact", (_SAID,)),
    Form("answer", (_SAID,)),
    Form("terminate", (Field("status", "success"), Field("text", Kind.TEXT, optional=True))),
    Form("terminate", (Field("status", "failure"), Field("text", Kind.TEXT, optional=True))),
)


def read(args: Fields, view: View, thought: str = "") -> Action:
    """The action that the arguments say. thought: the answer of a `terminate` without a text.

    A scroll without a point is one at the middle of the screen; a click without one is refused.
    Raises DialectError.
    """
    name = fields.string(args.get("action"), "action").strip().lower()
    name = OTHERS.get(name, name)
    if name in CLICKS:
        return _click(name, args, view)
    match name:
        case "mouse_move":
            return Move(*_point(args, "coordinate", view))
        case "left_click_drag":
            start = _point(args, "start_coordinate", view, "coordinate1")
            end = _point(args, "coordinate", view, "coordinate2")
            return Drag(*start, *end, _button(args.get("button", "left")))
        case "scroll" | "hscroll":
            return _scroll(name, args, view)
        case "type":
            return _type(args)
        case "key":
            return Press(keynames.read_keys(_strings(args.get("keys"))))
        case "history_back":
            return Press("alt+Left")
        case "wait":
            return Wait(fields.seconds(args.get("time", args.get("duration", 2)), "time"))
        case "interact":
            return Ask(fields.string(args.get("text", thought), "text"))
        case "answer":
            return Done(fields.string(args.get("text"), "text"))
        case "terminate":
            return _terminate(args, thought)
    if name in ELSEWHERE:
        raise DialectError(f"{name} is no action of this desktop: {ELSEWHERE[name]}")
    raise DialectError(
        f"no action {name!r}: known are {', '.join(sorted({f.name for f in FORMS}))}"
    )


def write(action: Action, view: View, spelling: Spelling) -> Fields:
    """The arguments that say an action, in order. DialectError where it cannot be said."""
    match action:
        case Click():
            return _said_click(action, view, spelling)
        case Move(x, y):
            return {"action": "mouse_move", "coordinate": _said(view, x, y)}
        case Drag():
            return _said_drag(action, view)
        case Scroll():
            return _said_scroll(action, view)
        case TypeText(text):
            return {"action": "type", "text": fields.fitting(fields.typed(text, "text"), "text")}
        case Press(keys):
            return {"action": "key", "keys": keynames.write_keys(keys, spelling)}
        case Wait(seconds):
            return {"action": "wait", "time": fields.said_seconds(seconds)}
        case Ask(question):
            return {"action": "interact", "text": _text(question, "a question")}
        case Done(""):
            return {"action": "terminate", "status": "success"}
        case Done(answer):
            return {"action": "answer", "text": _text(answer, "an answer")}
        case Fail(""):
            return {"action": "terminate", "status": "failure"}
        case Fail(reason):
            text = _text(reason, "a reason")
            return {"action": "terminate", "status": "failure", "text": text}


def _click(name: str, args: Fields, view: View) -> Click:
    x, y = _point(args, "coordinate", view)
    button, times = CLICKS[name]
    times = fields.count(args["count"]) if "count" in args else times
    held = fields.string(args.get("text") or "", "text")
    return Click(x, y, button, times, keynames.read_modifiers(held) if held else ())


def _said_click(action: Click, view: View, spelling: Spelling) -> Fields:
    sort = (action.button, fields.said_count(action.count))
    plain = {Button.LEFT: "left_click", Button.RIGHT: "right_click", Button.MIDDLE: "middle_click"}
    name = next((name for name, is_it in CLICKS.items() if is_it == sort), plain[action.button])
    args: dict[str, object] = {"action": name, "coordinate": _said(view, action.x, action.y)}
    if CLICKS[name] != sort:
        args["count"] = action.count
    if action.modifiers:
        args["text"] = keynames.write_modifiers(action.modifiers, spelling)
    return args


def _said_drag(action: Drag, view: View) -> Fields:
    args: dict[str, object] = {
        "action": "left_click_drag",
        "start_coordinate": _said(view, action.x, action.y),
        "coordinate": _said(view, action.to_x, action.to_y),
    }
    if action.button is not Button.LEFT:
        args["button"] = str(action.button)
    return args


def _scroll(name: str, args: Fields, view: View) -> Scroll:
    if args.get("text"):
        raise DialectError("a scroll holds no modifier: press the key for zoom instead")
    middle = (view.screen.width // 2, view.screen.height // 2)
    x, y = _point(args, "coordinate", view) if "coordinate" in args else middle
    amount = _turns(args.get("pixels"), "pixels")
    if name == "hscroll":
        return Scroll(x, y, 0, amount)
    return Scroll(x, y, -amount, _turns(args.get("hpixels", 0), "hpixels"))


def _said_scroll(action: Scroll, view: View) -> Fields:
    place = _said(view, action.x, action.y)
    across, up = _pixels(action.dx), _pixels(-action.dy)
    if across and not up:
        return {"action": "hscroll", "coordinate": place, "pixels": across}
    args: dict[str, object] = {"action": "scroll", "coordinate": place, "pixels": up}
    return args | ({"hpixels": across} if across else {})


def _type(args: Fields) -> TypeText:
    if args.get("coordinate") is not None or args.get("delete_existing_text") is True:
        raise DialectError(
            "type with a coordinate or delete_existing_text is more than one action: "
            "left_click first, then type"
        )
    if args.get("press_enter") is True:
        raise DialectError("type with press_enter is two actions: type, then key enter")
    return TypeText(fields.typed(args.get("text"), "text"))


def _terminate(args: Fields, thought: str) -> Done | Fail:
    status = args.get("status")
    if status not in ("success", "failure"):
        raise DialectError(f'status must be "success" or "failure", not {status!r}')
    text = fields.string(args.get("text", thought), "text")
    return Done(text) if status == "success" else Fail(text)


def _point(args: Fields, name: str, view: View, other: str = "") -> Point:
    """other: what GUI-Owl's runner calls it too."""
    value = args.get(name, args.get(other))
    if value is None:
        raise DialectError(f"{args.get('action')} needs {name}: [x, y]")
    return fields.point(*fields.pair(value, name), view)


def _button(value: object) -> Button:
    if isinstance(value, str) and value in list(Button):
        return Button(value)
    raise DialectError(f"button must be left, middle or right, not {value!r}")


def _strings(value: object) -> list[str]:
    """Names of keys; a lone string is a list of one. A list written twice, as in
    ["['ctrl", "a']"], happens (GUI-Owl's runner and OSWorld's clean it as well)."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DialectError(f"keys must be a list of strings, not {value!r}")
    return [_WRAPPED.sub(r"\1", name) for name in names]


def _turns(value: object, name: str) -> int:
    """Wheel clicks of a scroll. The prompts name no unit: OSWorld's runner takes the amount for
    clicks, models say pixels too (-500). Below 100 it is clicks, as cua-lite found in their runs
    (tests/agents/models/qwen3_vl/test_qwen3_vl_scroll_units.py)."""
    amount = fields.number(value, name)
    if abs(amount) < FEW:
        return round(amount)
    return round(amount / PIXELS) or (1 if amount > 0 else -1)


def _pixels(turns: int) -> int:
    return fields.turns(turns) * (1 if abs(turns) < FEW else PIXELS)


def _said(view: View, x: int, y: int) -> list[int]:
    return list(view.to_model((x, y)))


def _text(text: str, name: str) -> str:
    return fields.fitting(fields.string(text, name), name)
