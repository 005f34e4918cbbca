"""The population's people through Faker's interface.

    fake = Faker("en_US")
    fake.add_provider(PopulationProvider)
    fake.last_name()      # as common as in the 2020 Census, rare names included, instead of one of a thousand

Every call shows a record of a small country of our own, chosen by Faker's generator, so `Faker.seed_instance`
decides it. The methods replace Faker's of the same name; `resident` gives one person whose fields belong
together. Faker's own wording is used where the tables say nothing: the word before a unit number. Numbers of
nine digits are never given.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from faker.providers import BaseProvider
from faker.providers.address.en_US import Provider as Wording

from sim.population.chunk import Chunk
from sim.population.country import Country
from sim.population.naming import SUFFIXES
from sim.rng import Streams
from sim.scenario import Scenario

DEMO_SIZE = 20_000


@lru_cache(maxsize=1)
def _demo_country() -> Country:
    return Country(Scenario.of({"population.size": DEMO_SIZE}), Streams(0))


class PopulationProvider(BaseProvider):
    """Names, birthdays and addresses of synthetic residents with real frequencies."""

    @cached_property
    def _chunk(self) -> Chunk:
        return _demo_country().chunk(0)

    def _row(self) -> int:
        return int(self.random_int(0, self._chunk.n - 1))

    def resident(self) -> dict[str, Any]:
        """Return one person: first_name, last_name, suffix, sex, date_of_birth, and the lines of the home."""
        row, chunk = self._row(), self._chunk
        sex = "MF"[chunk.sex[row]]
        return {
            "first_name": self._given(row),
            "last_name": self._surname(row),
            "suffix": SUFFIXES[chunk.suffix[row]],
            "sex": sex,
            "date_of_birth": self._birthday(row),
            **self._home(row),
        }

    def first_name(self) -> str:
        """Return a given name."""
        return self._given(self._row())

    def last_name(self) -> str:
        """Return a surname; two of them where the person bears two."""
        return self._surname(self._row())

    def name(self) -> str:
        """Return the full name of one person."""
        row = self._row()
        return " ".join(
            filter(None, (self._given(row), self._surname(row), SUFFIXES[self._chunk.suffix[row]]))
        )

    def date_of_birth(self) -> date:
        """Return an adult's date of birth."""
        return self._birthday(self._row())

    def street_address(self) -> str:
        """Return house number and street, with a unit where there is one."""
        home = self._home(self._row())
        return " ".join(filter(None, (home["street_address"], home["secondary_address"])))

    def address(self) -> str:
        """Return a whole address of two lines, whose city, state and ZIP belong together."""
        home = self._home(self._row())
        first = " ".join(filter(None, (home["street_address"], home["secondary_address"])))
        return f"{first}\n{home['city']}, {home['state_abbr']} {home['postcode']}"

    def _given(self, row: int) -> str:
        text = _demo_country().names.given_text(self._chunk.given[row : row + 1])
        return str(text[0]).title()

    def _surname(self, row: int) -> str:
        codes = [code for code in (self._chunk.surname[row], self._chunk.surname2[row]) if code]
        return " ".join(_demo_country().names.surname_text(codes)).title()  # type: ignore[arg-type]

    def _birthday(self, row: int) -> date:
        stamp = int(self._chunk.birth[row])
        return date(stamp // 10_000, stamp // 100 % 100, stamp % 100)

    def _home(self, row: int) -> dict[str, str]:
        addresses, ids = _demo_country().addresses, self._chunk.home[row : row + 1]
        fields, place = addresses.fields(ids), addresses.place(ids).row(0, named=True)
        unit = int(fields.unit[0])
        word = self.random_element(Wording.secondary_address_formats).split()[0]
        return {
            "street_address": f"{fields.number[0]} {str(addresses.street_text(fields.street)[0]).title()}",
            "secondary_address": f"{word} {unit}" if unit else "",
            "city": place["city"] or "",
            "state_abbr": place["state"],
            "postcode": place["zip"],
        }
