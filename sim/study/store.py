"""Files of a sweep that survive a kill at any moment: written whole or not at all, checked when read.

A cell is one JSON file named by the hash of what it computes. It is written under a temporary name, flushed
to the disk, renamed, and the folder flushed; a file that is cut short or edited fails its own checksum and
is computed again. A lock on the folder says who holds it, and is released by the system when its holder
dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim.errors import RefusedError
from sim.scenario import Scenario

_CELL = b"linkage-error-simulator/cell-name/1\0"
FORMAT = "linkage-error-simulator/cell/1"
_TEMPORARY = ".tmp-"
_LOCK, _HOLDER = ".lock", ".held-by"


def cell_name(scenario: Scenario, engine: str) -> str:
    """Return sixteen hexadecimal digits that name what a cell computes."""
    return hashlib.sha256(_CELL + scenario.canonical() + b"\0" + engine.encode()).hexdigest()[:16]


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`: after a crash the old file, the new one or none is there, never a part."""
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def remove_leftovers(folder: Path) -> int:
    """Delete temporary files of writers that were killed; return how many there were."""
    found = list(folder.glob(f"{_TEMPORARY}*"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def write_cell(path: Path, body: Mapping[str, Any]) -> None:
    """Write a cell with its checksum."""
    text = _canonical(body)
    whole = {"format": FORMAT, "sha256": hashlib.sha256(text).hexdigest(), "body": body}
    write_whole(path, _canonical(whole) + b"\n")


def read_cell(path: Path) -> dict[str, Any] | None:
    """Return the body of a cell, or None when the file is missing, cut short, edited or of another format."""
    try:
        whole = json.loads(path.read_bytes())
        body = whole["body"]
        sound = whole["format"] == FORMAT and whole["sha256"] == hashlib.sha256(_canonical(body)).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return body if sound and isinstance(body, dict) else None


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold `folder`; raises RefusedError that names the holder when another process has it."""
    guard = FileLock(folder / _LOCK)
    try:
        guard.acquire(timeout=0)
    except Timeout:
        problem = f"{folder} is in use by {_holder(folder)}; wait for it or choose another --out"
        raise RefusedError(problem) from None
    try:
        started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        (folder / _HOLDER).write_text(f"process {os.getpid()} since {started}\n", encoding="utf-8")
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        guard.release()


def _holder(folder: Path) -> str:
    try:
        return (folder / _HOLDER).read_text(encoding="utf-8").strip() or "another process"
    except OSError:
        return "another process"


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
