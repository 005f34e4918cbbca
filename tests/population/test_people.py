from __future__ import annotations

import numpy as np
import pytest

from sim.population import ETHNICITIES, NATIVITIES, Chunk, Country


@pytest.fixture(scope="module")
def two_chunks(country: Country) -> dict[str, np.ndarray]:
    names = ("ethnicity", "nativity", "tin_kind", "two_surnames", "household", "birth")
    return {n: np.concatenate([getattr(country.chunk(k), n) for k in (0, 1)]) for n in names}


def test_adults_have_the_ethnicity_asked_for(country: Country, two_chunks: dict[str, np.ndarray]) -> None:
    share = np.bincount(two_chunks["ethnicity"], minlength=6) / len(two_chunks["ethnicity"])
    target = country.scenario.table("population.adult_ethnicity")
    assert share == pytest.approx([target[e] for e in ETHNICITIES], abs=0.003)


@pytest.mark.parametrize("ethnicity", ["white", "black", "api", "hispanic"])
def test_citizenship_has_the_published_share(
    country: Country, two_chunks: dict[str, np.ndarray], ethnicity: str
) -> None:
    of = two_chunks["ethnicity"] == ETHNICITIES.index(ethnicity)
    noncitizen = (two_chunks["nativity"][of] == NATIVITIES.index("noncitizen")).mean()
    naturalised = (two_chunks["nativity"][of] == NATIVITIES.index("naturalised")).mean()
    asked = country.scenario
    assert noncitizen == pytest.approx(asked.table("population.noncitizen_share")[ethnicity], abs=0.012)
    assert naturalised == pytest.approx(asked.table("population.naturalised_share")[ethnicity], abs=0.012)


def test_white_people_are_older_and_hispanic_people_younger(two_chunks: dict[str, np.ndarray]) -> None:
    old, young = (two_chunks["birth"] < 1955_01_01), (two_chunks["birth"] > 1997_01_01)
    for group, more in (("white", old), ("hispanic", young)):
        of = two_chunks["ethnicity"] == ETHNICITIES.index(group)
        assert of[more].mean() > 1.1 * of.mean()


def test_one_record_in_28_has_an_itin_and_only_noncitizens_do(two_chunks: dict[str, np.ndarray]) -> None:
    assert two_chunks["tin_kind"].mean() == pytest.approx(0.036, abs=0.002)
    assert (two_chunks["nativity"][two_chunks["tin_kind"] == 1] == 2).all()


def test_two_surnames_are_the_custom_of_hispanic_noncitizens(two_chunks: dict[str, np.ndarray]) -> None:
    hispanic = two_chunks["ethnicity"] == 5
    by = [two_chunks["two_surnames"][hispanic & (two_chunks["nativity"] == n)].mean() for n in range(3)]
    assert by == pytest.approx([0.15, 0.30, 0.79], abs=0.015)
    assert two_chunks["two_surnames"][two_chunks["ethnicity"] == 0].mean() == pytest.approx(0.0082, abs=0.001)


def test_noncitizens_are_of_working_age(two_chunks: dict[str, np.ndarray]) -> None:
    year = two_chunks["birth"] // 10000
    share = [(two_chunks["nativity"][(year >= a) & (year < a + 10)] == 2).mean() for a in (1940, 1980)]
    assert share[0] < 0.6 * share[1]


def test_households_are_mostly_of_one_ethnicity_and_more_alike_in_birthplace_than_chance(
    chunk: Chunk,
) -> None:
    pairs = np.flatnonzero(np.diff(chunk.household.astype(int)) == 0)
    same = (chunk.ethnicity[pairs] == chunk.ethnicity[pairs + 1]).mean()
    chance = (np.bincount(chunk.ethnicity, minlength=6) / chunk.n) ** 2
    assert same > 0.85 > 1.8 * chance.sum()
    both = ((chunk.nativity[pairs] > 0) & (chunk.nativity[pairs + 1] > 0)).mean()
    assert both > 2 * (chunk.nativity > 0).mean() ** 2
