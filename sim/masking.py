"""What may leave the program of an identifier: its last four digits.

The people are synthetic, but a nine-digit number may be one that somebody really has. So no output holds a
generated number whole.
"""

from __future__ import annotations

import re

import polars as pl

from sim.fields import PRIVATE

MASK = "*****"
"""Stands for the first five digits of a number."""

_WHOLE_NUMBER = r"(?:^|[^0-9])\d{3}[- ]?\d{2}[- ]?\d{4}(?:$|[^0-9])"
_MASKED = r"^\*{5}.{0,4}$"
_WHOLE = re.compile(r"(?<![0-9A-Za-z])\d{3}[- ]?\d{2}[- ]?(\d{4})(?![0-9A-Za-z])")


def mask_identifier(value: str | int | None) -> str | None:
    """Return an identifier's last four characters behind a mask; None stays None, short ones vanish."""
    if value is None:
        return None
    text = f"{value:09d}" if isinstance(value, int) else value.strip()
    return MASK + text[-4:] if len(text) > 4 else MASK


def mask_text(text: str) -> str:
    """Return `text` with every run of nine digits (with or without separators) cut to its last four."""
    return _WHOLE.sub(lambda found: MASK + found.group(1), text)


def mask_ledger(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the ledger with `before` and `after` of identifier fields masked to the last four digits.

    ledger: columns field, before and after at least; text or null. Other fields lose any run of nine digits.
    """
    is_identifier = pl.col("field").cast(pl.String).is_in(PRIVATE)
    return ledger.with_columns(
        pl.when(pl.col(side).str.contains(_MASKED))  # before: a part of an unfinished run is masked already
        .then(pl.col(side))
        .when(is_identifier & (pl.col(side).str.len_chars() > 4))
        .then(pl.lit(MASK) + pl.col(side).str.slice(-4))
        .when(is_identifier & pl.col(side).is_not_null())
        .then(pl.lit(MASK))
        .when(pl.col(side).str.contains(_WHOLE_NUMBER))
        .then(pl.col(side).str.replace_all(r"\d{3}[- ]?\d{2}[- ]?(\d{4})", MASK + "${1}"))
        .otherwise(pl.col(side))
        .alias(side)
        for side in ("before", "after")
    )
