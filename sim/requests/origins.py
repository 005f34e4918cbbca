"""Which people of the population stand for which group of countries of origin.

The population knows ethnicity and nativity, not the country of birth. Spanish-naming countries are the
Hispanic noncitizens. For Brazil, China and Haiti those with a common surname of the country come first
(`surnames.toml`); where a chunk has too few of them, other noncitizens of the ethnicity stand in
(`persons.py`). Not modelled: differences of naming inside a group (between Honduras and Mexico, say); Haitian
given names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import polars as pl

from sim.population import ETHNICITIES, NATIVITIES, Chunk
from sim.registry import NameCodes
from sim.requests.schema import ORIGINS

WHITE, BLACK, API, HISPANIC = (ETHNICITIES.index(name) for name in ("white", "black", "api", "hispanic"))
NONCITIZEN = NATIVITIES.index("noncitizen")
ETHNICITY_OF = {"spanish": HISPANIC, "portuguese": WHITE, "chinese": API, "haitian": BLACK}
"""Ethnicity of the people who stand in where typical surnames run out."""


class Named(Protocol):
    """What has a dictionary of names."""

    @property
    def names(self) -> NameCodes:
        """Its dictionary."""


class Origins:
    """Tell the origin group of every person of a chunk."""

    def __init__(self, country: Named) -> None:
        self._typical = {
            origin: np.unique(country.names.find_surnames(pl.Series(names)))
            for origin, names in typical_surnames().items()
        }

    def of(self, chunk: Chunk) -> np.ndarray:
        """Return each person's index into ORIGINS, (n,) u8; names are looked at for noncitizens only."""
        return self.among(chunk.ethnicity, chunk.nativity, lambda rows: chunk.surname[rows])

    def among(
        self, ethnicity: np.ndarray, nativity: np.ndarray, surname: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """Return the same of people given by their codes, (n,); surname: of some rows, asked for once."""
        group = np.full(len(ethnicity), ORIGINS.index("other"), np.uint8)
        group[ethnicity == HISPANIC] = ORIGINS.index("spanish")
        rows = np.flatnonzero(nativity == NONCITIZEN)
        ethnicity, surnames_of = ethnicity[rows], surname(rows)
        for origin, surnames in self._typical.items():
            named = np.isin(surnames_of, surnames[surnames > 0])
            if origin != "portuguese":  # the Census counts many of these names as Hispanic
                named &= ethnicity == ETHNICITY_OF[origin]
            group[rows[named]] = ORIGINS.index(origin)
        return group


@cache
def typical_surnames() -> dict[str, tuple[str, ...]]:
    """Return the listed surnames by origin group."""
    text = files("sim.requests").joinpath("surnames.toml").read_text(encoding="utf-8")
    return {origin: tuple(names) for origin, names in tomllib.loads(text).items()}
