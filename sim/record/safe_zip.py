"""Opening a ZIP from a stranger: no path outside, no link, no bomb, nothing twice."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sim import whole_files
from sim.errors import VerificationError

MOST_FILES = 2_000
MOST_BYTES = 4 << 30
MOST_RATIO = 400
_SMALL = 1 << 20
_PART = 1 << 20


def unpack(archive: Path, place: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Unpack a bundle into `place` and return its one top folder.

    Raises VerificationError, naming the member, for a file that is no ZIP, a path that leaves the folder, a
    link, a special file, an encrypted or doubled member, too many files, too many bytes (most_bytes in all,
    counted while unpacking, whatever the headers say), or a member that swells more than MOST_RATIO times.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive.name, most_bytes)
            left = most_bytes
            for member in members:
                left -= _extract(opened, member, place, left)
    except OSError as error:
        reason = error.strerror or str(error)
        raise VerificationError(f"{archive.name}: cannot be read or unpacked ({reason})") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise VerificationError(f"{archive.name}: is not an intact ZIP ({error})") from None
    return place / PurePosixPath(members[0].filename).parts[0]


def _checked(opened: zipfile.ZipFile, name: str, most_bytes: int) -> list[zipfile.ZipInfo]:
    """Return the files of an archive after looking at every header."""
    members = [member for member in opened.infolist() if not member.is_dir()]
    if not members:
        raise VerificationError(f"{name}: is an empty ZIP")
    if len(opened.infolist()) > MOST_FILES:
        raise VerificationError(
            f"{name}: refused: holds {len(opened.infolist()):,} files, at most {MOST_FILES:,}"
        )
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise VerificationError(f"{name}: refused: would unpack to {total:,} bytes, at most {most_bytes:,}")
    seen: set[str] = set()
    for member in opened.infolist():
        problem = _problem(member, seen)
        if problem:
            raise VerificationError(f"{name}: refused: {_shown(member.filename)}: {problem}")
        seen.add(member.filename.lower())
    tops = {PurePosixPath(member.filename).parts[0] for member in members}
    if len(tops) > 1 or any(len(PurePosixPath(member.filename).parts) < 2 for member in members):
        raise VerificationError(f"{name}: refused: a bundle has one folder with all files inside")
    return members


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
                raise VerificationError(
                    f"refused: {_shown(member.filename)}: unpacks to more than its header says"
                )
            out.write(part)
    return written


def _shown(name: str) -> str:
    return ascii(name[:80])
