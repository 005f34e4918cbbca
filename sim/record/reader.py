"""A run folder, read back: the only way report, bundle and verification see a run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from jsonschema import Draft202012Validator

from sim.errors import VerificationError
from sim.record import manifest
from sim.record.folder import sha256_of
from sim.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """A run on disk. Frames are read when first asked for.

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
        """One row a request and replicate."""
        return pl.read_parquet(self.folder / "outcomes.parquet")

    @cached_property
    def ledger(self) -> pl.DataFrame:
        """The faults put into the requests, as far as kept (`manifest["rows"]`)."""
        return pl.read_parquet(self.folder / "ledger.parquet")

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Counts of every replicate, overall and by group: replicate, dimension, level, then the counts."""
        return pl.read_csv(self.folder / "counts.csv", infer_schema_length=None)

    @cached_property
    def cases(self) -> list[dict[str, Any]]:
        """Links worked through, chosen by the seed; empty when the run kept none."""
        found: list[dict[str, Any]] = json.loads((self.folder / "cases.json").read_text("utf-8"))
        return found

    @cached_property
    def curve(self) -> pl.DataFrame | None:
        """Threshold against errors, None where the rule has no threshold."""
        path = self.folder / "curve.csv"
        return pl.read_csv(path, infer_schema_length=None) if path.exists() else None


def read(folder: Path, known: Scenario | None = None) -> Run:
    """Open a run folder; raises VerificationError when it is not one or its manifest breaks the schema."""
    path = folder / manifest.NAME
    try:
        found = json.loads(path.read_text("utf-8"), object_pairs_hook=_once)
    except FileNotFoundError:
        raise VerificationError(f"{folder}: is not a run folder (no {manifest.NAME})") from None
    except (OSError, ValueError, RecursionError) as error:
        raise VerificationError(f"{path.name}: cannot be read as JSON ({type(error).__name__})") from None
    check_manifest(found)
    return Run(folder, found, known)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members; a key that is there twice says two things, and readers differ on which."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def check_manifest(found: Any) -> None:
    """Raise VerificationError naming the first key of a manifest that breaks the schema."""
    first = next(iter(Draft202012Validator(manifest.schema()).iter_errors(found)), None)
    if first is not None:
        where = ".".join(map(str, first.absolute_path)) or "the whole"
        raise VerificationError(f"{manifest.NAME}: {where}: {first.message[:200]}")


def damaged_files(run: Run) -> list[str]:
    """Return one line for every file of the manifest that is missing or has other bytes, sorted by name."""
    problems = []
    for name, entry in sorted(run.manifest["files"].items()):
        path = run.folder / name
        if not path.is_file():
            problems.append(f"{name}: is missing")
        elif path.stat().st_size != entry["bytes"] or sha256_of(path) != entry["sha256"]:
            problems.append(f"{name}: has other bytes than the manifest says")
    return problems


def intact(folder: Path, result_hash: str) -> bool:
    """Whether `folder` already holds an undamaged run with this result."""
    try:
        run = read(folder)
    except VerificationError:
        return False
    return run.manifest["result_hash"] == result_hash and not damaged_files(run)
