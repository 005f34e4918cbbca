"""Kill a sweep of 60 cells twenty times, go on each time, and compare with a sweep that nobody touched.

The uninterrupted sweep runs on one worker. The other is killed (SIGKILL to the whole process group) at random
moments, while cells are being computed and written; it changes workers (1 and 2), hash seed and locale at
each start. Before the last start a finished cell is cut short by hand and a temporary file is left behind.
The two result hashes must be equal. Run with `python benchmarks/sweep_kills.py`; writes
benchmarks/results/sweep_kills.json.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """
title = "Sixty small cells"
scenario = "aug2025-as-run"
[set]
population.size = 20000
requests.count = 500
replicates = 2
[axes]
linkage.rule = ["irs_2025", "name_only", "name_zip", "name_dob"]
seed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
"""
CELLS, KILLS = 60, 20
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "3", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
)
OUT = Path(__file__).parent / "results" / "sweep_kills.json"


def start(file: Path, out: Path, workers: int, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start the sweep in a process group of its own."""
    command = [sys.executable, "-m", "sim", "sweep", str(file), "--out", str(out), "--json"]
    return subprocess.Popen(
        [*command, "--workers", str(workers), "--quiet"],
        env=os.environ | environment,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(out: Path) -> list[Path]:
    """Return the cell files that are there."""
    return sorted((out / "sixty" / "cells").glob("*.json"))


def kill_at_random(process: subprocess.Popen[str], out: Path, chance: random.Random) -> bool:
    """Kill the group after a random number of new cells and a random pause; False if it ended by itself."""
    wanted = len(finished(out)) + chance.randint(0, 1)
    while len(finished(out)) < wanted and process.poll() is None:
        time.sleep(0.01)
    time.sleep(chance.random() * (3.0 if chance.random() < 0.5 else 0.05))
    if process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


def main() -> None:
    """Run both sweeps and write what was seen."""
    chance = random.Random(20)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "sixty.toml"
        file.write_text(SWEEP, encoding="utf-8")
        quiet, rough = Path(place) / "quiet", Path(place) / "rough"
        calm, errors = start(file, quiet, 1, ENVIRONMENTS[0]).communicate()
        assert calm, errors
        kills, starts, seen = 0, 0, []
        while kills < KILLS and len(finished(rough)) < CELLS:
            process = start(file, rough, 1 + starts % 2, ENVIRONMENTS[starts % 3])
            starts += 1
            kills += kill_at_random(process, rough, chance)
            seen.append(len(finished(rough)))
        whole = finished(rough)[0]
        whole.write_bytes(whole.read_bytes()[:100])
        (whole.parent / ".tmp-left").write_bytes(b"half a cell")
        last, errors = start(file, rough, 2, ENVIRONMENTS[starts % 3]).communicate()
        assert last, errors
        left = list((rough / "sixty").rglob(".tmp-*"))
    first, second = json.loads(calm), json.loads(last)
    found = {
        "cells": CELLS,
        "kills": kills,
        "cells_on_disk_after_each_kill": seen,
        "last_start": {key: second[key] for key in ("done", "failed", "reused", "damaged")},
        "temporary_files_left": len(left),
        "uninterrupted": first["result_hash"],
        "killed_and_resumed": second["result_hash"],
        "equal": first["result_hash"] == second["result_hash"],
        "environments": list(ENVIRONMENTS),
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["equal"] else 1)


if __name__ == "__main__":
    main()
