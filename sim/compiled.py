"""Where numba keeps compiled functions: a folder of its own for each state of their source.

numba's cache looks only at the file a function stands in. A function that inlines another file's function
would go on running yesterday's code when only that other file has changed (after a pull, an upgrade), wrongly
or not at all. So the folder is named by a digest of all files with compiled functions; when one of them has
changed, all are compiled anew, once. (That such functions use nothing from other files is a test.)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent


def use_own_cache() -> None:
    """Point NUMBA_CACHE_DIR at this state's folder, unless the caller has set it; remove the other states'.

    Must run before numba is imported, hence in `sim/__init__.py`. Where the package's folder cannot be
    written the user's cache folder serves, and a temporary one failing that.
    """
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    name = f"numba-{digest(SOURCES)}"
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linkage-error-simulator"
    for place in (SOURCES / "__pycache__", user, Path(tempfile.gettempdir()) / "linkage-error-simulator"):
        try:
            (place / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place / name, os.W_OK):
            for other in place.glob("numba-*"):
                if other.name != name:
                    shutil.rmtree(other, ignore_errors=True)
            os.environ["NUMBA_CACHE_DIR"] = str(place / name)
            return


def digest(folder: Path) -> str:
    """Return sixteen hexadecimal digits that change with any file below `folder` that mentions numba."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        if b"numba" in (source := path.read_bytes()):
            found.update(f"{path.relative_to(folder)}\0{len(source)}\0".encode() + source)
    return found.hexdigest()[:16]
