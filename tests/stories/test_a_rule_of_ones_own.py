"""A user with no Python writes a rule: in a scenario, on the command line, in a sweep, in a bundle."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.cli import call
from sim.errors import InputErrors
from sim.scenario import Scenario
from sim.study.grid import load

MINE = """
title = "Name, birth with a digit forgiven, ZIP"
words = "name, date of birth with one digit forgiven, and ZIP code"
[[path]]
name = "mine"
block = [{ on = ["given", "surname_line", "zip"] }]
threshold = "all"
[[path.compare]]
field = "given"
levels = ["exact", "else"]
[[path.compare]]
field = "surname"
columns = ["surname_line"]
levels = ["exact", "else"]
[[path.compare]]
field = "birth"
levels = ["exact", "one_digit", "else"]
[[path.compare]]
field = "zip"
levels = ["exact", "else"]
"""
SMALL = """
population.size = 3000
requests.count = 60
requests.coverage = 0.5
replicates = 2
noise.unit_missing.rate = 0.0
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(MINE, "utf-8")
    (tmp_path / "wrong.toml").write_text(MINE.replace("one_digit", "one_digid"), "utf-8")
    (tmp_path / "asked.toml").write_text(f'linkage.rule = "mine.toml"\n{SMALL}', "utf-8")
    sweep = 'scenario = "asked.toml"\n[axes]\nlinkage.rule = ["name_dob", "mine.toml"]\n'
    (tmp_path / "both.toml").write_text(sweep, "utf-8")
    return tmp_path


def test_a_run_links_by_it_says_its_words_and_is_verified_without_the_file(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", str(place / "asked.toml"), "--out", str(place / "o"), "--quiet", "--json"]) == 0
    run = Path(json.loads(capsys.readouterr().out)["folder"])
    outcomes = pl.read_parquet(run / "outcomes.parquet")
    assert set(outcomes["path"]) == {"mine"}
    assert outcomes["disclosed"].sum() > 10
    assert (
        "date of birth with one digit forgiven, and ZIP code (mine.toml)" in (run / "report.html").read_text()
    )
    (place / "mine.toml").unlink()
    assert Scenario.load(run / "scenario.toml").linkage.definition
    bundle = str(place / "b.zip")
    assert call(["bundle", str(run), "--out", bundle]) == 0
    assert call(["verify", bundle]) == 0


def test_a_sweep_sets_it_beside_a_shipped_one(place: Path) -> None:
    name_dob, mine = load(place / "both.toml").cells
    assert name_dob.scenario.linkage.definition == ""
    assert "one_digit" in mine.scenario.linkage.definition
    assert name_dob.settings == {"linkage.rule": "name_dob"}
    assert mine.settings == {"linkage.rule": "mine.toml"}
    assert mine.scenario.sha256() == Scenario.load(place / "asked.toml").sha256()


def test_it_is_taken_as_typed_and_given_up_for_another(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    typed = Scenario.load("name-dob", [("linkage.rule", "mine.toml")])
    assert "one_digit" in typed.linkage.definition
    assert typed.replace({"linkage.rule": "name_zip"}).linkage.definition == ""
    back = Scenario.load(place / "asked.toml", [("linkage.rule", "name_dob")])
    assert back.linkage.definition == ""
    written = place / "written.toml"
    written.write_text(typed.to_toml(), "utf-8")
    assert Scenario.load(written).sha256() == typed.sha256()
    assert Scenario.load(written, [("linkage.rule", "name_dob")]).linkage.definition == ""


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("wrong.toml", "wrong.toml: path[0].compare[2].levels[1]: 'one_digid' is not one of"),
        ("none.toml", "--set: linkage.rule: is no rule's file beside the scenario"),
        ("../mine.toml", "--set: linkage.rule: leaves the folder of the scenario"),
        ("soundex", "--set: linkage.rule: should be one of"),
    ],
)
def test_a_wrong_one_is_told_in_a_line_before_any_work(
    place: Path, capsys: pytest.CaptureFixture[str], asked: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    assert call(["run", "asked.toml", "--set", f"linkage.rule={asked}", "--out", "o"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(told)
    assert not (place / "o").exists()


def test_a_wrong_one_in_a_sweep_is_told_before_any_work(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (place / "both.toml").read_text("utf-8")
    (place / "both.toml").write_text(text.replace('"mine.toml"', '"wrong.toml"'), "utf-8")
    assert call(["sweep", str(place / "both.toml"), "--out", str(place / "o"), "--quiet"]) == 2
    assert capsys.readouterr().err.startswith("wrong.toml: path[0].compare[2].levels[1]: ")
    (place / "both.toml").write_text(text.replace('"mine.toml"', '"gone.toml"'), "utf-8")
    with pytest.raises(InputErrors, match=r"linkage\.rule: is no rule's file beside the scenario"):
        load(place / "both.toml")
