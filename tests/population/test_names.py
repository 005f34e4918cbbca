"""Codes and text are one to one, the tail is spelled without repeats, and coincidences are the country's."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim import tables
from sim.population import ETHNICITIES, Country, people
from sim.population import givens as given_names
from sim.population import surnames as family_names
from sim.population.draw import Array
from sim.scenario import Scenario

# facts.md V8: P(two random residents share first / last name), from the Bureau's tables.
PUBLISHED_FIRST, PUBLISHED_LAST = 0.00157641, 0.000523273


def share_a_name(codes: Array) -> float:
    """The unbiased estimate of P(two random people share their code)."""
    counts = np.unique(codes, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1)).sum() / (len(codes) * (len(codes) - 1.0)))


def share_of_groups(frame: pl.DataFrame) -> Array:
    people = np.array([(frame["count"] * (frame[f"pct_{e}_x100"] / 1e4)).sum() for e in ETHNICITIES])
    return np.asarray(people / people.sum())


@pytest.fixture(scope="module")
def table(country: Country) -> family_names.SurnameTable:
    return country.tables.surnames


def test_a_million_rare_surnames_are_a_million_different_unlisted_words(
    table: family_names.SurnameTable,
) -> None:
    codes = table.listed_count + 1 + np.random.default_rng(5).permutation(table.model.m)[:1_000_000]
    text = table.text(codes)
    assert text.n_unique() == 1_000_000
    assert not text.is_in(table.listed.implode()).any()
    assert text.str.contains("^[A-Z]{3,24}$").all()
    assert 6 < text.str.len_chars().mean() < 9


def test_rare_surnames_are_found_again_by_their_spelling(table: family_names.SurnameTable) -> None:
    codes = np.append(table.listed_count + 1 + np.arange(0, table.model.m, 611), [1, 2, table.listed_count])
    assert (table.find(table.text(codes)) == codes).all()


def test_listed_names_have_the_codes_of_their_rank(country: Country) -> None:
    names = country.names
    assert names.surname_text(np.array([1, 2, 0])).to_list() == ["SMITH", "JOHNSON", None]
    assert names.given_text(np.array([1, 0, 2])).to_list() == ["MICHAEL", None, "JOHN"]
    assert names.find_surnames(pl.Series(["JOHNSON", "SMITH"])).tolist() == [2, 1]


def test_words_nobody_bears_have_no_code(country: Country) -> None:
    strange = pl.Series(["", "QQQQXQ", "GARCIA LOPEZ", "O'BRIEN", "smith", "Ñ", "X" * 40, None])
    assert country.names.find_surnames(strange).tolist() == [0] * 8
    assert country.names.find_givens(strange).tolist() == [0] * 8


def test_a_code_that_does_not_exist_is_refused(country: Country) -> None:
    with pytest.raises(IndexError, match="name codes"):
        country.names.surname_text(np.array([10_000_000]))


def test_every_code_of_a_chunk_has_a_spelling_that_leads_back_to_it(country: Country) -> None:
    chunk = country.chunk(0)
    assert (country.names.find_givens(country.names.given_text(chunk.given)) == chunk.given).all()
    assert (country.names.find_surnames(country.names.surname_text(chunk.surname)) == chunk.surname).all()


def test_one_person_in_eight_has_a_rare_surname(table: family_names.SurnameTable) -> None:
    groups = share_of_groups(tables.surnames())
    tail = np.array(list(Scenario.of({}).table("population.surname_tail.mix").values()))
    groups = 0.8787 * groups + 0.1213 * tail
    who = np.random.default_rng(1).choice(6, 2_000_000, p=groups / groups.sum()).astype(np.uint8)
    drawn = family_names.draw(table, 99, np.arange(len(who)), who)
    assert (drawn > table.listed_count).mean() == pytest.approx(0.1213, abs=0.001)
    smith = (drawn == 1).mean()
    assert smith == pytest.approx(2_369_644 / (262_612_981 / 0.8787), rel=0.03)


def test_two_people_share_names_as_often_as_the_bureaus_tables_say() -> None:
    """V8, at the birth years of 2020 and the ethnic groups of the tables; watched, not fitted.

    Within 2 % of both published figures, and the product of the two is too low by what ethnicity, sex and age
    add (published: 1.12 for race alone).

    """
    scenario = Scenario.of({})
    rng = np.random.default_rng(3)
    year, sex = _everybody(rng, 1_500_000)
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
    p_first, p_both = share_a_name(first), share_a_name(first.astype(np.int64) << 32 | last)
    assert p_first == pytest.approx(PUBLISHED_FIRST, rel=0.02)
    assert p_both > 1.12 * p_first * share_a_name(last)
    # The surname table counts other people than the first-name table: its own groups, with the tail's.
    tail = scenario.table("population.surname_tail.mix")
    groups = share_of_groups(tables.surnames()) * 0.8787 + 0.1213 * np.array([tail[e] for e in ETHNICITIES])
    ethnicity = rng.choice(6, len(year), p=groups / groups.sum()).astype(np.uint8)
    last = family_names.draw(family, 999, np.arange(len(year)), ethnicity)
    assert share_a_name(last) == pytest.approx(PUBLISHED_LAST, rel=0.02)


def _everybody(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Birth years and sexes of the residents of 2020.

    Those of 2024 (NC-EST2024, thousands by five-year band, men and women) born by then, and the dead of four
    years by Gompertz's law (1.6 % a year at 65, 9 % more each year).
    """
    male = [9501, 10320, 10701, 11462, 11452, 11391, 12128, 11702, 11254, 10130, 10193, 10052, 10363, 9298,
    7402,
            5436, 3141, 1569, 644, 176, 24]  # fmt: skip
    female = [9098, 9878, 10200, 10914, 10970, 11069, 11866, 11468, 11115, 10164, 10294, 10308, 10939, 10192,
    8553,
              6557, 4165, 2380, 1162, 406, 74]  # fmt: skip
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


def test_the_death_file_has_the_published_share_of_unique_names_and_birthdays(country: Country) -> None:
    """V13: of 85.8 M dead, born about 1915 (sd 15), 85 % White, 98.81 % have a unique name and birthday.

    People of different birthdays cannot coincide, so seven days of the year at full density are a fair
    sample.
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
    assert 0.986 <= (counts == 1).sum() / n <= 0.990


def test_spouses_mostly_share_a_surname_and_strangers_do_not(country: Country) -> None:
    chunk = country.chunk(0)
    spouse = np.flatnonzero((chunk._frame.role == 1) & (chunk.ethnicity == 0) & ~chunk.two_surnames)
    assert (chunk.surname[spouse] == chunk.surname[spouse - 1]).mean() == pytest.approx(0.86, abs=0.02)
    apart = np.flatnonzero(np.diff(chunk.household.astype(int)) > 1)
    assert (chunk.surname[apart] == chunk.surname[apart + 1]).mean() < 0.002


def test_only_people_with_two_surnames_have_a_second_one(country: Country) -> None:
    chunk = country.chunk(0)
    assert ((chunk.surname2 > 0) == chunk.two_surnames).all()


def test_a_junior_lives_with_a_father_of_his_name_or_elsewhere(country: Country) -> None:
    chunk = country.chunk(0)
    men = chunk.sex == 0
    assert (chunk.suffix[~men] == 0).all()
    assert 0.02 < (chunk.suffix[men] > 0).mean() < 0.05
    assert (chunk.middle > 0).mean() == pytest.approx(0.87, abs=0.02)


def test_first_names_follow_birth_year_and_sex(country: Country) -> None:
    """Jennifer was the first name of the 1970s, Linda of the 1940s; hardly any man bears either."""
    jennifer, linda = country.names.find_givens(pl.Series(["JENNIFER", "LINDA"]))
    chunk = country.chunk(0)
    year = chunk.birth // 10_000
    born = {d: (year // 10 == d) & (chunk.sex == 1) & (chunk.ethnicity == 0) for d in (194, 197)}
    assert (chunk.given[born[197]] == jennifer).mean() > 20 * (chunk.given[born[194]] == jennifer).mean()
    assert (chunk.given[born[194]] == linda).mean() > 5 * (chunk.given[born[197]] == linda).mean()
    assert (chunk.given[chunk.sex == 0] == jennifer).mean() < 2e-4
