"""Lenders, whose number may be on a request: a pool drawn from the registry, by sex and ethnicity.

A lent number belongs to a person with a Social Security number outside the borrower's household. Who lends
is settled by request:

- with probability `requests.lender_kin` a relative, as far as the pool has one: somebody of the borrower's
  ethnicity and first surname, of either sex;
- else with probability `requests.lender_nearby` somebody of the borrower's sex and ethnicity near by: the
  next in the pool in the order of ZIP codes;
- else one of the few of that sex and ethnicity whose numbers go round: `requests.lenders` a request with a
  number. Their place in the pool is the power t / (t - 1) of a uniform draw, t = `requests.lending_tail`,
  so that the number of lenders used by more than x people falls as x**-t.

Not modelled: lending inside the household (see the kind tin_household).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.population import ETHNICITIES, Chunk
from sim.requests.columns import Columns
from sim.requests.persons import first_records

SSN = 0


@dataclass(frozen=True, slots=True)
class Donors(Columns):
    """Lenders, one a row: codes of their names, date of birth, number, home, household (global), stratum."""

    given: np.ndarray
    surname: np.ndarray
    surname2: np.ndarray
    birth: np.ndarray
    tin: np.ndarray
    home: np.ndarray
    household: np.ndarray
    stratum: np.ndarray

    @classmethod
    def of(cls, chunk: Chunk, rows: np.ndarray) -> Self:
        """Take people of a chunk as lenders."""
        household = chunk.number * (1 << 32) + chunk.household[rows].astype(np.int64)
        surname2 = np.where(chunk.two_surnames[rows], chunk.surname2[rows], 0).astype(np.uint32)
        return cls(
            chunk.given[rows], chunk.surname[rows], surname2, chunk.birth[rows], chunk.tin[rows],
            chunk.home[rows], household, stratum(chunk.sex[rows], chunk.ethnicity[rows]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Borrowers:
    """Those who may borrow, one a request: stratum, household (global), first surname's code, ZIP."""

    stratum: np.ndarray
    household: np.ndarray
    surname: np.ndarray
    zip: np.ndarray


@dataclass(frozen=True, slots=True)
class Lending:
    """Who lends: shares of kin and of people near by, lenders a request with a number, and the tail's t."""

    kin: float
    nearby: float
    lenders: float
    tail: float


def stratum(sex: np.ndarray, ethnicity: np.ndarray) -> np.ndarray:
    """Return the class inside which identities are borrowed."""
    number: np.ndarray = (sex.astype(np.uint8) * len(ETHNICITIES) + ethnicity).astype(np.uint8)
    return number


def sample(chunk: Chunk, wanted: np.ndarray, priority: np.ndarray) -> Donors:
    """Draw lenders of one chunk, about wanted[e] of ethnicity e, with Social Security numbers.

    priority: (n,) uniform random numbers of the chunk's people.
    """
    rows = [
        pool[priority[pool] < least(count, len(pool))]
        for count, pool in zip(wanted, able(chunk), strict=True)
    ]
    return Donors.of(chunk, np.concatenate(rows))


def able(chunk: Chunk) -> list[np.ndarray]:
    """Return for each ethnicity the rows of people whose number may be borrowed."""
    some = first_records(chunk) & (chunk.tin_kind == SSN) & (chunk.tin > 0)
    return [np.flatnonzero(some & (chunk.ethnicity == ethnicity)) for ethnicity in range(len(ETHNICITIES))]


def least(count: float, of: int) -> float:
    """Return the number below which about `count` of so many uniform draws fall."""
    return count / max(of, 1)


def assign(
    pool: Donors, zips: np.ndarray, asked: Borrowers, numbered: np.ndarray, luck: np.ndarray,
    kind: np.ndarray, shuffle: np.ndarray, lending: Lending,
) -> np.ndarray:  # fmt: skip
    """Return the row of the pool for each request, -1 where nobody fits; (m,) i64.

    zips: (pool,) of the lenders.  numbered: (m,) bool, with a number.  luck, kind: (m,) uniforms: which
    lender, and of which kind.  shuffle: (pool,) random numbers that order the pool.
    """
    if not len(pool.tin):
        return np.full(len(asked.stratum), -1, np.int64)
    ethnicity = asked.stratum % len(ETHNICITIES)
    families = _key(pool.stratum % len(ETHNICITIES), pool.surname), _key(ethnicity, asked.surname)
    kin = _drawn(families[0], shuffle, families[1], luck, asked, pool)
    nearby = _drawn(pool.stratum, zips, asked.stratum, luck, asked, pool, near=asked.zip)
    few = np.ceil(lending.lenders * np.bincount(asked.stratum, numbered, 256)).astype(np.int64)
    skewed = luck ** (lending.tail / (lending.tail - 1))
    others = _drawn(pool.stratum, shuffle, asked.stratum, skewed, asked, pool, most=few[asked.stratum])
    is_near = (kind - lending.kin) / max(1 - lending.kin, 1e-12) < lending.nearby
    row: np.ndarray = np.where((kind < lending.kin) & (kin >= 0), kin, np.where(is_near, nearby, others))
    return row


def _key(ethnicity: np.ndarray, surname: np.ndarray) -> np.ndarray:
    both: np.ndarray = (ethnicity.astype(np.int64) << 32) | surname
    return both


def _drawn(
    theirs: np.ndarray, order_by: np.ndarray, mine: np.ndarray, luck: np.ndarray, asked: Borrowers,
    pool: Donors, *, most: np.ndarray | None = None, near: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Return for each request a row of the pool of its class, the next where it is of its own household.

    theirs, mine: classes of pool and requests.  order_by: (pool,) order within a class.  luck: (m,) the
    place, as a share of the class, or of its first `most`.  near: take the place where this would stand.
    """
    order = np.lexsort((order_by, theirs))
    ordered = theirs[order]
    first, end = np.searchsorted(ordered, mine, "left"), np.searchsorted(ordered, mine, "right")
    size = end - first
    reach = size if most is None else np.clip(most, 1, np.maximum(size, 1))
    if near is None:
        step = np.minimum((luck * reach).astype(np.int64), np.maximum(reach - 1, 0))
    else:
        places = np.searchsorted(_key(ordered, order_by[order]), _key(mine, near), "left")
        step = np.clip(places - first, 0, np.maximum(size - 1, 0))

    def at(place: np.ndarray) -> np.ndarray:
        rows: np.ndarray = order[np.minimum(first + place, len(order) - 1)]
        return rows

    row = at(step)
    row = np.where(pool.household[row] == asked.household, at((step + 1) % np.maximum(size, 1)), row)
    found: np.ndarray = np.where((size > 0) & (pool.household[row] != asked.household), row, -1)
    return found


def other_surnames(pool: Donors, wanted: np.ndarray, luck: np.ndarray, shuffle: np.ndarray) -> np.ndarray:
    """Return for each request the row of somebody of the pool of its stratum, -1 where there is nobody."""
    order = np.lexsort((shuffle, pool.stratum))
    ordered = pool.stratum[order]
    first, end = np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
    if not len(order):
        return np.full(len(wanted), -1, np.int64)
    place = np.minimum(first + (luck * (end - first)).astype(np.int64), len(order) - 1)
    row: np.ndarray = np.where(end > first, order[place], -1)
    return row
