"""Whose door was named: the quantities that are never merged, for the terminal, the report and the page.

A stranger's door, of these by a matching error, by another's identity in the list and by the file; a
relative's record at one's own door; the right person who has moved away; the right person at an office; the
right person at their own door; and the rest. They add up to the addresses disclosed (`sim.outcome.cells`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from sim import charts
from sim.outcome.exposed import EXPOSED
from sim.outcome.groups import OVERALL, GroupRate
from sim.outcome.rates import Definition, Rate, Settings, make_of
from sim.outcome.words import (
    GONE,
    NO_ERROR,
    OFFICE,
    OTHER,
    PLAIN,
    RELATIVES_RECORD,
    STRANGERS_DOOR,
    TITLES,
    WHOSE_ERROR,
)  # fmt: skip
from sim.report import wording

NOT_COUNTED = (
    "Whose door was named was not counted when this run was made; running its scenario again counts it."
)
NOTE = (
    "Each address disclosed is counted once: the rows that do not begin with “of these” add up to all. "
    "A request with several addresses counts as its worst, in the order stranger’s door, another’s record "
    "otherwise, relative’s record, moved away, office. People of one list: of as many requests as this run’s."
)

STRANGER = "a stranger's door", "lead to a stranger's door"
ANOTHER = "another person's record", "come from another person's record"
MOVED = "right person, moved away or an office"
MEANT = "A stranger's door is somebody else's record, at an address where the person asked for does not live."

_PARTS = {f"{STRANGERS_DOOR}_{error}" for error in WHOSE_ERROR if error != NO_ERROR}


@dataclass(frozen=True, slots=True)
class Lead:
    """The rate that stands first, by its name and as a verb in the plural, and what is told beside it.

    per_request: the same of requests.  beside: other quantities of the same addresses, apart from it.
    """

    rate: Rate
    per_request: Rate
    name: str
    verb: str
    beside: Mapping[str, Rate]


def lead(quantities: Mapping[str, Rate], rates: Mapping[str, Rate]) -> Lead:
    """Return what stands first: strangers' doors, or another person's record where doors were not counted."""
    if not quantities:
        beside = {MOVED: rates["wrong_door"]}
        return Lead(rates["wrong_person"], rates["wrong_person_per_request"], *ANOTHER, beside)
    others = {TITLES[word].lower(): quantities[word] for word in (OTHER, RELATIVES_RECORD, GONE, OFFICE)}
    per_request = quantities[f"{STRANGERS_DOOR}_per_request"]
    return Lead(quantities[STRANGERS_DOOR], per_request, *STRANGER, others)


def people_of_one(first: Lead, requests: int) -> str:
    """Return how many people of one list the headline concerns, and its rate of requests."""
    people, span = wording.at_scale(first.per_request, requests)
    if first.per_request.value is None or first.rate.numerator == 0:
        return f"Of one list of {requests:,} requests: {people} ({span})."
    told = f"{wording.number(first.per_request)} of 1,000 requests"
    return f"Of one list of {requests:,} requests: {people} people (one list: {span}); {told}."


def apart(quantities: Mapping[str, Rate]) -> str:
    """Return the quantities that the headline does not hold, each with its rate and events."""
    return "; ".join(
        f"{TITLES[word][0].lower()}{TITLES[word][1:]} {_short(quantities[word])}"
        for word in (RELATIVES_RECORD, GONE, OFFICE, OTHER)
    )


def _short(rate: Rate) -> str:
    if not rate.numerator:
        return "(none seen)"
    return f"{wording.number(rate)} of 1,000 disclosed ({rate.numerator:,} of {rate.denominator:,})"


@dataclass(frozen=True, slots=True)
class Told:
    """One quantity in words: its rates as text, people of one list and their range.

    part: whether it is of the strangers' doors.
    """

    part: bool
    name: str
    meaning: str
    rate: Rate
    of_disclosed: str
    bounds: str
    of_requests: str
    people: str
    people_range: str


def told(quantities: Mapping[str, Rate], requests: int) -> list[Told]:
    """Return the quantities in the order in which they are shown. requests: length of one list."""
    found = []
    for word, title in TITLES.items():
        rate, per_request = quantities[word], quantities[f"{word}_per_request"]
        people, range_of_one = wording.at_scale(per_request, requests)
        found.append(
            Told(
                part=word in _PARTS,
                name=f"of these {title.partition(', ')[2]}" if word in _PARTS else title,
                meaning=meaning(word),
                rate=rate,
                of_disclosed=wording.number(rate),
                bounds=wording.bounds(rate),
                of_requests=wording.number(per_request),
                people=people,
                people_range=range_of_one,
            )
        )
    return found


def people(addresses: pl.DataFrame) -> list[tuple[str, int, int, int]]:
    """Return by group of the person whose record was disclosed: label, addresses, strangers', relatives'.

    addresses: of `sim.outcome.counts.count_disclosed`, populations added up; states are left out.
    """
    wanted = [name for name in EXPOSED if name != "disclosed_state"]
    counts = ("disclosed", f"addresses_{STRANGERS_DOOR}", f"addresses_{RELATIVES_RECORD}")
    added = (
        addresses.filter(pl.col("dimension").is_in(wanted))
        .group_by("dimension", "level", maintain_order=True)
        .agg(pl.col(*counts).sum())
    )
    order = pl.col("dimension").replace_strict({name: place for place, name in enumerate(wanted)})
    return [
        (_label(dimension, level), *numbers)
        for dimension, level, *numbers in added.sort(order, maintain_order=True).iter_rows()
    ]


def named(addresses: pl.DataFrame, settings: Settings) -> tuple[GroupRate, ...]:
    """Return whose the strangers' doors are: of 1,000 of them, how many are each group's people's.

    addresses: of `sim.outcome.counts.count_disclosed`, with the column replicate.  words: how many of 1,000
    addresses disclosed are the group's, rightly or wrongly; no ratio of the two is made.
    """
    doors = f"addresses_{STRANGERS_DOOR}"
    all_of_them = addresses.filter(pl.col("dimension") == OVERALL).sort("replicate")
    below = all_of_them[doors].cast(pl.Float64).to_numpy()
    disclosed = max(1, int(all_of_them["disclosed"].sum()))
    found = []
    for dimension in EXPOSED:
        mine = addresses.filter(pl.col("dimension") == dimension)
        for (level,), rows in mine.group_by("level", maintain_order=True):
            each = all_of_them.select("replicate").join(rows, on="replicate", how="left").sort("replicate")
            above = each[doors].fill_null(0).cast(pl.Float64).to_numpy()
            rate = make_of(_NAMED, above, below, settings)
            words = wording.significant(1_000 * int(rows["disclosed"].sum()) / disclosed)
            group = dimension.removeprefix("disclosed_")
            found.append(GroupRate(group, str(level), rate, OVERALL, None, None, None, words))
    return tuple(found)


_NAMED = Definition("named", "Whose door it is", "doors", "all_doors", "strangers' doors named")


def _label(dimension: str, level: str) -> str:
    name = dimension.removeprefix("disclosed_")
    return f"{name.capitalize()}: {level}" if name in ("sex", "age") else charts.group_name(name, level)


def meaning(word: str) -> str:
    """Return what a quantity, or a part of the strangers' doors, means."""
    return PLAIN.get(word) or PLAIN[word.removeprefix(f"{STRANGERS_DOOR}_")]


def lines(quantities: Mapping[str, Rate], requests: int) -> list[str]:
    """Return the quantities as lines of text, a rate, its events and the people of one list each."""
    return [
        f"Whose door, per 1,000 addresses disclosed (and people of one list of {requests:,} requests):"
    ] + [
        f"{'    ' if each.part else '  '}{each.name}: {each.of_disclosed} ({each.bounds}; "
        f"{each.rate.numerator:,} of {each.rate.denominator:,}); {each.people} of a list"
        for each in told(quantities, requests)
    ]
