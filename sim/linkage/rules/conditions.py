"""Conditions that a rule's file names: which requests take a path, and which are refused unsearched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.fields import TYPED

# A run of exactly five or nine digits, or ZIP+4 with its hyphen, anywhere in the address as typed. "00000"
# and a five-digit house number pass: so did they in the programme.
_ZIP_LIKE = r"(?:^|[^0-9])(?:[0-9]{5}|[0-9]{9}|[0-9]{5}-[0-9]{4})(?:[^0-9]|$)"


@dataclass(frozen=True, slots=True)
class Gives:
    """Whether requests give a field: "has tin", and with wanted = False "has no tin"."""

    field: str
    wanted: bool = True

    def __call__(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """Return one answer a request; nought and empty text are nothing."""
        column = frame[self.field]
        given = column != "" if column.dtype == pl.String else column != 0
        there: NDArray[np.bool_] = given.fill_null(False).to_numpy()
        return there if self.wanted else ~there


def zip_like_in_address(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which requests have something like a ZIP code in the address as typed."""
    number = pl.when(pl.col("number") > 0).then(pl.col("number").cast(pl.String))
    line = pl.concat_str(number, "street", "unit", "zip", separator=" | ", ignore_nulls=True)
    return frame.select(line.str.contains(_ZIP_LIKE).fill_null(False)).to_series().to_numpy()


NAMED: Mapping[str, Callable[[pl.DataFrame], NDArray[np.bool_]]] = {
    "zip_like_in_address": zip_like_in_address,
    **{f"has_{name}": Gives(name) for name in TYPED},
}
"""What a request may have to meet to be searched at all, by the name a rule's file gives it."""
