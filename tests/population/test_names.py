"""Codes and text are one to one, the tail is spelled without repeats, and coincidences are the country's."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim import tables
from sim.population import Country
from sim.population import surnames as family_names
from sim.scenario import Scenario
from tests.population import residents

# facts.md V8: P(two random residents share first / last name), from the Bureau's tables.
PUBLISHED_FIRST, PUBLISHED_LAST = 0.00157641, 0.000523273


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
    groups = residents.share_of_groups(tables.surnames())
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
    found = residents.collisions(1_500_000)
    assert found.first == pytest.approx(PUBLISHED_FIRST, rel=0.02)
    assert found.last == pytest.approx(PUBLISHED_LAST, rel=0.02)
    assert found.both_over_product > 1.12


def test_the_death_file_has_the_published_share_of_unique_names_and_birthdays(country: Country) -> None:
    """V13: of 85.8 M dead, born about 1915 (sd 15), 85 % White, 98.81 % have a unique name and birthday."""
    assert 0.986 <= residents.unique_among_the_dead(country) <= 0.990


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
