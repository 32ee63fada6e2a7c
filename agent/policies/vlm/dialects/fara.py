"""Fara: thoughts, then `computer_use` as JSON, points in pixels of the picture that it was shown.

Source: microsoft/fara, src/fara/_prompts.py and fara_agent.py. Made for a browser: what its tool
has for that alone (visit_url, web_search, type with a coordinate) is left out of the prompt and
refused when said. Its answer is the thought before `terminate`; here `text` says it.
"""

from actuation.action import Action, Done, Fail
from actuation.geometry import Space, View
from agent.policies.vlm.dialects import computer, tool
from agent.policies.vlm.dialects.fields import Fields
from agent.policies.vlm.dialects.keynames import Spelling
from agent.policies.vlm.dialects.toolcall import TOOLS, ToolCall

ROLE = "You are an agent that performs actions on a computer to fulfill user requests."
ADVICE = """
* When a separate scrollable container prominently overlays the window, scroll with a coordinate \
inside it.
* If a popup window appears that you want to close, if left_click() on the 'X' or close button \
doesn't work, try key(keys=['Escape']) to close it.
* type() types at the keyboard focus: left_click() on the field first, and press Enter with \
key(keys=['Enter'])."""
ENDING = """\
Think briefly before each call, and make exactly one. When the task is done, call terminate with \
status success and the answer in text; if it cannot be done, with status failure and the reason. \
If only the user can decide or knows something, call interact."""


class Fara(ToolCall):
    name = "fara"
    space = Space.RESIZED
    factor = 28
    least = 3136
    most = 12845056
    wrap = ("", "\nHere is the next screenshot. Think about what to do next.")
    spelling = Spelling.WEB
    lead = ""
    names = ()  # quantised weights drift here, and its own runner looks at the action alone

    def system(self, view: View) -> str:
        return f"{ROLE}\n\n{TOOLS.format(tool=tool.tool(view, ADVICE))}\n\n{ENDING}"

    def read(self, args: Fields, view: View, thought: str) -> Action:
        return computer.read(args, view, thought)

    def write(self, action: Action, view: View) -> Fields:
        """`text` is always there: without it, the thought would be the answer."""
        args = super().write(action, view)
        return {**args, "text": args.get("text", "")} if isinstance(action, Done | Fail) else args
