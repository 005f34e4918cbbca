"""What the people of a chunk are called: families share surnames, sons may share their father's name.

The head of a household's first unit has a surname of their own; a spouse takes it with a probability by
ethnicity, unless they bear two surnames (the Spanish custom keeps both); relatives in later units (grown
children, parents) share it with one probability. A grown son may bear his father's given name: JR and SR.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.population import givens as given_names
from sim.population import surnames as surname_table
from sim.population.draw import Array, alias_tables, aliased, below, high_unit, low_unit, mix
from sim.population.dwellings import ETHNICITIES
from sim.population.givens import GivenTable
from sim.population.surnames import SurnameTable
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
def _families(key, surname, surname2, household, role, family, ethnicity, two, spouse_share, kin_share):  # type: ignore[no-untyped-def]
    """Replace own surnames by the family's where they are shared (in place)."""
    anchor = 0
    for row in range(household.size):
        first = row == 0 or household[row] != household[row - 1]
        if first:
            anchor = row
        elif role[row] == 1:
            if not two[row] and low_unit(mix(key, row)) < spouse_share[ethnicity[row]]:
                surname[row] = surname[row - 1]
        elif family[row] == family[anchor] and low_unit(mix(key, row)) < kin_share:
            surname[row] = surname[anchor]
            if two[row] and anchor + 1 < row and role[anchor + 1] == 1:
                surname2[row] = surname[anchor + 1]  # a child's second surname is the mother's first


@njit(cache=True, nogil=True)
def _suffixes(given, key, household, role, family, sex, birth, surname, son_share, senior, other_suffix):  # type: ignore[no-untyped-def]
    """Give sons their father's name where they bear it (in place), and suffixes."""
    n = household.size
    suffix = np.zeros(n, np.uint8)
    anchor = 0
    for row in range(n):
        if row == 0 or household[row] != household[row - 1]:
            anchor = row
        year = birth[row] // 10000
        word = mix(key, row)
        father = anchor
        if (
            role[row] == 0
            and row > anchor
            and sex[father] == 1
            and anchor + 1 < row
            and role[anchor + 1] == 1
        ):
            father = anchor + 1
        gap = year - birth[father] // 10000
        son = (
            row > anchor
            and role[row] == 0
            and sex[row] == 0
            and sex[father] == 0
            and gap > 15
            and gap < 56
            and family[row] == family[anchor]
            and surname[row] == surname[father]
        )
        if son and low_unit(word) < son_share:
            given[row] = given[father]
            suffix[row] = _JR
            if suffix[father] == 0 and high_unit(word) < senior:
                suffix[father] = _SR
            continue
        if sex[row] == 0:
            u = high_unit(word)
            for s in range(4):
                if u < other_suffix[s]:
                    suffix[row] = s + 1
                    break
                u -= other_suffix[s]
    return suffix


@njit(cache=True, nogil=True)
def _middles(key, nativity, share, cells):  # type: ignore[no-untyped-def]
    out = np.zeros(nativity.size, np.uint8)
    for row in range(nativity.size):
        if low_unit(mix(key, 2 * row)) < share[nativity[row]]:
            word = mix(key, 2 * row + 1)
            out[row] = 1 + aliased(word, below(word, 26), cells[below(word, 26)])
    return out


def surnames(table: NamingTable, names: SurnameTable, keys: tuple[int, int, int], household: Array,
role: Array,
             family: Array, ethnicity: Array, two: Array) -> tuple[Array, Array]:  # fmt: skip
    """Return (surname, surname2) codes; surname2 is 0 for people with one. keys: first, second, family."""
    rows = np.arange(len(household))
    surname = surname_table.draw(names, keys[0], rows, ethnicity)
    surname2 = np.zeros(len(household), np.uint32)
    second = np.flatnonzero(two)
    surname2[second] = surname_table.draw(names, keys[1], second, ethnicity[second])
    _families(
        np.uint64(keys[2]),
        surname,
        surname2,
        household,
        role,
        family,
        ethnicity,
        two,
        table.spouse,
        table.kin,
    )
    return surname, surname2


def givens(table: NamingTable, names: GivenTable, keys: tuple[int, int], household: Array, role: Array,
family: Array,
           sex: Array, ethnicity: Array, nativity: Array, birth: Array, surname: Array) -> tuple[Array,
           Array]:  # fmt: skip
    """Return (given, suffix) codes. keys: given, suffix."""
    given = given_names.draw(names, keys[0], sex, ethnicity, nativity, birth)
    suffix = _suffixes(
        given,
        np.uint64(keys[1]),
        household,
        role,
        family,
        sex,
        birth,
        surname,
        table.son,
        table.senior,
        table.suffix,
    )
    return given, suffix


def middles(table: NamingTable, key: int, nativity: Array) -> Array:
    """Return middle initials, 1..26, 0 for none."""
    return np.asarray(_middles(np.uint64(key), nativity, table.middle, table.middle_cells))
