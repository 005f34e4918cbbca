"""A run folder, read back: the only way report, bundle and verification see a run.

Every file goes through `sim.reading`: looked at before it is read, its shape checked. Whether a run's numbers
follow from its rows is `sim.record.consistency`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from jsonschema import Draft202012Validator

from sim.errors import FileErrors, Mistake, VerificationError
from sim.reading import MOST_MANIFEST, MOST_TABLE, brief, csv_of, inside, json_of, parquet_of, size_of, wrong
from sim.record import manifest
from sim.record.folder import sha256_of
from sim.record.shapes import (
    ADDRESSES_OF,
    BESIDE,
    CASES,
    COUNTS_OF,
    CURVE_OF,
    DISCLOSURES_OF,
    LEDGER_OF,
    OUTCOMES_OF,
)
from sim.scenario import Scenario
from sim.toml_files import display

MOST_SHOWN = 20
"""Mistakes of one kind that are told; more are counted."""


@dataclass(frozen=True)
class Run:
    """A run on disk. Frames are read when first asked for; FileErrors says what is wrong with them.

    known: its scenario, where whoever reads it has just written it; else that is read too.
    """

    folder: Path
    manifest: dict[str, Any]
    known: Scenario | None = field(default=None, repr=False, compare=False)

    @property
    def run_id(self) -> str:
        """The name of the run, "r-" and twelve hexadecimal digits."""
        return str(self.manifest["run_id"])

    @property
    def created(self) -> str:
        """When the run ended, UTC, ISO 8601."""
        return str(self.manifest["created"])

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as resolved; raises InputErrors when this version of the program cannot read it."""
        return self.known or Scenario.load(self.folder / "scenario.toml")

    @cached_property
    def outcomes(self) -> pl.DataFrame:
        """One row a request and replicate; columns OUTCOMES_OF."""
        return parquet_of(self.folder / "outcomes.parquet", OUTCOMES_OF, self.manifest["rows"]["outcomes"])

    @cached_property
    def ledger(self) -> pl.DataFrame:
        """The faults put into the requests, as far as kept (`manifest["rows"]`); columns LEDGER_OF."""
        return parquet_of(self.folder / "ledger.parquet", LEDGER_OF, self.manifest["rows"]["ledger"])

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Counts of every replicate, overall and by group; columns COUNTS_OF."""
        return csv_of(self.folder / "counts.csv", COUNTS_OF)

    @cached_property
    def addresses(self) -> pl.DataFrame | None:
        """Counts of the addresses disclosed; columns ADDRESSES_OF. None where an older format has none."""
        path = self.folder / "addresses.csv"
        return None if self.older and not path.exists() else csv_of(path, ADDRESSES_OF)

    @cached_property
    def disclosures(self) -> pl.DataFrame | None:
        """One row a disclosed address, as far as kept; columns DISCLOSURES_OF. None in an older format."""
        if self.older:
            return None
        said = self.manifest["rows"]["disclosures"]
        return parquet_of(self.folder / "disclosures.parquet", DISCLOSURES_OF, said)

    @property
    def older(self) -> bool:
        """Whether the folder is of an older format: shown, and neither resumed, bundled nor verified."""
        return manifest.is_older(self.manifest)

    @cached_property
    def cases(self) -> list[dict[str, Any]]:
        """Links worked through, chosen by the seed; empty when the run kept none."""
        path = self.folder / "cases.json"
        found = json_of(path)
        _obeys(found, CASES, path.name)
        cases: list[dict[str, Any]] = found
        return cases

    @cached_property
    def curve(self) -> pl.DataFrame | None:
        """Threshold against errors, None where the rule has no threshold; columns CURVE_OF."""
        path = self.folder / "curve.csv"
        return csv_of(path, CURVE_OF) if path.exists() else None


def read(folder: Path, known: Scenario | None = None) -> Run:
    """Open a run folder; raises VerificationError when it is not one or its manifest breaks the schema."""
    path = folder / manifest.NAME
    if not path.exists():
        raise wrong(display(folder), manifest.NAME, "is missing, so this is not a run folder")
    found = json_of(path, MOST_MANIFEST)
    check_manifest(found)
    return Run(folder, found, known)


def check_manifest(found: Any) -> None:
    """Raise FileErrors naming the keys of a manifest that break the schema."""
    _obeys(found, manifest.schema(), manifest.NAME)


def _obeys(found: Any, schema: Mapping[str, Any], name: str) -> None:
    """Raise FileErrors naming the first places of a JSON value that break a schema."""
    mistakes = []
    for error in Draft202012Validator(schema).iter_errors(found):
        where = ".".join(map(str, error.absolute_path)) or "the whole"
        mistakes.append(Mistake(name, brief(where, 80), brief(error.message)))
        if len(mistakes) == MOST_SHOWN:
            break
    if mistakes:
        raise FileErrors(mistakes)


def named(run: Run) -> list[str]:
    """Return the run IDs in companions.json, in order; raises FileErrors when it has another shape."""
    path = run.folder / "companions.json"
    if not path.exists():
        return []
    found = json_of(path, MOST_MANIFEST)
    _obeys(found, BESIDE, path.name)
    return [str(entry["run_id"]) for entry in found]


def damaged_files(run: Run) -> list[Mistake]:
    """Return a mistake for every file of the manifest that is missing or has other bytes, by name."""
    problems: list[Mistake] = []
    for name, entry in sorted(run.manifest["files"].items()):
        try:
            path = inside(run.folder, name, manifest.NAME, "files")
            size = size_of(path, MOST_TABLE)
        except FileErrors as errors:
            problems += errors.mistakes
            continue
        if size != entry["bytes"] or sha256_of(path) != entry["sha256"]:
            problems.append(Mistake(name, "file", "has other bytes than the manifest says"))
    return problems


def of_older_format(run: Run) -> Mistake:
    """Return what is said of a run of an older format where one is not enough."""
    told = str(run.manifest["format"]).rpartition("-")[2]
    problem = f"is {told.removeprefix('simulator/')}, which has no row for each disclosed address: such a run"
    problem += " is shown and not repeated; run its scenario.toml again"
    return Mistake(manifest.NAME, "format", problem)


def intact(folder: Path, result_hash: str) -> bool:
    """Whether `folder` already holds an undamaged run with this result, in the format written today."""
    try:
        run = read(folder)
    except VerificationError:
        return False
    return not run.older and run.manifest["result_hash"] == result_hash and not damaged_files(run)
