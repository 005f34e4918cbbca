"""Time and memory of all kinds of noise at published levels on one million requests.

    python benchmarks/noise_speed.py [requests]

The requests are drawn once and their making is not counted. Peak memory is that of the whole process
(requests, noise and ledger), from the operating system. Three repeats; the result goes to
benchmarks/results/noise_speed.md.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from sim.noise import NOISES, apply, replay
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario

RESULT = Path(__file__).parent / "results" / "noise_speed.md"


def main(count: int) -> None:
    streams = Streams(1)
    scenario = Scenario.of(
        {"population.size": 1_000_000, "requests.count": count, "noise.level": "published"}
    )
    start = time.perf_counter()
    requests = draw(Country(scenario, streams), scenario, streams)
    drawn, before = time.perf_counter() - start, _peak()
    seconds, cpu = [], []
    noisy = None
    for _ in range(3):
        del noisy  # so that no two results are alive at once
        start, spent = time.perf_counter(), time.process_time()
        noisy = apply(requests, scenario, streams)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - spent)
    assert replay(requests.clean, noisy.ledger).equals(noisy.frame)
    load = os.getloadavg()[0]
    lines = [
        "# Noise on one list\n",
        "| requests | kinds on | ledger entries | seconds | CPU seconds | peak MB before | after | load |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        f"| {count:,} | {noisy.tally.height} of {len(NOISES)} | {noisy.ledger.height:,} | "
        f"{_row(seconds)} | {_row(cpu)} | {before:.0f} | {_peak():.0f} | {load:.1f} |",
        f"\nDrawing the requests took {drawn:.1f} s. Replaying the ledger gave the noisy list exactly.",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _row(seconds: list[float]) -> str:
    return ", ".join(f"{s:.1f}" for s in seconds)


def _peak() -> float:
    """Peak resident memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
