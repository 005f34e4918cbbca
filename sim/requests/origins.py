"""Which people of the population stand for which group of countries of origin.

The population knows ethnicity and nativity, not the country of birth. Groups are told apart by ethnicity and,
where that is too wide, by surname: `surnames.toml` lists common surnames of Brazil, China and Haiti. Not
modelled: differences of naming inside a group (between Honduras and Mexico, say).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl

from sim.population import ETHNICITIES, Chunk, Country
from sim.requests.schema import ORIGINS

WHITE, BLACK, API, HISPANIC = (ETHNICITIES.index(name) for name in ("white", "black", "api", "hispanic"))
ETHNICITY_OF = {"portuguese": WHITE, "chinese": API, "haitian": BLACK}


class Origins:
    """Tell the origin group of every person of a chunk."""

    def __init__(self, country: Country) -> None:
        self._typical = {
            origin: np.unique(country.names.find_surnames(pl.Series(names)))
            for origin, names in typical_surnames().items()
        }

    def of(self, chunk: Chunk) -> np.ndarray:
        """Return the index into ORIGINS of each person, shape (n,), u8."""
        group = np.full(chunk.n, ORIGINS.index("other"), np.uint8)
        group[chunk.ethnicity == HISPANIC] = ORIGINS.index("spanish")
        for origin, surnames in self._typical.items():
            rows = np.flatnonzero(chunk.ethnicity == ETHNICITY_OF[origin])
            named = np.isin(chunk.surname[rows], surnames[surnames > 0])
            group[rows[named]] = ORIGINS.index(origin)
        return group


@cache
def typical_surnames() -> dict[str, tuple[str, ...]]:
    """Return the listed surnames by origin group."""
    text = files("sim.requests").joinpath("surnames.toml").read_text(encoding="utf-8")
    return {origin: tuple(names) for origin, names in tomllib.loads(text).items()}
