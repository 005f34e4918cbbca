"""A run in one file: everything needed to read, cite, check and repeat it, the same bytes on every repeat.

r-0123456789ab.zip
  r-0123456789ab/
    the files of the run folder, the reports and figures made so far
    citation.txt, citation.bib, citation.csl.json, CITATION.cff
    environment.txt         versions of Python and of every library that can move a number
    manifest.schema.json    what each key of the manifest means
    companions/<run id>/    question and rates of the runs set beside this one
    VERIFY.txt              how to check all this, in a page
    SHA256SUMS              of every other file
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sim import whole_files
from sim.errors import VerificationError
from sim.outcome.basis import basis
from sim.record import manifest
from sim.record.citation import Citation, cff
from sim.record.folder import sha256_of
from sim.record.reader import Run, damaged_files, read

SUMS = "SHA256SUMS"
_DATE = (1980, 1, 1, 0, 0, 0)
_STORED = {".parquet", ".png", ".pdf", ".docx"}
_COMPANION_FILES = ("manifest.json", "scenario.toml", "counts.csv", "rates.csv")
_PART = 1 << 20

VERIFY = """How to check this bundle

Run {run_id} of the Linkage Error Simulator v{version}. All people in it are synthetic.

1. Nothing was changed since the bundle was made. In the folder of this file:

       sha256sum --check SHA256SUMS

2. The numbers come out again. In a folder with the source of the program, v{version} (it needs Python 3.11
   or newer, make and, the first time, a network connection; nothing else on the computer is changed):

       make run                                    installs the locked versions, and tries them
       .venv/bin/sim verify PATH/{run_id}.zip

   The run itself took {seconds}; running it again takes about as long. The answer is "bit-identical"
   (the same rows), "statistically consistent" (other versions of the libraries, rates within 3 Monte Carlo
   standard errors), or "different", and why. With --replicates 1 it repeats one population only.

3. To ask the question anew, or with one thing changed:

       .venv/bin/sim run PATH/{run_id}/scenario.toml --set KEY=VALUE

The headline is the first line of rates.csv (wrong_person), and what `sim run` prints first. The versions of
everything are in environment.txt; equal rows are promised for these only. companions/ holds the question and
the rates of the runs set beside this one in the report; each can be run anew in the same way.

Hash of the results: {result_hash}
"""


def bundle(folder: Path, out: Path | None = None) -> Path:
    """Write the bundle of a run folder beside it (or as `out`) and return its path.

    Raises VerificationError when the folder is not a run or a file of it has been changed.
    """
    run = read(folder)
    problems = damaged_files(run)
    if problems:
        raise VerificationError("not bundled, because the run is damaged:\n" + "\n".join(problems))
    target = out or folder.parent / f"{run.run_id}.zip"
    with whole_files.writing(target) as stream, zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        _fill(archive, run)
    return target


def _fill(archive: zipfile.ZipFile, run: Run) -> None:
    sums = {}
    for name, source in sorted(_members(run)):
        if isinstance(source, Path):
            sums[name] = sha256_of(source)
            _put_file(archive, f"{run.run_id}/{name}", source)
        else:
            sums[name] = hashlib.sha256(source).hexdigest()
            _put_bytes(archive, f"{run.run_id}/{name}", source)
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    _put_bytes(archive, f"{run.run_id}/{SUMS}", listed.encode())


def _members(run: Run) -> Iterator[tuple[str, Path | bytes]]:
    """Yield every member but SHA256SUMS: its name in the bundle, and its file or bytes."""
    for path in run.folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(whole_files.TEMPORARY):
            yield path.relative_to(run.folder).as_posix(), path
    cited = Citation.of(run.manifest, basis(run.scenario))
    yield "citation.txt", (cited.bluebook() + "\n").encode()
    yield "citation.bib", cited.bibtex().encode()
    yield "citation.csl.json", cited.csl().encode()
    yield "CITATION.cff", cff(cited.version).encode()
    yield "environment.txt", _environment(run).encode()
    yield "manifest.schema.json", (json.dumps(manifest.schema(), indent=2) + "\n").encode()
    about = {
        "run_id": run.run_id,
        "version": cited.version,
        "result_hash": cited.result_hash,
        "seconds": _time(run.manifest["seconds"]),
    }
    yield "VERIFY.txt", VERIFY.format(**about).encode()
    for other in _companions(run):
        for name in _COMPANION_FILES:
            if (other / name).is_file():
                yield f"companions/{other.name}/{name}", other / name


def _time(seconds: float) -> str:
    return f"{seconds:,.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def _companions(run: Run) -> list[Path]:
    """Return the folders of the runs that the report set beside this one, as far as they are there."""
    path = run.folder / "companions.json"
    if not path.is_file():
        return []
    named = [str(entry["run_id"]) for entry in json.loads(path.read_text("utf-8"))]
    wanted = dict.fromkeys(name for name in named if name != run.run_id)
    return [run.folder.parent / name for name in wanted if (run.folder.parent / name).is_dir()]


def _environment(run: Run) -> str:
    """Return the versions as requirement lines, Python and the hash first."""
    found = run.manifest["environment"]
    lines = [f"# Python {found['python']} ({found['implementation']}), {found['system']} {found['machine']}"]
    lines.append(f"# environment hash {run.manifest['environment_hash']}")
    lines += [f"{name}=={version}" for name, version in sorted(found["libraries"].items()) if version]
    return "\n".join(lines) + "\n"


def _entry(name: str) -> zipfile.ZipInfo:
    """Return a member's header without date, user or machine."""
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system, entry.external_attr = 3, 0o100644 << 16
    entry.compress_type = zipfile.ZIP_STORED if Path(name).suffix in _STORED else zipfile.ZIP_DEFLATED
    return entry


def _put_bytes(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(_entry(name), data)


def _put_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as out:
        while part := source.read(_PART):
            out.write(part)
