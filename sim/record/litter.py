"""What an operating system leaves in folders and archives: no evidence, and never packed."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

_FOLDERS = {"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems", "$recycle.bin",
            "system volume information"}  # fmt: skip
_FILES = {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory", ".localized", "icon\r",
          ".apdisk"}  # fmt: skip
_FORK = "._"
"""How a Mac begins the name of a file that holds another one's attributes."""


def is_litter(name: str | PurePosixPath) -> bool:
    """Whether a path inside a folder or archive is left by a system: Finder, Explorer, a desktop."""
    parts = [part.lower() for part in PurePosixPath(name).parts]
    if not parts:
        return False
    return bool(_FOLDERS & set(parts)) or parts[-1] in _FILES or parts[-1].startswith(_FORK)


def evidence(folder: Path) -> dict[str, Path]:
    """Return every file below a folder that is no litter, by its name inside; links are named, not followed.

    Names have `/` between folders and are in order.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_symlink() or path.is_file()) and not is_litter(name):
            found[name] = path
    return found
