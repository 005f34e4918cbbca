"""Winkler's arithmetic (Census RRS 2005-02; V7): 5 % independent errors on k fields, exact comparison."""

from __future__ import annotations

import polars as pl
import pytest

from sim.noise import apply_all
from sim.requests import FIELDS
from sim.rng import Streams
from tests.fuzzy import proportion_is
from tests.noise.lists import crowd, noise, scenario

N = 30_000
ON_FIELDS = ("given_typo", "surname_typo", "birth_digit", "street_typo", "zip_digit")


@pytest.mark.parametrize(("fields", "missed"), [(3, 0.142625), (4, 0.18549375), (5, 0.2262190625)])
def test_errors_of_5_per_cent_on_k_fields_miss_what_the_arithmetic_says(fields: int, missed: float) -> None:
    kinds = ON_FIELDS[:fields]
    settings = {f"noise.{kind}.rate": 0.05 for kind in kinds}
    settings |= {f"noise.{kind}.odds.{group}": 1.0 for kind in kinds for group in ("hispanic", "api")}
    clean = crowd(N)
    noisy = apply_all([noise(kind) for kind in kinds], clean, scenario(settings), Streams(8)).frame
    equal = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_sent")) for name in FIELDS)
    pairs = clean.join(noisy.select("request", *FIELDS), on="request", suffix="_sent")
    assert missed == pytest.approx(1 - 0.95**fields)
    proportion_is(int((~pairs.select(equal).to_series()).sum()), N, missed, unlike=missed + 0.02)
