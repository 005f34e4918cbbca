"""Sweep files: what they mean, and every mistake told at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputErrors, RefusedError
from sim.study.grid import Plan, latin_hypercube, load, split_commas


def plan(folder: Path, text: str, *overrides: tuple[str, str], max_cells: int = 100) -> Plan:
    file = folder / "try.toml"
    file.write_text('scenario = "aug2025-as-run"\n' + text, encoding="utf-8")
    return load(file, overrides, max_cells)


def problems(folder: Path, text: str, *overrides: tuple[str, str]) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        plan(folder, text, *overrides)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_axes_are_crossed_and_the_last_moves_fastest(tmp_path: Path) -> None:
    made = plan(tmp_path, "[axes]\nrequests.count = [10, 20]\nseed = [1, 2, 3]\n")
    assert made.varied == ("requests.count", "seed")
    assert [tuple(cell.settings.values()) for cell in made.cells] == [
        (10, 1), (10, 2), (10, 3), (20, 1), (20, 2), (20, 3)
    ]  # fmt: skip
    assert made.cells[3].scenario.requests.count == 20
    assert [cell.number for cell in made.cells] == [0, 1, 2, 3, 4, 5]


def test_zipped_lists_move_together(tmp_path: Path) -> None:
    made = plan(tmp_path, '[zip]\nlinkage.rule = ["name_only", "name_zip"]\nlinkage.tie = ["all", "first"]\n')
    assert [(c.scenario.linkage.rule, c.scenario.linkage.tie) for c in made.cells] == [
        ("name_only", "all"), ("name_zip", "first")
    ]  # fmt: skip


def test_what_is_set_is_the_same_in_every_cell(tmp_path: Path) -> None:
    made = plan(tmp_path, "[set]\nreplicates = 2\npopulation.size = 500\n[axes]\nseed = [1, 2]\n")
    assert {(c.scenario.replicates, c.scenario.population.size) for c in made.cells} == {(2, 500)}


def test_every_part_of_every_axis_of_a_latin_hypercube_holds_one_point() -> None:
    points = latin_hypercube({"a": (0.0, 1.0), "b": (10.0, 20.0)}, 8, seed=3)
    for key, low, width in (("a", 0.0, 1.0), ("b", 10.0, 10.0)):
        parts = [int((point[key] - low) / width * 8) for point in points]
        assert sorted(parts) == list(range(8))
    assert points == latin_hypercube({"a": (0.0, 1.0), "b": (10.0, 20.0)}, 8, seed=3)
    assert [p["a"] for p in points] == [p["a"] for p in latin_hypercube({"a": (0.0, 1.0)}, 8, seed=3)]


def test_a_latin_hypercube_makes_cells_inside_its_ranges(tmp_path: Path) -> None:
    made = plan(
        tmp_path,
        "[latin_hypercube]\nsamples = 5\n[latin_hypercube.ranges]\noutcome.confidence = [0.8, 0.9]\n",
    )
    values = np.array([cell.scenario.value("outcome.confidence") for cell in made.cells])
    assert values.size == 5
    assert ((values >= 0.8) & (values <= 0.9)).all()


@pytest.mark.parametrize(
    ("text", "parts"),
    [("1,2,3", ["1", "2", "3"]), ("[1,2],[3]", ["[1,2]", "[3]"]), ('"a,b",c', ['"a,b"', "c"]), ("7", ["7"]),
     ("{a = 1, b = 2}", ["{a = 1, b = 2}"])],
)  # fmt: skip
def test_commas_outside_brackets_and_quotes_separate_values(text: str, parts: list[str]) -> None:
    assert split_commas(text) == parts


def test_an_override_with_commas_is_an_axis_and_one_value_fixes_the_key(tmp_path: Path) -> None:
    text = "[axes]\nseed = [1, 2]\nrequests.count = [10, 20]\n"
    made = plan(
        tmp_path, text, ("seed", "4,5,6"), ("requests.count", "30"), ("linkage.rule", "name_only,name_zip")
    )
    assert made.varied == ("seed", "linkage.rule")
    assert len(made.cells) == 6
    assert {cell.scenario.requests.count for cell in made.cells} == {30}


def test_a_sweep_without_anything_varied_is_one_cell(tmp_path: Path) -> None:
    assert len(plan(tmp_path, "").cells) == 1


def test_all_mistakes_of_a_sweep_are_told_at_once_each_at_its_key(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        "[axes]\nseed = []\nrequests.count = [5, 5]\nreplicates = 3\n"
        "[zip]\na = [1]\nb = [1, 2]\n[latin_hypercube]\nsamples = 4\nranges = {c = [2, 1], d = [true, 2]}\n",
    )
    assert len(told) == 6
    assert any("axes.seed: should be a list with at least one value (got [])" in line for line in told)
    assert any("axes.requests.count: repeats a value (got [5, 5])" in line for line in told)
    assert any("axes.replicates: should be a list" in line for line in told)
    assert any("zip: lists should have one length (got a: 1, b: 2)" in line for line in told)
    assert any("ranges.c: should be [lowest, highest] (got [2, 1])" in line for line in told)


def test_a_key_may_vary_in_one_way_only(tmp_path: Path) -> None:
    assert "seed: varies in two ways" in problems(tmp_path, "[axes]\nseed = [1]\n[zip]\nseed = [2]\n")[0]


def test_unknown_keys_are_refused_with_the_nearest_name(tmp_path: Path) -> None:
    assert "did you mean axes?" in problems(tmp_path, "[axis]\nseed = [1]\n")[0]
    assert problems(tmp_path, "qqq = 3\n")[0].endswith("is not a key of a sweep (got 3)")


def test_wrong_settings_inside_cells_are_told_with_the_file_of_the_sweep(tmp_path: Path) -> None:
    told = problems(tmp_path, '[axes]\nrequests.count = [10, -1]\nlinkage.tie = ["all", "some"]\n')
    assert len(told) == 2
    assert all("try.toml" in line for line in told)


def test_an_override_that_is_no_key_or_repeats_a_value_is_a_mistake(tmp_path: Path) -> None:
    told = problems(tmp_path, "", ("a b", "1"), ("seed", "1,1"))
    assert [line.split(":")[0] for line in told] == ["--set", "--set"]


def test_numbers_that_are_none_are_refused_by_the_scenario(tmp_path: Path) -> None:
    assert problems(tmp_path, "[axes]\noutcome.confidence = [nan, 0.9]\n")


def test_a_file_that_does_not_exist_or_lacks_its_scenario_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="no such file or shipped sweep"):
        load(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputErrors, match="scenario: is missing"):
        load(tmp_path / "empty.toml")


@pytest.mark.parametrize("name", ["../outside.toml", "none.toml", "a\\u0000b.toml"])
def test_the_base_scenario_must_be_shipped_or_lie_beside_the_sweep(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "outside.toml").write_text("", encoding="utf-8")
    file = tmp_path / "sub" / "try.toml"
    file.write_text(f'scenario = "{name}"\n', encoding="utf-8")
    with pytest.raises(InputErrors, match="a file beside the sweep"):
        load(file)


def test_a_scenario_beside_the_sweep_is_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[requests]\ncount = 77\n", encoding="utf-8")
    (tmp_path / "try.toml").write_text('scenario = "base.toml"\n', encoding="utf-8")
    assert load(tmp_path / "try.toml").cells[0].scenario.requests.count == 77


def test_an_absurd_grid_is_refused_before_it_is_built(tmp_path: Path) -> None:
    axes = "".join(f"x{k} = {list(range(20))}\n" for k in range(12))
    with pytest.raises(RefusedError, match="4,096,000,000,000,000 cells; at most 100"):
        plan(tmp_path, "[axes]\n" + axes)
