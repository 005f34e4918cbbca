"""A run folder is whole, says what it is, and holds nothing it should not."""

from __future__ import annotations

import io
import json
import re

import polars as pl
import pytest

from sim.errors import VerificationError
from sim.outcome.rates import Settings, rates
from sim.record import read, write
from sim.record.identity import result_hash, row_hashes
from sim.record.reader import check_manifest, damaged_files
from sim.record.rows import keep_ledger
from tests.record.standin import NASTY, study

WHOLE = re.compile(r"(?<![0-9A-Za-z])(?:\d{9}|\d{3}-\d{2}-\d{4})(?![0-9A-Za-z])")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write(study(settings={"title": " ".join(NASTY[:4])}), tmp_path_factory.mktemp("runs"))


def test_the_folder_is_named_by_the_run_and_lists_every_file(made):
    run = read(made)
    assert made.name == run.run_id
    assert {p.name for p in made.iterdir()} == {*run.manifest["files"], "manifest.json"}
    assert damaged_files(run) == []


def test_the_scenario_read_back_is_the_one_that_was_run(made):
    run = read(made)
    assert run.scenario.sha256() == run.manifest["scenario"]["sha256"]
    assert run.scenario.title == " ".join(NASTY[:4])


def test_outcomes_read_back_have_the_hashes_of_the_manifest(made):
    run = read(made)
    hashes = row_hashes(run.outcomes)
    assert (
        list(hashes.values()) == run.manifest["row_hashes"]
        and result_hash(hashes) == run.manifest["result_hash"]
    )


def test_counts_on_disk_add_up(made):
    counts = read(made).counts
    whole = counts.filter(pl.col("dimension") == "everybody")
    outcomes = [c for c in counts.columns if c.startswith("outcome_")]
    assert (counts.select(pl.sum_horizontal(outcomes)).to_series() == counts["requests"]).all()
    by_group = counts.filter(pl.col("dimension") == "origin")
    assert by_group["requests"].sum() == whole["requests"].sum() == 6_000
    assert whole["candidates"].to_list() == [6_000] * 3


def test_no_identifier_is_whole_in_any_file(made):
    run = read(made)
    texts = [(p.name, p.read_text("utf-8")) for p in made.iterdir() if p.suffix in (".json", ".csv", ".toml")]
    for name, frame in (("ledger", run.ledger), ("outcomes", run.outcomes)):
        texts.append((name, frame.select(pl.col(pl.String)).write_csv()))
    assert [(name, WHOLE.findall(text)) for name, text in texts if WHOLE.search(text)] == []
    assert "*****6789" in run.ledger["before"].to_list()


def test_writing_again_changes_no_byte_and_a_damaged_folder_is_made_anew(made, tmp_path):
    result = study()
    first = write(result, tmp_path)
    before = (first / "manifest.json").read_bytes()
    assert write(result, tmp_path) == first and (first / "manifest.json").read_bytes() == before
    (first / "rates.csv").write_text("gone")
    assert [str(each) for each in damaged_files(read(first))] == [
        "rates.csv: file: has other bytes than the manifest says"
    ]
    write(result, tmp_path)
    assert damaged_files(read(first)) == []
    assert [p.name for p in tmp_path.iterdir()] == [first.name]


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.record.writer.write_parquet", full)
    with pytest.raises(OSError, match="No space"):
        write(study(replicates=1, requests=50), tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_big_ledger_keeps_what_explains_a_harm_and_says_so():
    result = study(replicates=2, requests=400)
    ledger = pl.DataFrame(
        {
            "replicate": [0] * 400 + [1] * 400,
            "order": range(800),
            "request": [*range(400)] * 2,
            "field": "tin",
            "kind": "tin_digit",
            "before": "123456789",
            "after": "123456780",
        }
    )
    kept = keep_ledger(ledger, result.outcomes, limit=100)
    harmed = result.outcomes.filter(
        pl.col("replicate") == 0,
        pl.col("outcome").cast(pl.String).is_in(["wrong_person", "right_person_wrong_door", "missed"]),
    )
    assert not kept.complete and set(kept.frame["request"]) == set(harmed["request"].head(100))
    assert f"{kept.frame.height} of 800 entries" in kept.note
    assert keep_ledger(ledger, result.outcomes, limit=800).complete


def test_the_manifest_keeps_its_schema_and_a_broken_one_names_the_key(made):
    found = json.loads((made / "manifest.json").read_text())
    check_manifest(found)
    for key, value in (("run_id", "r-XYZ"), ("seed", -1), ("replicates", "20"), ("surplus", 1)):
        with pytest.raises(VerificationError, match=r"manifest\.json"):
            check_manifest({**found, key: value})


def test_a_folder_without_manifest_or_with_a_deep_one_is_refused_in_words(tmp_path):
    with pytest.raises(VerificationError, match="not a run folder"):
        read(tmp_path)
    (tmp_path / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(VerificationError, match="cannot be read as JSON"):
        read(tmp_path)


def test_the_research_object_names_question_tool_and_results(made):
    graph = {
        part["@id"]: part for part in json.loads((made / "ro-crate-metadata.json").read_text())["@graph"]
    }
    action = graph["#run"]
    assert action["@type"] == "CreateAction" and action["object"] == [{"@id": "scenario.toml"}]
    assert {"@id": "outcomes.parquet"} in action["result"]
    assert graph["outcomes.parquet"]["sha256"] == read(made).manifest["files"]["outcomes.parquet"]["sha256"]
    for part in graph["./"]["hasPart"]:
        assert (made / part["@id"]).is_file() and part["@id"] in graph


def test_rates_on_disk_are_the_rates_of_the_counts(made):
    run = read(made)
    written = pl.read_csv(io.StringIO((made / "rates.csv").read_text()))
    again = rates(run.counts.filter(pl.col("dimension") == "everybody"), Settings.of(run.scenario))
    assert written["value"].to_list() == [rate.value for rate in again]
