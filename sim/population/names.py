"""Names of a country: from codes to text and back."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sim.population.draw import Array
from sim.population.givens import GivenTable
from sim.population.surnames import SurnameTable


@dataclass(frozen=True)
class Names:
    """Spells and finds the surnames and given names of a country.

    Texts are upper case A-Z without spaces, as the Census Bureau publishes names; code 0 is null. `find_*`
    gives the code of a text, 0 for a text that no code spells: nobody in the country is called so.
    """

    surnames: SurnameTable
    givens: GivenTable

    def surname_text(self, codes: Array) -> pl.Series:
        """Return surnames as text; raises IndexError for a code that does not exist."""
        return self.surnames.text(codes)

    def given_text(self, codes: Array) -> pl.Series:
        """Return given names as text; raises IndexError for a code that does not exist."""
        return self.givens.text(codes)

    def find_surnames(self, strings: pl.Series) -> Array:
        """Return surname codes (u32), 0 unknown."""
        return self.surnames.find(strings)

    def find_givens(self, strings: pl.Series) -> Array:
        """Return given-name codes (u32), 0 unknown."""
        return self.givens.find(strings)
