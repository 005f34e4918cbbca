"""The residents of 2020, young and old, drawn from the program's name tables, and the dead of one file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sim import tables
from sim.population import ETHNICITIES, Country, people
from sim.population import givens as given_names
from sim.population import surnames as family_names
from sim.population.draw import Array
from sim.scenario import Scenario


@dataclass(frozen=True)
class Collisions:
    """P(two random residents share a first, a last name), and P(both) over their product.

    first_codes, last_codes: the names drawn.
    """

    first: float
    last: float
    both_over_product: float
    first_codes: Array
    last_codes: Array


def share_a_name(codes: Array) -> float:
    """Return the unbiased estimate of P(two random people share their code)."""
    counts = np.unique(codes, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1)).sum() / (len(codes) * (len(codes) - 1.0)))


def share_of_groups(frame: pl.DataFrame) -> Array:
    """Return the share of each ethnicity among the bearers of a table's names."""
    bearers = np.array([(frame["count"] * (frame[f"pct_{e}_x100"] / 1e4)).sum() for e in ETHNICITIES])
    return np.asarray(bearers / bearers.sum())


def collisions(n: int) -> Collisions:
    """Draw the names of `n` residents of 2020, at their birth years and the ethnic groups of the tables."""
    scenario = Scenario.of({})
    rng = np.random.default_rng(3)
    year, sex = _everybody(rng, n)
    year = np.maximum(year, 1920)
    born = np.bincount(year - 1910, minlength=111) / len(year) + 1e-12
    running = np.cumsum(_joint(born, share_of_groups(tables.first_names())), axis=0)
    ethnicity = (rng.random(len(year)) >= running[:5, year - 1910]).sum(axis=0).astype(np.uint8)
    age = np.clip(2020 - year, 0, 100)
    adults = np.bincount(age, minlength=101) * (np.arange(101) >= 18)
    foreign = 1 - people.nativity_by_age(scenario, np.tile(adults, (6, 1)))[:, :, 0]
    abroad = rng.random(len(year)) < foreign[ethnicity, age] * np.where(age < 18, 0.25, 1.0)
    table = given_names.build(scenario, last_year=2020)
    first = given_names.draw(
        table, 12345, sex, ethnicity, abroad.astype(np.uint8), (year * 10_000 + 101).astype(np.int32)
    )
    family = family_names.build(scenario)
    last = family_names.draw(family, 999, np.arange(len(year)), ethnicity)
    both = share_a_name(first.astype(np.int64) << 32 | last)
    product = share_a_name(first) * share_a_name(last)
    # The surname table counts other people than the first-name table: its own groups, with the tail's.
    tail = scenario.table("population.surname_tail.mix")
    groups = share_of_groups(tables.surnames()) * 0.8787 + 0.1213 * np.array([tail[e] for e in ETHNICITIES])
    ethnicity = rng.choice(6, len(year), p=groups / groups.sum()).astype(np.uint8)
    last = family_names.draw(family, 999, np.arange(len(year)), ethnicity)
    return Collisions(share_a_name(first), share_a_name(last), both / product, first, last)


def _everybody(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Birth years and sexes of the residents of 2020.

    Those of 2024 (NC-EST2024, thousands by five-year band, men and women) born by then, and the dead of four
    years by Gompertz's law (1.6 % a year at 65, 9 % more each year).
    """
    male = [9501, 10320, 10701, 11462, 11452, 11391, 12128, 11702, 11254, 10130, 10193, 10052, 10363, 9298,
            7402, 5436, 3141, 1569, 644, 176, 24]  # fmt: skip
    female = [9098, 9878, 10200, 10914, 10970, 11069, 11866, 11468, 11115, 10164, 10294, 10308, 10939, 10192,
              8553, 6557, 4165, 2380, 1162, 406, 74]  # fmt: skip
    age = np.arange(105)
    alive = np.stack([np.repeat(male, 5), np.repeat(female, 5)]) * np.exp(
        4 * 0.016 * np.exp(0.09 * (age - 67))
    )
    alive[:, :4] = 0
    cell = rng.choice(210, n, p=alive.ravel() / alive.sum())
    return 2024 - cell % 105, (cell // 105).astype(np.uint8)


def _joint(born: Array, groups: Array) -> Array:
    """P(ethnicity | birth year): births x P(e | name), fitted iteratively to the two margins."""
    names, births = given_names._listed(2020)
    shares = names.select([f"pct_{e}" for e in ETHNICITIES]).to_numpy().T
    cells = [
        np.bincount(births.year - 1910, births.count * shares[e, births.code - 1], 111) for e in range(6)
    ]
    joint = np.stack(cells)
    for _ in range(50):
        joint *= born / joint.sum(axis=0)
        joint *= (groups / joint.sum(axis=1))[:, None]
    return np.asarray(joint / joint.sum(axis=0))


def unique_among_the_dead(country: Country) -> float:
    """Return the share of 85.8 million dead whose first name, last name and date of birth nobody else has.

    Born about 1915 (sd 15), 85 % White. People of different birthdays cannot coincide, so seven days of the
    year at full density are a fair sample.
    """
    rng = np.random.default_rng(8)
    n = round(85_800_000 * 7 / 365.25)
    ethnicity = rng.choice(6, n, p=[0.85, 0.10, 0.013, 0.004, 0.003, 0.03]).astype(np.uint8)
    year = np.clip(np.rint(rng.normal(1915, 15, n)), 1860, 1975).astype(np.int32)
    day = rng.integers(0, 7, n)
    sex = rng.integers(0, 2, n).astype(np.uint8)
    given = given_names.draw(
        country.tables.givens, 77, sex, ethnicity, np.zeros(n, np.uint8), year * 10_000 + 101
    )
    surname = family_names.draw(country.tables.surnames, 78, np.arange(n), ethnicity)
    key = (surname.astype(np.int64) * 4_200_000 + given) * 1_000 + (year - 1860) * 7 + day
    counts = np.unique(key, return_counts=True)[1]
    return float((counts == 1).sum() / n)
