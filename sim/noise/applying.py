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
    frame = clean
    entries: list[pl.DataFrame] = []
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
            frame, changes = _change(noise, frame, rows, who, settings)
            entries.append(changes)
    ledger = pl.concat(entries) if entries else pl.DataFrame(schema=LEDGER).drop("order")
    numbered = ledger.with_row_index("order").cast(LEDGER)  # type: ignore[arg-type]
    return Noisy(frame, numbered, pl.DataFrame(tally, schema=TALLY, orient="row"))


def _change(
    noise: Noise, frame: pl.DataFrame, rows: np.ndarray, who: Who, settings: Settings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frame after one kind, and its changes sorted by request and field."""
    new = noise.effect.change(Cells(frame, rows), who.luck(noise.kind, rows), settings)
    requests = frame["request"].gather(rows)
    columns, entries = [], []
    for place, field in enumerate(noise.effect.fields):
        before, after = frame[field].gather(rows), new[field].cast(FIELDS[field])
        differs = before.ne_missing(after).to_numpy()
        if not differs.any():
            continue
        columns.append(frame[field].clone().scatter(rows[differs], after.filter(differs)).alias(field))
        entries.append(
            pl.DataFrame({
                "place": np.full(int(differs.sum()), place, np.uint8),
                "request": requests.filter(differs),
                "before": as_text(before.filter(differs)),
                "after": as_text(after.filter(differs)),
            }).with_columns(pl.lit(field).alias("field"), pl.lit(noise.kind).alias("kind"))
        )  # fmt: skip
    changes = pl.concat(entries).sort("request", "place")
    return frame.with_columns(columns), changes.select("request", "field", "kind", "before", "after")


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
