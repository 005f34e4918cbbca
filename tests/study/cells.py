"""Bodies of cells that hang together, drawn by the stand-in."""

from __future__ import annotations

from typing import Any

from tests.record.standin import study


def body(replicates: int = 2, seed: int = 1, **changes: object) -> dict[str, Any]:
    """Return what a sweep keeps of a cell, some of it changed."""
    result = study(replicates, 300, settings={"seed": seed})
    counted = [{k: int(v) for k, v in row.items() if k != "replicate"} for row in result.counts.to_dicts()]
    return {
        "scenario_sha256": "0" * 64, "settings": {"répétés": 1}, "status": "done", "error": "",
        "counts": counted, "group_counts": result.group_counts.to_dicts(), "seconds": 1.0, **changes,
    }  # fmt: skip
