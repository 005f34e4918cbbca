"""Where a command writes: looked at and tried before any work is done; what is tried is taken away again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim import whole_files
from sim.errors import InputErrors, Mistake


def check_out(out: Path, folders: Iterable[str] = (), files: Iterable[str] = (), of: str = "--out") -> None:
    """Refuse a folder for results that could not be written.

    folders, files: names that will be made in it; what has one already must be of that kind.  of: the option
    or argument that it was given by.  Raises InputErrors.
    """
    place = out
    while not place.exists() and not place.is_symlink() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise _wrong(of, "is inside a file, not a folder", out)
    inside = [out / name for name in folders]
    for each in inside:
        if (each.exists() or each.is_symlink()) and not each.is_dir():
            raise _wrong(of, f"holds {each.name}, which is a file and should be a folder", out)
    for name in files:
        if (out / name).is_dir():
            raise _wrong(of, f"holds {Path(name).name}, which is a folder and should be a file", out)
    for each in (place, *(folder for folder in inside if folder.is_dir())):
        try:
            whole_files.try_folder(each)
        except OSError as error:
            raise _wrong(of, f"cannot be written: {error.strerror or error}", out) from None


def check_file(file: Path, of: str = "--out") -> None:
    """Refuse a file that could not be written; raises InputErrors."""
    if file.is_dir():
        raise _wrong(of, "is a folder, and should be a file", file)
    if not file.parent.is_dir():
        raise _wrong(of, "is in no folder that is there", file)
    check_out(file.parent, of=of)


def can_write(folder: Path) -> bool:
    """Whether a folder is there and can be written, or is not there at all."""
    try:
        if folder.exists():
            whole_files.try_folder(folder)
    except OSError:
        return False
    return True


def check_scratch() -> None:
    """Refuse to begin work that needs the system's folder for temporary files when that cannot be had."""
    try:
        whole_files.Scratch("tried").close()
    except OSError as error:
        problem = f"no folder for temporary files can be written: {error.strerror or error}"
        raise InputErrors([Mistake("environment", "TMPDIR", problem)]) from None


def _wrong(of: str, problem: str, given: Path) -> InputErrors:
    return InputErrors([Mistake("command line", of, f"{problem} (got '{given}')")])
