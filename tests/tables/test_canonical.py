"""The hash of a table's values: blind to packing, sensitive to every value."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sim.tables.canonical import content_sha256

FRAME = pl.DataFrame({"name": ["A", "BC", None], "n": [1, None, 3], "share": [0.5, 0.25, None]})


@pytest.mark.parametrize(
    "same",
    [
        FRAME.cast({"n": pl.UInt8}),
        FRAME.cast({"name": pl.Categorical}),
        FRAME.cast({"share": pl.Float32}),
        pl.concat([FRAME[:1], FRAME[1:]], rechunk=False),
    ],
)
def test_packing_does_not_matter(same: pl.DataFrame) -> None:
    assert content_sha256(same) == content_sha256(FRAME)


@pytest.mark.parametrize(
    "other",
    [
        FRAME.reverse(),
        FRAME.rename({"n": "m"}),
        FRAME.select("n", "name", "share"),
        FRAME[:2],
        FRAME.fill_null(0).with_columns(pl.col("name").fill_null("")),
        FRAME.with_columns(name=pl.Series(["AB", "C", None])),
        FRAME.with_columns(n=pl.Series([1, None, 4])),
        FRAME.with_columns(n=pl.Series([1.0, None, 3.0])),
        FRAME.with_columns(share=pl.Series([0.5, 0.25 + 1e-12, None])),
    ],
)
def test_every_value_name_order_and_kind_matters(other: pl.DataFrame) -> None:
    assert content_sha256(other) != content_sha256(FRAME)


def test_other_kinds_of_columns_are_refused() -> None:
    with pytest.raises(TypeError, match="day is of kind Date"):
        content_sha256(pl.DataFrame({"day": [date(2026, 11, 22)]}))
