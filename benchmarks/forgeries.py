"""Forge 200 bundles, every hash made right, and ask `sim verify`; and 50 honest bundles of other draws.

A forger changes a row, a count, a rate, a worked link, the ledger, a report, the manifest, the environment,
the version, the seed or a run set beside; what follows from the change is made to agree
(tests/record/forging.py), and half of them claim another environment. An honest bundle of other draws is made
by a copy of the program whose random streams are keyed otherwise, and says so.

Needed: none exits 0; each forgery of these very draws that moves a headline by more than 4 of the rerun's own
standard errors exits 1; no honest bundle exits 1. Reruns are remembered by their question, since equal
questions give equal rows. Takes some ten minutes; writes benchmarks/results/forgeries.md.
"""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sim import rng, whole_files
from sim.errors import SimulatorError
from sim.outcome.groups import OVERALL
from sim.outcome.rates import Settings, rates
from sim.record import verify as verifying
from sim.record import write
from sim.record.bundle import bundle
from sim.record.reader import read
from sim.record.safe_zip import unpack
from sim.record.verify import Asked, verify
from sim.report.again import made_again
from sim.report.companions import with_companions
from sim.report.findings import Findings
from sim.report.html import write as write_page
from sim.report.make import make
from sim.scenario import Scenario
from sim.study.replicates import run as study
from tests.record.forgery_kinds import KINDS, POPULATIONS, Forgery, Luck
from tests.record.forging import claim_another_environment, settle, sums

OUT = Path(__file__).parent / "results" / "forgeries.md"
FORGED, HONEST, MOST = 200, 50, 4.0
SIZES = {"population.size": 30_000, "requests.count": 1_500, "replicates": POPULATIONS}
SHOWN = ("wrong_person", "wrong_person_per_request", "wrong_person_per_registry", "wrong_door", "right_door",
         "answered", "missed", "bystanders")  # fmt: skip


@cache
def _remembered(scenario: Scenario) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return study(scenario)


def _again(scenario: Scenario, **_: object) -> Any:
    return _remembered(scenario)


@dataclass(frozen=True)
class Trial:
    """What came of one bundle. moved: own standard errors by which a headline moved; 0 if none did."""

    kind: str
    name: str
    claims: bool
    exit: int
    moved: float
    others: bool


def _scenario() -> Scenario:
    return Scenario.load("name-dob").replace(SIZES)


def _bundles(place: Path) -> tuple[Path, Path]:
    """Return an honest bundle with the short report, and one with all reports and the runs set beside."""
    folder = write(_remembered(_scenario()), place / "runs")
    write_page(folder)
    short = bundle(folder, place / "short.zip")
    found = with_companions(Findings.of(folder), 2)
    make(found, {"html"})
    return short, bundle(folder, place / "full.zip")


def _moved(folder: Path) -> float:
    """Return by how many of the rerun's own standard errors the headline moved that moved most."""
    run = read(folder)
    settings = Settings.of(run.scenario)
    claimed = run.counts.filter(pl.col("dimension") == OVERALL).sort("replicate")
    own = {each.name: each for each in rates(_again(run.scenario).counts, settings)}
    far = 0.0
    for rate in rates(claimed, settings):
        mine = own[rate.name]
        if rate.name in SHOWN and rate.value is not None and mine.value is not None and mine.mcse:
            far = max(far, abs(rate.value - mine.value) / mine.mcse)
    return far


def _tried(forgery: Forgery, source: Path, place: Path, luck: Luck, claims: bool) -> Trial:
    folder = unpack(source, place)
    forgery.change(folder, luck)
    if claims:
        claim_another_environment(folder)
    if "manifest.json" in forgery.keep:
        sums(folder)
    else:
        settle(folder, forgery.keep)
    try:
        moved = _moved(folder)
    except SimulatorError:
        moved = 0.0
    began = time.monotonic()
    try:
        verdict = verify(folder, Asked(reports=made_again))
        code, others = verdict.exit, any("by luck" in reason for reason in verdict.reasons)
    except SimulatorError as error:
        code, others = 2, False
        print(f"  {error}")
    took = time.monotonic() - began
    words = f"{forgery.kind}: {forgery.name}{' (claims)' if claims else ''}: exit {code}"
    print(f"{words}, moved {moved:.1f}, {took:.1f} s", flush=True)
    return Trial(forgery.kind, forgery.name, claims, code, moved, others)


def _forged(number: int, place: Path) -> Trial:
    """Forge and verify one bundle: the trials of all kinds are numbered one after another."""
    for forgery, many in KINDS:  # noqa: B007 - found by counting down
        if number < many:
            break
        number -= many
    claims = number % 2 == 0 if forgery.claims is None else forgery.claims
    luck = np.random.default_rng([14, KINDS.index((forgery, many)), number])
    source = place / ("full.zip" if forgery.full else "short.zip")
    with tempfile.TemporaryDirectory(dir=place) as own:
        return _tried(forgery, source, Path(own), luck, claims)


def _honest(number: int, place: Path) -> Trial:
    """Make a bundle with otherwise keyed streams, as another environment would, and verify it here."""
    root = rng._ROOT
    rng._ROOT = root + f"copy {number}".encode()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            folder = write(study(_scenario()), place / f"copy-{number}")
    finally:
        rng._ROOT = root
    claim_another_environment(folder, f"9.{number}")
    settle(folder)
    verdict = verify(folder, Asked(reports=made_again))
    moved = _moved(folder)
    told = verdict.text() if verdict.exit == 1 else ""
    print(f"honest {number}: exit {verdict.exit}, moved {moved:.1f} {told}", flush=True)
    shutil.rmtree(place / f"copy-{number}")
    return Trial("honest", "other draws", True, verdict.exit, moved, others=True)


def _remembering() -> None:
    """Let verification remember its reruns; what is remembered takes no memory."""
    warnings.simplefilter("ignore")
    verifying.study = _again  # type: ignore[assignment]
    verifying.available_bytes = lambda: None


def _report(forged: Sequence[Trial], honest: Sequence[Trial], seconds: float) -> str:
    size = f"{SIZES['population.size']:,} records, {SIZES['requests.count']:,} requests"
    codes = Counter(each.exit for each in honest)
    far = [each for each in honest if each.moved > MOST]
    same = [each for each in forged if each.moved > MOST and not each.others]
    missed = [each for each in forged if each.moved > MOST and each.others and each.exit != 1]
    names = dict.fromkeys((each.kind, each.name) for each in forged)
    rows = [
        _line(f"{kind}: {name}", [e for e in forged if (e.kind, e.name) == (kind, name)])
        for kind, name in names
    ]
    told = [
        "# Forged bundles, and honest ones of other draws",
        f"Made by `python -m benchmarks forgeries` in {seconds / 60:.0f} minutes. {len(forged)} bundles of a "
        f"run of `name-dob` ({size}, {POPULATIONS} populations) were forged, every hash made right; half of "
        f"them claim another environment. *Moved* counts forgeries that moved a headline by more than "
        f"{MOST:g} of the rerun's own standard errors.",
        "\n".join([_HEAD, *rows, _line("all", forged)]),
        f"Of forgeries of the very draws of the rerun that moved a headline, "
        f"{sum(e.exit == 1 for e in same)} of {len(same)} exit 1. Of forgeries that put other draws in their "
        f"place, {len(missed)} moved a headline and did not exit 1.",
        f"{len(honest)} honest bundles were made by copies of the program whose random streams are keyed "
        f"otherwise: {codes[1]} exit 1, {codes[4]} exit 4, {codes[0]} exit 0. In {len(far)} of them a "
        f"headline is more than {MOST:g} of the rerun's own standard errors away (as estimated from "
        f"{POPULATIONS} populations) by the luck of the draw alone; why these cannot all be told from "
        "forgeries is said in `sim/record/agreement.py`.",
        "Not found by any of this, and said so by `sim verify`: when a run was made, how long it took, a "
        "study of sensitivity given to a report, a file that somebody added, and a forgery made up whole of "
        "other draws that stays within luck.",
    ]
    return "\n\n".join(told) + "\n"


_HEAD = """| what was forged | bundles | exit 1 | exit 2 | exit 4 | exit 0 | moved | moved, exit 1 |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def _line(name: str, mine: Sequence[Trial]) -> str:
    codes = Counter(each.exit for each in mine)
    far = [each for each in mine if each.moved > MOST]
    cells = (len(mine), codes[1], codes[2], codes[4], codes[0], len(far), sum(each.exit == 1 for each in far))
    return f"| {name} | {' | '.join(map(str, cells))} |"


def main(workers: int = 2) -> int:
    """Run all trials and write the table; 1 where something is not as it should be."""
    began = time.monotonic()
    assert sum(many for _, many in KINDS) == FORGED
    _remembering()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        _bundles(place)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context, _remembering) as pool:
            forged = list(pool.map(_forged, range(FORGED), [place] * FORGED))
            honest = list(pool.map(_honest, range(HONEST), [place] * HONEST))
    whole_files.write_source(OUT, _report(forged, honest, time.monotonic() - began).encode())
    missed = [each for each in forged if each.moved > MOST and not each.others and each.exit != 1]
    passed = [each for each in forged if each.exit == 0]
    accused = [each for each in honest if each.exit == 1]
    print(f"passed {len(passed)}, moved and not different {len(missed)}, accused {len(accused)}")
    return int(bool(passed or missed or accused))


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:2])))
