"""Sensitivity on functions whose indices are known: a sum, a product, and Ishigami's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.errors import InputErrors
from sim.outcome.rates import Rate
from sim.progress import Progress, silent
from sim.scenario import Scenario
from sim.study.breakeven import break_even, crossings
from sim.study.factors import Factor, Floats, Model, factor
from sim.study.sensitivity import elementary_effects, morris, sobol, surviving, tornado, trajectories_of


@dataclass(frozen=True, slots=True)
class Formula(Model):
    """A model whose answer is a formula of the factors."""

    formula: Callable[..., float] = sum  # type: ignore[assignment]
    half_width: float = 0.0

    def values(self, points: Floats, progress: Progress = silent) -> Floats:
        return np.array(
            [self.formula([f.at(u) for f, u in zip(self.factors, row, strict=True)]) for row in points]
        )

    def rates(self, settings: Sequence[Mapping[str, Any]], progress: Progress = silent) -> list[Rate]:
        return [self._rate(self.formula([s.get(f.key, 0.0) for f in self.factors])) for s in settings]

    def _rate(self, value: float) -> Rate:
        ends = (value - self.half_width, value + self.half_width)
        told = ("wrong_person", "", 1, 1, "addresses disclosed", 1_000, 20, 0.95)
        return Rate(*told, value, *ends, 0.1, None, None, "", "", ())


def model(
    formula: Callable[..., float], count: int, low: float = 0.0, high: float = 1.0, **more: Any
) -> Formula:
    factors = [Factor(f"x{k}", low, high, f"Factor {k}", "assumption") for k in range(count)]
    return Formula(Scenario.of(), factors, formula=formula, **more)


def ishigami(x: Sequence[float]) -> float:
    return float(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def test_every_step_of_a_trajectory_moves_one_factor_and_stays_inside() -> None:
    walks = trajectories_of(5, 40, seed=2)
    moved = np.abs(np.diff(walks, axis=1)) > 1e-12
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    assert walks.min() >= 0 and walks.max() <= 1 + 1e-12
    assert np.abs(np.diff(walks, axis=1)).max() == pytest.approx(2 / 3)


def test_the_effects_of_a_straight_line_are_its_slopes() -> None:
    walks = trajectories_of(3, 10, seed=1)
    effects = elementary_effects(walks, walks @ np.array([3.0, -2.0, 0.0]))
    assert np.allclose(effects, [3.0, -2.0, 0.0])


def test_screening_finds_the_strong_the_interacting_and_the_idle_factor() -> None:
    found = morris(model(lambda x: 10 * x[0] + 4 * x[1] * x[2], 4), trajectories=30)
    by_key = {effect.factor.key: effect for effect in found}
    assert found[0].factor.key == "x0"
    assert by_key["x0"].sigma == pytest.approx(0, abs=1e-9)
    assert by_key["x1"].sigma > 0.5
    assert by_key["x3"].mu_star == 0
    assert by_key["x1"].low <= by_key["x1"].mu_star <= by_key["x1"].high
    assert [f.key for f in surviving(found)] == ["x0", *[e.factor.key for e in found[1:3]]]
    assert [f.key for f in surviving(found, most=1)] == ["x0"]


def test_screening_of_an_answer_that_never_moves_keeps_nothing() -> None:
    assert surviving(morris(model(lambda x: 5.0, 2), trajectories=4)) == ()


def test_sobol_recovers_the_known_indices_of_ishigamis_function() -> None:
    pytest.importorskip("SALib", reason="the extra [sensitivity] is not installed")
    found = {i.factor.key: i for i in sobol(model(ishigami, 3, -np.pi, np.pi), samples=1_024)}
    assert [found[k].total for k in ("x0", "x1", "x2")] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.04)
    assert [found[k].first for k in ("x0", "x1", "x2")] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.06)
    assert found["x0"].total_half_width < 0.1


def test_sobol_of_an_answer_that_never_moves_is_nought_everywhere() -> None:
    pytest.importorskip("SALib", reason="the extra [sensitivity] is not installed")
    assert {index.total for index in sobol(model(lambda x: 1.0, 2), samples=4)} == {0.0}


@pytest.mark.parametrize("samples", [0, 1, 100])
def test_sobol_wants_a_power_of_two(samples: int) -> None:
    with pytest.raises(InputErrors, match="power of two"):
        sobol(model(lambda x: 1.0, 2), samples=samples)


def test_the_tornado_has_its_longest_bar_first() -> None:
    bars = tornado(model(lambda x: x[0] - 5 * x[1], 2, low=0.0, high=2.0))
    assert [bar.factor.key for bar in bars] == ["x1", "x0"]
    assert (bars[0].at_low.value, bars[0].at_high.value, bars[0].span) == (0.0, -10.0, 10.0)


def test_crossings_are_found_between_points_and_at_them() -> None:
    places = np.array([0.0, 1.0, 2.0, 3.0])
    assert crossings(places, np.array([0.0, 2.0, 0.0, 2.0]), 1.0) == (0.5, 1.5, 2.5)
    assert crossings(places, np.array([1.0, 2.0, 3.0, 1.0]), 1.0) == (0.0, 3.0)
    assert crossings(places, np.array([5.0, 6.0, 7.0, 8.0]), 1.0) == ()


def test_break_even_of_a_curve_is_where_it_crosses_the_bar_and_its_interval_where_its_bounds_do() -> None:
    found = break_even(model(lambda x: 10 * x[0] ** 2, 1, half_width=0.5), target=1.0)
    assert found.crossings == pytest.approx((np.sqrt(0.1),), abs=5e-4)
    assert found.low == pytest.approx(np.sqrt(0.05), abs=0.02)
    assert found.high == pytest.approx(np.sqrt(0.15), abs=0.02)
    assert found.words.startswith("the rate crosses 1 per 1,000 addresses disclosed where factor 0 is 0.316")
    assert list(found.places) == sorted(found.places)


def test_every_crossing_is_found_as_finely_as_the_first_and_told() -> None:
    found = break_even(model(lambda x: (x[0] - 0.5) ** 2, 1, half_width=0.01), target=0.04)
    assert found.crossings == pytest.approx((0.3, 0.7), abs=1e-3)
    assert (found.low, found.high) == (None, None)
    assert "more than once, where factor 0 is 0.3, 0.7: it turns back" in found.words


def test_an_end_of_the_interval_that_lies_outside_the_range_is_left_open() -> None:
    rising = break_even(model(lambda x: x[0], 1, half_width=0.2), target=0.9)
    assert (rising.low, rising.high) == (pytest.approx(0.7, abs=0.01), None)
    falling = break_even(model(lambda x: 1 - x[0], 1, half_width=0.2), target=0.9)
    assert (falling.low, falling.high) == (None, pytest.approx(0.3, abs=0.01))


def test_a_bar_that_is_never_crossed_is_told_with_the_side() -> None:
    assert "stays below 100" in break_even(model(lambda x: x[0], 1), target=100.0).words
    assert "stays above -1" in break_even(model(lambda x: x[0], 1), target=-1.0).words


def test_factors_come_from_the_catalogue_and_stay_in_its_range() -> None:
    made = factor("outcome.confidence", (0.8, 0.9))
    assert (made.low, made.high, made.grade) == (0.8, 0.9, "assumption")
    assert factor("outcome.confidence").low == 0.5
    for key, bounds, problem in (
        ("outcome.confidense", None, "did you mean outcome.confidence"),
        ("requests.origin_mix", None, "is a table"),
        ("outcome.confidence", (0.1, 0.9), "should be a range within"),
        ("outcome.confidence", (0.9, 0.8), "should be a range within"),
    ):
        with pytest.raises(InputErrors, match=problem):
            factor(key, bounds)
