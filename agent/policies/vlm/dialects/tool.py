"""The `computer_use` tool as the system prompt describes it, in the words of those who trained on
it (sources: see computer.py), with what this desktop adds."""

import json
from dataclasses import dataclass

from actuation.geometry import View

_KEY = (
    "Performs key down presses on the arguments passed in order, then performs key releases in "
    "reverse order."
)
_AT = "at a specified (x, y) pixel coordinate on the screen."
ACTIONS = {
    "key": _KEY,
    "type": "Type a string of text on the keyboard.",
    "mouse_move": "Move the cursor to a specified (x, y) pixel coordinate on the screen.",
    "left_click": f"Click the left mouse button {_AT}",
    "left_click_drag": "Click and drag the cursor from `start_coordinate` to `coordinate`.",
    "right_click": f"Click the right mouse button {_AT}",
    "middle_click": f"Click the middle mouse button {_AT}",
    "double_click": f"Double-click the left mouse button {_AT}",
    "triple_click": f"Triple-click the left mouse button {_AT}",
    "scroll": "Performs a scroll of the mouse scroll wheel.",
    "hscroll": "Performs a horizontal scroll.",
    "wait": "Wait specified seconds for the change to happen.",
    "terminate": "Terminate the current task and report its completion status.",
    "answer": "Answer a question, which completes the task.",
    "interact": "Ask the user a question and wait for the answer.",
}
HELD = (
    " The optional `text` parameter can specify modifier keys (e.g. "
    '"ctrl", "shift", "ctrl+shift") that will be held during the click.'
)
DESCRIPTION = """\
Use a mouse and keyboard to interact with a computer, and take screenshots.
* This is an interface to a desktop GUI. You do not have access to a terminal or applications \
menu. You must click on desktop icons to start applications.
* Some applications may take time to start or process actions, so you may need to wait and take \
successive screenshots to see the results of your actions. E.g. if you click on Firefox and a \
window doesn't open, try wait and taking another screenshot.
* The screen's resolution is {width}x{height}.
* Whenever you intend to move the cursor to click on an element like an icon, you should consult a \
screenshot to determine the coordinates of the element before moving the cursor.
* If you tried clicking on a program or link but it failed to load, even after waiting, try \
adjusting your cursor position so that the tip of the cursor visually falls on the element that \
you want to click.
* Make sure to click any buttons, links, icons, etc with the cursor tip in the center of the \
element. Don't click boxes on their edges unless asked."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of the tool: its JSON type and what it says."""

    name: str
    type: str
    description: str
    choices: tuple[str, ...] = ()


PARAMETERS = (
    Parameter("keys", "array", "Required only by `action=key`."),
    Parameter(
        "text",
        "string",
        "Required only by `action=type`, `action=answer` and `action=interact`. With a click: the "
        "modifier keys held. With `action=terminate`: the reason.",
    ),
    Parameter(
        "coordinate",
        "array",
        "(x, y): The x (pixels from the left edge) and y (pixels from the top edge) coordinates "
        "to move the mouse to.",
    ),
    Parameter(
        "start_coordinate",
        "array",
        "(x, y): Where the drag begins. Required only by `action=left_click_drag`.",
    ),
    Parameter("button", "string", "Of a drag, left if not said.", ("left", "middle", "right")),
    Parameter("count", "integer", "How many clicks, if other than the action's own."),
    Parameter(
        "pixels",
        "number",
        "The amount of scrolling to perform. Positive values scroll up, negative values scroll "
        "down. Required only by `action=scroll` and `action=hscroll`.",
    ),
    Parameter("hpixels", "number", "Of a scroll: the amount to the right at the same time."),
    Parameter("time", "number", "The seconds to wait. Required only by `action=wait`."),
    Parameter(
        "status",
        "string",
        "The status of the task. Required only by `action=terminate`.",
        ("success", "failure"),
    ),
)


def tool(view: View, advice: str = "") -> str:
    """The tool as one line of JSON. advice: more lines for its description."""
    across, down = view.units
    description = DESCRIPTION.format(width=across, height=down) + advice
    actions = "\n".join(
        f"* `{name}`: {what}{HELD if name.endswith('click') else ''}"
        for name, what in ACTIONS.items()
    )
    properties: dict[str, object] = {
        "action": {
            "description": f"The action to perform. The available actions are:\n{actions}",
            "enum": list(ACTIONS),
            "type": "string",
        }
    }
    for one in PARAMETERS:
        choices = {"enum": list(one.choices)} if one.choices else {}
        properties[one.name] = {"description": one.description, "type": one.type} | choices
    schema = {"properties": properties, "required": ["action"], "type": "object"}
    named = {"name": "computer_use", "description": description, "parameters": schema}
    return json.dumps({"type": "function", "function": named}, ensure_ascii=False)
