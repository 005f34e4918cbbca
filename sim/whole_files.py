"""The one writer: a file or folder appears whole or not at all, for its owner alone; nothing is left behind.

Written under a temporary name beside its place, flushed to the disk, renamed, the folder flushed. The writer
holds a lock on what is temporary, which the system releases when the process dies, however it dies: what is
locked is somebody's work, what is not is a leftover (`remove_leftovers`). Files are made with mode 0600,
folders with 0700.

Sources: POSIX.1-2017, rename() and fsync(); flock(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from sim.errors import RefusedError

if sys.platform != "win32":
    import fcntl

TEMPORARY = ".tmp-"
"""How the name of everything begins that is not whole yet."""

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_LOCK, _HOLDER = ".lock", ".held-by"
_OURS = "linkage-error-simulator-"
"""How the names of this program's folders begin in the system's folder for temporary files."""

_TRIED = 4096
"""Bytes that are written to see whether any can be."""

_tidied: set[Path] = set()
"""Folders this process has cleared of leftovers."""


def make_folder(path: Path) -> Path:
    """Make a folder and those above it where they are missing, for the owner alone; others stay as is."""
    for each in (*reversed(path.parents), path):
        if not each.is_dir():
            with contextlib.suppress(FileExistsError):
                each.mkdir(mode=_PRIVATE_FOLDER)
    if not path.is_dir():
        raise NotADirectoryError(20, "is not a folder", str(path))
    return path


def write(path: Path, data: bytes) -> Path:
    """Write `data` to `path`: after a crash the old file, the new one or none is there, never a part."""
    with writing(path) as stream:
        stream.write(data)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write `text` as UTF-8 with the line ends it has."""
    return write(path, text.encode())


def write_source(path: Path, data: bytes) -> Path:
    """Write a file of the program itself, such as a table or a generated document: everybody may read it."""
    with writing(path) as stream:
        stream.write(data)
        if sys.platform != "win32":
            os.fchmod(stream.fileno(), 0o644)
    return path


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Yield the stream of a file that takes its place when the block ends, and is gone where that raises."""
    _tidy(path.parent)
    stream, part = _part_in(path.parent)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush(path.parent)


@contextmanager
def creating(path: Path) -> Iterator[BinaryIO]:
    """Yield the stream of a new file inside a folder that is itself not in its place yet."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _PRIVATE_FILE)
    with os.fdopen(handle, "wb") as stream:
        yield stream


def create(path: Path, data: bytes) -> Path:
    """Write a new file inside a folder that is itself not in its place yet."""
    with creating(path) as stream:
        stream.write(data)
    return path


def write_folder(target: Path, fill: Callable[[Path], None]) -> Path:
    """Make folder `target` from what `fill` writes into a temporary one; an older `target` is replaced.

    A crash at any moment leaves the old folder or the new one, and at worst a temporary one beside it, never
    half of one. Raises OSError when the disk is full or the place read-only; nothing is left behind then.
    """
    make_folder(target.parent)
    _tidy(target.parent)
    with _held_folder(target.parent) as made:
        fill(made)
        for path in sorted(made.rglob("*")):
            _flush(path)
        _flush(made)
        _swap(made, target)
    _flush(target.parent)
    return target


def move_folder(made: Path, target: Path) -> None:
    """Give a finished folder, held by this process, its name, where there is none of it."""
    for name in (_HOLDER, _LOCK):
        (made / name).unlink(missing_ok=True)
    _flush(made)
    os.rename(made, target)
    _flush(target.parent)


def try_folder(folder: Path) -> None:
    """Raise OSError unless a file could be written into a folder; leaves nothing there."""
    stream, part = _part_in(folder)
    try:
        with stream:
            stream.write(bytes(_TRIED))
    finally:
        part.unlink(missing_ok=True)


class Scratch:
    """A folder of the system's place for temporary files, held until it is closed: its owner's alone."""

    def __init__(self, what: str) -> None:
        """what: a word for the name, as in linkage-error-simulator-WHAT-1a2b3c."""
        place = Path(tempfile.gettempdir())
        _tidy(place, _OURS)
        self.path, self._handle = _new_folder(f"{_OURS}{what}-", place)

    def close(self) -> None:
        """Remove the folder; once is enough."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def remove_leftovers(folder: Path, prefix: str = TEMPORARY) -> int:
    """Delete what writers that are no more left in `folder` under a temporary name; return how much it was.

    What a living process holds stays, and so does what is another user's.
    """
    found = 0
    with contextlib.suppress(OSError):
        for path in list(folder.glob(f"{prefix}*")):
            found += _removed(path)
    return found


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold `folder`; raises RefusedError that names the holder when another process has it."""
    guard = FileLock(folder / _LOCK, mode=_PRIVATE_FILE)
    try:
        guard.acquire(timeout=0)
    except Timeout:
        problem = f"{folder} is in use by {_holder(folder)}; wait for it or choose another --out"
        raise RefusedError(problem) from None
    try:
        started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        write_text(folder / _HOLDER, f"process {os.getpid()} since {started}\n")
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        guard.release()


def _holder(folder: Path) -> str:
    try:
        return (folder / _HOLDER).read_text(encoding="utf-8").strip() or "another process"
    except OSError:
        return "another process"


def _tidy(folder: Path, prefix: str = TEMPORARY) -> None:
    """Remove leftovers before a process writes into a folder for the first time."""
    if folder not in _tidied:
        _tidied.add(folder)
        remove_leftovers(folder, prefix)


def _part_in(folder: Path) -> tuple[BinaryIO, Path]:
    """Return a new temporary file in `folder`, open and locked."""
    while True:
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=folder)
        if _hold(handle):
            return os.fdopen(handle, "wb"), Path(name)
        os.close(handle)


def _new_folder(prefix: str, parent: Path) -> tuple[Path, int | None]:
    """Return a new temporary folder, and the handle that holds it; None where folders cannot be held."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        if sys.platform == "win32":
            return made, None
        with contextlib.suppress(FileNotFoundError):  # taken for a leftover before it was held
            handle = os.open(made, os.O_RDONLY)
            if _hold(handle) and made.is_dir():
                return made, handle
            os.close(handle)


@contextmanager
def _held_folder(parent: Path) -> Iterator[Path]:
    """Yield a new temporary folder; what has its name at the end is removed."""
    made, handle = _new_folder(TEMPORARY, parent)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _hold(handle: int) -> bool:
    """Lock an open file or folder; False where it was removed as a leftover before it was locked."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # a file system without locks; nothing there is ever a leftover
            fcntl.flock(handle, fcntl.LOCK_EX)
        return os.fstat(handle).st_nlink > 0
    return True


def _removed(path: Path) -> bool:
    """Remove a temporary file or folder unless it is held, or somebody else's; say whether it was removed."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            return False
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    except OSError:  # held, or not to be locked
        return False
    finally:
        os.close(handle)
    return True


def _swap(made: Path, target: Path) -> None:
    """Give `made` the place of `target`; what was there before goes with the temporary name."""
    if not target.exists():
        os.rename(made, target)
    elif not _exchanged(made, target):
        with _held_folder(target.parent) as old:
            os.rename(target, old / target.name)
            try:
                os.rename(made, target)
            except BaseException:
                os.rename(old / target.name, target)
                raise


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two names in one step, so that no moment is without either; False where that cannot be had."""
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of renameat2(2)
    with contextlib.suppress(AttributeError):  # an old C library
        answer: int = ctypes.CDLL(None).renameat2(here, bytes(one), here, bytes(other), exchange)
        return answer == 0
    return False


def _flush(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
