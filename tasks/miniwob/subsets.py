"""The names of the tasks, the published subsets of them, and how long each is."""

from collections.abc import Mapping

PREFIX = "miniwob/"
_PIX2ACT = """
bisect-angle choose-date-nodelay circle-center click-button click-button-sequence click-checkboxes
click-checkboxes-large click-checkboxes-soft click-checkboxes-transfer click-collapsible-2-nodelay
click-collapsible-nodelay click-color click-dialog click-dialog-2 click-link click-option
click-pie-nodelay click-shades click-shape click-tab click-tab-2 click-tab-2-easy click-tab-2-hard
click-tab-2-medium click-test click-test-2 click-test-transfer click-widget count-shape count-sides
drag-box drag-items drag-items-grid drag-shapes drag-sort-numbers email-inbox-delete
email-inbox-important enter-date enter-text-2 enter-time find-midpoint grid-coordinate
identify-shape navigate-tree number-checkboxes resize-textarea right-angle simple-algebra
simple-arithmetic text-transform tic-tac-toe unicode-test use-autocomplete-nodelay use-colorwheel
use-colorwheel-2 use-slider use-slider-2 visual-addition
"""
_WEBGUM = """
book-flight choose-date choose-date-easy choose-date-medium choose-list click-button
click-button-sequence click-checkboxes click-checkboxes-large click-checkboxes-soft
click-checkboxes-transfer click-collapsible click-collapsible-2 click-color click-dialog
click-dialog-2 click-link click-menu click-option click-pie click-scroll-list click-shades
click-shape click-tab click-tab-2 click-tab-2-hard click-test click-test-2 click-widget count-shape
email-inbox email-inbox-forward-nl email-inbox-forward-nl-turk email-inbox-nl-turk enter-date
enter-password enter-text enter-text-dynamic enter-time focus-text focus-text-2 grid-coordinate
guess-number identify-shape login-user login-user-popup multi-layouts multi-orderings navigate-tree
search-engine social-media social-media-all social-media-some tic-tac-toe use-autocomplete
use-spinner
"""
_NEITHER = """
ascending-numbers book-flight-nodelay buy-ticket click-menu-2 copy-paste copy-paste-2
daily-calendar drag-circle drag-cube drag-shapes-2 drag-single-shape draw-circle draw-line
email-inbox-forward email-inbox-noscroll email-inbox-reply email-inbox-star-reply find-greatest
find-word form-sequence form-sequence-2 form-sequence-3 generate-number highlight-text
highlight-text-2 hot-cold odd-or-even order-food phone-book read-table read-table-2 scroll-text
scroll-text-2 sign-agreement stock-market terminal text-editor
"""

IDS = tuple(sorted({*_PIX2ACT.split(), *_WEBGUM.split(), *_NEITHER.split()}))
"""What BrowserGym lists: the package's pages but button-delay, chase-circle, hover-shape,
moving-items and simon-says, which want more than one look at a time."""


def _named(ids: str) -> tuple[str, ...]:
    return tuple(PREFIX + one for one in ids.split())


SUBSETS: Mapping[str, tuple[str, ...]] = {
    "miniwob/pix2act": _named(_PIX2ACT),
    "miniwob/webgum": _named(_WEBGUM),
}
"""The tasks that published results are about. Pix2Act's 59th, drag-item, is gone from the package.
"""

_LONGER = """
book-flight book-flight-nodelay choose-date choose-date-nodelay click-checkboxes-large
daily-calendar guess-number hot-cold multi-layouts multi-orderings number-checkboxes order-food
social-media-all social-media-some use-spinner
"""

LEVELS: Mapping[str, int] = dict.fromkeys(_LONGER.split(), 2)
"""Those that an oracle does in about ten steps; the others, in five or fewer, are of level 1."""
