"""The commands sweep, compare and sensitivity: what they refuse, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.cli import call
from sim.commands.study import comparison_json, comparison_text, sweep_text
from sim.errors import LostError
from sim.outcome import COUNTS
from sim.outcome.rates import Definition, Settings
from sim.report.studies import read_study
from sim.scenario import Scenario
from sim.study import sweep as study_sweep
from sim.study.compare import paired
from sim.study.grid import load as load_plan
from sim.study.tables import sweep_table

SMALL = ["--set", "population.size=2000", "--set", "requests.count=100", "--set", "requests.coverage=0.9"]
CALM = ["--set", "noise.unit_missing.rate=0.0", "--quiet"]
NAMESAKES = [
    "--set",
    "population.size=30000",
    "--set",
    "requests.count=1000",
    "--set",
    "requests.coverage=0.9",
]
"""As SMALL, and large enough that some share their first and last name."""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["sweep", "nothing"], "nothing: file: no such file or shipped sweep"),
        (["sweep", "file-size", "--workers", "0"], "--workers: is not in [1, 256] (got 0)"),
        (["sweep", "file-size", "--set", "seed"], "should be KEY=VALUE"),
        (["sweep", "file-size", "--set", "linkage.tie=some"], "linkage.tie"),
        (["sweep", "name-rule", "--set", "linkage.rule=name_dob,name_olny"], "did you mean name_only?"),
        (["compare", "name-only", "name-dop"], "did you mean name-dob?"),
        (["compare", "name-only", "name-dob", "--rate", "wrong"], "no rate is called wrong"),
        (["sensitivity", "name-only", "--method", "guess"], "should be one of morris, sobol"),
        (["sensitivity", "name-dob", "--rate", "missed", "--out", "x"], "keeps studies of wrong_person only"),
        (["sensitivity", "name-only", "--factor", "requests.coverage=1"], "should be KEY or KEY=LOW,HIGH"),
        (["sensitivity", "name-only", "--factor", "requests.coverige"], "did you mean requests.coverage?"),
        (["sensitivity", "name-only", "--method", "break-even"], "--target: break-even needs one"),
        (["sensitivity", "name-only", "--beliefs", "none.toml"], "none.toml: file: does not exist"),
    ],
)
def test_bad_input_is_told_in_a_line_and_ends_with_two(
    command: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(command) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told


def test_a_sweep_with_too_many_cells_is_refused_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["sweep", "file-size", "--max-cells", "5"]) == 3
    assert "16 cells; at most 5" in capsys.readouterr().err


def test_a_dry_run_tells_cells_time_and_memory_and_does_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["sweep", "threshold", "--dry-run", "--out", str(tmp_path / "none")]) == 0
    assert "7 cells, 140 populations" in capsys.readouterr().out
    assert call(["sweep", "threshold", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cells"] == 7 and told["seconds"] > 0 and told["bytes"] > 0
    assert not (tmp_path / "none").exists()


def test_a_dry_run_says_what_would_be_refused(capsys: pytest.CaptureFixture[str]) -> None:
    huge = ["--set", "population.size=160000000", "--set", "requests.count=50000000"]
    assert call(["sweep", "threshold", "--dry-run", *huge]) == 0
    assert "would be refused here: needs about" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "settings"),
    [(["morris"], 200), (["sobol"], 200 + 256 * 10), (["uncertainty", "--samples", "50"], 55)],
)
def test_a_dry_run_of_a_sensitivity_study_tells_how_many_settings_it_has(
    method: list[str], settings: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["sensitivity", "name-dob", "--dry-run", "--method", *method]) == 0
    assert capsys.readouterr().out.startswith(f"at most {settings:,} settings of 5 populations: about ")


def test_a_mistake_in_a_setting_names_the_place_that_gave_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(
        'scenario = "name-dob"\n[set]\nfoo = 3\n[axes]\nrequests.tin_share = [0.2, 2]\n', encoding="utf-8"
    )
    assert call(["sweep", str(file), "--set", "linkage.tie=some"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in told] == ["linkage.tie", "foo", "requests.tin_share"]
    assert told[0].startswith("--set: ")
    assert all(line.startswith(f"{file}: ") for line in told[1:])


@pytest.mark.parametrize("end", [KeyboardInterrupt, LostError("the cluster was lost")])
def test_a_sweep_that_is_ended_says_what_is_kept(
    end: BaseException | type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ended(*_: object) -> None:
        raise end

    monkeypatch.setattr(study_sweep, "run", ended)
    assert call(["sweep", "threshold", "--out", str(tmp_path)]) == (130 if end is KeyboardInterrupt else 1)
    assert f"0 of 7 cells are kept in {tmp_path / 'threshold'}" in capsys.readouterr().err


def test_a_table_shows_a_failed_cell_as_one_and_no_empty_columns(tmp_path: Path) -> None:
    plan = load_plan(Path("threshold"), [("linkage.threshold", "0.5,0.9"), ("replicates", "2")])
    row = dict.fromkeys([*COUNTS, "registry"], 0) | {"disclosed": 1_000, "wrong_disclosed": 9}
    done = {"status": "done", "error": "", "counts": [row, row]}
    done["group_counts"] = [{"replicate": 0, "dimension": "origin", "level": "spanish"} | row]
    failed = {"status": "failed", "error": "too many"}
    table = sweep_table(plan, [done, failed])
    text = sweep_text(plan, study_sweep.SweepResult(tmp_path, table, "0" * 64, 1, 1, 0, 0, 1.0))
    assert "FAILED: too many" in text
    assert "9 per 1,000 addresses disclosed" in text
    assert "null" not in text
    assert "1 cell done, 1 failed (--retry tries them again); result hash 000000000000" in text


def test_a_comparison_is_told_rates_first_then_difference_then_ratio() -> None:
    frames = (pl.DataFrame({"k": k, "n": [1_000] * 4}) for k in ([20, 25, 22, 19], [40, 46, 45, 38]))
    definition = Definition("wrong_person", "", "k", "n", "addresses disclosed")
    found = paired(definition, *frames, Settings())
    lines = comparison_text([Scenario.of({"name": "a"}), Scenario.of({"name": "b"})], found).split("\n")
    assert lines[0].startswith("SYNTHETIC DATA.")
    assert lines[1].startswith("a: ") and lines[2].startswith("b: ")
    assert lines[3].startswith("Difference: 20.8 per 1,000 addresses disclosed (95 % interval")
    assert lines[4].startswith("Ratio: 1.97 (95 % interval")
    assert json.loads(comparison_json(found))["difference"] == pytest.approx(20.75)


@pytest.mark.slow
def test_two_rules_are_compared_on_the_same_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["compare", "name-only", "name-dob", *NAMESAKES, *CALM, "--replicates", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same_people"] is True
    assert told["difference"] < 0


@pytest.mark.slow
def test_break_even_and_tornado_run_on_the_model_itself(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    once = ["--replicates", "1", *NAMESAKES, *CALM, "--json", "--factor", "requests.coverage=0.2,0.9"]
    assert call(["sensitivity", "name-only", "--method", "tornado", "--out", str(tmp_path), *once]) == 0
    told = json.loads(capsys.readouterr().out)
    (bar,) = told["found"]
    (swing,) = read_study(Path(told["folder"]))["swings"]  # what the report and the dashboard draw
    assert (swing["low"], swing["high"]) == (bar["rate_at_low"], bar["rate_at_high"])
    assert bar["rate_at_low"] > bar["rate_at_high"]  # fewer of the people asked for are there to be found
    middle = str((bar["rate_at_low"] + bar["rate_at_high"]) / 2)
    assert call(["sensitivity", "name-only", "--method", "break-even", "--target", middle, *once]) == 0
    found = json.loads(capsys.readouterr().out)["found"]
    assert 0.2 < found["crossings"][0] < 0.9
