"""What stands in a folder: size, hash and media type of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
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
