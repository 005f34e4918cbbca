"""Statistical assertions for a simulator: they fail on decisive evidence only, and never for lack of data.

A proportion out of a random draw is never exactly the one asked for. "Close enough" with a tolerance by
hand is either too tight (fails by luck) or too loose (cannot fail). Here the evidence is weighed: how well
does a working generator explain the count, against one broken in some unknown way?

    working   the count is binomial, its proportion somewhere in [low, high], all equally likely
    broken    the count is binomial with a proportion from Jeffreys' prior, Beta(1/2, 1/2)

The ratio of the two probabilities is a Bayes factor. Above 100 it is decisive (Jeffreys 1961, appendix B;
Kass and Raftery 1995): the test fails. A sample in which even the most extreme count would not reach 100
could never fail: that is refused as `Underpowered`, as is one that could not notice the wrong value named
by `unlike`.
"""

from __future__ import annotations

import math

from scipy import special, stats

DECISIVE = 100.0


class Underpowered(AssertionError):
    """The sample is too small for the assertion to be able to fail."""


def proportion_is(
    events: int, trials: int, low: float, high: float | None = None, *, unlike: float | None = None
) -> None:
    """Assert that `events` of `trials` is what a proportion in [low, high] (or of exactly `low`) produces.

    unlike: a wrong proportion that this sample must be large enough to notice at its expected count.
    Raises AssertionError on decisive evidence to the contrary, Underpowered when the sample settles nothing.
    """
    high = low if high is None else high
    if not (0 <= events <= trials and 0 <= low <= high <= 1):
        raise ValueError(f"no proportion: {events} of {trials}, expected in [{low}, {high}]")
    telling = [0, trials] if unlike is None else [round(trials * unlike)]
    if max(bayes_factor(count, trials, low, high) for count in telling) <= DECISIVE:
        wrong = "any wrong value" if unlike is None else f"{unlike}"
        raise Underpowered(f"{trials} trials cannot tell [{low}, {high}] from {wrong}: draw more")
    factor = bayes_factor(events, trials, low, high)
    assert factor <= DECISIVE, (
        f"{events} of {trials} ({events / trials:.6g}) is not a proportion in [{low:.6g}, {high:.6g}]: "
        f"a broken generator explains it {factor:.3g} times better"
    )


def bayes_factor(events: int, trials: int, low: float, high: float) -> float:
    """Return how many times better "broken" explains the count than "working"; infinity when only it can."""
    working = _working(events, trials, low, high)
    broken = float(stats.betabinom.logpmf(events, trials, 0.5, 0.5))
    difference = broken - working
    return math.inf if difference > 700 else math.exp(difference)


def _working(events: int, trials: int, low: float, high: float) -> float:
    if low == high:
        return float(stats.binom.logpmf(events, trials, low))
    a, b = events + 1, trials - events + 1
    # The mean of the binomial over [low, high] is a difference of incomplete betas. Of the two ways to write
    # it the larger one has lost fewer digits.
    below = special.betainc(a, b, high) - special.betainc(a, b, low)
    above = special.betaincc(a, b, low) - special.betaincc(a, b, high)
    mass = float(max(below, above))
    return math.log(mass / ((trials + 1) * (high - low))) if mass > 0 else -math.inf
