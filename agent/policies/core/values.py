"""How a value read from the screen is written: as it stands, as an ISO date, as a plain number."""

from agent.policies.core.situation import Form
from perception.values import parse_amount, parse_date, value_kind


def written(text: str, form: Form) -> str | None:
    """The text in that form, or None where it has none (an ambiguous date, say)."""
    if form == Form.DATE:
        day = parse_date(text)
        return day.isoformat() if day else None
    if form == Form.NUMBER:
        number = parse_amount(text)
        return None if number is None else f"{number:f}"
    return text


def form_for(text: str) -> Form:
    """The form that suits a value by what it looks like."""
    kind = value_kind(text)
    if kind == "date":
        return Form.DATE
    return Form.NUMBER if kind in ("amount", "number") else Form.VERBATIM


def forms_between(source: str, typed: str) -> list[Form]:
    """The forms in which `source` is written as `typed`, the one that suits it first."""
    right = [form for form in Form if written(source, form) == typed]
    if Form.NUMBER not in right and value_kind(source) in ("amount", "number"):
        value = parse_amount(source)
        if value is not None and parse_amount(typed) == value:
            right.append(Form.NUMBER)
    return sorted(right, key=lambda form: form != form_for(source))
