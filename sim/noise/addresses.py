"""Errors in addresses: another place, no place, parts lost or written another way.

An address that is blank or junk has house number 0, and no later kind touches its street.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from sim.noise.kind import Cells, Effect, Luck, Settings, described, rewrite
from sim.noise.lexicon import lexicon
from sim.noise.text import from_matrix, other_digit, plain, to_matrix
from sim.noise.text import typo as typo_of
from sim.requests import ADDRESS_FIELDS
from sim.tables.spellings import spellings

NOTHING = pl.lit(None, pl.String)
ZIP_PLACES = ("first", "second", "third", "fourth", "fifth")

number, street, unit, zip_code = (pl.col(name) for name in ADDRESS_FIELDS)
located = (number > 0) & street.is_not_null()
given = (number > 0) | street.is_not_null() | zip_code.is_not_null()


@described
def blank() -> Effect:
    """No address is given."""
    return rewrite(given, number=pl.lit(0, pl.Int32), street=NOTHING, unit=NOTHING, zip=NOTHING)


@described
def zip_only() -> Effect:
    """Only the ZIP code is given."""
    return rewrite(zip_code.is_not_null(), number=pl.lit(0, pl.Int32), street=NOTHING, unit=NOTHING)


@described
def junk() -> Effect:
    """Words that are no address stand in its place: an excuse, a facility without its location, zeros.

    The words are drawn by `mix`; the request's ZIP code stays with probability `keep_zip` unless the words
    bring one.
    """
    words = lexicon("junk")

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        mix = settings.table("mix")
        text, code = _junk_words(words, mix, luck)
        kept = pl.Series(luck.uniform("keep_zip") < settings.value("keep_zip"))
        own = cells["zip"].zip_with(kept, pl.repeat(None, len(cells), dtype=pl.String, eager=True))
        return {
            "number": pl.zeros(len(cells), dtype=pl.Int32, eager=True),
            "street": text,
            "unit": pl.repeat(None, len(cells), dtype=pl.String, eager=True),
            "zip": code.zip_with(code.is_not_null(), own),
        }

    return Effect(ADDRESS_FIELDS, located, change)


def _junk_words(
    words: Mapping[str, list[list[str]]], mix: Mapping[str, float], luck: Luck
) -> tuple[pl.Series, pl.Series]:
    """Return street and ZIP of the junk drawn for each record, null where it brings none."""
    label, pick = luck.label("words", mix), luck.uniform("which")
    flat = [pair for name in mix for pair in words[name]]
    sizes = np.array([len(words[name]) for name in mix])
    start = np.cumsum(sizes) - sizes
    row = pl.Series(start[label] + (pick * sizes[label]).astype(np.int64))
    street_of = pl.Series([pair[0] or None for pair in flat], dtype=pl.String)
    zip_of = pl.Series([pair[1] or None for pair in flat], dtype=pl.String)
    return street_of.gather(row), zip_of.gather(row)


@described
def reused() -> Effect:
    """The address is one that many requests give: a shelter, a charity, an employer, a notary."""
    return _elsewhere("hub")


@described
def stale() -> Effect:
    """The address is the home the person has moved out of."""
    return _elsewhere("previous")


def _elsewhere(prefix: str) -> Effect:
    there = {name: pl.col(f"{prefix}_{name}") for name in ADDRESS_FIELDS}
    return rewrite(located & there["street"].is_not_null(), **there)


@described
def unit_missing() -> Effect:
    """The number of the apartment is left out."""
    return rewrite(located, unit=NOTHING)


@described
def street_variant() -> Effect:
    """One word of the street is written another way: ST as STREET, N as NORTH, 2ND as SECOND.

    Of several words that can be, one is drawn; of several ways of writing it too.
    """
    words = dict(spellings().streets_written)
    padded = pl.concat_str(pl.lit(" "), street, pl.lit(" "))
    short = list(words)

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        split = cells.select("street").select(pl.col("street").str.split(" ").alias("word"))
        spread = split.with_row_index("row").explode("word")
        spread = spread.with_columns(place=pl.int_range(pl.len()).over("row"))
        able = spread.filter(pl.col("word").is_in(short)).group_by("row", maintain_order=True).agg(pl.all())
        pick = pl.Series(luck.choice("word", able["place"].list.len().to_numpy()))
        ways = able["word"].list.get(pick).replace_strict(words, return_dtype=pl.List(pl.String))
        new = ways.list.get(pl.Series(luck.choice("form", ways.list.len().to_numpy())))
        chosen = pl.DataFrame({"row": able["row"], "place": able["place"].list.get(pick), "new": new})
        whole = spread.join(chosen, on=["row", "place"], how="left", maintain_order="left")
        changed = whole.with_columns(word=pl.coalesce("new", "word")).group_by("row", maintain_order=True)
        return {"street": changed.agg(pl.col("word").str.join(" "))["word"]}

    return Effect(("street",), located & padded.str.contains_any([f" {word} " for word in short]), change)


@described
def typo() -> Effect:
    """One keying error in the name of the street (see the typing of names)."""
    plain_typo = typo_of("street")
    return Effect(("street",), located & plain("street"), plain_typo.change)


@described
def number_digit() -> Effect:
    """One digit of the house number is another; the first never becomes 0."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        matrix = to_matrix(cells["number"].cast(pl.String))
        place = luck.choice("place", (matrix > 0).sum(axis=1))
        wrong = other_digit(matrix, place, luck.uniform("digit"), leading_zero=False)
        return {"number": from_matrix(wrong).cast(pl.Int32)}

    return Effect(("number",), number > 0, change)


@described
def zip_digit() -> Effect:
    """One of the five digits of the ZIP code is another; which, is drawn by `places`."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        places = settings.table("places")
        place = luck.label("place", {name: places[name] for name in ZIP_PLACES})
        wrong = other_digit(to_matrix(cells["zip"]), place, luck.uniform("digit"), leading_zero=True)
        return {"zip": from_matrix(wrong)}

    return Effect(("zip",), located & zip_code.str.contains(r"^[0-9]{5}$"), change)
