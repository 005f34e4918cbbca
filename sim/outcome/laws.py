"""What holds of every row and of every count, whoever made them: columns, and how they hang together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from sim.outcome.cells import BY_REQUEST, address_outcome, by_request, quantity
from sim.outcome.counts import COUNTS
from sim.outcome.judge import TIN_KINDS, outcome
from sim.outcome.words import ASKED_FOR, CAUSE, NO_ERROR, OUTCOME, OUTCOMES, WRONG
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


_THEIRS = pl.col("whose_record").cast(pl.String) == ASKED_FOR

ADDRESS_LAWS: Mapping[str, tuple[pl.Expr, str]] = MappingProxyType(
    {
        "whose_error": (
            (pl.col("whose_error").cast(pl.String) == NO_ERROR) == _THEIRS,
            "is there where the record is theirs, or none where it is another's",
        ),
        "quantity": (
            pl.col("quantity").cast(pl.String) == quantity().cast(pl.String),
            "does not follow from whose record and whose door it is",
        ),
        "outcome": (
            pl.col("outcome").cast(pl.String) == address_outcome().cast(pl.String),
            "does not follow from whose record and whose door it is",
        ),
        "cause": (
            pl.col("cause").is_null() == _THEIRS,
            "is there where the record is theirs, or missing where it is another's",
        ),
    }
)
"""What holds of every disclosed address (`cells.CELLS`)."""

MAY_LACK = ("cause", "disclosed_state")


def broken_rows(
    rows: pl.DataFrame,
    laws: Mapping[str, tuple[pl.Expr, str]] = LAWS,
    may_lack: Sequence[str] = MAY_BE_MISSING,
) -> Iterator[tuple[str, str]]:
    """Yield column and problem of what is missing in rows, or of the laws they break."""
    empty = rows.select(pl.all().exclude(may_lack).null_count()).row(0, named=True)
    lacking = [key for key, number in empty.items() if number]
    yield from ((key, "has missing values") for key in lacking)
    if lacking:
        return
    broken = rows.select((~law).sum().alias(key) for key, (law, _) in laws.items()).row(0, named=True)
    for key, number in broken.items():
        if number:
            yield key, f"{laws[key][1]} (rows: {number:,})"


def broken_addresses(
    disclosed: pl.DataFrame, outcomes: pl.DataFrame, *keys: str
) -> Iterator[tuple[str, str]]:
    """Yield column and problem of disclosed addresses: laws they break, and requests they do not add up to.

    disclosed: columns of `cells.CELLS`.  outcomes: columns of ROWS, of the same populations.  keys: columns
    of both before the request, such as replicate.
    """
    broken = list(broken_rows(disclosed, ADDRESS_LAWS, MAY_LACK))
    yield from broken
    if any("missing" in problem for _, problem in broken):
        return
    at = (*keys, "request")
    places = disclosed.select(pl.col("place").rank("ordinal").over(*at) - 1 != pl.col("place"))["place"]
    if places.any():
        yield "place", "does not number the addresses of each request from 0"
    worst = pl.col("outcome").cast(OUTCOME).max().cast(pl.String)
    added = by_request(disclosed, *keys).join(disclosed.group_by(at).agg(worst), on=at)
    there = outcomes.filter(pl.col("disclosed") > 0).select(*at, "outcome", *BY_REQUEST)
    both = added.join(there, on=at, how="full", suffix="_told", coalesce=True)
    unlike = both.select(
        pl.col(name).cast(pl.String).ne_missing(pl.col(f"{name}_told").cast(pl.String)).sum()
        for name in ("outcome", *BY_REQUEST)
    ).row(0, named=True)
    for name, number in unlike.items():
        if number:
            yield name, f"does not add up to that of the request in outcomes.parquet (requests: {number:,})"


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
