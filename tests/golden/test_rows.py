"""Rows do not move under a version that has rows already."""

from __future__ import annotations

import pytest

import sim
from tests.golden.rows import questions, recorded, rows

ASKED = questions()


@pytest.mark.parametrize("name", ASKED)
def test_a_shipped_scenario_answers_as_this_version_always_did(name: str) -> None:
    """If it is meant: `python -m tests.golden.rows --raise`, and a line under "Numbers changed"."""
    assert rows(ASKED[name]) == recorded()[sim.__version__][name]


def test_every_question_of_this_version_is_written_down_and_no_other() -> None:
    assert recorded()[sim.__version__].keys() == ASKED.keys()


def test_a_single_moved_row_is_seen() -> None:
    name = "aug2025-as-run"
    assert rows(ASKED[name].replace({"seed": 7})) != recorded()[sim.__version__][name]
