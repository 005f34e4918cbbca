"""What the people of a chunk are called: families share surnames, sons may share their father's name.

The head of a household's first unit has a surname of their own; a spouse takes it with a probability by ethnicity,
unless they bear two surnames (the Spanish custom keeps both); relatives in later units (grown children,
parents) share it with one probability. A grown son may bear his father's given name: JR and SR.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.population.draw import Array, alias_draw, alias_tables, high_unit, low_unit, mix
from sim.population.dwellings import ETHNICITIES
from sim.population.givens import GivenTable, draw_given
from sim.population.surnames import SurnameTable, draw_surname
from sim.scenario import Scenario

SUFFIXES = ("", "JR", "SR", "II", "III", "IV")
_JR, _SR, _II, _III = 1, 2, 3, 4


@dataclass(frozen=True)
class NamingTable:
    """Shares of the naming customs: spouse (by ethnicity), kin, son, senior, middle (by nativity), suffix."""

    spouse: Array
    kin: float
    son: float
    senior: float
    middle: Array
    middle_cells: Array
    suffix: Array


def build(scenario: Scenario, givens: GivenTable) -> NamingTable:
    """Return the table; middle initials follow the initials of given names."""
    table = scenario.table("population.spouse_shares_surname")
    middle = scenario.table("population.middle_initial")
    suffix = scenario.table("population.suffix_without_father")
    first = givens.listed.head(2_000).str.head(1).to_numpy().astype("S1").view(np.uint8).astype(np.int64) - 65
    rank = 1.0 / np.arange(1, len(first) + 1)
    return NamingTable(
        spouse=np.array([table[e] for e in ETHNICITIES]),
        kin=scenario.value("population.kin_share_surname"),
        son=scenario.value("population.son_shares_name"),
        senior=scenario.value("population.father_of_junior_is_sr"),
        middle=np.array([middle[n] for n in ("us_born", "naturalised", "noncitizen")]),
        middle_cells=alias_tables(np.bincount(first, rank, 26) + 1e-6),
        suffix=np.array([suffix[s] for s in ("jr", "sr", "ii", "iii")]),
    )


@njit(cache=True, nogil=True)
def _surnames(key, second_key, household, role, family, ethnicity, two, spouse_share, kin_share, cells, width,
              tail_start, tail_size):  # type: ignore[no-untyped-def]  # fmt: skip
    n = household.size
    surname = np.empty(n, np.uint32)
    surname2 = np.zeros(n, np.uint32)
    shared = key ^ np.uint64(0x5A5A)
    anchor = 0
    for row in range(n):
        first = row == 0 or household[row] != household[row - 1]
        if first:
            anchor = row
        copy = -1
        if role[row] == 1:
            if not two[row] and low_unit(mix(shared, row)) < spouse_share[ethnicity[row]]:
                copy = row - 1
        elif not first and family[row] == family[anchor] and low_unit(mix(shared, row)) < kin_share:
            copy = anchor
        if copy >= 0:
            surname[row] = surname[copy]
        else:
            surname[row] = draw_surname(key, row, ethnicity[row], cells, width, tail_start, tail_size)
        if two[row]:
            mother = copy == anchor and role[row] == 0 and anchor + 1 < row and role[anchor + 1] == 1
            if mother:
                surname2[row] = surname[anchor + 1]
            else:
                surname2[row] = draw_surname(
                    second_key, row, ethnicity[row], cells, width, tail_start, tail_size)
    return surname, surname2


@njit(cache=True, nogil=True)
def _givens(key, suffix_key, household, role, family, sex, ethnicity, nativity, birth, surname, son_share, senior,
            other_suffix, born_cells, born_start, born_name, born_base, abroad_cells, abroad_start, abroad_name, tail,
            tail_start, tail_size):  # type: ignore[no-untyped-def]  # fmt: skip
    n = household.size
    given = np.empty(n, np.uint32)
    suffix = np.zeros(n, np.uint8)
    anchor = 0
    for row in range(n):
        if row == 0 or household[row] != household[row - 1]:
            anchor = row
        year = birth[row] // 10000
        word = mix(suffix_key, row)
        father = anchor
        if role[row] == 0 and row > anchor and sex[father] == 1 and anchor + 1 < row and role[anchor + 1] == 1:
            father = anchor + 1
        gap = year - birth[father] // 10000
        son = (row > anchor and role[row] == 0 and sex[row] == 0 and sex[father] == 0 and gap > 15 and gap < 56
               and family[row] == family[anchor] and surname[row] == surname[father])
        if son and low_unit(word) < son_share:
            given[row] = given[father]
            suffix[row] = _JR
            if suffix[father] == 0 and high_unit(word) < senior:
                suffix[father] = _SR
            continue
        given[row] = draw_given(key, row, ethnicity[row], sex[row], year, nativity[row] > 0, born_cells, born_start,
                                born_name, born_base, abroad_cells, abroad_start, abroad_name, tail, tail_start,
                                tail_size)
        if sex[row] == 0:
            u = high_unit(word)
            for s in range(4):
                if u < other_suffix[s]:
                    suffix[row] = s + 1
                    break
                u -= other_suffix[s]
    return given, suffix


@njit(cache=True, nogil=True)
def _middles(key, nativity, share, cells):  # type: ignore[no-untyped-def]
    out = np.zeros(nativity.size, np.uint8)
    for row in range(nativity.size):
        if low_unit(mix(key, 2 * row)) < share[nativity[row]]:
            out[row] = 1 + alias_draw(mix(key, 2 * row + 1), cells, 0, 26)
    return out


def surnames(table: NamingTable, names: SurnameTable, key: int, second_key: int, household: Array, role: Array,
             family: Array, ethnicity: Array, two: Array) -> tuple[Array, Array]:  # fmt: skip
    """Return (surname, surname2) codes; surname2 is 0 for people with one surname."""
    return _surnames(  # type: ignore[no-any-return]
        np.uint64(key), np.uint64(second_key), household, role, family, ethnicity, two, table.spouse, table.kin,
        names.cells, names.width, names.tail_start, names.tail_size,
    )  # fmt: skip


def givens(table: NamingTable, names: GivenTable, key: int, suffix_key: int, household: Array, role: Array,
           family: Array, sex: Array, ethnicity: Array, nativity: Array, birth: Array, surname: Array,
           ) -> tuple[Array, Array]:  # fmt: skip
    """Return (given, suffix) codes."""
    return _givens(  # type: ignore[no-any-return]
        np.uint64(key), np.uint64(suffix_key), household, role, family, sex, ethnicity, nativity, birth, surname,
        table.son, table.senior, table.suffix, names.born_cells, names.born_start, names.born_name, names.born_base,
        names.abroad_cells, names.abroad_start, names.abroad_name, names.tail, names.tail_start, names.tail_size,
    )  # fmt: skip


def middles(table: NamingTable, key: int, nativity: Array) -> Array:
    """Return middle initials, 1..26, 0 for none."""
    return np.asarray(_middles(np.uint64(key), nativity, table.middle, table.middle_cells))
