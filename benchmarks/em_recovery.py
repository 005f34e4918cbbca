"""Does EM find the m probabilities that made the pairs? Known m and u, generated pairs, many seeds.

Three two-level fields with m = .7, .9, .95 and u = .1, .025, .2 (the known case of recordlinkage's
documentation), u held. Columns: share of true pairs, number of pairs, largest error of any m over the seeds
(and its mean), worst error of the share, rounds of EM. Then the wrong-class check: what is refused.
Run with `python benchmarks/em_recovery.py [seeds]`; writes benchmarks/results/em_recovery.csv.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from sim.linkage.em import WrongClassError, fit, start
from sim.linkage.patterns import Patterns

M, U, NAMES = np.array([0.7, 0.9, 0.95]), np.array([0.1, 0.025, 0.2]), ("a", "b", "c")
OUT = Path(__file__).parent / "results" / "em_recovery.csv"


def pairs(seed: int, n: int, share: float, m: np.ndarray = M) -> Patterns:
    rng = np.random.default_rng(seed)
    agree = rng.random((n, 3)) < np.where(rng.random(n)[:, None] < share, m, U)
    return Patterns.of(np.where(agree, 1, 2).astype(np.uint8))


def held(u: np.ndarray) -> list[np.ndarray]:
    return [np.array([np.nan, p, 1 - p]) for p in u]


def recovery(seeds: int) -> pl.DataFrame:
    rows = []
    for share in (0.02, 0.05, 0.1, 0.3, 0.5):
        for n in (100_000, 1_000_000):
            fits = [fit(pairs(s, n, share), held(U), names=NAMES, largest_share=0.95) for s in range(seeds)]
            errors = np.array([[abs(found.m[k][1] - M[k]) for k in range(3)] for found in fits])
            rows.append({
                "share_true": share, "pairs": n, "seeds": seeds, "worst_error_m": errors.max(),
                "mean_error_m": errors.mean(), "worst_error_share": max(abs(f.share - share) for f in fits),
                "rounds": max(len(f.trace) for f in fits),
            })  # fmt: skip
    return pl.DataFrame(rows)


def refused(seeds: int) -> dict[str, int]:
    """Count the wrong fits refused: a class that agrees less than chance; too many true pairs."""
    cases = {"agrees less than chance": (np.array([0.02, 0.01, 0.05]), 0.3), "too large a class": (M, 0.6)}
    counts = dict.fromkeys(cases, 0)
    for name, (m, share) in cases.items():
        for seed in range(seeds):
            try:
                patterns = pairs(seed, 200_000, share, m)
                fit(patterns, held(U), names=NAMES, m_start=start([2, 2, 2], 0.5), largest_share=0.5)
            except WrongClassError:
                counts[name] += 1
    return counts


if __name__ == "__main__":
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    table = recovery(seeds)
    with pl.Config(tbl_rows=20, tbl_width_chars=120):
        print(table)
    print(f"wrong fits refused, of {seeds} each: {refused(seeds)}")
    table.write_csv(OUT, float_precision=5)
