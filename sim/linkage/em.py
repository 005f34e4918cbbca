"""EM for the m probabilities from unlabelled candidate pairs, with the u probabilities held.

Model: a share of the pairs are the same person; within "same" and "different" the comparisons are independent
given the class; level l of comparison k has probability m[k][l] or u[k][l]; a missing level says nothing.
Fellegi and Sunter 1969; EM after Dempster, Laird and Rubin 1977, for linkage Jaro 1989 and Winkler 1988. u is
held at what random pairs show (`weights.py`): learnt from blocked pairs it would be far too high, and with u
free the two classes can change places. Even so the "same" class can settle on something else (relatives, a
common error), so the fit is checked, and refused unless the caller asks to be warned only. What a short list
shows by luck alone speaks against nothing: a check fails from three standard errors on.

Not modelled: dependence between fields within a class.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimulatorError
from sim.linkage.patterns import MISSING, Floats, Levels, Patterns, look_up

BEYOND = 3.0
"""Standard errors of a count by which the fitted class must be off before it is held to be another one."""

SURE = 1e-12
"""How near the share of true pairs comes to 0 and to 1, where every pair is of one class."""


class WrongClassError(SimulatorError):
    """EM settled on a class that is not "the same person"; the message names each field that shows it."""


class WrongClassWarning(UserWarning):
    """As `WrongClassError`, when the caller asked to be warned only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """When EM stops: largest change of any probability below `change`, or after `iterations` rounds."""

    change: float = 1e-8
    iterations: int = 5000


@dataclass(frozen=True, slots=True)
class Fit:
    """What EM found.

    m: one array per comparison, indexed by level number ([0], missing, is NaN).  share: share of the pairs in
    the "same person" class.  matched: expected number of such pairs by level, same shapes as m.  trace:
    (rounds, 3): log-likelihood (natural), share, largest change.  problems: why the class may be wrong.
    """

    m: tuple[Floats, ...]
    share: float
    matched: tuple[Floats, ...]
    trace: Floats
    converged: bool
    problems: tuple[str, ...]


def start(n_levels: Sequence[int], best: float = 0.9) -> tuple[Floats, ...]:
    """Return the stated start: m of the best level = `best`, the rest shared equally by the other levels."""
    out = []
    for n in n_levels:
        m = np.full(n + 1, (1 - best) / max(n - 1, 1))
        m[MISSING], m[1] = np.nan, best
        out.append(m)
    return tuple(out)


def fit(
    patterns: Patterns,
    u: Sequence[Floats],
    *,
    names: Sequence[str],
    m_start: Sequence[Floats] | None = None,
    share: float | None = None,
    hold_share: bool = False,
    extra: Floats | None = None,
    largest_share: float = 0.5,
    pseudo_count: float = 0.5,
    stop: Stop | None = None,
    on_wrong_class: Literal["refuse", "warn"] = "refuse",
) -> Fit:
    """Estimate m (and the share of true pairs unless `hold_share`) by EM.

    u: one array per comparison, indexed by level number.  names: of the comparisons, for messages.
    extra: (n,) natural-log value-frequency evidence of each pair, used in the E-step.  largest_share: above
    it the class is held to be wrong (a request has at most one true pair, so requests / pairs).
    pseudo_count: added to each level's expected count, so that a level never seen keeps m > 0.
    Raises WrongClassError (or warns) where the check of the class fails, ValueError on shapes that disagree.
    """
    stop = stop or Stop()
    n_levels = [len(values) - 1 for values in u]
    _check_shapes(patterns, n_levels, names, extra)
    m = tuple(np.array(values, float) for values in (m_start or start(n_levels)))
    share = min(0.05, largest_share / 2) if share is None else share
    log_u = tuple(_log(values) for values in u)
    counts = patterns.counts().astype(float)
    trace: list[tuple[float, float, float]] = []
    for _ in range(stop.iterations):
        weights = tuple(_log(values) - held for values, held in zip(m, log_u, strict=True))
        same, likelihood = _expect(patterns, counts, weights, share, extra)
        matched = _level_counts(patterns.levels, same, n_levels)
        updated = tuple(_normalise(values + pseudo_count) for values in matched)
        new_share = share if hold_share else min(max(float(same.sum() / counts.sum()), SURE), 1 - SURE)
        change = max(abs(new_share - share), _largest_change(m, updated))
        m, share = updated, new_share
        trace.append((likelihood, share, change))
        if change < stop.change:
            break
    problems = check_class(m, u, share, names, largest_share, matched=matched, pairs=int(counts.sum()))
    _report(problems, on_wrong_class)
    return Fit(m, share, matched, np.array(trace), trace[-1][2] < stop.change, problems)


def check_class(
    m: Sequence[Floats], u: Sequence[Floats], share: float, names: Sequence[str], largest_share: float,
    *, matched: Sequence[Floats], pairs: int,
) -> tuple[str, ...]:  # fmt: skip
    """Return what speaks against the class being "the same person", a sentence each; empty if nothing.

    matched: expected true pairs by level, from which m was made.  pairs: how many there are in all.
    """
    problems = []
    for name, fitted, chance, seen in zip(names, m, u, matched, strict=True):
        trials = float(np.nansum(seen))
        if not fitted[1] > chance[1] and _beyond(trials * chance[1] - seen[1], trials, chance[1]):
            why = "exact agreement is no likelier in the fitted class"
            problems.append(f"{name}: {why} ({fitted[1]:.4g}) than by chance ({chance[1]:.4g})")
        if fitted[-1] > chance[-1] and _beyond(seen[-1] - trials * chance[-1], trials, chance[-1]):
            why = "disagreement is likelier in the fitted class"
            problems.append(f"{name}: {why} ({fitted[-1]:.4g}) than by chance ({chance[-1]:.4g})")
    # The bound is itself a count, of which one pair more or less means nothing.
    if _beyond((share - largest_share) * pairs - 1.0, pairs, largest_share):
        problems.append(f"share of true pairs {share:.4g} is above what is possible ({largest_share:.4g})")
    return tuple(problems)


def _beyond(excess: float, trials: float, chance: float) -> bool:
    """Whether a count is off by more than luck allows: the standard error of a binomial count."""
    return bool(excess > BEYOND * np.sqrt(trials * chance * (1.0 - chance)))


def combine(fits: Sequence[tuple[Sequence[str], Fit]], names: Sequence[str]) -> dict[str, Floats]:
    """Pool fits made on pairs of different blocking passes into one m per comparison.

    fits: (names of the comparisons that the pass left free, its fit).  A pass that blocks on a field cannot
    estimate it, so each field's m comes from the passes that left it free, weighted by the expected number of
    true pairs they saw.  Raises ValueError naming fields that no pass left free.
    """
    pooled: dict[str, Floats] = {}
    for free, fitted in fits:
        for name, matched in zip(free, fitted.matched, strict=True):
            pooled[name] = pooled.get(name, np.zeros_like(matched)) + matched
    orphans = [name for name in names if name not in pooled]
    if orphans:
        raise ValueError(f"every pass blocks on {', '.join(orphans)}: add one that does not, or give its m")
    return {name: _normalise(pooled[name] + 0.5) for name in names}


def _expect(
    patterns: Patterns, counts: Floats, weights: tuple[Floats, ...], share: float, extra: Floats | None
) -> tuple[Floats, float]:
    """E-step: expected number of true pairs of each pattern, and the log-likelihood up to a constant."""
    odds = np.log(share / (1 - share)) + look_up(patterns.levels, weights)
    if extra is None:
        return counts * _sigmoid(odds), float(
            counts @ np.logaddexp(0.0, odds) + counts.sum() * np.log1p(-share)
        )
    pair_odds = odds[patterns.of_pair] + extra
    same = np.bincount(patterns.of_pair, weights=_sigmoid(pair_odds), minlength=len(counts))
    return same.astype(np.float64), float(
        np.logaddexp(0.0, pair_odds).sum() + counts.sum() * np.log1p(-share)
    )


def _level_counts(levels: Levels, same: Floats, n_levels: Sequence[int]) -> tuple[Floats, ...]:
    """M-step counts: expected true pairs at each level; [0] is NaN, since missing says nothing."""
    out = []
    for k, n in enumerate(n_levels):
        count = np.bincount(levels[:, k], weights=same, minlength=n + 1).astype(np.float64)
        count[MISSING] = np.nan
        out.append(count)
    return tuple(out)


def _largest_change(before: Sequence[Floats], after: Sequence[Floats]) -> float:
    return max(float(np.nanmax(abs(a - b))) for a, b in zip(before, after, strict=True))


def _normalise(counts: Floats) -> Floats:
    return counts / max(float(np.nansum(counts)), SURE)


def _log(values: Floats) -> Floats:
    """Natural log with 0 at the missing level, so that a missing field adds nothing."""
    logs = np.zeros(len(values))
    np.log(np.maximum(values[1:], 1e-300), out=logs[1:])
    return logs


def _sigmoid(odds: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -odds))


def _check_shapes(
    patterns: Patterns, n_levels: Sequence[int], names: Sequence[str], extra: NDArray[np.float64] | None
) -> None:
    width = patterns.levels.shape[1]
    if not width == len(n_levels) == len(names):
        raise ValueError(f"{width} comparisons in the patterns, {len(n_levels)} in u, {len(names)} names")
    if not patterns.n_pairs:
        raise ValueError("EM needs pairs, got none")
    if extra is not None and len(extra) != patterns.n_pairs:
        raise ValueError(f"extra has {len(extra)} values for {patterns.n_pairs} pairs")
    top = patterns.levels.max(axis=0)
    for name, seen, n in zip(names, top, n_levels, strict=True):
        if seen > n:
            raise ValueError(f"{name}: level {seen} in the patterns, but u has {n} levels")


def _report(problems: tuple[str, ...], on_wrong_class: str) -> None:
    if not problems:
        return
    message = "EM may have found the wrong class: " + "; ".join(problems)
    if on_wrong_class == "refuse":
        raise WrongClassError(message)
    warnings.warn(message, WrongClassWarning, stacklevel=3)
