"""How an invoice says things: label wordings, date and amount formats, in English and German."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks.books.invoice import Invoice

LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "title": ("Invoice", "INVOICE", "Tax invoice", "Bill"),
        "vendor": ("Vendor", "Seller", "From", "Supplier", "Issued by"),
        "number": ("Invoice no.", "Invoice number", "Invoice ID", "Document no."),
        "date": ("Invoice date", "Date", "Issued", "Date of invoice", "Issue date"),
        "due": ("Due date", "Payable by", "Payment due", "Due by"),
        "net": ("Net", "Subtotal", "Net amount", "Net total"),
        "vat": ("VAT", "Tax", "Sales tax", "VAT amount"),
        "total": ("Total", "Grand total", "Amount due", "Total due", "Total amount"),
        "customer": ("Customer no.", "Client no.", "Account no."),
        "order": ("Order no.", "Your order", "PO number"),
        "phone": ("Phone", "Tel.", "Call"),
        "tax_id": ("VAT ID", "Tax no.", "Reg. no."),
        "bank": ("Bank", "IBAN", "Pay to"),
        "description": ("Description", "Item", "Details"),
        "quantity": ("Qty", "Units", "Pcs"),
        "price": ("Price", "Unit price", "Each"),
        "amount": ("Amount", "Line total", "Sum"),
    },
    "de": {
        "title": ("Rechnung", "RECHNUNG", "Faktura"),
        "vendor": ("Lieferant", "Verkäufer", "Von", "Aussteller", "Rechnungssteller"),
        "number": ("Rechnungsnr.", "Rechnungsnummer", "Beleg-Nr.", "Rechnung Nr."),
        "date": ("Rechnungsdatum", "Datum", "Ausgestellt am", "Belegdatum"),
        "due": ("Fällig am", "Zahlbar bis", "Fälligkeit", "Zahlungsziel"),
        "net": ("Netto", "Zwischensumme", "Nettobetrag", "Summe netto"),
        "vat": ("MwSt.", "USt.", "Umsatzsteuer", "Mehrwertsteuer"),
        "total": ("Gesamt", "Gesamtbetrag", "Rechnungsbetrag", "Zu zahlen", "Endbetrag"),
        "customer": ("Kundennr.", "Kunden-Nr.", "Konto-Nr."),
        "order": ("Bestellnr.", "Ihre Bestellung", "Auftragsnr."),
        "phone": ("Telefon", "Tel.", "Ruf"),
        "tax_id": ("USt-IdNr.", "Steuernr.", "HRB"),
        "bank": ("Bank", "IBAN", "Konto"),
        "description": ("Beschreibung", "Artikel", "Leistung"),
        "quantity": ("Menge", "Anz.", "Stk."),
        "price": ("Preis", "Einzelpreis", "E-Preis"),
        "amount": ("Betrag", "Summe", "Gesamtpreis"),
    },
}

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF"}


@dataclass(frozen=True)
class Wording:
    """The words and formats that one invoice uses throughout.

    labels: for each name in LABELS the chosen word. date_style: iso, long, short, dots or slash.
    thousands, decimal: the separators. money: where the currency stands, as a format string.
    """

    language: str
    labels: dict[str, str]
    date_style: str
    thousands: str
    decimal: str
    money: str

    def day(self, day: date) -> str:
        month = MONTHS[self.language].split()[day.month - 1]
        match self.date_style:
            case "iso":
                return day.isoformat()
            case "dots":
                return f"{day:%d.%m.%Y}"
            case "slash":
                return f"{day:%d/%m/%Y}"
            case "short":
                return f"{month[:3]} {day.day}, {day.year}"
            case _:
                dot = "." if self.language == "de" else ""
                return f"{day.day}{dot} {month} {day.year}"

    def number(self, value: Decimal) -> str:
        text = f"{value:,.2f}"
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)

    def amount(self, value: Decimal) -> str:
        return self.money.format(self.number(value))

    def percent(self, rate: Decimal) -> str:
        return f"{rate}".replace(".", self.decimal) + ("%" if self.language == "en" else " %")


def draw_wording(rng: random.Random, invoice: Invoice) -> Wording:
    """Words and formats for this invoice. Slash dates only where no reader can mistake them."""
    english = invoice.language == "en"
    styles = ["iso", "long", "short", "dots"] if english else ["dots", "dots", "long", "iso"]
    if english and min(invoice.issued.day, invoice.due.day) > 12:
        styles += ["slash", "slash"]
    if english:
        thousands, decimal = rng.choice(((",", "."), (",", "."), ("", ".")))
    elif invoice.currency == "CHF":
        thousands, decimal = "'", "."
    else:
        thousands, decimal = rng.choice(((".", ","), (".", ","), (" ", ",")))
    sign, code = SIGNS[invoice.currency], invoice.currency
    places = [f"{code} {{}}", f"{{}} {code}", "{}"]
    places += [f"{sign}{{}}"] * 3 if english else [f"{{}} {sign}"] * 3
    return Wording(
        language=invoice.language,
        labels={name: rng.choice(words) for name, words in LABELS[invoice.language].items()},
        date_style=rng.choice(styles),
        thousands=thousands,
        decimal=decimal,
        money=rng.choice(places),
    )
