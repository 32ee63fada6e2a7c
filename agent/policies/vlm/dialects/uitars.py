"""UI-TARS 1.5: a line of thought, then one call, points in pixels of the picture that it saw.

    Thought: I click the button that saves.
    Action: click(start_box='(197,525)')

Source: bytedance/UI-TARS, README_v1.md (prompt), README_coordinates.md and codes/ui_tars
(action_parser.py, prompt.py); also read are its older and newer ways to write a point:
'<|box_start|>(x,y)<|box_end|>', '<point>x y</point>', boxes of four numbers. A "\\n" at the end of
`content`, which submits, makes two actions of one: refused, as are several calls in one reply
(the family's runner performs them all, but what the second was meant for was not seen yet).
Additions: middle_single, count and hold of a click, button of a drag, amount of a scroll, seconds
of wait, content of call_user, fail.
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
from actuation.geometry import Point, Space, View
from agent.policies.vlm.dialects import calls, fields, keynames, lark
from agent.policies.vlm.dialects.calls import Call, quoted
from agent.policies.vlm.dialects.dialect import DialectError, Said, told
from agent.policies.vlm.dialects.keynames import Spelling
from memory.day import Context

PROMPT = """\
You are a GUI agent. You are given a task and your action history, with screenshots. You need to \
perform the next action to complete the task.

## Output Format
```
Thought: ...
Action: ...
```

## Action Space

click(start_box='(x1,y1)')
left_double(start_box='(x1,y1)')
right_single(start_box='(x1,y1)')
middle_single(start_box='(x1,y1)') # Clicks also take count='3' and hold='ctrl shift'.
hover(start_box='(x1,y1)') # Move the mouse without a click.
drag(start_box='(x1,y1)', end_box='(x3,y3)') # Another button than the left: button='right'.
hotkey(key='ctrl c') # Split keys with a space and use lowercase.
type(content='xxx') # Use escape characters \\', \\" and \\\\ in content. It holds no line break: \
to submit your input, use hotkey(key='enter') next.
scroll(start_box='(x1,y1)', direction='down or up or right or left', amount='5') # Show more \
information on the `direction` side.
wait(seconds='5') # Sleep and take a screenshot to check for any changes.
finished(content='xxx') # The task is done; content is its answer, if it asks for one.
call_user(content='xxx') # Ask the user, when you need the user's help or decision.
fail(content='xxx') # Give up, when the task is unsolvable, and say why.

## Note
- Use English in `Thought` part.
- Write a small plan and finally summarize your next action (with its target element) in one \
sentence in `Thought` part.
- One action for each screenshot.

## User Instruction
"""
CLICKS = {
    "click": (Button.LEFT, 1),
    "left_double": (Button.LEFT, 2),
    "right_single": (Button.RIGHT, 1),
    "middle_single": (Button.MIDDLE, 1),
}
OTHERS = {"left_single": "click", "select": "drag", "double_click": "left_double"}
ELSEWHERE = {
    **dict.fromkeys(("press", "keydown", "release", "keyup"), "name all keys in hotkey"),
    **dict.fromkeys(("press_home", "press_back", "open_app", "long_press"), "this is no phone"),
    "navigate": "type the address into the browser's address bar",
}
ARGUMENTS = {"point": "start_box", "start_point": "start_box", "end_point": "end_box"}
FEW = 5  # wheel clicks of a scroll without an amount, and seconds of a wait without a number

_PLACE = re.compile(r"^[ \t]*Action[:：]", re.MULTILINE)
_THOUGHT = re.compile(r"^(?:Thought|Action_Summary)[:：]", re.MULTILINE)
_MARKS = re.compile(r"<\|box_(?:start|end)\|>|</?(?:point|bbox)>")
_LOOSE = re.compile(r"(\w+)\(\s*(\w+)\s*=\s*(['\"])(.*)\3\s*\)", re.DOTALL)
_WAYS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}


class UiTars:
    name = "uitars"
    space = Space.RESIZED
    factor = 28
    least = 100 * 28 * 28
    most = 16384 * 28 * 28
    wrap = ("", "")
    sequential = False

    def system(self, view: View) -> str:
        return "You are a helpful assistant."

    def task(self, goal: str, context: Context) -> str:
        known = told(context)
        return f"{PROMPT}{goal}\n" + (f"\n## To Be Known\n{known}\n" if known else "")

    def parse(self, text: str, view: View) -> Said:
        """The action's place is after the first line that begins with "Action:", to the end."""
        place = _PLACE.search(text)
        if place is None:
            raise DialectError(f'no line begins with "Action:": {calls.short(text)}')
        thought = _THOUGHT.split(text[: place.start()])[-1].strip()
        return Said(_read(_call(text[place.end() :].strip()), view, thought), thought)

    def format(self, action: Action, view: View, thought: str = "") -> str:
        said = " ".join(calls.harmless(thought).split())
        return (f"Thought: {said}\n" if said else "") + f"Action: {_written(action, view)}"

    def grammar(self, thought: int, view: View | None = None) -> str:
        """view: bounds the points."""
        free = '("Thought: " thought "\\n")? ' if thought else ""
        ways = "(down|up|left|right)"
        pair = "(down|up) (left|right)"
        bodies = [
            '("click" | "right_single" | "middle_single") at COUNTED? HOLD? ")"',
            '"left_double" at HOLD? ")"',
            '"hover" at ")"',
            f'"drag" at {lark.literal(", end_box=")} POINT BUTTON? ")"',
            f"{lark.literal('hotkey(key=')} KEYS {lark.literal(')')}",
            f"{lark.literal('type(content=')} TYPED {lark.literal(')')}",
            '"scroll" at (ONE | TWO) ")"',
            f"{lark.literal('wait(seconds=')} QUOTED_SECONDS {lark.literal(')')}",
            '("finished(content=" | "call_user(content=" | "fail(content=") TEXT ")"',
            '"finished()" | "wait()"',
        ]
        across, down = view.units if view is not None else (lark.WIDEST, lark.WIDEST)
        held, key = calls.modifiers(), calls.key()
        amount = r"(0|[1-9][0-9]{0,2})"
        parts = [
            f'start: {free}"Action: " action',
            *([f"thought[max_tokens={thought}]: /[^\\n]+/"] if thought else []),
            lark.rules("action", bodies),
            f"at: {lark.literal('(start_box=')} POINT",
            f"POINT: /'\\(({lark.upto(across)}),({lark.upto(down)})\\)'/",
            f"COUNTED: /, count='[1-{fields.MOST_CLICKS}]'/",
            f"HOLD: /, hold='{held}( {held}){{0,3}}'/",
            "BUTTON: /, button='(left|middle|right)'/",
            f"KEYS: /'{key}( {key}){{0,{keynames.MOST - 1}}}'/",
            f"ONE: /, direction='{ways}'(, amount='{amount}')?/",
            f"TWO: /, direction='{pair}', amount='{amount} {amount}'/",
            r"QUOTED_SECONDS: /'(0|[1-9][0-9]{0,2})(\.[0-9]{1,20})?'/",
            *calls.terminals(),
        ]
        return "\n".join(parts) + "\n"


def _call(code: str) -> Call:
    """The one call after "Action:". Quotes and line breaks that a text does not escape are
    escaped where it can be told what was meant, as the family's own parser does it."""
    try:
        return calls.one_call(code)
    except DialectError:
        loose = _LOOSE.fullmatch(code)
        if loose is None or re.search(r"['\"]\s*\)", loose[4]):
            raise
        inner = re.sub(r"(?<!\\)'", r"\'", loose[4]).replace("\n", r"\n")
        return calls.one_call(f"{loose[1]}({loose[2]}='{inner}')")


def _read(call: Call, view: View, thought: str) -> Action:
    name = OTHERS.get(call.name, call.name)
    renamed = {ARGUMENTS.get(key, key): value for key, value in call.named.items()}
    call = Call(name, call.given, renamed)
    match name:
        case "click" | "left_double" | "right_single" | "middle_single":
            return _click(call, view)
        case "hover":
            return Move(*_point(call.bound("start_box"), "start_box", view))
        case "drag":
            args = call.bound("start_box", "end_box", "button")
            start, end = _point(args, "start_box", view), _point(args, "end_box", view)
            return Drag(*start, *end, calls.button(args.get("button", "left")))
        case "hotkey":
            args = call.bound("key")
            return Press(keynames.read_keys(fields.string(args.get("key"), "key").split()))
        case "type":
            return _type(call)
        case "scroll":
            return _scroll(call, view)
        case "wait":
            return Wait(fields.seconds(call.bound("seconds").get("seconds", FEW), "seconds"))
        case "finished":
            return Done(fields.string(call.bound("content").get("content", ""), "content"))
        case "call_user":
            return Ask(fields.string(call.bound("content").get("content", thought), "content"))
        case "fail":
            return Fail(fields.string(call.bound("content").get("content", thought), "content"))
    if name in ELSEWHERE:
        raise DialectError(f"{name} is no action of this desktop: {ELSEWHERE[name]}")
    known = "hover, drag, hotkey, type, scroll, wait, finished, call_user, fail"
    raise DialectError(f"no action {name!r}: known are {', '.join(CLICKS)}, {known}")


def _written(action: Action, view: View) -> str:
    match action:
        case Click():
            return _said_click(action, view)
        case Move(x, y):
            return f"hover(start_box={_box(view, x, y)})"
        case Drag(x, y, to_x, to_y, button):
            other = f", button='{button}'" if button is not Button.LEFT else ""
            return f"drag(start_box={_box(view, x, y)}, end_box={_box(view, to_x, to_y)}{other})"
        case Scroll():
            return _said_scroll(action, view)
        case TypeText(text):
            return f"type(content={calls.text(fields.typed(text, 'text'), 'text')})"
        case Press(keys):
            return f"hotkey(key={quoted(' '.join(keynames.write_keys(keys, Spelling.PYAUTOGUI)))})"
        case Wait(seconds):
            return "wait()" if seconds == FEW else f"wait(seconds='{fields.said_seconds(seconds)}')"
        case Ask(question):
            return f"call_user(content={calls.text(question, 'a question')})"
        case Done(answer):
            return (
                f"finished(content={calls.text(answer, 'an answer')})" if answer else "finished()"
            )
        case Fail(reason):
            return f"fail(content={calls.text(reason, 'a reason')})"


def _click(call: Call, view: View) -> Click:
    args = call.bound("start_box", "count", "hold")
    button, times = CLICKS[call.name]
    times = fields.count(args["count"]) if "count" in args else times
    held = fields.string(args.get("hold", ""), "hold").split()
    x, y = _point(args, "start_box", view)
    return Click(x, y, button, times, keynames.read_modifiers("+".join(held)) if held else ())


def _said_click(action: Click, view: View) -> str:
    sort = (action.button, fields.said_count(action.count))
    singles = {button: name for name, (button, times) in CLICKS.items() if times == 1}
    name = "left_double" if sort == CLICKS["left_double"] else singles[action.button]
    said = f"{name}(start_box={_box(view, action.x, action.y)}"
    if CLICKS[name] != sort:
        said += f", count='{action.count}'"
    if action.modifiers:
        held = keynames.write_modifiers(action.modifiers, Spelling.PYAUTOGUI)
        said += f", hold='{held.replace('+', ' ')}'"
    return f"{said})"


def _type(call: Call) -> TypeText | Press:
    if "start_box" in call.named:
        raise DialectError("type at a point is two actions: click there, then type")
    args = Call(call.name, call.given, call.named).bound("content")
    text = fields.string(args.get("content"), "content")
    if text == "\n":
        return Press("Return")
    if text.endswith("\n") and "\n" not in text[:-1]:
        raise DialectError(
            "content that ends with a line break is two actions: type it without, then "
            "hotkey(key='enter')"
        )
    return TypeText(fields.typed(text, "content"))


def _scroll(call: Call, view: View) -> Scroll:
    """At the middle of the screen if no point is said, as the family does it."""
    args = call.bound("start_box", "direction", "amount")
    middle = (view.screen.width // 2, view.screen.height // 2)
    x, y = _point(args, "start_box", view) if "start_box" in args else middle
    ways = fields.string(args.get("direction"), "direction").split()
    amounts = str(args.get("amount", FEW)).split()
    if not ways or len(ways) != len(amounts) or not set(ways) <= set(_WAYS):
        raise DialectError(
            f"direction must be down, up, right or left, not {args.get('direction')!r}"
            if not set(ways) <= set(_WAYS) or not ways
            else "amount must be as many numbers as there are directions"
        )
    down = right = 0
    for way, amount in zip(ways, amounts, strict=True):
        turns = fields.turns(round(fields.number(amount, "amount")))
        down, right = down + _WAYS[way][0] * turns, right + _WAYS[way][1] * turns
    return Scroll(x, y, down, right)


def _said_scroll(action: Scroll, view: View) -> str:
    turns = [("down" if action.dy > 0 else "up", abs(action.dy))] if action.dy else []
    turns += [("right" if action.dx > 0 else "left", abs(action.dx))] if action.dx else []
    turns = turns or [("down", 0)]
    ways = " ".join(way for way, _ in turns)
    amounts = " ".join(str(fields.turns(amount)) for _, amount in turns)
    said = f"scroll(start_box={_box(view, action.x, action.y)}, direction='{ways}'"
    return f"{said})" if amounts == str(FEW) else f"{said}, amount='{amounts}')"


def _point(args: dict[str, object], name: str, view: View) -> Point:
    """Of a box of four numbers, its middle."""
    value = args.get(name)
    if value is None:
        raise DialectError(f"{name} is missing: '(x,y)'")
    bare = _MARKS.sub("", value) if isinstance(value, str) else str(value)
    numbers = re.split(r"\s*,\s*|\s+", re.sub(r"^[\s(\[]+|[\s)\]]+$", "", bare))
    if len(numbers) not in (2, 4):
        raise DialectError(f"{name} must be '(x,y)', not {calls.short(str(value))}")
    found = [fields.number(number, name) for number in numbers]
    x, y, to_x, to_y = found if len(found) == 4 else found * 2
    return fields.point((x + to_x) / 2, (y + to_y) / 2, view)


def _box(view: View, x: int, y: int) -> str:
    across, down = view.to_model((x, y))
    return f"'({across},{down})'"
