"""How far two runs of one question are apart, and what differs between the environments that made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from sim.outcome.groups import OVERALL
from sim.outcome.rates import Rate, Settings, rates
from sim.record.reader import Run
from sim.study.replicates import StudyResult

MOST_ERRORS = 3.0
"""Rates that differ by at most so many Monte Carlo standard errors of the difference are consistent, where
the errors are well known; with few populations more are allowed (`limit`)."""

_COMPARED = ("wrong_person", "wrong_person_per_request", "wrong_door", "missed", "bystanders")


def limit(replicates: int) -> float:
    """Return how many standard errors of the difference are consistent, by Student's t.

    A standard error over few populations is itself uncertain, so that three of them mean little.
    """
    if replicates < 2:
        return MOST_ERRORS
    return float(stats.t.isf(stats.norm.sf(MOST_ERRORS), 2 * (replicates - 1)))


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two environments, as "numpy 2.4.6, now 2.5.0"."""
    found = []
    for key in sorted({*then, *now} - {"libraries", "engine_source"}):
        if then.get(key) != now.get(key):
            found.append(f"{key} {then.get(key)}, now {now.get(key)}")
    mine, theirs = then.get("libraries", {}), now.get("libraries", {})
    found += [
        f"{name} {mine.get(name)}, now {theirs.get(name)}"
        for name in sorted({*mine, *theirs})
        if mine.get(name) != theirs.get(name)
    ]
    if then.get("engine_source") != now.get("engine_source"):
        found.append("the sources of the engine differ")
    return found


def compare(run: Run, result: StudyResult, wanted: int) -> dict[str, float]:
    """Return how far apart the rates are, in standard errors of the difference, over the same replicates."""
    settings = Settings.of(run.scenario)
    then = run.counts.filter(pl.col("dimension") == OVERALL, pl.col("replicate") < wanted).sort("replicate")
    old = {rate.name: rate for rate in rates(then, settings)}
    new = {rate.name: rate for rate in rates(result.counts, settings)}
    return {name: _apart(old[name], new[name]) for name in _COMPARED}


def _apart(old: Rate, new: Rate) -> float:
    """Return |difference| over its standard error; counts stand in where there is no Monte Carlo error."""
    if old.value is None or new.value is None:
        return 0.0 if old.value is new.value else float("inf")
    difference = abs(old.value - new.value)
    if difference == 0:
        return 0.0
    if old.mcse and new.mcse:
        return difference / float(np.hypot(old.mcse, new.mcse))
    events = old.numerator + new.numerator
    return abs(old.numerator - new.numerator) / float(np.sqrt(max(1, events)))
