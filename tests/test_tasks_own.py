"""An own job without a desktop: differences of files, what they propose, and what that judges."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perception.observation import Box
from perception.values import parse_amount, parse_date, value_kind
from tasks.own import vary
from tasks.own.book import Book, Cell, Row, Sheet, Value, orders
from tasks.own.changes import NEXT, Added, changes
from tasks.own.job import Instance, Job
from tasks.own.judge import judge, question
from tasks.own.page import Entry, Page, name_of
from tasks.own.postcondition import Append, Change, Postcondition, Remove
from tasks.own.propose import Shown, propose
from tasks.own.sources import Always, Computed, Document, Given, Goal, Open, Rest, Today
from tasks.own.words import parted

FILE, SHEET = "fees.ods", "Fees"
HEADERS = ("Member", "Paid on", "Amount", "Double", "Kind")
LITERALS = ("Enter the fee of ", ", paid on ", ": ", ".")

names = st.text("abcdefghijklmnop ÄÖé", min_size=3, max_size=12).map(str.title).map(str.strip)
names = names.filter(lambda text: len(text) > 2)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
amounts = st.integers(100, 99_999).map(lambda cents: (Decimal(cents) / 100).normalize())
entries = st.tuples(names, days, amounts)


def book(rows: list[tuple[Value | None, ...]], header: bool = True) -> Book:
    """A sheet of fees; a row's fourth cell doubles its third, by a formula."""
    lines = [HEADERS, *rows] if header else rows
    cells: dict[tuple[int, int], Cell] = {}
    for at, line in enumerate(lines, start=1):
        for column, value in enumerate(line, start=1):
            formula = f"C{at}*2" if column == 4 and value is not None and at > header else ""
            if value is not None:
                cells[at, column] = Cell(value, formula)
    return Book((Sheet(SHEET, cells),))


def row(entry: tuple[str, date, Decimal]) -> tuple[Value | None, ...]:
    name, day, amount = entry
    return name, day, amount, amount * 2, "fee"


def given_by(entry: tuple[str, date, Decimal]) -> Given:
    name, day, amount = entry
    return Given((name, f"{day:%d.%m.%Y}", f"{amount:.2f}"), today=date(2030, 1, 1))


def appended(old: list[tuple[str, date, Decimal]], new: tuple[str, date, Decimal]) -> Shown:
    before = [row(entry) for entry in old]
    books = [{FILE: book(rows)} for rows in (before, [*before, row(new)])]
    return Shown(books[0], books[1], given_by(new), LITERALS)


distinct = st.lists(entries, min_size=4, max_size=9, unique_by=(lambda e: e[0], lambda e: e[2]))


@settings(max_examples=25, deadline=None)
@given(distinct, st.integers(1, 3), st.data())
def test_a_proposal_accepts_the_true_edit_elsewhere_and_no_other(
    drawn: list[tuple[str, date, Decimal]], times: int, data: st.DataObject
) -> None:
    *old, new = drawn
    shown = [appended(old[: at + 1], old[at + 1]) for at in range(min(times, len(old) - 1))]
    wanted = propose(shown)
    (rule,) = wanted.rules
    assert isinstance(rule, Append)
    assert rule.where == NEXT
    sources = [fill.source for fill in rule.fills]
    assert [type(source) for source in sources] == [Goal, Goal, Goal, Computed, Always]
    assert [s.index for s in sources if isinstance(s, Goal)] == [0, 1, 2]
    assert wanted.doubts == ()

    true = appended(old, new)
    rows = [*(row(entry) for entry in old), row(new)]

    def verdict(changed: list[tuple[Value | None, ...]]) -> tuple[bool, bool]:
        found = judge(wanted, true.before, {FILE: book(changed)}, true.given)
        return found.ok, found.collateral

    assert verdict(rows) == (True, False)
    assert verdict(rows[:-1])[0] is False
    assert verdict([*rows, row(new)]) == (False, True)
    assert verdict([*rows[:-1], (), rows[-1]])[0] is False
    at, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from([0, 1, 2, 4]))
    other: Value = data.draw(
        {0: names, 1: days, 2: amounts, 4: names}[column].filter(lambda v: v != rows[at][column])
    )
    edited = [list(line) for line in rows]
    edited[at][column] = other
    assert verdict([tuple(line) for line in edited]) == (False, at < len(old))
    edited[at][column] = None
    assert verdict([tuple(line) for line in edited]) == (False, at < len(old))
    assert verdict([row(new), *rows[:-1]])[0] is False
    assert verdict([line for i, line in enumerate(rows) if i != at])[0] is False
    more = [*rows[:-1], (*rows[-1], "more")]
    assert verdict(more) == (False, True)


@settings(max_examples=25, deadline=None)
@given(distinct, days, st.data())
def test_a_cell_of_the_row_that_the_goal_names(
    drawn: list[tuple[str, date, Decimal]], paid: date, data: st.DataObject
) -> None:
    """ "Mark the fee of NAME as paid on DATE": another cell, another row, or both, is wrong."""

    def marked(at: int, on: date) -> Shown:
        before = [list(row(entry)) for entry in drawn]
        after = [list(line) for line in before]
        after[at][1] = on
        books = [{FILE: book([tuple(line) for line in rows])} for rows in (before, after)]
        return Shown(books[0], books[1], Given((drawn[at][0], on.isoformat())))

    first, second = drawn[0], drawn[1]
    wanted = propose([marked(0, first[1] + timedelta(1)), marked(1, second[1] + timedelta(2))])
    (rule,) = wanted.rules
    assert isinstance(rule, Change)
    assert rule.row.column == 1
    at = data.draw(st.integers(0, len(drawn) - 1))
    true = marked(at, paid)
    assert judge(wanted, true.before, true.after, true.given).ok
    other = data.draw(st.integers(0, len(drawn) - 1).filter(lambda n: n != at))
    wrong = marked(other, drawn[other][1] + timedelta(5))
    found = judge(wanted, true.before, wrong.after, true.given)
    assert found.collateral
    assert not found.ok


def test_a_removed_row_and_a_row_above_the_total() -> None:
    old = [row((f"N{i}", date(2026, 1, i + 1), Decimal(10 + i))) for i in range(4)]
    gone = Shown({FILE: book(old)}, {FILE: book([*old[:1], *old[2:]])}, Given(("N1",)))
    (rule,) = propose([gone]).rules
    assert isinstance(rule, Remove)
    true = {FILE: book(old[:2] + old[3:])}
    assert judge(Postcondition((rule,)), gone.before, true, Given(("N2",))).ok
    assert not judge(Postcondition((rule,)), gone.before, gone.after, Given(("N2",))).ok
    total = ("Total", None, Decimal(46))
    new = row(("Zoe", date(2026, 2, 1), Decimal(9)))
    shown = Shown(
        {FILE: book([*old, total])},
        {FILE: book([*old, new, total])},
        Given(("Zoe", "2026-02-01", "9")),
    )
    (above,) = propose([shown]).rules
    assert isinstance(above, Append)
    assert above.where == "before the last"


def test_what_is_said_of_one_demonstration_and_of_two_that_disagree() -> None:
    old = [("Ida", date(2026, 1, 2), Decimal(20))]
    one = appended(old, ("Bo", date(2026, 1, 3), Decimal(25)))
    assert propose([one]).lines[:4] == (
        "one row added to Fees of fees.ods, in the next free row:",
        "    Member ← the first value of the goal, after “the fee of”",
        "    Paid on ← the second value of the goal, after “paid on”",
        "    Amount ← the third value of the goal",
    )
    two = appended(old, ("Cy", date(2026, 1, 4), Decimal(30)))
    kind = {FILE: book([*map(row, old), ("Cy", date(2026, 1, 4), Decimal(30), Decimal(60), "x")])}
    wanted = propose([one, replace(two, after=kind)])
    assert wanted.open
    (doubt,) = wanted.doubts
    assert doubt == "Kind: “fee”, then “x”: what they have in common is not seen"


def test_values_of_a_document_under_labels_of_other_words() -> None:
    def page(label: str, total: str) -> Page:
        known = [Entry("VAT 19% 1.00"), Entry("Acme", ("vendor",)), Entry("9.00", ("net",))]
        from tasks.own.page import name_of

        return Page((*known, Entry("1.00", ("vat",)), Entry(total, (name_of(label), "1.00"))))

    old = [("Ida", date(2026, 1, 2), Decimal(20))]
    shown = appended(old, ("Acme", date(2026, 1, 3), Decimal(10)))
    wanted = propose([replace(shown, given=Given((), page("Total due", "10.00 EUR")))])
    (rule,) = wanted.rules
    assert isinstance(rule, Append)
    assert rule.fills[0].source == Document("vendor")
    assert rule.fills[2].source == Document("total")
    assert question(wanted, Given((), page("Gesamtbetrag", "10,00 €"))) == ""
    assert "do not add up" in question(wanted, Given((), page("Gesamtbetrag", "12,00 €")))
    assert question(wanted, Given((), Page())).startswith("nothing is said for “vendor”")
    two = Page((*page("Total", "10.00").entries, Entry("11.00", ("total",))))
    assert "is said in 2 ways" in question(wanted, Given((), two))
    saved = judge(wanted, shown.before, shown.after, Given((), two))
    assert (saved.ok, saved.expects_ask, saved.fell) == (False, True, "guessed")
    nothing = judge(wanted, shown.before, shown.before, Given((), two))
    assert (nothing.ok, nothing.expects_ask) == (True, True)


def test_today_and_what_nothing_explains() -> None:
    day = date(2026, 5, 5)
    old = [("Ida", date(2026, 1, 2), Decimal(20))]
    shown = appended(old, ("Bo", day, Decimal(25)))
    wanted = propose([replace(shown, given=Given(("Bo", "25"), today=day))])
    (rule,) = wanted.rules
    assert isinstance(rule, Append)
    assert rule.fills[1].source == Today()
    assert not any(isinstance(fill.source, Open) for fill in rule.fills)


def test_equal_rows_do_not_make_appending_look_like_an_insertion() -> None:
    same = row(("Ida", date(2026, 1, 2), Decimal(20)))
    (edit,) = changes(book([same]), book([same, same])).edits
    assert isinstance(edit, Added)
    assert (edit.row, edit.where) == (3, NEXT)


@pytest.mark.parametrize(
    ("goal", "values"),
    [
        ('Enter "Bo Ek", paid on 2026-04-03', ("Bo Ek",)),
        (
            "Enter the fee of Bo Ek, paid on 3 April 2026: 45.00 EUR.",
            ("Bo Ek", "3 April 2026", "45.00 EUR"),
        ),
        ("Book the invoice and save it.", ()),
        ("Move member Ann van der Berg to group B2.", ("Ann van der Berg", "B2")),
    ],
)
def test_the_values_of_a_goal(goal: str, values: tuple[str, ...]) -> None:
    said = parted(goal)
    assert said.values == values
    assert parted(said.marked, said.literals).values == values
    assert parted(said.marked).marked == said.marked


def test_a_goal_in_the_words_of_another() -> None:
    known = parted("Enter the fee of Bo Ek, paid on 2026-04-03: 45.00.").literals
    said = parted("enter the fee of de Vries,  paid on 2026-05-01: 12.50.", known)
    assert said.values == ("de Vries", "2026-05-01", "12.50")
    assert said.marked == 'Enter the fee of "de Vries", paid on "2026-05-01": "12.50".'


@given(st.lists(entries, min_size=1, max_size=5), st.integers(1, 500))
@settings(max_examples=60, deadline=None)
def test_a_variation_draws_what_is_entered_in_its_own_notation_and_keeps_the_rest(
    fees: list[tuple[str, date, Decimal]], which: int
) -> None:
    texts = [(name, day.isoformat(), f"{amount:.2f}") for name, day, amount in fees]
    goals = [f"Enter the fee of “{a}”, paid on “{b}”: “{c}”." for a, b, c in texts]
    shown = [
        Shown({FILE: book([])}, {FILE: book([fee])}, Given(t), LITERALS)
        for fee, t in zip(fees, texts, strict=True)
    ]
    job = Job(goals[0], "calc", (f"/{FILE}",), wanted=propose(shown[:1])).adding(
        [Instance(goal) for goal in goals]
    )
    seed = vary.variation(len(fees) - 1, which)
    assert (vary.instance_of(seed), vary.variation_of(seed)) == (len(fees) - 1, which)
    was, said = job.said(len(fees) - 1), vary.said(job, seed)
    assert said == vary.said(job, seed)
    assert said.literals == was.literals
    for place, (old, new) in enumerate(zip(was.values, said.values, strict=True)):
        if place not in vary.redrawable(job):
            assert new == old
        elif value_kind(old) == "text":
            assert new in {" ".join(each[place].split()) for each in texts}
        else:
            assert (value_kind(new), len(new)) == (value_kind(old), len(old))
            number, other = parse_amount(old), parse_amount(new)
            assert number is None or (other is not None and other <= number)
            assert value_kind(old) != "date" or parse_date(new)
    home = Box(4, 30, 1272, 760)
    place_now = vary.moved(home, seed)
    assert home.intersect(place_now) == place_now
    assert place_now.w > 0.9 * home.w
    assert vary.moved(home, 3) == home


def test_what_a_row_is_found_by_is_not_drawn_anew() -> None:
    row = ("Bo", date(2026, 1, 2), Decimal("10.00"))
    now = (*row[:2], Decimal("12.50"))
    goal = parted("Set the amount of “Bo” to “12.50”.")
    (before, after) = ({FILE: book([row])}, {FILE: book([now])})
    wanted = propose([Shown(before, after, Given(goal.values), goal.literals)])
    assert isinstance(wanted.rules[0], Change)
    job = Job(goal.marked, "calc", (f"/{FILE}",), wanted=wanted).adding([Instance(goal.marked)])
    name, amount = vary.said(job, vary.variation(0, 1)).values
    assert name == "Bo"
    assert amount != "12.50"


def test_what_the_other_amounts_leave_is_checked_in_every_row() -> None:
    """As of a ledger's transactions, whose amounts come to nothing."""
    said = ("45.00", "Rent")

    def ledger(*rows: tuple[str, Decimal, str, Decimal]) -> Book:
        cells = {
            (at, column): Cell(value.normalize() if isinstance(value, Decimal) else value)
            for at, row in enumerate(rows, start=1)
            for column, value in enumerate(row, start=1)
        }
        named = {1: "Account 1", 2: "Amount 1", 3: "Account 2", 4: "Amount 2"}
        return Book((Sheet("transactions", cells, ordered=False, named=named),))

    def entry(amount: str, paid: str) -> tuple[str, Decimal, str, Decimal]:
        return "Bank", Decimal(paid), "Rent", Decimal(amount)

    literals = ("Pay ", " for ", ".")
    before, after = {FILE: ledger()}, {FILE: ledger(entry("45.00", "-45.00"))}
    wanted = propose([Shown(before, after, Given(said), literals)])
    (rule,) = wanted.rules
    assert isinstance(rule, Append)
    assert rule.fills[1].words == "Amount 1 ← minus the first value of the goal, after “Pay”"
    for paid, right in (("-12.00", True), ("-45.00", False), ("12.00", False)):
        now = {FILE: ledger(entry("12.00", paid))}
        assert judge(wanted, before, now, Given(("12.00", "Rent"))).ok is right
    # A goal without the amount: neither of the two is known, whatever they come to.
    silent = propose([Shown(before, after, Given(("Rent",)), ("Pay ", "."))])
    assert silent.open
    assert silent.doubts[0].startswith("Amount 1 and Amount 2: neither goal nor document says")
    # A slip in the second demonstration is a doubt, and no rule.
    slipped = {FILE: ledger(entry("502.00", "-502.00"))}
    slip = Shown(before, slipped, Given(("520.00", "Rent")), literals)
    assert propose([Shown(before, after, Given(said), literals), slip]).open
    twice = [Shown(before, {FILE: ledger(entry(a, f"-{a}"))}, Given((a, "Rent")), literals)
             for a in ("45.00", "7.00")]  # fmt: skip
    assert not propose(twice).doubts


@given(
    st.lists(st.sampled_from(("Rent", "Travel", "Post")), min_size=2, max_size=3, unique=True),
    st.integers(0, 23),
)
def test_accounts_and_amounts_are_right_in_any_order(accounts: list[str], which: int) -> None:
    def entry(names: list[str], amounts: list[int]) -> Row:
        total = [("Bank", Decimal(-sum(amounts)))]
        pairs = [*zip(names, map(Decimal, amounts), strict=True), *total]
        cells = [Cell("firm"), Cell("2"), Cell("A"), Cell("B")]
        cells += [Cell(value) for pair in pairs for value in pair]
        return dict(enumerate(cells, start=1))

    def ledger(*rows: Row) -> Book:
        cells = {(at, c): cell for at, row in enumerate(rows, 1) for c, cell in row.items()}
        named = {c: f"column {c}" for c in range(1, 13)}
        return Book((Sheet("transactions", cells, ordered=False, named=named, pairs_from=5),))

    amounts = [7, 11, 13][: len(accounts)]
    values = tuple(str(v) for pair in zip(accounts, amounts, strict=True) for v in pair)
    shown = Shown(
        {FILE: ledger()}, {FILE: ledger(entry(accounts, amounts))}, Given(values), ("",) * 7
    )
    wanted = propose([shown])
    assert not wanted.open
    assert sum(isinstance(source, Rest) for source in wanted.sources) == 1
    made = entry(accounts, amounts)
    rows = list(orders(made, 5))
    assert rows[0] == made
    assert len(rows) == {2: 6, 3: 24}[len(accounts)]
    for row in rows:
        assert judge(wanted, shown.before, {FILE: ledger(row)}, Given(values)).ok
    swapped = entry(accounts, amounts[::-1])
    if amounts != amounts[::-1]:
        assert not judge(wanted, shown.before, {FILE: ledger(swapped)}, Given(values)).ok
    # Shown in another order, it is the same job.
    others = ("Fuel", "Rent", "Shoes")[: len(accounts)]
    told = tuple(str(v) for pair in zip(others, (3, 5, 9), strict=False) for v in pair)
    ways = list(orders(entry(list(others), [3, 5, 9][: len(accounts)]), 5))
    second = Shown(
        {FILE: ledger()}, {FILE: ledger(ways[which % len(ways)])}, Given(told), ("",) * 7
    )
    assert not propose([shown, second]).doubts


@pytest.mark.parametrize("name", ["Brandt Stationery", "Form Rheine", "Bank on Main"])
def test_words_of_a_goal_are_whole_and_quotes_hold(name: str) -> None:
    literals = parted('Pay "1.00" to "Bo Ek" on "2026-01-02" for "Rent".').literals
    for goal in (
        f'Pay "12.00" to "{name}" on "2026-04-06" for "Rent".',
        f"Pay 12.00 to “{name}” on 2026-04-06 for Rent.",
    ):
        assert parted(goal, literals).values == ("12.00", name, "2026-04-06", "Rent")


def test_what_belongs_together_is_drawn_together() -> None:
    headers = ("From", "To", "Begin", "End", "Net", "Tax", "Total")
    rows = [
        ("Bank", "Cash", "2026-01-02", "2026-01-31", "100.00", "19.00", "119.00"),
        ("Cash", "Post", "2026-03-02", "2026-03-09", "7.00", "1.00", "8.00"),
    ]
    goals = [
        'Enter "{}" to "{}", "{}" to "{}": "{}" and "{}" are "{}".'.format(*row) for row in rows
    ]

    def sheet(row: tuple[str, ...] = ()) -> Book:
        cells = {(1, at): Cell(name) for at, name in enumerate(headers, start=1)}
        for at, text in enumerate(row, start=1):
            value = parse_date(text) or parse_amount(text) or text
            cells[2, at] = Cell(value.normalize() if isinstance(value, Decimal) else value)
        return Book((Sheet(SHEET, cells),))

    said = [parted(goal) for goal in goals]
    shown = [
        Shown({FILE: sheet()}, {FILE: sheet(row)}, Given(one.values), one.literals)
        for row, one in zip(rows, said, strict=True)
    ]
    job = Job(goals[0], "calc", (f"/{FILE}",), wanted=propose(shown)).adding(
        [Instance(goal) for goal in goals]
    )
    assert vary.redrawable(job) == tuple(range(7))
    other = 0
    for which in range(1, 30):
        values = vary.said(job, vary.variation(0, which)).values
        assert values[:2] in (rows[0][:2], rows[1][:2])  # of one day, never from Cash to Cash
        begin, end = (parse_date(text) for text in values[2:4])
        assert begin and end and (end - begin).days == 29
        assert values[4:] == rows[0][4:]  # they add up: another one alone would not
        other += values != rows[0]
    assert other == 29


def test_a_label_is_known_whatever_becomes_of_its_blanks() -> None:
    for said, name in (("Zuzahlen", "total"), ("Zu zahlen:", "total"), ("Invoiceno.", "number")):
        assert name_of(said) == name
    assert name_of("Kabel 5m") == "kabel 5m"
