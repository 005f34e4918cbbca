"""How many namesakes a person has in a file of any size, from the population's own tables, without a file.

Given ethnicity, sex, birthplace and year of birth, first and last names are independent draws from known
tables. The expected number of strangers who share a person's key is then the file's size times a sum over
strata of (share of the stratum) x P(surname | ethnicity) x P(first name | stratum), for full dates of birth
times P(day | year), and where the whole surname counts times P(second surname | ethnicity) for people who
have two, who then agree with nobody who has one. Shares of strata come from drawn chunks, everything else
from the tables. Not counted are relatives, who share surnames, and sons named after their fathers. A point
beyond the largest size that was simulated is marked as extrapolated: the formula holds there, but nobody
has looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.population import ETHNICITIES, Chunk, Country
from sim.population.givens import FIRST_YEAR
from sim.study.formulas import any_other, wrong_share

Floats = NDArray[np.float64]
KEYS = ("name", "name_year", "name_birth")
"""First and last name; the same with year of birth; with full date of birth."""

_CODE = (1 << 18) - 1
GROUPS = len(ETHNICITIES)


@dataclass(frozen=True)
class Namesakes:
    """Expected coincidences in the registry of a country. chunks: those whose strata stand for all."""

    country: Country
    chunks: tuple[int, ...] = (0,)

    def per_record(self, people: Chunk, key: str = "name", whole: bool = False) -> Floats:
        """Return, for every row of a chunk, the chance that a random record is a stranger with the same key.

        Times the size of the file it is the expected number of such records. whole: the whole surname is
        compared, so that people of two surnames must share both and agree with nobody who has one; otherwise
        the first. Raises ValueError for an unknown key.
        """
        if key not in KEYS:
            raise ValueError(f"should be one of {', '.join(KEYS)} (got {key!r})")
        found = np.zeros(people.n)
        year = self._year(people)
        surname = np.stack([self._surname(people.surname, e) for e in range(GROUPS)])
        has_two = people.surname2 > 0
        if whole:
            surname[:, has_two] *= [self._surname(people.surname2[has_two], e) for e in range(GROUPS)]
        for two in (False, True) if whole else (None,):
            alike = np.full(people.n, True) if two is None else has_two == two
            for y in (None,) if key == "name" else np.unique(year[alike]).tolist():
                rows = np.flatnonzero(alike if y is None else alike & (year == y))
                listed, tail = self._mass(y, two)
                for e in range(GROUPS):
                    found[rows] += surname[e, rows] * self._given(people.given[rows], listed[e], tail[e], e)
        return found * self._day_share(people.birth) if key == "name_birth" else found

    def by_group(self, people: Chunk, size: int, key: str = "name", whole: bool = False) -> pl.DataFrame:
        """Return mean namesakes in a file of `size` by ethnicity: columns ethnicity, people, mean."""
        mean = size * self.per_record(people, key, whole)
        frame = pl.DataFrame({"ethnicity": people.ethnicity, "mean": mean})
        means = (
            frame.group_by("ethnicity").agg(pl.len().alias("people"), pl.col("mean").mean()).sort("ethnicity")
        )
        words = dict(enumerate(ETHNICITIES))
        return means.with_columns(pl.col("ethnicity").replace_strict(words, return_dtype=pl.String))

    # --- strata ---------------------------------------------------------------------------------------------

    @cached_property
    def _strata(self) -> Floats:
        """Return shares of records by ethnicity, sex, born abroad, two surnames and year; they sum to one."""
        years = self._years
        shares = np.zeros((GROUPS, 2, 2, 2, years))
        for number in self.chunks:
            chunk = self.country.chunk(number)
            flags = ((chunk.nativity > 0).astype(np.int64), (chunk.surname2 > 0).astype(np.int64))
            place = (chunk.ethnicity, chunk.sex, *flags, self._year(chunk))
            np.add.at(shares, place, 1.0)
        return np.asarray(shares / shares.sum())

    @cached_property
    def _days(self) -> tuple[NDArray[np.int64], Floats]:
        """Return all dates of birth, yyyymmdd, and P(day | year) by the tables' month and weekday weights."""
        table = self.country.tables.births
        bounds = zip(table.start[:-1], table.start[1:], strict=True)
        shares = np.concatenate([_alias_shares(table.cells[start:stop]) for start, stop in bounds])
        order = np.argsort(table.dates)
        dates, shares = table.dates[order].astype(np.int64), shares[order]
        year = dates // 10_000
        return dates, shares / np.bincount(year, shares)[year]

    def _day_share(self, birth: NDArray[np.int32]) -> Floats:
        dates, shares = self._days
        return np.asarray(shares[np.searchsorted(dates, birth).clip(max=dates.size - 1)])

    @property
    def _years(self) -> int:
        return int(self.country.tables.givens.born_tail.size)

    def _year(self, people: Chunk) -> NDArray[np.int64]:
        return np.asarray(np.clip(people.birth // 10_000 - FIRST_YEAR, 0, self._years - 1), np.int64)

    # --- names ----------------------------------------------------------------------------------------------

    def _mass(self, year: int | None, two: bool | None) -> tuple[Floats, Floats]:
        """Return, by ethnicity, the mass of every listed first name and of the tail, of one year or all.

        two: of people with two surnames, with one, or (None) of all. Shapes (groups, listed + 1) and
        (groups,); the masses of all groups and years sum to one.
        """
        givens = self.country.tables.givens
        listed, tail = np.zeros((GROUPS, givens.listed_count + 1)), np.zeros(GROUPS)
        chosen = list(range(self._years)) if year is None else [year]
        strata = self._strata.sum(axis=3) if two is None else self._strata[:, :, :, int(two)]
        for e in range(GROUPS):
            for sex in range(2):
                group = e * 2 + sex
                for y in chosen:
                    segment = group * self._years + y
                    self._add(listed[e], tail, e, segment, strata[e, sex, 0, y], givens.born_tail[y])
                foreign = float(strata[e, sex, 1, chosen].sum())
                self._add(listed[e], tail, e, 12 * self._years + group, foreign, givens.abroad_tail[group])
        return listed, tail

    def _add(self, listed: Floats, tail: Floats, e: int, segment: int, weight: float, in_tail: float) -> None:
        if weight == 0:
            return
        givens = self.country.tables.givens
        cells = givens.cells[givens.start[segment] : givens.start[segment + 1]]
        codes, shares = named_shares(cells)
        listed += np.bincount(codes, weight * (1 - in_tail) * shares, listed.size)
        tail[e] += weight * in_tail

    def _given(self, codes: NDArray[np.uint32], listed: Floats, tail: float, e: int) -> Floats:
        """Return the mass of each first name among people of one ethnicity."""
        givens = self.country.tables.givens
        known = codes <= givens.listed_count
        first, size = int(givens.tail_start[e]), int(givens.tail_size[e])
        mine = ~known & (codes >= first) & (codes < first + size)
        return np.where(known, listed[np.where(known, codes, 0)], np.where(mine, tail / max(size, 1), 0.0))

    @cached_property
    def _surnames(self) -> list[Floats]:
        """Return, by ethnicity, P(listed surname or tail band); bands follow the listed names."""
        table = self.country.tables.surnames
        found = []
        for e in range(GROUPS):
            codes, shares = named_shares(table.cells[e * table.width : (e + 1) * table.width])
            found.append(np.asarray(np.bincount(codes, shares, table.width + 1), np.float64))
        return found

    def _surname(self, codes: NDArray[np.uint32], e: int) -> Floats:
        """Return P(surname | ethnicity) of each code."""
        table, shares = self.country.tables.surnames, self._surnames[e]
        out = np.zeros(codes.size)
        known = codes <= table.listed_count
        out[known] = shares[codes[known]]
        for band, (first, size) in enumerate(zip(table.tail_start[e], table.tail_size[e], strict=True)):
            mine = (codes >= first) & (codes < first + size)
            out[mine] = shares[table.listed_count + 1 + band] / size
        return out


def named_shares(cells: NDArray[np.uint64]) -> tuple[NDArray[np.int64], Floats]:
    """Return the codes of a named table (`sim.population.draw`) and the share each cell gives to them.

    A cell gives the part of its threshold (28 bits) to its own code and the rest to the other.
    """
    part = (cells >> np.uint64(36)).astype(np.float64) / 2.0**28
    own = ((cells >> np.uint64(18)) & np.uint64(_CODE)).astype(np.int64)
    other = (cells & np.uint64(_CODE)).astype(np.int64)
    return np.concatenate([own, other]), np.concatenate([part, 1 - part]) / cells.size


def _alias_shares(cells: NDArray[np.uint64]) -> Floats:
    """Return the share of every cell of an alias table."""
    part = (cells >> np.uint64(32)).astype(np.float64) / 2.0**32
    alias = (cells & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return np.asarray((part + np.bincount(alias, 1 - part, cells.size)) / cells.size)


def curve(
    per_record: Floats, sizes: Sequence[int], coverage: float, tie: str, largest_simulated: int
) -> pl.DataFrame:
    """Return the rate against file size for an exact rule on clean data.

    per_record: of the requested people, as `Namesakes.per_record` gives. Columns: size, expected (mean
    coincidental candidates), any (share of requests with one at least), wrong_per_1000 (addresses disclosed),
    extrapolated (beyond `largest_simulated`).
    """
    rows = [
        {
            "size": size,
            "expected": float(size * per_record.mean()),
            "any": float(any_other(size * per_record).mean()),
            "wrong_per_1000": 1_000 * wrong_share(size * per_record, coverage, tie),
            "extrapolated": size > largest_simulated,
        }
        for size in sizes
    ]
    return pl.DataFrame(rows)
