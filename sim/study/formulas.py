"""Closed forms of chance agreement: what arithmetic alone says, to check simulations and to answer at once.

Sources: the birthday problem; McDonald and Levitt (2008) on shared dates of birth; Winkler (2005) on exact
comparison under typing errors; and n(n - 1)/2 pairs in a file of n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def shared_birthday(people: int, days: float = 365) -> float:
    """Return the chance that two of `people` have one of `days` equally likely dates in common."""
    if people > days:
        return 1.0
    return float(-np.expm1(np.log1p(-np.arange(people) / days).sum()))


def missed_by_exact_comparison(fields: int, error_rate: float = 0.05) -> float:
    """Return the share of true pairs that some error of `fields` compared fields hides (Winkler 2005)."""
    return 1.0 - float(np.power(1 - error_rate, fields))


def coincidental_pairs(people: ArrayLike, agreement: float) -> Floats:
    """Return the expected pairs in files of `people` that agree on a key two random people share so often."""
    n = np.asarray(people, np.float64)
    return agreement * n * (n - 1) / 2


def stale_share(move_rate: float, years: float) -> float:
    """Return the share of addresses left behind after so many years at a yearly move rate."""
    return 1.0 - float(np.power(1 - move_rate, years))


def any_other(expected: ArrayLike) -> Floats:
    """Return the chance of at least one coincidental candidate, given their expected number."""
    return -np.expm1(-np.asarray(expected, np.float64))


def wrong_share(expected: ArrayLike, coverage: float, tie: str) -> float:
    """Return the share of disclosed addresses that are another person's, for an exact rule on clean data.

    expected: number of coincidental candidates of each requested person (Poisson), shape (n,). coverage:
    share of the requested who are in the registry; their own record is then always a candidate. tie: "first"
    (any of the candidates with equal chance), "withhold" (disclosed if there is one only) or "all". NaN when
    nothing is expected to be disclosed. Raises ValueError for another tie rule.
    """
    many = np.asarray(expected, np.float64)
    none = np.exp(-many)
    if tie == "first":
        own = np.divide(-np.expm1(-many), many, out=np.ones_like(many), where=many > 0)  # E[1 / (1 + others)]
        right, wrong = coverage * own, coverage * (1 - own) + (1 - coverage) * (1 - none)
    elif tie == "withhold":
        right, wrong = coverage * none, (1 - coverage) * many * none
    elif tie == "all":
        right, wrong = np.full_like(many, coverage), many
    else:
        raise ValueError(f"no closed form for tie rule {tie!r}")
    total = float(right.sum() + wrong.sum())
    return float(wrong.sum()) / total if total > 0 else float("nan")
