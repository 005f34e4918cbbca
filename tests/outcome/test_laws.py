"""What holds of every row and of every count: those that are made keep it, edited ones are told."""

from __future__ import annotations

import polars as pl
import pytest

from sim.outcome.groups import OVERALL
from sim.outcome.laws import broken_addresses, broken_counts, broken_rows
from sim.outcome.rates import QUANTITY_RATES, Settings, quantity_rates
from sim.outcome.words import OUTCOME
from sim.study.replicates import StudyResult
from tests.record.standin import study

WRONG = pl.col("outcome").cast(pl.String) == "wrong_person"
RIGHT = pl.col("outcome").cast(pl.String) == "right_person_right_door"


@pytest.fixture(scope="module")
def made() -> StudyResult:
    return study(2, 400)


def test_rows_and_counts_as_they_are_made_keep_every_law(made: StudyResult) -> None:
    assert not list(broken_rows(made.outcomes))
    assert not list(broken_counts(made.counts, made.group_counts))


@pytest.mark.parametrize(
    ("column", "edit", "told"),
    [
        ("outcome", pl.lit("missed").cast(OUTCOME), "does not follow from the addresses disclosed"),
        ("cause", pl.when(WRONG).then(None).otherwise(pl.col("cause")), "is there where nobody else's"),
        ("disclosed", pl.when(WRONG).then(0).otherwise(pl.col("disclosed")).cast(pl.UInt32), "are fewer"),
        ("bystanders", pl.lit(1, pl.UInt32), "are there where no address was disclosed"),
        ("wrong_shares_household", RIGHT, "is true where nobody else's address was disclosed"),
        ("disclosed", pl.lit(None, pl.UInt32), "has missing values"),
    ],
)
def test_a_row_that_cannot_be_is_told_by_its_column(
    made: StudyResult, column: str, edit: pl.Expr, told: str
) -> None:
    found = dict(broken_rows(made.outcomes.with_columns(edit.alias(column))))
    assert found[column].startswith(told)


def test_addresses_as_they_are_made_add_up_to_their_requests(made: StudyResult) -> None:
    assert made.disclosures.height > 20
    assert not list(broken_addresses(made.disclosures, made.outcomes, "replicate"))


@pytest.mark.parametrize(
    ("column", "edit", "told"),
    [
        ("whose_record", pl.lit(None), "has missing values"),
        ("cause", pl.lit(None), "is there where the record is theirs, or missing where it is another's"),
        ("place", pl.col("place") + 1, "does not number the addresses of each request from 0"),
        ("bystanders", pl.col("bystanders") + 1, "does not add up to that of the request"),
    ],
)
def test_an_address_that_cannot_be_is_told_by_its_column(
    made: StudyResult, column: str, edit: pl.Expr, told: str
) -> None:
    rows = made.disclosures
    edited = rows.with_columns(edit.cast(rows.schema[column]).alias(column))
    found = dict(broken_addresses(edited, made.outcomes, "replicate"))
    assert found[column].startswith(told)


@pytest.mark.parametrize(
    ("column", "edit", "told"),
    [
        ("wrong_disclosed", pl.lit(None, pl.Int64), "are missing in places"),
        ("wrong_disclosed", pl.lit(-1), "are below nought"),
        ("outcome_missed", pl.col("outcome_missed") + 1, "are not as many as what became of them"),
        ("absent", pl.col("absent") + 1, "and absent are not all requests together"),
        ("wrong_disclosed", pl.col("wrong_disclosed") + 1, "of the groups do not add up to those of all"),
    ],
)
def test_counts_that_cannot_be_are_told(made: StudyResult, column: str, edit: pl.Expr, told: str) -> None:
    edited = made.counts.with_columns(edit.alias(column))
    assert told in [problem for _, problem in broken_counts(edited, made.group_counts)]


def test_groups_of_a_population_that_is_not_there_are_told(made: StudyResult) -> None:
    strange = made.group_counts.with_columns(pl.col("replicate") + 5)
    assert ("replicate", "is not there") in list(broken_counts(made.counts, strange))


def test_the_quantities_have_the_addresses_and_the_requests_below_them(made: StudyResult) -> None:
    overall = made.addresses.filter(pl.col("dimension") == OVERALL)
    found = quantity_rates(made.counts, overall, Settings.of(made.scenario))
    assert list(found) == [each.name for each in QUANTITY_RATES]
    assert found["strangers_door"].denominator == made.counts["disclosed"].sum()
    assert found["strangers_door_per_request"].denominator == 800
