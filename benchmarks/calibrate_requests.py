"""Fit the coverage of the request list to August 2025 (facts V9), at a given share of requests with a number.

    python benchmarks/calibrate_requests.py [requests] [registry]

42,695 disclosures by number and 4,594 by address of 1.28 million requests, under the rule as run with
published noise. With t the share of requests with a number, c the share of those in the registry and d1, d0
the share of requests disclosed if the person is in the registry and if not,

    disclosed by number  = t (c d1 + (1 - c) d0)             and likewise by address with 1 - t

d1 and d0 do not depend on the coverages, so two runs (everybody in the registry, nobody) give them, and each
coverage follows from one linear equation. One overall coverage cannot serve both paths unless about 85 % of
requests carry a number; hence `requests.coverage` and `requests.coverage_odds_tin`. A third run at the fitted
values is the check. The share t itself cannot be learnt from two numbers: it stays an assumption.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from sim.published import fact
from sim.run import simulate
from sim.scenario import Scenario

SENT = fact("requests_sent").value
TARGET = {
    "tin": fact("disclosed_without_address").value / SENT,
    "address": fact("disclosed_by_address").value / SENT,
}
AS_RUN = Path(__file__).parent.parent / "configs" / "scenarios" / "aug2025-as-run.toml"
RESULT = Path(__file__).parent / "results" / "calibrate_requests.md"


def main(count: int, size: int) -> None:
    base = Scenario.load(AS_RUN, overrides=[("requests.count", str(count)), ("population.size", str(size))])
    share = base.value("requests.tin_share")
    asked = {"tin": share, "address": 1 - share}
    inside, outside = (disclosed(base.replace({"requests.coverage": c})) for c in (1.0, 0.0))
    covered = {}
    lines = ["# Coverage fitted to August 2025\n",
             f"{count:,} requests, {size:,} records, tin_share = {share:g}\n",
             "| path | target | disclosed if in the registry | if not | coverage |",
             "| --- | --- | --- | --- | --- |"]  # fmt: skip
    for path, target in TARGET.items():
        d1, d0 = inside[path] / asked[path], outside[path] / asked[path]
        covered[path] = (target / asked[path] - d0) / (d1 - d0)
        lines.append(f"| {path} | {target:.5f} | {d1:.4f} | {d0:.6f} | {covered[path]:.4f} |")
    overall = sum(asked[path] * covered[path] for path in TARGET)
    odds = covered["tin"] / (1 - covered["tin"]) / (covered["address"] / (1 - covered["address"]))
    lines.append(f"\nrequests.coverage = {overall:.4f}, requests.coverage_odds_tin = {odds:.2f}\n")
    check = disclosed(base.replace({"requests.coverage": overall, "requests.coverage_odds_tin": odds}))
    for path, target in TARGET.items():
        simulated, meant = SENT * check[path], SENT * target
        lines.append(f"Check, per {SENT:,}: {path} {simulated:,.0f}, target {meant:,.0f}.")
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def disclosed(scenario: Scenario) -> dict[str, float]:
    """Share of all requests for which something was disclosed, by path."""
    outcomes = simulate(scenario).outcomes
    found = outcomes.filter(pl.col("disclosed") > 0).group_by("path").len()
    counts = dict(found.iter_rows())
    return {path: counts.get(path, 0) / outcomes.height for path in TARGET}


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given or [100_000, 2_000_000]))
