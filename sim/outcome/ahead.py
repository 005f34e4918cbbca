"""How many people one further list would concern: a prediction of a count, not an interval of a mean.

The mean over countries is known better the more of them are simulated; the count of one list is not. For a
list of m cases (requests, or addresses disclosed), from R simulated lists of n cases with rate p:

    variance = m^2 t^2  +  m p (1 - p)  +  m^2 e^2

t^2, between countries, is what the rates of the R lists vary by (s^2 = R e_j^2, e_j the jackknife error)
above the binomial p (1 - p) / n, at least nought; for a longer list than those simulated nothing is taken
off but the new list's own binomial part, because t^2 is then known too badly to be split off.  e^2, the
error of the mean, is at least the binomial one. The range is m p -+ Student's t of R - 1 degrees of freedom
times the root, widened to whole people. Sources: Cochran (1977), chapter 6, for the ratio; Meeker, Hahn and
Escobar (2017), Statistical Intervals, chapter 4, for the prediction. Coverage is tested on toy worlds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from sim.outcome.intervals import t_quantile
from sim.outcome.rates import Rate


@dataclass(frozen=True, slots=True)
class Ahead:
    """People of one further list: how many are expected, and the range of its count.

    expected is None where there is no rate; low and high are None where one population only was simulated,
    which does not tell how countries differ. `seen`: whether any was seen; where none was, high is a bound.
    """

    expected: float | None
    low: int | None
    high: int | None
    seen: bool


def one_list(rate: Rate, size: int) -> Ahead:
    """Return how many people a list of `size` cases of the rate's denominator would concern."""
    if rate.value is None or size < 1:
        return Ahead(None, None, None, seen=False)
    share = rate.value / rate.per
    expected = share * size
    if rate.replicates < 2:
        return Ahead(expected, None, None, seen=rate.numerator > 0)
    if rate.numerator == 0:
        return Ahead(0.0, 0, _bound((rate.high or 0.0) / rate.per * size, rate.confidence), seen=False)
    half = t_quantile(rate.replicates, rate.confidence) * math.sqrt(_variance(rate, share, size))
    return Ahead(expected, max(0, math.floor(expected - half)), math.ceil(expected + half), seen=True)


def _variance(rate: Rate, share: float, size: int) -> float:
    """Return the variance of the count of one list of `size` around the mean that was simulated."""
    before = rate.denominator / rate.replicates
    one = share * (1 - share) if share <= 1 else share
    error = (rate.mcse or 0.0) / rate.per
    spread = rate.replicates * error**2
    luck = one / before
    between = max(0.0, spread - luck) if size <= before else max(spread, luck) - one / size
    of_mean = max(error**2, luck / rate.replicates)
    return size**2 * between + size * one + size**2 * of_mean


def _bound(mean: float, confidence: float) -> int:
    """Return the count that one list stays within where the rate is at its bound."""
    return int(stats.poisson.ppf(confidence, mean)) if mean > 0 else 0
