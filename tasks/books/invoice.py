"""An invoice drawn from a seed: invented names and amounts that add up to the cent.

Everything is exact: net is the sum of the line items, total = net + VAT, in Decimal.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

RATES = {
    "EUR": ((Decimal(19), Decimal(7)), (Decimal(20), Decimal(10)), (Decimal(21), Decimal(9))),
    "GBP": ((Decimal(20), Decimal(5)),),
    "USD": ((Decimal("8.5"), Decimal(4)), (Decimal(6), Decimal(3))),
    "CHF": ((Decimal("8.1"), Decimal("2.6")),),
}

FAMILIES = (
    "Ashworth Brandt Calloway Dorner Eberhard Fairley Gruber Hartley Ingram Jansen Keller Lindner "
    "Marlow Norton Osgood Pfeiffer Quarles Reimann Sandberg Thornton Ulrich Vickers Wendt Yardley"
)
ACCENTED_FAMILIES = (
    "Böhmer Müller Schäfer Grünwald Weiß Größler Kühn Jäger Lefèvre Renée Garçon Desprès Peña "
    "Muñoz Ibáñez Søndergaard Bjørnsen Ångström Håkansson Françoise Böttcher Süß Käßner Übelhör"
)
TRADES = {
    "en": (
        "Stationery Catering Logistics Printing Timber Textiles Optics Tools Cleaning Plumbing "
        "Lighting Software Travel Packaging Interiors Gardens Supplies Engineering"
    ),
    "de": (
        "Papierhandel Verlag Logistik Druck Holzbau Textil Optik Werkzeuge Reinigung Sanitär "
        "Elektrotechnik Software Reisen Verpackung Möbel Gartenbau Bürobedarf Küchentechnik "
        "Bäckerei Metallbau"
    ),
}
FORMS = {"en": ("Ltd", "LLC", "plc", "& Sons", ""), "de": ("GmbH", "KG", "AG", "OHG", "e.K.", "")}

ITEMS = {
    "en": (
        "Copy paper A4|Toner black|Desk lamp|Delivery|Consulting|Coffee beans|Safety gloves|"
        "Cable 5 m|Maintenance|Ring binders|Oak panel|Printing flyers|Cleaning|Training day|"
        "Spare filter|Mounting kit|Labels, roll|Software licence|Travel costs|Hand tools"
    ),
    "de": (
        "Kopierpapier A4|Toner schwarz|Schreibtischlampe|Lieferung|Beratung|Kaffeebohnen|"
        "Handschuhe|Kabel 5 m|Wartung|Ordner, breit|Eichenplatte|Flyerdruck|Reinigung|"
        "Schulungstag|Ersatzfilter|Montagesatz|Etiketten|Softwarelizenz|Fahrtkosten|Werkzeugset"
    ),
}

PREFIXES = {"en": ("INV", "SI", "BILL", "TX"), "de": ("RE", "RG", "AR", "RN")}


@dataclass(frozen=True)
class Line:
    """One line item; amount = quantity × price, net of VAT."""

    description: str
    quantity: int
    price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Vat:
    """VAT at one rate (in percent)."""

    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Invoice:
    """language: "en" or "de". number always holds letters, so that a spreadsheet keeps it text."""

    language: str
    vendor: str
    number: str
    issued: date
    due: date
    currency: str
    lines: tuple[Line, ...]
    vat: tuple[Vat, ...]
    net: Decimal
    total: Decimal

    @property
    def balanced(self) -> bool:
        """Whether net + VAT = total."""
        return self.net + sum(vat.amount for vat in self.vat) == self.total


def draw_vendor(rng: random.Random, language: str) -> str:
    """An invented company name; about two of five hold letters outside ASCII."""
    trades = TRADES[language].split()
    form = rng.choice(FORMS[language])
    accented = rng.random() < 0.4
    if accented and rng.random() < 0.75:
        family, trade = rng.choice(ACCENTED_FAMILIES.split()), rng.choice(trades)
    else:
        family = rng.choice((ACCENTED_FAMILIES if accented else FAMILIES).split())
        trade = rng.choice([t for t in trades if t.isascii()])
    order = (trade, family) if language == "de" and rng.random() < 0.4 else (family, trade)
    return " ".join((*order, form)).strip()


def draw_number(rng: random.Random, language: str, year: int) -> str:
    prefix = rng.choice(PREFIXES[language])
    return rng.choice(
        (
            f"{prefix}-{year}-{rng.randint(1, 9999):04}",
            f"{prefix}-{rng.randint(10_000, 99_999)}",
            f"{prefix}{rng.randint(100_000, 999_999)}",
            f"{prefix}/{year}/{rng.randint(10, 999)}",
        )
    )


def draw_date(rng: random.Random) -> date:
    return date(2025, 1, 1) + timedelta(days=rng.randrange(730))


def draw_invoice(seed: int | str) -> Invoice:
    """The invoice of this seed: the same on every machine."""
    rng = random.Random(f"invoice {seed}")
    language = rng.choice(("en", "de"))
    currency = rng.choice(("EUR", "EUR", "USD", "GBP") if language == "en" else ("EUR", "CHF"))
    issued = draw_date(rng)
    rates = rng.choice(RATES[currency])
    split = rng.random() < 0.35
    lines: list[Line] = []
    net_by_rate: dict[Decimal, Decimal] = {}
    count = rng.randint(2 if split else 1, 5)
    for index, description in enumerate(rng.sample(ITEMS[language].split("|"), count)):
        quantity = rng.choice((1, 1, 2, 3, 4, 5, 10, 12))
        price = Decimal(round(10 ** rng.uniform(2.7, 4.9))) * CENT
        lines.append(Line(description, quantity, price, quantity * price))
        rate = rates[index % 2] if split else rates[0]
        net_by_rate[rate] = net_by_rate.get(rate, Decimal(0)) + quantity * price
    vat = tuple(
        Vat(rate, (net * rate / 100).quantize(CENT, ROUND_HALF_UP))
        for rate, net in net_by_rate.items()
    )
    net = sum((line.amount for line in lines), Decimal(0))
    return Invoice(
        language=language,
        vendor=draw_vendor(rng, language),
        number=draw_number(rng, language, issued.year),
        issued=issued,
        due=issued + timedelta(days=rng.choice((7, 10, 14, 21, 30, 45, 60))),
        currency=currency,
        lines=tuple(lines),
        vat=vat,
        net=net,
        total=net + sum((v.amount for v in vat), Decimal(0)),
    )


def contradict(invoice: Invoice, seed: int | str) -> Invoice:
    """The same invoice with a printed total that is off by 1.00 or more."""
    rng = random.Random(f"contradiction {seed}")
    off = CENT * rng.randint(100, max(120, int(invoice.total * 20)))
    lower = invoice.total - off
    return replace(
        invoice, total=lower if lower > 5 and rng.random() < 0.5 else invoice.total + off
    )
