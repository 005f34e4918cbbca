"""The loop: every kind in its order, its cells changed, every change written down.

The ledger holds each change as (order, request, field, kind, before, after), in order of application; a
missing value is null. `replay` makes the noisy list from the clean one and the ledger alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sim.noise.kind import Cells, Noise, Settings
from sim.noise.who import Who
from sim.requests import FIELDS
from sim.rng import Streams
from sim.scenario import Scenario

LEDGER = {"order": pl.UInt32, "request": pl.UInt32, "field": pl.String, "kind": pl.String,
          "before": pl.String, "after": pl.String}  # fmt: skip
TALLY = {"kind": pl.String, "of": pl.String, "asked": pl.Float64, "requests": pl.UInt32,
         "eligible": pl.UInt32, "hit": pl.UInt32}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noisy:
    """The list with its errors, and where they came from.

    frame: columns and order of the clean list.  ledger: every change, columns LEDGER.
    tally: one row a kind that was on, columns TALLY: the rate asked, how many cells were eligible when its
    turn came, and how many requests were hit.
    """

    frame: pl.DataFrame
    ledger: pl.DataFrame
    tally: pl.DataFrame


def apply_all(noises: Sequence[Noise], clean: pl.DataFrame, scenario: Scenario, streams: Streams) -> Noisy:
    """Apply `noises` in order to the clean list. Kinds with rate 0 cost nothing and draw nothing."""
    who = Who(clean, scenario, streams)
    frame = clean.clone()
    changed: list[_Changed] = []
    tally: list[tuple[str, str, float, int, int, int]] = []
    for noise in noises:
        settings = Settings(scenario, noise.kind)
        if settings.value("rate") == 0.0:
            continue
        eligible = frame.select(noise.effect.eligible.fill_null(value=False)).to_series().to_numpy()
        rows = who.hit(noise, eligible, settings)
        tally.append(
            (noise.kind, noise.of, settings.value("rate"), len(eligible), int(eligible.sum()), len(rows))
        )
        if len(rows):
            changed += _change(noise, frame, rows, who, settings)
    return Noisy(frame, _ledger(changed), pl.DataFrame(tally, schema=TALLY, orient="row"))


@dataclass(frozen=True, slots=True)
class _Changed:
    """What one kind changed in one field, in the order of the rows."""

    kind: str
    field: str
    request: pl.Series
    before: pl.Series
    after: pl.Series


def _change(
    noise: Noise, frame: pl.DataFrame, rows: np.ndarray, who: Who, settings: Settings
) -> list[_Changed]:
    """Change the frame, column by column, and return what was changed.

    Fifty kinds at a few hundred rows each: what is done here is what polars does without making a plan.
    """
    cells, columns, entries = Cells(frame, rows), {}, []
    new = noise.effect.change(cells, who.luck(noise.kind, rows), settings)
    requests = cells["request"]
    for field in noise.effect.fields:
        before, after = cells[field], new[field].cast(FIELDS[field])
        differs = _differ(before, after)
        if not differs.any():
            continue
        held, put = before.filter(differs), after.filter(differs)
        columns[field] = frame[field].clone().scatter(cells.rows.filter(differs), put)
        entries.append(_Changed(noise.kind, field, requests.filter(differs), as_text(held), as_text(put)))
    for field, column in columns.items():
        frame.replace_column(frame.get_column_index(field), column.alias(field))
    return entries


def _differ(before: pl.Series, after: pl.Series) -> pl.Series:
    """Return where two columns differ, a missing value being equal to none but another."""
    if before.null_count() or after.null_count():
        return before.ne_missing(after)
    return before != after


def _ledger(changed: Sequence[_Changed]) -> pl.DataFrame:
    """Return all changes in order of application: by kind, then request, then field."""
    if not changed:
        return pl.DataFrame(schema=LEDGER)
    kinds = list(dict.fromkeys(each.kind for each in changed))
    sizes = [len(each.request) for each in changed]
    entry = np.repeat(np.arange(len(changed)), sizes)
    step = np.array([kinds.index(each.kind) for each in changed])
    request = pl.concat([each.request for each in changed])
    order = np.lexsort((entry, request.to_numpy(), step[entry]))
    table = pl.DataFrame({
        "request": request,
        "field": pl.Series([each.field for each in changed])[entry],
        "kind": pl.Series([each.kind for each in changed])[entry],
        "before": pl.concat([each.before for each in changed]),
        "after": pl.concat([each.after for each in changed]),
    })  # fmt: skip
    return table[order].with_row_index("order").cast(LEDGER)  # type: ignore[arg-type]


def as_text(values: pl.Series) -> pl.Series:
    """Return values as the ledger writes them: text, missing (null or the number 0) as null."""
    if values.dtype == pl.String:
        return values
    return (
        values.to_frame("v").select(pl.when(pl.col("v") != 0).then(pl.col("v").cast(pl.String))).to_series()
    )


def replay(clean: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the list that results when the changes of `ledger` are made, in order, to the clean list."""
    last = ledger.sort("order").unique(["request", "field"], keep="last", maintain_order=True)
    position = clean.select("request").with_row_index("row")
    columns = []
    for (field,), changes in last.group_by("field", maintain_order=True):
        located = changes.join(position, on="request", how="inner")
        after = located["after"] if FIELDS[field] == pl.String else located["after"].fill_null("0")
        columns.append(clean[field].clone().scatter(located["row"], after.cast(FIELDS[field])).alias(field))
    return clean.with_columns(columns)
