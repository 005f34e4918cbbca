"""A folder appears whole or not at all: written beside its place under a temporary name, synced, renamed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.record.manifest import FileEntry

_PART = 1 << 20
_MEDIA = {
    ".toml": "application/toml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain",
    ".cff": "text/yaml",
    ".bib": "application/x-bibtex",
}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in parts."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while part := stream.read(_PART):
            digest.update(part)
    return digest.hexdigest()


def entry_of(folder: Path, name: str) -> FileEntry:
    """Return size, SHA-256 and media type of `folder/name`."""
    path = folder / name
    media = _MEDIA.get(path.suffix, "application/octet-stream")
    return FileEntry(name, path.stat().st_size, sha256_of(path), media)


def entries_of(folder: Path, names: Iterable[str]) -> tuple[FileEntry, ...]:
    """Return the entries of several files, sorted by name."""
    return tuple(entry_of(folder, name) for name in sorted(names))


def put_whole(target: Path, fill: Callable[[Path], None]) -> Path:
    """Make folder `target` from what `fill` writes into a temporary one; an older `target` is replaced.

    A crash at any moment leaves the old folder or the new one, and at worst a `.tmp-` folder beside it, never
    half of one. Raises OSError when the disk is full or the place read-only; nothing is left behind then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".tmp-{target.name}-", dir=target.parent))
    try:
        fill(made)
        for path in sorted(made.rglob("*")):
            _sync(path)
        made.chmod(0o755)
        _sync(made)
        _swap(made, target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    _sync(target.parent)
    return target


def put_file(target: Path, data: bytes) -> Path:
    """Write one file whole: temporary name, sync, rename."""
    handle, name = tempfile.mkstemp(prefix=f".tmp-{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(target.parent)
    return target


def _swap(made: Path, target: Path) -> None:
    if not target.exists():
        made.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".tmp-old-{target.name}-", dir=target.parent))
    target.rename(old / target.name)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
