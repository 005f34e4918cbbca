"""Who is who in two frames: the columns of the truth by value, and how many true links there could be."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors
from sim.linkage.frame_columns import both, mistake

Ints = NDArray[np.int64]
_WHOLE = r"^[+-]?[0-9]+(\.0*)?$"


def identities(left: pl.DataFrame, right: pl.DataFrame, truth: str | tuple[str, str]) -> tuple[Ints, Ints]:
    """Return the true identity of each row of both frames as numbers; a missing one is nobody else's.

    Compared by value: blanks around a text do not count, an empty text is missing, and where both columns
    hold nothing but whole numbers, as numbers or written out, 1, 1.0 and "001" are one person. Raises
    InputErrors for a column that is not there, and for types of which no two values can be equal.
    """
    labels = both(truth)
    missing = [
        mistake("truth", f"there is no column {label!r} (columns: {', '.join(frame.columns)})")
        for frame, label in zip((left, right), labels, strict=True)
        if label not in frame.columns
    ]
    if missing:
        raise InputErrors(dict.fromkeys(missing))
    columns = [frame[label] for frame, label in zip((left, right), labels, strict=True)]
    mine, theirs = columns
    texts = [_as_text(column) for column in columns]
    whole = [column.str.contains(_WHOLE).all() for column in texts]  # null is neither
    if all(whole):
        texts = [_shortest(column) for column in texts]
    elif _sort(mine) != _sort(theirs) and mine.count() and theirs.count():
        raise InputErrors(
            [
                mistake(
                    "truth",
                    f"{labels[0]} ({mine.dtype}) on the left and {labels[1]} ({theirs.dtype}) on the right "
                    "are of two kinds, and not all of them whole numbers: no two would be one person",
                )
            ]
        )
    numbers = pl.concat(texts).rank("dense").fill_null(0).cast(pl.Int64).to_numpy().copy()
    nobody = np.flatnonzero(numbers == 0)
    numbers[nobody] = -1 - nobody
    return numbers[: left.height], numbers[left.height :]


def possible(left: Ints, right: Ints, keep: str, within: bool) -> int:
    """Return how many true links there could be: true pairs, or, of the best only, left rows that have any.

    One to one, a person with two rows on the left and one on the right can have one link.
    """
    of_right, counts = np.unique(right, return_counts=True)
    if within:
        return int((counts * (counts - 1) // 2).sum())
    of_left, mine = np.unique(left, return_counts=True)
    _, at, there = np.intersect1d(of_left, of_right, assume_unique=True, return_indices=True)
    if keep == "all":
        return int((mine[at] * counts[there]).sum())
    return int((np.minimum(mine[at], counts[there]) if keep == "one_to_one" else mine[at]).sum())


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        column = column.fill_nan(None)
    if not (column.dtype.is_numeric() or column.dtype.is_temporal() or _sort(column) in ("text", "nothing")):
        raise InputErrors(
            [
                mistake(
                    "truth", f"column {column.name!r} should be text, numbers or dates (got {column.dtype})"
                )
            ]
        )
    text = column.cast(pl.String).rename("")
    return text.set(text.str.strip_chars() == "", None).str.strip_chars()


def _shortest(text: pl.Series) -> pl.Series:
    """Return whole numbers without what does not change them: a plus, leading noughts, a point."""
    bare = text.str.replace(r"\.0*$", "").str.replace(r"^\+", "").str.replace(r"^(-?)0+([0-9])", "${1}${2}")
    return bare.replace("-0", "0")


def _sort(column: pl.Series) -> str:
    if not column.count():
        return "nothing"
    if column.dtype.is_numeric():
        return "numbers"
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    return str(column.dtype)
