"""From outcomes to counts: one row a replicate (and group), the only thing rates are made of.

A count is a named sum over the outcomes frame. The list `COUNTS` is all of them; a rate divides two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from sim.outcome.cells import worst
from sim.outcome.exposed import EXPOSED
from sim.outcome.groups import OVERALL
from sim.outcome.words import CAUSES, NO_ERROR, OUTCOMES, QUANTITIES, STRANGERS_DOOR, WHOSE_ERROR, WRONG

_wrong = pl.col("outcome") == WRONG
_found = pl.col("disclosed") > 0


def _number(condition: pl.Expr) -> pl.Expr:
    """Return the number of requests for which `condition` holds."""
    return condition.fill_null(value=False).sum().cast(pl.Int64)


def _total(column: str) -> pl.Expr:
    """Return the sum of a column of counts."""
    return pl.col(column).sum().cast(pl.Int64)


COUNTS: Mapping[str, pl.Expr] = MappingProxyType(
    {
        "requests": pl.len().cast(pl.Int64),
        "in_registry": _number(~pl.col("requested_person_absent")),
        "absent": _number(pl.col("requested_person_absent")),
        "deficient": _number(pl.col("deficient_request")),
        "insufficient": _number(pl.col("insufficient_address")),
        **{f"outcome_{word}": _number(pl.col("outcome") == word) for word in OUTCOMES},
        "answered": _number(_found),
        "disclosed": _total("disclosed"),
        "wrong_disclosed": _total("wrong_disclosed"),
        "stale_disclosed": _total("stale_disclosed"),
        "bystanders": _total("bystanders"),
        **{f"cause_{word}": _number(pl.col("cause") == word) for word in CAUSES},
        "wrong_absent": _number(_wrong & pl.col("requested_person_absent")),
        "wrong_relative": _number(_wrong & pl.col("wrong_shares_household")),
        "answered_deficient": _number(_found & pl.col("deficient_request")),
        "answered_insufficient": _number(_found & pl.col("insufficient_address")),
        "ambiguous": _number(pl.col("links") > 1),
    }
)

PARTS = tuple(f"{STRANGERS_DOOR}_{error}" for error in WHOSE_ERROR if error != NO_ERROR)
"""Parts of the strangers' doors, by whose error; they add up to them."""

_BY_QUANTITY: Mapping[str, pl.Expr] = {
    **{word: _number(pl.col("quantity") == word) for word in QUANTITIES},
    **{
        f"{STRANGERS_DOOR}_{error}": _number(
            (pl.col("quantity") == STRANGERS_DOOR) & (pl.col("whose_error") == error)
        )
        for error in WHOSE_ERROR
        if error != NO_ERROR
    },
}
ADDRESSES = tuple(f"addresses_{word}" for word in _BY_QUANTITY)
REQUESTS = tuple(f"requests_{word}" for word in _BY_QUANTITY)
"""Counts of disclosed addresses, and of the requests whose worst address is one of them, by quantity."""


def count_disclosed(disclosed: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of disclosed addresses (`cells.CELLS`) of one replicate, overall and by group.

    Columns dimension, level, disclosed, ADDRESSES, REQUESTS. Dimensions: OVERALL, and the columns of
    `exposed.EXPOSED`, of the person whose record was disclosed; requests are counted overall only.
    """
    whole = pl.lit(OVERALL)
    all_of_them = disclosed.select(whole.alias("dimension"), whole.alias("level"), **_ADDRESSES_EACH).head(1)
    asked = worst(disclosed).select(**dict(zip(REQUESTS, _BY_QUANTITY.values(), strict=True)))
    groups = [_by_level(disclosed, dimension) for dimension in EXPOSED]
    return pl.concat([all_of_them.hstack(asked), *groups], how="diagonal")


_ADDRESSES_EACH = {
    "disclosed": pl.len().cast(pl.Int64),
    **dict(zip(ADDRESSES, _BY_QUANTITY.values(), strict=True)),
}


def _by_level(disclosed: pl.DataFrame, dimension: str) -> pl.DataFrame:
    return (
        disclosed.group_by(pl.col(dimension).cast(pl.String).fill_null("unknown").alias("level"))
        .agg(**_ADDRESSES_EACH)
        .select(pl.lit(dimension).alias("dimension"), "level", *_ADDRESSES_EACH)
        .sort("level")
    )


def count(outcomes: pl.DataFrame, registry: int) -> dict[str, int]:
    """Return every count of one replicate; `registry` is the number of records in the file searched."""
    row = outcomes.select(**COUNTS).row(0, named=True)
    return {**row, "registry": registry}


def count_by(outcomes: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Return the counts of each level of one group column: columns dimension, level, then the counts."""
    return (
        outcomes.group_by(pl.col(dimension).cast(pl.String).fill_null("unknown").alias("level"))
        .agg(**COUNTS)
        .select(pl.lit(dimension).alias("dimension"), "level", *COUNTS)
        .sort("level")
    )
