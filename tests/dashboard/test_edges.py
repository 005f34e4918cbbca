"""Settings at the ends of what they may be, in the page itself: answered or told, never an exception page."""

from __future__ import annotations

import pytest

from tests.dashboard.conftest import Opener


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"requests.coverage": 0.0, "linkage.rule": "probabilistic"}, "leaves nobody in the registry"),
        ({"population.reference_date": 20250231}, "no day of the calendar"),
        ({"requests.coverage": 1.0, "population.size": 500}, "asks for 1,000 people of a registry of 500"),
        ({"outcome.confidence": 0.5, "linkage.threshold": -1e308, "linkage.rule": "name_dob"}, ""),
    ],
)
def test_an_edge_is_answered_or_told_on_the_page(
    opened: Opener, changes: dict[str, object], refused: str
) -> None:
    app = opened(**changes)
    assert not app.exception
    told = " ".join(each.value for each in [*app.error, *app.warning])
    assert refused in told if refused else not app.error, told
