"""Methods that rank assumptions, run and put into words: Morris, Sobol after screening, and the tornado."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.outcome import Rate
    from sim.progress import Progress
    from sim.study.factors import Model
    from sim.study.sensitivity import Effect

TRAJECTORIES, SAMPLES = 20, 256
"""Of Morris, and of Sobol (a power of two), where --samples does not say."""

Told = tuple[tuple[Any, str], dict[str, Any]]
"""Rows and text of a method, and what more its JSON has."""


def ranked(model: Model, method: str, samples: int | None, progress: Progress) -> Told:
    """Run morris, sobol or tornado on the factors of a model, strongest first."""
    from sim.study import sensitivity as methods

    if method == "morris":
        effects = methods.morris(model, samples or TRAJECTORIES, model.base.seed, progress)
        return _effects(model, effects), {}
    if method == "sobol":
        indices = methods.sobol(model, samples or SAMPLES, model.base.seed, progress)
        return _table(
            [
                {
                    "factor": index.factor.key,
                    "grade": index.factor.grade,
                    "total": index.total,
                    "total_half_width": index.total_half_width,
                    "first": index.first,
                    "first_half_width": index.first_half_width,
                }
                for index in indices
            ],
            "Sobol: total, the share of the variance that goes when the factor is known; first, what it "
            f"explains alone; half-widths of {_level(model)} intervals.",
        ), {}

    bars = methods.tornado(model, progress)
    rows = [
        {
            "factor": bar.factor.key,
            "grade": bar.factor.grade,
            "at": [bar.factor.low, bar.factor.high],
            "rate_at_low": bar.at_low.value,
            "rate_at_high": bar.at_high.value,
        }
        for bar in bars
    ]
    title = f"Tornado: the rate, {_unit(bars[0].at_low)}, with one factor at each end of its range."
    return _table(rows, title), {}


def _effects(model: Model, effects: Sequence[Effect]) -> tuple[Any, str]:
    rows = [
        {
            "factor": effect.factor.key,
            "grade": effect.factor.grade,
            "mu_star": effect.mu_star,
            "low": effect.low,
            "high": effect.high,
            "mu": effect.mu,
            "sigma": effect.sigma,
        }
        for effect in effects
    ]
    title = (
        f"Morris: mu_star, how far the rate ({model.rate}) moves over a factor's range on average, with its "
        f"{_level(model)} interval; mu with its sign; sigma, how unevenly."
    )
    return _table(rows, title)


def screened(model: Model, method: str, samples: int | None, progress: Progress) -> Told:
    """Screen all factors by Morris, and rank those that survive by `method`, Sobol's total order."""
    from sim.study import sensitivity as methods

    methods.check_sobol(samples or SAMPLES)
    effects = methods.morris(model, TRAJECTORIES, model.base.seed, progress)
    screening, told = _effects(model, effects)
    left = methods.surviving(effects)
    if not left:
        return ([], f"{told}\n\nNo factor moves the rate, so none is ranked."), {"screening": screening}
    fewer = replace(model, factors=left)
    (rows, text), more = ranked(fewer, method, samples, progress)
    gone = len(effects) - len(left)
    note = f"Left out: {gone} of {len(effects)} factors, under a twentieth of the strongest or beyond eight."
    return (rows, f"{told}\n\n{note}\n\n{text}"), more | {"screening": screening}


def _table(rows: Sequence[dict[str, Any]], title: str) -> tuple[Any, str]:
    """Return the rows, and them as lines under a title, the columns aligned."""
    words = [list(rows[0])] + [[_word(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*words, strict=True)]
    lines = ["  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)) for line in words]
    return rows, "\n".join([title, *(line.rstrip() for line in lines)])


def _word(value: object) -> str:
    if isinstance(value, list):
        from sim.parameters import exact

        return " to ".join(exact(each) for each in value)  # the ends of a range, as they were asked for
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _level(model: Model) -> str:
    from sim.outcome.intervals import percent_of

    return percent_of(model.base.value("outcome.confidence"))


def _unit(rate: Rate) -> str:
    return f"per {rate.per:,} {rate.denominator_name}"
