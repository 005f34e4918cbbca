"""Who is hit: rates kept as asked, odds that depend on the person, errors that come together.

For kind k and request i let p_ik be the probability of an error. It depends on the person through odds:

    logit p_ik = b_k + sum of ln(odds of kind k for each attribute the person has)

Errors of one record come together through a shared normal factor z_i, the record's sloppiness (one-factor
Gaussian copula; Emrich and Piedmonte 1991, The American Statistician 45:302-304):

    error if  sqrt(r) z_i + sqrt(1 - r) e_ik < Phi^-1(p_ik),   z, e standard normal, r =
    sloppiness.correlation

The left side is standard normal whatever r is, so the sloppiness leaves p_ik as it was. Kinds that are no
clerk's doing (a move, a marriage, a borrowed number) use e_ik alone.

The intercept b_k is solved so that the expected number of errors over the cells that are eligible when the
turn of k comes is the rate asked, given the z of those records: earlier kinds blank the fields of sloppy
records first, so the eligible ones are tidier than the rest. Records are grouped by attributes and by z in
steps of 1/8.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr, ndtri

from sim.noise.kind import Luck, Noise, Settings
from sim.parameters import exact
from sim.population import ETHNICITIES, NATIVITIES
from sim.rng import Streams
from sim.scenario import Scenario

MOVED = ("moved_under_1", "moved_1_to_2", "moved_2_to_5")
AGES = ("age_under_30", "age_65_and_over")
ATTRIBUTES = (*ETHNICITIES, *NATIVITIES, "two_surnames", *MOVED, *AGES)
"""Labels of the odds; people of none of the move or age groups (5 years and more, 30 to 64) have odds 1."""


STEPS = 64
"""Steps of sloppiness, each 1/8 wide, from -4 to 4."""

CERTAIN = 1e-12
"""So near to 0 or 1 a rate is one for everybody: no list is long enough to show whose it is."""

FAR = 30.0
"""Beyond any intercept that selection by sloppiness can ask for, on the scale of log odds."""


class UnreachableRateWarning(UserWarning):
    """A rate asked for is more than the eligible cells allow."""


class Who:
    """Decide which requests each kind hits."""

    def __init__(self, clean: pl.DataFrame, scenario: Scenario, streams: Streams) -> None:
        self.request = clean["request"].to_numpy().astype(np.int64)
        self.total = int(self.request.max(initial=-1)) + 1
        self._streams = streams
        self._correlation = scenario.value("noise.sloppiness.correlation")
        self._pattern, self._has = _patterns(clean, int(scenario.value("population.reference_date")))
        self._sloppiness = self.luck("sloppiness").normal("record")
        self._step = np.clip(np.floor(self._sloppiness * 8).astype(np.int64) + STEPS // 2, 0, STEPS - 1)

    def luck(self, kind: str, rows: np.ndarray | slice = slice(None)) -> Luck:
        """Return the draws of a kind for some rows."""
        return Luck(self._streams, kind, self.request[rows], self.total)

    def hit(self, noise: Noise, eligible: np.ndarray, settings: Settings) -> np.ndarray:
        """Return the rows hit by a kind, in rising order. eligible: (n,) bool."""
        rate = reachable(noise, settings.value("rate"), len(eligible), int(eligible.sum()))
        odds = self._odds(settings.table("odds"))
        shared = self._correlation if noise.clerical else 0.0
        latent = self.luck(noise.kind).normal("hit")
        if shared > 0.0:
            latent = np.sqrt(shared) * self._sloppiness + np.sqrt(1.0 - shared) * latent
            cells = np.bincount((self._pattern * STEPS + self._step)[eligible], minlength=len(odds) * STEPS)
        else:
            cells = np.bincount(self._pattern[eligible], minlength=len(odds))
        chance = probabilities(rate, odds, cells.reshape(len(odds), -1), shared)
        return np.flatnonzero(eligible & (latent < ndtri(chance)[self._pattern]))

    def _odds(self, odds: Mapping[str, float]) -> np.ndarray:
        """Return the product of the odds of each pattern of attributes."""
        factors = np.array([odds[name] for name in ATTRIBUTES])
        product: np.ndarray = np.where(self._has, factors, 1.0).prod(axis=1)
        return product


def reachable(noise: Noise, rate: float, requests: int, eligible: int) -> float:
    """Return the rate among eligible cells; warns, with numbers, if they are too few for it."""
    if noise.of == "eligible" or rate == 0.0 or requests == 0:
        return rate
    if rate * requests > eligible:
        rate_key = f"noise.{noise.kind}.rate"
        warnings.warn(
            f"{rate_key} = {exact(rate)} of {requests:,} requests is {rate * requests:,.0f} cells, "
            f"but only {eligible:,} can be changed: {eligible / requests:.4g} is reached",
            UnreachableRateWarning,
            stacklevel=2,
        )
        return 1.0
    return rate * requests / eligible


def probabilities(rate: float, odds: np.ndarray, cells: np.ndarray, shared: float = 0.0) -> np.ndarray:
    """Return each pattern's probability of an error, shape (patterns,).

    odds: (patterns,) relative odds.  cells: (patterns, steps) eligible records by pattern and step of
    sloppiness (one step if shared is 0).  shared: share of the sloppiness in the latent variance, r in the
    module. The mean of the probabilities over the eligible records, given their sloppiness, is `rate`.
    """
    if min(rate, 1.0 - rate) < CERTAIN or not cells.any():
        return np.full(len(odds), rate)
    levels, level = np.unique(odds, return_inverse=True)
    counts = (level == np.arange(len(levels))[:, None]).astype(np.float64) @ cells
    counts /= counts.sum()
    middle = (np.arange(cells.shape[1]) - STEPS // 2 + 0.5) / 8
    shift = np.log(levels)

    def mean(intercept: float) -> float:
        chance = expit(intercept + shift)
        if shared == 0.0:
            return float(counts.sum(axis=1) @ chance)
        given = ndtr((ndtri(chance)[:, None] - np.sqrt(shared) * middle) / np.sqrt(1.0 - shared))
        return float((counts * given).sum())

    low, high = logit(rate) - shift.max() - FAR, logit(rate) - shift.min() + FAR
    intercept = brentq(lambda b: mean(b) - rate, low, high, xtol=1e-12)
    chance: np.ndarray = expit(intercept + shift)[level]
    return chance


def _patterns(clean: pl.DataFrame, today: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each record's pattern of attributes, and what each pattern has (patterns x ATTRIBUTES, bool)."""
    ethnicity, nativity = clean["ethnicity"].to_numpy(), clean["nativity"].to_numpy()
    moved = np.digitize(clean["moved_years"].to_numpy(), (1.0, 2.0, 5.0))
    age = np.where(clean["birth"] > 0, (today - clean["birth"].to_numpy()) // 10_000, 40)
    parts = (ethnicity, nativity, clean["two_surnames"].to_numpy(), moved, np.digitize(age, (30, 65)))
    shape = (len(ETHNICITIES), len(NATIVITIES), 2, len(MOVED) + 1, 3)
    pattern = np.ravel_multi_index([np.asarray(part, np.int64) for part in parts], shape)
    e, n, two, m, a = (axis.ravel() for axis in np.indices(shape))
    has = [*(e == k for k in range(len(ETHNICITIES))), *(n == k for k in range(len(NATIVITIES))), two == 1,
           *(m == k for k in range(len(MOVED))), a == 0, a == 2]  # fmt: skip
    return pattern, np.stack(has, axis=1)
