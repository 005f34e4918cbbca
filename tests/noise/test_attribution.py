"""Which kinds the outcomes come from: a worked example."""

from __future__ import annotations

import polars as pl
import pytest

from sim.noise.attribution import NO_ERROR, attribute, errors_of

OUTCOMES = pl.DataFrame({"request": [0, 1, 2, 3], "outcome": ["missed", "missed", "wrong_person", "missed"]})
LEDGER = pl.DataFrame({
    "order": [0, 1, 2, 3, 4],
    "request": [0, 0, 1, 0, 2],
    "field": ["number", "street", "surname", "surname", "tin"],
    "kind": ["address_stale", "address_stale", "surname_typo", "surname_typo", "tin_digit"],
    "before": ["1", "A ST", "LOPEZ", "DIAZ", "1"],
    "after": ["2", "B ST", "LPOEZ", "DAZ", "2"],
})  # fmt: skip


def test_a_request_is_split_evenly_over_the_kinds_on_its_record() -> None:
    table = attribute(OUTCOMES, LEDGER)
    assert table.rows() == [
        ("missed", "surname_typo", 2, pytest.approx(1.5), 3),
        ("missed", NO_ERROR, 1, pytest.approx(1.0), 3),
        ("missed", "address_stale", 1, pytest.approx(0.5), 3),
        ("wrong_person", "tin_digit", 1, pytest.approx(1.0), 1),
    ]


def test_shares_add_up_to_the_requests_of_each_outcome() -> None:
    table = attribute(OUTCOMES, LEDGER)
    for (_,), part in table.group_by("outcome"):
        assert part["share"].sum() == pytest.approx(part["of"][0])


def test_the_errors_of_one_record_are_named_in_order() -> None:
    assert errors_of(LEDGER, 0).rows() == [
        ("number", "address_stale", "1", "2"),
        ("street", "address_stale", "A ST", "B ST"),
        ("surname", "surname_typo", "DIAZ", "DAZ"),
    ]
