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
from dataclasses import dataclass
from typing import Protocol

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .comparison import Columns
from .scored import one_to_one

Truth = Callable[[NDArray[np.int64]], dict[str, NDArray[np.generic]]]


@dataclass(frozen=True, slots=True)
class Links:
    """Links found, or what a keeper kept of them.

    request: rows of the request list.  record: record numbers.  score: bits.  count: links each stands for.
    truth: the linked records' columns for given places among these links.
    """

    request: NDArray[np.int32]
    record: NDArray[np.int64]
    score: NDArray[np.float64]
    count: NDArray[np.int64]
    truth: Truth


class Keeper(Protocol):
    """Keeps the links of one path that its tie rule may still need; requests are rows 0..n-1."""

    def fresh(self) -> Keeper:
        """Return an empty keeper of the same kind."""

    def add(self, links: Links) -> None:
        """Take links found among records not seen before, or what another keeper kept of such."""

    def kept(self) -> Links:
        """Return what is kept, all of it held as columns: adding it to a fresh keeper gives this one."""

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links sorted by request and record: request, record, score, truth columns."""


@dataclass(frozen=True, slots=True)
class Held:
    """Truth columns held as arrays, which can be sent to another process."""

    columns: dict[str, NDArray[np.generic]]

    def __call__(self, places: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
        """Return the columns for these places."""
        return {name: values[places] for name, values in self.columns.items()}


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

    def fresh(self) -> OneLink:
        """Return an empty keeper of the same kind."""
        return OneLink(self.tie, len(self._count))

    def add(self, links: Links) -> None:
        """Take links; see Keeper."""
        if not len(links.request):
            return
        state = self._count, self._score, self._record
        better = _absorb(links.request, links.record, links.score, links.count, self.tie == "best", *state)
        better = better[self._record[links.request[better]] == links.record[better]]
        for name, values in links.truth(better).items():
            if name not in self._columns:
                self._columns[name] = np.zeros(len(self._count), values.dtype)
            self._columns[name][links.request[better]] = values

    def kept(self) -> Links:
        """Return one link for each request that has any; see Keeper."""
        rows = np.flatnonzero(self._count).astype(np.int32)
        held = Held({name: values[rows] for name, values in self._columns.items()})
        return Links(rows, self._record[rows], self._score[rows], self._count[rows], held)

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

    def fresh(self) -> EveryLink:
        """Return an empty keeper of the same kind."""
        return EveryLink(self.tie, len(self._count), self.one_each)

    def add(self, links: Links) -> None:
        """Take links; see Keeper."""
        if not len(links.request):
            return
        self._count += np.bincount(links.request, minlength=len(self._count))
        part: dict[str, NDArray[np.generic]] = {
            "request": links.request, "record": links.record, "score": links.score
        }  # fmt: skip
        self._parts.append(part | links.truth(np.arange(len(links.request))))

    def kept(self) -> Links:
        """Return all links; see Keeper."""
        columns = self._together()
        request, record, score = (columns.pop(name) for name in ("request", "record", "score"))
        return Links(request, record, score, np.ones(len(request), np.int64), Held(columns))  # type: ignore[arg-type]

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""
        return self._count

    def _together(self) -> dict[str, NDArray[np.generic]]:
        if not self._parts:
            none = np.zeros(0)
            return {"request": none.astype(np.int32), "record": none.astype(np.int64), "score": none}
        return {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links, sorted by request and record."""
        links = self._together()
        order = np.lexsort((links["record"], links["request"]))
        links = {name: values[order] for name, values in links.items()}
        kept = self._kept(links)
        return {name: values[kept] for name, values in links.items()}

    def _kept(self, links: Columns) -> NDArray[np.bool_]:
        """Say which of the sorted links are disclosed under one-to-one and the tie rule."""
        request = links["request"]
        kept = np.ones(len(request), bool)
        if self.one_each:
            kept = one_to_one(request.astype(np.uint32), links["record"], links["score"])  # type: ignore[arg-type]
        if self.tie == "withhold":
            kept &= self._count[request] == 1
        return kept
