"""What common random numbers win: variance of a difference between two settings, unpaired over paired.

Read off the cells of finished sweeps, whose settings share people and luck replicate by replicate: for every
two cells of one sweep that differ in one setting only, the variance of independent replicates over that of
paired ones, for several rates; pooled as the ratio of summed variances. Run with
`python benchmarks/paired_difference.py FOLDER_OF_SWEEPS`; writes benchmarks/results/paired_difference.csv.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sim.outcome import RATES

WATCHED = ("wrong_person", "wrong_door", "answered", "missed")
OUT = Path(__file__).parent / "results" / "paired_difference.csv"


def values(body: dict[str, Any], rate: str) -> np.ndarray:
    """Return the rate in each replicate of a cell."""
    definition = next(each for each in RATES if each.name == rate)
    rows = [(row[definition.numerator], row[definition.denominator]) for row in body["counts"]]
    return np.array([definition.per * above / below if below else np.nan for above, below in rows])


def variances(bodies: list[dict[str, Any]], rate: str) -> tuple[int, float, float]:
    """Return the number of neighbouring cells, and summed variances of unpaired and paired differences."""
    count, apart, paired = 0, 0.0, 0.0
    for first, second in itertools.combinations(bodies, 2):
        changed = [key for key in first["settings"] if first["settings"][key] != second["settings"][key]]
        a, b = values(first, rate), values(second, rate)
        if len(changed) == 1 and not np.isnan(a + b).any() and (b - a).any():
            count += 1
            apart += float(a.var(ddof=1) + b.var(ddof=1))
            paired += float((b - a).var(ddof=1))
    return count, apart, paired


def main() -> None:
    """Read every sweep of the folder and write the table."""
    rows = []
    for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if (path / "manifest.json").exists()):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        cells = [
            json.loads((folder / cell["file"]).read_text(encoding="utf-8"))["body"]
            for cell in manifest["cells"]
        ]
        for rate in WATCHED:
            count, apart, paired = variances([cell for cell in cells if cell["status"] == "done"], rate)
            if count:
                row = {"sweep": manifest["sweep"], "rate": rate, "pairs_of_cells": count}
                rows.append(
                    row | {"replicates": len(cells[0]["counts"]), "variance_ratio": round(apart / paired, 2)}
                )
    table = pl.DataFrame(rows)
    table.write_csv(OUT)
    with pl.Config(tbl_rows=-1):
        print(table)


if __name__ == "__main__":
    main()
