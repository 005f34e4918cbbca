"""What a report says when there is nothing, only one, or nobody."""

from __future__ import annotations

import json
import re

import polars as pl

from sim.commands.run import _as_json, _as_text
from sim.outcome.basis import caution
from sim.report import html, pdf
from sim.report.document import Bullets, Paragraph, Picture, Table
from sim.report.model import build
from sim.report.sections.front import headline
from sim.report.settings import changed
from sim.scenario import Scenario
from tests.record.standin import case, study
from tests.report.reports import findings, prose, report


def section(made, key):
    return next(part for part in made.sections if part.key == key)


def test_zero_disclosures_are_said_in_words_in_every_place(tmp_path):
    made = report(study(3, 400, (0.0, 0.0, 0.0, 0.2, 0.8), cases=[]), tmp_path)
    lead = section(made, "headline").blocks[0].text
    assert "nothing is disclosed" in lead and "no addresses disclosed" in lead
    figure = next(b.figure for b in section(made, "headline").blocks if isinstance(b, Picture))
    assert figure.title.startswith("Nothing was disclosed")
    assert "no wrong link to work through, because none was found" in " ".join(prose(made))
    assert "No request was answered with another person's record" in " ".join(prose(made))
    page = html.render(made)
    assert "no addresses disclosed, so there is no rate" in page
    cells = re.findall(r"<(?:td|th|p|li)(?: [^>]*)?>([^<]*)</", page)
    assert len(cells) > 500 and not {"nan", "None", "null", "inf", ""} & {cell.strip() for cell in cells}
    assert pdf.render(made, b"{}").startswith(b"%PDF")


def test_one_population_is_called_one_and_has_no_spread(tmp_path):
    made = report(study(1, 1_000), tmp_path)
    words = " ".join(prose(made))
    assert "With a single population nothing can be said about how populations differ" in words
    assert "There is one simulated population" in words and "1 populations" not in words
    assert not [b for b in section(made, "uncertainty").blocks if isinstance(b, Picture)]
    assert "in one simulated population" in section(made, "headline").blocks[0].text


def test_a_group_of_size_nought_is_told_in_words(tmp_path):
    made = report(study(2, 600), tmp_path)
    found = [
        row
        for b in section(made, "results").blocks
        if isinstance(b, Table) and "Times everybody's" in b.head
        for row in b.rows
    ]
    assert {len(row) for row in found} == {6}
    result = study(2, 60, (0.02, 0.0, 0.0, 0.08, 0.9))
    few = report(result, tmp_path)
    cells = [
        row
        for b in section(few, "results").blocks
        if isinstance(b, Table) and "Times everybody's" in b.head
        for row in b.rows
    ]
    assert any("no addresses disclosed in this group" in row[1] for row in cells)
    assert all(row[5] for row in cells)


def test_no_wrong_person_seen_is_told_with_a_bound(tmp_path):
    made = report(
        study(20, 500, (0.2, 0.05, 0.0, 0.05, 0.7), cases=[case("right_person_right_door")]), tmp_path
    )
    lead = section(made, "headline").blocks[0].text
    assert "none of the" in lead and "confidence the rate is below" in lead


def test_a_run_of_another_rule_says_that_published_figures_cannot_be_compared(tmp_path):
    made = report(study(2, 300, settings={"linkage.rule": "name_dob"}), tmp_path)
    assert "none of them can be compared" in section(made, "calibration").blocks[0].text


def test_without_a_study_the_report_claims_nothing_on_sensitivity(tmp_path):
    found = findings(study(2, 300), tmp_path)
    plain = section(build(found), "sensitivity")
    assert "no statement is made here" in plain.blocks[0].text
    study_of = {
        "summary": "One at a time.",
        "swings": [
            {
                "label": "Share with a number",
                "low_input": 0.05,
                "high_input": 0.6,
                "low": 3.0,
                "high": 9.0,
                "assumed": True,
            }
        ],
        "break_even": [
            {
                "input": "Share with a number",
                "statement": "10 per 1,000 addresses disclosed",
                "value": "0.4",
                "unit": "share",
            }
        ],
    }
    told = section(build(found.with_study(study_of)), "sensitivity")
    assert any(isinstance(b, Picture) and b.figure.name == "tornado" for b in told.blocks)
    assert any(isinstance(b, Table) and b.rows[0][2] == "0.4" for b in told.blocks)


def test_a_run_with_a_threshold_shows_its_curve(tmp_path):
    curve = pl.DataFrame(
        {
            "replicate": [0, 0, 1, 1],
            "threshold": [20.0, 8.0] * 2,
            "disclosed": [10, 20] * 2,
            "wrong": [0, 1] * 2,
            "missed": [9, 2] * 2,
            "wrong_per_1000_disclosed": [1.0, 9.0, 2.0, 8.0],
            "missed_per_1000_requested": [50.0, 10.0, 52.0, 11.0],
            "probability": [0.99, 0.6] * 2,
        }
    )
    made = report(study(2, 300, curve=curve), tmp_path)
    assert any(
        isinstance(b, Picture) and b.figure.name == "threshold" for b in section(made, "results").blocks
    )


def test_a_caution_is_told_alike_at_the_terminal_to_machines_and_in_the_report(tmp_path):
    result = study(2, 300, settings={"linkage.rule": "probabilistic", "linkage.tie": "all"})
    said = caution(result.scenario)
    assert said
    told = [
        block.text for block in headline(findings(result, tmp_path)).blocks if isinstance(block, Paragraph)
    ]
    assert f"Caution: {said}." in told
    assert f"Caution: {said}." in _as_text(result, tmp_path).splitlines()
    assert json.loads(_as_json(result, tmp_path))["caution"] == said
    plain = study(2, 300)
    assert "Caution" not in _as_text(plain, tmp_path)
    assert json.loads(_as_json(plain, tmp_path))["caution"] is None


def test_limits_are_in_plain_words_and_the_expert_has_blanks(tmp_path):
    made = report(study(2, 300), tmp_path)
    assert any(isinstance(b, Bullets) and len(b.items) >= 6 for b in section(made, "limits").blocks)
    assert all(not isinstance(b, Paragraph) or b.text for b in section(made, "expert").blocks)
    certificate = " ".join(b.text for b in section(made, "files").blocks if hasattr(b, "label"))
    assert "NOT SIGNED" in certificate and "902(13)" in certificate and "[signature]" in certificate


def test_limits_name_what_this_very_run_lacks(tmp_path):
    items = section(report(study(2, 300), tmp_path), "limits").blocks[0].items
    assert items[0].startswith("This run is a preview") and "1,000,000 records" in items[1]
    assert any("Not met among the published figures" in item for item in items)
    whole = report(study(20, 300, settings={"population.size": 160_000_000}), tmp_path)
    assert not any("records; one of the size" in item for item in section(whole, "limits").blocks[0].items)


def test_the_short_form_of_a_scenario_loads_to_the_same_scenario(tmp_path):
    for settings in ({}, {"linkage.rule": "name_only", "noise.level": "high", "requests.tin_share": 0.4}):
        scenario = study(1, 300, settings=settings).scenario
        short = tmp_path / "short.toml"
        short.write_text(changed(scenario))
        assert Scenario.load(short).sha256() == scenario.sha256() and len(changed(scenario)) < 1_000


def test_inputs_are_printed_without_exponents_and_dates_as_dates(tmp_path):
    part = section(report(study(2, 300), tmp_path), "inputs")
    cells = [cell for b in part.blocks if isinstance(b, Table) for row in b.rows for cell in row[1:4]]
    assert not [cell for cell in cells if re.search(r"\de[+-]\d", cell)]
    assert "2025-07-01" in cells


def test_a_rule_that_is_all_or_nothing_is_told_without_bits(tmp_path):
    part = section(report(study(2, 300), tmp_path), "linkage")
    words = " ".join(b.text for b in part.blocks if isinstance(b, Paragraph))
    assert "only when every field of the table below agrees" in words and "bits" not in words
    assert "nothing like a ZIP code in the address are not searched for" in words
