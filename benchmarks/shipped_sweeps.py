"""Run the shipped sweeps once at a size two cores can do, and keep their tables with run IDs.

Populations, countries and lists are fewer or smaller than the sweeps say, and their sizes are
told in the table; rates on names grow with the size of the file (see file-size), so that these are not
national figures. Run with `python -m benchmarks shipped_sweeps`, or `python -m benchmarks.shipped_sweeps
FOLDER` with a folder of finished sweeps to write their tables only; writes
benchmarks/results/sweeps/*.csv and docs/sweeps.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl

from benchmarks import sweep_findings

USUAL = ("population.size=300000", "requests.count=20000", "replicates=10")
SWEEPS: dict[str, tuple[str, ...]] = {
    "name-rule": USUAL,
    "surname-handling": USUAL,
    "identity-borrowing": USUAL,
    "number-share-by-coverage": USUAL,
    "address-quality": USUAL,
    "threshold": USUAL,
    "request-size": ("population.size=1000000", "requests.count=4375,8000,45625", "replicates=10"),
    "file-size": ("requests.count=20000", "replicates=5"),
}
RATES = ("wrong_person", "wrong_door", "answered", "missed")
OUT = Path(__file__).parent / "results" / "sweeps"


def table(folder: Path) -> pl.DataFrame:
    """Return the rates of every cell, overall and by one or two surnames, with the cell's run ID."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    runs = pl.DataFrame([{"cell": cell["number"], "run_id": cell["run_id"]} for cell in manifest["cells"]])
    rows = pl.read_parquet(folder / "sweep.parquet")
    kept = pl.col("dimension").is_in(["everybody", "two_surnames"]) & pl.col("rate").is_in(RATES)
    numbers = [
        pl.col(name).round(4) for name in ("value", "low", "high", "mcse", "ratio", "ratio_low", "ratio_high")
    ]
    return (
        rows.filter(kept | (pl.col("status") == "failed"))
        .join(runs, on="cell")
        .select(
            "run_id",
            *manifest["varied"],
            "status",
            "dimension",
            "level",
            "rate",
            "numerator",
            "denominator",
            "per",
            "replicates",
            *numbers,
            "text",
            "error",
        )
    )


def main() -> None:
    """Run what is asked and write the tables."""
    OUT.mkdir(parents=True, exist_ok=True)
    done = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("sweeps")
    for name, sets in SWEEPS.items():
        if len(sys.argv) == 1:
            options = [word for pair in sets for word in ("--set", pair)]
            subprocess.run(
                [sys.executable, "-m", "sim", "sweep", name, "--workers", "2", *options], check=True
            )
        if (done / name / "manifest.json").exists():
            engine = json.loads((done / name / "manifest.json").read_text(encoding="utf-8"))["engine"]
            notes = {"sizes": " ".join(sets), "engine": engine[:24]}
            made = table(done / name).with_columns(**{key: pl.lit(text) for key, text in notes.items()})
            made.write_csv(OUT / f"{name}.csv")
            print(f"{name}: {made.height} rows")
    sweep_findings.main()


if __name__ == "__main__":
    main()
