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
from pathlib import Path

from sim import whole_files
from sim.errors import FileErrors, Mistake
from sim.outcome.basis import basis
from sim.record import manifest
from sim.record.citation import Citation, cff
from sim.record.consistency import mistakes
from sim.record.folder import sha256_of
from sim.record.litter import evidence
from sim.record.reader import Run, named, of_older_format, read
from sim.record.safe_zip import checked
from sim.toml_files import display

SUMS = "SHA256SUMS"
_DATE = (1980, 1, 1, 0, 0, 0)
_STORED = {".parquet", ".png", ".pdf", ".docx"}
GENERATED = ("citation.txt", "citation.bib", "citation.csl.json", "CITATION.cff", "environment.txt",
             "manifest.schema.json", "VERIFY.txt")  # fmt: skip
"""Files that a bundle makes itself, beside SHA256SUMS."""

COMPANIONS = "companions"
COMPANION_FILES = ("manifest.json", "scenario.toml", "counts.csv", "addresses.csv", "rates.csv")
"""Folder of the runs set beside this one, and what a bundle holds of each."""

_PART = 1 << 20

VERIFY = """How to check this bundle

Run {run_id} of the Linkage Error Simulator v{version}. All people in it are synthetic.

1. Nothing was changed since the bundle was made. In the folder of this file:

       sha256sum --check SHA256SUMS

2. The numbers come out again. In a folder with the source of the program, v{version} (it needs Python 3.11
   or newer, make and, the first time, a network connection; nothing else on the computer is changed):

       make run                                    installs the locked versions, and tries them
       .venv/bin/sim verify PATH/{run_id}.zip

   The run itself took {seconds}; running it again takes about as long, and as long again for each run in
   companions/. The answer is "identical" (the same rows; exit code 0), "not repeated exactly: another
   environment is claimed" (other versions of the libraries; the numbers beside each other and how likely
   their differences are by luck; exit code 4), or "different", and why (exit code 1). What was not checked is
   said. With --replicates 1 one population only is repeated.

   A bundle carries no signature: whoever made it could have made it of other numbers, hashes and all. Its
   hashes show that nothing changed since; only running it again shows that its question gives its numbers.

3. To ask the question anew, or with one thing changed:

       .venv/bin/sim run PATH/{run_id}/scenario.toml --set KEY=VALUE

The headline is the first line of rates.csv (wrong_person), and what `sim run` prints first. The versions of
everything are in environment.txt; equal rows are promised for these only. companions/ holds the question and
the rates of the runs set beside this one in the report; each can be run anew in the same way.

Hash of the results: {result_hash}
"""


def bundle(folder: Path, out: Path | None = None) -> Path:
    """Write the bundle of a run folder beside it (or as `out`) and return its path.

    Raises FileErrors when the folder is not a run, is an unpacked bundle, does not follow from its rows, or
    holds a file that a bundle cannot: one named like a file the bundle makes, or with a name no ZIP should
    have. What a system left in the folder is not packed.
    """
    run = read(folder)
    problems = [*(_unfit(run)), *mistakes(run)]
    if problems:
        raise FileErrors(problems)
    target = out or folder.parent / f"{run.run_id}.zip"
    with whole_files.writing(target) as stream, zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        _fill(archive, run)
        checked(archive, target.name)
    return target


def _unfit(run: Run) -> list[Mistake]:
    """Return a mistake for every file of a run folder that cannot be packed as it is named."""
    if run.older:
        return [of_older_format(run)]
    there = evidence(run.folder)
    if SUMS in there:
        told = "is there already: this is an unpacked bundle; bundle the run folder, or pass on its own ZIP"
        return [Mistake(display(run.folder), SUMS, told)]
    made = {name.lower() for name in (*GENERATED, SUMS)}
    return [
        Mistake(display(run.folder), name, "is a name that the bundle gives to a file of its own; rename it")
        for name in there
        if name.lower() in made or name.lower().startswith(f"{COMPANIONS}/")
    ]


def _fill(archive: zipfile.ZipFile, run: Run) -> None:
    sums = {}
    for name, source in sorted(_members(run).items()):
        if isinstance(source, Path):
            sums[name] = sha256_of(source)
            _put_file(archive, f"{run.run_id}/{name}", source)
        else:
            sums[name] = hashlib.sha256(source).hexdigest()
            _put_bytes(archive, f"{run.run_id}/{name}", source)
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    _put_bytes(archive, f"{run.run_id}/{SUMS}", listed.encode())


def _members(run: Run) -> dict[str, Path | bytes]:
    """Return every member but SHA256SUMS: its name in the bundle, and its file or bytes."""
    found: dict[str, Path | bytes] = {
        name: path
        for name, path in evidence(run.folder).items()
        if not path.is_symlink() and not path.name.startswith(whole_files.TEMPORARY)
    }
    for other in _companions(run):
        for name in COMPANION_FILES:
            if (other.folder / name).is_file():
                found[f"{COMPANIONS}/{other.run_id}/{name}"] = other.folder / name
    return {**found, **generated(run)}


def generated(run: Run) -> dict[str, bytes]:
    """Return the files that a bundle makes of the manifest and the scenario, by name."""
    cited = Citation.of(run.manifest, basis(run.scenario))
    about = {
        "run_id": run.run_id,
        "version": cited.version,
        "result_hash": cited.result_hash,
        "seconds": _time(run.manifest["seconds"]),
    }
    made = (
        cited.bluebook() + "\n",
        cited.bibtex(),
        cited.csl(),
        cff(cited.version),
        _environment(run),
        json.dumps(manifest.schema(), indent=2) + "\n",
        VERIFY.format(**about),
    )
    return {name: text.encode() for name, text in zip(GENERATED, made, strict=True)}


def _time(seconds: float) -> str:
    return f"{seconds:,.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes"


def _companions(run: Run) -> list[Run]:
    """Return the runs that the report set beside this one, as far as they are there.

    Raises FileErrors when the list of them, or one of them, is damaged or does not follow from its rows.
    """
    found = []
    for name in dict.fromkeys(named(run)):
        if name != run.run_id and (run.folder.parent / name).is_dir():
            other = read(run.folder.parent / name)
            problems = mistakes(other)
            if problems:
                raise FileErrors(Mistake(f"{name}/{each.file}", each.key, each.problem) for each in problems)
            found.append(other)
    return found


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
