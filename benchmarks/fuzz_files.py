"""Read 20,000 damaged and forged files of every format: each is read, or refused in lines, and nothing else.

Bits are flipped, files cut, bytes doubled and moved; values get wrong types, huge counts, deep nesting, names
of files elsewhere; hashes are made right again where a format has any. Each input is read in a worker process
that may work 10 s and take 1 GB more than it holds; a traceback, a panic, a signal or a line that names no
file is a failure. Writes benchmarks/results/fuzz_files.md. `python -m benchmarks.fuzz_files NUMBER` reads so
many.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from sim import whole_files
from sim.errors import Mistake, SimulatorError
from sim.kept import parts, shortlists
from sim.kept.build import build
from sim.kept.files import BLOCK, Sums
from sim.kept.session import StoredRegistry
from sim.kept.store import Store
from sim.kept.world import Manifest, World
from sim.record import write
from sim.record.bundle import bundle, generated
from sim.record.consistency import mistakes
from sim.record.reader import named, read
from sim.record.safe_zip import unpack
from sim.record.verify import changed_files
from sim.replicate import Replicate
from sim.report.again import made_again
from sim.report.html import write as write_page
from sim.report.studies import read_study
from sim.run import simulate
from sim.scenario import Scenario
from sim.study import sweep
from sim.study.grid import load
from sim.study.replicates import collect
from sim.study.store import cell_of
from sim.study.swept import read as read_sweep
from sim.study.unfinished import Unfinished, world_of
from tests.record.mutations import changed

OUT = Path(__file__).parent / "results" / "fuzz_files.md"
INPUTS, SECONDS, BYTES, WAITED = 21_000, 10, 1 << 30, 180
"""Inputs; seconds of work and bytes that one may take; seconds by the clock, on a machine that is busy."""

PARTS = 2
"""Workers at a time."""

PAGE, RARE = "report.html", 200
"""A report is made again to be read, which takes a second: one input in so many."""

KEPT = ("by-line", "by-line-buckets", "by-number", "by-number-buckets", "by-second", "by-second-buckets",
        "offers-donors", "offers-hosts", "offers-people", "offers-places", "rows", "rows-buckets",
        "truth-0000")  # fmt: skip
"""Files of a kept registry of one part: integers and floats in rows, of no format but their own."""

ASKED = {"population.size": 3_000, "requests.count": 60, "replicates": 1}
"""The question whose people are kept."""

# --- what is read -------------------------------------------------------------------------------------------


def readers() -> dict[str, tuple[str, Callable[[Path], object]]]:
    """Return the formats: the file of each, below the folder of samples, and what reads it."""

    def run(path: Path) -> object:
        found = read(path.parent)
        return mistakes(found) or generated(found)

    def table(name: str) -> Callable[[Path], object]:
        return lambda path: getattr(read(path.parent), name)

    def zipped(path: Path) -> object:
        with tempfile.TemporaryDirectory() as place:
            return unpack(path, Path(place), 200 << 20)

    small = Scenario.load("good-matcher").replace({"requests.count": 60})
    kept = Scenario.load("aug2025-as-run").replace(ASKED)

    def answered(path: Path) -> object:
        store = Store(path.parent)
        return Replicate(StoredRegistry(kept, store)).answer(kept)

    files = {
        "scenario.toml": Scenario.load,
        "manifest.json": run,
        "outcomes.parquet": table("outcomes"),
        "disclosures.parquet": table("disclosures"),
        "ledger.parquet": table("ledger"),
        "counts.csv": table("counts"),
        "addresses.csv": table("addresses"),
        "curve.csv": table("curve"),
        "cases.json": table("cases"),
        "rates.csv": run,
        "ro-crate-metadata.json": run,
        "companions.json": lambda path: named(read(path.parent)),
        "SHA256SUMS": lambda path: changed_files(path.parent),
        "report.html": lambda path: made_again(read(path.parent)),
    }
    found: dict[str, tuple[str, Callable[[Path], object]]] = {
        name: (f"run/{name}", reader) for name, reader in files.items()
    }
    return found | {
        "bundle (ZIP)": ("bundle.zip", zipped),
        "sweep definition (TOML)": ("two.toml", load),
        "cell of a sweep": ("cell.json", cell_of),
        "manifest of a sweep": ("sweep/manifest.json", lambda path: read_sweep(path.parent)),
        "table of a sweep": ("sweep/sweep.parquet", lambda path: read_sweep(path.parent)),
        "kept population": ("part.world", lambda path: world_of(path, small)),
        "study of sensitivity": ("sensitivity.json", read_study),
        "manifest of a kept registry": ("kept/manifest.json", lambda path: Manifest.read(path.parent)),
        "marker of a part": ("kept/part-0000-marker", lambda path: parts.find(path.parent, 0)),
        **{f"kept registry: {name}": (f"registry/{name}", answered) for name in KEPT},
    }


def prepare(place: Path) -> None:
    """Write a sound sample of every format."""

    warnings.simplefilter("ignore")
    scenario = Scenario.load("good-matcher").replace(
        {"population.size": 9_000, "requests.count": 60, "replicates": 1}
    )
    world = simulate(scenario, 0, cases=True)
    folder = write(collect(scenario, [world]), place)
    write_page(folder)
    packed = bundle(folder, place / "bundle.zip")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(place / "unpacked")
    (place / "unpacked" / folder.name).rename(place / "run")
    listed = [{"role": "best", "change": "x", "run_id": "r-0123456789ab"}]
    (place / "run" / "companions.json").write_text(json.dumps(listed))
    kept = Unfinished(place / "parts", "x")
    kept.keep_world(scenario, 0, world)
    next((place / "parts").glob("*.world")).rename(place / "part.world")
    (place / "two.toml").write_text(
        'title = "Two"\nsummary = "Two"\nscenario = "aug2025-as-run"\n[set]\nrequests.count = 60\n'
        "population.size = 3000\nreplicates = 1\n[axes]\nnoise.tin_borrowed.rate = [0.0, 0.1]\n"
    )
    done = sweep.run(load(place / "two.toml"), place / "out", sweep.Options())
    shutil.move(done.folder, place / "sweep")
    shutil.copy(next((place / "sweep" / "cells").glob("*.json")), place / "cell.json")
    swings = {"label": "x", "low_input": 0.0, "high_input": 1.0, "low": 1.0, "high": 2.0, "assumed": True}
    study = {"summary": "x", "asked": [{}], "studies": [{}], "swings": [swings], "break_even": [],
             "screening": [["x", "1"]], "indices": [], "uncertainty": None}  # fmt: skip
    (place / "sensitivity.json").write_text(json.dumps(study))
    (place / "kept").mkdir()
    sums = {"rows": Sums(5, (1,)), "truth-0000": Sums(0, ())}
    Manifest(World(9_000, "ab" * 32, 1, 0, "cd" * 32), "x", "now", 1.0, sums).write(place / "kept")
    marker = {"starts": [0, 1], "files": {k: {"size": 0, "crc32": []} for k in ("rows", "truth", "people")}}
    (place / "kept" / "part-0000-marker").write_text(json.dumps(marker))
    outside, shortlists.OUTSIDE = shortlists.OUTSIDE, 1
    built = build(Scenario.load("aug2025-as-run").replace(ASKED), place / "built")
    shortlists.OUTSIDE = outside
    built.rename(place / "registry")
    missing = {each.name for each in (place / "registry").iterdir()} ^ {"manifest.json", "truth-0001", *KEPT}
    assert not missing, missing


def hashed_anew(path: Path) -> None:
    """Make the hash and size right that a manifest beside a file has of it."""
    manifest = path.parent / "manifest.json"
    if path.parent.name == "registry":
        found = Manifest.read(path.parent)
        data = path.read_bytes()
        blocks = [zlib.crc32(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)]
        sums = {**found.sums, path.name: Sums(len(data), tuple(blocks))}
        replace(found, sums=sums).write(path.parent)
    if path.parent.name != "run" or path == manifest:
        return
    told = json.loads(manifest.read_text("utf-8"))
    if path.name in told["files"]:
        data = path.read_bytes()
        told["files"][path.name].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        manifest.write_text(json.dumps(told))


# --- workers ------------------------------------------------------------------------------------------------


def work(samples: Path, first: int, last: int) -> None:
    """Read inputs first .. last - 1 and print what came of each, a line before and a line after."""

    warnings.simplefilter("ignore")
    formats = list(readers().items())
    page = next(each for each in formats if each[0] == PAGE)
    formats.remove(page)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "samples"
        shutil.copytree(samples, place)
        for _, (file, reader) in (*formats, page):  # what reads for the first time loads and compiles
            try:
                reader(place / file)
            except SimulatorError as error:
                print(json.dumps({"sample": file, "error": str(error)[:300]}), flush=True)
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + BYTES, held + BYTES))
        for number in range(first, last):
            kind, (file, reader) = page if number % RARE == 0 else formats[number % len(formats)]
            path, luck = place / file, np.random.default_rng([14, number])
            before, manifest = path.read_bytes(), (path.parent / "manifest.json")
            beside = manifest.read_bytes() if manifest.exists() else b""
            made = changed(file, before, luck)
            _put(path, made)
            hashed_anew(path)
            print(json.dumps({"number": number, "kind": kind}), flush=True)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.alarm(WAITED)
            try:
                found = reader(path)
                lines = [str(each) for each in found] if _told(found) else []
                word = "read" if not lines else "refused"
            except SimulatorError as error:
                word, lines = "refused", [str(each) for each in getattr(error, "mistakes", (error,))]
            except BaseException:
                word, lines = "failed", [traceback.format_exc()[-1_500:]]
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if word == "refused" and any(": " not in line or "\n" in line for line in lines):
                word = "failed"
            kept = base64_of(made) if word == "failed" else ""
            print(json.dumps({"number": number, "word": word, "lines": lines[:3], "data": kept}), flush=True)
            _put(path, before)
            if beside:
                manifest.write_bytes(beside)


def _put(path: Path, data: bytes) -> None:
    """Write a file in another's place: the other may still be mapped into memory."""
    path.unlink()
    path.write_bytes(data)


def _told(found: object) -> TypeGuard[list[Mistake]]:
    """Whether what came of reading is a list of mistakes."""
    return isinstance(found, list) and all(isinstance(each, Mistake) for each in found)


def base64_of(data: bytes) -> str:
    """Return some of an input for the record."""
    return data[:2_000].hex()


def driven(samples: Path, first: int, inputs: int) -> tuple[Counter[tuple[str, str]], list[dict[str, Any]]]:
    """Let workers read inputs first .. inputs - 1; one that dies at an input is replaced: a failure."""
    found: Counter[tuple[str, str]] = Counter()
    failures: list[dict[str, Any]] = []
    while first < inputs:
        command = [
            sys.executable,
            "-m",
            "benchmarks.fuzz_files",
            "work",
            str(samples),
            str(first),
            str(inputs),
        ]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        at: dict[str, Any] = {}
        for line in worker.stdout or ():
            told = json.loads(line)
            if "sample" in told:
                print(line.strip())
            elif "kind" in told:
                at = told
            else:
                found[at["kind"], told["word"]] += 1
                if told["word"] == "failed":
                    failures.append(at | told)
                    print(at["number"], at["kind"], told["lines"][0][-300:])
                first, at = told["number"] + 1, {}
                if first % 1_000 == 0:
                    print(f"{first} inputs, {len(failures)} failures", flush=True)
        errors = worker.stderr.read() if worker.stderr else ""
        code = worker.wait()
        if "panicked" in errors:
            print(errors[-600:])
        if at:
            found[at["kind"], "failed"] += 1
            failures.append(at | {"word": f"ended with {code}", "lines": [errors[-500:]]})
            print(at["number"], at["kind"], f"ended with {code}: {errors[-300:]}")
            first = at["number"] + 1
        elif first < inputs:
            raise RuntimeError(f"worker ended with {code}: {errors[-1_000:]}")
    return found, failures


_HEAD = """| format | read | refused | failed |
| --- | ---: | ---: | ---: |"""


def main(inputs: int = INPUTS) -> int:
    """Read all inputs and write the table; 1 where one failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        cuts = [inputs * part // PARTS for part in range(PARTS + 1)]
        with ThreadPoolExecutor(PARTS) as pool:
            done = list(pool.map(driven, [Path(name)] * PARTS, cuts[:-1], cuts[1:]))
        found = sum((each for each, _ in done), Counter[tuple[str, str]]())
        failures = [one for _, each in done for one in each]
    kinds = dict.fromkeys(kind for kind, _ in found)
    rows = [
        f"| {kind} | " + " | ".join(f"{found[kind, word]:,}" for word in ("read", "refused", "failed")) + " |"
        for kind in kinds
    ]
    minutes = (time.monotonic() - began) / 60
    told = [
        "# Damaged and forged files of every format",
        f"Made by `python -m benchmarks fuzz_files` in {minutes:.0f} minutes: "
        f"{sum(found.values()):,} inputs, {len(failures)} failures. A failure is a traceback, a signal, more "
        f"than {SECONDS} s or more than 1 GB; "
        "*refused* is an error of one line a mistake. *Read* holds inputs whose change says nothing wrong: a "
        "flipped bit of a title, a line left out of a text.",
        "\n".join([_HEAD, *rows]),
    ]
    whole_files.write_source(OUT, ("\n\n".join(told) + "\n").encode())
    return int(bool(failures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["prepare"]:
        prepare(Path(sys.argv[2]))
    else:
        raise SystemExit(main(*map(int, sys.argv[1:2])))
