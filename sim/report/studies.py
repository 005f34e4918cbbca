"""Reading the result of a sensitivity study into what section 13 shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import InputErrors, Mistake
from sim.parameters import catalogue
from sim.study.breakeven import BreakEven
from sim.study.sensitivity import Bar

NAME = "sensitivity.json"


def read_study(path: Path) -> Mapping[str, Any]:
    """Return a study from its file, or from `sensitivity.json` in its folder.

    Keys: summary (text), swings (label, low_input, high_input, low, high, assumed), break_even (input,
    statement, value, unit). Raises InputErrors when it is missing or has another shape.
    """
    file = path / NAME if path.is_dir() else path
    try:
        found = json.loads(file.read_text("utf-8"))
    except OSError:
        raise InputErrors([Mistake("command line", "--study", f"cannot be read (got '{path}')")]) from None
    except ValueError:
        raise InputErrors([Mistake(file.name, "the whole", "is not JSON")]) from None
    problem = _problem(found)
    if problem:
        raise InputErrors([Mistake(file.name, *problem)])
    return dict(found)


def _problem(found: Any) -> tuple[str, str] | None:
    """Return key and problem of the first thing that has another shape, None if all is well."""
    if not isinstance(found, dict):
        return "the whole", "should be a table"
    for key, needed in (
        ("swings", {"label", "low_input", "high_input", "low", "high", "assumed"}),
        ("break_even", {"input", "statement", "value", "unit"}),
    ):
        for row in found.get(key, []):
            if not isinstance(row, dict) or needed - set(row):
                return key, f"each entry should have {', '.join(sorted(needed))}"
    return None


def as_study(bars: Sequence[Bar], turning: Sequence[BreakEven] = (), summary: str = "") -> dict[str, Any]:
    """Return results of `sim.study` in the shape that `read_study` reads and section 13 shows."""
    return {
        "summary": summary,
        "swings": [
            {
                "label": bar.factor.label,
                "low_input": bar.factor.low,
                "high_input": bar.factor.high,
                "low": bar.at_low.value,
                "high": bar.at_high.value,
                "assumed": bar.factor.grade == "assumption",
            }
            for bar in bars
            if bar.at_low.value is not None and bar.at_high.value is not None
        ],
        "break_even": [
            {
                "input": each.factor.label,
                "statement": each.words,
                "value": ", ".join(f"{value:.3g}" for value in each.crossings) or "not within the range",
                "unit": catalogue()[each.factor.key].unit,
            }
            for each in turning
        ],
    }
