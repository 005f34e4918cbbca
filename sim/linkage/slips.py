"""Process errors: requests for which a rule's own checks do not hold, as the inspector general found of 2025.

A share `linkage.process_error` of the requests slips through. For one of them the record that the search by
the path's blocking keys finds is handed over whatever else disagrees (beside a number, the name), and the
conditions on the request as typed (something like a ZIP code) are not looked at. So an address path that
blocks on name and address lets nothing else through but requests that should not have been searched. Which
requests slip is drawn once for all rates: those at a lower rate are among those at a higher one. Rules that
weigh evidence, and searches of every pair, have no process errors.

A disclosure of such a path is *rejected* where the rule would have refused it; another's record handed over
so is an error of the matching (`sim.outcome.axes`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.rng import Streams
from sim.scenario import Scenario

from .comparison import Path, Rule


@dataclass(frozen=True, slots=True, eq=False)
class Slipped:
    """The requests of a path that slip through: those that take it and are among `requests`, sorted."""

    applies: Callable[[pl.DataFrame], NDArray[np.bool_]]
    requests: NDArray[np.uint32]

    def __call__(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """Say which requests of the frame they are."""
        slipped: NDArray[np.bool_] = self.applies(frame) & np.isin(frame["request"].to_numpy(), self.requests)
        return slipped


def with_slips(rule: Rule, frame: pl.DataFrame, scenario: Scenario, streams: Streams) -> Rule:
    """Return the rule with a path before each of its own for the requests that slip through it."""
    rate = scenario.value("linkage.process_error")
    if rate == 0:
        return rule
    request = frame["request"].to_numpy().astype(np.int64)
    luck = streams.generator("linkage.process_error").random(int(request.max(initial=-1)) + 1)
    requests = np.sort(request[luck[request] < rate]).astype(np.uint32)
    return (*(_loose(path, requests) for path in rule if may_slip(path)), *rule)


def may_slip(path: Path) -> bool:
    """Whether a path has process errors: it counts agreements, and looks at no pair without a key."""
    return path.counts_agreements and all(path.passes)


def _loose(path: Path, requests: NDArray[np.uint32]) -> Path:
    """Return the path for requests that slip: whatever shares a key is a link."""
    return replace(path, threshold=0.0, applies=Slipped(path.applies, requests), filters=(), checked=path)


def rejected(path: Path, frame: pl.DataFrame, rows: NDArray[Any], score: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which links of a path its rule would have refused. rows: (k,) of the frame.  score: (k,) bits."""
    if path.checked is None:
        return np.zeros(len(rows), bool)
    refused: NDArray[np.bool_] = score < path.checked.threshold - 1e-9
    for condition in path.checked.filters:
        refused |= ~condition.passes(frame)[rows]
    return refused
