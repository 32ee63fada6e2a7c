"""Pyautogui code ⇄ Actions: a whitelist of calls with literal arguments, read and never run.

    pyautogui.moveTo(x=12, y=40)
    pyautogui.dragTo(x=90, y=40, button='left')   ⇄  Drag(12, 40, 90, 40)

As in the actions published with OpenCUA (xlang-ai/OpenCUA, evaluation/agentnetbench/sample_data),
several calls may make one action: a drag, a scroll at a point, a click with keys held. A point of
two fractions from 0.0 to 1.0 is a share of the picture, which its relatives with Qwen2-VL say and
its own runner takes so.
"""

import ast
from collections.abc import Sequence

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
from agent.policies.vlm.dialects import calls, fields, keynames, lark
from agent.policies.vlm.dialects.calls import Call, quoted
from agent.policies.vlm.dialects.dialect import DialectError
from agent.policies.vlm.dialects.keynames import Spelling

CLICKS = {
    "pyautogui.click": (Button.LEFT, 1),
    "pyautogui.rightClick": (Button.RIGHT, 1),
    "pyautogui.middleClick": (Button.MIDDLE, 1),
    "pyautogui.doubleClick": (Button.LEFT, 2),
    "computer.triple_click": (Button.LEFT, 3),
}
OTHERS = {
    "pyautogui.leftClick": "pyautogui.click",
    "pyautogui.tripleClick": "computer.triple_click",
    "pyautogui.typewrite": "pyautogui.write",
    "pyautogui.drag": "pyautogui.dragTo",
    "pyautogui.vscroll": "pyautogui.scroll",
    "pyautogui.sleep": "computer.wait",
    "time.sleep": "computer.wait",
}
KNOWN = (
    *CLICKS,
    *("pyautogui.moveTo", "pyautogui.dragTo", "pyautogui.scroll", "pyautogui.hscroll"),
    *("pyautogui.write", "pyautogui.press", "pyautogui.hotkey"),
    *("computer.wait", "computer.call_user", "computer.terminate"),
)
USUAL_WAIT = 20.0  # seconds of computer.wait(), as the family describes it
_SCROLLS = ("pyautogui.scroll", "pyautogui.hscroll")
_TWEAKS = ("interval", "duration", "tween", "pause", "_pause", "logScreenshot", "mouseDownUp")


def read(code: str, view: View) -> Action:
    """The one action that the code says. DialectError for anything else."""
    steps = [one for one in calls.statements(code) if not isinstance(one, ast.Import)]
    if len(steps) == 1 and isinstance(steps[0], ast.With):
        return _held_click(steps[0], view)
    said = [_call(step) for step in steps]
    match [call.name for call in said]:
        case []:
            raise DialectError("the block of code is empty")
        case ["pyautogui.moveTo", "pyautogui.dragTo"]:
            return _drag(said[0], said[1], view)
        case ["pyautogui.dragTo"]:
            raise DialectError("dragTo alone does not say where the drag begins: moveTo before it")
        case ["pyautogui.moveTo", *turns] if turns and set(turns) <= set(_SCROLLS):
            return _scroll(said[1:], view, _point(_moved(said[0]), view))
        case [*turns] if set(turns) <= set(_SCROLLS):
            return _scroll(said, view, None)
        case ["pyautogui.keyDown", *_]:
            return _pressed_click(said, view)
        case [_]:
            return _one(said[0], view)
    raise DialectError(f"more than one action ({', '.join(c.name for c in said)}): say one")


def write(action: Action, view: View) -> str:
    """The code that says an action. DialectError where it cannot be said."""
    match action:
        case Click():
            return _said_click(action, view)
        case Move(x, y):
            return f"pyautogui.moveTo({_at(view, x, y)})"
        case Drag(x, y, to_x, to_y, button):
            return (
                f"pyautogui.moveTo({_at(view, x, y)})\n"
                f"pyautogui.dragTo({_at(view, to_x, to_y)}, button='{button}')"
            )
        case Scroll(x, y, dy, dx):
            turns = [f"pyautogui.scroll({-fields.turns(dy)})"] if dy or not dx else []
            turns += [f"pyautogui.hscroll({fields.turns(dx)})"] if dx else []
            return "\n".join([f"pyautogui.moveTo({_at(view, x, y)})", *turns])
        case TypeText(text):
            return f"pyautogui.write(message={calls.text(fields.typed(text, 'text'), 'text')})"
        case Press(keys):
            names = keynames.write_keys(keys, Spelling.PYAUTOGUI)
            verb = "press" if len(names) == 1 else "hotkey"
            return f"pyautogui.{verb}(keys={_names(names)})"
        case Wait(seconds):
            return f"computer.wait(seconds={fields.said_seconds(seconds)})"
        case Ask(question):
            return f"computer.call_user(question={calls.text(question, 'a question')})"
        case Done(answer):
            said = f", answer={calls.text(answer, 'an answer')}" if answer else ""
            return f"computer.terminate(status='success'{said})"
        case Fail(reason):
            said = f", answer={calls.text(reason, 'a reason')}" if reason else ""
            return f"computer.terminate(status='failure'{said})"


def grammar(view: View | None) -> str:
    """The rules `code` and `end` and all that they need. view: bounds the points."""
    held, key = calls.modifiers(), calls.key()
    across, down = view.units if view is not None else (lark.WIDEST, lark.WIDEST)
    turns = r"-?(0|[1-9][0-9]{0,2})"
    click = [
        'CLICK AT ")"',
        '"pyautogui.click" AT CLICKED ")"',
    ]
    code = [
        "click",
        f'"with pyautogui.hold(" HELD {lark.literal("):" + chr(10) + "    ")} click',
        '"pyautogui.moveTo" AT ")" (DRAGGED AT BUTTON ")" | SCROLL HSCROLL? | HSCROLL)?',
        '"pyautogui.write(message=" TYPED ")"',
        '"pyautogui.press(keys=" KEY ")"',
        '"pyautogui.hotkey(keys=" KEYS ")"',
        '"computer.call_user(question=" TEXT ")"',
    ]
    end = [
        '"computer.wait(seconds=" SECONDS ")"',
        'TERMINATE (ANSWER TEXT)? ")"',
    ]
    return "\n".join(
        [
            lark.rules("code", code),
            lark.rules("click", click),
            lark.rules("end", end),
            "CLICK: " + " | ".join(lark.literal(name) for name in CLICKS),
            f"AT: /\\(x=({lark.upto(across)}), y=({lark.upto(down)})/",
            f"CLICKED: /, clicks=[1-{fields.MOST_CLICKS}], button='(left|middle|right)'/",
            rf"HELD: /\['{held}'(, '{held}'){{0,3}}\]/",
            f"DRAGGED: {lark.literal(chr(10) + 'pyautogui.dragTo')}",
            "BUTTON: /, button='(left|middle|right)'/",
            rf"SCROLL: /\npyautogui\.scroll\({turns}\)/",
            rf"HSCROLL: /\npyautogui\.hscroll\({turns}\)/",
            rf"KEY: /\['{key}'\]/",
            rf"KEYS: /\['{key}'(, '{key}'){{0,{keynames.MOST - 1}}}\]/",
            r"SECONDS: /(0|[1-9][0-9]{0,2})(\.[0-9]{1,20})?/",
            "TERMINATE: /computer\\.terminate\\(status='(success|failure)'/",
            'ANSWER: ", answer="',
            *calls.terminals(),
        ]
    )


def _call(step: ast.stmt) -> Call:
    call = calls.call_of(step)
    return Call(OTHERS.get(call.name, call.name), call.given, call.named)


def _one(call: Call, view: View) -> Action:
    if call.name in CLICKS:
        return _click(call, view)
    match call.name:
        case "pyautogui.moveTo":
            return Move(*_point(_moved(call), view))
        case "pyautogui.write":
            args = call.bound("message", *_TWEAKS)
            return TypeText(fields.typed(args.get("message"), "message"))
        case "pyautogui.press":
            return _press(call)
        case "pyautogui.hotkey":
            return _hotkey(call)
        case "computer.wait":
            args = call.bound("seconds")
            return Wait(fields.seconds(args.get("seconds", USUAL_WAIT), "seconds"))
        case "computer.call_user":
            return Ask(fields.string(call.bound("question").get("question"), "question"))
        case "computer.terminate":
            return _terminate(call)
    raise DialectError(f"{call.name} is no call that is known here: {', '.join(KNOWN)}")


def _click(call: Call, view: View, held: Sequence[str] = ()) -> Click:
    button, times = CLICKS[call.name]
    if call.name == "pyautogui.click":
        args = call.bound("x", "y", "clicks", "interval", "button", *_TWEAKS[1:])
        times = fields.count(args.get("clicks", times))
        button = calls.button(args.get("button", "left"))
    else:
        args = call.bound("x", "y", "button", *_TWEAKS)
        if "button" in args and calls.button(args["button"]) is not button:
            raise DialectError(f"{call.name} is of the {button} button")
    modifiers = keynames.read_modifiers("+".join(held)) if held else ()
    return Click(*_point(args, view), button, times, modifiers)


def _said_click(action: Click, view: View) -> str:
    sort = (action.button, fields.said_count(action.count))
    name = next((name for name, is_it in CLICKS.items() if is_it == sort), "pyautogui.click")
    said = f"{name}({_at(view, action.x, action.y)}"
    if CLICKS[name] != sort:
        said += f", clicks={action.count}, button='{action.button}'"
    if not action.modifiers:
        return f"{said})"
    held = keynames.write_modifiers(action.modifiers, Spelling.PYAUTOGUI).split("+")
    return f"with pyautogui.hold({_names(held)}):\n    {said})"


def _held_click(step: ast.With, view: View) -> Click:
    """with pyautogui.hold(['ctrl']): one click."""
    hold = calls.call_of(ast.Expr(step.items[0].context_expr))
    inner = [_call(one) for one in step.body]
    one_click = len(inner) == 1 and inner[0].name in CLICKS
    if hold.name != "pyautogui.hold" or len(step.items) > 1 or not one_click:
        raise DialectError("`with` holds keys by pyautogui.hold, during one click")
    return _click(inner[0], view, _keys(hold.given, "hold"))


def _pressed_click(said: list[Call], view: View) -> Click:
    """keyDown of some modifiers, a click, keyUp of the same."""
    clicks = [at for at, call in enumerate(said) if call.name in CLICKS]
    downs, ups = said[: clicks[0]] if clicks else said, said[clicks[0] + 1 :] if clicks else []
    pressed = [key for call in downs for key in _keys(call.given, "keyDown")]
    released = [key for call in ups for key in _keys(call.given, "keyUp")]
    paired = {c.name for c in downs} == {"pyautogui.keyDown"} and sorted(pressed) == sorted(
        released
    )
    if len(clicks) != 1 or not paired or {c.name for c in ups} != {"pyautogui.keyUp"}:
        raise DialectError("keyDown holds keys during one click, and keyUp ends it: or use hotkey")
    return _click(said[clicks[0]], view, pressed)


def _drag(start: Call, end: Call, view: View) -> Drag:
    args = end.bound("x", "y", "duration", "button", "mouseDownUp", "tween", "pause", "_pause")
    button = calls.button(args.get("button", "left"))
    return Drag(*_point(_moved(start), view), *_point(args, view), button)


def _scroll(said: Sequence[Call], view: View, at: Point | None) -> Scroll:
    """at: None for the middle of the screen, or the point that the calls themselves say."""
    down = right = 0
    for call in said:
        args = call.bound("clicks", "x", "y", "page", *_TWEAKS)
        turns = fields.turns(round(fields.number(args.get("clicks"), "clicks")))
        if "x" in args or "y" in args:
            at = _point(args, view)
        if call.name == "pyautogui.scroll":
            down -= turns
        else:
            right += turns
    x, y = at or (view.screen.width // 2, view.screen.height // 2)
    return Scroll(x, y, fields.turns(down), fields.turns(right))


def _press(call: Call) -> Press:
    args = call.bound("keys", "presses", *_TWEAKS)
    names = calls.strings(args.get("keys"), "keys")
    if len(names) > 1 or args.get("presses", 1) != 1:
        raise DialectError("press of several keys, or several times, is more than one action")
    return Press(keynames.read_keys(names))


def _hotkey(call: Call) -> Press:
    if call.given:
        names = _keys(call.given, "keys")
    else:
        names = calls.strings(call.bound("keys", *_TWEAKS).get("keys"), "keys")
    return Press(keynames.read_keys(names))


def _terminate(call: Call) -> Done | Fail:
    args = call.bound("status", "answer")
    status, answer = args.get("status"), fields.string(args.get("answer", ""), "answer")
    if status not in ("success", "failure", "fail"):
        raise DialectError(f"status must be 'success' or 'failure', not {status!r}")
    return Done(answer) if status == "success" else Fail(answer)


def _moved(call: Call) -> dict[str, object]:
    return call.bound("x", "y", *_TWEAKS[1:])


def _point(args: dict[str, object], view: View) -> Point:
    x, y = args.get("x"), args.get("y")
    if isinstance(x, float) and isinstance(y, float) and 0 <= x <= 1 and 0 <= y <= 1:
        across, down = view.units
        return view.from_model((x * across, y * down))
    return fields.point(x, y, view)


def _at(view: View, x: int, y: int) -> str:
    across, down = view.to_model((x, y))
    return f"x={across}, y={down}"


def _keys(given: tuple[object, ...], name: str) -> list[str]:
    """The names of keys in ('ctrl', 's') or in (['ctrl', 's'],)."""
    return calls.strings(given[0] if len(given) == 1 else list(given), name)


def _names(names: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, names))}]"
