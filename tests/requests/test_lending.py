"""Whose number is lent, and how often; and whose number is found who looks a name up."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import integrate, stats

from sim.population import Country
from sim.requests import draw
from sim.requests.donors import Borrowers, Donors, Lending, assign, other_surnames
from sim.rng import Streams
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

FEW = Lending(kin=0.0, nearby=0.0, lenders=1e9, tail=1e9)
"""Every lender of the pool, each as likely."""


def pool(stratum: list[int], household: list[int], surname: list[int] | None = None) -> Donors:
    n = len(stratum)
    codes = [np.arange(n, dtype=np.uint32) for _ in range(6)]
    codes[1] = np.array(surname or [0] * n, np.uint32)
    return Donors(*codes, np.array(household, np.int64), np.array(stratum, np.uint8))


def lent(
    lenders: Donors, stratum: list[int], household: list[int], lending: Lending = FEW, *,
    surname: list[int] | None = None, zips: tuple[list[int], list[int]] | None = None, place: float = 0.0,
) -> list[int]:  # fmt: skip
    m, n = len(stratum), len(lenders.tin)
    theirs, mine = zips or ([0] * n, [0] * m)
    asked = Borrowers(
        np.array(stratum, np.uint8), np.array(household), np.array(surname or [9] * m), np.array(mine)
    )
    luck, kind = np.full(m, place), np.full(m, 0.5)
    return assign(
        lenders, np.array(theirs), asked, np.ones(m, bool), luck, kind, np.arange(n) / max(n, 1), lending
    ).tolist()


def test_lenders_are_of_the_borrowers_class_and_not_of_the_household() -> None:
    found = lent(pool([1, 1, 2], [100, 200, 300]), [1, 1, 2, 2, 3], [100, 200, 1, 300, 1])
    assert found == [1, 0, 2, -1, -1]


def test_without_any_lender_nobody_can_borrow() -> None:
    assert lent(pool([], []), [1], [1]) == [-1]
    none = pool([], [])
    assert other_surnames(none, np.array([1]), np.zeros(1), np.zeros(0)).tolist() == [-1]


def test_a_relative_lends_whose_surname_is_the_same_of_either_sex_and_somebody_else_where_there_is_none() -> (
    None
):
    kin = Lending(kin=1.0, nearby=0.0, lenders=1e9, tail=1e9)
    lenders = pool([1, 7, 2], [100, 200, 300], surname=[5, 6, 6])  # 7 is 1 of the other sex
    assert lent(lenders, [1, 1, 2], [1, 1, 1], kin, surname=[6, 8, 6]) == [1, 0, 2]


def test_who_lends_near_by_is_the_next_by_zip_code() -> None:
    near = Lending(kin=0.0, nearby=1.0, lenders=1e9, tail=1e9)
    lenders, zips = pool([1, 1, 1, 2], [100, 200, 300, 400]), [30001, 10001, 20001, 20000]
    found = lent(lenders, [1, 1, 1, 1], [1, 1, 200, 1], near, zips=(zips, [20000, 30001, 10001, 99999]))
    assert found == [2, 0, 2, 0]


def test_of_a_long_pool_a_few_lend_and_each_class_has_one() -> None:
    lenders = pool([1] * 1_000 + [2], list(range(1, 1_002)))
    few = Lending(kin=0.0, nearby=0.0, lenders=0.02, tail=1e9)
    found = {lent(lenders, [1] * 500 + [2], [0] * 501, few, place=luck)[0] for luck in np.linspace(0, 1, 200)}
    assert found == set(range(10))
    assert lent(lenders, [2], [0], few, place=0.99) == [1_000]


def test_other_surnames_are_of_the_same_class() -> None:
    wanted, luck = np.array([1, 2, 2, 3], np.uint8), np.array([0.9, 0.0, 0.9, 0.5])
    found = other_surnames(pool([1, 2, 2], [1, 2, 3]), wanted, luck, np.array([0.1, 0.2, 0.3]))
    assert found.tolist() == [0, 1, 2, -1]


def used_by(x: int, mean: float, tail: float) -> float:
    """Return P(a lender's number is used by x or more): Poisson, its mean spread by the place in the pool.

    The place of the k-th lender of a pool of n is (k / n) ** ((t - 1) / t) of the uniform draws below it, so
    the mean use at place u of the pool is mean (t - 1) / t u ** (-1 / t).
    """
    share = (tail - 1) / tail

    def given(u: float) -> float:
        return float(stats.poisson.sf(x - 1, mean * share * u ** (-1 / tail)))

    return float(integrate.quad(lambda v: 3 * v**2 * given(v**3), 0, 1, limit=500)[0])  # u = v^3


@pytest.fixture(scope="module")
def uses() -> np.ndarray:
    """Uses of 40,000 lenders by 60,000 borrowers, 1.5 each, as where 3 % of two million numbers are lent."""
    rng, n, m = np.random.default_rng(5), 40_000, 60_000
    lending = Lending(kin=0.0, nearby=0.0, lenders=n / m, tail=1.6)
    asked = Borrowers(np.ones(m, np.uint8), *[np.zeros(m, np.int64)] * 3)
    row = assign(
        pool([1] * n, list(range(1, n + 1))), np.zeros(n, np.int64), asked, np.ones(m, bool), rng.random(m),
        rng.random(m), rng.random(n), lending,
    )  # fmt: skip
    return np.bincount(row, minlength=n)


def test_lent_numbers_are_used_by_many_as_the_closed_form_says(uses: np.ndarray) -> None:
    for x in (1, 2, 4, 9):
        expected = used_by(x, uses.mean(), 1.6)
        proportion_is(int((uses >= x).sum()), len(uses), expected, unlike=expected * 1.3)


def test_the_tail_is_the_published_one_and_slips_alone_have_none(uses: np.ndarray) -> None:
    """27,000 of 140,000 numbers of five names or more have ten or more; of independent slips hardly any."""
    five, ten = int((uses >= 4).sum()), int((uses >= 9).sum())  # and the owner's name
    slips = stats.poisson.sf(8, uses.mean()) / stats.poisson.sf(3, uses.mean())
    proportion_is(ten, five, 27 / 140 - 0.04, 27 / 140 + 0.04, unlike=slips)
    assert slips < 0.001


SETTINGS = {
    "population.size": 60_000, "requests.count": 1_500, "requests.coverage": 0.5,
    "requests.tin_share": 1.0, "population.two_surnames_hispanic.noncitizen": 0.3,
}  # fmt: skip


def test_a_looked_up_number_is_that_of_somebody_else_of_the_whole_name_wherever_there_is_one() -> None:
    off = Scenario.of(SETTINGS)
    on, streams = off.replace({"noise.tin_by_name.rate": 0.01}), Streams(3)
    country = Country(off, streams)
    plain, clean = draw(country, off, streams).clean, draw(country, on, streams, workers=1).clean
    assert plain["namesake_tin"].max() == 0
    assert clean.drop("namesake_tin").equals(plain.drop("namesake_tin"))
    chunk = country.chunk(0)
    second = np.where(chunk.two_surnames, chunk.surname2, 0)
    surname = pl.concat_str(
        country.names.surname_text(chunk.surname), country.names.surname_text(second), separator=" ",
        ignore_nulls=True,
    )  # fmt: skip
    file = pl.DataFrame({
        "given": country.names.given_text(chunk.given), "surname": pl.select(surname).to_series(),
        "namesake_tin": chunk.tin, "holder": chunk.person,
    }).unique("holder")  # fmt: skip
    others = clean.join(file, on=["given", "surname"], suffix="_any").filter(
        pl.col("person") != pl.col("holder")
    )
    assert (clean["namesake_tin"] > 0).sum() == others["request"].n_unique() > 30
    named = clean.filter(pl.col("namesake_tin") > 0).join(file, on="namesake_tin", suffix="_theirs")
    assert named.height == (clean["namesake_tin"] > 0).sum()
    assert (named["given"] == named["given_theirs"]).all() and (
        named["surname"] == named["surname_theirs"]
    ).all()
    assert (named["person"] != named["holder"]).all()
