"""Columns of two frames as unsigned codes that can be compared, or every reason why they cannot.

Text, whole numbers and dates are three kinds: a number is never compared with a text, whose codes would agree
by accident. What is refused is said all at once (`sim.errors.InputErrors`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors, Mistake
from sim.linkage import text
from sim.linkage.comparison import Columns, Comparison, Kind
from sim.linkage.levels import Decode

Names = Mapping[str, str | tuple[str, str]]
TEXT, NUMBER, DATE, NOTHING = "text", "whole numbers", "dates", "nothing"
_OF_TEXT = (Kind.PREFIX, Kind.JARO_WINKLER, Kind.EDIT)
_BY_DIGIT = (Kind.ONE_DIGIT, Kind.TRANSPOSED)
_OF_NUMBERS = (*_BY_DIGIT, Kind.DAY_MONTH, Kind.NEAR, Kind.LEADING)
_TEN_DIGITS = 10**10


def mistake(key: str, problem: str) -> Mistake:
    """Return a mistake in the arguments of `link_frames`."""
    return Mistake("link_frames", key, problem)


def taken(frame: Any, side: str) -> pl.DataFrame:
    """Return a Polars or pandas frame as a Polars one; a pandas index is left out, rows go by position.

    Raises InputErrors for anything else.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if not hasattr(frame, "iloc") or not hasattr(frame, "columns"):
        raise InputErrors([mistake(side, f"should be a Polars or pandas frame (got {type(frame).__name__})")])
    labels = list(map(str, frame.columns))
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise InputErrors([mistake(side, f"has more than one column {label!r}") for label in twice])
    return pl.DataFrame([_of_pandas(frame.iloc[:, place], label) for place, label in enumerate(labels)])


def _of_pandas(series: Any, label: str) -> pl.Series:
    """Return a pandas column; one of several types becomes objects, and is refused if it is needed."""
    try:
        return pl.Series(label, pl.from_pandas(series, nan_to_null=True))
    except (TypeError, ValueError):
        return pl.Series(label, series.tolist(), dtype=pl.Object)


@dataclass(frozen=True, slots=True)
class Column:
    """One side of a field: its column's label and type, its kind, and its values.

    values: text in one form, or unsigned numbers, dates as yyyymmdd; null is missing.
    """

    label: str
    dtype: str
    kind: str
    values: pl.Series

    def __str__(self) -> str:
        return f"{self.kind} ({self.label}, {self.dtype})"


@dataclass(frozen=True, slots=True)
class Coded:
    """Both frames as codes, 0 = missing, how to get the text of a code back, and what kind each field is."""

    left: Columns
    right: Columns
    decode: Decode
    kinds: Mapping[str, str]


def code_frames(left: pl.DataFrame, right: pl.DataFrame, columns: Names) -> Coded:
    """Return both frames as unsigned codes.

    All text shares one dictionary, so any two columns can be compared; it is brought to one form first
    (`text.folded`), blank is missing. Dates become yyyymmdd. Raises InputErrors for a column that is not
    there or cannot be coded, and for a field of two kinds: whole numbers and dates are one only where the
    numbers are dates written yyyymmdd.
    """
    mistakes: list[Mistake] = []
    sides: tuple[dict[str, Column], dict[str, Column]] = ({}, {})
    for name, column in columns.items():
        for side, frame, label in zip(sides, (left, right), both(column), strict=True):
            found = column_of(frame, label)
            if isinstance(found, Column):
                side[name] = found
            else:
                mistakes.append(mistake(f"columns.{name}", found))
        if name in sides[0] and name in sides[1]:
            mistakes += _of_two_kinds(name, sides[0][name], sides[1][name])
    if mistakes:
        raise InputErrors(dict.fromkeys(mistakes))
    kinds = {
        name: next((s[name].kind for s in sides if s[name].kind != NOTHING), NOTHING) for name in columns
    }
    texts = {(k, name): side[name].values.cast(pl.String) for name, kind in kinds.items() if kind == TEXT
             for k, side in enumerate(sides)}  # fmt: skip
    numbered, words = _numbered(list(texts.values()))
    coded: list[dict[str, NDArray[Any]]] = [{}, {}]
    for (k, name), codes in zip(texts, numbered, strict=True):
        coded[k][name] = codes
    for name, kind in kinds.items():
        if kind != TEXT:
            for k, side in enumerate(sides):
                coded[k][name] = side[name].values.cast(pl.UInt64).fill_null(0).to_numpy()
    table = np.array(["", *words], object)
    mine, theirs = ({name: each[name] for name in columns} for each in coded)
    return Coded(mine, theirs, lambda field, wanted: table[wanted].tolist(), kinds)


def narrowed(coded: Coded, together: Iterable[Iterable[str]]) -> Coded:
    """Return the codes in 32 bits where every column compared with one another fits into them.

    together: fields that are compared across, besides each with itself.
    """
    wide = {name for name in coded.kinds if _most(coded, name) >= 2**32}
    groups = [set(group) for group in together]
    while any(wide & group and not group <= wide for group in groups):
        wide |= {name for group in groups if wide & group for name in group}
    left, right = (
        {name: values if name in wide else values.astype(np.uint32) for name, values in side.items()}
        for side in (coded.left, coded.right)
    )
    return Coded(left, right, coded.decode, coded.kinds)


def wrongly_compared(
    coded: Coded, comparisons: Sequence[Comparison], together: Iterable[tuple[str, ...]]
) -> list[Mistake]:
    """Return what would be compared across kinds, or by a level that such a kind cannot answer."""
    found = []
    for group in together:
        kinds = {name: coded.kinds[name] for name in group if coded.kinds[name] != NOTHING}
        if len(set(kinds.values())) > 1:
            said = ", ".join(f"{name} holds {kind}" for name, kind in kinds.items())
            found.append(mistake("rule", f"compares {' with '.join(kinds)}, and {said}"))
    for comparison in comparisons:
        looked_at = comparison.columns[:-1] if comparison.as_set else comparison.columns[:1]
        for level in comparison.levels:
            told = f"{comparison.field}: {level.kind}"
            for name in looked_at:
                if why := _not_for(level.kind, coded.kinds[name]):
                    found.append(mistake("rule", f"{told} {why}, and {name} holds {coded.kinds[name]}"))
                elif level.kind in _BY_DIGIT and _most(coded, name) >= _TEN_DIGITS:
                    found.append(mistake("rule", f"{told} looks at ten digits, and {name} has more"))
    return found


def _not_for(level: Kind, kind: str) -> str:
    """Return what a level compares if it cannot compare this kind, else ""."""
    if kind == NOTHING:
        return ""
    if level in _OF_TEXT and kind != TEXT:
        return "compares text"
    if level is Kind.NEAR and kind == DATE:
        return "takes a difference of numbers"
    if level in _OF_NUMBERS and kind == TEXT:
        return "compares whole numbers or dates"
    return ""


def column_of(frame: pl.DataFrame, label: str) -> Column | str:
    """Return a column as it can be coded, or what is wrong with it."""
    if label not in frame.columns:
        return f"there is no column {label!r} (columns: {', '.join(frame.columns)})"
    series = frame[label]
    dtype = str(series.dtype)
    if series.dtype in (pl.String, pl.Categorical, pl.Enum):
        series = series.cast(pl.String).rename(label)
        return Column(label, dtype, TEXT if series.count() else NOTHING, text.folded(series))
    if series.dtype.base_type() not in _PLAIN and not series.dtype.is_numeric():
        return f"column {label!r} should be text, whole numbers or dates (got {dtype})"
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if not series.count():
        return Column(label, dtype, NOTHING, pl.Series(label, [None] * len(series), dtype=pl.UInt64))
    if series.dtype.is_temporal():
        days = series.cast(pl.Date)
        if not (days.cast(series.dtype) == series).fill_null(True).all():
            return f"column {label!r} holds times of day: make dates of them ({dtype})"
        plain = days.dt.year().cast(pl.Int64) * 10_000 + days.dt.month().cast(pl.Int64) * 100 + days.dt.day()
        return Column(label, dtype, DATE, plain.cast(pl.UInt64))
    if not series.dtype.is_integer():
        whole = series.cast(pl.Float64)
        if not (whole.is_finite() & (whole == whole.round())).fill_null(True).all():
            return f"column {label!r} holds fractions: should be text, whole numbers or dates ({dtype})"
    least, largest = int(series.min()), int(series.max())  # type: ignore[arg-type]
    if least < 0:
        return f"column {label!r} has negative numbers (0 stands for missing)"
    if largest >= (2**63 if series.dtype.is_integer() else 2**53):
        return f"column {label!r} has numbers too large to be exact ({dtype}): make text of them"
    return Column(label, dtype, NUMBER, series.cast(pl.UInt64))


_PLAIN = (pl.Date, pl.Datetime, pl.Null, pl.Decimal)


def _of_two_kinds(name: str, left: Column, right: Column) -> list[Mistake]:
    kinds = {left.kind, right.kind} - {NOTHING}
    if len(kinds) < 2:
        return []
    if kinds == {NUMBER, DATE}:
        numbers = left if left.kind == NUMBER else right
        days = numbers.values.replace(0, None).cast(pl.String).str.to_date("%Y%m%d", strict=False)
        if days.null_count() == numbers.values.replace(0, None).null_count():
            return []
        why = f"the numbers of {numbers.label} are not all dates written yyyymmdd"
    else:
        why = "their values can only agree by accident"
    return [mistake(f"columns.{name}", f"{left} on the left, {right} on the right: {why}")]


def _numbered(texts: Sequence[pl.Series]) -> tuple[list[NDArray[np.uint32]], list[str]]:
    """Return the codes of each column of text, 0 for null, and the words that codes 1, 2 ... stand for."""
    if not texts:
        return [], []
    codes, words = _factorized(pl.concat([text.rename("") for text in texts]))
    return np.split(codes, np.cumsum([len(text) for text in texts])[:-1]), words.to_list()


def _factorized(texts: pl.Series) -> tuple[NDArray[np.uint32], pl.Series]:
    """Return a code for each text, 0 for null, and the texts of codes 1, 2 ... in order of appearance."""
    known = texts.cast(pl.Categorical(pl.Categories.random()))
    distinct = known.unique().drop_nulls()
    distinct = distinct.gather(distinct.to_physical().arg_sort())
    return (known.to_physical() + 1).fill_null(0).to_numpy(), distinct.cast(pl.String)


def _most(coded: Coded, name: str) -> int:
    """Return the largest code of a field on either side."""
    return max((int(side[name].max()) for side in (coded.left, coded.right) if len(side[name])), default=0)


def both(column: str | tuple[str, str]) -> tuple[str, str]:
    """Return the left and the right column of a field."""
    return (column, column) if isinstance(column, str) else column
