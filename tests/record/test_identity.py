"""A run is named by its question, its answer by the rows, and neither by the machine."""

from __future__ import annotations

import getpass
import hashlib
import json
import socket

import polars as pl
import pytest

from sim.record import identity
from sim.record.canonical import canonical_json
from sim.record.writer import identify
from tests.record.standin import study


@pytest.fixture(scope="module")
def result():
    return study(replicates=2, requests=300)


def test_equal_values_are_spelled_alike_whatever_their_order_or_sign_of_zero():
    assert (
        canonical_json({"b": -0.0, "a": (1, 2)})
        == canonical_json({"a": [1, 2], "b": 0.0})
        == b'{"a":[1,2],"b":0.0}'
    )


def test_nan_has_no_canonical_form():
    with pytest.raises(ValueError, match=r"not JSON compliant|Out of range"):
        canonical_json({"a": float("nan")})


def test_a_run_id_is_r_and_twelve_digits_and_moves_with_everything_it_is_made_of():
    base = ("a" * 64, 1, 5, "0.1.0", {"t": "b" * 64})
    named = identity.run_id(*base)
    assert named[:2] == "r-" and len(named) == 14 and set(named[2:]) <= set("0123456789abcdef")
    others = [
        ("c" * 64, *base[1:]),
        (base[0], 2, *base[2:]),
        (*base[:2], 6, *base[3:]),
        (*base[:3], "0.1.1", base[4]),
        (*base[:4], {"t": "d" * 64}),
    ]
    assert len({named, *(identity.run_id(*other) for other in others)}) == 6


def test_a_run_id_written_down_stays_what_it_was():
    assert identity.run_id("0" * 64, 1, 20, "0.1.0", {"surnames": "1" * 64}) == "r-fd874fdf06f4"


def test_the_order_of_rows_does_not_move_the_result_hash_but_any_cell_does(result):
    rows = result.outcomes
    plain = identity.row_hashes(rows)
    assert identity.row_hashes(rows.sample(fraction=1.0, shuffle=True, seed=4)) == plain
    edited = rows.with_columns(
        bystanders=pl.when((pl.col("replicate") == 1) & (pl.col("request") == 5))
        .then(9)
        .otherwise("bystanders")
        .cast(pl.UInt32)
    )
    changed = identity.row_hashes(edited)
    assert changed[0] == plain[0] and changed[1] != plain[1]


def test_the_result_hash_can_be_made_again_from_csv_with_a_general_tool(result):
    one = result.outcomes.filter(pl.col("replicate") == 0).sort("request")
    text = "linkage-error-simulator/rows/1\n" + one.write_csv()
    assert identity.row_hashes(result.outcomes)[0] == hashlib.sha256(text.encode()).hexdigest()


def test_replicates_of_a_longer_run_have_the_hashes_of_the_shorter_one():
    short, long = study(replicates=2, requests=200), study(replicates=3, requests=200)
    few, many = (identify(s.scenario, s.outcomes) for s in (short, long))
    assert [many.row_hashes[r] for r in (0, 1)] == [few.row_hashes[r] for r in (0, 1)]
    assert few.run_id != many.run_id and few.result_hash != many.result_hash


def test_the_environment_names_versions_and_no_machine_user_or_path():
    found = identity.environment()
    text = json.dumps(found)
    assert found["libraries"]["recordlinkage"] and len(found["engine_source"]) == 64
    assert "/" not in text and "\\" not in text
    assert f'"{socket.gethostname()}"' not in text and f'"{getpass.getuser()}"' not in text
