"""Three kinds of not knowing, kept apart: luck, inputs and structure.

Luck is what differs between populations under one scenario. Inputs are numbers nobody has published: they are
drawn from stated distributions and everything is run again for each draw (second-order Monte Carlo; NIST TN
1900). Structure is the choice of rule, which no distribution describes: it is shown as the range over rules.
All draws share people and luck, so that the spread over inputs is not luck seen twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import stats

from sim.errors import InputErrors, Mistake
from sim.outcome.rates import Rate
from sim.parameters import config_root
from sim.progress import Progress, silent
from sim.rng import Streams
from sim.study.factors import Factor, Floats, Model, factor
from sim.toml_files import display, nearest, read_toml, show

Shape = Literal["uniform", "triangular"]
SHAPES = ("uniform", "triangular")
INNER = (0.05, 0.95)
"""Percentiles told of the draws: "if we are unsure of the inputs"."""


@dataclass(frozen=True, slots=True)
class Belief:
    """How an input is drawn: a factor with its bounds, and a shape. mode: the top of a triangle."""

    factor: Factor
    shape: Shape
    mode: float
    reason: str

    def quantile(self, share: Floats) -> Floats:
        """Return the values below which so much of the distribution lies."""
        low, span = self.factor.low, self.factor.high - self.factor.low
        if self.shape == "uniform":
            return np.asarray(low + span * share)
        return np.asarray(stats.triang.ppf(share, (self.mode - low) / span, low, span))


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The three ranges of one rate, on its own scale.

    base: the rate at the scenario itself; its prediction range is luck. draws: settings drawn, and the rate
    of each. inputs_low, inputs_high: 5th and 95th percentile over draws (of the rates as estimated, so that
    with few replicates some luck widens them). shares: of the variance over draws
    and populations together, the part due to inputs and the part due to luck. rules: the rate of each rule.
    """

    base: Rate
    draws: Sequence[Mapping[str, float]]
    rates: Sequence[Rate]
    inputs_low: float
    inputs_high: float
    share_inputs: float
    share_luck: float
    rules: Mapping[str, Rate]

    @property
    def structure(self) -> tuple[float, float]:
        """Lowest and highest rate over the rules."""
        values = [rate.value for rate in self.rules.values() if rate.value is not None]
        return min(values), max(values)


def beliefs(path: Path | None = None) -> tuple[Belief, ...]:
    """Read stated distributions: by default the shipped `configs/uncertainty.toml`.

    Each table is named by a parameter and says `shape` (uniform or triangular), `range` and `reason`. Raises
    InputErrors with every mistake.
    """
    file = path or config_root() / "uncertainty.toml"
    told, mistakes, found = display(file), [], []
    for group, entries in read_toml(file).items():
        for key, entry in _flat(group, entries):
            try:
                found.append(_belief(key, entry, told))
            except InputErrors as errors:
                mistakes += [Mistake(told, each.key, each.problem) for each in errors.mistakes]
    if mistakes:
        raise InputErrors(sorted(mistakes))
    return tuple(found)


def _flat(at: str, table: Any) -> list[tuple[str, Any]]:
    """Return (dotted key, entry) of all entries below a table: tables with a shape, or with no tables."""
    if (
        not isinstance(table, dict)
        or "shape" in table
        or not any(isinstance(v, dict) for v in table.values())
    ):
        return [(at, table)]
    return [pair for name, below in table.items() for pair in _flat(f"{at}.{name}", below)]


def _belief(key: str, entry: Any, told: str) -> Belief:
    if not isinstance(entry, dict):
        raise InputErrors([Mistake(told, key, f"should be a table (got {show(entry)})")])
    unknown = sorted(set(entry) - {"shape", "range", "reason"})
    missing = sorted({"shape", "range", "reason"} - set(entry))
    mistakes = [
        Mistake(told, f"{key}.{k}", f"is not known{nearest(k, ('shape', 'range', 'reason'))}")
        for k in unknown
    ]
    mistakes += [Mistake(told, f"{key}.{k}", "is missing") for k in missing]
    if not mistakes and entry["shape"] not in SHAPES:
        problem = f"should be uniform or triangular (got {show(entry['shape'])})"
        mistakes.append(Mistake(told, f"{key}.shape", problem))
    if not missing and not _two_numbers(entry["range"]):
        problem = f"should be [lowest, highest] (got {show(entry['range'])})"
        mistakes.append(Mistake(told, f"{key}.range", problem))
    if mistakes:
        raise InputErrors(mistakes)
    low, high = entry["range"]
    made = factor(key, (float(low), float(high)))
    return Belief(made, entry["shape"], (made.low + made.high) / 2, str(entry["reason"]))


def _two_numbers(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(number) in (int, float) for number in pair)


def drawn(held: Sequence[Belief], draws: int, seed: int) -> list[dict[str, float]]:
    """Return so many settings, each belief drawn by Latin hypercube, independent of the others."""
    columns = {}
    for belief in held:
        chance = Streams(seed).generator(f"study.uncertainty.{belief.factor.key}")
        places = (chance.permutation(draws) + chance.random(draws)) / draws
        columns[belief.factor.key] = belief.quantile(places)
    return [{key: float(column[row]) for key, column in columns.items()} for row in range(draws)]


def uncertainty(
    model: Model,
    held: Sequence[Belief],
    rules: Mapping[str, Mapping[str, Any]],
    draws: int = 100,
    progress: Progress = silent,
) -> Uncertainty:
    """Run the base, every draw of the inputs and every rule, all on the same people and luck.

    rules: name -> settings laid over the base. Raises StudyError where nothing is disclosed.
    """
    at_base = [
        Belief(b.factor, b.shape, _mode(model, b), b.reason) if b.shape == "triangular" else b for b in held
    ]
    settings = drawn(at_base, draws, model.base.seed)
    made = model.rates([{}, *settings, *rules.values()], progress)
    base, sampled, structural = made[0], made[1 : draws + 1], made[draws + 1 :]
    values = np.array([rate.value for rate in sampled], np.float64)
    low, high = np.quantile(values, INNER)
    inputs, luck = components(sampled)
    return Uncertainty(
        base,
        settings,
        sampled,
        float(low),
        float(high),
        inputs,
        luck,
        dict(zip(rules, structural, strict=True)),
    )


def components(sampled: Sequence[Rate]) -> tuple[float, float]:
    """Return the shares of variance due to inputs and to luck, from the replicate values of each draw.

    Luck is the mean variance within draws. The means of the draws share the luck of the populations, but not
    what luck and inputs do together: with R replicates a part of that, the residual variance of the table of
    draws and replicates over R, is in their spread and is taken off (two-way analysis of variance, both ways
    random; Searle, Casella and McCulloch 1992, chapter 4). Replicates without a rate in some draw are left
    out.
    """
    table = np.array([[np.nan if v is None else v for v in rate.values] for rate in sampled], np.float64)
    table = table[:, ~np.isnan(table).any(axis=0)]
    draws, replicates = table.shape
    if draws < 2 or replicates < 1:
        return 0.0, 0.0
    means = table.mean(axis=1)
    luck = float(table.var(axis=1, ddof=1).mean()) if replicates > 1 else 0.0
    rest = table - means[:, None] - table.mean(axis=0) + table.mean()
    residual = float(np.square(rest).sum()) / max(1, (draws - 1) * (replicates - 1))
    inputs = max(0.0, float(means.var(ddof=1)) - residual / replicates)
    total = luck + inputs
    return (inputs / total, luck / total) if total > 0 else (0.0, 0.0)


def _mode(model: Model, belief: Belief) -> float:
    """Return the model's own value, moved into the bounds."""
    return float(np.clip(model.base.value(belief.factor.key), belief.factor.low, belief.factor.high))
