"""One replicate's people, kept while several questions are put to them, and searched for all in one pass.

Kept are the chunks of a small country, the last request list and its faults; what two questions share is made
once. A registry too large to keep streams past once for all questions of a batch. Answers equal those of
`sim.run.simulate` to the byte, because chunks and lists are pure functions of scenario and seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sim.linkage import RULES, Linked, link
from sim.linkage.clerical import review
from sim.linkage.link import gather
from sim.linkage.normalise import Fields
from sim.linkage.resolve import Keeper, keeper_for
from sim.linkage.rules import rule_of
from sim.linkage.stream import PathSearch, prepare, search
from sim.linkage.watch import curve_of, watch, watched
from sim.noise import Noisy, apply
from sim.outcome import judge
from sim.outcome.cases import worked
from sim.population import Chunk, Country
from sim.requests import Requests, draw
from sim.rng import Streams
from sim.run import World
from sim.scenario import Scenario

WORLD = ("seed", "population.", "registry.")
"""Prefixes of the settings that decide who the people are and what the registry holds of them."""

ASKED = (*WORLD, "requests.")
SENT = (*ASKED, "noise.")
KEPT_CHUNKS = 4
"""Chunks a country may have to be kept: about a million people, some thousand bytes each once looked at."""

KEPT_OUTSIDE = 8
"""Chunks of people outside the registry kept at most; few of their columns are ever made."""

Made = TypeVar("Made")


class KeptCountry(Country):
    """A country whose chunks, if they are few, are made once."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        super().__init__(scenario, streams)
        self._kept: dict[int, Chunk] = {}

    def chunk(self, number: int) -> Chunk:
        """Return chunk `number`, the same object each time where it is kept."""
        found = self._kept.get(number)
        if found is None:
            found = super().chunk(number)
            if self.n_chunks <= KEPT_CHUNKS and len(self._kept) < KEPT_CHUNKS + KEPT_OUTSIDE:
                self._kept[number] = found
        return found


class Replicate:
    """The people of one replicate, to whom scenarios of the same world can be put."""

    def __init__(self, scenario: Scenario, number: int) -> None:
        self._streams = Streams(scenario.seed, number)
        self._country = KeptCountry(scenario, self._streams)
        self._fields: dict[bool, Fields] = {}
        self._last: dict[str, tuple[str, object]] = {}

    def sent(self, scenario: Scenario) -> tuple[Requests, Noisy]:
        """Return the request list of a scenario, without and with its faults."""
        requests = self._made("asked", ASKED, scenario, lambda: self._draw(scenario))
        noisy = self._made("sent", SENT, scenario, lambda: apply(requests, scenario, self._streams))
        return requests, noisy

    def _draw(self, scenario: Scenario) -> Requests:
        return draw(self._country, scenario, self._streams)

    def answer(self, scenario: Scenario, requests: Requests, noisy: Noisy, *, cases: bool = False) -> World:
        """Return the world of one scenario; with cases worked through if asked for."""
        if together(scenario):
            linked = self._linked([(scenario, requests, noisy)])[0]
        else:
            linked = link(self._country, noisy.frame, scenario)
        world = self._judged(requests, noisy, linked)
        if not cases:
            return world
        shown = worked(self._country, requests, noisy, linked, world.outcomes, scenario, self._streams)
        return replace(world, cases=shown)

    def answer_together(self, asked: Sequence[tuple[Scenario, Requests, Noisy]]) -> list[World]:
        """Return the worlds of several scenarios with listed rules, the registry streaming past once."""
        return [
            self._judged(requests, noisy, linked)
            for (_, requests, noisy), linked in zip(asked, self._linked(asked), strict=True)
        ]

    def _linked(self, asked: Sequence[tuple[Scenario, Requests, Noisy]]) -> list[Linked]:
        """Link several lists in one pass, with the dictionaries that earlier passes have filled."""
        jobs = []
        for scenario, _, noisy in asked:
            rule, linkage = rule_of(scenario), scenario.linkage
            opened = watched(rule, scenario)
            searches, path_of, filtered = prepare(opened, self._fields_of(scenario), noisy.frame)
            plain = [
                keeper_for(linkage.tie, noisy.frame.height, one_each=linkage.one_to_one) for _ in searches
            ]
            keepers = watch(plain, rule, noisy.frame, scenario)
            jobs.append((noisy.frame, rule, searches, keepers, path_of, filtered))
        every = [each for job in jobs for each in job[2]]
        self._search(every, [keeper for job in jobs for keeper in job[3]])
        found = [gather(*job) for job in jobs]
        return [
            Linked(
                review(self._country, noisy.frame, linked.disclosures, scenario),
                linked.tallies,
                curve_of(job[3], scenario),
            )
            for (scenario, _, noisy), linked, job in zip(asked, found, jobs, strict=True)
        ]

    def _search(self, searches: Sequence[PathSearch], keepers: Sequence[Keeper]) -> None:
        search(self._country, searches, keepers)

    def _judged(self, requests: Requests, noisy: Noisy, linked: Linked) -> World:
        outcomes = judge(self._country, requests, noisy, linked)
        return World(outcomes, noisy.ledger, linked.tallies, curve=linked.curve)

    def _fields_of(self, scenario: Scenario) -> Fields:
        words = scenario.value("linkage.street_words_normalised") > 0
        if words not in self._fields:
            self._fields[words] = Fields(self._country, street_words=words)
        return self._fields[words]

    def _made(self, what: str, parts: Sequence[str], scenario: Scenario, make: Callable[[], Made]) -> Made:
        """Return what was made last if it was for the same settings, else make it."""
        key = scenario.slice_sha(parts)
        known = self._last.get(what)
        if known is None or known[0] != key:
            self._last[what] = known = (key, make())
        return known[1]  # type: ignore[return-value]


def together(scenario: Scenario) -> bool:
    """Whether a scenario's rule is fixed beforehand, so that it can share a pass; trained rules go alone."""
    return scenario.linkage.rule in RULES
