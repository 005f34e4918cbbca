"""What may stand in the files of a kept registry: a file with right checksums can still hold anything.

Codes of names and addresses that a country does not have, groups that there are not, dates that are none:
what reads them would look beyond its tables. Every row is looked at before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.fields import FIELD, PACKED, Form
from sim.kept.layout import unpack, unpack_who
from sim.population import CHUNK, ETHNICITIES, NATIVITIES, SUFFIXES, Country
from sim.requests.kin import ANYONE
from sim.requests.schema import ORIGINS

_SEXES, _LETTERS, _KINDS_OF_NUMBER, _ZIPS = 2, 26, 2, 100_000
_NUMBERS = 1_000_000_000
_YEARS = 150.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The first value of each column that cannot be, by name of the column."""

    below: Mapping[str, float]

    @classmethod
    def of(cls, country: Country) -> Self:
        """Return the limits of the registry of a country."""
        given, surname = country.names.givens.model, country.names.surnames.model
        places = country.addresses.count + 1
        of_form = {
            Form.GIVEN: len(given.listed) + given.m + 1,
            Form.SURNAME: len(surname.listed) + surname.m + 1,
            Form.INITIAL: _LETTERS + 1,
            Form.SUFFIX: len(SUFFIXES),
            Form.DIGITS: _NUMBERS,
            Form.ZIP: _ZIPS,
            Form.ADDRESS: places,
        }
        return cls(
            {
                **{
                    field.name: of_form[field.form]
                    for field in FIELD.values()
                    if field.bits and field.form in of_form
                },
                **dict.fromkeys(("home", "previous"), places),
                "mate_tin": _NUMBERS,
                "ethnicity": len(ETHNICITIES),
                "nativity": len(NATIVITIES),
                "sex": _SEXES,
                "tin_kind": _KINDS_OF_NUMBER,
                "group": len(ORIGINS),
                "stratum": _SEXES * len(ETHNICITIES),
                "kind": ANYONE + 1,
                "row": CHUNK,
                "priority": 1.0,
                "moved_years": _YEARS,
                **dict.fromkeys(("two_surnames", "lives_at_file"), 2),
            }
        )

    def beyond(self, columns: Mapping[str, NDArray[Any]]) -> str | None:
        """Return the first of these columns that holds what cannot be, None where all can."""
        return next((name for name, values in columns.items() if not self.holds(name, values)), None)

    def beyond_rows(self, rows: NDArray[Any]) -> str | None:
        """Return the first such column of rows of a file, numbers shown; what is packed is looked at too."""
        columns = {name: rows[name] for name in rows.dtype.names or ()}
        if "small" in columns:
            columns |= dict(zip(PACKED, unpack(columns["small"]), strict=True))
        if "who" in columns:
            columns |= {name: unpack_who(columns["who"], name) for name in ("nativity", "sex")}
        return self.beyond(columns)

    def holds(self, name: str, values: NDArray[Any]) -> bool:
        """Whether all values of a column can be; those of a column without limits can."""
        if not values.size:
            return True
        if name in FIELD and FIELD[name].form is Form.DATE:
            return _dates(values)
        most = self.below.get(name)
        if most is None:
            return True
        plain = values.view(np.uint8) if values.dtype == np.bool_ else values  # a byte that is neither
        return bool(plain.min() >= 0 and plain.max() < most)  # neither holds of what is no number


def _dates(values: NDArray[Any]) -> bool:
    """Whether all are dates as yyyymmdd, or 0 where there is none."""
    given = np.asarray(values, np.int64)
    given = given[given != 0]
    year, month, day = given // 10_000, given // 100 % 100, given % 100
    there = (year >= 1850) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return bool(there.all())
