"""The command line: every way of failing has its exit code and its lines on stderr, and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import sim.cli
import sim.commands.run
from sim.cli import COMMANDS, call
from sim.errors import RefusedError, TableError
from sim.parameters import catalogue
from sim.scenario import Scenario
from sim.scenario_files import presets

FIVE = """
requets.count = 5
linkage.tie = "sometimes"
seed = nan
[population]
size = -1
[requests]
count = true
"""


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[str]]:
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return out, err.splitlines()


def shell(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)


def test_a_file_with_five_mistakes_prints_five_lines_exits_2_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(FIVE)
    here = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(Path(sim.__file__).parents[1])}}
    done = shell("run", "bad.toml", "--out", "runs", **here)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "bad.toml: linkage.tie: should be 'withhold', 'first', 'all' or 'best' (got 'sometimes')",
        "bad.toml: population.size: should be greater than or equal to 1 (got -1)",
        "bad.toml: requests.count: should be a whole number (got true)",
        "bad.toml: requets.count: unknown key; did you mean requests.count? (got 5)",
        "bad.toml: seed: should be a whole number (got nan)",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["run", "aug2025-as-rum"],
            "'aug2025-as-rum': file: no such file or shipped scenario; did you mean aug2025",
        ),
        (
            ["run", "--set", "requests.cuont=5"],
            "--set: requests.cuont: unknown key; did you mean requests.count?",
        ),
        (["run", "--set", "requests.count"], "--set: requests.count: should be KEY=VALUE"),
        (["run", "--set", "=5"], "--set: =5: should be KEY=VALUE"),
        (["run", "--set", "seed=1", "--set", "seed=2"], "--set: seed: is set twice"),
        (["run", "--seed", "-1"], "command line: --seed: should be greater than or equal to 0 (got -1)"),
        (["run", "--seed", "one"], "command line: --seed: should be a whole number (got 'one')"),
        (["run", "--seed", "1", "--set", "seed=1"], "--set: seed: is also given as --seed"),
        (
            ["run", "--replicates", "0"],
            "command line: --replicates: should be greater than or equal to 1 (got 0)",
        ),
        (["run", "--replicates", "1e9"], "command line: --replicates: should be a whole number"),
        (["run", "--scale", "huge"], "--scale: scale: should be one of preview, national (got 'huge')"),
        (["run", "--workers", "0"], "command line: --workers: is not in [1, 256] (got 0)"),
        (["run", "--workers", "many"], "command line: --workers: should be a whole number"),
        (["run", "--wrokers", "2"], "command line: arguments: Unknown option"),
        (["run", "a.toml", "b.toml"], "command line: arguments: "),
        (["frob"], 'command line: arguments: Unknown command "frob"'),
        (
            ["explain", "requests.covrage"],
            "parameters: requests.covrage: no such parameter in the catalogue; did you",
        ),
        (["explain"], "command line: arguments: "),
        (["app", "--port", "80"], "command line: --port: is not in [1024, 65535] (got 80)"),
    ],
)
def test_a_bad_command_line_exits_2_with_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(arguments) == 2
    out, lines = said(capsys)
    assert out == ""
    assert len(lines) == 1
    assert lines[0].startswith(told)


def test_a_results_folder_that_cannot_be_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert call(["run", "--out", str(tmp_path / "file" / "runs")]) == 2
    assert "--out: is inside a file, not a folder" in said(capsys)[1][0]


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (RefusedError("needs 40 GB, 24 are free"), 3, "refused: needs 40 GB, 24 are free"),
        (MemoryError(), 3, "refused: memory ran out"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (TableError("surnames: checksum differs"), 2, "surnames: checksum differs"),
        (
            OSError(28, "No space left on device", "runs/r-1"),
            1,
            "runs/r-1: cannot be written: No space left on",
        ),
    ],
)
def test_each_way_of_failing_has_its_exit_code(
    error: BaseException,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(sim.commands.run, "load", fail)
    assert call(["run"]) == code
    out, lines = said(capsys)
    assert out == ""
    assert len(lines) == 1
    assert lines[0].startswith(line)


def test_help_is_quick_and_names_every_command() -> None:
    shell("--help")
    began = time.perf_counter()
    done = shell("--help")
    assert time.perf_counter() - began < 2.0, "measured 0.2 s alone; 2 s leaves room for a busy machine"
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


def test_help_imports_no_room() -> None:
    listing = "import sys; from sim.cli import call; call(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    for heavy in ("polars", "pandas", "numpy", "pydantic", "numba", "streamlit"):
        assert f"'{heavy}'" not in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call([name, "--help"]) == 0
    assert f"Usage: sim {name}" in capsys.readouterr().out


def test_explain_prints_a_parameter_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    entry = catalogue()["requests.tin_share"]
    assert call(["explain", "requests.tin_share"]) == 0
    assert entry.source in capsys.readouterr().out
    assert call(["explain", "requests.tin_share", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["value"], found["grade"]) == (entry.value, entry.grade)


def test_scenarios_lists_every_preset_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["scenarios"]) == 0
    lines = said(capsys)[0].splitlines()
    assert len(lines) == len(presets())
    assert any(line.startswith("aug2025-as-run ") and "by number and name" in line for line in lines)
    assert call(["scenarios", "--json"]) == 0
    assert {row["name"] for row in json.loads(capsys.readouterr().out)} == set(presets())


def test_a_reader_that_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m sim schema | head -c 10; exit ${{PIPESTATUS[0]}}',
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_an_option_and_a_setting_give_the_same_scenario() -> None:
    by_option = sim.commands.run.load("name-only", (), seed="7", replicates="3")
    by_set = sim.commands.run.load("name-only", ("seed=7", "replicates=3"))
    assert by_option == by_set == Scenario.load("name-only").replace({"seed": 7, "replicates": 3})
