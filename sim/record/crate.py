"""The run folder as a research object: RO-Crate 1.1 with the Process Run Crate profile.

One `CreateAction` made the results (`result`) from the scenario (`object`) with this program (`instrument`).
Written by hand, because the whole of it is the list below.

Source: https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/process/0.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.record.manifest import FileEntry

NAME = "ro-crate-metadata.json"
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.1"
_LICENCE = "https://spdx.org/licenses/MIT"


def build(
    run_id: str, title: str, created: str, version: str, entries: Iterable[FileEntry]
) -> dict[str, Any]:
    """Return the JSON-LD of `ro-crate-metadata.json` for a run.

    created: UTC, ISO 8601.  entries: the data files (not the manifest, which names this file's hash).
    """
    names = [{"@id": entry.name} for entry in entries]
    results = [name for name in names if name["@id"] != "scenario.toml"]
    tool = "#linkage-error-simulator"
    return {
        "@context": f"{_CRATE}/context",
        "@graph": [
            {
                "@id": NAME,
                "@type": "CreativeWork",
                "conformsTo": {"@id": _CRATE},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "conformsTo": {"@id": _PROFILE},
                "name": f"Simulation of record linkage on synthetic data, run {run_id}",
                "description": f"{title} (SYNTHETIC: no real person, number or address)",
                "datePublished": created,
                "license": {"@id": _LICENCE},
                "hasPart": [*names, {"@id": "manifest.json"}],
                "mentions": {"@id": "#run"},
            },
            {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.1"},
            {"@id": _LICENCE, "@type": "CreativeWork", "name": "MIT License"},
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": f"Run {run_id}",
                "endTime": created,
                "instrument": {"@id": tool},
                "object": [{"@id": "scenario.toml"}],
                "result": results,
            },
            {
                "@id": tool,
                "@type": "SoftwareApplication",
                "name": "Linkage Error Simulator",
                "softwareVersion": version,
            },
            {"@id": "manifest.json", "@type": "File", "encodingFormat": "application/json"},
            *(_file(entry) for entry in entries),
        ],
    }


def _file(entry: FileEntry) -> dict[str, Any]:
    return {
        "@id": entry.name,
        "@type": "File",
        "encodingFormat": entry.media_type,
        "contentSize": str(entry.bytes),
        "sha256": entry.sha256,
    }
