"""Where the first population has no wrong link to work through, the first that has one gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.replicate import World
from sim.study import replicates
from tests.record.standin import case, study, world

NOBODY, SOME = (0.2, 0.05, 0.0, 0.05, 0.7), (0.2, 0.05, 0.05, 0.05, 0.65)


@pytest.fixture
def made_again(monkeypatch):
    asked = []

    def simulate(scenario, number, progress, cases=None) -> World:
        asked.append((number, cases))
        shown = [case("right_person_right_door"), case("wrong_person")]
        return replace(world(number, 200, SOME), cases=shown)

    monkeypatch.setattr(replicates, "simulate", simulate)
    return asked


def worlds(*shares):
    return [world(number, 200, share) for number, share in enumerate(shares)]


def test_the_first_population_with_a_wrong_link_is_made_again_and_named(made_again):
    found = worlds(NOBODY, NOBODY, SOME, SOME)
    replicates._show_a_wrong_link(study(1, 50).scenario, found, lambda *told, **more: None)
    assert made_again == [(2, True)]
    assert [(each["kind"], each["replicate"]) for each in found[2].cases] == [("wrong_person", 2)]
    assert not found[1].cases and not found[3].cases


def test_nothing_is_made_again_where_there_is_one_or_none_to_be_had(made_again):
    scenario = study(1, 50).scenario
    has = worlds(SOME, SOME)
    has[0] = replace(has[0], cases=[case("wrong_person")])
    for found in (has, worlds(NOBODY, NOBODY), worlds(SOME)):
        replicates._show_a_wrong_link(scenario, found, lambda *told, **more: None)
    assert made_again == []
