"""The command that asks which assumptions carry a result, and where it would turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.run import Sets, Switch
from sim.commands.run import load as load_scenario
from sim.commands.study import AsJson, known_rate, workers_of
from sim.errors import InputErrors, Mistake

if TYPE_CHECKING:
    from sim.progress import Progress
    from sim.study.factors import Factor, Model

METHODS = ("morris", "sobol", "tornado", "break-even", "uncertainty")
RULES = {
    "irs_2025": {"linkage.rule": "irs_2025"},
    "name_dob": {"linkage.rule": "name_dob", "linkage.tie": "first"},
    "name_zip": {"linkage.rule": "name_zip", "linkage.tie": "first"},
    "name_only": {"linkage.rule": "name_only", "linkage.tie": "first"},
}
"""Rules whose range is shown as structure."""


def sensitivity(
    scenario: str,
    *,
    method: str = "morris",
    factors: Annotated[tuple[str, ...], Parameter(name="--factor", negative="")] = (),
    target: float | None = None,
    samples: int | None = None,
    beliefs: Path | None = None,
    sets: Sets = (),
    rate: str = "wrong_person",
    replicates: str | None = None,
    workers: int = 1,
    cluster: str | None = None,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> None:
    """Ask which assumptions carry a result: morris, sobol, tornado, break-even or uncertainty.

    Args:
        scenario: a scenario file, or the name of one that comes ready.
        method: morris screens; sobol ranks what is left; tornado shows; break-even needs one --factor and
            --target; uncertainty draws the inputs and separates luck, inputs and rules.
        factors: a number of the model, KEY or KEY=LOW,HIGH; many times. Default: those of the beliefs.
        target: the bar of break-even, on the rate's own scale.
        samples: trajectories (morris, 20), base samples (sobol, 256) or draws (uncertainty, 100).
        beliefs: a file of stated distributions in place of the shipped one.
        sets: KEY=VALUE, one setting changed; may be given many times.
        rate: the rate watched, by its name in rates.csv.
        replicates: populations for each point.
        workers: processes that share the points.
        cluster: address of a Dask scheduler (extra "cluster").
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    pool = workers_of(workers, cluster)
    known_rate(rate)
    if method not in METHODS:
        problem = f"should be one of {', '.join(METHODS)} (got {method})"
        raise InputErrors([Mistake("command line", "--method", problem)])
    base = load_scenario(scenario, sets, replicates=replicates)

    from sim.progress import listener
    from sim.study.factors import Model
    from sim.study.uncertainty import beliefs as read

    held = read(beliefs)
    chosen = _factors(factors) or tuple(belief.factor for belief in held)
    model = Model(base, chosen, rate, pool)
    with listener(quiet) as progress:
        if method == "break-even":
            rows, text = _break_even(model, target, progress)
        elif method == "uncertainty":
            rows, text = _uncertainty(model, held, samples or 100, progress)
        else:
            rows, text = _ranked(model, method, samples, progress)
    told = {"synthetic": True, "scenario": base.name, "method": method, "rate": rate, "found": rows}
    print(json.dumps(told, indent=2) if as_json else f"SYNTHETIC DATA. {base.title or base.name}\n{text}")


def _factors(given: Sequence[str]) -> tuple[Factor, ...]:
    """Return the factors of --factor options; raises InputErrors with every mistake."""
    from sim.study.factors import factor

    found, mistakes = [], []
    for option in given:
        key, equals, text = option.partition("=")
        try:
            bounds = tuple(float(part) for part in text.split(",")) if equals else None
            if bounds is not None and len(bounds) != 2:
                raise ValueError
            found.append(factor(key, bounds))
        except ValueError:
            mistakes.append(Mistake("--factor", key, f"should be KEY or KEY=LOW,HIGH (got {option})"))
        except InputErrors as errors:
            mistakes += errors.mistakes
    if mistakes:
        raise InputErrors(mistakes)
    return tuple(found)


def _ranked(model: Model, method: str, samples: int | None, progress: Progress) -> tuple[Any, str]:
    from sim.study import sensitivity as methods

    rows: list[dict[str, Any]] = []
    if method == "morris":
        for effect in methods.morris(model, samples or 20, model.base.seed, progress):
            rows.append(
                {
                    "factor": effect.factor.key,
                    "grade": effect.factor.grade,
                    "mu_star": effect.mu_star,
                    "low": effect.low,
                    "high": effect.high,
                    "mu": effect.mu,
                    "sigma": effect.sigma,
                }
            )
    elif method == "sobol":
        for index in methods.sobol(model, samples or 256, model.base.seed, progress):
            rows.append(
                {
                    "factor": index.factor.key,
                    "grade": index.factor.grade,
                    "total": index.total,
                    "total_half_width": index.total_half_width,
                    "first": index.first,
                    "first_half_width": index.first_half_width,
                }
            )
    else:
        for bar in methods.tornado(model, progress):
            rows.append(
                {
                    "factor": bar.factor.key,
                    "grade": bar.factor.grade,
                    "at": [bar.factor.low, bar.factor.high],
                    "rate_at_low": bar.at_low.value,
                    "rate_at_high": bar.at_high.value,
                }
            )
    return rows, "\n".join(_line(row) for row in rows)


def _break_even(model: Model, target: float | None, progress: Progress) -> tuple[Any, str]:
    from sim.study.breakeven import break_even

    mistakes = []
    if len(model.factors) != 1:
        mistakes.append(Mistake("command line", "--factor", "break-even needs exactly one"))
    if target is None:
        mistakes.append(Mistake("command line", "--target", "break-even needs one"))
    if mistakes or target is None:
        raise InputErrors(mistakes)
    found = break_even(model, target, progress=progress)
    curve = [{"at": x, "rate": rate.value} for x, rate in zip(found.places, found.rates, strict=True)]
    row = {
        "factor": found.factor.key,
        "target": target,
        "crossings": found.crossings,
        "low": found.low,
        "high": found.high,
        "words": found.words,
        "curve": curve,
    }
    between = (
        "" if found.low is None else f" (between {found.low:.3g} and {found.high:.3g} by the rate's interval)"
    )
    return row, f"If nothing else changes, {found.words}{between}."


def _uncertainty(model: Model, held: Sequence[Any], draws: int, progress: Progress) -> tuple[Any, str]:
    from sim.study.uncertainty import uncertainty

    found = uncertainty(model, held, RULES, draws, progress)
    low, high = found.structure
    unsure = _range(found.inputs_low, found.inputs_high)
    row = {
        "base": found.base.text(),
        "luck": [found.base.prediction_low, found.base.prediction_high],
        "inputs": [found.inputs_low, found.inputs_high],
        "structure": [low, high],
        "share_inputs": found.share_inputs,
        "share_luck": found.share_luck,
        "rules": {name: rate.value for name, rate in found.rules.items()},
        "draws": [{**draw, "rate": rate.value} for draw, rate in zip(found.draws, found.rates, strict=True)],
    }
    text = [
        f"As the scenario stands: {found.base.text()}",
        f"Luck, one population: {_range(found.base.prediction_low, found.base.prediction_high)}",
        f"If we are unsure of the inputs, 5th to 95th percentile: {unsure}",
        f"By rule, lowest to highest: {_range(low, high)}",
        f"Of the variance {found.share_inputs:.0%} is due to inputs and {found.share_luck:.0%} to luck.",
    ]
    return row, "\n".join(text)


def _range(low: float | None, high: float | None) -> str:
    from sim.outcome.rates import significant

    return "not known" if low is None or high is None else f"{significant(low)} to {significant(high)}"


def _line(row: dict[str, Any]) -> str:
    words = [
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in row.items()
    ]
    return f"{words[0].removeprefix('factor='):<34} {'  '.join(words[1:])}"
