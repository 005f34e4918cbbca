"""What pairing wins: the variance of a difference between two scenarios, independent over paired.

Each pair is put to the same people and luck, replicate by replicate. Beside the measured ratio of
variances stands what the overlap of the two sets of events lets one expect: of a events under the first
and b under the second, of which both have c, independent counts differ with variance a + b and paired
ones with a + b - 2c (Poisson). A pair whose events are disjoint, or one side of which has none, cannot
gain: the ratio is 1, and that is no fault of the luck. Run with `python -m benchmarks
paired_difference`, or `python -m benchmarks.paired_difference 40` for another number of replicates than
20; writes benchmarks/results/paired_difference.csv.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sim.outcome import RATES, count
from sim.replicate import Replicate, Streaming
from sim.scenario import Scenario

PEOPLE, REQUESTS = 300_000, 20_000
OUT = Path(__file__).parent / "results" / "paired_difference.csv"
BORROWED = "noise.tin_borrowed.rate"
MATCHER = {"linkage.rule": "probabilistic", "linkage.address_check": "none", "linkage.tie": "best",
           "linkage.threshold_unit": "probability"}  # fmt: skip
PAIRS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("numbers borrowed: 4 % against 5 %", {BORROWED: 0.04}, {BORROWED: 0.05}),
    ("numbers borrowed: 5 % against 10 %", {BORROWED: 0.05}, {BORROWED: 0.1}),
    ("numbers borrowed: none against 5 %", {BORROWED: 0.0}, {BORROWED: 0.05}),
    ("stale addresses: 22.6 % against 30 %", {}, {"noise.address_stale.rate": 0.3}),
    ("mistyped digits: 2 % against 5 %", {}, {"noise.tin_digit.rate": 0.05}),
    ("noise: published against high", {}, {"noise.level": "high"}),
    ("threshold of a matcher: 0.9 against 0.99", MATCHER | {"linkage.threshold": 0.9},
     MATCHER | {"linkage.threshold": 0.99}),
    ("coverage: 5 % against 6 %", {"requests.coverage": 0.05}, {"requests.coverage": 0.06}),
    ("with a number: 30 % against 35 %", {"requests.tin_share": 0.3}, {"requests.tin_share": 0.35}),
    ("name in full against name control", {}, {"linkage.name_compare": "name_control"}),
    ("address looked at against required", {}, {"linkage.address_check": "must_match"}),
    ("rule of 2025 against name and birth", {}, {"linkage.rule": "name_dob", "linkage.tie": "first"}),
    ("rule of 2025 against name and ZIP", {}, {"linkage.rule": "name_zip", "linkage.tie": "first"}),
)  # fmt: skip
EVENTS = {"wrong_person": "wrong_person", "wrong_door": "right_person_wrong_door", "missed": "missed"}
"""Rates watched, and the outcome that is an event of each."""


def sides(base: Scenario, replicate: int) -> list[tuple[dict[str, int], pl.DataFrame]]:
    """Return counts and outcomes of the first and second of every pair, in one pass where that goes."""
    people = Replicate(Streaming.kept(base, replicate))
    scenarios = [base.replace(side) for _, *pair in PAIRS for side in pair]
    worlds = people.answers([people.asked(scenario) for scenario in scenarios])
    return [(count(world.outcomes, PEOPLE), world.outcomes) for world in worlds]


def row(name: str, rate: str, first: list[Any], second: list[Any]) -> dict[str, Any]:
    """Return one line of the table: a pair of scenarios and a rate, over all replicates."""
    definition = next(each for each in RATES if each.name == rate)
    a, b = (
        np.array([definition.per * c[definition.numerator] / c[definition.denominator] for c, _ in side])
        for side in (first, second)
    )
    event = pl.col("outcome").cast(pl.String) == EVENTS[rate]
    hit = [[set(frame.filter(event)["request"]) for _, frame in side] for side in (first, second)]
    both = sum(len(x & y) for x, y in zip(*hit, strict=True))
    either = [sum(map(len, side)) for side in hit]
    apart, paired = float(a.var(ddof=1) + b.var(ddof=1)), float((b - a).var(ddof=1))
    lone = sum(either) - 2 * both
    return {
        "pair": name, "rate": rate, "replicates": len(first), "first": round(float(a.mean()), 3),
        "second": round(float(b.mean()), 3), "events_first": either[0], "events_second": either[1],
        "events_both": both, "variance_ratio": round(apart / paired, 1) if paired else None,
        "expected_of_overlap": round(sum(either) / lone, 1) if lone else None,
    }  # fmt: skip


def main() -> None:
    """Run all pairs and write the table."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    sizes = {"population.size": PEOPLE, "requests.count": REQUESTS, BORROWED: 0.05}
    base = Scenario.load("aug2025-as-run").replace(sizes)
    found = [sides(base, number) for number in range(replicates)]
    rows = [
        row(name, rate, [each[2 * k] for each in found], [each[2 * k + 1] for each in found])
        for k, (name, _, _) in enumerate(PAIRS)
        for rate in EVENTS
    ]
    table = pl.DataFrame(rows, infer_schema_length=None)
    table.write_csv(OUT)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=180, fmt_str_lengths=50):
        print(table)


if __name__ == "__main__":
    main()
