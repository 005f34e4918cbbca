"""Who is asked for: the list of requests, drawn from the registry and from people who are not in it.

1. Each request is settled by its own number: with a nine-digit number or not, in the registry or not, origin
   group, chunk (`plan.py`).
2. Each chunk chooses its people (`persons.py`) and offers people whose number may be borrowed (`donors.py`)
and filers with whom people outside the registry may live, from the whole chunk or from a shorter offer that
holds all who can be chosen (`offers.py`).
3. Some of the people outside move in with them, if the scenario says so (`kin.py`).
4. Where numbers are looked up by name, namesakes on file are searched for (`namesakes.py`).
5. The fields are written out as they would stand if all were right (`written.py`).

Not modelled: one person asked for twice; lists ordered by place or time; several people of one household
asked for because they are one household.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

import numpy as np
import polars as pl

from sim.population import Country
from sim.progress import Progress, silent
from sim.requests import namesakes
from sim.requests.donors import Borrowers, Donors, Lending, assign, other_surnames, stratum
from sim.requests.kin import Hosts, hosts_wanted, live_with
from sim.requests.offers import Offer, Offers, WholeOffer
from sim.requests.origins import ETHNICITY_OF, Origins
from sim.requests.persons import NOBODY, choose
from sim.requests.plan import Plan, donors_wanted, make_plan
from sim.requests.schema import ORIGINS
from sim.requests.written import FURTHER, Lent, People, write
from sim.rng import Streams
from sim.scenario import Scenario
from sim.threads import unordered


@dataclass(frozen=True, slots=True)
class Requests:
    """The list as it would be without a single error, one row a request, sorted by request number."""

    clean: pl.DataFrame

    def __len__(self) -> int:
        return self.clean.height


def draw(
    country: Country, scenario: Scenario, streams: Streams, *, progress: Progress = silent, workers: int = 2,
    offers: Offers | None = None,
) -> Requests:  # fmt: skip
    """Draw `requests.count` different people and write their requests without error.

    workers: threads that make chunks.  offers: what chunks offer, where that is known without making them.
    The result depends on neither.
    Raises InputErrors if more people of the registry are asked for than it holds.
    """
    plan = make_plan(country, scenario, streams)
    origins = Origins(country)
    donors, hosts = donors_wanted(country, scenario), hosts_wanted(country, scenario)
    touched = np.unique(np.concatenate([np.arange(country.n_chunks), plan.chunk]))
    by_chunk = np.argsort(plan.chunk, kind="stable")
    edges = (
        np.searchsorted(plan.chunk[by_chunk], touched, "left"),
        np.searchsorted(plan.chunk[by_chunk], touched, "right"),
    )

    def one(place: int) -> tuple[int, People, list[Donors], list[Hosts]]:
        number, asking = int(touched[place]), by_chunk[edges[0][place] : edges[1][place]]
        offer = None if offers is None else offers(number, len(asking), donors, hosts)
        if offer is None:
            offer = WholeOffer(country.chunk(number), origins, streams)
        return place, *_from_chunk(offer, asking, plan.origin[asking], donors, hosts)

    found = []
    progress("requests", 0, len(touched))
    for each in unordered(one, range(len(touched)), workers):
        found.append(each)
        progress("requests", len(found), len(touched))
    found.sort(key=itemgetter(0))
    people = _join([each[1] for each in found])
    homes = people.home
    lenders = Donors.join([donors for each in found for donors in each[2]])
    filers = [hosts for each in found for hosts in each[3]]
    if filers:
        people = live_with(people, ~plan.in_registry, Hosts.join(filers), scenario, streams)
    looked_up = plan.has_tin & (scenario.value("noise.tin_by_name.rate") > 0)
    namesake = np.zeros(len(looked_up), np.uint32)
    if looked_up.any():
        namesake = namesakes.numbers(country, people, looked_up, streams, workers)
    return Requests(_frame(country, scenario, streams, plan, people, lenders, homes, namesake))


def _from_chunk(
    offer: Offer, asking: np.ndarray, wanted: np.ndarray, donors: np.ndarray, hosts: np.ndarray
) -> tuple[People, list[Donors], list[Hosts]]:
    """Choose the people of one chunk for the requests `asking`; and its donors and hosts, if it has any."""
    chunk = offer.chunk
    rows = choose(chunk, offer.group, wanted, offer.priority)
    derived: dict[str, Any] = {
        "request": asking,
        "origin": _origin(offer, rows, wanted),
        "mate_tin": offer.mates(rows),
        "further": {name: chunk.truth(name, rows) for name in FURTHER},
    }
    derived |= {f.name: chunk.truth(f.name, rows) for f in fields(People) if f.name not in derived}
    people = People(**derived)
    if chunk.number >= Country.OUTSIDE:
        return people, [], []
    return people, [offer.donors(donors)], [offer.hosts(hosts)] if hosts.any() else []


def _origin(offer: Offer, rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the origin group of the people: the one asked for, if their ethnicity can stand for it."""
    ethnicity = np.array([ETHNICITY_OF.get(name, NOBODY) for name in ORIGINS])
    stands = offer.chunk.ethnicity[rows] == ethnicity[wanted]
    return np.where(stands, wanted, offer.group[rows])


def _join(parts: list[People]) -> People:
    """Join the people of all chunks in the order of their requests."""
    names = [f.name for f in fields(People) if f.name != "further"]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.argsort(joined["request"])
    further = {name: np.concatenate([part.further[name] for part in parts])[order] for name in FURTHER}
    return People(**{name: column[order] for name, column in joined.items()}, further=further)


def _frame(
    country: Country, scenario: Scenario, streams: Streams, plan: Plan, people: People, pool: Donors,
    homes: np.ndarray, namesake: np.ndarray,
) -> pl.DataFrame:  # fmt: skip
    n = len(people.request)

    def luck(name: str, size: int = n) -> np.ndarray:
        return streams.generator(f"requests.{name}").random(size)

    asked = Borrowers(
        stratum(people.sex, people.ethnicity), people.household, people.surname, _zips(country, people.home)
    )
    shares = ("lender_kin", "lender_nearby", "lenders", "lending_tail")
    lending = Lending(*(scenario.value(f"requests.{name}") for name in shares))
    shuffle = luck("donor_pool", len(pool.tin))
    zips = _zips(country, pool.home)
    lent = Lent(
        pool,
        assign(pool, zips, asked, plan.has_tin, luck("donor"), luck("lender"), shuffle, lending),
        other_surnames(pool, asked.stratum, luck("other_surname"), shuffle),
        namesake,
        country.identifiers.unfiled(luck("unfiled")),
    )
    hub = hubs(
        homes,  # as it would be had nobody moved in with a filer, so that nobody else's hub moves
        max(1, round(scenario.value("requests.hubs_per_million") * n / 1e6)),
        scenario.value("requests.hub_tail"),
        luck("hub"),
        luck("hub_place"),
    )
    return write(country, people, plan.has_tin, plan.in_registry, lent, hub)


def _zips(country: Country, homes: np.ndarray) -> np.ndarray:
    """Return the ZIP codes of address ids, (n,)."""
    zips: np.ndarray = country.addresses.zip_of(country.addresses.fields(homes))
    return zips


def hubs(home: np.ndarray, count: int, tail: float, luck: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return for each request the id of an address used by many: the homes of `count` of the people.

    The number of hubs with more than x uses falls as x**-tail, so the use of the r-th falls as r**(-1/tail);
    its rank is drawn by inverting the sum of that law (continuous, so the head is right to a few per cent
    only).
    """
    leaders = home[np.argsort(place, kind="stable")[:count]]
    exponent = 1.0 / (1.0 - 1.0 / tail)
    rank = np.minimum((len(leaders) * luck**exponent).astype(np.int64), len(leaders) - 1)
    found: np.ndarray = leaders[rank]
    return found
