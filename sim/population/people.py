"""Who people are: ethnicity from the ZIP and the family, nativity from ethnicity and age, and what follows.

The first record of a household takes its ethnicity from its ZIP's shares. Spouses and relatives mostly share it
(parameters), others draw their own from the same ZIP. Nativity is drawn given ethnicity and age band so
that published margins hold; members of a household share their luck with a given probability, which
correlates them without moving any margin. Two surnames and ITINs follow from ethnicity and nativity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.population.draw import Array, high_unit, low_unit, mix
from sim.population.dwellings import ETHNICITIES
from sim.scenario import Scenario

NATIVITIES = ("us_born", "naturalised", "noncitizen")
_ROUNDS = 40


@dataclass(frozen=True)
class PeopleTable:
    """endogamy, kinship: P(same ethnicity) of spouse and relative, by ethnicity.

    nativity: running shares (6 ethnicities x 101 ages x 3).  shared_luck: P(nativity by the household's luck).
    two_surnames: shares (6 x 3 nativities).  itin: P(ITIN | noncitizen) by ethnicity.
    """

    endogamy: Array
    kinship: float
    nativity: Array
    shared_luck: float
    two_surnames: Array
    itin: Array


def build(scenario: Scenario, age_weights: Array) -> PeopleTable:
    """Return the table; `age_weights` (101) is the registry's age distribution, for the margins to hold in it."""
    nativity = _nativity(scenario, age_weights)
    two = np.zeros((6, 3))
    other = scenario.table("population.two_surnames_other")
    for e, name in enumerate(ETHNICITIES[:-1]):
        two[e] = other[name]
    hispanic = scenario.table("population.two_surnames_hispanic")
    two[5] = [hispanic[n] for n in NATIVITIES]
    return PeopleTable(
        endogamy=np.array([scenario.table("population.endogamy")[e] for e in ETHNICITIES]),
        kinship=scenario.value("population.kin_same_ethnicity"),
        nativity=np.cumsum(nativity, axis=2),
        shared_luck=scenario.value("population.household_nativity"),
        two_surnames=two,
        itin=_itin(scenario, nativity, age_weights),
    )


def _nativity(scenario: Scenario, age_weights: Array) -> Array:
    """Return P(nativity | ethnicity, age): odds by age band scaled until the group's published share holds."""
    noncitizen = scenario.table("population.noncitizen_share")
    naturalised = scenario.table("population.naturalised_share")
    odds = {n: _by_age(scenario.table(f"population.{n}_age_odds")) for n in ("noncitizen", "naturalised")}
    out = np.zeros((6, 101, 3))
    for e, name in enumerate(ETHNICITIES):
        target = np.array([naturalised[name], noncitizen[name]])
        shape = np.stack([odds["naturalised"], odds["noncitizen"]], axis=1)
        scale = target / (1 - target.sum())
        for _ in range(_ROUNDS):
            relative = shape * scale
            share = relative / (1 + relative.sum(axis=1, keepdims=True))
            scale = scale * target / np.maximum(age_weights @ share, 1e-12)
        out[e, :, 1:] = share
        out[e, :, 0] = 1 - share.sum(axis=1)
    return out


def _by_age(bands: dict[str, float]) -> Array:
    lower = np.array([int(k) for k in bands])
    place = np.clip(np.searchsorted(lower, np.arange(101), side="right") - 1, 0, None)
    return np.asarray(np.array(list(bands.values()))[place])


def _itin(scenario: Scenario, nativity: Array, age_weights: Array) -> Array:
    """Return P(ITIN | noncitizen, ethnicity) so that ITIN holders are the given share of the registry."""
    adults = scenario.table("population.adult_ethnicity")
    group = np.array([adults[e] for e in ETHNICITIES])
    noncitizens = group / group.sum() * (nativity[:, :, 2] @ age_weights)
    odds = np.ones(6)
    odds[5] = scenario.value("population.itin_hispanic_ratio")
    scale = scenario.value("population.itin_share") / (noncitizens @ odds)
    return np.asarray(np.clip(odds * scale, 0.0, 1.0))


@njit(cache=True, nogil=True)
def _people(key, household, role, unit_family, age, place, zip_shares, endogamy, kinship, nativity_shares,
            shared_luck, two_shares, itin_shares):  # type: ignore[no-untyped-def]  # fmt: skip
    n = household.size
    ethnicity = np.empty(n, np.uint8)
    nativity = np.empty(n, np.uint8)
    two = np.empty(n, np.bool_)
    kind = np.empty(n, np.uint8)
    first_family = np.uint8(0)
    for row in range(n):
        h = household[row]
        word = mix(key, 4 * row)
        own = high_unit(word)
        if row == 0 or household[row - 1] != h:
            first_family = unit_family[row]
            anchor = row
            e = -1
        elif role[row] == 1:
            e = ethnicity[row - 1] if low_unit(word) < endogamy[ethnicity[row - 1]] else -1
        else:
            related = unit_family[row] == first_family
            e = ethnicity[anchor] if related and low_unit(word) < kinship else -1
        if e < 0:
            e = 0
            while own >= zip_shares[place[h], e] and e < 5:
                e += 1
        ethnicity[row] = e
        word = mix(key, 4 * row + 1)
        luck = high_unit(word)
        if low_unit(word) < shared_luck:
            luck = high_unit(mix(key ^ np.uint64(0x7777), h))
        years = min(np.int64(age[row]), 100)
        c = 0
        while luck >= nativity_shares[e, years, c] and c < 2:
            c += 1
        nativity[row] = c
        word = mix(key, 4 * row + 2)
        two[row] = low_unit(word) < two_shares[e, c]
        kind[row] = 1 if c == 2 and high_unit(word) < itin_shares[e] else 0
    return ethnicity, nativity, two, kind


@dataclass(frozen=True)
class People:
    """Per record: ethnicity, nativity, tin_kind (u8) and two_surnames (bool)."""

    ethnicity: Array
    nativity: Array
    two_surnames: Array
    tin_kind: Array


def draw(table: PeopleTable, key: int, household: Array, role: Array, family: Array, age: Array, place: Array,
         zip_shares: Array) -> People:  # fmt: skip
    """Draw who the records' people are. family: ffpos per record; place: ZIP per household."""
    return People(*_people(
        np.uint64(key), household, role, family, age, place, zip_shares, table.endogamy, table.kinship,
        table.nativity, table.shared_luck, table.two_surnames, table.itin,
    ))  # fmt: skip
