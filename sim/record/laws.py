"""What is wrong with the rows of a run, and which counts do not follow from them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from sim.errors import Mistake
from sim.outcome import GROUPS, count, count_by
from sim.outcome.counts import COUNTS
from sim.outcome.groups import OVERALL
from sim.outcome.laws import broken_rows
from sim.record import identity
from sim.record.reader import MOST_SHOWN, Run
from sim.record.shapes import SEARCHED


def row_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield what is wrong with the rows themselves: columns, laws, their number, and their hashes."""
    rows, name, scenario = run.outcomes, "outcomes.parquet", run.scenario
    if rows.height != run.manifest["rows"]["outcomes"]:
        yield Mistake("manifest.json", "rows.outcomes", f"is not the number of rows ({rows.height})")
    broken = list(broken_rows(rows))
    yield from (Mistake(name, key, problem) for key, problem in broken)
    if any("missing" in problem for _, problem in broken):
        return
    each = rows.group_by("replicate").agg(
        pl.len(), pl.col("request").n_unique().alias("numbers"), pl.col("request").max().alias("last")
    )
    if sorted(each["replicate"].to_list()) != list(range(scenario.replicates)):
        yield Mistake(name, "replicate", f"is not every population from 0 to {scenario.replicates - 1}")
        return
    asked = scenario.requests.count
    if each.filter(
        (pl.col("len") != asked) | (pl.col("numbers") != asked) | (pl.col("last") >= asked)
    ).height:
        yield Mistake(name, "request", f"is not every request from 0 to {asked - 1} in each population")
    yield from _hash_mistakes(run)


def _hash_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield whether the hashes of the manifest are not those of the rows."""
    hashes = identity.row_hashes(run.outcomes)
    if [hashes[number] for number in sorted(hashes)] != run.manifest["row_hashes"]:
        yield Mistake("outcomes.parquet", "rows", "do not have the hashes of the manifest")
    elif identity.result_hash(hashes) != run.manifest["result_hash"]:
        yield Mistake("manifest.json", "result_hash", "does not follow from the rows")


def told_hash_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield whether the hashes of a manifest are not those of a run: for one whose rows are not at hand."""
    told = run.manifest["row_hashes"]
    if len(told) != run.scenario.replicates:
        yield Mistake("manifest.json", "row_hashes", f"are not of {run.scenario.replicates} populations")
    elif identity.result_hash(dict(enumerate(told))) != run.manifest["result_hash"]:
        yield Mistake("manifest.json", "result_hash", "does not follow from the hashes of the rows")


def counts_mistakes(run: Run) -> Iterator[Mistake]:
    """Yield the counts that are not those of the rows."""
    keys = ("replicate", "dimension", "level")
    made = counts_of(run.outcomes, run.scenario.population.size)
    there = run.counts.sort(*keys)
    if there.select(keys).null_count().row(0) != (0, 0, 0) or not there.select(keys).equals(
        made.select(keys)
    ):
        yield Mistake("counts.csv", "replicate, dimension, level", "are not those of the rows")
        return
    unlike = there.select(
        pl.struct(keys).alias("at"),
        *(pl.col(name).ne_missing(made[name]).alias(name) for name in (*COUNTS, "registry")),
    )
    shown = 0
    for name in (*COUNTS, "registry"):
        for at in unlike.filter(pl.col(name))["at"].head(MOST_SHOWN - shown):
            shown += 1
            where = f"{at['dimension']} {at['level']}, population {at['replicate']}"
            yield Mistake("counts.csv", name, f"does not follow from the rows ({where})")
    searched = there.filter(pl.col("dimension") == OVERALL).select(SEARCHED)
    grouped = there.filter(pl.col("dimension") != OVERALL).select(SEARCHED)
    asked = run.scenario.requests.count
    odd = searched.filter((pl.col("candidates") < 0) | ~pl.col("filtered").is_between(0, asked))
    if sum(searched.null_count().row(0)) or odd.height or sum(grouped.count().row(0)):
        yield Mistake("counts.csv", ", ".join(SEARCHED), "are not of the overall rows alone, or out of range")


def counts_of(outcomes: pl.DataFrame, registry: int) -> pl.DataFrame:
    """Return the counts of every replicate, overall and by group, from the rows alone.

    Columns replicate, dimension, level, the counts, and registry (missing in the rows of groups); in order.
    """
    parts = []
    for (replicate,), rows in outcomes.group_by("replicate", maintain_order=True):
        number = pl.lit(replicate, pl.Int64).alias("replicate")
        everybody = pl.DataFrame([count(rows, registry)]).select(
            number, pl.lit(OVERALL).alias("dimension"), pl.lit(OVERALL).alias("level"), *COUNTS, "registry"
        )
        parts.append(everybody)
        parts += [
            count_by(rows, group).select(
                number, "dimension", "level", *COUNTS, pl.lit(None, pl.Int64).alias("registry")
            )
            for group in GROUPS
        ]
    return pl.concat(parts).sort("replicate", "dimension", "level")
