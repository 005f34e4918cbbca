"""Where numba keeps compiled functions: a folder of its own for each state of their source.

numba's cache looks only at the file a function stands in. A function that inlines another file's function
would go on running yesterday's code when only that other file has changed (after a pull, an upgrade), wrongly
or not at all. So the folder is named by a digest of all files with compiled functions; when one of them has
changed, all are compiled anew, once. (That such functions use nothing from other files is a test.)

What is read there is run. So a folder is used only if nobody but its user and the system's administrator can
put files into it, or exchange it for another.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parent
_UNUSED_DAYS = 30
"""Age at which another state's folder is removed from a place that other checkouts use too."""


def use_own_cache() -> None:
    """Point NUMBA_CACHE_DIR at this state's folder, unless the caller has set it; remove old states' folders.

    Must run before numba is imported, hence in `sim/__init__.py`. Where the package's folder cannot be
    written, or others can write it, the user's cache folder serves, then one in the system's folder for
    temporary files, and failing that one that ends with this process.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        if private(Path(given)):
            return
        warnings.warn(
            f"NUMBA_CACHE_DIR is not used: others can write to {given}, and what is there is run",
            stacklevel=3,
        )
    name = f"numba-{digest(SOURCES)}"
    own = SOURCES / "__pycache__"
    for place in (own, *_elsewhere()):
        with contextlib.suppress(OSError):
            for each in (place, place / name):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
            if private(place / name) and os.access(place / name, os.W_OK | os.X_OK):
                os.utime(place / name)
                _remove_others(place, name, 0 if place == own else _UNUSED_DAYS)
                os.environ["NUMBA_CACHE_DIR"] = str(place / name)
                return
    last = tempfile.mkdtemp(prefix="linkage-error-simulator.compiled-")
    atexit.register(shutil.rmtree, last, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = last


def private(path: Path) -> bool:
    """Whether nobody but this user and the administrator can put files into a folder, or exchange it.

    Of a folder that is not there the nearest one above it is looked at. In a folder with the sticky bit, such
    as /tmp, others can add and cannot exchange what is there.
    """
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's folders are that user's
    trusted = (0, os.geteuid())
    try:
        whole = path.resolve()
        there = [each for each in (whole, *whole.parents) if each.exists()]
        for above, each in enumerate(there):
            found = each.stat()
            open_to_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            sticky = above and found.st_mode & stat.S_ISVTX
            if found.st_uid not in trusted or (open_to_others and not sticky):
                return False
    except (OSError, RuntimeError):  # cannot be looked at, or a circle of links
        return False
    return bool(there) and there[0].is_dir()


def _elsewhere() -> Iterator[Path]:
    """Yield the folders that serve where the package's own cannot."""
    kept = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # no HOME, and a user without a name
        yield (Path(kept) if kept else Path.home() / ".cache") / "linkage-error-simulator"
    who = os.geteuid() if hasattr(os, "geteuid") else "user"
    with contextlib.suppress(OSError):  # no folder for temporary files can be written
        yield Path(tempfile.gettempdir()) / f"linkage-error-simulator.cache-{who}"


def _remove_others(place: Path, name: str, days: int) -> None:
    """Remove other states' folders that have not been used for some days."""
    for other in place.glob("numba-*"):
        with contextlib.suppress(OSError):
            if other.name != name and time.time() - other.stat().st_mtime >= days * 86_400:
                shutil.rmtree(other, ignore_errors=True)


def digest(folder: Path) -> str:
    """Return sixteen hexadecimal digits that change with any file below `folder` that mentions numba."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        if b"numba" in (source := path.read_bytes()):
            found.update(f"{path.relative_to(folder)}\0{len(source)}\0".encode() + source)
    return found.hexdigest()[:16]
