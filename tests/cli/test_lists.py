"""What there is to explain, what was made, and what is too much for a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import call
from sim.parameters import catalogue
from sim.record.writer import write
from sim.scenario import Scenario
from sim.scenario_build import structure_of
from sim.scenario_files import rules
from sim.study.grid import load
from sim.study.sweep import Options, run
from tests.record.standin import study

pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")
SWEEP = """
title = "{title}"
scenario = "name-only"
[set]
population.size = 2000
requests.count = 100
replicates = 1
[axes]
requests.coverage = {values}
"""


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert call(list(arguments)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("key", [*structure_of(Scenario), *list(catalogue())[::40]])
def test_every_setting_is_explained_by_its_key(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "explain", key).startswith(f"{key}: ")
    assert json.loads(said(capsys, "explain", key, "--json"))["key"] == key


def test_a_rule_is_explained_with_all_there_are_and_a_seed_with_its_range(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ", ".join(sorted(rules())) in said(capsys, "explain", "linkage.rule")
    assert f"0 to {2**64 - 1}\n" in said(capsys, "explain", "seed")


@pytest.mark.parametrize("word", ["tin", "TIN", "coverage", "ZIP", "linkage", "noise"])
def test_a_word_lists_the_settings_that_have_it(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "explain", word).splitlines()
    keys = [row["key"] for row in json.loads(said(capsys, "explain", word, "--json"))]
    assert len(lines) == len(keys) > 1
    assert all(line.startswith(key) for line, key in zip(lines, keys, strict=True))
    assert "requests.tin_share" in keys or word.lower() != "tin"


@pytest.mark.parametrize("command", ["run", "sweep", "report", "explain"])
def test_one_argument_too_many_is_named(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call([command, "first", "second"]) == 2
    told = capsys.readouterr().err
    assert told == (
        f"command line: arguments: second is too many for `sim {command}`, which takes fewer; "
        f"see `sim {command} --help`\n"
    )


def test_runs_are_listed_newest_first_and_a_damaged_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no run is in" in said(capsys, "runs", "--out", str(tmp_path))
    folders = [write(study(many, 300), tmp_path) for many in (1, 2)]
    (tmp_path / "r-000000000000").mkdir()
    (tmp_path / "r-000000000000" / "manifest.json").write_text("{")
    rows = json.loads(said(capsys, "runs", "--out", str(tmp_path), "--json"))
    assert {row.get("run") for row in rows} == {*(folder.name for folder in folders), None}
    lines = said(capsys, "runs", "--out", str(tmp_path)).splitlines()
    assert len(lines) == 3
    assert any("damaged" in line and "r-000000000000" in line for line in lines)


@pytest.mark.parametrize("odd", ["=1+1", "", None, [], {}, "x" * 3_000, -1, "\x1b[31m\n"])
def test_a_manifest_with_any_value_in_it_is_listed_or_told_in_one_line(
    odd: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(study(1, 60), tmp_path)
    told = json.loads((folder / "manifest.json").read_text())
    for key in ("run_id", "created", "replicates", "scenario"):
        (folder / "manifest.json").write_text(json.dumps({**told, key: odd}))
        (line,) = said(capsys, "runs", "--out", str(tmp_path)).splitlines()
        assert line.isprintable() and folder.name in line


def test_a_second_sweep_of_a_name_keeps_the_first_one_s_result_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "mine.toml", tmp_path / "out"
    asked = ["sweep", str(file), "--out", str(out), "--quiet"]
    file.write_text(SWEEP.format(title="First", values="[0.5, 0.9]"))
    said(capsys, *asked)
    first = (out / "mine" / "sweep.csv").read_bytes()
    assert "stood there" not in said(capsys, *asked)
    assert not (out / "mine" / "earlier").exists()
    file.write_text(SWEEP.format(title="Second", values="[0.5, 0.7]"))
    told = said(capsys, *asked)
    (kept,) = (out / "mine" / "earlier").iterdir()
    assert f"its result is kept in {kept}" in told
    assert (kept / "sweep.csv").read_bytes() == first
    assert (out / "mine" / "sweep.csv").read_bytes() != first
    rows = json.loads(said(capsys, "sweeps", "--out", str(out), "--json"))
    assert [row["cells"] for row in rows] == [2, 2]
    assert {row["title"] for row in rows} == {"First", "Second"}


def test_a_damaged_result_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SWEEP.format(title="One", values="[0.5]"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text("not a manifest")
    made = run(load(tmp_path / "mine.toml"), tmp_path, Options())
    assert made.earlier is not None
    assert (made.earlier / "manifest.json").read_text() == "not a manifest"


@pytest.mark.parametrize(
    ("method", "samples", "told"),
    [
        ("sobol", "100", "should be a power of two (got 100)"),
        ("tornado", "5", "is not used by tornado (got 5)"),
        ("break-even", "5", "is not used by break-even (got 5)"),
    ],
)
def test_samples_that_a_method_cannot_take_are_told_before_any_work(
    method: str, samples: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["sensitivity", "name-dob", "--method", method, "--samples", samples]) == 2
    assert capsys.readouterr().err == f"command line: --samples: {told}\n"
