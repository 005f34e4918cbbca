"""Which kinds of error the wrong persons and the misses come from.

A request may carry several errors, or none: then its outcome comes from the person, the registry or the rule
(a namesake, an old return, nobody there). Two counts are given. *touched*: requests of that outcome with the
kind on their record. *share*: the same with each request counted once, split evenly over the kinds on its
record. Shares add up to the number of requests of that outcome. Neither is a cause in the strict sense: to
learn what a kind does, run the scenario without it (the draws of all others stay the same) and compare.
"""

from __future__ import annotations

import polars as pl

NO_ERROR = "(no error in the request)"


def errors_of(ledger: pl.DataFrame, request: int) -> pl.DataFrame:
    """Return the changes made to one request, in order: columns field, kind, before, after."""
    return (
        ledger.filter(pl.col("request") == request).sort("order").select("field", "kind", "before", "after")
    )


def attribute(outcomes: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Return how outcomes fall on kinds of error.

    outcomes: one row a request with `request` and `outcome`.  ledger: see `sim.noise.Noisy`.
    Returns outcome str, kind str, touched u32, share f64, of u32 (requests of that outcome), sorted by
    outcome and falling share.
    """
    carried = ledger.select("request", "kind").unique()
    each = (
        outcomes.select("request", pl.col("outcome").cast(pl.String))
        .join(carried, on="request", how="left")
        .with_columns(pl.col("kind").fill_null(NO_ERROR))
        .with_columns((1.0 / pl.len().over("request")).alias("part"))
    )
    totals = outcomes.group_by(pl.col("outcome").cast(pl.String)).agg(pl.len().alias("of"))
    table = each.group_by("outcome", "kind").agg(
        pl.len().alias("touched"), pl.col("part").sum().alias("share")
    )
    return (
        table.join(totals, on="outcome")
        .select("outcome", "kind", pl.col("touched").cast(pl.UInt32), "share", pl.col("of").cast(pl.UInt32))
        .sort("outcome", "share", "kind", descending=[False, True, False])
    )
