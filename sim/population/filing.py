"""What the registry says where it differs from the truth: old addresses and names, wrong numbers, doubles.

Joint filers share one return, so address and age of the last return are drawn per return; names and numbers
per record. The address on file is the home, unless the household moved after its last return and the
authority did not learn of it (then the home before), or a preparer put their own office down. A *duplicate
filing* is a second record of the person in the row before it, from an earlier return.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.population import surnames as surname_table
from sim.population.draw import Array, below, cumulative, high_unit, low_unit, mix
from sim.population.surnames import SurnameTable
from sim.scenario import Scenario

_OFFICES_A_DISTRICT = 64


@dataclass(frozen=True)
class FilingTable:
    """Shares of each fault. age_years, age_shares: years since the last return and their running shares."""

    age_years: Array
    age_shares: Array
    forwarded: float
    preparer: float
    office_shares: Array
    old_surname: float
    old_surname_years: float
    one_surname: float
    middle_lost: float
    suffix_lost: float
    birth_error: float
    number_error: float
    number_swapped: float
    duplicate: float


def build(scenario: Scenario) -> FilingTable:
    """Return the table of the scenario's registry parameters."""
    ages = scenario.table("registry.return_age")
    ranks = np.arange(1, _OFFICES_A_DISTRICT + 1, dtype=np.float64)
    one = scenario.value
    return FilingTable(
        age_years=np.array([float(k) / 10 for k in ages]),
        age_shares=cumulative(np.array(list(ages.values()))),
        forwarded=one("registry.moves_forwarded"),
        preparer=one("registry.preparer_address"),
        office_shares=cumulative(ranks ** -one("registry.preparer_tail")),
        old_surname=one("registry.former_surname"),
        old_surname_years=one("registry.former_surname_years"),
        one_surname=one("registry.second_surname_dropped"),
        middle_lost=one("registry.middle_missing"),
        suffix_lost=one("registry.suffix_missing"),
        birth_error=one("registry.birth_error"),
        number_error=one("registry.number_error"),
        number_swapped=one("registry.number_swapped"),
        duplicate=one("registry.duplicate_filing"),
    )


@njit(cache=True, nogil=True)
def _addresses(key, household, role, moved, home, previous, previous_people, people, age_years, age_shares,  # type: ignore[no-untyped-def]
               forwarded, preparer, office_shares, dwellings, offices):  # fmt: skip
    """Return (file_address, occupants, lives_at_file): one return for a head and the spouse after it."""
    n = household.size
    address = np.empty(n, np.uint32)
    occupants = np.zeros(n, np.uint8)
    lives = np.zeros(n, np.bool_)
    for row in range(n):
        h = household[row]
        if role[row] == 1:
            address[row], occupants[row], lives[row] = address[row - 1], occupants[row - 1], lives[row - 1]
            continue
        word = mix(key, 2 * row)
        u = high_unit(word)
        a = np.int64(0)
        for j in range(age_shares.size - 1):
            a += np.int64(u >= age_shares[j])
        stale = moved[h] < age_years[a] and previous[h] > 0 and low_unit(word) >= forwarded
        address[row] = previous[h] if stale else home[h]
        occupants[row] = previous_people[h] if stale else people[h]
        lives[row] = not stale
        word = mix(key, 2 * row + 1)
        if low_unit(word) < preparer:
            district = (np.int64(home[h]) - 1) * ((offices + 63) // 64) // dwellings
            u = high_unit(word)
            rank = 0
            while u >= office_shares[rank] and rank < 63:
                rank += 1
            office = min(district * 64 + rank, offices - 1)
            address[row], occupants[row], lives[row] = np.uint32(dwellings + office + 1), 0, False
    return address, occupants, lives


@njit(cache=True, nogil=True)
def _former(key, role, moved, household, surname, share, years):  # type: ignore[no-untyped-def]
    """Return the rows of spouses who lately took the other's surname and are on file under their own."""
    rows = np.empty(role.size, np.int64)
    n = 0
    for row in range(role.size):
        took_name = role[row] == 1 and surname[row] == surname[row - 1]
        if took_name and moved[household[row]] < years and low_unit(mix(key, row)) < share:
            rows[n] = row
            n += 1
    return rows[:n].copy()


@njit(cache=True, nogil=True)
def _dropped(key, codes, share):  # type: ignore[no-untyped-def]
    out = codes.copy()
    for row in range(codes.size):
        if codes[row] and low_unit(mix(key, row)) < share:
            out[row] = 0
    return out


@njit(cache=True, nogil=True)
def _wrong_digit(number, word):  # type: ignore[no-untyped-def]
    """Return a number with one digit replaced by another (half the time) or two neighbours exchanged."""
    place = np.int64(10) ** below(word, 8)
    digit = number // place % 10
    if word & np.uint64(1):
        return number + place * (
            (digit + 1 + np.int64((word >> np.uint64(8)) & np.uint64(0xFFFFFF)) % 9) % 10 - digit
        )
    following = number // (place * 10) % 10
    return number + (following - digit) * place + (digit - following) * place * 10


@njit(cache=True, nogil=True)
def _numbers(key, household, tin, wrong, swapped):  # type: ignore[no-untyped-def]
    """Return the numbers on file: mistyped, or those of another record of the household."""
    n = tin.size
    out = tin.copy()
    for row in range(n):
        word = mix(key, row)
        u = low_unit(word)
        if u < wrong:
            out[row] = np.uint32(_wrong_digit(np.int64(tin[row]), mix(key ^ np.uint64(0xD161), row)))
        elif u < wrong + swapped:
            if row + 1 < n and household[row + 1] == household[row]:
                out[row] = tin[row + 1]
            elif row > 0 and household[row - 1] == household[row]:
                out[row] = tin[row - 1]
    return out


@njit(cache=True, nogil=True)
def _births(key, birth, error):  # type: ignore[no-untyped-def]
    """Return dates of birth on file: now and then the day or the year is one off."""
    out = birth.copy()
    for row in range(birth.size):
        word = mix(key, row)
        if low_unit(word) < error:
            day = birth[row] % 100
            if word >> np.uint64(63):
                out[row] += 1 if day < 28 else -1
            elif birth[row] % 10000 != 229:
                out[row] += 10000 if (word >> np.uint64(62)) & np.uint64(1) else -10000
    return out


@njit(cache=True, nogil=True)
def _doubles(key, household, share):  # type: ignore[no-untyped-def]
    """Return the row whose person each row is of: itself, or the row before for a duplicate filing."""
    source = np.arange(household.size)
    for row in range(1, household.size):
        if low_unit(mix(key, row)) < share and source[row - 1] == row - 1:
            source[row] = row - 1
    return source


def addresses(table: FilingTable, key: int, household: Array, role: Array, moved: Array, home: Array,
previous: Array,
              previous_people: Array, people: Array, dwellings: int, offices: int) -> tuple[Array, Array,
              Array]:  # fmt: skip
    """Return (file_address, occupants, lives_at_file) of the records; the other arrays are per household."""
    return _addresses(  # type: ignore[no-any-return]
        np.uint64(key), household, role, moved, home, previous, previous_people, people, table.age_years,
        table.age_shares, table.forwarded, table.preparer, table.office_shares, dwellings, offices,
    )  # fmt: skip


def surnames(table: FilingTable, names: SurnameTable, keys: tuple[int, int], role: Array, ethnicity: Array,
             moved: Array, household: Array, surname: Array) -> Array:  # fmt: skip
    """Return file_surname (u32). keys: who is on file under a former name, and which name that is."""
    share, years = table.old_surname, table.old_surname_years
    if share == 0:
        return surname
    rows = _former(np.uint64(keys[0]), role, moved, household, surname, share, years)
    filed = surname.copy()
    filed[rows] = surname_table.draw(names, keys[1], rows, ethnicity[rows])
    return filed


def dropped(codes: Array, share: float, key: int) -> Array:
    """Return codes of which a share of those not 0 is 0: left out of the return."""
    return codes if share == 0 else np.asarray(_dropped(np.uint64(key), codes, share))


def numbers(table: FilingTable, key: int, household: Array, tin: Array) -> Array:
    """Return file_tin (u32)."""
    if table.number_error + table.number_swapped == 0:
        return tin
    return np.asarray(_numbers(np.uint64(key), household, tin, table.number_error, table.number_swapped))


def births(table: FilingTable, key: int, birth: Array) -> Array:
    """Return file_birth (yyyymmdd, i32)."""
    return birth if table.birth_error == 0 else np.asarray(_births(np.uint64(key), birth, table.birth_error))


def doubles(table: FilingTable, key: int, household: Array) -> Array | None:
    """Return for each row the row whose person it is of, or None when no filing is a duplicate."""
    return None if table.duplicate == 0 else np.asarray(_doubles(np.uint64(key), household, table.duplicate))
