"""Errors in names that are no slip of the hand: structure, forms and fields."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sim.noise.kind import Cells, Effect, Luck, Settings, described, rewrite
from sim.noise.lexicon import joined_given, variants

FIRST, REST = r"^(\S+) .*$", r"^\S+ (.*)$"
FEMALE = 1

given, middle, surname = pl.col("given"), pl.col("middle"), pl.col("surname")
in_two = surname.str.contains(" ", literal=True) & pl.col("two_surnames")
first, rest = surname.str.replace(FIRST, "${1}"), surname.str.replace(REST, "${1}")


@described
def order_swapped() -> Effect:
    """GARCIA LOPEZ becomes LOPEZ GARCIA."""
    return rewrite(in_two, surname=surname.str.replace(r"^(\S+) (.*)$", "${2} ${1}"))


@described
def second_dropped() -> Effect:
    """GARCIA LOPEZ becomes GARCIA."""
    return rewrite(in_two, surname=first)


@described
def first_dropped() -> Effect:
    """GARCIA LOPEZ becomes LOPEZ."""
    return rewrite(in_two, surname=rest)


@described
def first_as_middle() -> Effect:
    """JOSE | GARCIA LOPEZ becomes JOSE | G | LOPEZ: the first surname is taken for a middle name."""
    return rewrite(in_two, middle=surname.str.slice(0, 1), surname=rest)


@described
def concatenated() -> Effect:
    """GARCIA LOPEZ becomes GARCIALOPEZ."""
    return rewrite(in_two, surname=surname.str.replace(" ", "", literal=True))


@described
def hyphenated() -> Effect:
    """GARCIA LOPEZ becomes GARCIA-LOPEZ."""
    return rewrite(in_two, surname=surname.str.replace(" ", "-", literal=True))


@described
def married_name() -> Effect:
    """A woman's surname is another, a stranger's of her ethnicity: her name before or after marriage."""
    other = pl.col("other_surname").str.replace(FIRST, "${1}")
    return rewrite((pl.col("sex") == FEMALE) & other.is_not_null(), surname=other)


@described
def suffix_lost() -> Effect:
    """JR, SR, III or IV is left out."""
    return rewrite(suffix=pl.lit(None, pl.String))


@described
def middle_missing() -> Effect:
    """The middle initial is left out."""
    return rewrite(middle=pl.lit(None, pl.String))


@described
def initial_only() -> Effect:
    """MARIA becomes M."""
    return rewrite(given=given.str.slice(0, 1))


@described
def middle_joined() -> Effect:
    """JOSE | L becomes JOSE L: the initial is typed into the field of the first name."""
    return rewrite(
        given.is_not_null() & middle.is_not_null(),
        given=pl.concat_str(given, middle, separator=" "),
        middle=pl.lit(None, pl.String),
    )


@described
def given_split() -> Effect:
    """JOSELUIS becomes JOSE LUIS."""
    return variants("given", joined_given())


@described
def given_concatenated() -> Effect:
    """MARIA | E becomes MARIAELENA or the like: a second given name is run together with the first.

    The second name is drawn from common ones that begin with the middle initial.
    """
    seconds: dict[str, list[str]] = {}
    for joined, (apart,) in joined_given().items():
        first_name, second = apart.split(" ")
        seconds.setdefault(first_name + second[0], []).append(joined)
    options = pl.DataFrame({"key": list(seconds), "joined": list(seconds.values())})
    key = pl.concat_str(given, middle)

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        keyed = cells.select("given", "middle").select(key.alias("key"))
        found = keyed.join(options, on="key", how="left", maintain_order="left")["joined"]
        place = luck.choice("second", found.list.len().fill_null(0).to_numpy())
        return {
            "given": found.list.get(pl.Series(place)),
            "middle": pl.repeat(None, len(cells), dtype=pl.String, eager=True),
        }

    return Effect(("given", "middle"), key.is_in(options["key"].implode()), change)


@described
def fields_swapped() -> Effect:
    """Given name and surname change places."""
    both = given.is_not_null() & surname.is_not_null()
    return rewrite(both, given=surname, surname=given)
