"""Which world a kept registry holds, and the manifest that says so and is written last.

A registry serves a scenario when the settings that decide its people are equal (seed, `population.`,
`registry.`), and so are replicate, engine, tables and the sources that make people. Anything else is another
world, and refused.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator

from sim import whole_files
from sim.errors import FileErrors, Mistake
from sim.kept.files import BLOCK, Sums
from sim.reading import brief, inside, sealed_of, wrong
from sim.record.identity import engine_version, table_hashes
from sim.replicate import WORLD
from sim.scenario import Scenario
from sim.toml_files import display

FORMAT = "linkage-error-simulator/kept-registry/1"
MANIFEST = "manifest.json"
BUILDING = ".building"
_MAKERS = (
    "population", "requests", "kept", "fields.py", "rng.py", "linkage/lines.py", "linkage/codes.py",
)  # fmt: skip
"""Sources, below `sim/`, that decide what stands in the files."""


@dataclass(frozen=True, slots=True)
class World:
    """What a kept registry is of. people: records.  made_by: hash of engine, tables, sources and numpy."""

    people: int
    settings: str
    seed: int
    replicate: int
    made_by: str

    @classmethod
    def of(cls, scenario: Scenario, replicate: int = 0) -> World:
        """Return the world of a scenario's replicate, as this engine makes it."""
        return cls(scenario.population.size, scenario.slice_sha(WORLD), scenario.seed, replicate, made_by())

    @property
    def name(self) -> str:
        """Name of the folder: "w-" and twelve hexadecimal digits."""
        return "w-" + hashlib.sha256(_canonical(self.as_table())).hexdigest()[:12]

    def as_table(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a whole registry. title: of the scenario it was made for.  sums: by file name."""

    world: World
    title: str
    made: str
    seconds: float
    sums: Mapping[str, Sums]

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(each.size for each in self.sums.values())

    def write(self, folder: Path) -> None:
        """Write the manifest, whole or not at all."""
        body = {
            "world": self.world.as_table(), "title": self.title, "made": self.made, "seconds": self.seconds,
            "files": {name: each.as_table() for name, each in sorted(self.sums.items())},
        }  # fmt: skip
        whole = {"format": FORMAT, "sha256": hashlib.sha256(_canonical(body)).hexdigest(), "body": body}
        whole_files.write(folder / MANIFEST, _canonical(whole) + b"\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return the manifest of a folder; raises VerificationError when there is no sound one."""
        path = folder / MANIFEST
        if not path.exists():
            raise wrong(display(folder), MANIFEST, "is missing: this is no kept registry, or not a whole one")
        body = sealed_of(path, FORMAT, letters=False)
        _obeys(body, path)
        for name in body["files"]:
            inside(folder, name, path, "files")
        sums = {name: Sums.of(each) for name, each in body["files"].items()}
        return cls(World(**body["world"]), body["title"], body["made"], float(body["seconds"]), sums)


_HASH = {"type": "string", "pattern": "^[0-9a-f]{1,64}$"}
_WHOLE = {"type": "integer", "minimum": 0}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**62}
SUMS: dict[str, Any] = {
    "type": "object",
    "required": ["size", "crc32"],
    "additionalProperties": False,
    "properties": {
        "size": _COUNT,
        "crc32": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}},
    },
}
_BODY: dict[str, Any] = {
    "type": "object",
    "required": ["world", "title", "made", "seconds", "files"],
    "additionalProperties": False,
    "properties": {
        "world": {
            "type": "object",
            "required": list(World.__slots__),
            "additionalProperties": False,
            "properties": {
                "people": {"type": "integer", "minimum": 1, "maximum": 2**32 - 1},
                **dict.fromkeys(("settings", "made_by"), _HASH),
                **dict.fromkeys(("seed", "replicate"), _WHOLE),
            },
        },
        "title": {"type": "string", "maxLength": 2_000},
        "made": {"type": "string", "maxLength": 40},
        "seconds": {"type": "number", "minimum": 0, "maximum": 1e12},
        "files": {"type": "object", "maxProperties": 100_000, "additionalProperties": SUMS},
    },
}


def _obeys(body: Mapping[str, Any], path: Path) -> None:
    """Raise FileErrors naming the first places of a manifest that are not as they should be."""
    found = [
        Mistake(path.name, ".".join(map(str, each.absolute_path)) or "the whole", brief(each.message))
        for each, _ in zip(Draft202012Validator(_BODY).iter_errors(body), range(20), strict=False)
    ]
    if not found:
        odd = [
            name for name, each in body["files"].items() if len(each["crc32"]) != -(-each["size"] // BLOCK)
        ]
        problem = "has not a checksum a block of its size"
        found = [Mistake(path.name, f"files.{brief(name)}", problem) for name in odd[:20]]
    if found:
        raise FileErrors(found)


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


@functools.cache
def made_by() -> str:
    """Return the hash of what makes people here: engine, tables, sources and numpy."""
    digest = hashlib.sha256(
        _canonical({"engine": engine_version(), "tables": table_hashes(), "numpy": np.__version__})
    )
    for path, data in sorted(_sources(files("sim"), "")):
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir() and any(each.startswith(path) or path.startswith(each) for each in _MAKERS):
            yield from _sources(entry, f"{path}/")
        elif path.endswith(".py") and path.startswith(_MAKERS):
            yield path, entry.read_bytes()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
