"""Pages with an opponent or a secret: found out by trying, or foreseen from the seed."""

import math
from collections.abc import Iterator, Mapping, Sequence

from actuation.action import Action, Click, Move
from actuation.desktop import DesktopError
from tasks.miniwob.page import Oracle, Page, css

LINES = (
    *((0, 1, 2), (3, 4, 5), (6, 7, 8)),
    *((0, 3, 6), (1, 4, 7), (2, 5, 8)),
    *((0, 4, 8), (2, 4, 6)),
)
SIGNALS = {"HOT": 5.0, "WARM": 10.0, "COLD": 40.0, "ICE COLD": math.inf}


def hot_cold(page: Page) -> Iterator[Action]:
    """Each hover tells how far the secret point is; the next goes where that splits best what is
    left."""
    left, top, width, height = page.box(css("#touch-area"))
    bounds = (left + 2, top + 2, left + width - 3, top + height - 3)
    # The page counts from the left edge and from 50 below the top.
    secrets = [(x, y + 50) for x in range(5, 155) for y in range(5, 120)]
    spots = [
        (x, y)
        for x in range(int(bounds[0]), int(bounds[2]), 4)
        for y in range(int(bounds[1]), int(bounds[3]), 4)
    ]
    while secrets:
        spot = _best_spot(secrets, spots)
        yield Move(*page.at(*spot))
        heard = page.words(f"said({css('#display')})")
        if heard == "HOT":
            yield Click(*page.at(*spot))
            return
        secrets = [one for one in secrets if _signal(math.dist(one, spot)) == heard]
    raise DesktopError("the oracle does not find the hot spot")


def _signal(distance: float) -> str:
    return next(name for name, limit in SIGNALS.items() if distance < limit)


def _best_spot(
    secrets: Sequence[tuple[int, int]], spots: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Where the answer is least sure, judged on a sample of the secrets that are left."""
    sample = secrets[:: max(1, len(secrets) // 60)]

    def largest(spot: tuple[int, int]) -> int:
        counts = dict.fromkeys(SIGNALS, 0)
        for one in sample:
            counts[_signal(math.dist(one, spot))] += 1
        counts["HOT"] = 0  # found: nothing is left
        return max(counts.values())

    return min(spots, key=largest)


def tic_tac_toe(page: Page) -> Iterator[Action]:
    """The opponent plays by the seed: the moves that win against it are foreseen."""
    chances = page.numbers(
        "(chance => Array.from({length: 60}, chance))(new Math.seedrandom(core.seed))"
    )
    board, used = [0] * 9, 1
    if int(chances[0] * 100) > 50:
        board, used = _answer(board, chances, used)
    for move in _winning(board, chances, used) or ():
        yield page.click(css(f"#ttt-{move}"))


def _winning(board: list[int], chances: Sequence[float], used: int) -> list[int] | None:
    """The moves that lead to a win, None if there are none."""
    for move in _free(board):
        mine = board.copy()
        mine[move] = 1
        if _won(mine, 1):
            return [move]
        if not _free(mine):
            continue
        theirs, after = _answer(mine, chances, used)
        if not _won(theirs, -1) and (rest := _winning(theirs, chances, after)) is not None:
            return [move, *rest]
    return None


def _answer(board: list[int], chances: Sequence[float], used: int) -> tuple[list[int], int]:
    """The opponent's move: by chance, or where it wins or must block."""
    free, theirs = _free(board), board.copy()
    by_chance = int(chances[used] * 100) < 55 or len(free) == 9
    used += 1
    place = None if by_chance else _forced(board)
    if place is None:
        place = free[int(chances[used] * len(free))]
        used += 1
    theirs[place] = -1
    return theirs, used


def _forced(board: list[int]) -> int | None:
    """As the page looks for it: the last kind of line that is found wins over the others."""
    for marker in (-1, 1):
        if found := [place for place in _gaps(board, marker) if place is not None]:
            return found[-1]
    return None


def _gaps(board: list[int], marker: int) -> Iterator[int | None]:
    """A gap for each kind of line, in the page's order; None where there is none."""

    def first(places: Sequence[tuple[int, int, int]]) -> int | None:
        for gap, one, other in places:
            if board[gap] == 0 and board[one] == board[other] == marker:
                return gap
        return None

    rows = [(3 * at, 3 * at + 1, 3 * at + 2) for at in range(3)]
    columns = [(at, at + 3, at + 6) for at in range(3)]
    yield first([(a, b, c) for a, b, c in rows])
    yield first([(b, a, c) for a, b, c in rows])
    yield first([(c, a, b) for a, b, c in rows])
    yield first([(0, 4, 8), (4, 0, 8), (8, 0, 4), (2, 4, 6), (4, 2, 6), (6, 2, 4)])
    for a, b, c in columns:
        yield first([(a, b, c), (b, a, c), (c, a, b)])


def _free(board: list[int]) -> list[int]:
    return [at for at, piece in enumerate(board) if piece == 0]


def _won(board: list[int], marker: int) -> bool:
    return any(all(board[at] == marker for at in line) for line in LINES)


ORACLES: Mapping[str, Oracle] = {
    "hot-cold": hot_cold,
    "tic-tac-toe": tic_tac_toe,
}
