"""One table says what a field is; one line more in it is a field more, everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.fields import EVIDENCE, FIELD, FIELDS, PACKED, PRIVATE, TYPED, WORD, row_of, rows, words_of
from sim.kept.numbers import Numbers
from sim.linkage import link
from sim.linkage.comparison import Filter, all_of, must_agree
from sim.linkage.comparison import Path as RulePath
from sim.linkage.link import by_number, compares
from sim.population import Chunk
from sim.rng import Streams
from sim.scenario import Scenario
from tests.linkage.small_country import SmallCountry, requests

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What becomes of two fields that are added to the table: a licence, and its last two digits."""
    folder = tmp_path_factory.mktemp("added")
    command = [sys.executable, "-m", "tests.added_fields", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_field_added_to_the_table_is_asked_for_coded_and_compared(added: dict[str, Any]) -> None:
    assert added["asked"] == "UInt32"
    assert added["outcomes"]["correctly_withheld"] == 100  # whoever is not on file is not found by it
    assert (
        added["outcomes"]["right_person_right_door"] + added["outcomes"].get("right_person_wrong_door", 0)
        == 98
    )


def test_a_private_number_added_to_the_table_is_a_number_by_which_a_link_was_made(
    added: dict[str, Any],
) -> None:
    assert added["by"] == ["licence"]
    assert added["causes"] == ["identifier_error"]  # another's number, and nobody's known to the person


def test_it_is_masked_in_ledger_and_cases_where_it_has_a_row_with_its_words(added: dict[str, Any]) -> None:
    assert added["masked"] == ["*****5678"]
    assert added["words"] == ["driver licence", "end of the driver licence"]
    for row in added["rows"]:
        assert row["label"] == "Driver licence" and row["compared"] == "same; same" and row["weight"] == 2.0
        assert all(
            row[side].startswith("*****") and len(row[side]) == 9 for side in ("asked", "on_file", "true")
        )
    assert len(added["rows"]) > 1


def test_a_stored_registry_holds_it_exchanged_and_answers_by_it_as_one_that_streams_past(
    added: dict[str, Any],
) -> None:
    assert added["in clear"] == 0 and added["same from store"] and added["offered"]


def test_what_a_field_is_made_of_and_told_with_is_in_the_table() -> None:
    for field in FIELDS:
        assert all(name in FIELD for name in field.made_of)
        assert field.form.name == "ADDRESS" or row_of(field.name) in TYPED
        assert not field.private or field.name in EVIDENCE
        assert field.typed or field.made_of or field.bits, f"{field.name} comes from nowhere"
    told = [name for _, names in rows() for name in names]
    assert sorted(told) == sorted(set(FIELD) - {"address"})


def test_small_fields_fit_into_one_word() -> None:
    assert sum(PACKED.values()) <= WORD


def test_every_field_of_the_person_has_a_true_and_a_filed_column() -> None:
    for field in FIELDS:
        if field.bits and not field.made_of:
            assert hasattr(Chunk, f"file_{field.name}")
            assert field.name == "address" or hasattr(Chunk, field.name)


def test_words_of_what_is_no_field_are_its_name() -> None:
    assert (words_of("birth"), words_of("my_own")) == ("date of birth", "my own")


def test_what_a_link_was_made_on_follows_from_what_the_path_compares() -> None:
    control = must_agree("name_control", ("name_control", "name_control2", "surname_line"), as_set=True)
    path = RulePath("p", ((),), all_of("tin", control, "street", "own")[0], 3.5)
    made_on = {name for name, used in compares(path).items() if used}
    assert made_on == {"by_tin", "by_control", "by_street"}
    nobody = RulePath("q", ((),), all_of("birth_year", "unit")[0], 1.5)
    assert not any(compares(nobody).values()) and by_number((path, nobody)) == ("p",)


def test_a_rule_sees_what_a_request_says_and_neither_truth_nor_what_noise_may_write() -> None:
    seen = []

    def passes(frame: pl.DataFrame) -> np.ndarray:
        seen.append(frame.columns)
        return np.ones(frame.height, bool)

    person = {"given": "ANA", "surname": "RUIZ"}
    frame = requests(person).with_columns(donor_tin=pl.lit(1, pl.UInt32), person=pl.lit(0))
    comparisons, threshold = all_of("given")
    path = RulePath("p", (("given",),), comparisons, threshold, passes, (Filter("f", passes),))
    country: Any = SmallCountry([person])
    assert link(country, frame, Scenario.of({}), rule=(path,)).disclosures.height == 1
    assert len(seen) > 1 and all(columns == ["request", *TYPED] for columns in seen)


def test_a_number_that_cannot_be_stored_is_refused() -> None:
    assert PRIVATE == ("tin",)
    with pytest.raises(ValueError, match="at most nine digits"):
        Numbers(Streams(1)).stored(np.array([2**30], np.uint32))
