"""The answers at the record's size that come with the program are those measured, and name their version."""

from __future__ import annotations

import polars as pl

from benchmarks.national import OUT, shipped
from sim.report import national
from sim.scenario import Scenario


def test_the_packaged_rows_are_the_measured_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.national.SHIPPED", tmp_path / "rows.csv")
    shipped(OUT)
    assert (tmp_path / "rows.csv").read_bytes() == national.SHIPPED.read_bytes()


def test_every_row_says_which_version_made_it_and_an_older_one_is_told_apart(monkeypatch):
    assert pl.read_csv(OUT)["version"].null_count() == 0
    found = national.answers()["aug2025-as-run"]
    monkeypatch.setattr(national, "engine_version", lambda: "99.0.0")
    assert found.made_by == f"version {found.version} (this is 99.0.0)"
    monkeypatch.setattr(national, "engine_version", lambda: found.version)
    assert found.made_by == f"version {found.version}"


def test_an_answer_belongs_to_its_own_question_at_any_size_and_to_no_other():
    asked = Scenario.load("aug2025-as-run")
    whole = national.answer_to(asked.replace({"population.size": 5_000, "requests.count": 300, "seed": 9}))
    assert whole is not None and whole.scenario == "aug2025-as-run"
    by_birth = national.answer_to(asked.replace({"linkage.rule": "name_dob"}))
    assert by_birth is not None and by_birth.scenario == "name-dob"
    assert national.answer_to(asked.replace({"requests.coverage": 0.9})) is None
    assert national.answer_to(asked.replace({"linkage.address_check": "must_match"})) is None


def test_only_a_registry_of_the_record_s_size_carries_its_rates_to_august_2025():
    asked = Scenario.load("aug2025-as-run")
    assert not national.at_size(asked)
    assert "1,000,000 records" in national.why_not(asked)
    assert national.at_size(asked.replace({"population.size": 160_000_000}))
