"""Whose door was named: shown quantity by quantity, never merged, and "not counted" where it was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.charts import named_doors
from sim.outcome.words import PLAIN, QUANTITIES, TITLES
from sim.record import write
from sim.report import whose
from sim.report.document import Paragraph, Picture, Table
from sim.report.findings import Findings
from sim.report.sections.front import headline
from sim.report.sections.results import results
from sim.study.replicates import StudyResult
from tests.record.forging import older
from tests.record.standin import study


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return study(4, 3_000)


@pytest.fixture
def folder(result: StudyResult, tmp_path: Path) -> Path:
    return write(result, tmp_path)


def test_every_quantity_has_a_name_and_a_meaning() -> None:
    assert set(QUANTITIES) <= set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)
    assert all(whose.meaning(word) in PLAIN.values() for word in TITLES)


def test_the_quantities_add_up_to_the_addresses_and_the_parts_to_the_strangers_doors(
    result: StudyResult,
) -> None:
    rates = result.quantities
    assert sum(rates[word].numerator for word in QUANTITIES) == rates["strangers_door"].denominator
    parts = [rates[word].numerator for word in TITLES if word.startswith("strangers_door_")]
    assert len(parts) == 3 and min(parts) > 0
    assert sum(parts) == rates["strangers_door"].numerator
    assert rates["strangers_door_per_request"].denominator == 4 * 3_000


def test_a_run_read_back_tells_what_the_study_told(result: StudyResult, folder: Path) -> None:
    assert Findings.of(folder).quantities == result.quantities


def test_neither_a_relatives_record_nor_a_person_who_moved_is_in_the_strangers_doors(
    result: StudyResult,
) -> None:
    told = {each.name: each for each in whose.told(result.quantities, 3_000)}
    assert told["Relative's record, own door"].rate.numerator > 0
    wrong = int(result.counts["wrong_disclosed"].sum())
    relatives = told["Relative's record, own door"].rate.numerator
    assert told["Stranger's door"].rate.numerator == wrong - relatives
    assert told["Right person, moved away"].rate.numerator > 0
    names = [each.name for each in told.values() if each.name.startswith("of these")]
    assert names == [
        "of these by a matching error",
        "of these by another's identity in the list",
        "of these by an error of the file",
    ]


def test_the_terminal_prints_one_line_a_quantity_with_its_events_and_people(result: StudyResult) -> None:
    head, *lines = whose.lines(result.quantities, 3_000)
    assert "3,000 requests" in head
    assert len(lines) == len(TITLES)
    rate = result.quantities["strangers_door"]
    assert f"{rate.numerator:,} of {rate.denominator:,}" in lines[0]
    assert "of a list" in lines[0]


def test_the_headline_of_the_report_holds_the_table_of_quantities(folder: Path) -> None:
    (shown,) = [
        block
        for block in headline(Findings.of(folder)).blocks
        if isinstance(block, Table) and block.caption == "Whose door was named"
    ]
    assert len(shown.rows) == len(TITLES)
    assert str(shown.rows[0][0]) == "Stranger's door"


def test_whose_record_was_disclosed_is_told_by_its_own_people(folder: Path) -> None:
    found = Findings.of(folder)
    assert found.run.addresses is not None
    rows = {label: numbers for label, *numbers in whose.people(found.run.addresses)}
    citizens = rows["Nativity: born in the US"]
    assert citizens[1] == found.quantities["strangers_door"].numerator  # all of them, in this stand-in
    assert sum(rows[label][0] for label in rows if label.startswith("Age: ")) == found.total("disclosed")
    shown = [block for block in results(found).blocks if isinstance(block, Table)]
    (mine,) = [block for block in shown if block.caption == "Whose record was disclosed"]
    assert [str(row[0]) for row in mine.rows] == list(rows)
    older(folder)
    later = [block.caption for block in results(Findings.of(folder)).blocks if isinstance(block, Table)]
    assert "Whose record was disclosed" not in later


def test_a_run_of_before_says_that_they_were_not_counted(folder: Path) -> None:
    older(folder)
    found = Findings.of(folder)
    assert found.quantities == {}
    assert whose.NOT_COUNTED in str(headline(found).blocks)


def test_the_headline_is_the_strangers_door_and_holds_neither_relatives_nor_those_who_moved(
    folder: Path,
) -> None:
    found = Findings.of(folder)
    first = found.lead
    assert first.rate == found.quantities["strangers_door"] != found.rates["wrong_person"]
    lead, meant = (str(block.text) for block in headline(found).blocks[:2] if isinstance(block, Paragraph))
    assert f"{first.rate.numerator:,} of {first.rate.denominator:,}" in lead
    assert "lead to a stranger's door" in lead and "another person's record" not in lead
    assert "does not live" in meant and "Of one list of 3,000 requests" in meant and "1,000 requests" in meant
    drawn = next(block.figure for block in headline(found).blocks if isinstance(block, Picture))
    kinds = [kind for kind, _ in drawn.table.rows]
    assert kinds[0] == "a stranger's door" and "relative's record, own door" in kinds
    assert sum(number for _, number in drawn.table.rows) == 1_000


def test_a_run_of_before_keeps_its_own_headline_under_its_own_words(folder: Path) -> None:
    older(folder)
    found = Findings.of(folder)
    assert found.lead.rate == found.rates["wrong_person"]
    (lead,) = [
        block.text
        for block in headline(found).blocks
        if isinstance(block, Paragraph) and block.kind == "lead"
    ]
    assert "come from another person's record" in str(lead) and "stranger" not in str(lead)


def test_whose_doors_the_strangers_doors_are_adds_up_to_all_of_them_in_every_dimension(folder: Path) -> None:
    found = Findings.of(folder)
    assert found.run.addresses is not None
    doors = found.quantities["strangers_door"].numerator
    shares = whose.named(found.run.addresses, found.settings)
    dimensions = {each.dimension for each in shares}
    assert {"nativity", "sex", "age", "tin_kind", "origin", "state"} <= dimensions
    for dimension in dimensions:
        mine = [each.rate for each in shares if each.dimension == dimension]
        assert sum(rate.numerator for rate in mine) == doors
        assert {rate.denominator for rate in mine} == {doors}
    assert all(each.ratio is None for each in shares)
    drawn = named_doors(shares, doors, found.source)
    assert f"Of {doors:,} strangers' doors named" in drawn.title


def test_no_ratio_is_told_where_an_unpublished_switch_turns_it(folder: Path) -> None:
    found = Findings.of(folder)
    for each in (*found.groups, *found.groups_missed):
        assert each.dimension != "two_surnames" or each.ratio is None
