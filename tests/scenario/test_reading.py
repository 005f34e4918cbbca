"""What a scenario file means: defaults, extends, scales, overrides."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.errors import InputErrors
from sim.scenario import Scenario

pytestmark = pytest.mark.usefixtures("configs")


def test_a_number_that_is_not_set_has_its_catalogue_value() -> None:
    assert Scenario.of().value("requests.coverage") == 0.1


def test_a_number_set_at_its_dotted_path_is_read_back() -> None:
    assert Scenario.of({"requests": {"coverage": 0.4}}).value("requests.coverage") == 0.4


def test_a_label_that_is_set_leaves_the_others_as_they_were() -> None:
    mix = {"honduras": 0.5, "other": 0.25}
    expected = {"honduras": 0.5, "mexico": 0.25, "other": 0.25}
    assert Scenario.of({"requests": {"origin_mix": mix}}).table("requests.origin_mix") == expected


def test_a_list_is_replaced_as_a_whole() -> None:
    assert Scenario.of({"requests.ages": [1, 2, 3]}).series("requests.ages") == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(("level", "rate"), [("clean", 0.0), ("published", 0.03), ("high", 0.1)])
def test_the_noise_level_gives_the_value_unless_it_is_set(level: str, rate: float) -> None:
    assert Scenario.of({"noise.level": level}).value("noise.surname_typo.rate") == rate
    both = Scenario.of({"noise": {"level": level, "surname_typo": {"rate": 0.07}}})
    assert both.value("noise.surname_typo.rate") == 0.07


def test_a_number_that_the_catalogue_lacks_cannot_be_used() -> None:
    with pytest.raises(
        InputErrors, match=r"requests.covrage: is used but not in .*did you mean requests.coverage"
    ):
        Scenario.of().value("requests.covrage")


def test_asking_for_a_number_where_a_table_stands_is_refused() -> None:
    scenario = Scenario.of()
    for ask in (scenario.value, scenario.series):
        with pytest.raises(InputErrors, match=r"requests\.origin_mix: is not a"):
            ask("requests.origin_mix")
    with pytest.raises(InputErrors, match="is not a table"):
        scenario.table("requests.coverage")


def test_a_file_takes_what_it_does_not_say_from_the_file_it_extends(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('title = "Base"\n[requests]\ncount = 7\ncoverage = 0.2\n')
    (tmp_path / "mine.toml").write_text('extends = "base.toml"\n[requests]\ncoverage = 0.3\n')
    scenario = Scenario.load(tmp_path / "mine.toml")
    assert (scenario.requests.count, scenario.value("requests.coverage")) == (7, 0.3)
    assert (scenario.name, scenario.title) == ("mine", "")


def test_a_file_may_extend_a_shipped_scenario_by_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('extends = "base"\nlinkage.tie = "all"\n')
    scenario = Scenario.load(tmp_path / "mine.toml")
    assert (scenario.linkage.rule, scenario.linkage.tie) == ("irs_2025", "all")


def test_a_table_label_wins_over_the_extended_file_alone(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[requests.origin_mix]\nhonduras = 0.5\nother = 0.25\n")
    (tmp_path / "mine.toml").write_text(
        'extends = "base.toml"\n[requests.origin_mix]\nmexico = 0.0\nother = 0.5\n'
    )
    expected = {"honduras": 0.5, "mexico": 0.0, "other": 0.5}
    assert Scenario.load(tmp_path / "mine.toml").table("requests.origin_mix") == expected


def test_a_shipped_scenario_is_found_by_its_name() -> None:
    assert Scenario.load("base").title == "Base"


def test_a_scale_sets_the_sizes_and_set_wins_over_it() -> None:
    assert Scenario.load("base").population.size == 1_000_000
    assert Scenario.load("base", scale="national").population.size == 100_000
    assert Scenario.load("base", [("population.size", "5")], scale="national").population.size == 5


def test_a_scenario_may_say_what_a_scale_means_for_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[scale.national]\nrequests.count = 77\n[scale.preview]\n")
    assert Scenario.load(path).requests.count == 10_000
    large = Scenario.load(path, scale="national")
    assert (large.requests.count, large.population.size) == (77, 100_000)


def test_a_scale_that_is_not_asked_for_does_not_change_the_identity(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[scale.national]\nrequests.count = 77\n")
    assert Scenario.load(path).sha256() == Scenario.of().sha256()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("linkage.rule", "name_only", "name_only"),
        ("linkage.rule", '"name_only"', "name_only"),
        ("title", "A title, with = and [brackets", "A title, with = and [brackets"),
        ("title", "2025", "2025"),
        ("linkage.one_to_one", "true", True),
        ("linkage.threshold", "-3", -3.0),
        ("requests.count", "1_000", 1000),
        ("linkage.blocking", '["surname+birth_year"]', ["surname+birth_year"]),
    ],
)
def test_set_takes_toml_values_and_plain_words(key: str, text: str, value: object) -> None:
    found = Scenario.load("base", [(key, text)]).resolved()
    for part in key.split("."):
        found = found[part]
    assert found == value


def test_set_takes_one_label_or_an_inline_table() -> None:
    one = Scenario.load(
        "base", [("requests.origin_mix.honduras", "0.5"), ("requests.origin_mix.other", "0.25")]
    )
    all_at_once = Scenario.load("base", [("requests.origin_mix", "{honduras = 0.5, other = 0.25}")])
    assert one == all_at_once


def test_set_cannot_smuggle_in_a_second_key() -> None:
    with pytest.raises(InputErrors, match=r"--set: requests\.count: should be a whole number"):
        Scenario.load("base", [("requests.count", "5\nseed = 9")])


def test_replace_moves_numbers_that_follow_the_noise_level_and_keeps_those_that_were_set() -> None:
    start = Scenario.of({"requests.coverage": 0.4})
    moved = start.replace({"noise.level": "high"})
    assert (moved.value("noise.surname_typo.rate"), moved.value("requests.coverage")) == (0.1, 0.4)


def test_a_scenario_does_not_change_and_travels_to_workers() -> None:
    scenario = Scenario.of({"requests.coverage": 0.4})
    with pytest.raises(ValidationError):
        scenario.seed = 3  # type: ignore[misc]
    scenario.table("requests.origin_mix")["mexico"] = 9.0
    assert scenario.table("requests.origin_mix")["mexico"] == 0.25
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert hash(copy) == hash(scenario)
