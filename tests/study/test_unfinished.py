"""Studies that were stopped go on from the parts they finished, and to the same result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sim.masking import mask_ledger
from sim.record.writer import texts_of
from sim.replicate import World
from sim.run import simulate
from sim.scenario import Scenario
from sim.study import batches, replicates
from sim.study.batches import evaluate
from sim.study.compare import compare
from sim.study.replicates import StudyResult
from sim.study.unfinished import Unfinished
from sim.study.workers import Workers
from tests.study.cells import body

pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")

SMALL = {"population.size": 3_000, "requests.count": 200, "requests.coverage": 0.5}
WEIGHING = SMALL | {"population.size": 20_000, "linkage.rule": "probabilistic", "linkage.tie": "best"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the replicates made, in order, filled while a study is at work."""
    found: list[int] = []

    def counted(scenario: Scenario, number: int, *more: Any, **others: Any) -> World:
        found.append(number)
        return simulate(scenario, number, *more, **others)

    monkeypatch.setattr(replicates, "simulate", counted)
    return found


def rows(result: StudyResult) -> tuple[Any, ...]:
    """Return all of a result as it is written: a part that was kept has its ledger masked already."""
    frames = (
        result.outcomes, mask_ledger(result.ledger), result.tallies, result.counts, result.group_counts,
        result.disclosures,
    )  # fmt: skip
    return *(frame.rows() for frame in frames), *(frame.schema for frame in frames), texts_of(result)


def stopped_after(number: int) -> Callable[..., None]:
    def progress(step: str, done: int, total: int, **info: Any) -> None:
        if step in ("Populations", "Settings") and done == number:
            raise KeyboardInterrupt

    return progress


@pytest.mark.slow
@pytest.mark.parametrize("settings", [SMALL, WEIGHING], ids=["a rule", "a rule with a curve and cases"])
def test_a_run_that_was_stopped_makes_only_what_is_missing_and_gives_the_same_rows(
    settings: dict[str, Any], tmp_path: Path, made: list[int]
) -> None:
    scenario = Scenario.of(settings | {"replicates": 3})
    undisturbed = rows(replicates.run(scenario))
    made.clear()
    with pytest.raises(KeyboardInterrupt):
        replicates.run(scenario, stopped_after(2), kept=Unfinished(tmp_path / "parts", "engine"))
    kept = Unfinished(tmp_path / "parts", "engine")
    again = replicates.run(scenario, kept=kept)
    assert [number for number in made if number < 2] == [0, 1] and set(made) == {0, 1, 2}
    assert rows(again) == undisturbed
    kept.done()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_more_populations_go_on_from_fewer_but_not_of_another_engine_or_question(
    tmp_path: Path, made: list[int]
) -> None:
    def ask(changed: dict[str, Any], engine: str) -> list[int]:
        made.clear()
        replicates.run(Scenario.of(SMALL | changed), kept=Unfinished(tmp_path, engine))
        return sorted(set(made))

    assert ask({"replicates": 2}, "one") == [0, 1]
    assert ask({"replicates": 3}, "one") == [2]
    assert ask({"replicates": 2}, "two") == [0, 1]
    assert ask({"replicates": 2, "seed": 7}, "one") == [0, 1]
    assert ask({"replicates": 2, "linkage.rule": "name_only", "linkage.tie": "first"}, "one") == [0, 1]


@pytest.mark.slow
def test_a_part_that_is_cut_short_or_edited_is_made_again(tmp_path: Path) -> None:
    scenario = Scenario.of(SMALL)
    world = simulate(scenario, 0)
    kept = Unfinished(tmp_path, "engine")
    kept.keep_world(scenario, 0, world)
    found = kept.world(scenario, 0)
    assert found is not None and found.outcomes.equals(world.outcomes) and found.cases == list(world.cases)
    [path] = tmp_path.iterdir()
    whole = path.read_bytes()
    middle = len(whole) // 2
    edited = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", whole[:100], whole[:-1], whole[: len(whole) // 2], edited):
        path.write_bytes(damaged)
        assert kept.world(scenario, 0) is None
    assert kept.world(scenario, 1) is None


@pytest.mark.slow
def test_a_study_of_many_settings_goes_on_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = batches.run_replicate

    def counted(scenarios: list[Scenario], number: int) -> list[batches.Outcome]:
        asked.append(len(scenarios))
        return real(scenarios, number)

    monkeypatch.setattr(batches, "run_replicate", counted)
    several = [Scenario.of(SMALL | {"replicates": 2, "requests.tin_share": share}) for share in (0.2, 0.5)]
    undisturbed = [(o.counts, o.group_counts) for o in evaluate(several, Workers())]
    assert asked == [2, 2]
    with pytest.raises(KeyboardInterrupt):
        evaluate(several, Workers(), stopped_after(2), kept=Unfinished(tmp_path, "engine"))
    again = evaluate(several, Workers(), kept=Unfinished(tmp_path, "engine"))
    assert asked == [2, 2, 2, 2]
    assert [(o.counts, o.group_counts) for o in again] == undisturbed
    three = compare(*several, kept=Unfinished(tmp_path, "engine"))
    assert asked == [2, 2, 2, 2] and three.first.value is not None


def test_what_a_killed_writer_left_does_not_stay(tmp_path: Path) -> None:
    kept = Unfinished(tmp_path / "parts", "engine")
    kept.keep_counts(Scenario.of(SMALL), 0, {"counts": []})
    (tmp_path / "parts" / ".tmp-half").write_bytes(b"half")
    kept.done()
    assert not (tmp_path / "parts").exists()


def test_where_nothing_can_be_kept_the_study_goes_on_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = Unfinished(tmp_path / "file" / "parts", "engine")
    scenario = Scenario.of(SMALL)
    with pytest.warns(UserWarning, match="parts: cannot be written .*; if this is stopped it starts anew"):
        kept.keep_counts(scenario, 0, {"counts": []})
    kept.keep_counts(scenario, 1, {"counts": []})  # and says so once
    assert kept.parts == 0
    kept.done()


def test_parts_of_another_study_are_left_where_they_are(tmp_path: Path) -> None:
    scenario = Scenario.of(SMALL)
    other, own = (Unfinished(tmp_path / "parts", engine) for engine in ("other", "own"))
    counts = body(1, seed=1)
    other.keep_counts(scenario, 0, counts)
    own.keep_counts(scenario, 0, body(1, seed=2))
    own.done()
    assert Unfinished(tmp_path / "parts", "own").counts(scenario, 0) is None
    assert Unfinished(tmp_path / "parts", "other").counts(scenario, 0) == counts
    other.done()
    assert not (tmp_path / "parts").exists()


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept = Unfinished()
    kept.keep_world(Scenario.of(SMALL), 0, World(pl.DataFrame(), pl.DataFrame(), pl.DataFrame()))
    assert kept.world(Scenario.of(SMALL), 0) is None
    kept.done()
    assert list(tmp_path.iterdir()) == []
