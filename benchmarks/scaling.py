"""Whole runs of the programme's rule at 20, 40, 80 and 160 million people: seconds and peak memory.

Each size is `sim run aug2025-as-run`, one population, in a process of its own, everything included: tables,
drawing the list, faults, search, judging, writing the run folder. Run with
`python benchmarks/scaling.py [requests]`; writes benchmarks/results/scaling.csv, a line as each size ends.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MILLIONS = (20, 40, 80, 160)
OUT = Path(__file__).parent / "results" / "scaling.csv"


def measure(millions: int, requests: int) -> list[object]:
    """Run one size in a child and return its row; the child's child is what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [f"population.size={millions * 1_000_000}", f"requests.count={requests}"]
        sets = [part for each in asked for part in ("--set", each)]
        began = time.monotonic()
        command = [sys.executable, "-W", "ignore", "-m", "sim", "run", "aug2025-as-run", "--quiet"]
        child = subprocess.Popen(
            [*command, "--replicates", "1", "--out", folder, *sets], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
    seconds = time.monotonic() - began
    if status:
        raise SystemExit(f"{millions} million people: the run ended with status {status}")
    cpu = used.ru_utime + used.ru_stime
    return [millions, requests, round(seconds, 1), round(cpu, 1), round(cpu / millions * 1000),
            round(used.ru_maxrss / 2**20, 2), round(os.getloadavg()[0], 1)]  # fmt: skip


def main() -> None:
    """Measure every size and write the table."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_280_000
    head = ["million_people", "requests", "seconds", "cpu_seconds", "cpu_ns_a_person", "peak_gb", "load"]
    with OUT.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        for millions in MILLIONS:
            row = measure(millions, requests)
            table.writerow(row)
            file.flush()
            print(*row)


if __name__ == "__main__":
    main()
