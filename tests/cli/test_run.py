"""`sim run` from the command line to the run folder, on a world small enough for a test."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sim.machine
from sim.cli import call
from sim.commands.run import load
from sim.scenario_files import presets, rules

# With so few requests the published share without a unit cannot always be reached, which is a warning.
SMALL = ["--set", "population.size=20_000", "--set", "requests.count=300", "--replicates", "2",
         "--set", "noise.unit_missing.rate=0"]  # fmt: skip


def ran(out: Path, *more: str) -> dict[str, Any]:
    text, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(text), redirect_stderr(errors):
        code = call(["run", *SMALL, "--out", str(out), "--quiet", "--json", *more])
    assert (code, errors.getvalue()) == (0, "")
    found: dict[str, Any] = json.loads(text.getvalue())
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return ran(tmp_path_factory.mktemp("first") / "runs")


@pytest.mark.slow
def test_a_run_writes_a_whole_folder_whose_counts_add_up(first: dict[str, Any]) -> None:
    folder = Path(first["folder"])
    assert folder.name == first["run"]
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    outcomes = pl.read_parquet(folder / "outcomes.parquet")
    assert outcomes.group_by("replicate").len()["len"].to_list() == [300, 300]
    rates = {rate["name"]: rate for rate in first["rates"]}
    disclosed, wrong = outcomes["disclosed"].sum(), outcomes["wrong_disclosed"].sum()
    assert (rates["wrong_person"]["numerator"], rates["wrong_person"]["denominator"]) == (wrong, disclosed)
    right = outcomes.filter(pl.col("outcome").cast(pl.String).str.starts_with("right_person")).height
    assert disclosed == right + wrong


@pytest.mark.slow
def test_two_workers_give_the_rows_of_one_and_a_second_run_changes_nothing(first: dict[str, Any]) -> None:
    folder = Path(first["folder"])
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.html"}
    again = ran(folder.parent, "--workers", "2")
    assert (again["folder"], again["rates"]) == (first["folder"], first["rates"])
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.html"} == files
    assert len(list(folder.parent.iterdir())) == 1


@pytest.mark.slow
def test_an_interrupted_run_exits_130_without_a_traceback_and_goes_on_from_what_it_kept(
    tmp_path: Path, first: dict[str, Any]
) -> None:
    parts = tmp_path / "runs" / ".unfinished"
    more = ["--replicates", "500", "--out", str(tmp_path / "runs")]
    command = [sys.executable, "-m", "sim", "run", *SMALL[:4], *SMALL[6:], *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        started = time.monotonic()
        while len(list(parts.glob("*.world"))) < 2:
            assert time.monotonic() - started < 120
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in errors
    *_, kept, last = errors.splitlines()
    assert last == "interrupted"
    assert re.fullmatch(rf"\d+ finished parts are kept in {parts}; the same command goes on from there", kept)
    assert os.listdir(tmp_path / "runs") == [".unfinished"]
    before = set(os.listdir(parts))
    again = ran(tmp_path / "runs")  # fewer populations of the same question go on from there too
    assert (again["run"], again["rates"]) == (first["run"], first["rates"])
    used = {name for name in before if name.endswith(("-0000.world", "-0001.world"))}
    assert len(used) == 2
    assert (set(os.listdir(parts)) if parts.exists() else set()) == before - used


def test_a_run_that_cannot_fit_is_refused_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sim.machine, "available_bytes", lambda: 2**28)
    assert call(["run", "--scale", "national", "--out", str(tmp_path / "runs")]) == 3
    out, errors = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"refused: needs about .* GB with 1 process, and 0\.2 GB are free; ask for .*\n", errors
    )
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_says_time_and_memory_and_does_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call(["run", "--dry-run", "--out", str(tmp_path / "runs")]) == 0
    assert re.match(r"about \d+ s and \d+\.\d GB with 1 process", capsys.readouterr().out)
    assert not (tmp_path / "runs").exists()


def test_a_rule_or_field_that_does_not_exist_is_told_before_any_people_are_drawn(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = ["--set", "linkage.rule=name_olny", "--set", 'linkage.blocking=["zip+shoe"]']
    assert call(["run", *wrong]) == 2
    blocking, rule = capsys.readouterr().err.splitlines()
    assert rule.startswith("--set: linkage.rule: should be one of ")
    assert rule.endswith("; did you mean name_only? (got 'name_olny')")
    assert blocking.startswith("--set: linkage.blocking: should be one of ")
    assert blocking.endswith("(got 'shoe')")


def test_a_rule_that_does_not_exist_is_told_with_the_other_mistakes_and_of_the_file_that_names_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "base.toml").write_text('[linkage]\nrule = "name_olny"\nblocking = 5\n', encoding="utf-8")
    (tmp_path / "mine.toml").write_text('extends = "base.toml"\nseed = -1\n', encoding="utf-8")
    assert call(["run", str(tmp_path / "mine.toml"), "--out", str(tmp_path / "runs")]) == 2
    told = [line.removeprefix(f"{tmp_path}/").split(" ")[:2] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        ["base.toml:", "linkage.blocking:"],
        ["base.toml:", "linkage.rule:"],
        ["mine.toml:", "seed:"],
    ]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_names_a_rule_that_exists(name: str) -> None:
    assert load(name, ()).linkage.rule in rules()
