"""What is settled of each request by its number alone, before anybody is chosen for it.

Whether it carries a nine-digit number, whether the person is in the registry, the group of countries of
origin, and the chunk on which it falls. The draws are indexed by request, so that a change of one share
changes what is settled here of the requests it moves and of no other. Who stands for a request is
another matter: people are taken in the order of their priority (`persons.py`), so that a request that
enters or leaves the registry passes its place in that order on, and the later requests of its chunk and
origin get other people of the same pool. Scenarios that differ in `requests.coverage` or
`requests.tin_share` therefore share most of the people asked for, but not which request asks for whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sim.errors import InputErrors, Mistake
from sim.population import CHUNK, ETHNICITIES, Country
from sim.population.identifiers import OUTSIDE_CHUNKS
from sim.requests.origins import ETHNICITY_OF
from sim.requests.schema import ORIGINS
from sim.rng import Streams
from sim.scenario import Scenario

OUTSIDE_PER_CHUNK = 8_192
"""Requests that one chunk of people outside the registry serves, few enough to have their origins."""

DONORS_PER_REQUEST = 0.5
"""Size of the pool of donors; far more than the share of requests that borrow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One entry a request, shape (count,): has_tin, in_registry bool; origin u8 into ORIGINS; chunk i64."""

    has_tin: np.ndarray
    in_registry: np.ndarray
    origin: np.ndarray
    chunk: np.ndarray


def make_plan(country: Country, scenario: Scenario, streams: Streams) -> Plan:
    """Settle every request.

    Raises InputErrors if more people of the registry are asked for than it holds.
    """
    n = scenario.requests.count

    def luck(name: str) -> np.ndarray:
        return streams.generator(f"requests.{name}").random(n)

    has_tin, in_registry = _who_is_held(scenario, streams)
    if in_registry.sum() > country.size:
        asked = f"asks for {in_registry.sum():,} people of a registry of {country.size:,}"
        advice = "lower requests.count or requests.coverage, or raise population.size"
        raise InputErrors([Mistake(scenario.name, "requests.coverage", f"{asked}; {advice}")])
    place = luck("chunk")
    needed = -(-int((~in_registry).sum()) // OUTSIDE_PER_CHUNK)
    outside_chunks = min(max(1, needed), OUTSIDE_CHUNKS)
    chunk = Country.OUTSIDE + (place * outside_chunks).astype(np.int64)
    chunk[in_registry] = spread(place[in_registry], country, streams)
    return Plan(has_tin, in_registry, _origins(scenario, luck("origin")), chunk)


def holds(country: Country, scenario: Scenario, streams: Streams) -> int:
    """Return how many requests, from the first on, ask for no more people than the registry holds."""
    held = np.cumsum(_who_is_held(scenario, streams)[1])
    return int(np.searchsorted(held, country.size, "right"))


def _who_is_held(scenario: Scenario, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
    """Return of every request whether it has a number, and whether its person is in the registry."""
    n = scenario.requests.count
    has_tin = streams.generator("requests.tin").random(n) < scenario.value("requests.tin_share")
    with_tin, without = coverage_by_tin(scenario)
    return has_tin, streams.generator("requests.registry").random(n) < np.where(has_tin, with_tin, without)


def coverage_by_tin(scenario: Scenario) -> tuple[float, float]:
    """Return the share of requests in the registry, with a number and without.

    The two have the odds ratio `requests.coverage_odds_tin` and the overall share `requests.coverage`.
    """
    overall, share = scenario.value("requests.coverage"), scenario.value("requests.tin_share")
    odds = scenario.value("requests.coverage_odds_tin")
    if overall in (0.0, 1.0) or share in (0.0, 1.0) or odds == 1.0:
        return overall, overall

    def with_tin(without: float) -> float:
        return odds * without / (1 - without + odds * without)

    without = float(brentq(lambda p: share * with_tin(p) + (1 - share) * p - overall, 0.0, 1.0, xtol=1e-14))
    return with_tin(without), without


def donors_wanted(country: Country, scenario: Scenario) -> np.ndarray:
    """Return how many donors of each ethnicity a chunk of the registry should offer, shape (6,)."""
    mix = scenario.table("requests.origin_mix")
    share = np.full(len(ETHNICITIES), mix["other"] / len(ETHNICITIES))
    for origin, ethnicity in ETHNICITY_OF.items():
        share[ethnicity] += mix[origin]
    wanted = np.ceil(share * scenario.requests.count * DONORS_PER_REQUEST / country.n_chunks)
    return wanted.astype(np.int64) + 4


def _origins(scenario: Scenario, luck: np.ndarray) -> np.ndarray:
    mix = scenario.table("requests.origin_mix")
    edges = np.cumsum([mix[name] for name in ORIGINS])
    return np.minimum(np.searchsorted(edges, luck, "right"), len(ORIGINS) - 1).astype(np.uint8)


def spread(luck: np.ndarray, country: Country, streams: Streams) -> np.ndarray:
    """Return the registry chunk of each request, every record having the same chance."""
    sizes = np.full(country.n_chunks, CHUNK, np.int64)
    sizes[-1] = country.size - CHUNK * (country.n_chunks - 1)
    chunk = np.minimum((luck * country.size).astype(np.int64), country.size - 1) // CHUNK
    if np.any(np.bincount(chunk, minlength=len(sizes)) > sizes):  # only where nearly everybody is asked for
        generator = streams.generator("requests.spread")
        counts = generator.multivariate_hypergeometric(sizes, len(luck), method="marginals")
        chunk = generator.permutation(np.repeat(np.arange(len(sizes)), counts))
    return chunk
