"""Closed forms against published arithmetic, and namesakes by formula against namesakes counted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.population import Chunk, Country
from sim.population.draw import named_tables
from sim.rng import Streams
from sim.scenario import Scenario
from sim.study.formulas import (
    any_other,
    coincidental_pairs,
    missed_by_exact_comparison,
    shared_birthday,
    stale_share,
    wrong_share,
)
from sim.study.scale import Namesakes, curve, named_shares


@pytest.mark.parametrize(
    ("people", "chance"), [(10, 0.11695), (20, 0.41144), (23, 0.50730), (50, 0.97037), (57, 0.99012)]
)
def test_v1_the_birthday_problem(people: int, chance: float) -> None:
    assert shared_birthday(people) == pytest.approx(chance, abs=5e-6)


@pytest.mark.parametrize(
    ("years", "half", "nearly"), [(63.6, 0.5011, 0.9897), (60, 0.5215, 0.9922), (65, 0.4935, 0.9886)]
)
def test_v2_rooms_of_180_and_460_voters_share_a_full_date_of_birth(
    years: float, half: float, nearly: float
) -> None:
    days = years * 365.25
    assert shared_birthday(180, days) == pytest.approx(half, abs=1e-3)
    assert shared_birthday(460, days) == pytest.approx(nearly, abs=1e-3)


def test_more_people_than_days_share_one_for_certain() -> None:
    assert shared_birthday(366) == 1.0
    assert shared_birthday(1) == 0.0


@pytest.mark.parametrize(("fields", "missed"), [(3, 0.143), (4, 0.185), (5, 0.226)])
def test_v7_five_per_cent_error_a_field_hides_a_fifth_of_true_pairs(fields: int, missed: float) -> None:
    assert missed_by_exact_comparison(fields) == pytest.approx(missed, abs=5e-4)


def test_v7_thirty_thousand_namesakes_over_twenty_thousand_days_are_one_and_a_half_each() -> None:
    assert coincidental_pairs([30_001], 1 / 20_000)[0] * 2 / 30_001 == pytest.approx(1.5)


def test_v14_coincidental_pairs_grow_with_the_square_of_the_file() -> None:
    sizes = np.array([1e6, 2e6, 4e6, 8e6])
    slope = np.polyfit(np.log(sizes), np.log(coincidental_pairs(sizes, 1e-9)), 1)[0]
    assert slope == pytest.approx(2.0, abs=1e-5)


def test_addresses_go_stale_as_published() -> None:
    assert [round(stale_share(0.12, years), 3) for years in (1, 2, 3, 5)] == [0.12, 0.226, 0.319, 0.472]


@pytest.mark.parametrize("tie", ["first", "withhold", "all"])
def test_the_wrong_share_of_a_closed_form_is_what_dice_give(tie: str) -> None:
    chance = np.random.default_rng(4)
    expected, coverage = np.array([0.3, 2.0]), 0.6
    others = chance.poisson(np.repeat(expected, 200_000))
    inside = chance.random(others.size) < coverage
    candidates = others + inside
    if tie == "all":
        right, disclosed = inside.sum(), candidates.sum()
    elif tie == "withhold":
        right, disclosed = (inside & (candidates == 1)).sum(), (candidates == 1).sum()
    else:
        lucky = chance.random(others.size) * np.maximum(candidates, 1) < 1
        right, disclosed = (inside & lucky).sum(), (candidates > 0).sum()
    assert wrong_share(expected, coverage, tie) == pytest.approx(1 - right / disclosed, abs=0.003)


def test_closed_forms_at_their_ends() -> None:
    assert wrong_share([0.0], 1.0, "first") == 0.0
    assert wrong_share([0.5], 0.0, "all") == 1.0
    assert np.isnan(wrong_share([0.0], 0.0, "first"))
    assert any_other([0.0, 1e9]).tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="no closed form for tie rule 'best'"):
        wrong_share([0.1], 0.5, "best")


def test_the_shares_of_a_named_table_are_those_it_was_built_from() -> None:
    weights, codes = np.array([5.0, 1.0, 2.0, 2.0]), np.array([7, 3, 9, 7])
    cells = named_tables(weights.copy(), codes.astype(np.uint32), np.array([0, 4]))
    found_codes, shares = named_shares(cells)
    assert np.bincount(found_codes, shares, 10)[[3, 7, 9]] == pytest.approx([0.1, 0.7, 0.2], abs=1e-6)


@pytest.fixture(scope="module")
def country() -> Country:
    return Country(Scenario.of({"population.size": 3 * 262_144}), Streams(3))


def pairs(first: Chunk, second: Chunk, names: list[str]) -> int:
    def counted(chunk: Chunk) -> pl.DataFrame:
        return pl.DataFrame({name: getattr(chunk, name) for name in names}).group_by(names).len()

    both = counted(first).join(counted(second), on=names)
    return int((both["len"] * both["len_right"]).sum())


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True], ids=["first surname", "whole surname"])
def test_namesakes_by_formula_are_the_namesakes_counted(country: Country, whole: bool) -> None:
    formula = Namesakes(country, chunks=(0,))
    people, others = country.chunk(1), country.chunk(2)
    expected = formula.per_record(people, whole=whole)
    names = ["given", "surname", "surname2"] if whole else ["given", "surname"]
    # 74,000 pairs; families of one name add to the noise of counting, hence 4 per cent and not 1.
    assert pairs(people, others, names) == pytest.approx(others.n * expected.sum(), rel=0.04)
    means = formula.by_group(people, 160_000_000, whole=whole)
    assert means["people"].sum() == people.n
    assert 100 < 160e6 * expected.mean() < 260  # on average about 170 namesakes in the whole country


@pytest.mark.slow
def test_hispanic_namesakes_of_a_whole_surname_are_those_counted(country: Country) -> None:
    """They are where the two differ: most noncitizens among them have two surnames."""
    people, others = country.chunk(1), country.chunk(2)
    for chunk_pair, key in (((people, others), "name"), ((others, people), "name_year")):
        one, other = chunk_pair
        mine = np.flatnonzero((one.ethnicity == 5) & (one.nativity == 2))
        names = ["given", "surname", "surname2"] + (["year"] if key == "name_year" else [])
        made = [
            pl.DataFrame({n: getattr(c, n) for n in names if n != "year"}).with_columns(
                year=c.birth // 10_000
            )
            for c in (one, other)
        ]
        counts = made[1].group_by(names).len()
        found = made[0][mine].join(counts, on=names)["len"].sum()
        formula = Namesakes(country, chunks=(0,))
        expected = other.n * formula.per_record(one, key, whole=True)[mine].sum()
        too_many = other.n * formula.per_record(one, key)[mine].sum()
        assert found == pytest.approx(expected, rel=0.12), key
        assert too_many > 1.5 * expected


def test_people_of_two_surnames_have_fewer_namesakes_by_the_whole_surname(country: Country) -> None:
    chunk = country.chunk(0)
    formula = Namesakes(country)
    first, whole = formula.per_record(chunk), formula.per_record(chunk, whole=True)
    assert (whole <= first).all()
    two = chunk.surname2 > 0
    assert whole[two].sum() < 0.05 * first[two].sum()


@pytest.mark.slow
def test_the_curve_grows_and_marks_what_nobody_has_simulated(country: Country) -> None:
    per_record = Namesakes(country).per_record(country.chunk(1))[:2_000]
    drawn = curve(per_record, [10_000, 1_000_000, 160_000_000], 0.06, "first", 1_000_000)
    assert drawn["wrong_per_1000"].is_sorted()
    assert drawn["extrapolated"].to_list() == [False, False, True]
    assert drawn["expected"].to_list()[2] == pytest.approx(160 * drawn["expected"].to_list()[1])


def test_an_unknown_key_is_refused(country: Country) -> None:
    with pytest.raises(ValueError, match="should be one of name, name_year, name_birth"):
        Namesakes(country).per_record(country.chunk(0), "shoe_size")
