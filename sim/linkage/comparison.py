"""What a rule compares and what each answer is worth: fields, ordered levels, log2 weights, paths.

A *comparison* looks at one field of a request and of a record and lands on one *level*: the first, in the
order written, whose condition holds. Each level has a weight in bits (log2 m/u; Fellegi and Sunter 1969).
A pair's score is the sum of its levels' weights, and the pair is a link when the score is not below the
threshold. A deterministic rule is the same thing with weights of one and nought and a threshold that only
full agreement reaches; there is no second machinery.

On both sides values are integer codes, and 0 means missing (see normalise.py for the fields).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.generic]]


class Kind(StrEnum):
    """The condition of a level. `at` is the level's parameter where one is named."""

    MISSING = "missing"  # the first column is 0 on either side; always tested first
    EXACT = "exact"  # all columns equal (for a set: the last column, the whole line, is equal)
    SHARED = "shared"  # sets only: some value of one side's set is in the other side's
    FIRST = "first"  # chains only: the first `at` columns are equal
    PREFIX = "prefix"  # text: the first `at` letters are equal, a shorter text counting whole
    JARO_WINKLER = "jaro_winkler"  # text: Jaro-Winkler similarity >= `at`
    EDIT = "edit"  # text: at most `at` letters put in, left out or changed (Levenshtein distance)
    ONE_DIGIT = "one_digit"  # numbers: exactly one decimal place differs
    TRANSPOSED = "transposed"  # numbers: equal after exchanging one pair of neighbouring digits
    DAY_MONTH = "day_month"  # yyyymmdd: equal after exchanging day and month
    NEAR = "near"  # numbers: absolute difference <= `at`
    LEADING = "leading"  # numbers: equal after dropping the last `at` digits (ZIP: at=2 is same ZIP3)
    ELSE = "else"  # everything left


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a comparison: its condition, its weight in bits, and its parameter.

    share: the part of the comparison's frequency adjustment that this level gets (1 for the whole).
    """

    kind: Kind
    weight: float
    at: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field compared: ordered levels, the last of kind ELSE.

    field: name shown to people and used as the feature's label.
    columns: the linkage fields read on both sides; default, the field itself. With more than one column
        the comparison is a *chain* (street, number, unit), or with `as_set` a *set*: every column but the
        last crossed with every other, the last being the whole written out as one.
    frequency: extra bits for agreeing on this request's value (rare values are worth more), one number a
        request, computed from the request's columns; levels take it times their `share`.
    Missing values land on the level of kind MISSING if there is one, else on ELSE.
    """

    field: str
    levels: tuple[Level, ...]
    columns: tuple[str, ...] = ()
    as_set: bool = False
    frequency: Callable[[Columns], NDArray[np.float64]] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless the levels end in ELSE, and name MISSING and ELSE at most once."""
        kinds = [level.kind for level in self.levels]
        if not kinds or kinds[-1] is not Kind.ELSE or kinds.count(Kind.ELSE) > 1:
            raise ValueError(f"{self.field}: the last level, and only the last, must be 'else'")
        if kinds.count(Kind.MISSING) > 1 or Kind.MISSING in kinds[1:]:
            raise ValueError(f"{self.field}: 'missing' must be the first level")
        if not self.columns:
            object.__setattr__(self, "columns", (self.field,))

    @property
    def missing(self) -> int:
        """Index of the level that missing values land on."""
        return 0 if self.levels[0].kind is Kind.MISSING else len(self.levels) - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the request as typed; a request that fails it is not searched, and `name` says why."""

    name: str
    passes: Callable[[pl.DataFrame], NDArray[np.bool_]]


def everyone(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Say that every request takes the path."""
    return np.ones(frame.height, bool)


@dataclass(frozen=True, slots=True)
class Path:
    """One way of searching: which requests take it, which pairs it looks at, and how it decides.

    passes: blocking passes, each a tuple of keys; a key is a column or a pair (request's column, record's
        column). A pair is a candidate when some pass has all its keys present and equal. One empty tuple
        means every pair.
    threshold: in bits; a candidate is a link when base + sum of weights >= threshold (to 1e-9).
    applies: which requests take the path, from the frame as typed; the paths of a rule exclude each other.
    base: bits added to every pair (the prior log2 odds, when weights are those of Fellegi and Sunter).
    checked: of a path for requests that slip through, the path whose checks do not hold (`slips.py`).
    """

    name: str
    passes: tuple[tuple[str | tuple[str, str], ...], ...]
    comparisons: tuple[Comparison, ...]
    threshold: float
    applies: Callable[[pl.DataFrame], NDArray[np.bool_]] = everyone
    filters: tuple[Filter, ...] = ()
    base: float = 0.0
    checked: Path | None = None

    @property
    def counts_agreements(self) -> bool:
        """Whether the score is the number of fields that agree: no evidence in bits, and no probability."""
        weights = {level.weight for comparison in self.comparisons for level in comparison.levels}
        return weights <= {0.0, 1.0} and self.base == 0.0


Rule = tuple[Path, ...]


def all_of(*fields: str | Comparison) -> tuple[tuple[Comparison, ...], float]:
    """Return all-or-nothing comparisons of `fields` and the threshold that only full agreement reaches."""
    comparisons = tuple(field if isinstance(field, Comparison) else must_agree(field) for field in fields)
    return comparisons, len(comparisons) - 0.5


def must_agree(
    field: str, columns: tuple[str, ...] = (), *, as_set: bool = False, blank_agrees: bool = False
) -> Comparison:
    """Return a comparison worth one bit in agreement and nothing otherwise.

    as_set: sharing one value is agreement.  blank_agrees: so is a value missing on either side.
    """
    levels = [Level(Kind.EXACT, 1.0), Level(Kind.ELSE, 0.0)]
    if as_set:
        levels.insert(1, Level(Kind.SHARED, 1.0))
    if blank_agrees:
        levels.insert(0, Level(Kind.MISSING, 1.0))
    return Comparison(field, tuple(levels), columns, as_set)
