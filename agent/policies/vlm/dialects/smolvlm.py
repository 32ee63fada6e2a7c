"""SmolVLM and other small models: one short call, points as shares of the screen.

    click(x=0.410, y=0.178)                                    without a thought
    <think>\\nI open the menu.\\n</think>\\n<code>\\nclick(x=0.410, y=0.178)\\n</code>     with one

Both are the forms that Hugging Face's Smol2Operator was trained in, in its first and its second
phase (huggingface/smol2operator: README.md, preprocessing/prompts.py and action_conversion.py);
the short one is what models that are made here are trained in. A share has three decimals: it is
a whole number of thousandths. Additions: triple_click, middle_click, count and hold of a click,
button of a drag, x, y and across of a scroll, ask_user, give_up.
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
from actuation.geometry import PARTS, PERMILLE, Point, Space, View
from agent.policies.vlm.dialects import calls, fields, keynames, lark
from agent.policies.vlm.dialects.calls import Call, quoted
from agent.policies.vlm.dialects.dialect import DialectError, Said, told
from agent.policies.vlm.dialects.keynames import Spelling
from memory.day import Context

SYSTEM = """\
You are a helpful GUI agent. You'll be given a task and a screenshot of the screen. Complete the \
task using Python function calls.

For each step:
\t• First, <think></think> to express the thought process guiding your next action and the \
reasoning behind it.
\t• Then, use <code></code> to perform the action: one function call.

The following functions are exposed to the Python interpreter, with normalized coordinates:
<code>
def click(x: float, y: float) -> str: ...  # also double_click, triple_click, right_click, \
middle_click; count=3, hold=['ctrl']
def move_mouse(x: float, y: float) -> str: ...
def drag(from_coord: list[float], to_coord: list[float]) -> str: ...  # button='right'
def scroll(x: float, y: float, direction: str, amount: int) -> str: ...  # up, down, left, right
def type(text: str) -> str: ...  # no line break: press enter instead
def press(keys: str | list[str]) -> str: ...  # "enter", ["ctrl", "s"]
def wait(seconds: float) -> str: ...
def ask_user(question: str) -> str: ...  # when only the user can decide or knows something
def final_answer(answer: any) -> any: ...  # the task is done
def give_up(reason: str) -> str: ...  # the task cannot be done
</code>"""
CLICKS = {
    "click": (Button.LEFT, 1),
    "double_click": (Button.LEFT, 2),
    "triple_click": (Button.LEFT, 3),
    "right_click": (Button.RIGHT, 1),
    "middle_click": (Button.MIDDLE, 1),
}
ELSEWHERE = {
    **dict.fromkeys(("swipe", "long_press", "open_app", "navigate_home"), "this is no phone"),
    "open_url": "type the address into the browser's address bar",
}
STATUS: dict[str, Done | Fail] = {"success": Done(""), "failure": Fail("")}
SLACK = fields.SLACK / PERMILLE
FEW = 10  # amounts of a scroll below it are wheel clicks, others percent of a page
PERCENT = 10  # of a page for one wheel click

_WAYS = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}
_THINK = re.compile(r"\A\s*<think>(.*?)</think>\s*", re.DOTALL)
_OPEN, _CLOSE = "<code>", "</code>"


class SmolVlm:
    name = "smolvlm"
    space = Space.PERMILLE
    factor = 16
    least = 16 * 16
    most = 2048 * 2048
    wrap = ("", "")
    sequential = False

    def system(self, view: View) -> str:
        return SYSTEM

    def task(self, goal: str, context: Context) -> str:
        known = told(context)
        return (
            "Please generate the next move according to the UI screenshot, instruction and "
            f"previous actions.\n\nInstruction: {goal}\n\n"
            + (f"To be known:\n{known}\n\n" if known else "")
            + "Previous actions:\nNone"
        )

    def parse(self, text: str, view: View) -> Said:
        """The action's place is between <code> and </code>, or else the whole reply, but for its
        <think>…</think>."""
        thought, code = _split(text)
        return Said(_read(calls.one_call(code), view), thought)

    def format(self, action: Action, view: View, thought: str = "") -> str:
        said, code = calls.harmless(thought), _written(action, view)
        return f"<think>\n{said}\n</think>\n{_OPEN}\n{code}\n{_CLOSE}" if said else code

    def places(self, view: View | None) -> tuple[str, str]:
        """Regular expressions of what x and y may be."""
        share = r"(0\.[0-9]{3}|1\.000)"
        return share, share

    def grammar(self, thought: int, view: View | None = None) -> str:
        held, key = calls.modifiers(), f"'{calls.key()}'"
        opening, before = lark.literal("<think>\n"), lark.literal(f"</think>\n{_OPEN}\n")
        start = f"{opening} thought {before} action {lark.literal(chr(10) + _CLOSE)} | action"
        x, y = self.places(view)
        amount = "(0|[1-9][0-9]{0,2}|[1-9][0-9]{2}0)"
        bodies = [
            'CLICK "(" AT COUNT? HOLD? ")"',
            '"move_mouse(" AT ")"',
            '"drag(from_coord=" PAIR ", to_coord=" PAIR BUTTON? ")"',
            '"scroll(" AT TURNS ")"',
            '"type(text=" TYPED ")"',
            '"press(keys=" KEYS ")"',
            '"wait(seconds=" SECONDS ")"',
            '("ask_user(question=" | "final_answer(" | "final_answer(answer=" | "give_up(reason=")'
            ' TEXT ")"',
        ]
        parts = [
            f"start: {start if thought else 'action'}",
            *([f"thought[max_tokens={thought}]: /[^<]+/"] if thought else []),
            lark.rules("action", bodies),
            "CLICK: " + " | ".join(lark.literal(name) for name in CLICKS),
            f"AT: /x={x}, y={y}/",
            rf"PAIR: /\[{x}, {y}\]/",
            f"COUNT: /, count=[1-{fields.MOST_CLICKS}]/",
            rf"HOLD: /, hold=\['{held}'(, '{held}'){{0,3}}\]/",
            "BUTTON: /, button='(left|middle|right)'/",
            f"TURNS: /, direction='(left|right)', amount={amount}"
            f"|, direction='(down|up)', amount={amount}(, across=-?{amount})?/",
            rf"KEYS: /{key}|\[{key}(, {key}){{0,{keynames.MOST - 1}}}\]/",
            r"SECONDS: /(0|[1-9][0-9]{0,2})(\.[0-9]{1,20})?/",
            *calls.terminals(),
        ]
        return "\n".join(parts) + "\n"


def _split(text: str) -> tuple[str, str]:
    """The thought, and the code of the action. DialectError for several blocks of code and for
    text where none belongs."""
    think = _THINK.match(text)
    thought, rest = (think[1].strip(), text[think.end() :]) if think else ("", text)
    before, found, code = rest.partition(_OPEN)
    if not found:
        return thought, rest.strip().removeprefix("Action:")
    code, closed, after = code.rpartition(_CLOSE)
    if not closed:
        raise DialectError(f"the action is not closed by {_CLOSE}")
    if after.strip():
        raise DialectError(f"text after {_CLOSE}: {calls.short(after.strip())}")
    return thought or before.strip(), code


def _read(call: Call, view: View) -> Action:
    if call.name in CLICKS:
        return _click(call, view)
    match call.name:
        case "move_mouse":
            return Move(*_point(call.bound("x", "y"), view))
        case "drag":
            args = call.bound("from_coord", "to_coord", "button")
            start, end = _pair(args, "from_coord", view), _pair(args, "to_coord", view)
            return Drag(*start, *end, calls.button(args.get("button", "left")))
        case "scroll":
            return _scroll(call, view)
        case "type":
            return TypeText(fields.typed(call.bound("text").get("text"), "text"))
        case "press":
            return Press(keynames.read_keys(calls.strings(call.bound("keys").get("keys"), "keys")))
        case "navigate_back":
            call.bound()
            return Press("alt+Left")
        case "wait":
            return Wait(fields.seconds(call.bound("seconds").get("seconds"), "seconds"))
        case "ask_user":
            return Ask(fields.string(call.bound("question").get("question"), "question"))
        case "give_up":
            return Fail(fields.string(call.bound("reason").get("reason"), "reason"))
        case "final_answer":
            return _final(call)
    if call.name in ELSEWHERE:
        raise DialectError(f"{call.name} is no action of this desktop: {ELSEWHERE[call.name]}")
    known = "move_mouse, drag, scroll, type, press, wait, ask_user, final_answer, give_up"
    raise DialectError(f"no action {call.name!r}: known are {', '.join(CLICKS)}, {known}")


def _written(action: Action, view: View) -> str:
    match action:
        case Click():
            return _said_click(action, view)
        case Move(x, y):
            return f"move_mouse({_at(view, x, y)})"
        case Drag(x, y, to_x, to_y, button):
            start, end = (", ".join(_shares(view, *p)) for p in ((x, y), (to_x, to_y)))
            other = f", button='{button}'" if button is not Button.LEFT else ""
            return f"drag(from_coord=[{start}], to_coord=[{end}]{other})"
        case Scroll():
            return _said_scroll(action, view)
        case TypeText(text):
            return f"type(text={calls.text(fields.typed(text, 'text'), 'text')})"
        case Press(keys):
            names = [quoted(name) for name in keynames.write_keys(keys, Spelling.PYAUTOGUI)]
            said = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
            return f"press(keys={said})"
        case Wait(seconds):
            return f"wait(seconds={fields.said_seconds(seconds)})"
        case Ask(question):
            return f"ask_user(question={calls.text(question, 'a question')})"
        case Done(""):
            return "final_answer('success')"
        case Done(answer):
            name = "answer=" if answer in STATUS else ""
            return f"final_answer({name}{calls.text(answer, 'an answer')})"
        case Fail(""):
            return "final_answer('failure')"
        case Fail(reason):
            return f"give_up(reason={calls.text(reason, 'a reason')})"


def _click(call: Call, view: View) -> Click:
    args = call.bound("x", "y", "count", "hold")
    button, times = CLICKS[call.name]
    times = fields.count(args["count"]) if "count" in args else times
    held = "+".join(calls.strings(args.get("hold", []), "hold"))
    modifiers = keynames.read_modifiers(held) if held else ()
    return Click(*_point(args, view), button, times, modifiers)


def _said_click(action: Click, view: View) -> str:
    sort = (action.button, fields.said_count(action.count))
    singles = {button: name for name, (button, times) in CLICKS.items() if times == 1}
    name = next((n for n, is_it in CLICKS.items() if is_it == sort), singles[action.button])
    said = f"{name}({_at(view, action.x, action.y)}"
    if CLICKS[name] != sort:
        said += f", count={action.count}"
    if action.modifiers:
        held = keynames.write_modifiers(action.modifiers, Spelling.PYAUTOGUI).split("+")
        said += f", hold=[{', '.join(map(quoted, held))}]"
    return f"{said})"


def _scroll(call: Call, view: View) -> Scroll:
    """At the middle of the screen if no point is said, as its training data do not."""
    args = call.bound("x", "y", "direction", "amount", "across")
    middle = (view.screen.width // 2, view.screen.height // 2)
    x, y = _point(args, view) if "x" in args or "y" in args else middle
    way = fields.string(args.get("direction", "down"), "direction")
    if way not in _WAYS:
        raise DialectError(f"direction must be down, up, right or left, not {way!r}")
    turns, across = _turns(args.get("amount", 1)), _turns(args.get("across", 0))
    if across and way in ("left", "right"):
        raise DialectError("across goes with direction down or up")
    return Scroll(x, y, _WAYS[way][0] * turns, _WAYS[way][1] * turns + across)


def _said_scroll(action: Scroll, view: View) -> str:
    if action.dx and not action.dy:
        way, amount = "right" if action.dx > 0 else "left", abs(action.dx)
    else:
        way, amount = "up" if action.dy < 0 else "down", abs(action.dy)
    said = f"scroll({_at(view, action.x, action.y)}, direction='{way}', amount={_amount(amount)}"
    return f"{said}, across={_amount(action.dx)})" if action.dx and action.dy else f"{said})"


def _turns(value: object) -> int:
    """Wheel clicks of an amount: "a good amount is 1 or 2", says the family's prompt, and its data
    have percents of a page."""
    amount = fields.number(value, "amount")
    turns = round(amount) if abs(amount) < FEW else round(amount / PERCENT)
    return fields.turns(turns)


def _amount(turns: int) -> int:
    return fields.turns(turns) * (1 if abs(turns) < FEW else PERCENT)


def _final(call: Call) -> Done | Fail:
    """A lone 'success' or 'failure' is a status, as where its data end without an answer;
    answer='…' is taken at its word."""
    if len(call.given) == 1 and isinstance(call.given[0], str) and call.given[0] in STATUS:
        return STATUS[call.given[0]]
    return Done(fields.string(call.bound("answer").get("answer"), "answer"))


def _point(args: dict[str, object], view: View) -> Point:
    across, down = (
        _share(args.get(name), name, units / _parts(view)) * _parts(view)
        for name, units in zip(("x", "y"), view.units, strict=True)
    )
    return view.from_model((across, down))


def _pair(args: dict[str, object], name: str, view: View) -> Point:
    value = args.get(name)
    both = list(value) if isinstance(value, list | tuple) else value
    x, y = fields.pair(both, name)
    return _point({"x": x, "y": y}, view)


def _share(value: object, name: str, most: float) -> float:
    share = fields.number(value, name)
    if not -SLACK <= share <= most + SLACK:
        raise DialectError(f"{name} {share:g} lies outside 0–{most:g}")
    return min(max(share, 0.0), most)


def _at(view: View, x: int, y: int) -> str:
    across, down = _shares(view, x, y)
    return f"x={across}, y={down}"


def _shares(view: View, x: int, y: int) -> list[str]:
    units = view.to_model((x, y))
    if view.space is Space.SQUARES:
        return [f"{value / PARTS:05.2f}" for value in units]
    return [f"{value / PERMILLE:.3f}" for value in units]


def _parts(view: View) -> int:
    return PARTS if view.space is Space.SQUARES else PERMILLE
