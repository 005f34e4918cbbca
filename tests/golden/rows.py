"""The rows of small runs of the shipped scenarios, by version: when they move, the version must.

A run ID hashes the question and the version, not the source; two engines of one version that answer
differently would give one ID two answers. `python -m tests.golden.rows` says what moved; with `--raise`
it gives the sources the next version and writes its rows down.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import tomli_w

import sim
from sim.noise.who import UnreachableRateWarning
from sim.record.identity import result_hash, row_hashes
from sim.run import simulate
from sim.scenario import Scenario
from sim.scenario_files import presets

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("rows.toml")
STANDS_IN = ("sim/__init__.py", "CITATION.cff")
SMALL = {"population.size": "30000", "requests.count": "2000"}


def questions() -> dict[str, Scenario]:
    """Return what is asked: every shipped scenario, small; two of them with many errors too."""
    small = {name: Scenario.load(name, SMALL.items()).replace({"name": "small"}) for name in presets()}
    high = {
        f"{name} at high noise": scenario.replace({"noise.level": "high", "seed": 2})
        for name, scenario in small.items()
        if name in ("aug2025-as-run", "name-dob")
    }
    return small | high


@cache
def rows(scenario: Scenario) -> str:
    """Return one hash of the outcomes and the ledger of a scenario's first population.

    Kept, since scenarios that differ in size alone are one question here.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreachableRateWarning)  # small towns have few apartments to lose
        world = simulate(scenario, cases=False)
    outcomes = result_hash(row_hashes(world.outcomes.with_columns(replicate=0)))
    ledger = world.ledger.write_csv(line_terminator="\n").encode()
    return hashlib.sha256(outcomes.encode() + hashlib.sha256(ledger).digest()).hexdigest()[:16]


def recorded() -> dict[str, dict[str, str]]:
    """Return the hashes written down, by version and question."""
    return tomllib.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def main(arguments: list[str]) -> int:
    """Say which questions moved; with --raise take the next version and write its rows down."""
    asked = questions()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        now = dict(zip(asked, pool.map(rows, asked.values()), strict=True))
    before = recorded()
    last = before.get(sim.__version__, {})
    moved = [name for name in now if now[name] != last.get(name)]
    print(f"{sim.__version__}: {len(moved)} of {len(now)} moved: {', '.join(moved) or 'none'}")
    version = sim.__version__
    if "--raise" in arguments and moved and last:
        version = _next(version)
        for name in STANDS_IN:
            path = ROOT / name
            path.write_text(path.read_text("utf-8").replace(sim.__version__, version), "utf-8")
    if "--raise" in arguments and moved:
        FILE.write_text(tomli_w.dumps(before | {version: now}), "utf-8")
        print(f"written down as {version}")
        return 0
    return int(bool(moved))


def _next(version: str) -> str:
    major, minor = map(int, re.findall(r"\d+", version)[:2])
    return f"{major}.{minor + 1}.0"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
