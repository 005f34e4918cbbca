"""What somebody changed with care, every sum made anew, is found; a manifest that misleads is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from sim.errors import VerificationError
from sim.outcome.cells import quantity
from sim.record.reader import read
from sim.record.rows import csv_text
from sim.record.safe_zip import unpack
from sim.record.verify import DIFFERENT, IDENTICAL, OTHER, Asked, verify
from tests.record.forging import (
    claim_another_environment,
    drop_cases,
    edit_manifest,
    edit_rows,
    forged,
    put_addresses,
    sums,
)
from tests.record.test_bundle_and_verify import bundled, made, quick


def remanifest(folder: Path, **changes) -> None:
    """Write changes into the manifest, with the hashes of all files made to agree and nothing else."""
    path = folder / "manifest.json"
    found = json.loads(path.read_text()) | changes
    for name, entry in found["files"].items():
        data = (folder / name).read_bytes()
        entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    path.write_text(json.dumps(found))
    sums(folder)


__all__ = ["bundled", "made", "quick"]


def test_forged_worked_links_are_found_even_when_every_sum_was_made_anew(bundled, tmp_path):
    def change(folder):
        path = folder / "cases.json"
        path.write_text(path.read_text().replace("GARCIA", "GARZIA"))

    folder = forged(bundled, tmp_path / "out", change)
    assert verify(folder).reasons == ("cases.json: the whole: is not what the scenario gives",)
    assert verify(folder, Asked(replicates=1)).word == IDENTICAL


def test_counts_of_addresses_that_are_another_runs_do_not_follow_from_the_addresses(bundled, tmp_path):
    def change(folder):
        path = folder / "addresses.csv"
        head, rows = path.read_text().split("\n", 1)
        swapped = {"right_person_gone": "right_person_office", "right_person_office": "right_person_gone"}
        names = [
            f"{unit}_{swapped.get(word, word)}" if unit in ("addresses", "requests") else name
            for name in head.split(",")
            for unit, _, word in [name.partition("_")]
        ]
        table = pl.read_csv(f"{','.join(names)}\n{rows}".encode(), infer_schema_length=None)
        path.write_text(csv_text(table.select(head.split(","))))

    folder = forged(bundled, tmp_path / "out", change, {"addresses.csv"})
    told = "addresses.csv: everybody: does not follow from disclosures.parquet"
    assert verify(folder).reasons[0] == told


def test_addresses_that_add_up_to_everything_and_are_another_runs_are_found(bundled, tmp_path):
    folder = forged(bundled, tmp_path / "out", lambda place: _another(place, "right_person_gone"))
    told = ("addresses.csv: the whole: is not what the scenario gives",
            "disclosures.parquet: the whole: is not what the scenario gives")  # fmt: skip
    assert verify(folder).reasons == told
    assert verify(folder, Asked(replicates=1)).reasons == told


def test_the_note_of_what_is_kept_of_the_addresses_is_the_scenarios(bundled, tmp_path):
    def change(folder):
        told = json.loads((folder / "manifest.json").read_text())["rows"]
        edit_manifest(folder, rows={**told, "disclosures_note": "nothing was left out"})

    folder = forged(bundled, tmp_path / "out", change)
    told = ("manifest.json: rows.disclosures_note: is not what the scenario gives",)
    assert verify(folder).reasons == told


def test_an_unreadable_table_is_named_not_raised(bundled, tmp_path):
    def change(folder):
        (folder / "counts.csv").write_text("x")

    folder = unpack(bundled, tmp_path / "out")
    change(folder)
    remanifest(folder)
    verdict = verify(folder)
    assert verdict.word == DIFFERENT and verdict.reasons[0] == "counts.csv: replicate: is missing"


def test_an_environment_that_does_not_have_its_hash_is_named(bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    remanifest(folder, environment=manifest["environment"] | {"python": "9.9.9"})
    reasons = verify(folder).reasons
    assert reasons == ("manifest.json: environment_hash: does not follow from the environment",)


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


def _whose(folder, given):
    """Change the links of one row and call the addresses of one quantity those of offices."""
    claim_another_environment(folder)
    first = pl.int_range(pl.len()) == 0
    edit_rows(folder, lambda rows: rows.with_columns(links=pl.col("links") + first.cast(pl.UInt32)))
    _another(folder, given)


def _another(folder, given):
    """Call the addresses of one quantity those of offices, in rows and counts."""
    rows = pl.read_parquet(folder / "disclosures.parquet")
    office = pl.lit("nobodys_home", rows.schema["whose_door"])
    moved = pl.when(pl.col("quantity") == given).then(office).otherwise("whose_door")
    rows = rows.with_columns(whose_door=moved).with_columns(quantity=quantity())
    put_addresses(folder, [each.drop("replicate") for each in rows.partition_by("replicate")])


@pytest.mark.parametrize(
    ("given", "taken"), [("strangers_door", "other"), ("right_person_gone", "right_person_office")]
)
def test_another_environment_excuses_no_quantity_that_is_another_runs(bundled, tmp_path, given, taken):
    folder = forged(bundled, tmp_path / "out", lambda place: _whose(place, given))
    verdict = verify(folder)
    assert verdict.word == DIFFERENT, verdict.text()
    assert "wrong_person moved" not in verdict.text()
    assert f"{given} moved by" in verdict.text() or f"{taken} moved by" in verdict.text(), verdict.text()


def test_what_a_rerun_with_other_rows_leaves_unchecked_is_said(bundled, tmp_path):
    def change(folder):
        drop_cases(folder)
        claim_another_environment(folder)
        first = (pl.col("disclosed") > 0).cum_sum() == 1
        more = pl.col("bystanders") + (first & (pl.col("disclosed") > 0))
        edit_rows(folder, lambda rows: rows.with_columns(more))

    verdict = verify(forged(bundled, tmp_path / "out", change))
    assert verdict.word == OTHER
    told = "cases.json, curve.csv, disclosures.parquet, ledger.parquet:"
    assert [line for line in verdict.unchecked if line.startswith(told)]
