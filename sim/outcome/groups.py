"""Rates told apart by group, and how many times as high a group's rate is as everybody's.

A ratio is shown only where both sides have enough events; otherwise the words are "too few". Across
replicates the log ratio is taken in each population and averaged with a t interval; inside one population the
delta method serves (Katz and others 1978), allowing for the group being part of the whole. Levels are all
shown and none is starred: with many groups some interval will miss its truth by luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from sim.outcome.intervals import Floats, t_interval
from sim.outcome.rates import HEADLINE, RATES, Rate, Settings, make

TOO_FEW = "too few"
OVERALL = "everybody"


@dataclass(frozen=True, slots=True)
class GroupRate:
    """The rate of one level of a group dimension and its ratio to the reference, with bounds.

    ratio, ratio_low and ratio_high are None where `words` says why: "too few", or the level is the reference.
    """

    dimension: str
    level: str
    rate: Rate
    reference: str
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    words: str


def group_rates(
    counts: pl.DataFrame,
    settings: Settings,
    rate: str = HEADLINE,
    reference: str = OVERALL,
) -> tuple[GroupRate, ...]:
    """Return the rate of every dimension and level, with its ratio to `reference`.

    counts: columns replicate, dimension, level and the counts, as `count_by` makes them. reference:
    "everybody", or a level's name; dimensions without that level are compared with everybody.
    """
    definition = next(each for each in RATES if each.name == rate)
    found = []
    ordered = counts.sort("dimension", "level", "replicate")
    for (dimension,), part in ordered.group_by("dimension", maintain_order=True):
        grid = _grid(part, definition.numerator), _grid(part, definition.denominator)
        levels = part.get_column("level").unique(maintain_order=True).to_list()
        base = reference if reference in levels else OVERALL
        for level in levels:
            made = make(definition, part.filter(pl.col("level") == level), settings)
            ratio = _ratio(grid, level, base, settings)
            found.append(GroupRate(str(dimension), level, made, base, *ratio))
    return tuple(found)


def _grid(part: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return one row a replicate and one column a level; a level absent from a replicate has count 0."""
    wide = part.pivot("level", index="replicate", values=column).sort("replicate")
    return wide.drop("replicate").fill_null(0).cast(pl.Float64)


def _ratio(
    grid: tuple[pl.DataFrame, pl.DataFrame], level: str, base: str, settings: Settings
) -> tuple[float | None, float | None, float | None, str]:
    """Return ratio, bounds and words for one level against the base."""
    if level == base:
        return None, None, None, "reference"
    events, trials = (table.get_column(level).to_numpy() for table in grid)
    if base == OVERALL:
        base_events, base_trials = (table.sum_horizontal().to_numpy() for table in grid)
    else:
        base_events, base_trials = (table.get_column(base).to_numpy() for table in grid)
    scarce = min(events.mean(), base_events.mean()) < settings.min_group_events
    if scarce or min(events.min(), base_events.min()) == 0:
        return None, None, None, TOO_FEW
    logs = np.log(events / trials) - np.log(base_events / base_trials)
    if logs.size > 1:
        middle, _, interval = t_interval(logs, settings.confidence)
        low, high = interval.low, interval.high
    else:
        part = events if base == OVERALL else np.zeros(1)
        middle, low, high = _delta(logs, events, trials, base_events, base_trials, part, settings.confidence)
    return float(np.exp(middle)), float(np.exp(low)), float(np.exp(high)), ""


def _delta(
    logs: Floats, events: Floats, trials: Floats, base_events: Floats, base_trials: Floats, part: Floats,
    confidence: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Return the log ratio in one population with its delta-method bounds.

    part: events of the group that are also the base's (the group itself when the base is everybody). The log
    ratio to the whole is then (1 - a) times the log ratio to the rest, a being the group's part of the
    events.
    """
    share = float(part[0] / base_events[0])
    rest = float(base_events[0] - part[0])
    rest_trials = float(base_trials[0] - (trials[0] if share else 0.0))
    if rest == 0:
        return float(logs[0]), float(logs[0]), float(logs[0])
    variance = float(1 / events[0] - 1 / trials[0]) + 1 / rest - 1 / rest_trials
    half = float(stats.norm.ppf((1 + confidence) / 2)) * (1 - share) * float(np.sqrt(max(0.0, variance)))
    return float(logs[0]), float(logs[0]) - half, float(logs[0]) + half
