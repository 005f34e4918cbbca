"""Who a run is: the hashes that name it, and the environment it was made in.

`run_id` depends on the question only (resolved scenario, seed, replicates, engine version, tables): the same
study on another machine is the same study. `result_hash` depends on the answer only (canonical rows). The
environment is recorded and hashed apart, because equal rows are promised for the locked environment alone:
NumPy does not promise equal streams across versions (NEP 19), nor does Faker.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import polars as pl

from sim import __version__, tables
from sim.record.canonical import canonical_json

LIBRARIES = (
    "faker",
    "jellyfish",
    "joblib",
    "llvmlite",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
    "rapidfuzz",
    "recordlinkage",
    "scikit-learn",
    "scipy",
)
"""Packages whose version can move a number; their versions make up the environment with Python's."""

_RUN = b"linkage-error-simulator/run/1\0"
_ROWS = b"linkage-error-simulator/rows/1\n"
_ROWS_AT_ONCE = 200_000


def engine_version() -> str:
    """Return the version of the sources; what was installed may be older than a pulled checkout."""
    return __version__


def table_hashes() -> dict[str, str]:
    """Return the SHA-256 of the values of every packaged table, by table name."""
    return {name: source.content_sha256 for name, source in sorted(tables.sources().items())}


def run_id(scenario_sha256: str, seed: int, replicates: int, version: str, hashes: Mapping[str, str]) -> str:
    """Return "r-" and twelve hexadecimal digits that name the question a run answers.

    scenario_sha256: of the canonical scenario, every default written out.  hashes: of the tables' values.
    """
    question = {
        "scenario": scenario_sha256,
        "seed": seed,
        "replicates": replicates,
        "engine": version,
        "tables": dict(hashes),
    }
    return "r-" + hashlib.sha256(_RUN + canonical_json(question)).hexdigest()[:12]


def row_hashes(outcomes: pl.DataFrame) -> dict[int, str]:
    """Return the SHA-256 of the canonical rows of each replicate, by replicate number.

    Canonical rows: the columns in the frame's order, sorted by replicate and request, as UTF-8 CSV with a
    header, comma, line feed, words for enumerations, `true`/`false`, and nothing for what is missing.
    outcomes: columns replicate and request at least; every other column is integer, boolean or text.
    """
    order = ["request", *(c for c in outcomes.columns if c not in ("replicate", "request"))]
    numbers = outcomes["replicate"].unique().sort().to_list()
    # One replicate at a time: at national size a sorted copy of all of them would be another gigabyte.
    return {int(r): _rows_sha256(outcomes.filter(pl.col("replicate") == r).sort(order)) for r in numbers}


def result_hash(replicate_hashes: Mapping[int, str]) -> str:
    """Return one SHA-256 over the hashes of the replicates, in order of their numbers."""
    return hashlib.sha256(
        canonical_json([[r, replicate_hashes[r]] for r in sorted(replicate_hashes)])
    ).hexdigest()


def environment() -> dict[str, object]:
    """Return what can move a number without being part of the question; no host name, user or path."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "byteorder": sys.byteorder,
        "libraries": {name: _version(name) for name in LIBRARIES},
        "engine_source": engine_source(),
    }


def computing() -> str:
    """Return words that two machines share when they would compute the same: engine and library versions."""
    versions = {name: _version(name) for name in LIBRARIES}
    return f"{engine_source()} {hashlib.sha256(canonical_json(versions)).hexdigest()[:12]}"


def environment_hash(recorded: Mapping[str, object]) -> str:
    """Return the SHA-256 of an environment as `environment` describes it."""
    return hashlib.sha256(canonical_json(dict(recorded))).hexdigest()


def engine_source() -> str:
    """Return the SHA-256 of the Python sources that make the numbers, so that an edited engine is seen.

    Rooms that only show results (report, charts, dashboard, command line) are left out.
    """
    digest = hashlib.sha256()
    for path, data in sorted(_sources(files("sim"), "")):
        digest.update(f"{path}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


_SHOWING = (
    "record",
    "report",
    "charts",
    "dashboard",
    "commands",
    "cli.py",
    "progress.py",
    "__main__.py",
)


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if name in _SHOWING or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _sources(entry, f"{name}/")
        elif name.endswith(".py"):
            yield name, entry.read_bytes()


def _rows_sha256(rows: pl.DataFrame) -> str:
    digest = hashlib.sha256(_ROWS)
    digest.update((",".join(rows.columns) + "\n").encode())
    for part in rows.iter_slices(_ROWS_AT_ONCE):
        digest.update(part.write_csv(include_header=False, line_terminator="\n").encode())
    return digest.hexdigest()


@cache
def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
