"""The registries kept in one folder: found for a scenario, listed, checked, removed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputErrors, Mistake, VerificationError
from sim.kept.store import Store
from sim.kept.world import BUILDING, MANIFEST, Manifest, World, made_by
from sim.scenario import Scenario
from sim.whole_files import lock

_NAME = re.compile(r"w-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A registry in the folder. manifest: None when it is not whole.  state: what it is then."""

    name: str
    bytes: int
    manifest: Manifest | None
    state: str

    def as_table(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        known = self.manifest
        told = {"name": self.name, "bytes": self.bytes, "state": self.state}
        if known is None:
            return told
        return told | {"people": known.world.people, "title": known.title, "made": known.made}


def place_of(scenario: Scenario, folder: Path) -> Path:
    """Return where a scenario's registry is, or would be."""
    return folder / World.of(scenario).name


def has(scenario: Scenario, folder: Path) -> bool:
    """Whether a scenario's registry is kept there whole."""
    return (place_of(scenario, folder) / MANIFEST).is_file()


def begun(scenario: Scenario, folder: Path) -> int:
    """Return the bytes that a stopped build of a scenario's registry has left there."""
    return _bytes(folder / f"{place_of(scenario, folder).name}{BUILDING}")


def listed(folder: Path) -> Sequence[Kept]:
    """Return all registries of a folder, half-built ones among them."""
    found = []
    for place in sorted(folder.glob("w-*")) if folder.is_dir() else ():
        if not _NAME.fullmatch(place.name.removesuffix(BUILDING)) or not place.is_dir():
            continue
        name, manifest, state = place.name.removesuffix(BUILDING), None, "whole"
        if place.name != name:
            state = "not finished; `sim keep` goes on with it"
        else:
            try:
                manifest = Manifest.read(place)
                if manifest.world.made_by != made_by():
                    state = "made by another version, of no more use"
            except VerificationError:
                state = "damaged"
        found.append(Kept(name, _bytes(place), manifest, state))
    return found


def check(folder: Path, name: str) -> int:
    """Read a whole registry and return its bytes; raises VerificationError where it is damaged."""
    return Store(_named(folder, name)).check()


def remove(folder: Path, name: str) -> int:
    """Delete a registry, whole or half built; return the bytes freed.

    Raises InputErrors when there is none of that name, RefusedError while it is being built.
    """
    place = _named(folder, name)
    freed = _bytes(place)
    if place.name.endswith(BUILDING):
        with lock(place):
            pass
    else:
        (place / MANIFEST).unlink(missing_ok=True)  # first, so that half a registry is never taken for whole
    shutil.rmtree(place)
    return freed


def _named(folder: Path, name: str) -> Path:
    if _NAME.fullmatch(name):
        for place in (folder / name, folder / f"{name}{BUILDING}"):
            if place.is_dir():
                return place
    problem = f"there is no kept registry {name!r} in {folder}; `sim kept` lists them"
    raise InputErrors([Mistake("command line", "name", problem)])


def _bytes(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.glob("*") if each.is_file()) if folder.is_dir() else 0
