"""Settings at the ends of what they may be: answered sensibly, or refused in one line with its key.

The full matrix is `python -m benchmarks edges`; here are sixty of it, at even distances, and every case that
once ended in a traceback or blamed the wrong setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from benchmarks import edges
from benchmarks._edge_list import Edge, sixty
from sim.scenario_files import rules

SIXTY = list(zip(sixty(), cycle(rules())))


@pytest.mark.parametrize(("edge", "rule"), SIXTY, ids=[f"{edge.name}, {rule}" for edge, rule in SIXTY])
def test_an_edge_is_answered_or_refused_with_its_key(edge: Edge, rule: str) -> None:
    found = edges.under(edge, rule)
    assert found.ended != "fault", found.said


def test_the_sixty_are_sixty_of_all_groups() -> None:
    groups = {next(iter(edge.changes)).split(".")[0] for edge, _ in SIXTY}
    assert len({edge.name for edge, _ in SIXTY}) == 60
    assert {entry.split(".")[0] for entry in edges.catalogue()} <= groups


REFUSED = {
    "population.reference_date": (
        {"population.reference_date": 20250231}, "is no day of the calendar, as yyyymmdd (got 20250231)"),
    "linkage.unit_required": ({"linkage.unit_required": 0.5}, "should be 1 (yes) or 0 (no) (got 0.5)"),
    "requests.coverage": (
        {"requests.coverage": 0.0, "linkage.rule": "probabilistic"},
        "leaves nobody in the registry to learn from (linkage.rule = 'probabilistic')"),
    "population.age_bands": (
        {"population.age_bands": dict.fromkeys(edges.catalogue()["population.age_bands"].value, 0.0)},  # type: ignore[arg-type]
        "leaves nobody: one of its numbers should be above 0"),
    "population.noncitizen_share": (
        {"population.noncitizen_share.api": 0.9}, "api is 1.32 of everybody together with"),
}  # fmt: skip
"""By the key that is named: settings, and what is said."""


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_is_refused_with_the_key_that_says_so(key: str) -> None:
    changes, said = REFUSED[key]
    found = edges.under(Edge("mended", key, changes), "name_dob")
    assert found.ended == "refused"
    assert f"{key}: " in found.said and said in found.said, found.said


ANSWERED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("probabilistic", {"requests.coverage": 1.0}),
    ("probabilistic", {"requests.coverage": 1.0, "weights.em.training_requests": 20_000}),
    ("probabilistic", {"noise.level": "clean"}),
    ("probabilistic", {"requests.origin_mix": {
        "spanish": 0, "portuguese": 0, "chinese": 1, "haitian": 0, "other": 0}}),
    ("probabilistic", {"weights.em.pseudo_count": 0.0}),
    ("name_dob", {"population.adult_ethnicity": {
        "white": 1, "black": 0, "api": 0, "aian": 0, "multi": 0, "hispanic": 0}}),
    ("name_dob", {"population.oldest_male": {"85": 0, "90": 0, "95": 1, "100": 0}}),
    ("name_dob", {"population.reference_date": 20240229}),
    ("name_dob", {"noise.surname_typo.rate": 5e-324, "noise.birth_digit.rate": 1 - 1e-16}),
)  # fmt: skip
"""What is unusual and can be, by rule."""


@pytest.mark.parametrize(("rule", "changes"), ANSWERED, ids=[f"{next(iter(c))}, {r}" for r, c in ANSWERED])
def test_what_is_unusual_and_can_be_is_answered(rule: str, changes: Mapping[str, Any]) -> None:
    found = edges.under(Edge("mended", str(changes), changes), rule)
    assert found.ended == "answered", found.said


@pytest.mark.parametrize(
    ("changes", "ended"),
    [
        ({"requests.coverage": 0.0}, "refused"),
        ({"requests.coverage": 1.0, "requests.count": 2_001}, "refused"),
        ({"requests.coverage": 0.0, "linkage.rule": "irs_2025"}, "answered"),
        ({"outcome.confidence": 0.999, "linkage.rule": "name_zip"}, "answered"),
    ],
)
def test_the_command_line_answers_or_refuses_in_one_line(
    changes: Mapping[str, Any], ended: str, tmp_path: Path
) -> None:
    found = edges.on_the_command_line(Edge("mended", str(changes), changes), "probabilistic", tmp_path)
    assert found.ended == ended, found.said
    assert any(tmp_path.iterdir()) == (ended == "answered")


@pytest.mark.parametrize(
    "changes", [{"requests.coverage": 0.0}, {"outcome.confidence": 0.5}, {"linkage.threshold": 0.0}]
)
def test_the_parts_of_the_page_take_what_the_scenario_takes(changes: Mapping[str, Any]) -> None:
    found = edges.on_the_page(Edge("mended", str(changes), changes), "name_zip")
    assert found.ended == "answered", found.said


@pytest.mark.parametrize("text", edges.STRANGE)
@pytest.mark.parametrize("key", ["population.size", "requests.coverage", "noise.typing.mix", "seed",
                                 "linkage.blocking", "title", "linkage.rule"])  # fmt: skip
def test_what_is_no_value_is_refused_with_its_key(key: str, text: str) -> None:
    found = edges.read(key, text)
    assert found.ended != "fault", found.said
