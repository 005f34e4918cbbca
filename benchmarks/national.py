"""The whole country at the number of populations a citable run needs: rates, time and memory.

Four scenarios at `--scale national`, 20 populations each, one after another: about two hours on two cores.
What is stopped goes on where it was. Run with `python -m benchmarks national`. `python -m benchmarks.national
FOLDER` takes runs that are there (of any number of populations, without peak memory): their rows stand in the
table in place of those of the same scenarios, and the others stay, with the version that made them. Writes
benchmarks/results/national_rates.csv, and the rows of everybody among it into the package.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from sim.published import fact
from sim.report.findings import Findings
from sim.report.national import COLUMNS, SHIPPED

SCENARIOS = ("aug2025-as-run", "name-dob", "good-matcher", "kin-on-file")
POPULATIONS = 20
RATES = ("answered", "wrong_person", "wrong_person_per_request", "wrong_door", "missed", "bystanders")
OUT = Path(__file__).parent / "results" / "national_rates.csv"


def main() -> None:
    """Run what is asked and write the table."""
    done = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    peaks = {name: _run(name) for name in SCENARIOS} if done is None else {}
    rows = [table(folder, peaks) for folder in sorted((done or Path("runs")).glob("r-*")) if _is_one(folder)]
    order = pl.col("scenario").cast(pl.Enum(SCENARIOS))
    made = pl.concat(rows)
    if done is not None:
        kept = pl.read_csv(OUT).filter(~pl.col("scenario").is_in(made["scenario"].unique().implode()))
        made = pl.concat([made, kept.cast(dict(made.schema))])
    found = made.sort(order, maintain_order=True)
    found.write_csv(OUT)
    shipped(OUT)
    print(found.select("scenario", "run", "seconds", "text"))


def shipped(table: Path) -> None:
    """Write the rows of everybody into the package, where the first page and reports read them."""
    pl.read_csv(table).filter(pl.col("dimension") == "everybody").select(COLUMNS).write_csv(SHIPPED)


def _run(name: str) -> float:
    """Run one scenario; return its peak memory in GB of 10^9 bytes."""
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        name,
        "--scale",
        "national",
        "--replicates",
        f"{POPULATIONS}",
    ]
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{name} ended with {status}")
    return used.ru_maxrss * 1024 / 1e9


def _is_one(folder: Path) -> bool:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    sent = fact("requests_sent").value
    national = manifest["rows"]["outcomes"] == manifest["replicates"] * sent
    return national and manifest["replicates"] > 1 and manifest["scenario"]["name"] in SCENARIOS


def table(folder: Path, peaks: dict[str, float]) -> pl.DataFrame:
    """Return the rates of one run, of everybody and somebody else's address by group, with what it took."""
    found = Findings.of(folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    name = manifest["scenario"]["name"]
    about = {
        "scenario": name,
        "run": manifest["run_id"],
        "version": manifest["engine"]["version"],
        "result_hash": manifest["result_hash"][:16],
        "seconds": round(manifest["seconds"]),
        "peak_gb": round(peaks[name], 2) if name in peaks else None,
    }
    whole = [("everybody", "everybody", found.rates[key], None) for key in RATES]
    groups = [(each.dimension, each.level, each.rate, each.ratio) for each in found.groups]
    return pl.DataFrame(
        [
            about
            | {"dimension": dimension, "level": level, "rate": rate.name}
            | {key: getattr(rate, key) for key in ("numerator", "denominator", "per", "replicates")}
            | {key: _short(getattr(rate, key)) for key in ("value", "low", "high", "mcse")}
            | {"ratio_to_everybody": _short(ratio), "text": rate.text()}
            for dimension, level, rate, ratio in whole + groups
        ],
        infer_schema_length=None,
    )


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


if __name__ == "__main__":
    main()
