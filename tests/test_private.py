"""No file that the program writes holds a generated number whole, whatever its format."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sim.commands.run import unfinished
from sim.dashboard.files import offers
from sim.masking import mask_ledger
from sim.record import write
from sim.report.findings import Findings
from sim.report.html import write as write_page
from sim.run import simulate
from sim.scenario import Scenario
from sim.study import sweep
from sim.study.grid import load
from sim.study.replicates import StudyResult, collect
from sim.study.sweep import Options
from sim.study.unfinished import NAME
from tests.private import Numbers, numbers_of, whole_numbers, whole_numbers_below

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning"),  # so short a list
]


@pytest.fixture(scope="module")
def asked() -> Scenario:
    """Return a question whose list is full of numbers that are on file, many of them mistyped or borrowed."""
    return Scenario.load("aug2025-as-run").replace(
        {
            "population.size": 20_000, "requests.count": 1_500, "requests.coverage": 0.8, "replicates": 1,
            "requests.tin_share": 0.9, "noise.tin_digit.rate": 0.2, "noise.tin_borrowed.rate": 0.2,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def numbers(asked: Scenario) -> Numbers:
    return numbers_of(asked)


@pytest.fixture(scope="module")
def result(asked: Scenario) -> StudyResult:
    return collect(asked, [simulate(asked, cases=True)])


def test_the_search_finds_numbers_where_they_are(result: StudyResult, numbers: Numbers) -> None:
    assert len(numbers) > 20_000
    for data in (_ipc(result.ledger), result.ledger.write_csv().encode(), f"x {numbers[0]:09d}.".encode()):
        assert whole_numbers(data, numbers)
    assert not whole_numbers(_ipc(mask_ledger(result.ledger)), numbers)


def test_no_part_of_an_unfinished_run_holds_one_and_the_result_is_the_same(
    tmp_path: Path, asked: Scenario, result: StudyResult, numbers: Numbers
) -> None:
    with pytest.raises(KeyboardInterrupt), unfinished(tmp_path) as kept:
        kept.keep_world(asked, 0, simulate(asked, cases=True))
        raise KeyboardInterrupt
    assert whole_numbers_below(tmp_path / NAME, numbers) == []
    with unfinished(tmp_path) as kept:
        world = kept.world(asked, 0)
        assert world is not None
        resumed = write(collect(asked, [world]), tmp_path / "resumed")
    first = write(result, tmp_path / "first")
    for path in first.iterdir():
        if path.name not in ("manifest.json", "ro-crate-metadata.json"):  # which hold the time
            assert path.read_bytes() == (resumed / path.name).read_bytes(), path.name


def test_no_run_report_bundle_or_download_holds_one(
    tmp_path: Path, result: StudyResult, numbers: Numbers
) -> None:
    folder = write(result, tmp_path)
    found = Findings.of(folder)
    write_page(folder)
    assert whole_numbers_below(tmp_path, numbers) == []
    hits = [hit for offer in offers(found) for hit in whole_numbers(offer.make(), numbers, offer.name)]
    assert hits == []


def test_no_cell_or_table_of_a_sweep_holds_one(tmp_path: Path, asked: Scenario, numbers: Numbers) -> None:
    (tmp_path / "asked.toml").write_text(asked.to_toml())
    (tmp_path / "small.toml").write_text(
        f'scenario = "{tmp_path / "asked.toml"}"\n[axes]\nlinkage.rule = ["irs_2025", "name_only"]\n'
    )
    done = sweep.run(load(tmp_path / "small.toml"), tmp_path / "out", Options())
    assert (done.done, whole_numbers_below(done.folder, numbers)) == (2, [])


def _ipc(frame) -> bytes:  # type: ignore[no-untyped-def]
    part = io.BytesIO()
    frame.write_ipc(part)
    return part.getvalue()
