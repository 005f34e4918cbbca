"""Strangers whose number may be on a request: a pool drawn from the registry, by sex and ethnicity.

A borrowed number belongs to a person with a Social Security number of the same sex and ethnicity as the
borrower. Some numbers are used by many: the donor's place in the pool is the power `requests.donor_skew` of a
uniform draw, so that the first of the pool are picked again and again (1 gives every donor the same chance).
Not modelled: borrowing inside the family (see the kind tin_household), invented numbers.
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
    """Strangers, one a row: codes of their names, date of birth, number, household (global), stratum."""

    given: np.ndarray
    surname: np.ndarray
    surname2: np.ndarray
    birth: np.ndarray
    tin: np.ndarray
    household: np.ndarray
    stratum: np.ndarray

    @classmethod
    def of(cls, chunk: Chunk, rows: np.ndarray) -> Self:
        """Take people of a chunk as donors."""
        household = chunk.number * (1 << 32) + chunk.household[rows].astype(np.int64)
        surname2 = np.where(chunk.two_surnames[rows], chunk.surname2[rows], 0).astype(np.uint32)
        return cls(
            chunk.given[rows], chunk.surname[rows], surname2, chunk.birth[rows], chunk.tin[rows],
            household, stratum(chunk.sex[rows], chunk.ethnicity[rows]),
        )  # fmt: skip


def stratum(sex: np.ndarray, ethnicity: np.ndarray) -> np.ndarray:
    """Return the class inside which identities are borrowed."""
    number: np.ndarray = (sex.astype(np.uint8) * len(ETHNICITIES) + ethnicity).astype(np.uint8)
    return number


def sample(chunk: Chunk, wanted: np.ndarray, priority: np.ndarray) -> Donors:
    """Draw donors of one chunk, about wanted[e] of ethnicity e, with Social Security numbers.

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
    pool: Donors,
    wanted: np.ndarray,
    household: np.ndarray,
    luck: np.ndarray,
    shuffle: np.ndarray,
    skew: float,
) -> np.ndarray:
    """Return the row of the pool for each request, -1 where nobody fits.

    wanted: (m,) strata of the requests.  household: (m,) theirs, never the donor's.  luck: (m,) uniforms.
    shuffle: (pool,) random numbers that order the pool.  skew: see the module.
    """
    order = np.lexsort((shuffle, pool.stratum))
    ordered = pool.stratum[order]
    first, end = np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
    size = end - first
    if not len(order):
        return np.full(len(wanted), -1, np.int64)
    step = np.minimum((luck**skew * size).astype(np.int64), np.maximum(size - 1, 0))
    row = order[np.minimum(first + step, len(order) - 1)]
    own = pool.household[row] == household
    other = order[np.minimum(first + (step + 1) % np.maximum(size, 1), len(order) - 1)]
    row = np.where(own, other, row)
    fits = (size > 0) & (pool.household[row] != household)
    return np.where(fits, row, -1)
