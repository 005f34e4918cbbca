"""Files of a sweep that survive a kill at any moment: written whole or not at all, checked when read.

A cell is one JSON file named by the hash of what it computes (`sim.whole_files` writes it); one that is cut
short or edited fails its own checksum and is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim import whole_files
from sim.scenario import Scenario

_CELL = b"linkage-error-simulator/cell-name/1\0"
FORMAT = "linkage-error-simulator/cell/1"


def cell_name(scenario: Scenario, engine: str) -> str:
    """Return sixteen hexadecimal digits that name what a cell computes."""
    return hashlib.sha256(_CELL + scenario.canonical() + b"\0" + engine.encode()).hexdigest()[:16]


def write_cell(path: Path, body: Mapping[str, Any]) -> None:
    """Write a cell with its checksum."""
    text = _canonical(body)
    whole = {"format": FORMAT, "sha256": hashlib.sha256(text).hexdigest(), "body": body}
    whole_files.write(path, _canonical(whole) + b"\n")


def read_cell(path: Path) -> dict[str, Any] | None:
    """Return the body of a cell, or None when the file is missing, cut short, edited or of another format."""
    try:
        whole = json.loads(path.read_bytes())
        body = whole["body"]
        sound = whole["format"] == FORMAT and whole["sha256"] == hashlib.sha256(_canonical(body)).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return body if sound and isinstance(body, dict) else None


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
