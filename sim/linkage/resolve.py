"""From links to disclosures: what is handed over when a request links to several records.

    withhold   nothing, unless there is exactly one link
    first      the link with the smallest record number
    best       the link with the highest score; of equals, the smallest record number
    all        every link

For all but `all` only one link a request is kept while the registry streams past, beside the number of links,
so memory does not grow with the file. One-to-one needs every link: pairs are then taken from the highest
score down, each request and each record once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .comparison import Columns
from .scored import one_to_one

Truth = Callable[[NDArray[np.int64]], dict[str, NDArray[np.generic]]]


class Keeper(Protocol):
    """Keeps the links of one path that its tie rule may still need; requests are rows 0..n-1."""

    def add(
        self, request: NDArray[np.int32], record: NDArray[np.int64], score: NDArray[np.float64], truth: Truth
    ) -> None:
        """Take links. truth: the linked records' columns for given places among these links."""

    def merge(self, other: Keeper) -> None:
        """Take what another keeper of the same path kept of other records."""

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links sorted by request and record: request, record, score, truth columns."""


def keeper_for(tie: str, n_requests: int, *, one_each: bool = False) -> Keeper:
    """Return the keeper of a tie rule; one_each: no record is disclosed for two requests."""
    if tie == "all" or one_each:
        return EveryLink(tie, n_requests, one_each)
    return OneLink(tie, n_requests)


class OneLink:
    """The first or the best link of each request, and how many links it had."""

    def __init__(self, tie: str, n_requests: int) -> None:
        self.tie = tie
        self._count = np.zeros(n_requests, np.int64)
        self._score = np.full(n_requests, -np.inf)
        self._record = np.full(n_requests, -1, np.int64)
        self._columns: dict[str, NDArray[np.generic]] = {}

    def add(
        self, request: NDArray[np.int32], record: NDArray[np.int64], score: NDArray[np.float64], truth: Truth
    ) -> None:
        """Take links; see Keeper."""
        self._absorb(request, record, score, np.ones(len(request), np.int64), truth)

    def _absorb(
        self, request: NDArray[np.int32], record: NDArray[np.int64], score: NDArray[np.float64],
        count: NDArray[np.int64], truth: Truth,
    ) -> None:  # fmt: skip
        if not len(request):
            return
        better = _absorb(
            request, record, score, count, self.tie == "best", self._count, self._score, self._record
        )
        better = better[self._record[request[better]] == record[better]]
        for name, values in truth(better).items():
            if name not in self._columns:
                self._columns[name] = np.zeros(len(self._count), values.dtype)
            self._columns[name][request[better]] = values

    def merge(self, other: Keeper) -> None:
        """Take what another keeper of the same path kept of other records."""
        assert isinstance(other, OneLink)
        rows = np.flatnonzero(other._count).astype(np.int32)

        def truth(places: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
            return {name: values[rows[places]] for name, values in other._columns.items()}

        self._absorb(rows, other._record[rows], other._score[rows], other._count[rows], truth)

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""
        return self._count

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links, sorted by request and record."""
        wanted = self._count == 1 if self.tie == "withhold" else self._count > 0
        rows = np.flatnonzero(wanted)
        out: dict[str, NDArray[np.generic]] = {
            "request": rows.astype(np.int32), "record": self._record[rows], "score": self._score[rows]
        }  # fmt: skip
        return out | {name: values[rows] for name, values in self._columns.items()}


@nb.njit(nogil=True, cache=True)
def _absorb(request, record, score, count, by_score, counts, scores, records):  # type: ignore[no-untyped-def]
    """Update the kept link of each request; return the places of links that were kept when they came."""
    better = np.empty(len(request), np.int64)
    found = 0
    for k in range(len(request)):
        row = request[k]
        earlier = record[k] < records[row]
        higher = score[k] > scores[row] or (score[k] == scores[row] and earlier)
        if counts[row] == 0 or (higher if by_score else earlier):
            scores[row] = score[k]
            records[row] = record[k]
            better[found] = k
            found += 1
        counts[row] += count[k]
    return better[:found].copy()


class EveryLink:
    """Every link, for tie `all` and for one-to-one; memory grows with the number of links."""

    def __init__(self, tie: str, n_requests: int, one_each: bool) -> None:
        self.tie, self.one_each = tie, one_each
        self._count = np.zeros(n_requests, np.int64)
        self._parts: list[dict[str, NDArray[np.generic]]] = []

    def add(
        self, request: NDArray[np.int32], record: NDArray[np.int64], score: NDArray[np.float64], truth: Truth
    ) -> None:
        """Take links; see Keeper."""
        self._count += np.bincount(request, minlength=len(self._count))
        part: dict[str, NDArray[np.generic]] = {"request": request, "record": record, "score": score}
        self._parts.append(part | truth(np.arange(len(request))))

    def merge(self, other: Keeper) -> None:
        """Take what another keeper of the same path kept of other records."""
        assert isinstance(other, EveryLink)
        self._count += other._count
        self._parts += other._parts

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""
        return self._count

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links, sorted by request and record."""
        if not self._parts:
            none = np.zeros(0)
            return {"request": none.astype(np.int32), "record": none.astype(np.int64), "score": none}
        links = {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
        order = np.lexsort((links["record"], links["request"]))
        links = {name: values[order] for name, values in links.items()}
        return {name: values[self._kept(links)] for name, values in links.items()}

    def _kept(self, links: Columns) -> NDArray[np.bool_]:
        """Say which of the sorted links are disclosed under one-to-one and the tie rule."""
        request = links["request"]
        kept = np.ones(len(request), bool)
        if self.one_each:
            kept = one_to_one(request.astype(np.uint32), links["record"], links["score"])  # type: ignore[arg-type]
        if self.tie == "withhold":
            kept &= self._count[request] == 1
        return kept
