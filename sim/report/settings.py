"""A scenario written short: one line a setting, defaults included, readable as a scenario file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sim.parameters import catalogue
from sim.scenario import Scenario
from sim.scenario_build import NONE
from sim.scenario_files import GIVEN


def settings(scenario: Scenario) -> str:
    """Return a TOML document of dotted keys that loads to this very scenario.

    `scenario.to_toml()` says the same at five times the length; this is for printing.
    """
    return _document(scenario.flat() | {GIVEN: scenario.given})


def _document(flat: Mapping[str, Any]) -> str:
    lines = [f"{key} = {toml_value(value)}" for key, value in sorted(flat.items()) if value is not None]
    top = [line for line in lines if "." not in line.split(" = ")[0]]
    return "\n".join([*top, *(line for line in lines if line not in top)]) + "\n"


def changed(scenario: Scenario) -> str:
    """Return as TOML what the scenario says otherwise than an empty one would; it loads to the same scenario.

    Parameters are compared with the catalogue's value at the scenario's level of noise.
    """
    usual = {**Scenario().flat(), "name": None, "noise.level": None}
    known, level = catalogue(), scenario.noise.level
    differing = {
        key: value
        for key, value in scenario.flat().items()
        if value is not None
        and (key in scenario.given or value != (known[key].at(level) if key in known else usual.get(key)))
    }
    return _document(differing)


def toml_value(value: Any) -> str:
    """Return a TOML value on one line; the word "none" for a threshold that is not set."""
    if value is None:
        return json.dumps(NONE)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    # A JSON string with its non-ASCII letters kept is a TOML basic string, but for DEL.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def _key(key: str) -> str:
    return (
        key
        if key.replace("_", "").replace("-", "").isascii() and key.replace("_", "").replace("-", "").isalnum()
        else json.dumps(key)
    )
