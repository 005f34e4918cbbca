"""The command that asks which assumptions carry a result, and where it would turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.options import Bar, Samples, WorkerCount
from sim.commands.places import check_out
from sim.commands.ranking import SAMPLES, TRAJECTORIES, Told, ranked, screened
from sim.commands.run import Sets, Switch, unfinished
from sim.commands.run import load as load_scenario
from sim.commands.study import AsJson, known_rate, workers_of
from sim.errors import InputErrors, Mistake
from sim.text_safety import for_file_name, one_line, say

if TYPE_CHECKING:
    from sim.progress import Progress
    from sim.scenario import Scenario
    from sim.study.breakeven import BreakEven
    from sim.study.factors import Factor, Model

DRAWS = 100
"""Of the uncertainty of inputs, where --samples does not say."""

SAMPLED = ("morris", "sobol", "uncertainty")
"""Methods with samples to count."""

METHODS = ("morris", "sobol", "tornado", "break-even", "uncertainty")


def sensitivity(
    scenario: str,
    *,
    method: str = "morris",
    factors: Annotated[tuple[str, ...], Parameter(name="--factor", negative="")] = (),
    target: Bar = None,
    samples: Samples = None,
    beliefs: Path | None = None,
    sets: Sets = (),
    rate: str = "wrong_person",
    replicates: str | None = None,
    workers: WorkerCount = 1,
    cluster: str | None = None,
    out: Path | None = None,
    dry_run: Switch = False,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> None:
    """Ask which assumptions carry a result: morris, sobol, tornado, break-even or uncertainty.

    Args:
        scenario: a scenario file, or the name of one that comes ready.
        method: morris screens; sobol screens and ranks what is left by its share of the variance (with
            --factor it ranks those, unscreened); tornado sets each factor to its ends; break-even needs one
            --factor and --target; uncertainty draws the inputs and separates luck, inputs and rules.
        factors: a number of the model, KEY or KEY=LOW,HIGH; many times. Default: those of the beliefs.
        target: the bar of break-even, on the rate's own scale.
        samples: trajectories (morris, 20), base samples (sobol, 256) or draws (uncertainty, 100).
        beliefs: a file of stated distributions in place of the shipped one.
        sets: KEY=VALUE, one setting changed; may be given many times.
        rate: the rate watched, by its name.
        replicates: populations for each point.
        workers: processes that share the points.
        cluster: a Dask scheduler (extra "cluster"); whoever reaches one without TLS can run code on it.
        out: folder in which the study's own folder is made, for dashboard and report; more studies join it.
        dry_run: print the number of settings, time and memory, and do nothing.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    pool = workers_of(workers, cluster)
    _known(method, rate, out, samples)
    base = load_scenario(scenario, sets, replicates=replicates)
    _check(out, base)
    from sim.progress import listener
    from sim.study import uncertainty
    from sim.study.factors import Model

    held = uncertainty.beliefs(beliefs)
    chosen = _factors(factors) or tuple(each.factor for each in held)
    screens = method == "sobol" and not factors
    if dry_run:
        return say(_dry(base, points_of(method, len(chosen), samples, screens), workers))
    with unfinished(out or Path()) as kept, listener(quiet) as progress:
        model = Model(base, chosen, rate, pool, kept)
        (rows, text), more = _answer(model, method, (held, target, samples, screens), progress)
        _tell(base, {"method": method, "rate": rate, "found": rows} | more, text, out, as_json)


def _answer(
    model: Model, method: str, how: tuple[Sequence[Any], Bar, int | None, bool], progress: Progress
) -> Told:
    """Run a method. how: the beliefs, the bar of break-even, samples, and whether factors are screened."""
    held, target, samples, screens = how
    if method == "uncertainty":
        return _uncertainty(model, held, samples, progress)
    if method == "break-even":
        return _break_even(model, target, progress)
    return (screened if screens else ranked)(model, method, samples, progress)


def _tell(base: Scenario, found: dict[str, Any], text: str, out: Path | None, as_json: bool) -> None:
    """Keep the study where asked to, and print what was found."""
    told = {"synthetic": True, "scenario": base.name, "asked": _asked(base)} | found
    if out is not None:
        from sim.report.studies import keep

        told["folder"] = str(keep(out / _folder(base), told, base).parent)
        text += f"\n\nResults: {told['folder']}"
    head = f"SYNTHETIC DATA. {one_line(base.title or base.name)}"
    say(json.dumps(told, indent=2) if as_json else f"{head}\n{text}")


def _folder(base: Scenario) -> str:
    return for_file_name(base.name)


def _check(out: Path | None, base: Scenario) -> None:
    """Refuse a folder in which the study could not be kept."""
    if out is not None:
        from sim.report.studies import NAME

        check_out(out, [_folder(base)], [f"{_folder(base)}/{NAME}"])


def _known(method: str, rate: str, out: Path | None, samples: int | None) -> None:
    known_rate(rate)
    if out is not None:
        check_out(out)
    mistakes = []
    if method not in METHODS:
        problem = f"should be one of {', '.join(METHODS)} (got {method})"
        mistakes.append(Mistake("command line", "--method", problem))
    elif samples is not None and method not in SAMPLED:
        mistakes.append(Mistake("command line", "--samples", f"is not used by {method} (got {samples})"))
    elif samples is not None and method == "sobol" and (samples < 2 or samples & (samples - 1)):
        mistakes.append(Mistake("command line", "--samples", f"should be a power of two (got {samples})"))
    if out is not None and rate != "wrong_person":
        mistakes.append(Mistake("command line", "--out", f"keeps studies of wrong_person only (got {rate})"))
    if mistakes:
        raise InputErrors(mistakes)


def _asked(base: Scenario) -> dict[str, Any]:
    """Return what identifies the scenario a study starts from; the hash is of it with one population."""
    question = base.replace({"replicates": 1}).sha256()
    return {
        "sha256_of_one_population": question,
        "seed": base.seed,
        "replicates": base.replicates,
        "population_size": base.population.size,
        "requests_count": base.requests.count,
    }


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


def beside() -> dict[str, dict[str, Any]]:
    """Return the rules whose range is shown as structure, each with the settings it is shown under."""
    from sim.linkage.rules import shipped

    return {
        name: {"linkage.rule": name, **{f"linkage.{key}": value for key, value in rule.compared_with.items()}}
        for name, rule in shipped().items()
        if rule.compared_with is not None
    }


def points_of(method: str, factors: int, samples: int | None, screened: bool) -> int:
    """Return how many settings a method runs; of break-even the most for a single crossing."""
    screening = TRAJECTORIES * (factors + 1) if screened else 0
    return {
        "morris": (samples or TRAJECTORIES) * (factors + 1),
        "sobol": screening + (samples or SAMPLES) * (min(factors, 8 if screened else factors) + 2),
        "tornado": 2 * factors,
        "break-even": 16,
        "uncertainty": 1 + (samples or DRAWS) + len(beside()),
    }[method]


def _dry(base: Scenario, points: int, workers: int) -> str:
    from sim.progress import span
    from sim.study.estimate import estimate

    found = estimate([base] * points, workers)
    return (
        f"at most {points:,} settings of {base.replicates} populations: about {span(found.seconds)} and "
        f"{found.memory / 2**30:.1f} GB (from measured speeds; expect a factor of two)"
    )


def _break_even(model: Model, target: Bar, progress: Progress) -> Told:
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
    return (row, f"If nothing else changes, {found.words}{_between(found)}."), {}


def _between(found: BreakEven) -> str:
    if len(found.crossings) != 1 or (found.low is None and found.high is None):
        return ""
    if found.low is None:
        return f" (at most {found.high:.3g} by the rate's interval)"
    if found.high is None:
        return f" (at least {found.low:.3g} by the rate's interval)"
    return f" (between {found.low:.3g} and {found.high:.3g} by the rate's interval)"


def _uncertainty(model: Model, held: Sequence[Any], draws: int | None, progress: Progress) -> Told:
    from sim.study.uncertainty import uncertainty

    found = uncertainty(model, held, beside(), draws or DRAWS, progress)
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
    return (row, "\n".join(text)), {}


def _range(low: float | None, high: float | None) -> str:
    from sim.outcome.rates import significant

    return "not known" if low is None or high is None else f"{significant(low)} to {significant(high)}"
