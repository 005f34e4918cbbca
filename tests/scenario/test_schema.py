"""The JSON Schema says what the program accepts, parameter by parameter."""

from __future__ import annotations

from typing import Any

import pytest

from sim.parameters import catalogue
from sim.scenario import Scenario
from sim.scenario_files import presets
from sim.scenario_schema import schema
from sim.toml_files import leaves, read_toml


def at(document: dict[str, Any], key: str) -> dict[str, Any]:
    for part in key.split("."):
        document = document["properties"][part]
    return document


def test_every_parameter_is_in_it_with_range_unit_source_and_grade() -> None:
    document = schema()
    for key, entry in catalogue().items():
        found = at(document, key)
        assert (found["x-unit"], found["x-source"], found["x-grade"]) == (
            entry.unit,
            entry.source,
            entry.grade,
        )
        if isinstance(entry.value, float):
            assert (found["minimum"], found["maximum"]) == entry.range


def test_every_switch_is_in_it_with_its_choices_and_default() -> None:
    document = schema()
    assert at(document, "linkage.tie")["enum"] == ["withhold", "first", "all", "best"]
    assert at(document, "population.size")["default"] == 1_000_000
    assert at(document, "replicates")["maximum"] == 10_000


def test_it_stands_alone() -> None:
    assert "$ref" not in str(schema())
    assert "$defs" not in schema()


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_key_of_a_preset_is_in_it(name: str) -> None:
    document = schema()
    for path, _ in leaves(read_toml(presets()[name])):
        assert at(document, ".".join(path))


def test_every_setting_of_a_resolved_scenario_is_in_it_and_nothing_else_is_allowed() -> None:
    document = schema()
    for key in Scenario.of().flat():
        assert at(document, key)
    for path, node in leaves({"schema": document}):
        if path[-1] == "additionalProperties":
            assert node is False
