"""Errors in dates of birth, kept as yyyymmdd integers (0 missing).

Keying errors keep the date a real one: an entry form refuses the 31st of February. Not modelled: missing
parts of a date, two-digit years.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from sim.noise.kind import Cells, Effect, Luck, Settings, described, rewrite

PLACEHOLDER = 18_000_101
PLACES = (1_000, 100, 10, 1)  # of month and day; the year's last two digits are 100,000 and 10,000
AT_ONCE = 50_000

birth = pl.col("birth")
year, month, day = birth // 10_000, birth // 100 % 100, birth % 100
known = birth > 0


@described
def missing() -> Effect:
    """No date is given."""
    return rewrite(birth=pl.lit(0, pl.Int32))


@described
def placeholder() -> Effect:
    """The date is 1 January 1800, which systems fill in when they must have one."""
    return rewrite(known, birth=pl.lit(PLACEHOLDER, pl.Int32))


@described
def january_first() -> Effect:
    """Only the year is known: 1 January is written."""
    return rewrite(known, birth=year * 10_000 + 101)


@described
def first_of_month() -> Effect:
    """The day is not known: the first is written."""
    return rewrite(known, birth=birth - day + 1)


@described
def day_month_swapped() -> Effect:
    """4 March becomes 3 April, where both are dates."""
    return rewrite(known & (day <= 12), birth=year * 10_000 + day * 100 + month)


@described
def year_off() -> Effect:
    """The year is one too early or too late; 29 February is left alone."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        step = np.where(luck.uniform("direction") < 0.5, -10_000, 10_000)
        return {"birth": cells["birth"] + pl.Series(step, dtype=pl.Int32)}

    return Effect(("birth",), known & (birth % 10_000 != 229), change)


@described
def wrong_digit() -> Effect:
    """A digit of the last two of the year, of month or day is another; the date stays a real one.

    All such dates of a record are equally likely.
    """

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        date, chosen = cells["birth"].to_numpy(), luck.uniform("digit")
        parts = [slice(start, start + AT_ONCE) for start in range(0, len(date), AT_ONCE)]
        return {"birth": pl.Series(np.concatenate([_one_digit_off(date[p], chosen[p]) for p in parts]))}

    return Effect(("birth",), known & (birth > 19_000_000), change)


def _one_digit_off(date: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Return a real date that differs in one digit, shape (m,), i32; of 54 candidates each."""
    candidates = []
    for place in (100_000, 10_000, *PLACES):
        digit = date // place % 10
        for step in range(1, 10):
            candidates.append(date + ((digit + step) % 10 - digit) * place)
    dates = np.stack(candidates, axis=1).astype(np.int32)
    real = _is_real(dates)
    nth = np.minimum((luck * real.sum(axis=1)).astype(np.int64), real.sum(axis=1) - 1) + 1
    chosen = (real.cumsum(axis=1) >= nth[:, None]).argmax(axis=1)
    picked: np.ndarray = dates[np.arange(len(dates)), chosen]
    return picked


def _is_real(dates: np.ndarray) -> np.ndarray:
    """Return which yyyymmdd numbers are dates of the Gregorian calendar."""
    y, m, d = dates // 10_000, dates // 100 % 100, dates % 100
    leap = (y % 4 == 0) & ((y % 100 != 0) | (y % 400 == 0))
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    longest = days[np.clip(m, 0, 12)] + ((m == 2) & leap)
    real: np.ndarray = (m >= 1) & (m <= 12) & (d >= 1) & (d <= longest)
    return real
