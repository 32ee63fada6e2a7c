"""OpenCUA: headed sections, then a block of pyautogui code, points in pixels of the picture.

    ## Thought:
    I open the search settings.

    ## Action:
    Click the filter button.

    ## Code:
    ```python
    pyautogui.click(x=1443, y=343)
    ```

Source: xlang-ai/OpenCUA, model/README.md and evaluation/agentnetbench (agent/opencua.py: prompts,
templates; sample_data: actions). The code is read (pycode.py), never run. Whatever precedes it is
thought. The class of the weights has plain RoPE where the stock one counts in three dimensions.
Additions: call_user, as its descendant EvoCUA has it, and the answer of terminate.
"""

import json
import re

from actuation.action import Action
from actuation.geometry import Space, View
from agent.policies.vlm.dialects import calls, lark, pycode
from agent.policies.vlm.dialects.dialect import DialectError, Said, told
from memory.day import Context

SYSTEM = """\
You are a GUI agent. You are given a task and a screenshot of the screen. You need to perform a \
series of pyautogui actions to complete the task.

For each step, provide your response in this format:

Thought:
  - Step by Step Progress Assessment:
    - Analyze completed task parts and their contribution to the overall goal
    - Reflect on potential errors, unexpected results, or obstacles
    - If previous action was incorrect, predict a logical recovery step
  - Next Action Analysis:
    - List possible next actions based on current state
    - Evaluate options considering current state and previous actions
    - Propose most logical next action
    - Anticipate consequences of the proposed action
  - For Text Input Actions:
    - Note current cursor position
    - Describe expected final text outcome
    - Use first-person perspective in reasoning

Action:
  Provide clear, concise, and actionable instructions:
  - If the action involves interacting with a specific target:
    - Describe target explicitly without using coordinates
    - Specify element names when possible (use original language if non-English)
    - Describe features (shape, color, position) if name unavailable
    - For window control buttons, identify correctly (minimize "—", maximize "□", close "X")
  - If the action involves keyboard actions like 'press', 'write', 'hotkey':
    - Specify expected text outcome for typing actions

Finally, output one action as PyAutoGUI code or the following functions:
"""
_NUMBER, _STRING = {"type": "number"}, {"type": "string"}
_STATUS = {"type": "string", "enum": ["success", "failure"]}
FUNCTIONS = (
    ("triple_click", "Triple click on the screen", {"x": _NUMBER, "y": _NUMBER}),
    ("wait", "Make the computer wait for some seconds", {"seconds": _NUMBER}),
    (
        "call_user",
        "Ask the user a question, when only the user can decide or knows something",
        {"question": _STRING},
    ),
    (
        "terminate",
        "Terminate the current task and report its completion status, with the answer of the "
        "task, or with the reason of a failure",
        {"status": _STATUS, "answer": _STRING},
    ),
)
NOTES = """
One step is one action. A drag is pyautogui.moveTo(x=, y=) and pyautogui.dragTo(x=, y=, \
button='left'), a scroll at a point pyautogui.moveTo(x=, y=) and pyautogui.scroll(n) or \
pyautogui.hscroll(n), a click with keys held `with pyautogui.hold(['ctrl']):` and the click. \
Write text without line breaks, then press enter in the next step."""
_THOUGHT = "## Thought:\n"
_FENCE = re.compile(r"```(?:\w*\n)?(.*?)```", re.DOTALL)
_CODE = re.compile(r"^#* *Code:?[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#* *(?:Step \d+|Observation|Thought|Action|Code) *:?[ \t]*$", re.MULTILINE)


class OpenCua:
    name = "opencua"
    space = Space.RESIZED
    factor = 28
    least = 3136
    most = 12845056
    wrap = ("", "")
    sequential = True

    def system(self, view: View) -> str:
        listed = []
        for name, what, given in FUNCTIONS:
            takes = {"type": "object", "properties": given}
            one = {"name": f"computer.{name}", "description": what, "parameters": takes}
            listed.append(f"- {json.dumps(one)}\n")
        return SYSTEM + "".join(listed) + NOTES

    def task(self, goal: str, context: Context) -> str:
        known = told(context)
        return (
            f"# Task Instruction:\n{goal}\n\n"
            + (f"# To be known:\n{known}\n\n" if known else "")
            + "Please generate the next move according to the screenshot, task instruction and "
            "previous steps (if provided).\n"
        )

    def parse(self, text: str, view: View) -> Said:
        """The action's place is the one block of code, at the end; without ``` it is what follows
        "## Code:"."""
        before, code = _split(text)
        paragraphs = (part.strip() for part in _HEADING.split(before))
        return Said(pycode.read(code, view), "\n\n".join(part for part in paragraphs if part))

    def format(self, action: Action, view: View, thought: str = "") -> str:
        said = calls.harmless(thought).replace("`", "'")
        before = f"{_THOUGHT}{said}\n\n## Code:\n" if said else ""
        code = pycode.write(action, view)
        kind = "code" if code.startswith(("computer.terminate", "computer.wait")) else "python"
        return f"{before}```{kind}\n{code}\n```"

    def grammar(self, thought: int, view: View | None = None) -> str:
        """view: bounds the points. The thought takes in the headings that follow it."""
        fence = lark.literal("```")
        ending = lark.literal("\n```")
        free = f"({lark.literal(_THOUGHT)} thought)? " if thought else ""
        parts = [
            f"start: {free}{fence} ({lark.literal('python' + chr(10))} code"
            f" | {lark.literal('code' + chr(10))} end) {ending}",
            *([f"thought[max_tokens={thought}]: /[^`]+/"] if thought else []),
            pycode.grammar(view),
        ]
        return "\n".join(parts) + "\n"


def _split(text: str) -> tuple[str, str]:
    """What comes before the code, and the code. DialectError for none, for several and for text
    after it."""
    found = list(_FENCE.finditer(text))
    if not found and "```" in text:
        raise DialectError("the block of code is not closed by ```")
    if len(found) > 1:
        raise DialectError("more than one block of code: say one action, then look again")
    if found:
        after = text[found[0].end() :].strip()
        if after:
            raise DialectError(f"text after the block of code: {calls.short(after)}")
        return text[: found[0].start()], found[0][1]
    places = list(_CODE.finditer(text))
    if len(places) != 1:
        raise DialectError(f"no block of code, as in ```python …```: {calls.short(text)}")
    return text[: places[0].start()], text[places[0].end() :]
