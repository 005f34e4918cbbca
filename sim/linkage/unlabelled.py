"""What an agency that does not know the truth could estimate of its own false links.

Three ways, each from what any agency has: scores and numbers of links.

    model's own       links above the threshold, each false with probability 1 - its score's probability
    duplicate method  Blakely and Salmond 2002: a request has at most one true link, so requests with two
                      or more show how often false links fall; they fall as often on the others
    mixture           Belin and Rubin 1995: the scores of best candidates are a mixture of two normal
                      distributions, one of true and one of false candidates

A simulation knows the truth, so it can say whether they would have known (`would_it_have_known`). In our
population the duplicate method claims too many errors, we think because a second link is often a relative's
and people outside the registry have no relatives in it (not counted); the model's own figure too few, because
a borrowed number looks like a match. Not modelled: that false links fall more often on common names (the
duplicate method may be applied by stratum), skewed score distributions (Belin and Rubin transform them with
constants learnt from reviewed data, which is not at hand here).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaln, log_ndtr

from sim.linkage.curve import curve, to_probability
from sim.linkage.patterns import Floats
from sim.linkage.scored import Candidates

_ROUNDS, _SETTLED = 2_000, 1e-9


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The duplicate method's answer.

    true_link: share of the requests whose true record is linked.  false_links: mean number of false links of
    a request.  ppv: share of all links that are true.  single_ppv: share true among requests with exactly one
    link.
    """

    true_link: float
    false_links: float
    ppv: float
    single_ppv: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two normal distributions of scores: share of the true; mean and standard deviation of each."""

    share: float
    true: tuple[float, float]
    false: tuple[float, float]

    def false_share(self, threshold: float) -> float:
        """Return the share of false among candidates scored at or above `threshold`, by the mixture."""
        true, false = (log_ndtr((mean - threshold) / sd) for mean, sd in (self.true, self.false))
        odds = np.log1p(-self.share) + false - np.log(self.share) - true
        return float(np.exp(-np.logaddexp(0.0, -odds)))


def duplicate_method(links: NDArray[np.int64]) -> Duplicates:
    """Estimate true and false links from the number of links of each request (0 for none).

    A request's false links are Poisson(f), its true link is there with probability s; both by maximum
    likelihood (EM over whether one of the links is the true one). Raises ValueError if there are no requests.
    """
    if not len(links):
        raise ValueError("the duplicate method needs requests, got none")
    counts = np.bincount(links).astype(float)
    k, total = np.arange(len(counts), dtype=float), counts.sum()
    s, f = 0.5 * (counts[1:].sum() / total), max(float(counts @ k / total) / 10, 1e-6)
    for _ in range(_ROUNDS):
        with_true = s * _poisson(k - 1, f)
        without = (1 - s) * _poisson(k, f)
        has_true = np.divide(with_true, with_true + without, out=np.zeros_like(k), where=with_true > 0)
        new = float(counts @ has_true / total), max(float(counts @ (k - has_true) / total), 1e-12)
        settled = max(abs(new[0] - s), abs(new[1] - f)) < _SETTLED
        s, f = new
        if settled:
            break
    single_true, single_false = s * float(np.exp(-f)), (1 - s) * f * float(np.exp(-f))
    return Duplicates(
        s, f, s / (s + f) if s + f else 0.0, single_true / max(single_true + single_false, 1e-300)
    )


def fit_mixture(score: Floats, *, least_sd: float = 0.5) -> Mixture:
    """Fit two normals to the scores of best candidates by EM, from a split half way between the extremes.

    least_sd: bits; keeps a component from closing in on one value.  Raises ValueError for fewer than 10
    scores.
    """
    if len(score) < 10:
        raise ValueError(f"a mixture needs at least 10 scores, got {len(score)}")
    true = (score > (score.min() + score.max()) / 2).astype(float)
    share, means, sds = 0.5, np.zeros(2), np.ones(2)
    for _ in range(_ROUNDS):
        previous = share, *means
        for row, weight in enumerate((true, 1 - true)):
            means[row] = weight @ score / max(weight.sum(), 1e-12)
            sds[row] = max(np.sqrt(weight @ (score - means[row]) ** 2 / max(weight.sum(), 1e-12)), least_sd)
        share = float(np.clip(true.mean(), 1e-6, 1 - 1e-6))
        odds = (
            np.log(share / (1 - share)) + _normal(score, means[0], sds[0]) - _normal(score, means[1], sds[1])
        )
        true = np.exp(-np.logaddexp(0.0, -odds))
        if max(abs(a - b) for a, b in zip(previous, (share, *means), strict=True)) < 1e-7:
            break
    return Mixture(share, (float(means[0]), float(sds[0])), (float(means[1]), float(sds[1])))


def would_it_have_known(
    candidates: Candidates, bits: Sequence[Floats], base: float, thresholds: Sequence[float]
) -> pl.DataFrame:
    """Return wrong persons per 1,000 disclosed at each threshold: the truth beside the three estimates.

    thresholds: bits.  Each request's best candidate is disclosed.  Columns: threshold, disclosed, truth,
    model, duplicates, mixture; null where nothing is disclosed.
    """
    best = candidates.best(bits, base)
    scores = candidates.scores(bits, base)
    found = np.isfinite(best.score)
    mixture = fit_mixture(best.score[found])
    true = curve(best).at(np.array(thresholds, np.float64))
    rows = []
    truth = true.select("threshold", "disclosed", "wrong_per_1000_disclosed")
    for threshold, disclosed, wrong in truth.iter_rows():
        above = best.score[best.score >= threshold]
        links = np.bincount(candidates.request[scores >= threshold], minlength=len(best.score))
        some = bool(disclosed)
        rows.append({
            "threshold": threshold,
            "disclosed": disclosed,
            "truth": wrong,
            "model": 1000 * float(1 - to_probability(above).mean()) if some else None,
            "duplicates": 1000 * _best_is_false(duplicate_method(links), links) if some else None,
            "mixture": 1000 * mixture.false_share(threshold) if some else None,
        })  # fmt: skip
    return pl.DataFrame(rows)


def _best_is_false(found: Duplicates, links: NDArray[np.int64]) -> float:
    """Return the share of linked requests whose best link is false, if a true link always scores highest."""
    linked = np.count_nonzero(links) / len(links)
    return max(0.0, 1 - found.true_link / linked)


def _poisson(k: Floats, mean: float) -> Floats:
    log = k * np.log(mean) - mean - gammaln(np.maximum(k, 0) + 1)
    return np.where(k < 0, 0.0, np.exp(log))


def _normal(x: Floats, mean: float, sd: float) -> Floats:
    return np.asarray(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd))
