"""What a rule reads of two frames, and what is wrong with the arguments before any value is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np

from sim.errors import Mistake
from sim.linkage.comparison import Comparison, Path
from sim.linkage.frame_columns import Names, mistake
from sim.linkage.train import Design, Key

Keep = Literal["all", "best", "one_to_one"]
Part = Path | Design


def parts_of(rule: Any) -> list[Any]:
    """Return the paths of a rule, or the Design alone."""
    return list(rule) if isinstance(rule, Iterable) and not isinstance(rule, str) else [rule]


def mistakes_in(
    parts: Sequence[Part], columns: Names, keep: str, threshold: float, overlap: float, rows: tuple[int, int],
    within: bool,
) -> list[Mistake]:  # fmt: skip
    """Return every mistake in the arguments of `link_frames` but those in the values.

    rows: of the left and the right frame.
    """
    found = []
    if keep not in get_args(Keep):
        found.append(mistake("keep", f"should be one of {', '.join(get_args(Keep))} (got {keep!r})"))
    if not isinstance(threshold, Real) or np.isnan(threshold):
        found.append(mistake("threshold", f"should be a number of bits (got {threshold!r})"))
    if not isinstance(overlap, Real) or not 0 < overlap < np.inf:
        problem = f"should be above 0: the true pairs expected a left row (got {overlap!r})"
        found.append(mistake("overlap", problem))
    if not isinstance(columns, Mapping):
        return [*found, mistake("columns", f"should be a mapping of fields to columns (got {columns!r})")]
    found += [
        mistake(f"columns.{name}", f"should be a column, or the left and the right one (got {column!r})")
        for name, column in columns.items()
        if not (
            isinstance(column, str) or (isinstance(column, tuple) and list(map(type, column)) == [str, str])
        )
    ]
    if not parts or not all(isinstance(part, Part) for part in parts):
        return [*found, mistake("rule", "should be a Path, several, or a Design")]
    if any(isinstance(part, Design) for part in parts) and len(parts) > 1:
        return [*found, mistake("rule", "a Design stands alone")]
    found += [mistake("rule", "compares nothing") for part in parts if not part.comparisons]
    found += [mistake("rule", "has no pass, so no pair is looked at") for part in parts if not part.passes]
    if any(isinstance(part, Design) for part in parts):
        found += [
            mistake(side, f"too few rows to learn weights from (got {n})")
            for side, n in zip(("left", "right"), rows, strict=True)
            if n < 2
        ]
        if isinstance(overlap, Real) and overlap >= rows[1] >= 2:
            found.append(mistake("overlap", f"should be below the {rows[1]} rows there are (got {overlap})"))
    given = ", ".join(columns) or "none"
    found += [
        mistake("columns", f"the rule reads {name}, and no column is named for it (fields: {given})")
        for name in dict.fromkeys(name for group in fields_read(parts) for name in group)
        if name not in columns
    ]
    found += [
        mistake(f"columns.{name}", f"within one frame a field has one column (got {column!r})")
        for name, column in columns.items()
        if within and isinstance(column, tuple) and len(set(column)) > 1
    ]
    return found


def comparisons_of(parts: Sequence[Part]) -> list[Comparison]:
    """Return the comparisons of all parts of a rule."""
    return [comparison for part in parts for comparison in part.comparisons]


def fields_read(parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """Return the fields that a rule reads: each comparison's, each key's, those of frequencies."""
    fields = [comparison.columns for comparison in comparisons_of(parts)]
    fields += [each for part in parts if isinstance(part, Design) for each in part.adjusted.values()]
    return fields + [(key,) if isinstance(key, str) else key for key in _keys(parts)]


def compared_across(parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """Return the fields whose values are compared with one another's: of sets, and of keys of two columns."""
    sets = [comparison.columns[:-1] for comparison in comparisons_of(parts) if comparison.as_set]
    return sets + [key for key in _keys(parts) if not isinstance(key, str)]


def _keys(parts: Sequence[Part]) -> list[Key]:
    passes = [each for part in parts for each in part.passes]
    passes += [each for part in parts if isinstance(part, Design) for each in part.training]
    return [key for each in passes for key in each]
