"""What is read of a result was looked at first, and has the shape, the hash and the laws it should have."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import reading
from sim.cli import call
from sim.errors import FileErrors, InputErrors, VerificationError
from sim.kept.world import Manifest, World
from sim.record import read
from sim.report.findings import Findings
from sim.report.studies import read_study
from sim.scenario import Scenario
from sim.study import store, sweep
from sim.study.grid import load
from sim.study.swept import read as read_sweep
from sim.study.unfinished import Unfinished, world_of
from tests.record.forging import drop_cases, edit_manifest, edit_rows, move_to_wrong, put, settle
from tests.record.standin import world
from tests.record.test_bundle_and_verify import made
from tests.study.cells import body

__all__ = ["made"]


def problems(call_it) -> list[str]:
    with pytest.raises(FileErrors) as told:
        call_it()
    lines = str(told.value).splitlines()
    assert lines == [str(each) for each in told.value.mistakes]
    assert all(line.count(": ") >= 2 for line in lines)
    assert isinstance(told.value, InputErrors) and isinstance(told.value, VerificationError)
    return lines


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", "cannot be read as JSON"),
        (b"\xff", "is not UTF-8 text"),
        (b'{"a": 1, "a": 2}', "a key is there twice"),
        (b'{"a": NaN}', "not finite"),
        (b'{"a": 1e999}', "not finite"),
        (b"[" * 5_000, "cannot be read as JSON (RecursionError)"),
        (b"[" * 60 + b"]" * 60, "nested deeper than 40"),
        (b"9" * 5_000, "cannot be read as JSON (ValueError)"),
        (b"", "cannot be read as JSON"),
    ],
)
def test_json_that_says_no_one_thing_is_refused_in_a_line(tmp_path, data, problem):
    (tmp_path / "x.json").write_bytes(data)
    (line,) = problems(lambda: reading.json_of(tmp_path / "x.json"))
    assert line.startswith("x.json: file: ") and problem in line


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_mistake(data):
    try:
        reading.parse_json(data, "x.json")
    except FileErrors as errors:
        assert len(errors.mistakes) == 1


def test_what_is_no_plain_file_or_too_large_is_not_opened(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * 11)
    os.mkfifo(tmp_path / "pipe")
    assert "has 11 bytes, at most 10" in problems(lambda: reading.data_of(tmp_path / "large", 10))[0]
    for name, told in (("pipe", "is not a plain file"), (".", "is not a plain file"), ("none", "is missing")):
        assert told in problems(lambda name=name: reading.data_of(tmp_path / name))[0]


def test_rows_are_counted_and_columns_compared_before_a_table_is_read(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": range(1_000)}).write_parquet(path)
    assert reading.parquet_of(path, {"a": pl.UInt16}).schema == {"a": pl.UInt16}
    monkeypatch.setattr("sim.reading.pl.read_parquet", None)
    assert problems(lambda: reading.parquet_of(path, {"a": pl.UInt16}, 999)) == [
        "t.parquet: rows: are 1,000, at most 999"
    ]
    assert problems(lambda: reading.parquet_of(path, {"b": pl.UInt16})) == [
        "t.parquet: b: is missing", "t.parquet: 'a': is no column of this table",
    ]  # fmt: skip


def test_a_value_that_does_not_fit_its_column_is_a_mistake_that_names_it(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [-1], "b": ["x"], "c": [1.5]}).write_parquet(path)
    wanted = {"a": pl.UInt16, "b": pl.Enum(["y"]), "c": pl.Int64}
    assert problems(lambda: reading.parquet_of(path, wanted)) == [
        "t.parquet: c: should be Int64 (got Float64)"
    ]
    lines = problems(lambda: reading.parquet_of(path, {**wanted, "c": pl.Float32}))
    assert [line.split(": ")[1] for line in lines] == ["a", "b"]


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "a\\..\\x", "C:/x", "", "x\ny", 7, None, "link/x"]
)
def test_a_member_that_leads_elsewhere_is_refused(tmp_path, name):
    (tmp_path / "link").symlink_to("/")
    problems(lambda: reading.inside(tmp_path, name, "list.json", "files"))


def test_edited_counts_are_neither_shown_nor_reported(made, tmp_path, capsys):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    path = copy / "counts.csv"
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if ",everybody," in line)
    cells = lines[at].split(",")
    cells[lines[0].split(",").index("wrong_disclosed")] = "920"
    lines[at] = ",".join(cells)
    put(path, "\n".join(lines) + "\n")
    settle(copy, {"counts.csv"})
    told = "counts.csv: wrong_disclosed: does not follow from the rows (everybody everybody, population 0)"
    assert told in problems(lambda: Findings.of(copy))
    assert call(["report", str(copy)]) == 2
    assert told in capsys.readouterr().err


def test_a_run_made_up_whole_is_checked_against_its_rows_and_said_not_to_be_repeated(made, tmp_path):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    edit_rows(copy, lambda rows: move_to_wrong(rows, 100))
    drop_cases(copy)
    settle(copy)
    found = Findings.of(copy)
    assert found.standing == "checked against its rows; not repeated"
    assert found.rates["wrong_person"].numerator > Findings.of(made).rates["wrong_person"].numerator


def test_a_row_that_breaks_its_law_is_named_by_column(made, tmp_path):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    edit_rows(copy, lambda rows: rows.with_columns(bystanders=pl.lit(3, pl.UInt32)))
    settle(copy)
    lines = problems(lambda: Findings.of(copy))
    assert lines[0].startswith("outcomes.parquet: bystanders: are there where no address was disclosed")


# --- cells, parts, sweeps -----------------------------------------------------------------------------------


def edited(key: str, value: object, of: str = "counts"):
    rows = body()[of]
    return body(**{of: [{**rows[0], key: value}, *rows[1:]]})


@pytest.mark.parametrize(
    "wrong",
    [
        edited("wrong_disclosed", 920),
        edited("requests", 301),
        edited("requests", "300"),
        edited("requests", 1e300),
        edited("answered", -1),
        edited("answered", True),
        edited("requests", 10**400),
        edited("level", 7, "group_counts"),
        edited("replicate", 9, "group_counts"),
        body(counts=[]),
        body(counts=None),
        body(counts={"requests": 1}),
        body(group_counts=[{}]),
        body(error=7),
        body(error="failed"),
        body(seconds="long"),
        {"counts": 1},
    ],
)
def test_a_cell_with_right_hashes_and_wrong_content_is_not_resumed_from(tmp_path, wrong):
    path = tmp_path / "c.json"
    store.write_cell(path, wrong)
    assert store.read_cell(path) is None
    assert problems(lambda: store.cell_of(path))


def test_a_sound_cell_is_read_as_it_was_written(tmp_path):
    store.write_cell(tmp_path / "c.json", body())
    assert store.read_cell(tmp_path / "c.json") == body()


def _all_text(*keys: str) -> dict[str, str]:
    return dict.fromkeys(keys, "x")


def small() -> Scenario:
    return Scenario.load("aug2025-as-run").replace({"requests.count": 300, "population.size": 1_000_000})


def test_a_kept_population_is_read_as_it_was_or_not_at_all(tmp_path):
    kept, scenario = Unfinished(tmp_path, "x"), small()
    kept.keep_world(scenario, 0, world(1, 300, (0.15, 0.04, 0.01, 0.05, 0.75)))
    (path,) = tmp_path.glob("*.world")
    before = kept.world(scenario, 0)
    assert before is not None and before.outcomes.equals(
        world(1, 300, (0.15, 0.04, 0.01, 0.05, 0.75)).outcomes
    )
    members = {}
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def rewritten(**changes: bytes) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in {**members, **changes}.items():
                archive.writestr(name, data)

    frame = pl.read_parquet(members["outcomes"]).with_columns(wrong_disclosed=pl.lit(1, pl.UInt32))
    frame.write_parquet(tmp_path / "x")
    rewritten(outcomes=(tmp_path / "x").read_bytes())
    assert kept.world(scenario, 0) is None
    assert "outcome: does not follow from the addresses" in problems(lambda: world_of(path, scenario))[0]
    rewritten(extra=b"x")
    assert "members: are not those" in problems(lambda: world_of(path, scenario))[0]
    rewritten()
    assert problems(lambda: world_of(path, scenario.replace({"requests.count": 299})))
    path.write_bytes(path.read_bytes()[:-90])
    assert kept.world(scenario, 0) is None


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Return a small sweep's folder, its cells drawn by the stand-in."""
    place = tmp_path_factory.mktemp("sweeps")
    file = place / "two.toml"
    file.write_text(
        'title = "Two"\nsummary = "Two"\nscenario = "aug2025-as-run"\n[set]\nrequests.count = 300\n'
        "replicates = 2\n[axes]\nnoise.tin_borrowed.rate = [0.0, 0.1]\n"
    )
    plan = load(file)
    options = sweep.Options()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sim.study.sweep._compute", lambda cells, *_: ((cell, told(cell), False) for cell in cells)
        )
        return sweep.run(plan, place / "out", options).folder


def told(cell):
    return body(scenario_sha256=cell.scenario.sha256(), settings=dict(cell.settings))


def test_a_sweep_is_read_and_checked_against_its_cells(swept):
    found = read_sweep(swept)
    assert found.standing == "Checked against the counts of its cells; not repeated."
    assert found.headline.height == 2 and found.varied == ["noise.tin_borrowed.rate"]


def resealed(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    about = json.loads(path.read_text()) | changes
    from sim.study.tables import csv_of  # noqa: PLC0415

    table = pl.read_parquet(folder / "sweep.parquet", memory_map=False)
    about.setdefault("result_hash", "")
    if "result_hash" not in changes:
        about["result_hash"] = hashlib.sha256(csv_of(table).encode()).hexdigest()
    path.write_text(json.dumps(about))


def test_an_edited_sweep_is_not_shown_whatever_its_hash(swept, tmp_path):
    copy = Path(shutil.copytree(swept, tmp_path / "copy"))
    table = pl.read_parquet(copy / "sweep.parquet", memory_map=False)
    table.with_columns(numerator=pl.col("numerator") + 1).write_parquet(copy / "sweep.parquet")
    assert "do not have the hash" in problems(lambda: read_sweep(copy))[0]
    resealed(copy)
    assert "value: is not numerator over denominator" in problems(lambda: read_sweep(copy))[0]
    moved = pl.col("per") * (pl.col("numerator") + 1) / pl.col("denominator")
    table.with_columns(numerator=pl.col("numerator") + 1, value=moved).write_parquet(copy / "sweep.parquet")
    resealed(copy)
    assert "does not follow from the counts of its cell" in problems(lambda: read_sweep(copy))[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"varied": ["cell"]},
        {"varied": "x"},
        {"varied": [1]},
        {"varied": ["no.such"]},
        {"cells": [{"number": 0, "file": "../../x", "scenario_sha256": "", "status": "done"}]},
        {"cells": []},
        {"format": "other"},
        {"result_hash": "x"},
        {"records": ["x"]},
    ],
)
def test_a_manifest_of_a_sweep_that_says_something_odd_is_a_mistake(swept, tmp_path, changes):
    copy = Path(shutil.copytree(swept, tmp_path / "copy"))
    resealed(copy, **changes)
    assert problems(lambda: read_sweep(copy))


@pytest.mark.parametrize(
    "wrong",
    [
        [], {"swings": 1}, {"swings": [{}]}, {"break_even": [{"input": 1}]}, {"screening": [[1]]},
        {"swings": [_all_text("label", "low_input", "high_input", "low", "high", "assumed")]},
        {"uncertainty": {"luck": [1], "inputs": [1, 2], "structure": [1, 2]}}, {"summary": 7},
        {"uncertainty": {key: [1, 10**400] for key in ("luck", "inputs", "structure")}},
    ],
)  # fmt: skip
def test_a_kept_study_of_other_types_is_a_mistake(tmp_path, wrong):
    (tmp_path / "sensitivity.json").write_text(json.dumps(wrong))
    with pytest.raises(InputErrors):
        read_study(tmp_path)


def test_a_curve_is_read_with_its_columns(tmp_path, made):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    (copy / "curve.csv").write_text("replicate,threshold\n0,1.5\n")
    lines = problems(lambda: read(copy).curve)
    assert "curve.csv: probability: is missing" in lines


@pytest.mark.parametrize(
    "changes",
    [
        {"created": "2025-99-99T00:00:00Z"},
        {"seconds": 10**400},
        {"environment": {}},
        {"environment": {"python": 3, "libraries": []}},
    ],
)
def test_a_manifest_that_nothing_could_be_made_of_is_a_mistake(made, tmp_path, changes):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    edit_manifest(copy, **changes)
    assert problems(lambda: Findings.of(copy))[0].startswith("manifest.json: ")


@pytest.mark.parametrize(
    "changes",
    [{"seconds": 10**400}, {"files": 7}, {"files": {"../x": {"size": 0, "crc32": []}}}, {"world": {}}],
)
def test_a_manifest_of_a_kept_registry_with_a_right_seal_and_wrong_content_is_a_mistake(tmp_path, changes):
    Manifest(World(9_000, "ab" * 32, 1, 0, "cd" * 32), "x", "now", 1.0, {}).write(tmp_path)
    whole = json.loads((tmp_path / "manifest.json").read_text())
    body = whole["body"] | changes
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    whole |= {"body": body, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps(whole))
    assert problems(lambda: Manifest.read(tmp_path))
