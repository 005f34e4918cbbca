"""What the disclosed addresses must add up to: their counts, and the rows and counts of the requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from sim.errors import Mistake
from sim.outcome.counts import ADDRESSES, PARTS, REQUESTS, count_disclosed
from sim.outcome.exposed import EXPOSED
from sim.outcome.groups import OVERALL
from sim.outcome.laws import broken_addresses
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
from sim.record.rows import whole_populations

NAME, ROWS = "addresses.csv", "disclosures.parquet"
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


def disclosure_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield what in the rows of disclosed addresses is wrong, or not what requests and counts say.

    Of a run that keeps some populations only (`sim.record.rows`), these are checked in full.
    """
    rows, told = run.disclosures, run.manifest["rows"]
    if rows is None:
        return
    if rows.height != told["disclosures"]:
        yield Mistake("manifest.json", "rows.disclosures", f"is not the number of rows ({rows.height})")
    overall = run.counts.filter(pl.col("dimension") == OVERALL)
    whole = whole_populations(overall)
    if told["disclosures_populations"] != whole:
        yield Mistake("manifest.json", "rows.disclosures_populations", f"is not as many as fit ({whole})")
        return
    if rows.filter(pl.col("replicate") >= whole).height:
        yield Mistake(ROWS, "replicate", "is of populations that are not kept")
        return
    kept = run.outcomes.filter(pl.col("replicate") < whole)
    broken = list(broken_addresses(rows, kept, "replicate"))
    yield from (Mistake(ROWS, key, problem) for key, problem in broken)
    if not broken and run.addresses is not None:
        yield from _count_mistakes(rows, run.addresses, whole)


def _count_mistakes(rows: pl.DataFrame, there: pl.DataFrame, whole: int) -> Iterator[Mistake]:
    """Yield the dimensions by which the counts of addresses are not those of the rows."""
    made = [
        count_disclosed(rows.filter(pl.col("replicate") == number).drop("replicate")).select(
            pl.lit(number, pl.Int64).alias("replicate"), pl.all()
        )
        for number in range(whole)
    ]
    told = there.filter(pl.col("replicate") < whole).sort("replicate", "dimension", "level")
    added = pl.concat(made).sort("replicate", "dimension", "level") if made else told.clear()
    for dimension in (OVERALL, *EXPOSED):
        of_it = pl.col("dimension") == dimension
        if not added.filter(of_it).equals(told.filter(of_it)):
            yield Mistake(NAME, dimension, f"does not follow from {ROWS}")


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
