"""What the counts of disclosed addresses must add up to: the counts of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from sim.errors import Mistake
from sim.outcome.counts import ADDRESSES, PARTS, REQUESTS
from sim.outcome.exposed import EXPOSED
from sim.outcome.groups import OVERALL
from sim.outcome.words import (
    GONE,
    OFFICE,
    OTHER,
    OUTCOMES,
    QUANTITIES,
    RELATIVES_RECORD,
    RIGHT,
    RIGHT_DOOR,
    STRANGERS_DOOR,
    WRONG,
    WRONG_DOOR,
)
from sim.record.reader import Run

NAME = "addresses.csv"
_WRONG = (STRANGERS_DOOR, OTHER, RELATIVES_RECORD)


def _sum(unit: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.sum_horizontal(f"{unit}_{word}" for word in words)


_ALL = pl.sum_horizontal(f"outcome_{word}" for word in OUTCOMES if word in (RIGHT_DOOR, WRONG_DOOR, WRONG))
LAWS: Mapping[str, pl.Expr] = {
    "disclosed": pl.col("disclosed") == pl.col("disclosed_counted"),
    "addresses": _sum("addresses", QUANTITIES) == pl.col("disclosed"),
    "requests": _sum("requests", QUANTITIES) == _ALL,
    "addresses of others": _sum("addresses", _WRONG) == pl.col("wrong_disclosed"),
    "requests of others": _sum("requests", _WRONG) == pl.col(f"outcome_{WRONG}"),
    "addresses left": _sum("addresses", (GONE, OFFICE)) == pl.col("stale_disclosed"),
    "requests left": _sum("requests", (GONE, OFFICE)) == pl.col(f"outcome_{WRONG_DOOR}"),
    "addresses by error": _sum("addresses", PARTS) == pl.col(f"addresses_{STRANGERS_DOOR}"),
    "requests by error": _sum("requests", PARTS) == pl.col(f"requests_{STRANGERS_DOOR}"),
    "at home": pl.col(f"requests_{RIGHT}") == pl.col(f"outcome_{RIGHT_DOOR}"),
}
"""What holds of the overall row of each population beside its counts."""


def address_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield what in the counts of addresses, if a run has them, does not add up to its other counts."""
    there = run.addresses
    if there is None:
        return
    overall = there.filter(pl.col("dimension") == OVERALL).sort("replicate")
    counted = run.counts.filter(pl.col("dimension") == OVERALL).sort("replicate")
    counted = counted.select(pl.exclude("dimension", "level"))
    if overall["replicate"].to_list() != counted["replicate"].to_list():
        yield Mistake(NAME, "replicate", "does not have every population once")
        return
    both = overall.join(counted, on="replicate", how="left", suffix="_counted")
    laws = {**LAWS, "missing or negative": pl.all_horizontal(pl.col(*ADDRESSES, *REQUESTS) >= 0)}
    holds = both.select(law.fill_null(value=False).all().alias(key) for key, law in laws.items())
    unlike = [key for key, good in holds.row(0, named=True).items() if not good]
    yield from (Mistake(NAME, key, "does not add up to counts.csv") for key in unlike)
    yield from _group_mistakes(there.filter(pl.col("dimension") != OVERALL), overall)


def _group_mistakes(groups: pl.DataFrame, overall: pl.DataFrame) -> Iterator[Mistake]:
    """Yield the dimensions whose levels do not add up to everybody, population by population."""
    counts = ("disclosed", *ADDRESSES)
    unknown = set(groups["dimension"]) - set(EXPOSED)
    if unknown:
        yield Mistake(NAME, "dimension", "is none by which addresses are told apart")
    whole = overall.filter(pl.col("disclosed") > 0).select("replicate", *counts)
    for dimension in EXPOSED:
        part = groups.filter(pl.col("dimension") == dimension)
        added = part.group_by("replicate").agg(pl.col(*counts).sum()).sort("replicate")
        if part.select("replicate", "level").is_duplicated().any() or not added.equals(whole):
            yield Mistake(NAME, dimension, "does not add up to everybody")
