"""The file formats that the program reads: what reads each, and a sound sample of each."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

from sim.commands.lists import _listed, _run, _sweep
from sim.dashboard import links
from sim.errors import Mistake
from sim.kept import parts, shortlists
from sim.kept.build import build
from sim.kept.files import BLOCK, Sums
from sim.kept.session import StoredRegistry
from sim.kept.store import Store
from sim.kept.world import Manifest, World
from sim.linkage.rules import rule_of
from sim.parameters import config_root
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
from sim.scenario_files import rules
from sim.study import sweep
from sim.study.grid import load
from sim.study.replicates import collect
from sim.study.store import cell_of
from sim.study.swept import read as read_sweep
from sim.study.uncertainty import beliefs
from sim.study.unfinished import Unfinished, world_of

KEPT = ("by-line", "by-line-buckets", "by-number", "by-number-buckets", "by-second", "by-second-buckets",
        "offers-donors", "offers-hosts", "offers-people", "offers-places", "rows", "rows-buckets",
        "truth-0000")  # fmt: skip
"""Files of a kept registry of one part: integers and floats in rows, of no format but their own."""

ASKED = {"population.size": 3_000, "requests.count": 60, "replicates": 1}
"""The question whose people are kept."""


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

    def linked(path: Path) -> object:
        """Return what an address asks for and does not get."""
        asked = parse_qs(path.read_text("utf-8", "replace").replace("\n", "&"), keep_blank_values=True)
        return [Mistake("address", "link", note) for note in links.read(asked)[2]]

    def own_rule(path: Path) -> object:
        return rule_of(Scenario.load(path.parent / "x.toml"))

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
        "rule of one's own (TOML)": (
            "own/own.toml",
            lambda path: rule_of(Scenario.load(path.parent / "x.toml")),
        ),
        "stated distributions (TOML)": ("beliefs.toml", beliefs),
        "deep link": ("link.txt", linked),
        "list of runs": ("run/manifest.json", lambda path: _listed(path.parent.parent, "run", _run)),
        "list of sweeps": ("sweep/manifest.json", lambda path: _listed(path.parent.parent, "sweep", _sweep)),
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
    (place / "own").mkdir()
    shutil.copy(rules()["irs_2025"], place / "own" / "own.toml")
    (place / "own" / "x.toml").write_text('extends = "aug2025-as-run"\nlinkage.rule = "own.toml"\n')
    shutil.copy(config_root() / "uncertainty.toml", place / "beliefs.toml")
    (place / "link.txt").write_text(
        'v=0.1.0\npreset=aug2025-as-run\nset=requests.coverage=0.1\nset=linkage.rule="name_dob"\n'
        "set=noise.tin_digit.rate=0.2\nset=requests.count=60\nh=0123456789ab"
    )
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
