"""Links worked through show what was asked, filed and true, what the rule saw, and no number whole."""

from __future__ import annotations

import json
import re
import warnings

import numpy as np
import polars as pl
import pytest

from sim.linkage import link
from sim.linkage.comparison import Comparison, Kind, Level, Path, must_agree
from sim.noise import apply
from sim.outcome import verdict
from sim.outcome.cases import _SEEN, WANTED, _together, worked
from sim.outcome.judge import NEEDS
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario


class Asked:
    """One list of requests, put to one small country by a rule."""

    def __init__(self, rule: str, made: tuple[Path, ...] | None = None) -> None:
        small = {"population.size": 20_000, "requests.count": 1_500, "requests.coverage": 0.5}
        asked = {"linkage.rule": rule, "linkage.tie": "all", "linkage.address_check": "none"}
        self.scenario = Scenario.load("aug2025-as-run").replace(small | asked)
        self.streams = Streams(self.scenario.seed, 0)
        self.country = Country(self.scenario, self.streams)
        self.requests = draw(self.country, self.scenario, self.streams)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rates that so short a list cannot reach
            self.noisy = apply(self.requests, self.scenario, self.streams)
        self.linked = link(self.country, self.noisy.frame, self.scenario, carry=NEEDS, rule=made)
        self.outcomes = verdict(self.country, self.requests, self.noisy, self.linked).outcomes
        self.made = made

    def cases(self, outcomes: pl.DataFrame | None = None) -> list[dict[str, object]]:
        chosen = self.outcomes if outcomes is None else outcomes
        return worked(
            self.country,
            self.requests,
            self.noisy,
            self.linked,
            chosen,
            self.scenario,
            self.streams,
            self.made,
        )


@pytest.fixture(scope="module")
def by_name():
    return Asked("name_only")


@pytest.fixture(scope="module")
def cases(by_name):
    return by_name.cases()


def everything() -> tuple[Path, ...]:
    """Return a rule that looks at every field, weighs rare names more and starts below nought."""
    sides = (Level(Kind.MISSING, 0.0), Level(Kind.EXACT, 4.0, share=1.0), Level(Kind.ELSE, -1.0))
    fields = ("given", "middle", "suffix", "birth", "tin", "number", "street", "unit", "zip")

    def rare(columns: object) -> np.ndarray:
        return np.full(len(columns["given"]), 2.5)  # type: ignore[index]

    looks = [Comparison(field, sides, frequency=rare if field == "given" else None) for field in fields]
    control = (Level(Kind.EXACT, 4.0), Level(Kind.ELSE, -1.0))
    looks.append(Comparison("name_control", control, ("name_control",)))
    return (
        Path(
            "all",
            (("given", "birth"),),
            tuple(looks),
            3.0,
            base=-2.0,
        ),
    )


def test_there_are_as_many_cases_of_each_outcome_as_wanted_and_to_be_had(by_name, cases):
    there = dict(by_name.outcomes.group_by(pl.col("outcome").cast(pl.String)).len().iter_rows())
    for outcome, wanted in WANTED.items():
        assert sum(case["kind"] == outcome for case in cases) == min(wanted, there.get(outcome, 0)) > 0


def test_cases_are_drawn_by_the_seed_and_are_plain_json(by_name, cases):
    assert by_name.cases() == cases and json.loads(json.dumps(cases)) == cases


def test_a_case_tells_the_request_as_sent_and_the_truth(by_name, cases):
    for case in cases:
        sent = by_name.noisy.frame.filter(pl.col("request") == case["request"]).row(0, named=True)
        true = by_name.requests.clean.filter(pl.col("request") == case["request"]).row(0, named=True)
        shown = {line["field"]: line for line in case["fields"]}
        assert (shown["surname"]["asked"], shown["surname"]["true"]) == (sent["surname"], true["surname"])


def test_a_wrong_link_shows_a_record_that_is_not_the_person_s_and_a_right_one_theirs(by_name, cases):
    for case in cases:
        true = by_name.requests.clean.filter(pl.col("request") == case["request"])["person"][0]
        shown = by_name.linked.disclosures.filter(pl.col("request") == case["request"])
        assert (true in shown["person"]) or case["kind"] == "wrong_person"
        assert (case["cause"] is not None) == (case["kind"] == "wrong_person")


def test_what_the_rule_did_not_look_at_is_said_not_compared_and_weighs_nothing(cases):
    for case in cases:
        seen = {line["field"]: (line["compared"], line["weight"]) for line in case["fields"]}
        assert seen["given"] == ("same", 1.0) and seen["surname"] == ("same", 1.0)
        assert seen["birth"] == ("not compared", None)
        assert case["note"].startswith("Linked by the path “name” because of: first name, last name.")
        assert "Not compared: middle initial" in case["note"]


def test_a_rule_that_counts_fields_tells_no_score_in_bits_and_no_threshold(cases):
    assert cases
    for case in cases:
        assert (case["score"], case["threshold"], case["base"]) == (None, None, None)
        weights = {line["weight"] for line in case["fields"]}
        assert weights <= {1.0, None}  # each link of such a rule agrees on all it looks at


def test_weights_and_start_add_up_to_the_score_with_names_weighed_by_rarity():
    asked = Asked("name_dob", everything())
    found = asked.cases()
    assert found
    for case in found:
        assert case["base"] + sum(line["weight"] for line in case["fields"]) == pytest.approx(
            case["score"], abs=1e-3
        )
        shown = {line["field"]: line for line in case["fields"]}
        assert shown["given"]["weight"] == 6.5 and "Not compared" not in case["note"]
        assert shown["surname"]["compared"].startswith("first four letters ")
        assert any(line["compared"] == "missing on a side" for line in case["fields"])


def test_every_kind_of_level_has_words():
    """A rule of one's own may have any of them."""
    assert set(_SEEN) == set(Kind)


def test_no_number_is_shown_whole(cases):
    text = json.dumps(cases)
    assert not re.search(r"(?<!\d)\d{9}(?!\d)", text)
    numbers = [line["true"] for case in cases for line in case["fields"] if line["field"] == "tin"]
    assert all(re.fullmatch(r"\*{5}\d{4}", number) for number in numbers if number)


def test_dates_are_written_with_hyphens_and_what_is_missing_is_none(cases):
    births = [line["on_file"] for case in cases for line in case["fields"] if line["field"] == "birth"]
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", birth) for birth in births if birth)
    assert any(line["asked"] is None for case in cases for line in case["fields"])


def test_where_nothing_was_disclosed_there_is_no_case(by_name):
    nothing = by_name.outcomes.filter(pl.col("disclosed") == 0)
    assert by_name.cases(nothing) == []


def test_fields_compared_as_one_are_not_called_left_out():
    whole = must_agree("address", ("zip", "street", "number", "unit"))
    path = Path("p", ((),), (whole,), 0.5)
    assert _together(("street",), path) == "together with ZIP code"
    assert _together(("birth",), path) == "not compared"
