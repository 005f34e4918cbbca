"""The links are the same in one pass, in ranges done elsewhere, and on two threads."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import polars as pl
import pytest

from sim.linkage import Linked, link
from sim.linkage.link import link_elsewhere
from sim.linkage.spread import Each
from sim.noise import apply
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario

SIZE = 600_000  # three chunks, the last one not full


def scenario(rule: str = "name_dob", tie: str = "withhold") -> Scenario:
    return Scenario.of(
        {"population": {"size": SIZE}, "requests": {"count": 3000, "coverage": 0.5},
         "linkage": {"rule": rule, "tie": tie}}
    )  # fmt: skip


@cache
def world() -> tuple[Country, pl.DataFrame]:
    asked, streams = scenario(), Streams(1, 0)
    country = Country(asked, streams)
    return country, apply(draw(country, asked, streams), asked, streams).frame


@cache
def alone(rule: str, tie: str) -> Linked:
    country, frame = world()
    return link(country, frame, scenario(rule, tie))


def travelling(tasks: Iterable[tuple[Any, tuple[Any, ...]]]) -> Iterator[Any]:
    """Do tasks here, but send arguments and results through pickle, as to another machine."""
    for function, arguments in tasks:
        yield pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(arguments)))))


def same(found: Linked, expected: Linked) -> None:
    assert expected.disclosures.height > 100
    assert found.disclosures.equals(expected.disclosures)
    assert found.tallies.equals(expected.tallies)


@pytest.mark.parametrize(
    ("rule", "tie"),
    [("irs_2025", "withhold"), ("name_dob", "withhold"), ("name_dob", "best"), ("name_dob", "all")],
)
def test_ranges_done_elsewhere_give_the_links_of_one_pass(rule: str, tie: str) -> None:
    country, frame = world()
    each: Each = travelling
    same(link_elsewhere(country, frame, scenario(rule, tie), each, parts=2), alone(rule, tie))


def test_two_threads_give_the_links_of_one() -> None:
    country, frame = world()
    same(link(country, frame, scenario(), workers=2), alone("name_dob", "withhold"))
