"""A damaged or forged file of a run is read or refused in lines; benchmarks/fuzz_files.py does more."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.errors import FileErrors
from sim.record.consistency import mistakes
from sim.record.reader import read
from sim.record.writer import write
from tests.record.mutations import changed
from tests.record.standin import study

FILES = ("manifest.json", "outcomes.parquet", "disclosures.parquet", "ledger.parquet", "counts.csv",
         "addresses.csv", "rates.csv", "cases.json", "ro-crate-metadata.json")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write(study(1, 60), tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize("name", FILES)
def test_whatever_a_file_holds_it_is_read_or_refused_in_lines(made, tmp_path, name):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    before, manifest = (copy / name).read_bytes(), (copy / "manifest.json").read_bytes()
    for number in range(12):
        data = changed(name, before, np.random.default_rng([7, number]))
        (copy / name).write_bytes(data)
        if name != "manifest.json":
            told = json.loads(manifest)
            told["files"][name].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
            (copy / "manifest.json").write_text(json.dumps(told))
        try:
            lines = [str(each) for each in mistakes(read(copy))]
        except FileErrors as errors:
            lines = [str(each) for each in errors.mistakes]
        assert all(line.isprintable() and ": " in line for line in lines), lines
