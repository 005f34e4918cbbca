"""Opening a ZIP from a stranger: no path outside, no link, no bomb, nothing twice, no system litter."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sim import whole_files
from sim.errors import FileErrors
from sim.reading import wrong
from sim.record.litter import is_litter
from sim.toml_files import show

MOST_FILES = 2_000
MOST_BYTES = 4 << 30
MOST_RATIO = 400
MANIFEST = "manifest.json"
_SMALL = 1 << 20
_PART = 1 << 20


def unpack(archive: Path, place: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Unpack a bundle into `place` and return the folder that holds its files.

    That is its one top folder, or `place` where the files lie at the top. What a system left in the archive
    is not unpacked.  Raises FileErrors, naming the member, for a file that is no ZIP, a path that leaves the
    folder, a link, a special file, an encrypted or doubled member, too many files, too many bytes (most_bytes
    in all, counted while unpacking, whatever the headers say), or a member that swells too much.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = checked(opened, archive.name, most_bytes)
            left = most_bytes
            for member in members:
                left -= _extract(opened, member, place, left)
    except OSError as error:
        reason = error.strerror or str(error)
        raise wrong(archive, "file", f"cannot be read or unpacked ({reason})") from None
    except FileErrors:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error) as error:
        raise wrong(archive, "file", f"is not an intact ZIP ({error})") from None
    first = PurePosixPath(members[0].filename).parts
    return place if len(first) == 1 else place / first[0]


def checked(opened: zipfile.ZipFile, name: str, most_bytes: int = MOST_BYTES) -> list[zipfile.ZipInfo]:
    """Return the files of an archive after looking at every header; raises FileErrors naming each mistake."""
    if len(opened.infolist()) > MOST_FILES:
        raise wrong(name, "file", f"refused: holds {len(opened.infolist()):,} files, at most {MOST_FILES:,}")
    listed = [member for member in opened.infolist() if not is_litter(member.filename)]
    members = [member for member in listed if not member.is_dir()]
    if not members:
        raise wrong(name, "file", "is an empty ZIP")
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise wrong(name, "file", f"refused: would unpack to {total:,} bytes, at most {most_bytes:,}")
    seen: set[str] = set()
    for member in listed:
        problem = _problem(member, seen)
        if problem:
            raise wrong(name, _shown(member.filename), f"refused: {problem}")
        seen.add(member.filename.lower())
    depths = {len(PurePosixPath(member.filename).parts) == 1 for member in members}
    tops = {PurePosixPath(member.filename).parts[0] for member in members}
    at_top = MANIFEST in tops
    if not at_top and (depths != {False} or len(tops) > 1):
        raise wrong(name, "file", "refused: a bundle has one folder with all files inside")
    return (
        sorted(members, key=lambda member: len(PurePosixPath(member.filename).parts)) if at_top else members
    )


def _problem(member: zipfile.ZipInfo, seen: set[str]) -> str:
    """Return why a member is refused, empty if it is not."""
    path = PurePosixPath(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in member.filename
        or ":" in member.filename
        or not path.parts
    ):
        return "its path leaves the folder"
    if not (member.filename.isascii() and member.filename.isprintable()) or len(member.filename) > 240:
        return "its name is not plain"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a special file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.filename.lower() in seen:
        return "is there twice"
    if member.file_size > _SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size):
        return f"swells more than {MOST_RATIO} times when unpacked"
    return ""


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, left: int) -> int:
    """Write one member and return its bytes; counts while reading, because headers may lie."""
    target = place / member.filename
    whole_files.make_folder(target.parent)
    written = 0
    with opened.open(member) as source, whole_files.creating(target) as out:
        while part := source.read(_PART):
            written += len(part)
            if written > min(left, member.file_size):
                problem = "refused: unpacks to more than its header says"
                raise wrong(PurePosixPath(opened.filename or "ZIP"), _shown(member.filename), problem)
            out.write(part)
    return written


def _shown(name: str) -> str:
    return show(name, 80)
