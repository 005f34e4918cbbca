"""The canonical form: the same question has the same hash, a different one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.parameters import catalogue
from sim.scenario import Scenario
from sim.scenario_files import value_of
from sim.toml_files import parse_toml

lenient = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
words = st.text(st.characters(exclude_categories=["C"]), max_size=30)
sixty_fourths = st.integers(0, 64).map(lambda n: n / 64)


@st.composite
def settings_tables(draw: st.DrawFn) -> dict[str, Any]:
    first, second = sorted(draw(st.tuples(sixty_fourths, sixty_fourths)))
    possible = {
        "title": words,
        "seed": st.integers(0, 2**64 - 1),
        "replicates": st.integers(1, 10_000),
        "population.size": st.integers(1, 400_000_000),
        "requests.coverage": st.floats(0, 1),
        "requests.ages": st.lists(st.floats(0, 120), min_size=3, max_size=3),
        "requests.origin_mix": st.just({"honduras": first, "mexico": second - first, "other": 1 - second}),
        "noise.level": st.sampled_from(["clean", "published", "high"]),
        "noise.surname_typo.rate": st.floats(0, 1),
        "linkage.tie": st.sampled_from(["withhold", "first", "all", "best"]),
        "linkage.threshold": st.floats(-1e6, 1e6),
        "linkage.blocking": st.lists(st.sampled_from(["surname+zip", "birth"]), max_size=2, unique=True),
    }
    return draw(st.fixed_dictionaries({}, optional=possible))


@lenient
@given(table=settings_tables())
def test_writing_and_reading_a_scenario_gives_the_same_scenario(
    configs: object, table: Mapping[str, Any]
) -> None:
    scenario = Scenario.of(table)
    again = Scenario.of(parse_toml(scenario.to_toml().encode(), "again"))
    assert again == scenario
    assert again.canonical() == scenario.canonical()


@lenient
@given(table=settings_tables(), data=st.data())
def test_a_default_that_is_written_out_has_the_hash_of_one_left_out(
    configs: object, table: Mapping[str, Any], data: st.DataObject
) -> None:
    short = Scenario.of(table)
    resolved = short.flat()
    extra = data.draw(st.lists(st.sampled_from(sorted(resolved)), unique=True))
    explicit = dict(table) | {key: resolved[key] for key in extra if resolved[key] is not None}
    assert Scenario.of(explicit).sha256() == short.sha256()


@lenient
@given(table=settings_tables())
def test_the_order_of_settings_does_not_matter(configs: object, table: Mapping[str, Any]) -> None:
    assert Scenario.of(dict(reversed(table.items()))).sha256() == Scenario.of(table).sha256()


@given(st.text(max_size=40))
def test_any_text_after_set_is_a_value_or_itself(text: str) -> None:
    value = value_of(text)
    assert value == text or not isinstance(value, str) or text.strip()[:1] in ("'", '"')


@pytest.mark.usefixtures("configs")
def test_negative_zero_is_zero() -> None:
    assert Scenario.of({"requests.coverage": -0.0}).sha256() == Scenario.of({"requests.coverage": 0}).sha256()
    negative, plain = Scenario.of({"linkage.threshold": -0.0}), Scenario.of({"linkage.threshold": 0})
    assert negative.canonical() == plain.canonical()


@pytest.mark.usefixtures("configs")
def test_an_integer_and_the_equal_real_number_are_one_value() -> None:
    assert (
        Scenario.of({"linkage.threshold": 12}).sha256() == Scenario.of({"linkage.threshold": 12.0}).sha256()
    )


@pytest.mark.usefixtures("configs")
@pytest.mark.parametrize("key", ["seed", "replicates", "requests.coverage", "linkage.threshold"])
def test_a_different_number_is_a_different_scenario(key: str) -> None:
    assert (
        Scenario.of({key: 1}).replace({key: 0 if "." in key else 2}).sha256()
        != Scenario.of({key: 1}).sha256()
    )


@pytest.mark.usefixtures("configs")
def test_words_are_not_part_of_the_identity() -> None:
    named = Scenario.of({"name": "other", "title": "Another title", "summary": "Another summary."})
    assert named.sha256() == Scenario.of().sha256()


@pytest.mark.usefixtures("configs")
def test_a_slice_depends_on_its_part_alone() -> None:
    start = Scenario.of()
    population = ("seed", "population.")
    assert start.replace({"linkage.tie": "all"}).slice_sha(population) == start.slice_sha(population)
    assert start.replace({"population.size": 5}).slice_sha(population) != start.slice_sha(population)
    assert start.replace({"seed": 5}).slice_sha(population) != start.slice_sha(population)
    assert start.slice_sha(("requests.",)) != start.slice_sha(population)


def test_what_the_rule_says_is_part_of_the_question() -> None:
    scenario = Scenario.of({"linkage.rule": "name_zip"})
    assert f'"rule":"{scenario.rule_sha256()}"' in scenario.canonical().decode()


@pytest.mark.usefixtures("configs")
def test_the_canonical_form_is_sorted_compact_json_with_every_parameter() -> None:
    text = Scenario.of({"title": "A title"}).canonical().decode()
    head = '{"format":"linkage-error-simulator/scenario/1","rule":null,"settings":{"linkage.address_check":'
    assert text.startswith(head)  # this folder of configuration has no rules
    assert '"requests.origin_mix":{"honduras":0.25,"mexico":0.25,"other":0.5}' in text
    assert "title" not in text
    assert all(f'"{key}":' in text for key in catalogue())
