"""Stated distributions, and the three kinds of not knowing kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sim.errors import InputErrors
from sim.outcome.rates import Definition, Rate, Settings, make
from sim.study.factors import Factor
from sim.study.uncertainty import Belief, beliefs, components, drawn

RATE = Definition("wrong_person", "", "k", "n", "addresses disclosed")


def rate(values: list[int]) -> Rate:
    return make(RATE, pl.DataFrame({"k": values, "n": [1_000] * len(values)}), Settings())


def belief(shape: str, mode: float = 0.0) -> Belief:
    return Belief(Factor("x", 2.0, 4.0, "X", "assumption"), shape, mode, "because")  # type: ignore[arg-type]


def test_the_shipped_beliefs_name_parameters_and_give_reasons() -> None:
    held = beliefs()
    assert {b.shape for b in held} == {"uniform", "triangular"}
    assert all(b.reason and b.factor.low < b.factor.high for b in held)


def test_draws_follow_the_stated_shape() -> None:
    flat = np.array([d["x"] for d in drawn([belief("uniform")], 1_000, seed=1)])
    assert (flat.min() >= 2, flat.max() <= 4, flat.mean()) == (True, True, pytest.approx(3.0, abs=1e-3))
    leaning = np.array([d["x"] for d in drawn([belief("triangular", 2.0)], 1_000, seed=1)])
    assert leaning.mean() == pytest.approx((2 + 2 + 4) / 3, abs=1e-2)


def test_draws_do_not_depend_on_the_other_inputs() -> None:
    other = Belief(Factor("y", 0.0, 1.0, "Y", "D"), "uniform", 0.5, "because")
    alone, both = drawn([belief("uniform")], 10, 1), drawn([other, belief("uniform")], 10, 1)
    assert [d["x"] for d in alone] == [d["x"] for d in both]


def test_all_variance_is_luck_when_inputs_do_nothing_and_inputs_when_populations_agree() -> None:
    assert components([rate([10, 20, 30])] * 5) == (0.0, 1.0)
    assert components([rate([10, 10]), rate([20, 20]), rate([30, 30])]) == (1.0, 0.0)
    assert components([rate([10, 10])] * 2) == (0.0, 0.0)


def test_variance_is_divided_as_it_was_made() -> None:
    chance = np.random.default_rng(3)
    luck = chance.normal(0, 30, 40)
    shifts = chance.normal(0, 60, 200)
    sampled = [rate(np.rint(500 + shift + luck).astype(int).tolist()) for shift in shifts]
    inputs, lucky = components(sampled)
    assert inputs + lucky == pytest.approx(1)
    made_of = shifts.var(ddof=1), luck.var(ddof=1)  # about 3600 and 900
    assert inputs == pytest.approx(made_of[0] / sum(made_of), abs=0.01)


def test_luck_that_is_left_in_the_means_is_not_taken_for_inputs() -> None:
    chance = np.random.default_rng(4)
    alike = [
        rate(chance.poisson(50, 5).tolist()) for _ in range(400)
    ]  # inputs do nothing, luck is not shared
    assert components(alike)[0] < 0.05  # the plain variance of the means would say one sixth


def test_every_mistake_of_a_file_of_beliefs_is_told(tmp_path: Path) -> None:
    file = tmp_path / "beliefs.toml"
    file.write_text(
        'requests = 3\n[outcome.confidense]\nshape = "uniform"\nrange = [0.5, 0.9]\nreason = "r"\n'
        '[outcome.exact_below]\nshape = "normal"\nrange = [1]\nreason = "r"\n'
        '[outcome.confidence]\nshape = "uniform"\nrange = [0.1, 0.9]\nreasons = "r"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputErrors) as caught:
        beliefs(file)
    told = "\n".join(str(mistake) for mistake in caught.value.mistakes)
    for words in (
        "requests: should be a table (got 3)",
        "did you mean outcome.confidence?",
        "should be uniform or triangular",
        "outcome.exact_below.range: should be [lowest, highest] (got [1])",
        "outcome.confidence.reason: is missing",
        "outcome.confidence.reasons: is not known; did you mean reason?",
    ):
        assert words in told
