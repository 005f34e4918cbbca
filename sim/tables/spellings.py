"""Ways of writing one surname, one street, one unit, as `spellings.toml` lists them.

The noise model writes some of them (`sim/noise/lexicon.py`) and linkage brings all of them to one spelling
(`sim/linkage/text.py`): one list, so that neither knows a word that the other does not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Spellings", "spellings"]

Words = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Spellings:
    """The lists; every word is in capitals.

    particles: words that belong to the surname after them.  between: words between two surnames.
    surnames_in_parts: names that the tables write as one word, written apart ("DE LA CRUZ", "O'BRIEN").
    streets_written: the Postal Service's abbreviation, and what noise writes for it.  streets_anywhere: what
    linkage reads besides, wherever it stands.  street_suffixes: what it reads where a suffix stands.
    unit_designators: what stands before the mark of a unit.
    """

    particles: frozenset[str]
    between: frozenset[str]
    surnames_in_parts: tuple[str, ...]
    streets_written: Words
    streets_anywhere: Words
    street_suffixes: Words
    unit_designators: tuple[str, ...]


@cache
def spellings() -> Spellings:
    """Return the lists, read once a process: treat them as read only."""
    lists = tomllib.loads(files(__package__).joinpath("spellings.toml").read_text("utf-8"))
    surnames, streets = lists["surnames"], lists["streets"]
    return Spellings(
        particles=frozenset(surnames["particles"]),
        between=frozenset(surnames["between"]),
        surnames_in_parts=tuple(surnames["in_parts"]),
        streets_written=streets["written"],
        streets_anywhere=streets["anywhere"],
        street_suffixes=streets["suffixes"],
        unit_designators=tuple(lists["units"]["designators"]),
    )


def standard_of(*tables: Words) -> dict[str, str]:
    """Return the standard of each way of writing in tables of standard -> ways."""
    return {way: standard for table in tables for standard, ways in table.items() for way in ways}
