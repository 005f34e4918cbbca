"""Finished parts of an unfinished study, on disk until the whole is done: a kill costs the part at work.

    <folder>/<sixteen hex digits>-<replicate>.world    one population of a run: its frames and cases
    <folder>/<sixteen hex digits>-<replicate>.json     the counts of one population of one setting

A part is named by the hash of its scenario (without the number of replicates, so that 20 go on from 5) and of
the engine, and is written whole or not at all; one that is cut short or edited is computed again. What a
study used is removed when it is done. Where parts cannot be written the study goes on without, and says so.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sim import whole_files
from sim.errors import FileErrors, Mistake
from sim.masking import mask_ledger, mask_text
from sim.noise.applying import LEDGER
from sim.outcome.cells import CELLS
from sim.outcome.laws import CURVE, ROWS, TALLIES, broken_addresses, broken_rows
from sim.reading import MOST_ROWS, Columns, archive_of, packed_of, parse_json, wrong
from sim.replicate import World
from sim.scenario import Scenario
from sim.study.store import cell_name, read_cell, write_cell

NAME = ".unfinished"
"""Folder in which parts are kept, beside the finished studies."""

Part = TypeVar("Part")
_FRAMES = ("outcomes", "ledger", "tallies", "curve", "disclosed")
_CASES = "cases.json"
_COLUMNS: Mapping[str, Columns] = {
    "outcomes": ROWS, "ledger": LEDGER, "tallies": TALLIES, "curve": CURVE, "disclosed": CELLS,
}  # fmt: skip
MOST_BYTES = 4 << 30
"""Bytes of a kept population at most, packed or not."""


class Unfinished:
    """Where a study keeps its parts. folder None: nowhere.

    engine: words that change whenever the numbers may (version and source hash).
    """

    def __init__(self, folder: Path | None = None, engine: str = "") -> None:
        self._folder, self._engine = folder, engine
        self._used: set[Path] = set()
        if folder is not None:
            whole_files.remove_leftovers(folder)

    @property
    def parts(self) -> int:
        """Parts kept or found by this study."""
        return len(self._used)

    def world(self, scenario: Scenario, replicate: int) -> World | None:
        """Return one population of a run if it is there, whole."""
        return self._found(
            self._path(scenario, replicate, "world"), functools.partial(_read_world, scenario=scenario)
        )

    def keep_world(self, scenario: Scenario, replicate: int, world: World) -> None:
        """Keep one population of a run."""
        self._keep(
            self._path(scenario, replicate, "world"), lambda path: whole_files.write(path, _bytes_of(world))
        )

    def counts(self, scenario: Scenario, replicate: int) -> dict[str, Any] | None:
        """Return what `keep_counts` was given if it is there, whole."""
        return self._found(self._path(scenario, replicate, "json"), read_cell)

    def keep_counts(self, scenario: Scenario, replicate: int, counts: Mapping[str, Any]) -> None:
        """Keep the counts of one population of one setting."""
        self._keep(self._path(scenario, replicate, "json"), lambda path: write_cell(path, counts))

    def forget(self, scenario: Scenario) -> None:
        """Remove the counts of a setting that is whole, whoever kept them."""
        for replicate in range(scenario.replicates):
            path = self._path(scenario, replicate, "json")
            if path is not None:
                path.unlink(missing_ok=True)

    def done(self) -> None:
        """Remove the parts this study kept or found: the whole is written."""
        for path in self._used:
            path.unlink(missing_ok=True)
        self._used.clear()
        if self._folder is not None:
            whole_files.remove_leftovers(self._folder)
            with contextlib.suppress(OSError):  # of another study, or not there
                self._folder.rmdir()

    def _path(self, scenario: Scenario, replicate: int, ending: str) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{_name(scenario, self._engine)}-{replicate:04}.{ending}"

    def _found(self, path: Path | None, read: Callable[[Path], Part | None]) -> Part | None:
        found = None if path is None else read(path)
        if path is not None and found is not None:
            self._used.add(path)
        return found

    def _keep(self, path: Path | None, write: Callable[[Path], object]) -> None:
        if path is None:
            return
        try:
            whole_files.make_folder(path.parent)
            write(path)
            self._used.add(path)
        except OSError as error:
            warnings.warn(
                f"{path.parent}: cannot be written ({error.strerror}); if this is stopped it starts anew",
                stacklevel=2,
            )
            self._folder = None


@functools.lru_cache(maxsize=256)
def _name(scenario: Scenario, engine: str) -> str:
    """Return what names the parts of a scenario, whatever the number of its replicates."""
    return cell_name(scenario.replace({"replicates": 1}), engine)


def _bytes_of(world: World) -> bytes:
    """Return a world as an archive, whose members carry checksums; its frames are Parquet.

    Identifiers are cut to their last four digits, as they will be in the result.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in _FRAMES:
            frame = getattr(world, name)
            if frame is not None:
                part = io.BytesIO()
                (mask_ledger(frame) if name == "ledger" else frame).write_parquet(part)
                archive.writestr(zipfile.ZipInfo(name), part.getvalue())
        archive.writestr(zipfile.ZipInfo(_CASES), mask_text(json.dumps(list(world.cases))))
    return whole.getvalue()


def _read_world(path: Path, scenario: Scenario) -> World | None:
    """Return a world of a scenario, or None where the file is missing, cut short, edited or of another."""
    try:
        return world_of(path, scenario)
    except FileErrors:
        return None


def world_of(path: Path, scenario: Scenario) -> World:
    """Return a world kept of a scenario; raises FileErrors unless it is one, row by row.

    Its frames have their columns, outcomes and tallies a row a request, and every row obeys its laws.
    """
    held = archive_of(path, (*_FRAMES, _CASES), MOST_BYTES)
    asked = scenario.requests.count
    most = {"outcomes": asked, "tallies": asked}
    frames = {
        name: packed_of(held[name], f"{path.name}/{name}", _COLUMNS[name], most.get(name, MOST_ROWS))
        for name in _FRAMES
        if name in held
    }
    lacking = [name for name in (*_FRAMES, _CASES) if name not in held and name != "curve"]
    mistakes = [Mistake(path.name, name, "is missing") for name in lacking]
    if not mistakes:
        outcomes = frames["outcomes"]
        broken = list(broken_rows(outcomes)) or broken_addresses(frames["disclosed"], outcomes)
        mistakes += [Mistake(path.name, *told) for told in broken]
        for name in most:
            numbers = frames[name]["request"]
            if numbers.len() != asked or numbers.n_unique() != asked or int(numbers.max() or 0) >= asked:  # type: ignore[arg-type]
                mistakes.append(Mistake(path.name, name, f"should have each request from 0 to {asked - 1}"))
    if mistakes:
        raise FileErrors(mistakes)
    cases = parse_json(held[_CASES], f"{path.name}/{_CASES}")
    if not isinstance(cases, list) or not all(isinstance(each, dict) and "kind" in each for each in cases):
        raise wrong(path, _CASES, "should be a list of worked links")
    return World(**frames, cases=cases)
