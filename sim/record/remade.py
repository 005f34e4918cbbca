"""Which files of a run the same study, made again with the same rows, does not give."""

from __future__ import annotations

import polars as pl

from sim.errors import Mistake
from sim.reading import text_of
from sim.record.reader import Run
from sim.record.rows import keep_disclosures, keep_ledger
from sim.record.writer import texts_of
from sim.study.replicates import StudyResult


def unlike(run: Run, result: StudyResult, wanted: int, *, rows: bool = True) -> list[Mistake]:
    """Return the files that the same study, made again, does not give.

    wanted: populations made again; of fewer than all, the parts that are theirs are compared.  rows: whether
    all files of a run are there; else counts and rates only.
    """
    whole = wanted == run.scenario.replicates
    found = []
    texts = texts_of(result)
    if whole:
        for name, text in texts.items():
            path = run.folder / name
            if (rows or path.exists()) and (not path.is_file() or text_of(path) != text):
                found.append(Mistake(name, "the whole", "is not what the scenario gives"))
    else:
        for name in ("counts.csv", "addresses.csv"):
            made, path = texts.get(name, "").splitlines(), run.folder / name
            if not path.is_file() or text_of(path).splitlines()[: len(made)] != made:
                found.append(Mistake(name, "the whole", "is not what the scenario gives"))
    kept = keep_ledger(result.ledger, result.outcomes)
    if rows and (whole or run.manifest["rows"]["ledger_complete"]):
        there = run.ledger.filter(pl.col("replicate") < wanted)
        if not there.equals(kept.frame.cast(dict(there.schema))):  # type: ignore[arg-type]
            found.append(Mistake("ledger.parquet", "the whole", "is not what the scenario gives"))
    shown, said = keep_disclosures(result.disclosures, result.counts), run.manifest["rows"]
    if rows and run.disclosures is not None:
        there = run.disclosures.filter(pl.col("replicate") < wanted)
        its = shown.frame.filter(pl.col("replicate") < said["disclosures_populations"])
        if not there.equals(its.cast(dict(there.schema))):  # type: ignore[arg-type]
            found.append(Mistake("disclosures.parquet", "the whole", "is not what the scenario gives"))
    if rows and whole:
        if (said["ledger_complete"], said["ledger_note"]) != (kept.complete, kept.note):
            found.append(Mistake("manifest.json", "rows.ledger_note", "is not what the scenario gives"))
        if said["disclosures_note"] != shown.note:
            found.append(Mistake("manifest.json", "rows.disclosures_note", "is not what the scenario gives"))
        if ("curve.csv" in texts) != (run.curve is not None):
            found.append(Mistake("curve.csv", "file", "is there and should not be, or is missing"))
    return found
