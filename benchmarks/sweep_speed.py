"""How fast a sweep of 200 cells goes, what memory it needs, and how much of its time is not simulation.

200 settings (borrowed numbers x stale addresses x name comparison) of 10,000 requests put to 200,000 people,
one replicate each, on one and on two processes. Counted are wall and processor time of the whole command,
started as a user starts it; peak memory of its processes together; and the time inside the simulation of the
cells (drawing, faults, search, judging, counting, and the tables made on first use). The rest is starting,
loading compiled functions, writing and reading cells, and gathering. Run with
`python -m benchmarks sweep_speed`; writes benchmarks/results/sweep_speed.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SWEEP = """
title = "Two hundred settings of one world"
scenario = "aug2025-as-run"
[set]
population.size = 200000
requests.count = 10000
replicates = 1
[axes]
linkage.name_compare = ["full_name", "name_control"]
noise.tin_borrowed.rate = [0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1]
noise.address_stale.rate = [0.12, 0.15, 0.18, 0.2, 0.226, 0.25, 0.3, 0.35, 0.4, 0.472]
"""
CELLS = 200
COLUMNS = ("processes", "wall", "cells per minute", "processor time", "in simulation", "not simulation",
           "peak memory", "all kept, run again")  # fmt: skip
OUT = Path(__file__).parent / "results" / "sweep_speed.md"


def resident(group: int) -> int:
    """Return the bytes resident in all processes of a process group (pages they share counted once each)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getpgid(int(entry.name)) == group:
                lines = (entry / "smaps_rollup").read_text(encoding="ascii").splitlines()
                total += next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total


def measure(file: Path, out: Path, workers: int) -> dict[str, float]:
    """Run the sweep once and return what it took, in seconds, and bytes."""
    command = [sys.executable, "-m", "sim", "sweep", str(file), "--out", str(out), "--json", "--quiet"]
    began, spent = time.monotonic(), os.times()
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.25)

    watcher = threading.Thread(target=watch)
    watcher.start()
    told = json.loads(process.communicate()[0])
    watcher.join()
    wall, now = time.monotonic() - began, os.times()
    manifest = json.loads((Path(told["folder"]) / "manifest.json").read_text(encoding="utf-8"))
    assert (told["done"], told["failed"]) == (CELLS, 0), told
    simulating = sum(cell["seconds"] for cell in manifest["cells"])
    processor = now.children_user + now.children_system - spent.children_user - spent.children_system
    return {
        "wall": wall,
        "processor": processor,
        "simulating": simulating,
        "peak": peak,
        "again": again([*command, "--workers", str(workers)]),
        "hash": int(told["result_hash"][:12], 16),
    }


def again(command: list[str]) -> float:
    """Return the seconds of the same command when every cell is there: starting, reading, gathering."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main() -> None:
    """Measure with one and two processes and write the table."""
    lines = [
        "# Speed of a sweep",
        "",
        "200 cells of 10,000 requests x 200,000 people, one replicate each, `sim sweep` as a user starts it.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "| --- " * len(COLUMNS) + "|",
    ]
    hashes = set()
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "speed.toml"
        file.write_text(SWEEP, encoding="utf-8")
        for workers in (1, 2):
            found = measure(file, Path(place) / str(workers), workers)
            hashes.add(found["hash"])
            share = 1 - found["simulating"] / (workers * found["wall"])
            lines.append(
                f"| {workers} | {found['wall']:.0f} s | {60 * CELLS / found['wall']:.0f} | "
                f"{found['processor']:.0f} s | {found['simulating']:.0f} s | {share:.1%} | "
                f"{found['peak'] / 2**30:.2f} GB | {found['again']:.1f} s |"
            )
    assert len(hashes) == 1
    lines += [
        "",
        "Not simulation: the share of (processes x wall) outside the simulation of cells: starting, loading",
        "compiled functions, writing and reading cells, gathering, and a process that has run out of cells.",
        "Tables made on first use count as simulation. Both runs have the same result hash. Load of the",
        f"machine when this ended: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.",
    ]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
