"""Who people are: ethnicity from ZIP, age and family, nativity from ethnicity and age, and what follows.

The first record of a household takes its ethnicity from its ZIP's shares, tilted by a ratio of the ethnicity
at its age and by one factor an ethnicity that brings the whole registry to the published shares (found by
drawing a sample of households and correcting). Spouses and relatives mostly share it (parameters), others
draw their own from the same ZIP. Nativity is drawn given ethnicity and age band so that published margins
hold; members of a household share their luck with a given probability, which correlates them without moving
any margin. Two surnames and ITINs follow from ethnicity and nativity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from sim.population.draw import Array, high_unit, low_unit, mix
from sim.population.dwellings import ETHNICITIES, Places
from sim.population.households import Frame, HouseholdTable
from sim.population.households import draw as draw_households
from sim.rng import Streams
from sim.scenario import Scenario

NATIVITIES = ("us_born", "naturalised", "noncitizen")
_ROUNDS = 40
_NOBODY = 1e-9
"""Share that stands for none where one group of nativity is everybody, so that odds stay finite."""
_SAMPLE, _CORRECTIONS = 200_000, 5


@dataclass(frozen=True)
class PeopleTable:
    """endogamy, kinship: P(same ethnicity) of spouse (by ethnicity) and relative.

    tilt: factor on ZIP shares (6 ethnicities x 101 ages).  nativity: running shares (6 x 101 x 3).
    shared_luck: P(nativity by the household's luck).  two_surnames: shares (6 x 3 nativities).
    itin: P(ITIN | noncitizen) by ethnicity.
    """

    tilt: Array
    endogamy: Array
    kinship: float
    nativity: Array
    shared_luck: float
    two_surnames: Array
    itin: Array


def build(scenario: Scenario, households: HouseholdTable, places: Places) -> PeopleTable:
    """Return the table, calibrated on a sample of households, each in a place of its state."""
    two = np.zeros((6, 3))
    other = scenario.table("population.two_surnames_other")
    two[:5] = np.array([other[e] for e in ETHNICITIES[:-1]])[:, None]
    hispanic = scenario.table("population.two_surnames_hispanic")
    two[5] = [hispanic[n] for n in NATIVITIES]
    nobody = np.zeros((6, 101, 3))
    nobody[:, :, 0] = 1.0
    start = PeopleTable(
        tilt=np.stack([by_age(scenario.table(f"population.ethnicity_at_age.{e}")) for e in ETHNICITIES]),
        endogamy=np.array([scenario.table("population.endogamy")[e] for e in ETHNICITIES]),
        kinship=scenario.value("population.kin_same_ethnicity"),
        nativity=np.cumsum(nobody, axis=2),
        shared_luck=scenario.value("population.household_nativity"),
        two_surnames=two,
        itin=np.zeros(6),
    )
    tilt, ages = _calibrated(scenario, start, households, places)
    nativity = nativity_by_age(scenario, ages)
    itin = _itin(scenario, nativity, ages)
    return replace(start, tilt=tilt, nativity=np.cumsum(nativity, axis=2), itin=itin)


def _calibrated(
    scenario: Scenario, start: PeopleTable, households: HouseholdTable, places: Places
) -> tuple[Array, Array]:
    """Return the tilt that gives a sample the published shares, and its people by ethnicity and age."""
    target = np.array([scenario.table("population.adult_ethnicity")[e] for e in ETHNICITIES])
    sample = draw_households(households, _SAMPLE, _SAMPLE, 1, 2)
    state = np.searchsorted(places.states, households.states)[households.state[sample.kind]]
    first = np.searchsorted(places.state, np.arange(len(places.states) + 1))
    running = np.concatenate([[0], np.cumsum(places.households)])
    low, high = running[first[state]], running[first[state + 1]]
    luck = Streams(0).generator("population.calibration").random(len(sample.kind))
    place = np.searchsorted(running, low + luck * (high - low), side="right") - 1
    table = start
    for _ in range(_CORRECTIONS):
        people = draw(table, 3, sample, place.astype(np.int32), places.ethnicity)
        share = np.bincount(people.ethnicity, minlength=6) / _SAMPLE
        table = replace(table, tilt=table.tilt * (target / target.sum() / np.maximum(share, 1e-9))[:, None])
    ages = np.bincount(people.ethnicity.astype(np.int64) * 101 + np.minimum(sample.age, 100), minlength=606)
    return table.tilt, ages.reshape(6, 101)


def nativity_by_age(scenario: Scenario, ages: Array) -> Array:
    """Return P(nativity | ethnicity, age), 6 x 101 x 3.

    Odds by age are scaled until each published share holds. ages: people by ethnicity and age (6 x 101).
    """
    noncitizen = scenario.table("population.noncitizen_share")
    naturalised = scenario.table("population.naturalised_share")
    odds = [by_age(scenario.table(f"population.{n}_age_odds")) for n in ("naturalised", "noncitizen")]
    shape = np.stack(odds, axis=1)
    out = np.zeros((6, 101, 3))
    for e, name in enumerate(ETHNICITIES):
        # Of a group nobody was drawn of, any ages will do: nobody will be asked for theirs.
        weight = ages[e] / ages[e].sum() if ages[e].any() else np.full(101, 1 / 101)
        target = np.array([naturalised[name], noncitizen[name]])
        scale = target / max(1 - target.sum(), _NOBODY)
        for _ in range(_ROUNDS):
            relative = shape * scale
            share = relative / (1 + relative.sum(axis=1, keepdims=True))
            scale = scale * target / np.maximum(weight @ share, 1e-12)
        out[e, :, 1:] = share
        out[e, :, 0] = 1 - share.sum(axis=1)
    return out


def by_age(bands: dict[str, float]) -> Array:
    """Return a value for each age 0..100 from bands named by their lower end."""
    lower = np.array([int(k) for k in bands])
    place = np.clip(np.searchsorted(lower, np.arange(101), side="right") - 1, 0, None)
    return np.asarray(np.array(list(bands.values()))[place])


def _itin(scenario: Scenario, nativity: Array, ages: Array) -> Array:
    """Return P(ITIN | noncitizen, ethnicity) so that ITIN holders are the given share of the registry."""
    noncitizens = (nativity[:, :, 2] * ages).sum(axis=1) / ages.sum()
    odds = np.ones(6)
    odds[5] = scenario.value("population.itin_hispanic_ratio")
    scale = scenario.value("population.itin_share") / max(noncitizens @ odds, 1e-12)
    return np.asarray(np.clip(odds * scale, 0.0, 1.0))


@njit(cache=True, nogil=True)
def _people(key, household, role, unit_family, age, place, zip_shares, tilt, endogamy, kinship,  # type: ignore[no-untyped-def]
            nativity_shares, shared_luck, two_shares, itin_shares):  # fmt: skip
    n = household.size
    ethnicity = np.empty(n, np.uint8)
    nativity = np.empty(n, np.uint8)
    two = np.empty(n, np.bool_)
    kind = np.empty(n, np.uint8)
    first_family = np.uint8(0)
    running = np.empty(6)
    for row in range(n):
        h = household[row]
        years = min(np.int64(age[row]), 100)
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
            total = 0.0
            for j in range(6):
                total += zip_shares[place[h], j] * tilt[j, years]
                running[j] = total
            e = 0
            for j in range(5):
                e += int(own * total >= running[j])
        ethnicity[row] = e
        word = mix(key, 4 * row + 1)
        luck = high_unit(word)
        if low_unit(word) < shared_luck:
            luck = high_unit(mix(key ^ np.uint64(0x7777), h))
        c = np.int64(luck >= nativity_shares[e, years, 0]) + np.int64(luck >= nativity_shares[e, years, 1])
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


def draw(table: PeopleTable, key: int, frame: Frame, place: Array, zip_shares: Array) -> People:
    """Draw who the people of a frame are. place: ZIP per household; zip_shares: ethnic shares by ZIP."""
    return People(*_people(
        np.uint64(key), frame.household, frame.role, frame.family, frame.age, place, zip_shares, table.tilt,
        table.endogamy, table.kinship, table.nativity, table.shared_luck, table.two_surnames, table.itin,
    ))  # fmt: skip
