"""Looks for whole generated numbers in files, each opened by its format."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.population import Country
from sim.rng import Streams
from sim.scenario import Scenario

Numbers = NDArray[np.int64]
_NINE = re.compile(r"(?<![0-9A-Za-z])(\d{3})[- ]?(\d{2})[- ]?(\d{4})(?![0-9A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def numbers_of(scenario: Scenario, outside: int = 1) -> Numbers:
    """Return the numbers of all replicates' people, drawn again: true ones and those on file.

    outside: chunks of people outside the registry.
    """
    found = []
    for replicate in range(scenario.replicates):
        country = Country(scenario, Streams(scenario.seed, replicate))
        for number in [*range(country.n_chunks), *range(Country.OUTSIDE, Country.OUTSIDE + outside)]:
            chunk = country.chunk(number)
            found += [chunk.tin] if chunk.outside else [chunk.tin, chunk.file_tin]
    return np.unique(np.concatenate(found).astype(np.int64))[1:]


def whole_numbers(data: bytes, numbers: Numbers, name: str = "") -> list[str]:
    """Return where a file's bytes hold one of the numbers whole: archives, tables and PDF are opened."""
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(each, archive.read(each)) for each in archive.namelist()]
        return [hit for each, part in parts for hit in whole_numbers(part, numbers, f"{name}/{each}")]
    if data[:4] == b"PAR1":
        return list(_in_frame(pl.read_parquet(io.BytesIO(data)), numbers, name))
    if data[:6] == b"ARROW1":
        return list(_in_frame(pl.read_ipc(io.BytesIO(data)), numbers, name))
    if data[:5] == b"%PDF-":
        streams = b"".join(map(_unpacked, _STREAM.findall(data)))
        return [f"{name}: {hit}" for hit in _in_text(streams.decode("latin-1"), numbers)]
    return [f"{name}: {hit}" for hit in _in_text(data.decode("utf-8", "ignore"), numbers)]


def whole_numbers_below(folder: Path, numbers: Numbers) -> list[str]:
    """Return where the files below a folder hold one of the numbers whole."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    return [hit for path in files for hit in whole_numbers(path.read_bytes(), numbers, path.name)]


def _in_frame(frame: pl.DataFrame, numbers: Numbers, name: str) -> Iterator[str]:
    for column in frame.iter_columns():
        if column.dtype.is_integer():
            hits = np.isin(column.drop_nulls().cast(pl.Int64).to_numpy(), numbers).sum()
            if hits:
                yield f"{name}: {column.name}: {hits} whole numbers"
        elif not column.dtype.is_numeric():
            for hit in _in_text("\n".join(column.drop_nulls().cast(pl.String).to_list()), numbers):
                yield f"{name}: {column.name}: {hit}"


def _in_text(text: str, numbers: Numbers) -> list[str]:
    found = ["".join(parts) for parts in _NINE.findall(text)]
    values = np.array([int(each) for each in found], np.int64)
    return [each for each, hit in zip(found, np.isin(values, numbers).tolist(), strict=True) if hit]


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
