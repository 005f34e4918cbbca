"""Studies of the inputs: read from what `sim sensitivity --json` prints, shown in sections 12 and 13."""

from __future__ import annotations

import json

import pytest

from sim.commands.sensitivity import _asked
from sim.errors import InputErrors
from sim.report.document import Paragraph, Picture, Table
from sim.report.model import build
from sim.report.studies import gather, keep, read_study
from tests.record.standin import study
from tests.report.reports import findings

KEY = "noise.tin_borrowed.rate"
ROWS = {
    "tornado": [
        {"factor": KEY, "grade": "assumption", "at": [0.0, 0.1], "rate_at_low": 1.0, "rate_at_high": 9.0}
    ],
    "break-even": {
        "factor": KEY,
        "target": 10.0,
        "crossings": [0.11],
        "words": "the rate reaches 10 at 0.11",
    },
    "morris": [{"factor": KEY, "grade": "assumption", "mu_star": 4.2, "low": 3.0, "high": 5.0}],
    "sobol": [
        {
            "factor": KEY,
            "grade": "assumption",
            "total": 0.8,
            "total_half_width": 0.1,
            "first": 0.7,
            "first_half_width": 0.1,
        }
    ],
    "uncertainty": {"luck": [4.0, 6.0], "inputs": [1.2, 14.0], "structure": [0.0, 430.0]},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return findings(study(20, 300), tmp_path_factory.mktemp("runs"))


def written(place, scenario, method, /, **changes):
    path = place / f"{method}.json"
    told = {"method": method, "rate": "wrong_person", "asked": _asked(scenario), "found": ROWS[method]}
    path.write_text(json.dumps(told | changes))
    return path


def test_every_method_is_shown_with_its_numbers(found, tmp_path):
    scenario = found.run.scenario
    paths = [written(tmp_path, scenario, method) for method in ROWS]
    made = build(found.with_study(gather(paths, scenario)))
    part = next(part for part in made.sections if part.key == "sensitivity")
    cells = {cell for block in part.blocks if isinstance(block, Table) for row in block.rows for cell in row}
    assert {"the rate reaches 10 at 0.11", "0.11", "4.2", "0.80", "ASSUMED"} <= cells
    assert any(isinstance(block, Picture) for block in part.blocks)
    assert "20 populations a point" in part.blocks[0].text
    unsure = next(part for part in made.sections if part.key == "uncertainty")
    rows = next(block.rows for block in unsure.blocks if isinstance(block, Table))
    assert "1.2 to 14 per 1,000 addresses disclosed" in rows[2][2]
    limits = next(part for part in made.sections if part.key == "limits")
    assert not any("No study" in item for item in limits.blocks[0].items)


def test_what_was_gathered_is_kept_in_one_file_and_read_back(found, tmp_path):
    kept = gather([written(tmp_path, found.run.scenario, "tornado")], found.run.scenario)
    (tmp_path / "sensitivity.json").write_text(json.dumps(kept))
    assert read_study(tmp_path) == kept


def test_without_a_break_even_the_report_warns_that_none_was_looked_for(found, tmp_path):
    kept = gather([written(tmp_path, found.run.scenario, "tornado")], found.run.scenario)
    part = next(p for p in build(found.with_study(kept)).sections if p.key == "sensitivity")
    assert any(isinstance(b, Paragraph) and b.kind == "warning" for b in part.blocks)


def test_a_study_of_another_scenario_or_rate_or_shape_is_refused_by_name(found, tmp_path):
    scenario = found.run.scenario
    other = scenario.replace({"noise.tin_borrowed.rate": 0.5})
    for path, problem in (
        (written(tmp_path, other, "tornado"), "another scenario"),
        (written(tmp_path, scenario, "morris", rate="missed"), "headline"),
        (written(tmp_path, scenario, "sobol", found=[{"factor": "no.such"}]), "each entry"),
        (written(tmp_path, scenario, "uncertainty", found=[]), "each entry"),
        (written(tmp_path, scenario, "break-even", method="guess"), "should be one of"),
        (tmp_path / "missing.json", r"missing\.json: file: is missing"),
    ):
        with pytest.raises(InputErrors, match=problem):
            gather([path], scenario)
    (tmp_path / "bad.json").write_text("[" * 100_000)
    with pytest.raises(InputErrors, match="cannot be read as JSON"):
        gather([tmp_path / "bad.json"], scenario)


def test_a_study_with_more_populations_is_of_the_same_scenario(found, tmp_path):
    more = found.run.scenario.replace({"replicates": 3})
    assert "3 populations" in gather([written(tmp_path, more, "tornado")], found.run.scenario)["summary"]


def test_a_kept_study_or_its_folder_serves_a_report_as_what_was_printed_does(found, tmp_path):
    scenario = found.run.scenario
    printed = written(tmp_path, scenario, "tornado")
    file = keep(tmp_path / "kept", json.loads(printed.read_text()), scenario)
    assert gather([file], scenario) == gather([file.parent], scenario) == gather([printed], scenario)


def test_a_second_study_kept_in_a_folder_joins_the_first_and_replaces_only_its_own_kind(found, tmp_path):
    scenario = found.run.scenario
    rows = json.loads(json.dumps(ROWS["tornado"]))
    again = [rows[0] | {"rate_at_high": 11.0}]
    other = ROWS["break-even"] | {"target": 5.0, "words": "the rate reaches 5 at 0.06"}
    for method, kept in (("tornado", rows), ("break-even", ROWS["break-even"]), ("break-even", other),
                         ("tornado", again)):  # fmt: skip
        told = json.loads(written(tmp_path, scenario, method, found=kept).read_text())
        file = keep(tmp_path / "kept", told, scenario)
    whole = read_study(file)
    assert [swing["high"] for swing in whole["swings"]] == [11.0]
    assert [row["statement"] for row in whole["break_even"]] == [
        "the rate reaches 10 at 0.11", "the rate reaches 5 at 0.06",
    ]  # fmt: skip


def test_a_damaged_file_in_its_place_does_not_cost_a_study(found, tmp_path):
    scenario = found.run.scenario
    (tmp_path / "sensitivity.json").write_text("{cut sh")
    told = json.loads(written(tmp_path, scenario, "tornado").read_text())
    assert read_study(keep(tmp_path, told, scenario))["swings"]
