"""A claimed environment excuses no forgery, and an honest run of other draws is not called one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sim.errors import FileErrors
from sim.outcome.rates import Settings
from sim.record.agreement import compare, draws
from sim.record.verify import DIFFERENT, ELSEWHERE, IDENTICAL, OTHER, Asked, verify
from tests.record.forging import (
    claim_another_environment,
    drop_cases,
    edit_manifest,
    edit_rows,
    forged,
    move_to_wrong,
)
from tests.record.standin import SHARES, study
from tests.record.test_bundle_and_verify import bundled, made, quick

__all__ = ["bundled", "made", "quick"]


def test_a_claimed_environment_is_never_identical(bundled, tmp_path):
    verdict = verify(forged(bundled, tmp_path / "out", claim_another_environment))
    assert (verdict.word, verdict.exit) == (OTHER, 4)
    assert "every row that was run again is the same, though numpy 9.9.9" in verdict.reasons[0]


def test_a_run_of_a_version_whose_scenario_cannot_be_read_is_not_called_different(bundled, tmp_path):
    folder = forged(bundled, tmp_path / "out", lambda _: None)
    told = json.loads((folder / "manifest.json").read_text())
    edit_manifest(folder, engine={**told["engine"], "version": "0.0.1"})
    scenario = folder / "scenario.toml"
    scenario.write_text(scenario.read_text() + "\n[no.such]\nkey = 1\n")
    with pytest.raises(FileErrors, match=r"version 0\.0\.1 made this"):
        verify(folder)


def test_a_forgery_in_one_population_is_different_whatever_environment_it_claims(bundled, tmp_path):
    def change(folder):
        edit_rows(folder, lambda rows: move_to_wrong(rows, 200, replicate=3))
        claim_another_environment(folder)

    verdict = verify(forged(bundled, tmp_path / "out", change))
    assert (verdict.word, verdict.exit) == (DIFFERENT, 1)
    assert verdict.reasons[0].startswith(ELSEWHERE)
    assert verdict.reasons[1] == "rows differ in population 3 and in no other of 4"
    assert (
        "wrong_person moved by" in verdict.reasons[2]
        and "though the draws are the same" in verdict.reasons[2]
    )


def test_wrong_persons_that_were_all_taken_away_are_different(bundled, tmp_path):
    def innocent(rows):
        wrong = pl.col("outcome").cast(pl.String) == "wrong_person"
        return rows.with_columns(
            outcome=pl.when(wrong).then(pl.lit("right_person_right_door"))
            .otherwise(pl.col("outcome").cast(pl.String)).cast(rows.schema["outcome"]),
            cause=pl.lit(None, rows.schema["cause"]),
            wrong_disclosed=pl.lit(0, pl.UInt32),
            wrong_shares_household=pl.lit(value=False),
        )  # fmt: skip

    def change(folder):
        edit_rows(folder, innocent)
        drop_cases(folder)
        claim_another_environment(folder)

    assert verify(forged(bundled, tmp_path / "out", change)).exit == 1


def test_honest_runs_of_other_draws_are_told_beside_the_rerun(made, monkeypatch):
    seeds = iter(range(77, 99))

    def elsewhere(scenario, **_):
        return study(scenario.replicates, scenario.requests.count, settings={"seed": next(seeds)})

    monkeypatch.setattr("sim.record.verify.study", elsewhere)
    there = json.loads((made / "manifest.json").read_text())["environment"]
    other = {**there, "libraries": {**there["libraries"], "numpy": "9.9"}}
    monkeypatch.setattr("sim.record.verify.identity.environment", lambda: other)
    verdict = verify(made)
    assert verdict.exit == 4 and "now 9.9" in verdict.reasons[0]
    assert any(r.startswith("wrong_person: claimed ") and ", by luck " in r for r in verdict.reasons)
    assert "12 more of our own" in verdict.checked[-1] and "not told from luck" in verdict.reasons[-1]

    shares = (0.11, 0.04, 0.05, 0.05, 0.75)
    assert sum(shares) == pytest.approx(sum(SHARES))

    def wilder(scenario, **_):
        return study(scenario.replicates, scenario.requests.count, shares, {"seed": next(seeds)})

    monkeypatch.setattr("sim.record.verify.study", wilder)
    assert verify(made).exit == 1


def counted(seed: int, populations: int) -> pl.DataFrame:
    return study(populations, 400, settings={"seed": seed}).counts


@pytest.mark.parametrize("populations", [1, 2, 5])
def test_of_a_hundred_honest_runs_of_other_draws_none_is_different(populations):
    settings = Settings()
    own = [counted(1_000 + number, 16) for number in range(10)]
    for number in range(100):
        mine = own[number % 10]
        found = compare(
            counted(number, populations),
            mine.head(populations),
            settings,
            "others",
            mine.head,
        )
        assert not found.why, (number, found.why)


def test_a_claimed_spread_between_populations_excuses_nothing():
    own = counted(1, 16)
    wild = own.head(4).with_columns(
        wrong_disclosed=pl.Series([0, 0, 0, 90]), outcome_wrong_person=pl.Series([0, 0, 0, 90])
    )
    assert compare(wild, own.head(4), Settings(), "others", lambda _: own).why


def test_the_same_draws_are_told_from_others_and_from_a_mixture():
    one, other = study(3, 300, settings={"seed": 5}).outcomes, study(3, 300, settings={"seed": 6}).outcomes
    assert draws(one, one) == "the same" and draws(one, other) == "others"
    half = pl.concat([one.filter(pl.col("replicate") == 0), other.filter(pl.col("replicate") > 0)])
    assert draws(half, one) == "mixed"
    settings = Settings()
    assert compare(counted(5, 3), counted(5, 3), settings, "mixed").why


def test_rows_of_few_populations_say_how_weak_the_comparison_is():
    found = compare(counted(1, 1), counted(2, 1), Settings(), "others")
    assert "hardly anything can be told from luck" in found.lines()[-1]


def test_every_moved_headline_of_the_same_draws_is_different_from_four_errors_on():
    own = counted(3, 4)
    total, error = own["disclosed"].sum(), None
    for moved in range(1, 60):
        claimed = own.with_columns(
            wrong_disclosed=own["wrong_disclosed"] + pl.Series([moved, 0, 0, 0], dtype=pl.Int64)
        )
        found = compare(claimed, own, Settings(), "the same")
        headline = found.rates[0]
        error = headline.error
        assert headline.apart == pytest.approx(1_000 * moved / total / error)
        assert bool(found.why) == any(each.apart > 4 for each in found.rates)
    assert error is not None and np.isfinite(error)


def test_a_run_again_of_fewer_populations_is_identical_in_those(bundled):
    verdict = verify(bundled, replace(Asked(), replicates=1))
    assert verdict.word == IDENTICAL and "not run again" in verdict.unchecked[-1]
