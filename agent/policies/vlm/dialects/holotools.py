"""Holo's desktop tools ⇄ Actions (sources: see holo.py)."""

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

INFEASIBLE = "[TASK=INFEASIBLE]"
USUAL_SCROLL = 10  # wheel clicks, where none are said
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}  # dy, dx
OTHERS = {  # without "_desktop", as in the documentation
    **{name: name + "_desktop" for name in ("click", "double_click", "write", "scroll", "hotkey")},
    **{name: name + "_desktop" for name in ("wait", "hold_and_tap_key", "key_down", "key_up")},
    **{"move": "move_to_desktop"},
}
KEYS = {"cmd": "ctrl", "command": "ctrl"}  # said out of habit of another system
ELSEWHERE = {
    "write_at_desktop": "click_desktop first, then write_desktop",
    "drag_to_desktop": "say where it begins, with drag_and_drop",
    "key_down_desktop": "hold keys with hotkey_desktop or hold_and_tap_key_desktop",
    "key_up_desktop": "no key is held between two steps",
    "mouse_down_desktop": "drag with drag_and_drop",
    "mouse_up_desktop": "no button is held between two steps",
    "update_plan": "write the plan into the note, and act",
    "load_skill": "there are none: act",
}

_ELEMENT = Field("element", Kind.SHORT)
_AT = (_ELEMENT, Field("x", Kind.X), Field("y", Kind.Y))
_HELD = Field("hold_keys", Kind.HELD, optional=True)
_DRAG = tuple(
    Field(name, Kind.X if name[0] == "x" else Kind.Y) for name in ("x1", "y1", "x2", "y2")
)
_CONTENT = (Field("content", Kind.TEXT),)
FORMS = (
    Form("write_desktop", (Field("content", Kind.TYPED),)),
    Form(
        "click_desktop",
        (
            *_AT,
            Field("button", Kind.BUTTON, optional=True),
            Field("count", Kind.COUNT, optional=True),
            _HELD,
        ),
    ),
    Form("double_click_desktop", (*_AT, _HELD)),
    *(
        Form(
            "scroll_desktop",
            (
                *_AT,
                Field("direction", direction),
                Field("scroll_size", Kind.SIZE),
                *([Field("dx", Kind.TURNS, optional=True)] if direction in ("up", "down") else []),
            ),
        )
        for direction in DIRECTIONS
    ),
    Form("move_to_desktop", _AT),
    Form(
        "drag_and_drop",
        (
            Field("description", Kind.SHORT),
            *_DRAG,
            Field("button", Kind.BUTTON, optional=True),
        ),
    ),
    Form("hotkey_desktop", (Field("keys", Kind.KEYS),)),
    Form("wait_desktop", (Field("seconds", Kind.SECONDS),)),
    Form("answer", _CONTENT),
    Form("fail", _CONTENT),
    Form("ask_user", _CONTENT),
)
DESCRIPTIONS = {
    "write_desktop": "Type text into the currently focused element without clicking first",
    "click_desktop": "Click at (x, y) coordinates",
    "double_click_desktop": "Double click at (x, y) coordinates",
    "scroll_desktop": "Scroll in a given direction, placing the cursor at (x, y) first",
    "move_to_desktop": "Move mouse to (x, y) coordinates",
    "drag_and_drop": "Drag and drop from coordinates 1 to coordinates 2",
    "hotkey_desktop": "Press multiple keys simultaneously (max 5)",
    "wait_desktop": "Wait for a few seconds before getting a new observation",
    "answer": "Provide a final answer: the task is complete",
    "fail": "Give up: the task cannot be done, for the reason in content",
    "ask_user": "Ask the user what only the user can decide or knows",
}


def read(call: Fields, view: View) -> Action:
    """The action that a tool call says. Raises DialectError."""
    name = fields.string(call.get("tool_name"), "tool_name")
    name = OTHERS.get(name, name)
    match name:
        case "write_desktop":
            return _write(call)
        case "click_desktop" | "double_click_desktop":
            return _click(name, call, view)
        case "move_to_desktop":
            return Move(*_point(call, view))
        case "scroll_desktop":
            return _scroll(call, view)
        case "drag_and_drop":
            start, end = _point(call, view, "1"), _point(call, view, "2")
            if call.get("hold_keys"):
                raise DialectError("a drag holds no keys here")
            return Drag(*start, *end, _button(call))
        case "hotkey_desktop":
            if fields.number(call.get("repeat_count", 1), "repeat_count") != 1:
                raise DialectError("repeat_count: press the keys once, then look again")
            return Press(keynames.read_keys(_strings(call, "keys")))
        case "hold_and_tap_key_desktop":
            return _hold_and_tap(call)
        case "wait_desktop":
            return Wait(fields.seconds(call.get("seconds", call.get("duration")), "seconds"))
        case "answer":
            return _answer(fields.string(call.get("content"), "content"))
        case "fail":
            return Fail(fields.string(call.get("content"), "content"))
        case "ask_user":
            return Ask(fields.string(call.get("content"), "content"))
    if name in ELSEWHERE:
        raise DialectError(f"{name} is no action of this desktop: {ELSEWHERE[name]}")
    raise DialectError(f"no tool {name!r}: known are {', '.join(DESCRIPTIONS)}")


def write(action: Action, view: View, element: str) -> dict[str, object]:
    """The tool call that says an action. element: words for its target."""
    match action:
        case Click():
            return _said_click(action, view, element)
        case Move(x, y):
            return {"tool_name": "move_to_desktop", **_said(view, x, y, element)}
        case Drag():
            return _said_drag(action, view, element)
        case Scroll(x, y, dy, dx):
            return {
                "tool_name": "scroll_desktop",
                **_said(view, x, y, element),
                **_said_scroll(fields.turns(dy), fields.turns(dx)),
            }
        case TypeText(text):
            said = fields.fitting(fields.typed(text, "text"), "text")
            return {"tool_name": "write_desktop", "content": said}
        case Press(keys):
            names = keynames.write_keys(keys, Spelling.PYAUTOGUI)
            return {"tool_name": "hotkey_desktop", "keys": names}
        case Wait(seconds):
            return {"tool_name": "wait_desktop", "seconds": fields.said_seconds(seconds)}
        case Ask(question):
            return {"tool_name": "ask_user", "content": _text(question, "a question")}
        case Done(answer):
            if answer.rstrip().endswith(INFEASIBLE):
                raise DialectError(f"an answer that ends in {INFEASIBLE} would give up")
            return {"tool_name": "answer", "content": _text(answer, "an answer")}
        case Fail(reason):
            return {"tool_name": "fail", "content": _text(reason, "a reason")}


def schema() -> dict[str, object]:
    """What a step must look like, as JSON Schema: for the prompt."""
    tools: list[dict[str, object]] = []
    for name, description in DESCRIPTIONS.items():
        forms = [form for form in FORMS if form.name == name]
        properties: dict[str, object] = {"tool_name": {"const": name}}
        for form in forms:
            properties |= {field.name: _kind(field, forms) for field in form.fields}
        needed = [field.name for field in forms[0].fields if not field.optional]
        tools.append(
            {
                "description": description,
                "type": "object",
                "properties": properties,
                "required": ["tool_name", *needed],
            }
        )
    properties = {
        "note": {"type": ["string", "null"]},
        "thought": {"type": "string"},
        "tool_call": {"anyOf": tools},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _kind(field: Field, forms: list[Form]) -> dict[str, object]:
    """The JSON Schema of one argument."""
    if not isinstance(field.kind, Kind):
        return {
            "enum": [one.kind for form in forms for one in form.fields if one.name == field.name]
        }
    match field.kind:
        case Kind.X | Kind.Y:
            return {"type": "integer", "minimum": 0, "maximum": 1000}
        case Kind.COUNT | Kind.SIZE | Kind.TURNS:
            return {"type": "integer"}
        case Kind.SECONDS:
            return {"type": "number"}
        case Kind.BUTTON:
            return {"enum": [str(button) for button in Button]}
        case Kind.KEYS | Kind.HELD:
            return {"type": "array", "items": {"type": "string"}}
        case _:
            return {"type": "string"}


def _write(call: Fields) -> TypeText:
    if call.get("press_enter") or call.get("overwrite"):
        raise DialectError(
            "write_desktop with press_enter or overwrite is more than one action: "
            "hotkey_desktop presses the keys"
        )
    return TypeText(fields.typed(call.get("content"), "content"))


def _click(name: str, call: Fields, view: View) -> Click:
    x, y = _point(call, view)
    held = keynames.read_modifiers("+".join(_strings(call, "hold_keys"))) if _held(call) else ()
    if name == "double_click_desktop":
        return Click(x, y, count=2, modifiers=held)
    times = fields.count(call["count"]) if "count" in call else 1
    return Click(x, y, _button(call), times, held)


def _held(call: Fields) -> bool:
    return bool(call.get("hold_keys"))


def _said_click(action: Click, view: View, element: str) -> dict[str, object]:
    place = _said(view, action.x, action.y, element)
    held = keynames.write_modifiers(action.modifiers, Spelling.PYAUTOGUI)
    keys = {"hold_keys": held.split("+")} if held else {}
    if fields.said_count(action.count) == 2 and action.button is Button.LEFT:
        return {"tool_name": "double_click_desktop", **place, **keys}
    button = {"button": str(action.button)} if action.button is not Button.LEFT else {}
    times = {"count": action.count} if action.count > 1 else {}
    return {"tool_name": "click_desktop", **place, **button, **times, **keys}


def _said_drag(action: Drag, view: View, description: str) -> dict[str, object]:
    x1, y1 = view.to_model((action.x, action.y))
    x2, y2 = view.to_model((action.to_x, action.to_y))
    said = {"tool_name": "drag_and_drop", "description": description}
    other = {"button": str(action.button)} if action.button is not Button.LEFT else {}
    return {**said, "x1": x1, "y1": y1, "x2": x2, "y2": y2, **other}


def _scroll(call: Fields, view: View) -> Scroll:
    x, y = _point(call, view)
    direction = call.get("direction")
    if not isinstance(direction, str) or direction not in DIRECTIONS:
        raise DialectError(f"direction must be {', '.join(DIRECTIONS)}, not {direction!r}")
    size = round(fields.number(call.get("scroll_size", USUAL_SCROLL), "scroll_size"))
    if size < 0:
        raise DialectError(f"scroll_size must not be negative: {size}")
    down, right = DIRECTIONS[direction]
    return Scroll(x, y, down * size, right * size + round(fields.number(call.get("dx", 0), "dx")))


def _said_scroll(dy: int, dx: int) -> dict[str, object]:
    if dx and not dy:
        return {"direction": "right" if dx > 0 else "left", "scroll_size": abs(dx)}
    said: dict[str, object] = {"direction": "up" if dy < 0 else "down", "scroll_size": abs(dy)}
    return said | ({"dx": dx} if dx else {})


def _hold_and_tap(call: Fields) -> Press:
    """Several taps are one Press as long as all that is held is modifiers."""
    hold, tap = _strings(call, "hold_keys"), _strings(call, "tap_keys")
    held = keynames.read_modifiers("+".join(hold))
    return Press(keynames.read_keys([*held, *tap]))


def _answer(content: str) -> Done | Fail:
    said = content.rstrip()
    if said.endswith(INFEASIBLE):
        return Fail(said.removesuffix(INFEASIBLE).rstrip())
    return Done(content)


def _point(call: Fields, view: View, end: str = "") -> Point:
    for name in ("x" + end, "y" + end):
        if name not in call:
            raise DialectError(f"{call.get('tool_name')} needs {name}")
    return fields.point(call["x" + end], call["y" + end], view)


def _said(view: View, x: int, y: int, element: str) -> dict[str, object]:
    x, y = view.to_model((x, y))
    return {"element": element, "x": x, "y": y}


def _button(call: Fields) -> Button:
    value = call.get("button", "left")
    if isinstance(value, str) and value in list(Button):
        return Button(value)
    raise DialectError(f"button must be left, middle or right, not {value!r}")


def _strings(call: Fields, name: str) -> list[str]:
    value = call.get(name)
    keys = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if not keys or keys != value:
        raise DialectError(f"{name} must be a list of keys, not {value!r}")
    return [KEYS.get(key.lower(), key) for key in keys]


def _text(text: str, name: str) -> str:
    return fields.fitting(fields.string(text, name), name)
