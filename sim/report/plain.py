"""Values of the model as people write them: numbers without exponents, dates, names of fields."""

from __future__ import annotations

from collections.abc import Mapping

from sim.fields import words_of
from sim.parameters import Parameter, Value, exact

_MOST_ITEMS = 12
_DATE_UNIT = "date as yyyymmdd"


def field_name(column: str) -> str:
    """Return a column in plain words."""
    return words_of(column)


def plain(value: Value | object) -> str:
    """Return a value of a setting on one line: no exponents, labels with a colon, long lists cut."""
    if isinstance(value, Mapping) and len(value) > 2 and len(set(value.values())) == 1:
        return f"{plain(next(iter(value.values())))} for each of {len(value)} labels"
    if isinstance(value, Mapping):
        return "; ".join(f"{label}: {plain(number)}" for label, number in value.items())
    if isinstance(value, (list, tuple)):
        shown = ", ".join(plain(item) for item in value[:_MOST_ITEMS])
        return shown if len(value) <= _MOST_ITEMS else f"{shown}, … ({len(value)} numbers)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number(value) if isinstance(value, (int, float)) else str(value)


def _number(value: float) -> str:
    """Return a number in full, with commas."""
    text = exact(value)
    whole, point, rest = text.partition(".")
    digits = whole.lstrip("-")
    grouped = f"{int(digits):,}" if digits.isdigit() and "e" not in rest else digits
    return f"{whole[: len(whole) - len(digits)]}{grouped}{point}{rest}"


def value_of(entry: Parameter, value: Value) -> str:
    """Return the value of a parameter; dates as yyyy-mm-dd."""
    return iso_date(value) if entry.unit == _DATE_UNIT else plain(value)


def unit_of(entry: Parameter) -> str:
    """Return the unit of a parameter."""
    return "date" if entry.unit == _DATE_UNIT else entry.unit


def range_of(entry: Parameter) -> str:
    """Return the range of a parameter."""
    low, high = (value_of(entry, bound) for bound in entry.range)
    return f"{low} to {high}"


def iso_date(value: object) -> str:
    """Return 20250701 as "2025-07-01"; what is no such number is returned as text."""
    digits = str(int(value)) if isinstance(value, float) else str(value)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else digits
