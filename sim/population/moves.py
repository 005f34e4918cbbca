"""When a household last moved, and from where.

Years since the last move follow from the published share of people who moved in a year by age band: moving is
a constant hazard within a band, looked at backwards along the household's own ages. The home moved out of is
the present home of another household of the same chunk: movers are put in lists by county, state or none (in
the published proportions of distance) and each list is shifted by one, so that every door left behind has new
people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.population.draw import Array, high_unit, low_unit, mix
from sim.population.people import by_age
from sim.scenario import Scenario

_GRID = 512  # quantiles kept per age
_LONGEST = 60.0  # years
SAME_COUNTY, SAME_STATE, OTHER_STATE, ABROAD = range(4)
_DISTANCES = ("same_county", "same_state", "other_state", "abroad")


@dataclass(frozen=True)
class MoveTable:
    """Years since the last move, and how far.

    quantiles: years at 513 even probabilities by birthplace of the head (US, abroad) and age (2 x 101 x 513).
    distance: running shares of the four distances by age (101 x 4).
    """

    quantiles: Array
    distance: Array


def build(scenario: Scenario) -> MoveTable:
    """Return the move table for the scenario's yearly rates by age."""
    rates = np.stack([by_age(scenario.table(f"population.moves.{d}")) for d in _DISTANCES], axis=1)
    scale = scenario.value("population.moves.scale")
    yearly = np.clip(rates.sum(axis=1) * scale, 1e-4, 0.95)
    odds = scenario.value("population.moves.foreign_born_odds")
    foreign = yearly * odds / (1 - yearly + yearly * odds)
    # Where nobody moves, the few who must (yearly rates are at least one in 10,000) move any distance.
    rates[rates.sum(axis=1) == 0] = 1.0
    running = np.cumsum(rates, axis=1) / rates.sum(axis=1, keepdims=True)
    running[:, -1] = 1.0
    return MoveTable(np.stack([_quantiles(yearly), _quantiles(foreign)]), running)


def _quantiles(yearly: Array) -> Array:
    """Return by age the years since the last move at even probabilities, at most 60."""
    hazard = -np.log1p(-yearly)
    even = np.linspace(0.0, 1.0, _GRID + 1)
    target = -np.log1p(-np.minimum(even, 1 - 1e-12))
    out = np.empty((101, _GRID + 1), np.float32)
    for age in range(101):
        back = hazard[np.clip(age - np.arange(int(_LONGEST)), 0, 100)]
        total = np.concatenate([[0.0], np.cumsum(back)])
        out[age] = np.interp(target, total, np.arange(int(_LONGEST) + 1), right=_LONGEST)
    return out


@njit(cache=True, nogil=True)
def _when(key, age, foreign, quantiles, distance):  # type: ignore[no-untyped-def]
    n = age.size
    years = np.empty(n, np.float32)
    how = np.empty(n, np.uint8)
    top = quantiles.shape[2] - 1
    for h in range(n):
        word = mix(key, h)
        a = min(np.int64(age[h]), 100)
        x = high_unit(word) * top
        i = np.int64(x)
        q = quantiles[foreign[h], a]
        years[h] = q[i] + (q[i + 1] - q[i]) * (x - i)
        u = low_unit(word)
        how[h] = np.int64(u >= distance[a, 0]) + np.int64(u >= distance[a, 1]) + np.int64(u >= distance[a, 2])
    return years, how


@njit(cache=True, nogil=True)
def _shift(members, groups, n_groups, source, leftover):  # type: ignore[no-untyped-def]
    """Shift members by one within their group; those alone in it go to `leftover`. Return how many did."""
    count = np.zeros(n_groups + 1, np.int64)
    for h in members:
        count[groups[h] + 1] += 1
    start = np.cumsum(count)
    fill = start.copy()
    order = np.empty(members.size, np.int32)
    for h in members:
        order[fill[groups[h]]] = h
        fill[groups[h]] += 1
    n_left = 0
    for g in range(n_groups):
        first, last = start[g], start[g + 1]
        if last - first == 1:
            leftover[n_left] = order[first]
            n_left += 1
        else:
            for j in range(first, last):
                source[order[j]] = order[j + 1] if j + 1 < last else order[first]
    return n_left


@njit(cache=True, nogil=True)
def _from(how, place, county, state, counties, states):  # type: ignore[no-untyped-def]
    n = how.size
    source = np.full(n, -1, np.int32)
    leftover = np.empty(n, np.int32)
    of_county = np.empty(n, np.int32)
    of_state = np.empty(n, np.int32)
    nowhere = np.zeros(n, np.int32)
    waiting = np.empty(n, np.int32)
    n_near = n_state = n_far = 0
    near, same, far = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    for h in range(n):
        of_county[h] = county[place[h]]
        of_state[h] = state[place[h]]
        if how[h] == SAME_COUNTY:
            near[n_near] = h
            n_near += 1
        elif how[h] == SAME_STATE:
            same[n_state] = h
            n_state += 1
        elif how[h] == OTHER_STATE:
            far[n_far] = h
            n_far += 1
    left = _shift(near[:n_near], of_county, counties, source, leftover)
    for j in range(left):  # alone in their county: from elsewhere in the state
        same[n_state] = leftover[j]
        n_state += 1
    left = _shift(same[:n_state], of_state, states, source, leftover)
    for j in range(left):
        far[n_far] = leftover[j]
        n_far += 1
    _shift(far[:n_far], nowhere, 1, source, waiting)
    return source


@dataclass(frozen=True)
class Moves:
    """The last move of every household.

    years since (f32); source: the household now living where it came from (i32; -1 from abroad, or none).
    """

    years: Array
    source: Array


def draw(table: MoveTable, key: int, age: Array, foreign: Array, place: Array, county: Array, state: Array,
         states: int) -> Moves:  # fmt: skip
    """Draw the last move of every household. age: of its head; foreign: 1 when its head was born abroad."""
    years, how = _when(np.uint64(key), age, foreign, table.quantiles, table.distance)
    return Moves(years, _from(how, place, county, state, int(county.max()) + 1, states))
