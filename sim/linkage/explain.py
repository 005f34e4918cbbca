"""Why a pair got its score: one row a field, in plain words, from the prior to the total.

The rows are the data of a waterfall chart. Nine-digit numbers are shown by their last four digits only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.curve import to_probability
from sim.linkage.levels import Decode, level_numbers
from sim.linkage.normalise import Fields
from sim.population import CHUNK, SUFFIXES
from sim.registry import Registry
from sim.scenario import Scenario

LABELS = {
    "surname": "Last name",
    "given": "First name",
    "middle": "Middle initial",
    "suffix": "Suffix (Jr, Sr)",
    "birth": "Date of birth",
    "tin": "Taxpayer number",
    "address": "Address",
    "zip": "ZIP code",
    "street": "Street",
    "number": "House number",
    "unit": "Apartment",
    "name_control": "First letters of last name",
}
_WORDS = {
    Kind.MISSING: "not given on one side: says nothing",
    Kind.EXACT: "the same",
    Kind.SHARED: "one surname in common",
    Kind.FIRST: "the same in part",
    Kind.PREFIX: "first {at:.0f} letters the same",
    Kind.JARO_WINKLER: "spelled alike",
    Kind.EDIT: "all but {at:.0f} letters the same",
    Kind.ONE_DIGIT: "one digit differs",
    Kind.TRANSPOSED: "two neighbouring digits exchanged",
    Kind.DAY_MONTH: "day and month exchanged",
    Kind.NEAR: "differs by at most {at:.0f}",
    Kind.LEADING: "first digits the same",
    Kind.ELSE: "different",
}
_OWN_WORDS = {
    ("given", Kind.PREFIX, 1): "same initial only",
    ("birth", Kind.LEADING, 4): "same year only",
    ("address", Kind.FIRST, 3): "same building, other apartment",
    ("address", Kind.FIRST, 2): "same street, other house",
    ("address", Kind.FIRST, 1): "same ZIP code only",
    ("address", Kind.LEADING, 2): "same ZIP area (first three digits)",
}
_NOTABLE = 1.0  # bits of value-frequency adjustment worth a word


def waterfall(
    path: Path, request: Mapping[str, int], record: Mapping[str, int], decode: Decode | None = None
) -> pl.DataFrame:
    """Return the evidence on one pair of coded rows (field -> code, 0 missing).

    Columns: field, label, request, record (values in words), level (in words), bits, frequency (bits added
    for a rare value or taken off for a common one), total (running, bits). First row: the prior; last: the
    total.
    """
    rows = [_row("prior", "Before any comparison", "", "", _odds_words(path.base), path.base, 0.0)]
    for comparison in path.comparisons:
        level = _level_of(comparison, request, record, decode)
        frequency = _frequency(comparison, level, request)
        own = _OWN_WORDS.get((comparison.field, level.kind, int(level.at)))
        words = (own or _WORDS[level.kind]).format(at=level.at)
        if abs(frequency) >= _NOTABLE:
            words += " (a rare value)" if frequency > 0 else " (a common value)"
        sides = (_shown(comparison, side, decode) for side in (request, record))
        label = LABELS.get(comparison.field, comparison.field)
        rows.append(_row(comparison.field, label, *sides, words, level.weight, frequency))
    total = float(sum(row["bits"] + row["frequency"] for row in rows))
    frame = pl.DataFrame(rows).with_columns(total=(pl.col("bits") + pl.col("frequency")).cum_sum())
    last = _row("total", "Score", "", "", f"probability {float(to_probability(total)):.4f}", total, 0.0)
    return pl.concat([frame, pl.DataFrame([last | {"total": total}])])


def explain_pair(
    registry: Registry, frame: pl.DataFrame, row: int, record: int, path: Path, scenario: Scenario
) -> pl.DataFrame:
    """Return the waterfall of a row of the (noised) request frame and the record of that number."""
    fields = Fields.of(registry, scenario)
    names = list(dict.fromkeys(name for c in path.comparisons for name in c.columns))
    coded = fields.requests(frame[row : row + 1])
    chunk, place = registry.chunk(record // CHUNK), np.array([record % CHUNK])
    filed = fields.records(chunk, names, place)
    mine, theirs = ({name: int(side[name][0]) for name in names} for side in (coded, filed))
    return waterfall(path, mine, theirs, fields.decode)


def _level_of(
    comparison: Comparison, request: Mapping[str, int], record: Mapping[str, int], decode: Decode | None
) -> Level:
    mine, theirs = ([_array(side[name]) for name in comparison.columns] for side in (request, record))
    return comparison.levels[int(level_numbers(comparison, mine, theirs, decode)[0])]


def _frequency(comparison: Comparison, level: Level, request: Mapping[str, int]) -> float:
    if comparison.frequency is None or not level.share:
        return 0.0
    columns = {name: _array(request[name]) for name in comparison.columns}
    return level.share * float(comparison.frequency(columns)[0])


def _shown(comparison: Comparison, side: Mapping[str, int], decode: Decode | None) -> str:
    """Return a side's value in words; "" if it is missing."""
    match comparison.field:
        case "tin":
            return f"ends in {side['tin'] % 10_000:04d}" if side["tin"] else ""
        case "birth":
            value = side["birth"]
            return f"{value // 10_000:04d}-{value // 100 % 100:02d}-{value % 100:02d}" if value else ""
        case "middle":
            return chr(64 + side["middle"]) if side["middle"] else ""
        case "suffix":
            return SUFFIXES[side["suffix"]]
        case "address":
            number = str(side["number"] or "")
            parts = (number, _text("street", side, decode), _text("unit", side, decode), f"{side['zip']:05d}")
            return " ".join(part for part in parts if part) if side["zip"] else ""
    columns = comparison.columns[:-1] if comparison.as_set else comparison.columns
    return " ".join(filter(None, (_text(name, side, decode) for name in columns)))


def _text(field: str, side: Mapping[str, int], decode: Decode | None) -> str:
    code = side[field]
    if not code:
        return ""
    return str(code) if decode is None else decode(field, np.array([code], np.uint32))[0]


def _array(value: int) -> Any:
    return np.array([value], np.uint64 if value >= 2**32 else np.uint32)


def _row(*values: Any) -> dict[str, Any]:
    return dict(
        zip(("field", "label", "request", "record", "level", "bits", "frequency"), values, strict=True)
    )


def _odds_words(bits: float) -> str:
    """Return log2 odds as "one in so many"."""
    return f"one pair in {2**-bits + 1:,.0f} is the same person" if bits < 0 else f"odds {2**bits:,.1f} to 1"
