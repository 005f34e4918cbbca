"""How often the headline interval holds the truth, in toy worlds whose rate is known.

Each toy study has 20 populations of about 5,000 disclosed addresses. A population's true share is the known
rate times a random factor of mean one (standard deviation 15 % between populations); the number disclosed
varies too. Compared at a nominal 95 %: the program's own headline interval (jackknife t), the plain t
interval of the replicates' rates, Wilson's on pooled counts and the percentile bootstrap over replicates.
Run with `python benchmarks/interval_coverage.py [worlds]`; writes benchmarks/results/interval_coverage.csv.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from sim.outcome.intervals import t_interval, wilson
from sim.outcome.rates import RATES, Settings, make

REPLICATES, DISCLOSED, SPREAD = 20, 5_000, 0.15
RATES_PER_1000 = (1.0, 5.0, 14.0, 50.0, 300.0)
OUT = Path(__file__).parent / "results" / "interval_coverage.csv"
Bounds = tuple[float, float]


def intervals(events: np.ndarray, disclosed: np.ndarray, chance: np.random.Generator) -> dict[str, Bounds]:
    """Return each method's bounds, per 1,000."""
    frame = pl.DataFrame({RATES[0].numerator: events, RATES[0].denominator: disclosed})
    ours = make(RATES[0], frame, Settings())
    assert ours.low is not None and ours.high is not None
    _, _, student = t_interval(events / disclosed)
    pooled = wilson(int(events.sum()), int(disclosed.sum()))
    picks = chance.integers(0, events.size, (2_000, events.size))
    resampled = events[picks].sum(axis=1) / disclosed[picks].sum(axis=1)
    low, high = np.quantile(resampled, (0.025, 0.975))
    return {
        "headline (jackknife t)": (ours.low, ours.high),
        "t over replicate rates": (1e3 * student.low, 1e3 * student.high),
        "Wilson, pooled": (1e3 * pooled.low, 1e3 * pooled.high),
        "percentile bootstrap": (1e3 * float(low), 1e3 * float(high)),
    }


def coverage(rate: float, worlds: int) -> list[dict[str, object]]:
    """Return, for each method, the share of toy studies whose interval holds `rate` per 1,000."""
    chance = np.random.default_rng([20251122, int(rate * 10)])
    held: dict[str, int] = {}
    for _ in range(worlds):
        factor = np.clip(1 + SPREAD * chance.standard_normal(REPLICATES), 0, None)
        disclosed = chance.poisson(DISCLOSED, REPLICATES)
        events = chance.binomial(disclosed, np.clip(rate / 1e3 * factor, 0, 1))
        for method, (low, high) in intervals(events, disclosed, chance).items():
            held[method] = held.get(method, 0) + (low <= rate <= high)
    error = 1.96 * np.sqrt(0.95 * 0.05 / worlds)
    return [
        {"true_rate_per_1000": rate, "method": method, "worlds": worlds, "covered": round(count / worlds, 4),
         "noise_of_this_figure": round(float(error), 4)}
        for method, count in held.items()
    ]  # fmt: skip


def main() -> None:
    """Run all rates and write the table."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    table = pl.DataFrame([row for rate in RATES_PER_1000 for row in coverage(rate, worlds)])
    OUT.parent.mkdir(exist_ok=True)
    table.write_csv(OUT)
    with pl.Config(tbl_rows=-1, tbl_width_chars=120, fmt_str_lengths=40):
        print(table)


if __name__ == "__main__":
    main()
