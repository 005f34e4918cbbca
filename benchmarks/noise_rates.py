"""Asked against realised rates of every kind of noise on 200,000 requests, by exact binomial tests.

    python benchmarks/noise_rates.py

Three tables go to benchmarks/results/noise_rates.md:
1. every kind at its published level, all kinds on, as in a run;
2. every kind alone at 10 % of the cells it can change;
3. one clerical kind at 5 % with odds 1, 2 and 5 for Hispanic people: overall and by group.
Beside each realised rate stands the two-sided exact binomial p-value of the count; with 51 kinds the smallest
of a table should be above about 0.05 / 51 = 0.001 (Bonferroni) if the model keeps its rates.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import polars as pl
from scipy.stats import binomtest

from sim.noise import NOISES, Noise, UnreachableRateWarning, apply_all
from sim.population import ETHNICITIES, Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario

COUNT = 200_000
ALONE = 0.10
RESULT = Path(__file__).parent / "results" / "noise_rates.md"
STREAMS = Streams(20_260)
CLEAN = {"noise.level": "clean"}


def main() -> None:
    base = Scenario.of({"population.size": 1_000_000, "requests.count": COUNT})
    clean = draw(Country(base, STREAMS), base, STREAMS).clean
    parts = [f"# Rates of noise, asked and realised ({COUNT:,} requests)\n", *published(clean, base)]
    parts += [*alone(clean), *by_group(clean)]
    RESULT.write_text("\n".join(parts) + "\n", encoding="utf-8")
    print("\n".join(parts))


def published(clean: pl.DataFrame, scenario: Scenario) -> list[str]:
    tally = apply_all(NOISES, clean, scenario, STREAMS).tally
    lines, smallest = _lines(tally)
    return [
        "## All kinds on, published level\n",
        *lines,
        f"\nSmallest p of {tally.height}: {smallest:.4f}.\n",
    ]


def alone(clean: pl.DataFrame) -> list[str]:
    tallies = []
    for noise in NOISES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreachableRateWarning)
            tallies.append(_apply(noise, clean, ALONE).tally)
    lines, smallest = _lines(pl.concat(tallies))
    return [
        f"## Each kind alone, {ALONE:.0%} asked\n",
        *lines,
        f"\nSmallest p of {len(NOISES)}: {smallest:.4f}.\n",
    ]


def by_group(clean: pl.DataFrame) -> list[str]:
    noise = next(entry for entry in NOISES if entry.kind == "birth_missing")
    member = clean["ethnicity"] == ETHNICITIES.index("hispanic")
    lines = ["## birth_missing at 5 %, odds for Hispanic people\n",
             "| odds | group | requests | expected | realised | p |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for odds in (1.0, 2.0, 5.0):
        hit = clean["request"].is_in(_apply(noise, clean, 0.05, odds).ledger["request"].implode())
        inside, outside = split(0.05, odds, float(member.mean() or 0))  # type: ignore[arg-type]
        groups = (
            ("all", pl.repeat(True, COUNT, eager=True), 0.05),
            ("Hispanic", member, inside),
            ("others", ~member, outside),
        )
        for name, rows, expected in groups:
            n, k = int(rows.sum()), int((hit & rows).sum())
            p = binomtest(k, n, expected).pvalue
            lines.append(f"| {odds:g} | {name} | {n:,} | {expected:.5f} | {k / n:.5f} | {p:.3f} |")
    return lines


def split(rate: float, odds: float, share: float) -> tuple[float, float]:
    """The two probabilities with that odds ratio whose mean is the rate (closed form: a quadratic)."""
    if odds == 1.0:
        return rate, rate
    a = (odds - 1) * (1 - share)
    b = odds * share + (1 - share) - rate * (odds - 1)
    outside = (-b + math.sqrt(b * b + 4 * a * rate)) / (2 * a)
    return odds * outside / (1 - outside + odds * outside), outside


def _apply(noise: Noise, clean: pl.DataFrame, rate: float, odds: float = 1.0):
    settings = {f"noise.{noise.kind}.rate": rate}
    if odds != 1.0:
        settings[f"noise.{noise.kind}.odds.hispanic"] = odds
    return apply_all([noise], clean, Scenario.of(CLEAN | settings), STREAMS)


def _lines(tally: pl.DataFrame) -> tuple[list[str], float]:
    lines = ["| kind | share of | cells | asked | realised | p |", "| --- | --- | --- | --- | --- | --- |"]
    smallest = 1.0
    for row in tally.iter_rows(named=True):
        cells = row["requests"] if row["of"] == "requests" else row["eligible"]
        reached = min(row["asked"], row["eligible"] / cells) if cells else 0.0
        p = binomtest(row["hit"], cells, reached).pvalue if cells else 1.0
        smallest = min(smallest, p)
        note = "" if reached == row["asked"] else " (out of reach)"
        realised = row["hit"] / cells if cells else 0.0
        head = f"| {row['kind']} | {row['of']} | {cells:,} | {row['asked']:.4f}{note}"
        lines.append(f"{head} | {realised:.5f} | {p:.3f} |")
    return lines, smallest


if __name__ == "__main__":
    main()
