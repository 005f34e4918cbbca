"""A report has all 21 items or is not made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.parameters import catalogue
from sim.report.checklist import CHECKLIST, ReportError, check
from sim.report.document import Paragraph, Section, Table
from sim.report.model import build, page
from tests.record.standin import study
from tests.report.reports import findings, report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return report(study(replicates=20, requests=800), tmp_path_factory.mktemp("runs"))


def test_there_are_21_items_numbered_in_order(made):
    assert len(CHECKLIST) == 21
    assert [(part.number, part.key) for part in made.sections] == [
        (n, item.key) for n, item in enumerate(CHECKLIST, 1)
    ]


@pytest.mark.parametrize("key", [item.key for item in CHECKLIST])
def test_a_report_without_an_item_is_refused_by_its_name(made, key):
    short = replace(made, sections=tuple(part for part in made.sections if part.key != key))
    with pytest.raises(ReportError, match=rf"\b{key}: "):
        check(short)
    empty = replace(
        made,
        sections=tuple(
            Section(part.key, part.title, (Paragraph("  "),)) if part.key == key else part
            for part in made.sections
        ),
    )
    with pytest.raises(ReportError, match=rf"\b{key}: "):
        check(empty)


def test_without_its_best_and_worst_case_a_report_is_not_made(tmp_path):
    found = findings(study(replicates=2, requests=300), tmp_path)
    with pytest.raises(ReportError, match="adverse"):
        build(replace(found, companions=()))
    with pytest.raises(ReportError, match="adverse"):
        build(replace(found, companions=found.companions[:1]))
    assert page(replace(found, companions=())).sections


def test_best_and_worst_case_are_told_in_the_same_form(made):
    part = next(part for part in made.sections if part.key == "adverse")
    leads = [block.text for block in part.blocks if isinstance(block, Paragraph) and block.kind == "lead"]
    assert len(leads) == 2 and all(lead.startswith("If ") for lead in leads)


def test_a_citable_report_has_no_preview_mark_and_a_preview_has(made, tmp_path):
    warned = [b for b in made.sections[0].blocks if isinstance(b, Paragraph) and b.kind == "warning"]
    assert not made.preview and warned == []
    few = report(study(replicates=2, requests=300), tmp_path)
    assert few.preview and "Preview" in few.sections[0].blocks[0].text


def test_assumed_inputs_are_marked_and_say_so(made):
    part = next(part for part in made.sections if part.key == "inputs")
    tables = [block for block in part.blocks if isinstance(block, Table) and "Grade" in block.head]
    marked = [row for table in tables for n, row in enumerate(table.rows) if n in table.marked]
    plain = [row for table in tables for n, row in enumerate(table.rows) if n not in table.marked]
    assert marked and all(row[4] == "ASSUMED" for row in marked) and all(row[4] != "ASSUMED" for row in plain)


def test_every_parameter_of_the_catalogue_is_in_the_input_tables(made):
    part = next(part for part in made.sections if part.key == "inputs")
    text = " ".join(cell for b in part.blocks if isinstance(b, Table) for row in b.rows for cell in row)
    missing = [
        key
        for key in catalogue()
        if key not in text and key.split(".")[-2] not in text and key.split(".")[-1] not in text
    ]
    assert missing == []


def test_the_headline_table_has_counts_interval_populations_and_monte_carlo_error(made):
    part = made.sections[1]
    table = next(
        block for block in part.blocks if isinstance(block, Table) and "stands behind" in block.caption
    )
    told = dict(table.rows)
    assert int(told["Addresses of the headline, a stranger's door (numerator)"].replace(",", "")) > 0
    assert (
        told["Simulated populations"] == "20"
        and "per 1,000 addresses disclosed" in told["Monte Carlo standard error"]
    )
    assert told["Kind of interval"].startswith("jackknife t over 20")
