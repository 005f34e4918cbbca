"""The JSON Schema of a scenario file, derived from models and catalogue; nothing is listed by hand."""

from __future__ import annotations

from typing import Any

from sim.parameters import Parameter, catalogue
from sim.scenario import Scenario
from sim.scenario_build import NONE
from sim.scenario_files import SCALED, scales

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file as a TOML or JSON table.

    Every parameter carries its range (`minimum`, `maximum`) and default, and as `x-unit`, `x-source` and
    `x-grade` what the catalogue knows of it. Raises InputErrors if the catalogue is broken.
    """
    document = _inlined(Scenario.model_json_schema())
    document["properties"].pop("parameters")
    for key, entry in catalogue().items():
        _place(document, key.split("."), _parameter(entry))
    document["properties"]["extends"] = {
        "type": "string",
        "description": "A scenario file in the same folder tree, or a shipped scenario, to start from",
    }
    document["properties"]["scale"] = _scale(document)
    return {"$schema": DIALECT, "title": "Scenario of the Linkage Error Simulator"} | {
        key: value for key, value in document.items() if key != "title"
    }


def _inlined(document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its references put in place, so that parameters can join their section."""
    parts = document.pop("$defs", {})

    def settle(node: Any) -> Any:
        if isinstance(node, list):
            return [settle(child) for child in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            rest = {key: child for key, child in node.items() if key not in ("$ref", "default")}
            return settle(parts[node["$ref"].rsplit("/", 1)[1]] | rest)
        if node == {"type": "null"}:  # TOML has no null
            return {"const": NONE}
        return {key: settle(child) for key, child in node.items()}

    settled: dict[str, Any] = settle(document)
    return settled


def _place(section: dict[str, Any], path: list[str], entry: dict[str, Any]) -> None:
    for part in path[:-1]:
        empty = {"type": "object", "additionalProperties": False, "properties": {}}
        section = section.setdefault("properties", {}).setdefault(part, empty)
    section.setdefault("properties", {})[path[-1]] = entry


def _parameter(entry: Parameter) -> dict[str, Any]:
    low, high = entry.range
    number: dict[str, Any] = {"type": "number", "minimum": low, "maximum": high}
    if entry.form is not None:
        number["multipleOf"] = 1
    known: dict[str, Any] = {
        "title": entry.label,
        "description": entry.description,
        "default": entry.value,
        "x-unit": entry.unit,
        "x-source": entry.source,
        "x-grade": entry.grade,
    }
    if entry.levels:
        known["x-levels"] = dict(entry.levels)
    if entry.sums_to is not None:
        known["x-sums-to"] = entry.sums_to
    if isinstance(entry.value, dict):
        labels = {label: number for label in entry.value}
        return {"type": "object", "additionalProperties": False, "properties": labels} | known
    if isinstance(entry.value, tuple):
        count = len(entry.value)
        return {"type": "array", "items": number, "minItems": count, "maxItems": count} | known
    return number | known


def _scale(document: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    for key in SCALED:
        found = document
        for part in key.split("."):
            found = found["properties"][part]
        _place(settings, key.split("."), {k: v for k, v in found.items() if k != "default"})
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: settings for name in scales()},
        "description": "What this scenario sets when it is run at a named scale",
    }
