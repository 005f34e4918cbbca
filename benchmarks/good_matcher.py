"""The good matcher on our own scenario: trade-off at every threshold, by group, beside the programme's rule.

One population. Candidates are collected once, unpruned; the curve, its groups, the calibration and what an
agency could have known without the truth are read from them. Then the rules side by side through the whole
engine. Timed: training, collecting, and a change of weights (new scores, best candidates, and curves of all
groups). Run with `python benchmarks/good_matcher.py [people] [requests]`; writes
benchmarks/results/good_matcher_*.csv.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl

from sim.linkage.collect import bits_of, collect
from sim.linkage.curve import calibration, clerical, curves, equal_thresholds, to_bits
from sim.linkage.probabilistic import matcher_path, trained
from sim.linkage.rules import shipped
from sim.linkage.rules.resolve import design
from sim.linkage.unlabelled import would_it_have_known
from sim.noise import apply
from sim.population import ETHNICITIES, Country
from sim.requests import draw
from sim.rng import Streams
from sim.run import simulate
from sim.scenario import Scenario

DESIGN = design(shipped()["probabilistic"].path[0], Scenario.of())
OUT = Path(__file__).parent / "results"
PROBABILITIES = (0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999)
RULES = {
    "as run (irs_2025)": {"linkage.rule": "irs_2025"},
    "address required": {"linkage.rule": "irs_2025", "linkage.address_check": "must_match"},
    "name and date of birth": {"linkage.rule": "name_dob"},
    "good matcher at 0.99": {"linkage.rule": "probabilistic", "linkage.tie": "best"},
    "good matcher at 0.5": {
        "linkage.rule": "probabilistic", "linkage.tie": "best", "linkage.threshold": 0.5,
        "linkage.threshold_unit": "probability",
    },
}  # fmt: skip


def main(people: int, requests: int) -> None:
    scenario = Scenario.of({"population.size": people, "requests.count": requests})
    clock = Clock()
    learnt = trained(scenario, DESIGN)
    clock.tell("training")
    save(requests, "weights", learnt.table())
    streams = Streams(scenario.seed, 0)
    country = Country(scenario, streams)
    frame = apply(draw(country, scenario, streams), scenario, streams).frame
    path = matcher_path(scenario, learnt, 0.0)
    clock.tell("requests")
    candidates = collect(
        country, frame, path, scenario, lowest=-np.inf if requests <= 20_000 else to_bits(1e-4)
    )
    clock.tell("collecting candidates")
    bits = bits_of(path.comparisons)
    group = np.array(ETHNICITIES)[frame["ethnicity"].to_numpy()]
    facts: dict[str, object] = {"people": people, "requests": requests}
    seconds = []
    for shift in range(6):
        started = time.perf_counter()
        moved = tuple(each + shift * 1e-3 for each in bits)
        by_group = curves(candidates.best(moved, path.base), group)
        seconds.append(time.perf_counter() - started)
    facts["ms from new weights to new curves of all groups (best of 5)"] = 1000 * min(seconds[1:])
    facts |= {"pairs kept": candidates.patterns.n_pairs, "patterns": len(candidates.patterns.levels)}
    facts["bytes a pattern"] = candidates.patterns.of_pair.itemsize
    facts["requested people in the registry"] = int(candidates.in_registry.sum())
    facts["lost by blocking"] = candidates.lost_to_blocking()

    best = candidates.best(bits, path.base)
    by_group = curves(best, group)
    thresholds = np.array([to_bits(p) for p in PROBABILITIES])
    save(
        requests,
        "curve",
        pl.concat([c.at(thresholds).insert_column(0, _label(n, c)) for n, c in by_group.items()]),
    )
    reference = by_group["all"].at(to_bits(0.99)).row(0, named=True)
    for measure in ("wrong_per_1000_disclosed", "missed_per_1000_requested"):
        facts[f"{measure} of all at 0.99"] = reference[measure]
        for name, bits_needed in equal_thresholds(by_group, measure, reference[measure] or 0.0).items():
            facts[f"threshold (bits) at which {name} has that rate: {measure}"] = bits_needed
    found = np.isfinite(best.score)
    save(requests, "calibration", calibration(best.score[found], best.right[found]))
    save(requests, "unlabelled", would_it_have_known(candidates, bits, path.base, list(thresholds)))
    error = scenario.value("weights.clerical.reviewer_error")
    plan = asdict(clerical(best, to_bits(0.1), to_bits(0.99), error))
    facts |= {f"review between 0.1 and 0.99, {name}": value for name, value in plan.items()}
    summary = {"fact": list(facts), "value": [None if v is None else float(str(v)) for v in facts.values()]}
    save(requests, "summary", pl.DataFrame(summary))
    save(
        requests,
        "rules",
        pl.concat([outcome_of(label, scenario.replace(changes)) for label, changes in RULES.items()]),
    )
    clock.tell("five rules through the engine")


def outcome_of(label: str, scenario: Scenario) -> pl.DataFrame:
    """Count outcomes of one rule, all requests and by group."""
    outcomes = simulate(scenario).outcomes
    disclosed = pl.col("outcome").cast(pl.String).str.contains("person")
    counts = (
        pl.len().alias("requests"),
        disclosed.sum().alias("disclosed"),
        (pl.col("outcome") == "wrong_person").sum().alias("wrong_person"),
        (pl.col("outcome") == "right_person_wrong_door").sum().alias("wrong_door"),
        (pl.col("outcome") == "missed").sum().alias("missed"),
    )
    every = outcomes.select(pl.lit("all").alias("group"), *counts)
    each = outcomes.group_by(pl.col("ethnicity").cast(pl.String).alias("group")).agg(*counts).sort("group")
    return pl.concat([every, each]).insert_column(0, pl.Series("rule", [label] * (each.height + 1)))


def _label(name: str, group) -> pl.Series:  # type: ignore[no-untyped-def]
    return pl.Series("group", [name] * len(PROBABILITIES))


def save(requests: int, name: str, table: pl.DataFrame) -> None:
    table.write_csv(OUT / f"good_matcher_{requests}_{name}.csv", float_precision=4)
    with pl.Config(tbl_rows=60, tbl_cols=12, tbl_width_chars=160):
        print(name, table)


class Clock:
    """Tells the seconds since it last told."""

    def __init__(self) -> None:
        self._at = time.perf_counter()

    def tell(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{what}: {now - self._at:.1f} s")
        self._at = now


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given or [1_000_000, 10_000]))
