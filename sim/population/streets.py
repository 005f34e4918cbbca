"""A fixed dictionary of street names in the Postal Service's normal form ("N MAIN ST").

Head: the most common road names with their number of roads, each with the usual street words. Tail: surnames
and first names of our tables, and nature words, with the street words of Faker's en_US locale. Codes are 1..n
(0 none); the dictionary is the same for every scenario and seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from faker.providers.address.en_US import Provider

from sim import tables
from sim.population.draw import Array, alias_tables
from sim.scenario import Scenario

_ROADS = {
    "MAIN": 33484, "2ND": 31450, "3RD": 29262, "1ST": 28125, "4TH": 26115, "5TH": 23183, "6TH": 19972,
    "PARK": 19047,
    "7TH": 17203, "OAK": 16203, "8TH": 15316, "MAPLE": 15228, "PINE": 14113, "ELM": 13620, "9TH": 13259,
    "WASHINGTON": 13119, "10TH": 13055, "WALNUT": 12114, "11TH": 11082, "CHURCH": 10881, "CEDAR": 10781,
    "12TH": 10266,
    "LAKE": 9837, "LINCOLN": 9628, "RAILROAD": 9336, "13TH": 9047, "14TH": 8920, "SUNSET": 8706,
    "RIVER": 8573,
    "CENTER": 8456, "NORTH": 8174, "JACKSON": 8052, "JEFFERSON": 7950, "HIGHLAND": 7753, "RIDGE": 7434,
    "CHESTNUT": 7279, "WILLOW": 7211,
}  # fmt: skip
# Number of roads, TIGER/Line. The rest of the top hundred follow a straight line of log count on log rank.
_MORE = [
    "15TH",
    "16TH",
    "17TH",
    "18TH",
    "19TH",
    "20TH",
    "MILL",
    "SPRING",
    "HILL",
    "MEADOW",
    "FOREST",
    "FRANKLIN",
    "ADAMS",
    "MADISON",
    "MONROE",
    "CHERRY",
    "SPRUCE",
    "DOGWOOD",
    "LOCUST",
    "POPLAR",
    "BIRCH",
    "HICKORY",
    "SYCAMORE",
    "LAUREL",
    "VALLEY",
    "VIEW",
    "SCHOOL",
    "COLLEGE",
    "UNION",
    "WATER",
    "FRONT",
    "PROSPECT",
    "PLEASANT",
    "GREEN",
    "JOHNSON",
    "SMITH",
    "WILSON",
    "DAVIS",
    "CLARK",
    "TAYLOR",
    "HARRISON",
    "GRANT",
    "LEE",
    "COUNTRY",
    "CLUB",
    "GARDEN",
    "ORCHARD",
    "HOLLY",
    "MAGNOLIA",
    "ROSE",
    "VINE",
    "DEER",
    "FOX",
    "EAGLE",
    "COTTONWOOD",
    "ASPEN",
    "WOODLAND",
    "FAIRVIEW",
    "GROVE",
    "CREEK",
    "BROOK",
    "PARKER",
]
_SUFFIXES = {"Avenue": "AVE", "Circle": "CIR", "Court": "CT", "Drive": "DR", "Lane": "LN", "Loop": "LOOP",
             "Parkway": "PKWY", "Place": "PL", "Road": "RD", "Street": "ST", "Terrace": "TER", "Trail": "TRL",
             "Way": "WAY", "Pass": "PASS", "Path": "PATH", "Ridge": "RDG", "Run": "RUN", "Square": "SQ",
             "Cove": "CV", "Crossing": "XING", "Hollow": "HOLW", "Landing": "LNDG",
             "Point": "PT"}  # fmt: skip
_HEAD_FORMS = (("", "ST", 0.44), ("", "AVE", 0.2), ("", "RD", 0.1), ("", "DR", 0.08), ("N", "ST", 0.045),
               ("S", "ST", 0.045), ("E", "ST", 0.045), ("W", "ST", 0.045))  # fmt: skip
_COMMON = ("Street", "Drive", "Road", "Avenue", "Lane", "Court", "Circle", "Way", "Place")
_TAIL_SURNAMES, _TAIL_FIRST = 4_000, 1_200


@dataclass(frozen=True)
class Streets:
    """text: the dictionary (code 1 is text[0]).  head: how many are common.  cells: alias table over all."""

    text: pl.Series
    head: int
    cells: Array


def build(scenario: Scenario) -> Streets:
    """Return the dictionary and its weights: the head has the scenario's share of streets."""
    text, roads, head = _dictionary()
    share = scenario.value("population.streets.head_share")
    weights = roads.copy()
    weights[:head] *= share / weights[:head].sum()
    weights[head:] *= (1 - share) / weights[head:].sum()
    return Streets(text, head, alias_tables(weights))


@cache
def _dictionary() -> tuple[pl.Series, Array, int]:
    """Return the street names, their relative frequency, and how many belong to the head."""
    known = np.array(list(_ROADS.values()), np.float64)
    slope, level = np.polyfit(np.log(np.arange(1, len(known) + 1)[10:]), np.log(known[10:]), 1)
    ranks = np.arange(len(known) + 1, len(known) + len(_MORE) + 1)
    roads = np.concatenate([known, np.exp(level + slope * np.log(ranks))])
    head: dict[str, float] = {}
    for name, count in zip([*_ROADS, *_MORE], roads, strict=True):
        for direction, word, share in _HEAD_FORMS:
            head[" ".join(filter(None, (direction, name, word)))] = count * share
    tail = {text: weight for text, weight in _tail() if text not in head}
    text = pl.Series([*head, *tail])
    return text, np.array([*head.values(), *tail.values()]), len(head)


def _tail() -> list[tuple[str, float]]:
    """Return tail streets with falling weights: names by rank, common street words before rare ones."""
    words = [w for w in dict.fromkeys(Provider.street_suffixes) if w in _SUFFIXES]
    common = [_SUFFIXES[w] for w in words if w in _COMMON]
    rare = [_SUFFIXES[w] for w in words if w not in _COMMON]
    first = tables.first_names().filter(pl.col("name") != "ALL OTHER NAMES")
    names = (
        tables.surnames()["name"].head(_TAIL_SURNAMES).to_list() + first["name"].head(_TAIL_FIRST).to_list()
    )
    out: dict[str, float] = {}
    for rank, name in enumerate(names):
        weight = 1.0 / (50 + rank) ** 0.5
        for j in range(3):
            out.setdefault(f"{name} {common[(rank * 5 + j * 2) % len(common)]}", weight * (0.5, 0.3, 0.15)[j])
        out.setdefault(f"{name} {rare[rank % len(rare)]}", weight * 0.05)
    return list(out.items())
