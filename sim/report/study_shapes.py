"""What a study of the inputs must look like: as `sim sensitivity --json` prints it, and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from sim.reading import brief

_TEXT = {"type": "string", "maxLength": 4_000}
_NUMBER = {"type": "number", "minimum": -1e15, "maximum": 1e15}
_KNOWN_OR_NOT = {"anyOf": [_NUMBER, {"type": "null"}]}
_PLAIN = {"anyOf": [_NUMBER, _TEXT, {"type": "boolean"}, {"type": "null"}]}


def _pair(each: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 2, "maxItems": 2, "items": each}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": dict(properties)}


_FACTOR = {"factor": _TEXT, "grade": _TEXT}
_SPANS = dict.fromkeys(("luck", "inputs", "structure"), _pair(_KNOWN_OR_NOT))
FOUND: Mapping[str, dict[str, Any]] = {
    "morris": _object({**_FACTOR, **dict.fromkeys(("mu_star", "low", "high"), _NUMBER)}),
    "sobol": _object(
        {
            **_FACTOR,
            **dict.fromkeys(("total", "total_half_width", "first", "first_half_width"), _NUMBER),
        }
    ),
    "tornado": _object(
        {
            **_FACTOR,
            "at": {"type": "array", "minItems": 2, "maxItems": 20, "items": _PLAIN},
            **dict.fromkeys(("rate_at_low", "rate_at_high"), _KNOWN_OR_NOT),
        }
    ),
    "break-even": _object(
        {
            "factor": _TEXT,
            "target": _PLAIN,
            "crossings": {"type": "array", "maxItems": 1_000, "items": _NUMBER},
            "words": _TEXT,
        }
    ),
    "uncertainty": _object(_SPANS),
}
"""One result of each method."""

_LIST = {"type": "array", "maxItems": 10_000}
_TABLE = {**_LIST, "items": {"type": "array", "maxItems": 10, "items": _TEXT}}
KEPT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "summary": _TEXT,
        "asked": {**_LIST, "items": {"type": "object"}},
        "studies": {**_LIST, "items": {"type": "object"}},
        "swings": {
            **_LIST,
            "items": _object(
                {
                    "label": _TEXT,
                    "low_input": _PLAIN,
                    "high_input": _PLAIN,
                    "low": _NUMBER,
                    "high": _NUMBER,
                    "assumed": {"type": "boolean"},
                }
            ),
        },
        "break_even": {
            **_LIST,
            "items": _object(dict.fromkeys(("input", "statement", "value", "unit"), _TEXT)),
        },
        "screening": _TABLE,
        "indices": _TABLE,
        "uncertainty": {"anyOf": [{"type": "null"}, _object(_SPANS)]},
    },
}
"""A kept file, all studies of one question together."""


def problem_of(value: Any, schema: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return key and problem of the first place of a JSON value that breaks a schema, None if none does."""
    first = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if first is None:
        return None
    return ".".join(map(str, first.absolute_path)) or "the whole", brief(first.message)
