"""Rates told apart by group, and how many times as high a group's rate is as everybody's.

A ratio is shown only where both sides have enough events; otherwise the words are "too few". Across
replicates the log ratio is taken in each population and averaged with a t interval; inside one population the
delta method serves (Katz and others 1978), allowing for the group being part of the whole. Levels are all
shown and none is starred: with many groups some interval will miss its truth by luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.outcome.intervals import Floats, t_interval, z_quantile
from sim.outcome.rates import HEADLINE, RATES, Definition, Rate, Settings, make_of

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
    columns = {definition.numerator, definition.denominator}
    found = []
    ordered = counts.select("replicate", "dimension", "level", *columns).sort(
        "dimension", "level", "replicate"
    )
    for (dimension,), part in ordered.group_by("dimension", maintain_order=True):
        grid = _Grid.of(part, definition)
        base = reference if reference in grid.levels else OVERALL
        for place, level in enumerate(grid.levels):
            here = grid.present[:, place]
            made = make_of(definition, grid.events[here, place], grid.trials[here, place], settings)
            ratio = _ratio(grid, level, base, settings)
            found.append(GroupRate(str(dimension), level, made, base, *ratio))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Counts of one dimension, shape (replicates, levels), 0 where a replicate has no such level.

    present: where it has.
    """

    levels: tuple[str, ...]
    events: Floats
    trials: Floats
    present: NDArray[np.bool_]

    @classmethod
    def of(cls, part: pl.DataFrame, definition: Definition) -> Self:
        """Lay out the rows of one dimension."""
        levels, column = np.unique(part.get_column("level").to_numpy(), return_inverse=True)
        replicates, row = np.unique(part.get_column("replicate").to_numpy(), return_inverse=True)
        shape = (replicates.size, levels.size)
        events, trials, present = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.bool_)
        events[row, column] = part.get_column(definition.numerator).to_numpy()
        trials[row, column] = part.get_column(definition.denominator).to_numpy()
        present[row, column] = True
        return cls(tuple(map(str, levels)), events, trials, present)


def _ratio(
    grid: _Grid, level: str, base: str, settings: Settings
) -> tuple[float | None, float | None, float | None, str]:
    """Return ratio, bounds and words for one level against the base."""
    if level == base:
        return None, None, None, "reference"
    mine = grid.levels.index(level)
    events, trials = grid.events[:, mine], grid.trials[:, mine]
    if base == OVERALL:
        base_events, base_trials = grid.events.sum(axis=1), grid.trials.sum(axis=1)
    else:
        other = grid.levels.index(base)
        base_events, base_trials = grid.events[:, other], grid.trials[:, other]
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
    half = z_quantile(confidence) * (1 - share) * float(np.sqrt(max(0.0, variance)))
    return float(logs[0]), float(logs[0]) - half, float(logs[0]) + half
