"""A kept registry answers as the one that streams past: the same list, links, candidates and outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.errors import VerificationError
from sim.kept import session, shortlists
from sim.kept.find import can_look_up, quick, rows_of
from sim.kept.layout import pack_who, unpack_who
from sim.kept.limits import Limits
from sim.kept.session import StoredRegistry
from sim.kept.store import Store
from sim.linkage.rules import rule_of
from sim.linkage.stream import prepare
from sim.replicate import Replicate
from sim.run import simulate
from sim.scenario import Scenario
from sim.scenario_files import rules

ARRAY = {"linkage.surname_handling": "array"}
LETTERS = {"linkage.name_compare": "name_control"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "as asked": {},
    "surnames as a set": ARRAY,
    "every link": {"linkage.tie": "all"} | ARRAY,
    "the first, one to one": {"linkage.tie": "first", "linkage.one_to_one": True},
    "address must match": {"linkage.address_check": "must_match"} | LETTERS,
    "first letters of a set": {"linkage.address_check": "none"} | LETTERS | ARRAY,
    "unit required": {"linkage.unit_required": 1.0},
    "name only": {"linkage.rule": "name_only", "linkage.tie": "first"},
    "name only, a set": {"linkage.rule": "name_only", "linkage.tie": "best"} | ARRAY,
    "name and ZIP": {"linkage.rule": "name_zip", "linkage.tie": "all"},
    "name and ZIP, a set": {"linkage.rule": "name_zip"} | ARRAY,
    "name and date of birth": {"linkage.rule": "name_dob", "linkage.tie": "all"},
    "name and date of birth, a set": {"linkage.rule": "name_dob"} | ARRAY,
    "blocking by number alone": {"linkage.blocking": ("tin",)},
    "read through": {"linkage.rule": "name_dob", "linkage.blocking": ("birth+initial",)},
    "another list": {"requests.coverage": 0.9, "requests.count": 700},
    "relatives on file": {"requests.absent_with_kin": 0.7, "requests.absent_kin_same_name": 0.05},
    "other errors": {"noise.given_typo.rate": 0.2, "noise.tin_missing.rate": 0.9},
    "probabilistic": {"linkage.rule": "probabilistic", "weights.em.training_requests": 2_000.0,
                      "weights.em.training_records": 60_000.0, "weights.chance.random_pairs": 50_000.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(asked: Scenario, store: Store) -> Replicate:
    return Replicate(StoredRegistry(asked, store))


@pytest.mark.parametrize("changes", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")
def test_answers_are_those_of_the_registry_that_streams_past(
    changes: dict[str, Any], asked: Scenario, kept: Replicate, streamed: Replicate
) -> None:
    scenario = asked.replace(changes)
    mine, theirs = kept.asked(scenario), streamed.asked(scenario)
    assert mine.requests.clean.equals(theirs.requests.clean)
    assert mine.noisy.frame.equals(theirs.noisy.frame)
    (linked,), (other,) = kept.linked([mine]), streamed.linked([theirs])
    assert linked.disclosures.equals(other.disclosures)
    assert linked.disclosures.height > 0
    assert linked.tallies.equals(other.tallies)
    assert (linked.curve is None) == (other.curve is None)
    assert linked.curve is None or linked.curve.equals(other.curve)
    judged, expected = kept.judged(mine, linked), streamed.judged(theirs, other)
    assert judged.outcomes.equals(expected.outcomes)
    assert judged.disclosed.equals(expected.disclosed)


def test_an_answer_is_that_of_simulate_with_its_cases(asked: Scenario, kept: Replicate) -> None:
    mine, other = kept.answer(asked, cases=True), simulate(asked)
    assert mine.outcomes.equals(other.outcomes)
    assert mine.tallies.equals(other.tallies)
    assert mine.ledger.equals(other.ledger)
    assert list(mine.cases) == list(other.cases)


def test_only_records_that_share_a_key_are_looked_at(asked: Scenario, store: Store, kept: Replicate) -> None:
    scenario = asked.replace({"linkage.rule": "name_dob"})
    frame = kept.asked(scenario).noisy.frame
    searches, _, _ = prepare(rule_of(scenario), kept.fields(scenario), frame)
    rows = rows_of(store, searches[0])
    assert 0 < len(rows) < 2_000
    assert np.array_equal(rows, np.unique(rows))


def test_a_list_that_asks_for_more_than_is_kept_is_drawn_from_the_chunks(
    asked: Scenario, kept: Replicate, streamed: Replicate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlists, "most_asked", lambda chunks: 10)
    longer = asked.replace({"requests.count": 1_501})
    assert kept.asked(longer).requests.clean.equals(streamed.asked(longer).requests.clean)


def test_a_scenario_of_other_people_is_refused(asked: Scenario, store: Store, kept: Replicate) -> None:
    for changes in ({"seed": 2}, {"population.size": asked.population.size + 1}, {"noise.level": "high"}):
        with pytest.raises(VerificationError, match="other people"):
            StoredRegistry(asked.replace(changes), store)
        with pytest.raises(VerificationError, match="other people"):
            kept.asked(asked.replace(changes))


def test_rules_on_numbers_and_names_are_answered_from_the_indexes(asked: Scenario) -> None:
    answered = {name for name in rules() if quick(asked.replace({"linkage.rule": name}))}
    assert answered == set(rules()) - {"probabilistic", "dob_only"}
    by_birth = asked.replace({"linkage.rule": "name_dob", "linkage.blocking": ("birth",)})
    assert not quick(by_birth)
    assert not can_look_up(rule_of(by_birth)[0])


def test_a_path_that_cannot_be_looked_up_is_an_error_to_look_up(
    asked: Scenario, store: Store, kept: Replicate
) -> None:
    scenario = asked.replace({"linkage.rule": "name_dob", "linkage.blocking": ("birth",)})
    frame = kept.asked(scenario).noisy.frame
    searches, _, _ = prepare(rule_of(scenario), kept.fields(scenario), frame)
    with pytest.raises(ValueError, match="cannot be looked up"):
        rows_of(store, searches[0])


def test_what_is_packed_into_a_byte_comes_out_again() -> None:
    nativity, sex = (each.ravel().astype(np.uint8) for each in np.meshgrid([0, 1, 2], [0, 1]))
    packed = pack_who(nativity, sex)
    assert len(set(packed.tolist())) == 6
    assert unpack_who(packed, "nativity").tolist() == nativity.tolist()
    assert unpack_who(packed, "sex").tolist() == sex.tolist()


def test_a_record_in_the_shape_of_a_chunk_has_its_columns_and_no_others(store: Store) -> None:
    records = session.Records(store, store.rows[:3], Limits({}))
    assert records.truth("household", np.arange(3)).dtype == np.int64
    assert records.on_file("street") is None
    with pytest.raises(AttributeError, match="moved_years"):
        records.truth("moved_years", np.arange(3))
