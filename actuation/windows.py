"""The windows of one X display, as the window manager (EWMH) and the server report them.

Task set-ups place windows with these functions; the agent itself never does.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from Xlib import X
from Xlib.display import Display
from Xlib.error import BadDrawable, BadWindow
from Xlib.protocol import event

from perception.observation import Box, Window

Handle = Any  # python-xlib's Window: the package has no types

APPLICATION_REQUEST, PAGER = 1, 2  # the source indication of EWMH requests
DIALOGS = ("DIALOG", "MENU", "POPUP_MENU", "DROPDOWN_MENU", "COMBO")
ALL_SIDES = 0x0F00  # x, y, width and height are given
SETTLED = 0.5  # seconds without a move after which a window stays where it is
STATIC_GRAVITY = 10  # the box is the client's own, whatever frame it has


def listed(display: Display, offset: tuple[int, int] = (0, 0)) -> tuple[Window, ...]:
    """All visible windows front to back, popups and menus of the programs included.

    offset: the root position that is (0, 0) of the returned boxes. Popups have the application of
    their program and mostly no title.
    """
    active = _property(display, display.screen().root, "_NET_ACTIVE_WINDOW")
    active_id = active[0] if active else 0
    return tuple(
        _describe(display, handle, offset, handle.id == active_id) for handle in _handles(display)
    )


def find(display: Display, match: Callable[[Window], bool]) -> Handle | None:
    """The frontmost window that `match` accepts, minimised ones included."""
    for handle in _handles(display, minimised=True):
        if match(_describe(display, handle, (0, 0), False)):
            return handle
    return None


def place(display: Display, handle: Handle, box: Box, patience: float = 3.0) -> Box:
    """Move and resize a window so that its client area is `box` (root pixels).

    Returns where it really ended: programs may refuse a size (steps, minimum). BadWindow (of
    python-xlib) if it closes meanwhile.
    """
    for state in ("_NET_WM_STATE_MAXIMIZED_HORZ", "_NET_WM_STATE_MAXIMIZED_VERT"):
        _ask(display, handle, "_NET_WM_STATE", 0, display.intern_atom(state), 0, PAGER)
    flags = STATIC_GRAVITY | ALL_SIDES | (PAGER << 12)
    _ask(display, handle, "_NET_MOVERESIZE_WINDOW", flags, box.x, box.y, box.w, box.h)
    began = still_since = time.monotonic()
    before = now = box_of(display, handle)
    while now != box and time.monotonic() < began + patience:
        if now != before:
            before, still_since = now, time.monotonic()
        elif time.monotonic() > still_since + SETTLED:
            break  # it has done what it will
        time.sleep(0.02)
        now = box_of(display, handle)
    return now


def activate(display: Display, handle: Handle) -> None:
    """Raise a window (unminimising it) and give it the keyboard."""
    _ask(display, handle, "_NET_ACTIVE_WINDOW", PAGER, X.CurrentTime, 0)


def keep_above(display: Display, handle: Handle) -> None:
    """Above all other windows, whichever is raised later."""
    above = display.intern_atom("_NET_WM_STATE_ABOVE")
    _ask(display, handle, "_NET_WM_STATE", 1, above, 0, PAGER)


def minimise(display: Display, handle: Handle) -> None:
    _ask(display, handle, "WM_CHANGE_STATE", 3)  # IconicState


def close(display: Display, handle: Handle) -> None:
    """Ask the program to close a window, as its close button does."""
    _ask(display, handle, "_NET_CLOSE_WINDOW", X.CurrentTime, PAGER)


def box_of(display: Display, handle: Handle) -> Box:
    """The client area in root pixels."""
    geometry = handle.get_geometry()
    corner = display.screen().root.translate_coords(handle, 0, 0)
    return Box(corner.x, corner.y, geometry.width, geometry.height)


def managed(display: Display) -> bool:
    """Whether a window manager runs."""
    return bool(_property(display, display.screen().root, "_NET_SUPPORTING_WM_CHECK"))


def _handles(display: Display, minimised: bool = False) -> Iterator[Handle]:
    """Popups first (they are always above), then what the window manager lists, front to back."""
    root = display.screen().root
    stacking = _property(display, root, "_NET_CLIENT_LIST_STACKING") or ()
    hidden = display.intern_atom("_NET_WM_STATE_HIDDEN")
    for handle in reversed(root.query_tree().children):
        try:
            attributes = handle.get_attributes()
            if (
                attributes.override_redirect
                and attributes.map_state == X.IsViewable
                and attributes.win_class == X.InputOutput
                and handle.get_wm_class()
            ):
                yield handle
        except (BadWindow, BadDrawable):
            continue  # it has just closed
    for identity in reversed(stacking):
        handle = display.create_resource_object("window", identity)
        try:
            if minimised or hidden not in (_property(display, handle, "_NET_WM_STATE") or ()):
                yield handle
        except (BadWindow, BadDrawable):
            continue


def _describe(display: Display, handle: Handle, offset: tuple[int, int], active: bool) -> Window:
    try:
        title = handle.get_full_text_property(display.intern_atom("_NET_WM_NAME"))
        title = title or handle.get_wm_name() or ""
        names = handle.get_wm_class() or ("", "")
        box = box_of(display, handle).moved(-offset[0], -offset[1])
        dialog = _is_dialog(display, handle)
    except (BadWindow, BadDrawable):
        return Window("", "", Box(0, 0, 0, 0))
    if isinstance(title, bytes):
        title = title.decode("latin-1")
    return Window(title, names[1], box, active, dialog)


def _is_dialog(display: Display, handle: Handle) -> bool:
    """By its EWMH type; without one, whether it is a popup or belongs to another window."""
    kinds = _property(display, handle, "_NET_WM_WINDOW_TYPE") or ()
    if kinds:
        return any(display.intern_atom(f"_NET_WM_WINDOW_TYPE_{name}") in kinds for name in DIALOGS)
    popup = handle.get_attributes().override_redirect
    return bool(popup or _property(display, handle, "WM_TRANSIENT_FOR"))


def _property(display: Display, handle: Handle, name: str) -> tuple[int, ...] | None:
    found = handle.get_full_property(display.intern_atom(name), X.AnyPropertyType)
    return tuple(found.value) if found else None


def _ask(display: Display, handle: Handle, message: str, *data: int) -> None:
    """Send an EWMH client message about a window to the window manager."""
    root = display.screen().root
    note = event.ClientMessage(
        window=handle,
        client_type=display.intern_atom(message),
        data=(32, [value & 0xFFFFFFFF for value in (*data, 0, 0, 0, 0, 0)[:5]]),
    )
    root.send_event(note, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    display.sync()
