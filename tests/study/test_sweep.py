"""Sweeps: resumed, repaired, with holes where cells fail, and the same for one worker or two."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.errors import RefusedError, StudyError
from sim.outcome import COUNTS
from sim.progress import silent
from sim.scenario import Scenario
from sim.study import batches, sweep
from sim.study.batches import Outcome, evaluate, run_replicate
from sim.study.estimate import estimate, physical_memory, refuse_if_too_large
from sim.study.grid import Plan, load, shipped
from sim.study.sweep import Options
from sim.study.tables import headline
from sim.study.workers import Workers

# With few requests fewer than 9.9 % live in a building with units; the warning says so, and rightly.
pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")

TEXT = """
scenario = "aug2025-as-run"
[set]
population.size = 3000
requests.count = 200
requests.coverage = 0.5
replicates = 2
[axes]
linkage.rule = ["irs_2025", "name_only"]
requests.tin_share = [0.2, 0.6]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    (tmp_path / "small.toml").write_text(TEXT, encoding="utf-8")
    return load(tmp_path / "small.toml")


def counted(monkeypatch: pytest.MonkeyPatch, fail: str = "") -> list[int]:
    """Put a cheap world in place of the real one; return a list that grows with every scenario run."""
    asked: list[int] = []

    def cheap(scenarios: list[Scenario], number: int) -> list[Outcome]:
        found = []
        for scenario in scenarios:
            asked.append(number)
            if scenario.linkage.rule == fail:
                found.append(Outcome(error="MemoryError: too large"))
                continue
            share = int(100 * scenario.value("requests.tin_share"))
            row = dict.fromkeys([*COUNTS, "registry"], 0) | {"disclosed": 1_000, "wrong_disclosed": share}
            group = {"dimension": "origin", "level": "spanish"} | {name: row[name] for name in COUNTS}
            found.append(Outcome([row], [{"replicate": number} | group], seconds=0.1))
        return found

    monkeypatch.setattr(batches, "run_replicate", cheap)
    return asked


def test_a_sweep_writes_one_table_and_a_manifest_and_does_nothing_twice(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    first = sweep.run(plan, tmp_path, Options(engine="1", run_id=lambda s: f"r-{s.requests.count}"))
    again = sweep.run(plan, tmp_path, Options(engine="1", run_id=lambda s: f"r-{s.requests.count}"))
    assert len(asked) == 8
    assert (first.done, first.failed, first.reused, again.reused) == (4, 0, 0, 4)
    assert first.result_hash == again.result_hash
    manifest = json.loads((first.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [cell["settings"] for cell in manifest["cells"]] == [dict(cell.settings) for cell in plan.cells]
    assert {cell["run_id"] for cell in manifest["cells"]} == {"r-200"}
    assert "SYNTHETIC" in manifest["notice"]
    assert pl.read_parquet(first.folder / "sweep.parquet").equals(first.table)
    table = headline(first.table)
    assert table["requests.tin_share"].to_list() == [0.2, 0.6, 0.2, 0.6]
    assert table["value"].to_list() == [20, 60, 20, 60]


def test_another_engine_computes_everything_anew(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    sweep.run(plan, tmp_path, Options(engine="1"))
    assert sweep.run(plan, tmp_path, Options(engine="2")).reused == 0
    assert len(asked) == 16


def test_a_damaged_cell_is_found_and_computed_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counted(monkeypatch)
    first = sweep.run(plan, tmp_path, Options())
    cell = sorted((first.folder / "cells").iterdir())[0]
    cell.write_bytes(cell.read_bytes().replace(b'"disclosed":1000', b'"disclosed":9000'))
    again = sweep.run(plan, tmp_path, Options())
    assert (again.damaged, again.reused, len(asked)) == (1, 3, 10)
    assert again.result_hash == first.result_hash


def test_a_failed_cell_is_a_hole_kept_until_retried(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(monkeypatch, fail="name_only")
    first = sweep.run(plan, tmp_path, Options())
    assert (first.done, first.failed) == (2, 2)
    holes = headline(first.table).filter(pl.col("status") == "failed")
    assert holes["error"].to_list() == ["MemoryError: too large"] * 2
    assert holes["value"].to_list() == [None, None]
    asked = counted(monkeypatch)
    assert sweep.run(plan, tmp_path, Options()).failed == 2
    assert not asked
    assert sweep.run(plan, tmp_path, Options(retry=True)).failed == 0
    assert asked == [0, 0, 1, 1]


@pytest.mark.parametrize("after", range(1, 4))
def test_an_interrupt_keeps_every_population_that_is_done(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    asked = counted(monkeypatch)
    whole = sweep.run(plan, tmp_path / "whole", Options(together=2)).result_hash
    cheap = batches.run_replicate

    def interrupted(scenarios: list[Scenario], number: int) -> list[Outcome]:
        if len(asked) == 2 * after:
            raise KeyboardInterrupt
        return cheap(scenarios, number)

    asked.clear()
    monkeypatch.setattr(batches, "run_replicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep.run(plan, tmp_path, Options(together=2))
    asked.clear()
    monkeypatch.setattr(batches, "run_replicate", cheap)
    again = sweep.run(plan, tmp_path, Options(together=2))
    assert again.reused == 2 * (after // 2)
    assert len(asked) == 8 - 2 * after
    assert again.result_hash == whole
    assert sorted(path.name for path in again.folder.iterdir() if path.name != ".lock") == [
        "cells", "manifest.json", "sweep.csv", "sweep.parquet",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_made_is_refused(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError, match="cannot be written"):
        sweep.run(plan, tmp_path / "file", Options())


def test_progress_is_told_cell_by_cell(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(monkeypatch)
    told: list[tuple[int, int]] = []
    sweep.run(plan, tmp_path, Options(), lambda step, done, total, **info: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_cells_of_one_world_go_together_and_every_worker_gets_some(plan: Plan) -> None:
    assert [len(group) for group in batches.batches(plan.cells)] == [4]
    assert [len(group) for group in batches.batches(plan.cells, workers=2)] == [2, 2]
    assert [len(group) for group in batches.batches(plan.cells, most=3)] == [3, 1]
    other = [*plan.cells, *load(Path("file-size")).cells[:2]]
    assert [len(group) for group in batches.batches(other)] == [4, 1, 1]


def test_scenarios_of_different_people_are_not_run_as_one_world(plan: Plan) -> None:
    base = plan.cells[0].scenario
    with pytest.raises(ValueError, match="different people"):
        run_replicate([base, base.replace({"seed": 9})], 0)


@pytest.mark.slow
def test_one_pass_for_many_scenarios_gives_what_each_gives_alone(plan: Plan) -> None:
    scenarios = [cell.scenario for cell in plan.cells]
    scenarios.append(scenarios[0].replace({"noise.surname_typo.rate": 0.5, "linkage.tie": "all"}))
    joint = run_replicate(scenarios, 1)
    alone = [run_replicate([scenario], 1)[0] for scenario in scenarios]
    assert [outcome.counts for outcome in joint] == [outcome.counts for outcome in alone]
    assert [outcome.group_counts for outcome in joint] == [outcome.group_counts for outcome in alone]


@pytest.mark.slow
def test_a_scenario_that_fails_leaves_the_others_of_its_batch_alone(plan: Plan) -> None:
    scenarios = [plan.cells[0].scenario, plan.cells[1].scenario.replace({"requests.count": 40_000})]
    well, ill = run_replicate(scenarios, 0)
    assert len(well.counts) == 1
    assert ill.counts == [] and "requests.coverage" in ill.error
    with pytest.raises(StudyError, match=r"replicate 0: .*requests\.coverage: asks"):
        evaluate(scenarios, Workers(), silent)


def test_what_cannot_fit_is_refused_with_what_it_would_need() -> None:
    modest, huge = Scenario.of(), Scenario.of({"requests.count": 50_000_000, "population.size": 160_000_000})
    refuse_if_too_large(estimate([modest]))
    assert estimate([huge]).memory > 50 * 2**30
    assert physical_memory() > 0
    with pytest.raises(RefusedError, match=r"needs about .* GB"):
        refuse_if_too_large(estimate([huge] * 2, workers=10))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_sweep_reads_and_says_what_it_is_for(name: str) -> None:
    plan = load(name)
    assert plan.title and plan.summary
    assert len(plan.cells) >= 3
