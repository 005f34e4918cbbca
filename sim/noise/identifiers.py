"""Errors in the nine-digit number: digits, whose number it is, and numbers no longer in use.

Numbers are integers (0 missing), with leading zeros understood.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from sim.noise.kind import Cells, Effect, Luck, Settings, described, rewrite
from sim.noise.text import pick_place
from sim.population import NATIVITIES
from sim.population.identifiers import SSN_SPACE, plain_ssn

DIGITS = 9
POWERS = 10 ** np.arange(DIGITS - 1, -1, -1, dtype=np.int64)
SSN = 0
NEVER_ISSUED = np.array([66, 67, 68, 69, 89, 93])
"""Middle groups that individual taxpayer numbers do not use."""

tin = pl.col("tin")
has = tin > 0


@described
def missing() -> Effect:
    """No number is given."""
    return rewrite(tin=pl.lit(0, pl.UInt32))


@described
def household() -> Effect:
    """The number is that of another person of the household: on a joint return, of the spouse."""
    return rewrite(has & (pl.col("mate_tin") > 0), tin=pl.col("mate_tin"))


@described
def borrowed() -> Effect:
    """The number is a lender's; with probability `name_too` the whole identity is.

    Then given name, surname and date of birth are the lender's, and middle initial and suffix are left out.
    """

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        whole = pl.Series(luck.uniform("name_too") < settings.value("name_too"))
        nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
        return {
            "tin": cells["donor_tin"],
            "given": cells["donor_given"].zip_with(whole, cells["given"]),
            "surname": cells["donor_surname"].zip_with(whole, cells["surname"]),
            "birth": cells["donor_birth"].zip_with(whole, cells["birth"]),
            "middle": nothing.zip_with(whole, cells["middle"]),
            "suffix": nothing.zip_with(whole, cells["suffix"]),
        }

    able = has & (pl.col("donor_tin") > 0) & (pl.col("donor_tin") != tin)
    return Effect(("tin", "given", "surname", "birth", "middle", "suffix"), able, change)


@described
def by_name() -> Effect:
    """The number is that of another person of the same name: it was looked up by name."""
    namesake = pl.col("namesake_tin")
    return rewrite(has & (namesake > 0), tin=namesake)


@described
def unfiled() -> Effect:
    """The number is that of somebody on no return, as a child or a dead person."""
    other = pl.col("unfiled_tin")
    return rewrite(has & (other > 0), tin=other)


@described
def invented() -> Effect:
    """The number is made up: any of the form of a Social Security number, but the one that stood there."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        index = luck.choice("number", SSN_SPACE)
        number = plain_ssn(index)
        same = number == cells["tin"].to_numpy()
        return {"tin": pl.Series(np.where(same, plain_ssn((index + 1) % SSN_SPACE), number))}

    return Effect(("tin",), has, change)


@described
def outdated() -> Effect:
    """An immigrant's former taxpayer number stands where the Social Security number should.

    A retired number is nobody else's, so it is drawn from groups that are never issued.
    """

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        area = 900 + luck.choice("area", 100)
        group = NEVER_ISSUED[luck.choice("group", len(NEVER_ISSUED))]
        number = area * 1_000_000 + group * 10_000 + luck.choice("serial", 10_000)
        return {"tin": pl.Series(number.astype(np.uint32))}

    immigrant = pl.col("nativity") != NATIVITIES.index("us_born")
    regular = tin < 900_000_000
    return Effect(("tin",), has & regular & immigrant & (pl.col("tin_kind") == SSN), change)


@described
def wrong_digit() -> Effect:
    """One of the nine digits, each as likely, is another digit."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        number, power = cells["tin"].to_numpy().astype(np.int64), POWERS[luck.choice("place", DIGITS)]
        digit = number // power % 10
        other = (digit + 1 + luck.choice("digit", 9)) % 10
        return {"tin": pl.Series((number + (other - digit) * power).astype(np.uint32))}

    return Effect(("tin",), has, change)


@described
def transposed() -> Effect:
    """Two neighbouring digits that differ change places."""
    alike = pl.lit(value=True)
    for power in POWERS[1:]:
        alike &= tin // int(power) % 10 == tin // int(power * 10) % 10

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        digits = cells["tin"].to_numpy().astype(np.int64)[:, None] // POWERS % 10
        place = pick_place(digits[:, :-1] != digits[:, 1:], luck.uniform("place"))
        rows = np.arange(len(digits))
        left, right = digits[rows, place].copy(), digits[rows, place + 1].copy()
        digits[rows, place], digits[rows, place + 1] = right, left
        return {"tin": pl.Series((digits @ POWERS).astype(np.uint32))}

    return Effect(("tin",), has & ~alike, change)
