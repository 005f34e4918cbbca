"""The rows of a run as they go to disk: outcomes of every request, the ledger of noise, counts and rates.

At national size (over a million requests, twenty replicates) outcomes are 25.6 million rows of enumerations
and small integers, a few bytes each under zstd; all are kept, because the result hash is over them. The
ledger of noise is text and several times as long, and can always be made again from the scenario. Above
`LEDGER_ROWS` only the entries that explain a harm or a miss in the first replicate are kept, and the manifest
says so. Disclosed addresses are about a million in a national run of twenty populations; a rule that
discloses many a request has more. Above `DISCLOSED_ROWS` the first populations are kept, as many as fit whole
(so that what is kept can still be added up), and the manifest says how many.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sim import whole_files
from sim.masking import mask_ledger
from sim.outcome.counts import COUNTS
from sim.outcome.groups import OVERALL
from sim.outcome.rates import Rate, to_frame
from sim.outcome.words import MISSED, WRONG, WRONG_DOOR
from sim.study.replicates import StudyResult
from sim.text_safety import csv_of_rows

LEDGER_ROWS = 2_000_000
"""Entries of the ledger kept whole; above, only those that explain a harm or a miss in replicate 0."""

DISCLOSED_ROWS = 2_000_000
"""Disclosed addresses kept at most: of whole populations, from the first on."""

_ROW_GROUP = 500_000
_HARM = (WRONG, WRONG_DOOR, MISSED)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The part of the noise ledger that is kept, identifiers masked, and a sentence on what was left out."""

    frame: pl.DataFrame
    complete: bool
    note: str


def keep_ledger(ledger: pl.DataFrame, outcomes: pl.DataFrame, limit: int = LEDGER_ROWS) -> Ledger:
    """Return what is kept of `ledger` (columns replicate, order, request, field, kind, before, after)."""
    total = ledger.height
    if total <= limit:
        return Ledger(
            mask_ledger(ledger), True, f"all {total:,} entries; identifiers cut to their last four digits"
        )
    wanted = outcomes.filter(pl.col("replicate") == 0, pl.col("outcome").cast(pl.String).is_in(_HARM))
    first = ledger.filter(pl.col("replicate") == 0).join(wanted.select("request"), on="request", how="semi")
    kept = first.head(limit)
    note = (
        f"{kept.height:,} of {total:,} entries: those of requests of replicate 0 that ended at the wrong "
        "person, at the wrong door or with nothing disclosed; running the scenario again makes the rest. "
        "Identifiers are cut to their last four digits"
    )
    return Ledger(mask_ledger(kept), False, note)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """The disclosed addresses that are kept: all of so many populations, with a sentence on the rest."""

    frame: pl.DataFrame
    populations: int
    note: str


def keep_disclosures(
    disclosed: pl.DataFrame, counts: pl.DataFrame, limit: int = DISCLOSED_ROWS
) -> Disclosures:
    """Return what is kept of the disclosed addresses (columns replicate and `sim.outcome.cells.CELLS`).

    counts: columns replicate and disclosed, one row a population.
    """
    whole = whole_populations(counts, limit)
    kept = disclosed.filter(pl.col("replicate") < whole)
    total, all_of_them = int(counts["disclosed"].sum()), f"{counts.height:,} populations"
    if whole == counts.height:
        return Disclosures(kept, whole, f"all {total:,} addresses of {all_of_them}")
    note = (
        f"{kept.height:,} of {total:,} addresses: all of the first {whole:,} of {all_of_them}; running the "
        "scenario again makes the rest"
    )
    return Disclosures(kept, whole, note)


def whole_populations(counts: pl.DataFrame, limit: int = DISCLOSED_ROWS) -> int:
    """Return how many populations, from the first on, disclosed no more than `limit` addresses together."""
    return int((counts.sort("replicate")["disclosed"].cum_sum() <= limit).sum())


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` as a new file with zstd, in row groups that can be read one at a time."""
    with whole_files.creating(path) as stream:
        frame.write_parquet(
            stream, compression="zstd", compression_level=6, row_group_size=_ROW_GROUP, statistics=True
        )


def counts_of(result: StudyResult) -> pl.DataFrame:
    """Return every count of every replicate, overall and by group: replicate, dimension, level, the counts.

    The overall rows also have `registry` (records searched), `candidates` (pairs compared) and `filtered`
    (requests for which no search was made); these are empty in the rows of groups.
    """
    whole = result.counts.with_columns(dimension=pl.lit(OVERALL), level=pl.lit(OVERALL))
    searched = _searched(result.tallies)
    first = ("replicate", "dimension", "level")
    return (
        pl.concat(
            [whole.join(searched, on="replicate", how="left"), result.group_counts], how="diagonal_relaxed"
        )
        .sort(*first, maintain_order=True)
        .select(*first, *COUNTS, "registry", *searched.columns[1:])
    )


def _searched(tallies: pl.DataFrame) -> pl.DataFrame:
    """Return what the search did in each replicate: replicate, candidates, filtered."""
    return tallies.group_by("replicate").agg(
        pl.col("candidates").cast(pl.Int64).sum(), pl.col("filtered").is_not_null().sum().cast(pl.Int64)
    )


def csv_text(frame: pl.DataFrame) -> str:
    """Return `frame` as CSV, text cells neutralised so that no spreadsheet runs them; line feeds only."""
    return csv_of_rows(frame.columns, frame.iter_rows())


def rates_csv(made: Iterable[Rate]) -> str:
    """Return the rates as CSV, one row a rate, with its sentence; full precision in the numbers."""
    return csv_text(to_frame(made))
