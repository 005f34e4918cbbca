"""The manifest: everything that identifies a run, in one JSON file with a schema beside it.

The schema (`manifest.schema.json`, shipped with the package) says what each key means. The manifest lists the
SHA-256 and size of every other file of the run folder; the bundle's SHA256SUMS lists the manifest's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sim.reading import parse_json

FORMAT = "linkage-error-simulator/run/2"
OLDER = ("linkage-error-simulator/run/1",)
"""What is written, and what is read beside it: run/1 has no row for each disclosed address."""

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a run: its name inside the folder, size in bytes, SHA-256 and media type."""

    name: str
    bytes: int
    sha256: str
    media_type: str

    def as_json(self) -> dict[str, object]:
        """Return the entry as the manifest holds it."""
        return {"bytes": self.bytes, "sha256": self.sha256, "media_type": self.media_type}


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a run and its answer; see `sim.record.identity`."""

    run_id: str
    scenario_sha256: str
    seed: int
    replicates: int
    engine_version: str
    tables: Mapping[str, str]
    result_hash: str
    row_hashes: Mapping[int, str]


def build(
    identity: Identity,
    *,
    scenario: Mapping[str, object],
    environment: Mapping[str, object],
    environment_sha256: str,
    created: str,
    seconds: float,
    stopping: Mapping[str, object] | None,
    rows: Mapping[str, object],
    entries: tuple[FileEntry, ...],
) -> dict[str, Any]:
    """Return the manifest as a JSON object; keys and meaning in `manifest.schema.json`.

    scenario: name and title.  created: UTC, ISO 8601.  seconds: what the run took.
    stopping: the rule by which the number of replicates was found and every look, None when it was given.
    rows: what the Parquet files hold and what was left out of the ledger and the disclosed addresses.
    """
    return {
        "format": FORMAT,
        "synthetic": True,
        "run_id": identity.run_id,
        "scenario": {**scenario, "sha256": identity.scenario_sha256, "file": "scenario.toml"},
        "seed": identity.seed,
        "replicates": identity.replicates,
        "engine": {"name": "linkage-error-simulator", "version": identity.engine_version},
        "tables": dict(identity.tables),
        "result_hash": identity.result_hash,
        "row_hashes": [identity.row_hashes[r] for r in sorted(identity.row_hashes)],
        "rows": dict(rows),
        "environment": dict(environment),
        "environment_hash": environment_sha256,
        "created": created,
        "seconds": seconds,
        "stopping": stopping,
        "files": {entry.name: entry.as_json() for entry in entries},
    }


def is_older(told: Mapping[str, Any]) -> bool:
    """Whether a manifest is of a run of an older format, which is shown and neither bundled nor verified."""
    return told["format"] in OLDER


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the manifest."""
    text = files("sim.record").joinpath("manifest.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = parse_json(text.encode(), "manifest.schema.json")
    return loaded
