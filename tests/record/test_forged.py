"""What somebody changed with care, every sum made anew, is found; a manifest that misleads is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sim.errors import VerificationError
from sim.record.reader import read
from sim.record.verify import DIFFERENT, IDENTICAL, verify
from tests.record.test_bundle_and_verify import bundled, made, quick, rebuilt, remanifest

__all__ = ["bundled", "made", "quick"]


def test_forged_worked_links_are_found_even_when_every_sum_was_made_anew(bundled, tmp_path):
    def change(folder):
        path = folder / "cases.json"
        path.write_text(path.read_text().replace("GARCIA", "GARZIA"))
        remanifest(folder)

    folder = rebuilt(bundled, tmp_path / "out", change)
    assert verify(folder).reasons == ("cases.json: is not what the scenario gives",)
    assert verify(folder, replicates=1).word == IDENTICAL


def test_an_unreadable_table_is_named_not_raised(bundled, tmp_path):
    def change(folder):
        (folder / "counts.csv").write_text("x")
        remanifest(folder)

    verdict = verify(rebuilt(bundled, tmp_path / "out", change))
    assert verdict.word == DIFFERENT and "cannot be read" in verdict.reasons[0]


def test_an_environment_that_does_not_have_its_hash_is_named(bundled, tmp_path):
    def change(folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        remanifest(folder, environment=manifest["environment"] | {"python": "9.9.9"})

    reasons = verify(rebuilt(bundled, tmp_path / "out", change)).reasons
    assert reasons == ("manifest.json: the hash of the environment does not follow from it",)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a b", ""])
def test_a_manifest_that_lists_a_file_elsewhere_is_refused(made, tmp_path, name):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][name] = manifest["files"]["rates.csv"]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(VerificationError, match="files"):
        read(copy)


def test_a_manifest_that_says_a_thing_twice_is_refused(made, tmp_path):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    path = copy / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 2,\n  "seed": 1'))
    with pytest.raises(VerificationError, match="cannot be read as JSON"):
        read(copy)
