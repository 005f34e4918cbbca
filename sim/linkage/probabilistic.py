"""The good matcher: Fellegi-Sunter weights learnt from a training list, linked at a stated probability.

It stands for what a careful agency could do with the same fields: graded agreement, surnames as sets, rare
names worth more than common ones, weights learnt without knowing which pairs are true. It learns from a list
of its own, drawn by the same process (same noise, same coverage) against another registry of at most
`weights.em.training_records` records, so one set of weights serves every replicate and every threshold of a
scenario; only the prior knows the size of the registry that is searched.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from functools import lru_cache

import numpy as np

from sim.errors import InputErrors, Mistake
from sim.linkage import em
from sim.linkage.comparison import Comparison, Path
from sim.linkage.curve import to_bits
from sim.linkage.normalise import FIELDS, Fields
from sim.linkage.train import Design, Learning, Trained, train
from sim.linkage.weights import prior_bits
from sim.noise import UnreachableRateWarning, apply
from sim.population import Country
from sim.requests import draw, holds
from sim.rng import Streams
from sim.scenario import Scenario


class NotLearntError(InputErrors):
    """The good matcher finds no weights with these settings; the message names one of them."""


_TRAINING_REPLICATE = 2**31  # a study's replicates count from 0: the training list shares no luck with them
_LEARNT_FROM = (
    "population.", "registry.", "requests.", "noise.", "weights.em", "weights.chance", "seed",
    "linkage.street_words_normalised",
)  # fmt: skip


def good_matcher(scenario: Scenario, design: Design, name: str) -> Path:
    """Return the search of a design with the weights it learnt; raises NotLearntError where it cannot."""
    return matcher_path(scenario, trained(scenario, design), threshold_bits(scenario), name)


def matcher_path(scenario: Scenario, learnt: Trained, threshold: float, name: str = "probabilistic") -> Path:
    """Return the search with these weights, the scenario's own prior, and a threshold in bits."""
    base = prior_bits(scenario.value("requests.coverage"), scenario.population.size)
    return Path(name, learnt.design.passes, at_size(scenario, learnt), threshold, base=base)


def at_size(scenario: Scenario, learnt: Trained) -> tuple[Comparison, ...]:
    """Return the learnt comparisons for the scenario's registry, larger than the one learnt from."""
    gain = math.log2(scenario.population.size / _training_size(scenario))
    grows = learnt.design.grows
    return tuple(_raised(each, grows.get(each.field, ()), gain) for each in learnt.comparisons)


def _raised(comparison: Comparison, numbers: tuple[int, ...], gain: float) -> Comparison:
    levels = [
        replace(level, weight=level.weight + gain * (number in numbers))
        for number, level in enumerate(comparison.levels)
    ]
    return replace(comparison, levels=tuple(levels))


def _training_size(scenario: Scenario) -> int:
    return min(scenario.population.size, int(scenario.value("weights.em.training_records")))


def threshold_bits(scenario: Scenario) -> float:
    """Return the threshold above which a link is disclosed, or shown to a reviewer, in bits."""
    linkage = scenario.linkage
    lowest = linkage.threshold if linkage.clerical_low is None else linkage.clerical_low
    if lowest is None:
        return to_bits(scenario.value("weights.decision.probability"))
    return to_bits(lowest) if linkage.threshold_unit == "probability" else lowest


def trained(scenario: Scenario, design: Design) -> Trained:
    """Return the weights a design learns; kept for the last few scenarios that would learn the same.

    Raises NotLearntError where there are no true pairs to learn from, or EM finds another class.
    """
    if scenario.value("requests.coverage") == 0.0:
        raise _not_learnt(scenario, "requests.coverage", "leaves nobody in the registry to learn from")
    if _training_size(scenario) < 2:
        raise _not_learnt(scenario, "population.size", "leaves one record and no pair of strangers")
    try:
        return _trained(_Training(scenario, design))
    except em.WrongClassError as error:
        advice = "raise weights.em.training_requests or population.size, or ask by another rule"
        raise _not_learnt(scenario, "linkage.rule", f"learns no weights here: {error}; {advice}") from error


def _not_learnt(scenario: Scenario, key: str, problem: str) -> NotLearntError:
    return NotLearntError(
        [Mistake(scenario.name, key, f"{problem} (linkage.rule = {scenario.linkage.rule!r})")]
    )


class _Training:
    """A scenario that equals another when the same weights would be learnt from it: the key of the cache."""

    def __init__(self, scenario: Scenario, design: Design) -> None:
        self.design = design
        count = int(scenario.value("weights.em.training_requests"))
        size = _training_size(scenario)
        self.scenario = scenario.replace({"population.size": size, "requests.count": count})
        self._sha = self.scenario.slice_sha(_LEARNT_FROM)

    def __hash__(self) -> int:
        return hash(self._sha)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Training) and self._sha == other._sha and self.design == other.design


@lru_cache(maxsize=8)
def _trained(training: _Training) -> Trained:
    scenario = training.scenario
    streams = Streams(scenario.seed, _TRAINING_REPLICATE)
    country = Country(scenario, streams)
    # A small registry that is asked for nearly whole does not hold a list as long as wished.
    scenario = scenario.replace({"requests.count": max(1, holds(country, scenario, streams))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreachableRateWarning)  # the list that is linked tells of it
        noisy = apply(draw(country, scenario, streams), scenario, streams)
    fields = Fields.of(country, scenario)
    requests = fields.requests(noisy.frame)
    parts = [fields.records(chunk, sorted(FIELDS)) for chunk in country.chunks()]
    records = {name: np.concatenate([part[name] for part in parts]) for name in FIELDS}
    return train(
        training.design, {name: requests[name] for name in FIELDS}, records, decode=fields.decode,
        overlap=scenario.value("requests.coverage"), rng=streams.generator("linkage.random_pairs"),
        learning=Learning.of(scenario),
    )  # fmt: skip
