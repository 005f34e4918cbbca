"""A hash of a table's values that does not depend on who wrote the file, or how.

Parquet bytes change with the writer's version, compression and row groups; values do not. The canonical
form is: one header line a column (name, kind), then each column's values in row order: text as UTF-8 with a
length prefix, integers as little-endian 64-bit, floats as little-endian IEEE 64-bit; a null mask follows
every column.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl


def content_sha256(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of the canonical form of `frame`, row order included.

    Integer widths are not part of it: a column of small integers hashes alike as UInt16 or Int64.
    Raises TypeError for a column that is neither text, integer nor float.
    """
    digest = hashlib.sha256()
    for column in frame:
        kind, values = _canonical(column)
        digest.update(f"{column.name}\t{kind}\t{len(column)}\n".encode())
        digest.update(values)
        digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
    return digest.hexdigest()


def _canonical(column: pl.Series) -> tuple[str, bytes]:
    dtype = column.dtype
    if dtype in (pl.String, pl.Categorical):
        text = column.cast(pl.String).fill_null("")
        lengths = text.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8")
        return "text", lengths.tobytes() + "".join(text.to_list()).encode()
    if dtype.is_integer():
        return "integer", column.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()
    if dtype.is_float():
        return "float", column.cast(pl.Float64).fill_null(0.0).to_numpy().astype("<f8").tobytes()
    raise TypeError(f"column {column.name} is of kind {dtype}, neither text, integer nor float")
