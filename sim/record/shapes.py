"""What every file of a run must hold: the columns of its tables and the keys of its worked links."""

from __future__ import annotations

from typing import Any

import polars as pl

from sim.noise.applying import LEDGER as FAULTS
from sim.outcome.cells import CELLS
from sim.outcome.counts import ADDRESSES, REQUESTS
from sim.outcome.counts import COUNTS as COUNTED
from sim.outcome.laws import CURVE, ROWS
from sim.outcome.words import CAUSES, OUTCOMES
from sim.reading import Columns

OUTCOMES_OF: Columns = {"replicate": pl.UInt16, **ROWS}
"""Columns of outcomes.parquet, as `sim.outcome.judge` makes them, the replicate first."""

LEDGER_OF: Columns = {"replicate": pl.UInt16, **FAULTS}
"""Columns of ledger.parquet."""

DISCLOSURES_OF: Columns = {"replicate": pl.UInt16, **CELLS}
"""Columns of disclosures.parquet, as `sim.outcome.cells` makes them."""

SEARCHED = ("registry", "candidates", "filtered")
COUNTS_OF: Columns = {
    "replicate": pl.Int64,
    "dimension": pl.String,
    "level": pl.String,
    **dict.fromkeys(COUNTED, pl.Int64),
    **dict.fromkeys(SEARCHED, pl.Int64),
}
"""Columns of counts.csv; SEARCHED are empty in the rows of groups."""

ADDRESSES_OF: Columns = {
    "replicate": pl.Int64,
    "dimension": pl.String,
    "level": pl.String,
    "disclosed": pl.Int64,
    **dict.fromkeys((*ADDRESSES, *REQUESTS), pl.Int64),
}
"""Columns of addresses.csv; REQUESTS are empty in the rows of groups."""

CURVE_OF: Columns = {"replicate": pl.Int64, **CURVE}
"""Columns of curve.csv."""

_TEXT = {"type": ["string", "null"], "maxLength": 500}
_WORDS = {"type": "string", "maxLength": 200}
_NUMBER = {"type": ["number", "null"]}
CASES: dict[str, Any] = {
    "type": "array",
    "maxItems": 1_000,
    "items": {
        "type": "object",
        "required": ["kind", "cause", "request", "path", "score", "threshold", "base", "bystanders",
                     "requested_person_absent", "fields", "note"],
        "additionalProperties": False,
        "properties": {
            "kind": {"enum": list(OUTCOMES)},
            "cause": {"enum": [*CAUSES, None]},
            "replicate": {"type": "integer", "minimum": 0},
            "request": {"type": "integer", "minimum": 0},
            "path": {"type": "string", "maxLength": 200},
            **dict.fromkeys(("score", "threshold", "base"), _NUMBER),
            "bystanders": {"type": "integer", "minimum": 0},
            "requested_person_absent": {"type": "boolean"},
            "note": {"type": "string", "maxLength": 2_000},
            "fields": {
                "type": "array",
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "required": ["field", "label", "asked", "on_file", "true", "compared", "weight"],
                    "additionalProperties": False,
                    "properties": {
                        **dict.fromkeys(("field", "label", "compared"), _WORDS),
                        **dict.fromkeys(("asked", "on_file", "true"), _TEXT),
                        "weight": _NUMBER,
                    },
                },
            },
        },
    },
}  # fmt: skip
"""JSON Schema of cases.json, as `sim.outcome.cases` makes them."""

BESIDE: dict[str, Any] = {
    "type": "array",
    "maxItems": 100,
    "items": {
        "type": "object",
        "required": ["role", "change", "run_id"],
        "additionalProperties": False,
        "properties": {
            "role": {"type": "string", "maxLength": 40},
            "change": {"type": "string", "maxLength": 2_000},
            "run_id": {"type": "string", "pattern": "^r-[0-9a-f]{12}$"},
        },
    },
}
"""JSON Schema of companions.json, the list of runs set beside a reported one."""
