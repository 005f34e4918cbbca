"""Who is asked for: the list of requests, drawn from the registry and from people who are not in it.

1. Each request is given, by its own number: whether it carries a nine-digit number, whether the person is in the
   registry, the origin group, and the chunk on which it falls.
2. Each chunk chooses its people (`persons.py`) and offers strangers whose number may be borrowed (`donors.py`).
3. The fields are written out as they would stand if all were right (`written.py`).

Choosing and noise share nothing but the request's number. Not modelled: one person asked for twice; lists ordered by
place or time; requests for several people of one household because they are one household.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

import joblib
import numpy as np
import polars as pl
from scipy.optimize import brentq

from sim.errors import RefusedError
from sim.population import CHUNK, ETHNICITIES, Chunk, Country
from sim.population.identifiers import OUTSIDE_CHUNKS
from sim.requests.donors import Donors, assign, sample, stratum
from sim.requests.origins import ETHNICITY_OF, HISPANIC, Origins
from sim.requests.persons import choose, mate_numbers
from sim.requests.schema import ORIGINS
from sim.requests.written import write
from sim.rng import Streams
from sim.scenario import Scenario

OUTSIDE_PER_CHUNK = 8_192
"""Requests for people outside the registry that one chunk of them serves: few enough to have their origins."""

DONORS_PER_REQUEST = 0.5
"""Size of the pool of donors; far more than the share of requests that borrow."""


class Progress(Protocol):
    """Told after each step done; see sim/progress.py."""

    def __call__(self, step: str, done: int, total: int, **info: Any) -> None:
        """Take note that `done` of `total` parts of `step` are done."""


def silent(step: str, done: int, total: int, **info: Any) -> None:
    """Take no note."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The list as it would be without a single error, one row a request, sorted by request number."""

    clean: pl.DataFrame

    def __len__(self) -> int:
        return self.clean.height


@dataclass(frozen=True, slots=True)
class People:
    """The people asked for, one a request: codes as in the chunks, and who else could be taken for them."""

    request: np.ndarray
    person: np.ndarray
    sex: np.ndarray
    ethnicity: np.ndarray
    nativity: np.ndarray
    surname: np.ndarray
    surname2: np.ndarray
    given: np.ndarray
    middle: np.ndarray
    suffix: np.ndarray
    birth: np.ndarray
    two_surnames: np.ndarray
    household: np.ndarray
    home: np.ndarray
    previous: np.ndarray
    moved_years: np.ndarray
    file_address: np.ndarray
    tin: np.ndarray
    tin_kind: np.ndarray
    origin: np.ndarray
    mate_tin: np.ndarray


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled of each request before anybody is chosen; arrays of shape (count,)."""

    has_tin: np.ndarray
    in_registry: np.ndarray
    origin: np.ndarray
    chunk: np.ndarray


def draw(
    country: Country, scenario: Scenario, streams: Streams, *, progress: Progress = silent, workers: int = 2
) -> Requests:
    """Draw `requests.count` different people and write their requests without error.

    workers: threads that make chunks. The result does not depend on it.
    Raises RefusedError if more people of the registry are asked for than it holds.
    """
    plan = make_plan(country, scenario, streams)
    origins = Origins(country)
    wanted = _donors_wanted(country, scenario)
    touched = np.unique(np.concatenate([np.arange(country.n_chunks), plan.chunk]))
    by_chunk = np.argsort(plan.chunk, kind="stable")
    starts = np.searchsorted(plan.chunk[by_chunk], touched, "left")
    ends = np.searchsorted(plan.chunk[by_chunk], touched, "right")

    def one(number: int, start: int, end: int) -> tuple[People, Donors | None]:
        asking = np.sort(by_chunk[start:end])
        return _from_chunk(country.chunk(number), asking, plan.origin[asking], origins, wanted, streams)

    jobs = (
        joblib.delayed(one)(int(k), int(a), int(b)) for k, a, b in zip(touched, starts, ends, strict=True)
    )
    people: list[People] = []
    donors: list[Donors] = []
    for found, strangers in joblib.Parallel(workers, prefer="threads", return_as="generator")(jobs):
        people.append(found)
        if strangers is not None:
            donors.append(strangers)
        progress("requests", len(people), len(touched))
    return Requests(_frame(country, scenario, streams, plan, _join(people), Donors.join(donors)))


def make_plan(country: Country, scenario: Scenario, streams: Streams) -> Plan:
    """Settle for each request, by its number alone, all that does not need a person."""
    n = scenario.requests.count
    luck = {
        name: streams.generator(f"requests.{name}").random(n)
        for name in ("tin", "registry", "origin", "chunk")
    }
    has_tin = luck["tin"] < scenario.value("requests.tin_share")
    with_tin, without = coverage_by_tin(scenario)
    in_registry = luck["registry"] < np.where(has_tin, with_tin, without)
    mix = scenario.table("requests.origin_mix")
    edges = np.cumsum([mix[name] for name in ORIGINS])
    origin = np.minimum(np.searchsorted(edges, luck["origin"], "right"), len(ORIGINS) - 1).astype(np.uint8)
    if in_registry.sum() > country.size:
        raise RefusedError(
            f"requests.coverage asks for {in_registry.sum():,} people of a registry of {country.size:,}; "
            "lower requests.count or requests.coverage, or raise population.size"
        )
    needed = -(-int((~in_registry).sum()) // OUTSIDE_PER_CHUNK)
    outside_chunks = min(max(1, needed), OUTSIDE_CHUNKS)
    chunk = Country.OUTSIDE + (luck["chunk"] * outside_chunks).astype(np.int64)
    chunk[in_registry] = _spread(luck["chunk"][in_registry], country, streams)
    return Plan(has_tin, in_registry, origin, chunk)


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

    without = brentq(lambda p: share * with_tin(p) + (1 - share) * p - overall, 0.0, 1.0, xtol=1e-14)
    return with_tin(without), without


def _spread(luck: np.ndarray, country: Country, streams: Streams) -> np.ndarray:
    """Return the registry chunk of each request, every record having the same chance."""
    sizes = np.full(country.n_chunks, CHUNK, np.int64)
    sizes[-1] = country.size - CHUNK * (country.n_chunks - 1)
    chunk = np.minimum((luck * country.size).astype(np.int64), country.size - 1) // CHUNK
    if np.any(np.bincount(chunk, minlength=len(sizes)) > sizes):  # only where nearly everybody is asked for
        generator = streams.generator("requests.spread")
        counts = generator.multivariate_hypergeometric(sizes, len(luck), method="marginals")
        chunk = generator.permutation(np.repeat(np.arange(len(sizes)), counts))
    return chunk


def _donors_wanted(country: Country, scenario: Scenario) -> np.ndarray:
    """Return how many donors of each ethnicity a chunk of the registry should offer."""
    mix = scenario.table("requests.origin_mix")
    share = np.full(len(ETHNICITIES), mix["other"] / len(ETHNICITIES))
    share[HISPANIC] += mix["spanish"]
    for origin, ethnicity in ETHNICITY_OF.items():
        share[ethnicity] += mix[origin]
    return (
        np.ceil(share * scenario.requests.count * DONORS_PER_REQUEST / country.n_chunks).astype(np.int64) + 4
    )


def _from_chunk(
    chunk: Chunk,
    asking: np.ndarray,
    wanted: np.ndarray,
    origins: Origins,
    donors: np.ndarray,
    streams: Streams,
) -> tuple[People, Donors | None]:
    """Choose the people of one chunk for the requests `asking`; and its donors if it is of the registry."""
    group = origins.of(chunk)
    priority = streams.generator("requests.person", chunk=chunk.number).random(chunk.n)
    rows = choose(chunk, group, wanted, priority)
    derived = {
        "request": asking,
        "household": chunk.number * (1 << 32) + chunk.household[rows].astype(np.int64),
        "origin": group[rows],
        "mate_tin": mate_numbers(chunk, rows),
    }
    copied = {f.name: getattr(chunk, f.name)[rows] for f in fields(People) if f.name not in derived}
    people = People(**derived, **copied)
    if chunk.number >= Country.OUTSIDE:
        return people, None
    return people, sample(chunk, donors, streams.generator("requests.donors", chunk=chunk.number))


def _join(parts: list[People]) -> People:
    """Join the people of all chunks in the order of their requests."""
    joined = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(People)}
    order = np.argsort(joined["request"])
    return People(**{name: column[order] for name, column in joined.items()})


def _frame(
    country: Country, scenario: Scenario, streams: Streams, plan: Plan, people: People, pool: Donors
) -> pl.DataFrame:
    n = len(people.request)
    donor = assign(
        pool,
        stratum(people.sex, people.ethnicity),
        people.household,
        streams.generator("requests.donor").random(n),
        streams.generator("requests.donor_pool").random(len(pool.tin)),
        scenario.value("requests.donor_skew"),
    )
    hub = hubs(
        people.home,
        max(1, round(scenario.value("requests.hubs_per_million") * n / 1e6)),
        scenario.value("requests.hub_tail"),
        streams.generator("requests.hub").random(n),
        streams.generator("requests.hub_place").random(n),
    )
    return write(country, people, plan.has_tin, plan.in_registry, pool, donor, hub)


def hubs(home: np.ndarray, count: int, tail: float, luck: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return for each request the id of an address used by many: the homes of `count` of the people.

    The number of hubs with more than x uses falls as x**-tail, so the use of the r-th falls as r**(-1/tail); its rank
    is drawn by inverting the sum of that law (a continuous approximation, good for the head to a few per cent).
    """
    leaders = home[np.argsort(place, kind="stable")[:count]]
    exponent = 1.0 / (1.0 - 1.0 / tail)
    rank = np.minimum((len(leaders) * luck**exponent).astype(np.int64), len(leaders) - 1)
    return leaders[rank]
