"""The command palette's entries: every page, and every key's action by its words."""

from collections.abc import Iterator, Mapping
from functools import partial

from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.screen import Screen

from agent.tui.page import Page


def commands(
    app: App[int], screen: Screen[object], pages: Mapping[str, type[Page]]
) -> Iterator[SystemCommand]:
    for name, page in pages.items():
        yield SystemCommand(f"Go to {name}", page.HELP, partial(app.switch_mode, name))
    for bound in screen.active_bindings.values():
        binding = bound.binding
        if binding.description and not binding.action.startswith(("page(", "command_palette")):
            key = f"key: {app.get_key_display(binding)}"
            act = partial(_act, app, binding.action, bound.node)
            yield SystemCommand(binding.description, key, act)


def _act(app: App[int], action: str, node: DOMNode) -> None:
    app.run_worker(app.run_action(action, node))
