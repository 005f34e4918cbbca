"""The record on file: where it may differ from the truth, and by how much."""

from __future__ import annotations

import numpy as np
import pytest

from sim.population import Chunk, Country
from tests.population.worlds import make_country


@pytest.fixture(scope="module")
def clean() -> Chunk:
    return make_country(300_000, noise__level="clean").chunk(0)


def test_a_clean_registry_says_the_truth(clean: Chunk) -> None:
    for name in ("surname", "surname2", "given", "middle", "suffix", "birth", "tin"):
        assert np.array_equal(getattr(clean, name), getattr(clean, f"file_{name}")), name
    assert (clean.person == np.arange(clean.n)).all()
    assert (clean.file_address == clean.home).all()
    assert clean.lives_at_file.all()
    assert (clean.occupants == clean.household_people).all()


def test_about_seven_addresses_in_a_hundred_are_stale(chunk: Chunk) -> None:
    """As many as the 72 % of 9.65 % of notices that came back for a bad address (facts.md section 4)."""
    assert 0.05 < ((chunk.file_address == chunk.previous) & ~chunk.lives_at_file).mean() < 0.09


def test_an_address_on_file_is_the_home_the_one_before_or_an_office(country: Country, chunk: Chunk) -> None:
    home = chunk.file_address == chunk.home
    before = (chunk.file_address == chunk.previous) & ~home
    office = chunk.file_address > country.dwellings.total
    assert (home | before | office).all()
    assert (chunk.lives_at_file == home).all()
    assert (chunk.occupants[office] == 0).all()
    assert (chunk.occupants[before] > 0).all()
    assert office.mean() == pytest.approx(0.005, abs=0.0007)


def test_only_people_who_moved_since_their_last_return_are_on_file_elsewhere(chunk: Chunk) -> None:
    single = chunk.person == chunk.start + np.arange(chunk.n)
    before = (chunk.file_address == chunk.previous) & ~chunk.lives_at_file & single
    assert chunk.moved_years[before].max() < 6.0


def test_a_few_offices_have_many_returns(country: Country, chunk: Chunk) -> None:
    office = chunk.file_address[chunk.file_address > country.dwellings.total]
    counts = np.sort(np.unique(office, return_counts=True)[1])[::-1]
    assert counts[0] > 5 * np.median(counts)


def test_spouses_filing_together_have_one_address_on_file(chunk: Chunk) -> None:
    single = chunk.person == chunk.start + np.arange(chunk.n)
    spouse = np.flatnonzero(chunk._frame.role == 1)
    spouse = spouse[single[spouse] & single[spouse - 1]]
    assert (chunk.file_address[spouse] == chunk.file_address[spouse - 1]).all()


def test_wrong_numbers_are_mistyped_or_another_members(chunk: Chunk) -> None:
    wrong = np.flatnonzero(chunk.file_tin != chunk.tin)
    assert 0.0022 < len(wrong) / chunk.n < 0.0034
    digits = np.array(
        [[int(d) for d in f"{x:09d}"] for x in np.stack([chunk.tin, chunk.file_tin])[:, wrong].ravel()]
    )
    differ = (digits[: len(wrong)] != digits[len(wrong) :]).sum(axis=1)
    others = np.isin(chunk.file_tin[wrong], chunk.tin)
    assert set(differ[~others].tolist()) <= {1, 2}
    assert others.sum() > 50
    assert (chunk.household[wrong[others]][:5] >= 0).all()


def test_duplicate_filings_repeat_the_person_before_them(chunk: Chunk) -> None:
    rows = np.flatnonzero(chunk.person != chunk.start + np.arange(chunk.n))
    assert len(rows) / chunk.n == pytest.approx(0.001, abs=0.0003)
    assert (chunk.person[rows] == chunk.start + rows - 1).all()
    for name in ("surname", "given", "birth", "tin", "home", "household", "ethnicity"):
        column = getattr(chunk, name)
        assert (column[rows] == column[rows - 1]).all(), name


def test_second_surnames_and_middle_initials_are_lost_at_the_rates_asked_for(chunk: Chunk) -> None:
    two = chunk.surname2 > 0
    assert (chunk.file_surname2[two] == 0).mean() == pytest.approx(0.06, abs=0.01)
    assert (chunk.file_surname2[~two] == 0).all()
    assert (chunk.file_middle[chunk.middle > 0] == 0).mean() == pytest.approx(0.35, abs=0.01)


def test_some_newly_married_are_on_file_under_the_former_name(chunk: Chunk) -> None:
    former = np.flatnonzero(chunk.file_surname != chunk.surname)
    assert 0.0005 < len(former) / chunk.n < 0.01
    assert (chunk.moved_years[former] < 1.01).mean() > 0.99


def test_dates_of_birth_on_file_are_one_day_or_one_year_off(chunk: Chunk) -> None:
    wrong = chunk.file_birth != chunk.birth
    assert wrong.mean() == pytest.approx(0.002, abs=0.0005)
    assert set(np.unique(np.abs(chunk.file_birth[wrong] - chunk.birth[wrong])).tolist()) == {1, 10_000}
