"""What holds of every row and of every count, whoever made them: columns, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import polars as pl

from sim.outcome.counts import COUNTS
from sim.outcome.judge import TIN_KINDS, outcome
from sim.outcome.words import CAUSE, OUTCOME, OUTCOMES, WRONG
from sim.population import ETHNICITIES, NATIVITIES
from sim.requests.schema import ORIGINS

ROWS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "request": pl.UInt32,
        "outcome": OUTCOME,
        "cause": CAUSE,
        "requested_person_absent": pl.Boolean,
        "deficient_request": pl.Boolean,
        "insufficient_address": pl.Boolean,
        "wrong_shares_household": pl.Boolean,
        "path": pl.String,
        "disclosed": pl.UInt32,
        "wrong_disclosed": pl.UInt32,
        "stale_disclosed": pl.UInt32,
        "bystanders": pl.UInt32,
        "links": pl.UInt32,
        "ethnicity": pl.Enum(ETHNICITIES),
        "nativity": pl.Enum(NATIVITIES),
        "tin_kind": pl.Enum(TIN_KINDS),
        "two_surnames": pl.Boolean,
        "origin": pl.Enum(ORIGINS),
    }
)
"""Columns of the outcomes of one population, as `sim.outcome.judge` makes them."""

TALLIES: Mapping[str, type[pl.DataType]] = MappingProxyType(
    {
        "request": pl.UInt32,
        "path": pl.String,
        "filtered": pl.String,
        "candidates": pl.UInt32,
        "links": pl.UInt32,
    }
)
"""Columns of what the search did for each request of one population (`sim.linkage.link`)."""

CURVE: Mapping[str, type[pl.DataType]] = MappingProxyType(
    {
        "threshold": pl.Float64,
        "disclosed": pl.Int64,
        "wrong": pl.Int64,
        "missed": pl.Int64,
        "wrong_per_1000_disclosed": pl.Float64,
        "missed_per_1000_requested": pl.Float64,
        "probability": pl.Float64,
    }
)
"""Columns of the curve of one population (`sim.linkage.curve`)."""

MAY_BE_MISSING = ("cause", "path", "ethnicity", "nativity", "tin_kind", "two_surnames", "origin")

LAWS: Mapping[str, tuple[pl.Expr, str]] = MappingProxyType(
    {
        "outcome": (
            pl.col("outcome").cast(pl.String) == outcome().cast(pl.String),
            "does not follow from the addresses disclosed",
        ),
        "cause": (
            pl.col("cause").is_null() != (pl.col("outcome").cast(pl.String) == WRONG),
            "is there where nobody else's address was disclosed, or missing where it was",
        ),
        "disclosed": (
            pl.col("disclosed").cast(pl.Int64)
            >= pl.col("wrong_disclosed").cast(pl.Int64) + pl.col("stale_disclosed").cast(pl.Int64),
            "are fewer than the wrong addresses",
        ),
        "bystanders": (
            (pl.col("bystanders") == 0) | (pl.col("disclosed") > 0),
            "are there where no address was disclosed",
        ),
        "wrong_shares_household": (
            ~pl.col("wrong_shares_household") | (pl.col("outcome").cast(pl.String) == WRONG),
            "is true where nobody else's address was disclosed",
        ),
    }
)
"""What holds of every row: by column, the condition and what is said of a row that breaks it."""


def broken_rows(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield column and problem of what is missing in rows, or of the laws they break."""
    empty = rows.select(pl.all().exclude(MAY_BE_MISSING).null_count()).row(0, named=True)
    lacking = [key for key, number in empty.items() if number]
    yield from ((key, "has missing values") for key in lacking)
    if lacking:
        return
    broken = rows.select((~law).sum().alias(key) for key, (law, _) in LAWS.items()).row(0, named=True)
    for key, number in broken.items():
        if number:
            yield key, f"{LAWS[key][1]} (rows: {number:,})"


def broken_counts(overall: pl.DataFrame, groups: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield column and problem of counts that do not hang together.

    overall: one row a replicate, in order: COUNTS and registry.  groups: replicate, dimension, level, COUNTS.
    """
    if sum(overall.null_count().row(0)) or sum(groups.null_count().row(0)):
        yield "counts", "are missing in places"
        return
    least = min(min(overall.min().row(0), default=0), *(groups.select(list(COUNTS)).min().row(0) or (0,)), 0)
    if least < 0:
        yield "counts", "are below nought"
    endings = overall.select(pl.sum_horizontal(f"outcome_{word}" for word in OUTCOMES)).to_series()
    if not endings.equals(overall["requests"]):
        yield "requests", "are not as many as what became of them"
    if not (overall["in_registry"] + overall["absent"]).equals(overall["requests"]):
        yield "in_registry", "and absent are not all requests together"
    if groups["replicate"].is_in(range(overall.height)).not_().any():
        yield "replicate", "is not there"
        return
    whole = overall.select(list(COUNTS)).with_row_index("replicate").cast({"replicate": pl.Int64})
    summed = groups.group_by("replicate", "dimension").agg(pl.col(name).sum() for name in COUNTS)
    both = summed.cast({"replicate": pl.Int64}).join(whole, on="replicate", suffix="_of_all")
    for name in COUNTS:
        if (both[name] != both[f"{name}_of_all"]).any():
            yield name, "of the groups do not add up to those of all"
