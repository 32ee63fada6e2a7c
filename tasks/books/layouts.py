"""The layouts of an invoice page: how facts (label and value) and sums are arranged.

left    Date        3 April 2026        above   DATE          DUE
        Due date    3 May 2026                  3 April 2026  3 May 2026
inline  Date: 3 April 2026              bars    the same in boxes under coloured bars
header  one row of labels over one row of values; `columns` pairs vendor and facts side by side
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.books.canvas import GREY, INK, WHITE, Canvas
from tasks.books.invoice import Invoice
from tasks.books.wording import Wording, draw_wording


@dataclass(frozen=True)
class Fact:
    """A label and its value; field names the job's values as in canvas.Placed."""

    label: str
    value: str
    field: str = ""


Block = Callable[[Canvas, Sequence[Fact]], None]


def facts_left(canvas: Canvas, facts: Sequence[Fact]) -> None:
    x = canvas.margin + max(canvas.length(fact.label) for fact in facts) + 28
    for fact in facts:
        canvas.put(canvas.margin, canvas.y, fact.label, fill=GREY)
        canvas.put(x, canvas.y, fact.value, name=fact.field)
        canvas.y += canvas.row


def facts_inline(canvas: Canvas, facts: Sequence[Fact]) -> None:
    for fact in facts:
        end = canvas.put(canvas.margin, canvas.y, f"{fact.label}:")
        canvas.put(end + canvas.length(" "), canvas.y, fact.value, name=fact.field)
        canvas.y += canvas.row


def pair_up(canvas: Canvas, facts: Sequence[Fact]) -> list[Sequence[Fact]]:
    """Two facts a line where both fit into half the page, else one."""
    half = (canvas.right - canvas.margin) // 2 - 20
    lines: list[Sequence[Fact]] = []
    waiting: Fact | None = None
    for fact in facts:
        wide = max(canvas.length(fact.value, bold=True), canvas.length(fact.label)) > half
        if wide:
            lines.append((fact,))
        elif waiting is None:
            waiting = fact
        else:
            lines.append((waiting, fact))
            waiting = None
    if waiting is not None:
        lines.append((waiting,))
    return lines


def facts_above(canvas: Canvas, facts: Sequence[Fact]) -> None:
    half = (canvas.right - canvas.margin) // 2
    for line in pair_up(canvas, facts):
        for x, fact in zip((canvas.margin, canvas.margin + half), line, strict=False):
            canvas.put(x, canvas.y, fact.label, size=15, fill=GREY)
            canvas.put(x, canvas.y + 21, fact.value, name=fact.field, bold=True)
        canvas.y += 21 + canvas.row + 6


def facts_bars(canvas: Canvas, facts: Sequence[Fact]) -> None:
    half = (canvas.right - canvas.margin) // 2
    for line in pair_up(canvas, facts):
        for index, fact in enumerate(line):
            x, w = canvas.margin + index * half, half - 8 if len(line) == 2 else 2 * half
            canvas.bar(x, canvas.y, w, 24, canvas.accent)
            canvas.put(x + 8, canvas.y + 3, fact.label, size=15, fill=WHITE)
            box = (x, canvas.y + 24, x + w - 1, canvas.y + 26 + canvas.row)
            canvas.draw.rectangle(box, outline=canvas.accent)
            canvas.put(x + 8, canvas.y + 29, fact.value, name=fact.field)
        canvas.y += 36 + canvas.row


def facts_header(canvas: Canvas, facts: Sequence[Fact]) -> None:
    """Rows of as many columns as fit: labels on a tinted row, values under them."""
    rest = list(facts)
    while rest:
        count, widths = 0, 0
        for fact in rest:
            widths += max(canvas.length(fact.label, 15, True), canvas.length(fact.value)) + 24
            if widths > canvas.right - canvas.margin:
                break
            count += 1
        line, rest = rest[: max(count, 1)], rest[max(count, 1) :]
        canvas.bar(canvas.margin, canvas.y, canvas.right - canvas.margin, 25, "#e3e6ea")
        x = canvas.margin + 6
        for fact in line:
            canvas.put(x, canvas.y + 3, fact.label, size=15, bold=True)
            canvas.put(x, canvas.y + 30, fact.value, name=fact.field)
            x += max(canvas.length(fact.label, 15, True), canvas.length(fact.value)) + 24
        canvas.y += 34 + canvas.row


def facts_columns(canvas: Canvas, facts: Sequence[Fact]) -> None:
    """The vendor (and whoever is wide) above its full line, the facts as label, value at right."""
    vendor = [fact for fact in facts if fact.field == "vendor"]
    others = [fact for fact in facts if fact.field != "vendor"]
    for fact in vendor:
        canvas.put(canvas.margin, canvas.y, fact.label, size=15, fill=GREY)
        canvas.put(canvas.margin, canvas.y + 22, fact.value, name=fact.field, bold=True)
    canvas.y += 28 + canvas.row
    x = canvas.right - max(canvas.length(fact.value) for fact in others)
    end = x - 22
    for fact in others:
        canvas.put(end, canvas.y, fact.label, fill=GREY, right=True)
        canvas.put(x, canvas.y, fact.value, name=fact.field)
        canvas.y += canvas.row


def sums_right(canvas: Canvas, facts: Sequence[Fact]) -> None:
    """Labels, then amounts flush right; the total bold under a rule."""
    x = canvas.right - max(canvas.length(fact.value, bold=True) for fact in facts) - 30
    for fact in facts:
        bold = fact.field == "total"
        if bold:
            canvas.draw.line((x - 150, canvas.y, canvas.right, canvas.y), fill=GREY)
            canvas.y += 6
        canvas.put(x, canvas.y, fact.label, bold=bold, right=True)
        canvas.put(canvas.right, canvas.y, fact.value, name=fact.field, bold=bold, right=True)
        canvas.y += canvas.row


def sums_bar(canvas: Canvas, facts: Sequence[Fact]) -> None:
    """Full rows; the total white on a coloured bar."""
    for fact in facts:
        total = fact.field == "total"
        fill = WHITE if total else INK
        if total:
            height = canvas.row + 6
            canvas.bar(canvas.margin, canvas.y, canvas.right - canvas.margin, height, canvas.accent)
        y = canvas.y + (5 if total else 0)
        canvas.put(canvas.margin + 10, y, fact.label, fill=fill, bold=total)
        canvas.put(
            canvas.right - 10, y, fact.value, name=fact.field, fill=fill, bold=total, right=True
        )
        canvas.y += canvas.row + (12 if total else 2)


LAYOUTS: dict[str, tuple[Block, tuple[Block, ...]]] = {
    "left": (facts_left, (sums_right, sums_bar)),
    "above": (facts_above, (sums_right, facts_header)),
    "inline": (facts_inline, (sums_right, facts_inline)),
    "bars": (facts_bars, (sums_bar, sums_right)),
    "header": (facts_header, (facts_header, sums_right)),
    "columns": (facts_columns, (sums_right, sums_bar)),
}


def print_invoice(
    canvas: Canvas, invoice: Invoice, layout: str, rng: random.Random, without: str = ""
) -> None:
    """Print every part of the invoice, top to bottom; leaves canvas.y at the end of the print.

    without: a field that is left out.
    """
    wording = draw_wording(rng, invoice)
    block, sums = LAYOUTS[layout]
    print_title(canvas, wording, rng)
    facts = job_facts(invoice, wording, rng)
    block(canvas, [fact for fact in facts if not without or fact.field != without])
    canvas.y += 10
    print_lines(canvas, invoice, wording)
    canvas.y += 10
    rng.choice(sums)(canvas, sum_facts(invoice, wording))
    print_foot(canvas, wording, rng)


def job_facts(invoice: Invoice, wording: Wording, rng: random.Random) -> list[Fact]:
    """Vendor, number and dates among numbers that are not asked for, in random order."""
    say = wording.labels
    facts = [
        Fact(say["number"], invoice.number, "number"),
        Fact(say["date"], wording.day(invoice.issued), "date"),
        Fact(say["due"], wording.day(invoice.due), "due"),
    ]
    if rng.random() < 0.5:
        facts.append(Fact(say["customer"], str(rng.randint(10_000, 99_999))))
    if rng.random() < 0.4:
        facts.append(Fact(say["order"], f"{rng.choice('ABKP')}{rng.randint(1000, 99_999)}"))
    if rng.random() < 0.7:
        rng.shuffle(facts)
    vendor = Fact(say["vendor"], invoice.vendor, "vendor")
    facts.insert(rng.choice((0, 0, 0, len(facts))), vendor)
    return facts


def sum_facts(invoice: Invoice, wording: Wording) -> list[Fact]:
    say = wording.labels
    taxes = [
        Fact(f"{say['vat']} {wording.percent(vat.rate)}", wording.amount(vat.amount), "vat")
        for vat in invoice.vat
    ]
    return [
        Fact(say["net"], wording.amount(invoice.net), "net"),
        *taxes,
        Fact(say["total"], wording.amount(invoice.total), "total"),
    ]


def print_title(canvas: Canvas, wording: Wording, rng: random.Random) -> None:
    """The heading, sometimes on a coloured band, with a line of contact numbers."""
    title, size = wording.labels["title"], rng.randint(22, 28)
    if rng.random() < 0.4:
        canvas.bar(0, 0, canvas.width, size + 28, canvas.accent)
        canvas.put(canvas.margin, 11, title, size=size, bold=True, fill=WHITE)
        canvas.y = size + 40
    else:
        canvas.put(canvas.margin, 18, title, size=size, bold=True, fill=canvas.accent)
        canvas.y = size + 34
    contacts = [
        f"{wording.labels['phone']} +49 {rng.randint(30, 899)} {rng.randint(100_000, 999_999)}",
        f"{wording.labels['tax_id']} DE{rng.randint(10**8, 10**9 - 1)}",
    ]
    for contact in rng.sample(contacts, rng.randint(0, 2)):
        canvas.put(canvas.margin, canvas.y, contact, size=15, fill=GREY)
        canvas.y += 22
    canvas.y += 10


def print_lines(canvas: Canvas, invoice: Invoice, wording: Wording) -> None:
    """The table of line items: description, quantity, price, amount."""
    say, size = wording.labels, 15
    ends = (canvas.right - 210, canvas.right - 110, canvas.right - 6)
    canvas.bar(canvas.margin, canvas.y, canvas.right - canvas.margin, 26, canvas.accent)
    canvas.put(canvas.margin + 6, canvas.y + 4, say["description"], size=size, fill=WHITE)
    for end, name in zip(ends, ("quantity", "price", "amount"), strict=True):
        canvas.put(end, canvas.y + 4, say[name], size=size, fill=WHITE, right=True)
    canvas.y += 31
    for line in invoice.lines:
        numbers = (str(line.quantity), wording.number(line.price), wording.number(line.amount))
        canvas.put(canvas.margin + 6, canvas.y, line.description, size=size)
        for end, number in zip(ends, numbers, strict=True):
            canvas.put(end, canvas.y, number, size=size, right=True)
        canvas.y += 25
    canvas.rule(canvas.y)


def print_foot(canvas: Canvas, wording: Wording, rng: random.Random) -> None:
    """Sometimes a bank line: one more number that is not asked for."""
    if rng.random() < 0.5:
        canvas.y += 12
        number = " ".join(f"{rng.randint(0, 9999):04}" for _ in range(4))
        text = f"{wording.labels['bank']} DE{rng.randint(10, 99)} {number}"
        canvas.put(canvas.margin, canvas.y, text, size=15, fill=GREY)
        canvas.y += 22
