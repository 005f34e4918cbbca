"""A registry kept on disk: what the build takes, and how long questions with 10,000 requests take after it.

For each size (millions of people; default 2 and 10, the whole country is 160): `sim keep` in a process of
its own, then a process that opens the registry and asks. Up to 3 million people the answers are compared with
those of `sim.run.simulate`. Run with `python benchmarks/kept.py [millions ...]`; writes
benchmarks/results/kept.md. The registries are made in a temporary folder and deleted; with
KEPT_AT=FOLDER they are made there and stay (`python -m
benchmarks.dashboard FOLDER` asks them from a browser).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "results" / "kept.md"
SCENARIO, REQUESTS, COMPARED = "aug2025-as-run", 10_000, 3_000_000
WARM = 3
"""Times each question is put; the first meets a cold disk and caches, of the others the least time counts."""


def questions() -> dict[str, Mapping[str, Any]]:
    """Return the changes put one after another; every question but the first changes something."""
    from sim.parameters import catalogue  # noqa: PLC0415 - only the child needs the program

    rates = {k: v for k, v in catalogue().items() if k.startswith("noise.") and k.endswith(".rate")}
    match = {"linkage.address_check": "must_match", "linkage.tie": "all"}
    noise = {key: min(1.5 * entry.value, entry.range[1]) for key, entry in rates.items()}
    rule = {name: {"linkage.rule": name} for name in ("name_only", "name_zip", "name_dob", "probabilistic")}
    return {
        "first question (irs_2025)": {},
        "every noise rate half as large again": noise,
        "coverage 6 % to 10 % (another list)": {"requests.coverage": 0.10},
        "irs_2025, surnames as a set": {"linkage.surname_handling": "array"},
        "irs_2025, address must match, tie all": match,
        "name_only, surnames as a set": rule["name_only"] | {"linkage.surname_handling": "array"},
        **rule,
        "probabilistic, threshold 8 bits": rule["probabilistic"] | {"linkage.threshold": 8.0},
    }  # fmt: skip


def ask(folder: Path) -> None:
    """Open a registry and put the questions; print a JSON line for each. What the child does."""
    from sim.kept.session import StoredRegistry  # noqa: PLC0415
    from sim.kept.store import Store  # noqa: PLC0415
    from sim.record import write  # noqa: PLC0415
    from sim.replicate import Replicate  # noqa: PLC0415
    from sim.scenario import Scenario  # noqa: PLC0415
    from sim.study.replicates import collect  # noqa: PLC0415

    warnings.simplefilter("ignore")
    store = Store(folder)
    size = {"population.size": store.people, "requests.count": REQUESTS, "replicates": 1}
    base = Scenario.load(SCENARIO).replace(size)

    def opened() -> Replicate:
        kept = Replicate(StoredRegistry(base, store))
        kept.asked(base.replace({"requests.count": 1_000}))  # tables, dictionaries
        return kept

    kept, took = _timed(opened)
    print(json.dumps(["open, tables and dictionaries", [took]]), flush=True)
    for name, changes in questions().items():
        scenario = base.replace(changes)
        times = []
        for _ in range(1 if "probabilistic" in name else WARM):

            def question(scenario: Scenario = scenario) -> Any:
                world = kept.answer(scenario)
                with tempfile.TemporaryDirectory() as place:
                    write(collect(scenario, [world]), Path(place))
                return world

            kept._last.clear()  # the list and its faults are made again each time
            world, took = _timed(question)
            times.append(took)
        _compare(base, scenario, world)
        met = [int(world.tallies[column].sum()) for column in ("candidates", "links")]
        print(json.dumps([name, times, met]), flush=True)
    print(json.dumps(["memory", _memory()]), flush=True)


def _timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - wall, time.process_time() - cpu)


def _compare(base: Any, scenario: Any, world: Any) -> None:
    from sim.run import simulate  # noqa: PLC0415

    if base.population.size > COMPARED:
        return
    other = simulate(scenario)
    assert world.outcomes.equals(other.outcomes), "outcomes differ"
    assert world.tallies.equals(other.tallies), "tallies differ"
    assert world.ledger.equals(other.ledger), "faults differ"


def _memory() -> dict[str, float]:
    lines = Path("/proc/self/status").read_text().splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return {name: int(told[name].split()[0]) / 2**20 for name in ("RssAnon", "RssFile")}


def measure(millions: float, place: Path) -> list[str]:
    """Build and question one size; return its lines of the report."""
    size = f"population.size={round(millions * 1e6)}"
    started, began = time.strftime("%d %B %Y, %H:%M UTC", time.gmtime()), time.monotonic()
    command = [sys.executable, "-m", "sim", "keep", SCENARIO, "--set", size, "--json", "--out", str(place)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    told = json.loads(child.stdout.read())  # type: ignore[union-attr]
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"sim keep ended with status {status}")
    wall, cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
    folder = Path(told["folder"])
    lines = [
        f"## {millions:g} million people", "",
        f"Built on {started}: {wall:.0f} s wall, {cpu:.0f} s CPU, {told['bytes'] / 1e9:.2f} GB on disk "
        f"(du: {_du(folder):.2f} GB), peak memory {used.ru_maxrss / 2**20:.2f} GB. "
        f"Load {os.getloadavg()[0]:.1f}.", "",
        "| question | first time: wall s (CPU s) | again: wall s (CPU s) | pairs met | links |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    print("\n".join(lines), flush=True)
    asking = subprocess.Popen(
        [sys.executable, str(Path(__file__)), "--ask", str(folder)], stdout=subprocess.PIPE, text=True
    )
    for line in asking.stdout or ():
        name, times, *met = json.loads(line)
        if name == "memory":
            mine, mapped = times["RssAnon"], times["RssFile"]
            told = f"Memory while asking: {mine:.2f} GB of its own, {mapped:.2f} GB of mapped files."
            lines += ["", f"{told} Load {os.getloadavg()[0]:.1f}.", ""]
        else:
            best = min(times[1:], default=None)
            again = f"{best[0]:.2f} ({best[1]:.2f})" if best else ""
            counts = " | ".join(f"{each:,}" for each in met[0]) if met else " | "
            lines.append(f"| {name} | {times[0][0]:.2f} ({times[0][1]:.2f}) | {again} | {counts} |")
        print(lines[-1], flush=True)
    if asking.wait():
        raise SystemExit("the questions could not be put")
    if millions * 1e6 <= COMPARED:
        lines += ["Outcomes, tallies and faults equal those of `simulate`, every question.", ""]
    return lines


def _du(folder: Path) -> float:
    return sum(each.stat().st_blocks * 512 for each in folder.iterdir()) / 1e9


def main() -> None:
    """Measure the sizes asked for and write the report."""
    if sys.argv[1:2] == ["--ask"]:
        ask(Path(sys.argv[2]))
        return
    sizes = [float(each) for each in sys.argv[1:]] or [2.0, 10.0]
    lines = [
        "# Kept registries", "",
        f"{REQUESTS:,} requests of `{SCENARIO}`, two cores, two threads. A question is everything: list,",
        "faults, search, judging, run folder, all made each time. The first time meets cold caches.", "",
    ]  # fmt: skip
    stay = os.environ.get("KEPT_AT")
    place = Path(stay or tempfile.mkdtemp(prefix="sim-kept-"))
    try:
        for each in sizes:
            lines += measure(each, place)
            OUT.write_text("\n".join(lines), encoding="utf-8")
    finally:
        if not stay:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
