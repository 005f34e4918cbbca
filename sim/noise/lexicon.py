"""Word lists of the noise model: keyboards, nicknames, variants of names and of street words.

The lists are in `words/*.toml`, chosen by us from general knowledge unless a file says otherwise; surnames in
several words and street words are in `sim/tables/spellings.toml`, which linkage reads too; English
nicknames come from the package `nicknames`. They carry no frequencies: how often a list is used is a
parameter of the kind.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
from nicknames import NickNamer

from sim.noise.kind import Cells, Effect, Luck, Settings, described
from sim.tables.spellings import spellings

WORDS = ("letters", "names", "addresses")


@cache
def lexicon(name: str) -> Any:
    """Return one list or table of the word files by its name."""
    for file in WORDS:
        text = files("sim.noise").joinpath("words", f"{file}.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)
        if name in table:
            return table[name]
    raise KeyError(name)


@described
def variants(field: str, table: Mapping[str, list[str]]) -> Effect:
    """A name is replaced by one of its variants in `table`, each as likely."""
    kept = {name: [v for v in spelt if v != name] for name, spelt in sorted(table.items())}
    options = pl.DataFrame({"name": list(kept), "variants": list(kept.values())}).filter(
        pl.col("variants").list.len() > 0
    )

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        found = pl.DataFrame({"name": cells[field]}).join(
            options, on="name", how="left", maintain_order="left"
        )
        place = luck.choice("variant", found["variants"].list.len().fill_null(0).to_numpy())
        return {field: found["variants"].list.get(pl.Series(place.astype(np.int64)))}

    return Effect((field,), pl.col(field).is_in(options["name"].implode()), change)


@cache
def english_nicknames() -> dict[str, list[str]]:
    """Return nicknames of English given names, in capitals, from the package `nicknames`."""
    table = {}
    for name, forms in NickNamer().nickname_lookup.items():
        short = sorted(form.upper() for form in forms if form.isascii() and form.isalpha() and form != name)
        if short and name.isascii() and name.isalpha():
            table[name.upper()] = short
    return table


@cache
def nicknames() -> dict[str, list[str]]:
    """Return English and Spanish nicknames by given name."""
    table = {name: list(short) for name, short in english_nicknames().items()}
    for name, short in lexicon("spanish_nicknames").items():
        table[name] = sorted({*table.get(name, []), *short})
    return table


@cache
def cycles(name: str) -> dict[str, list[str]]:
    """Return, for groups of equivalent spellings, every spelling's alternatives."""
    table: dict[str, list[str]] = {}
    for group in lexicon(name):
        for spelling in group:
            table.setdefault(spelling, []).extend(other for other in group if other != spelling)
    return table


def folded(text: str) -> str:
    """Return text with accents taken off: PEÑA as PENA."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@cache
def lost_accents(name: str) -> dict[str, list[str]]:
    """Return what is left of accented names when the letter is lost or becomes a blank or a question mark.

    Keys are the names without accents: PENA -> PEA, PE A, PE?A.
    """
    table: dict[str, list[str]] = {}
    for accented in lexicon(name):
        place = next(i for i, letter in enumerate(accented) if not letter.isascii())
        before, after = folded(accented[:place]), folded(accented[place + 1 :])
        table[folded(accented)] = [(before + gap + after).strip() for gap in ("", " ", "?")]
    return table


@cache
def spaced() -> dict[str, list[str]]:
    """Return names written in one word by the tables, with the ways of writing them apart."""
    table: dict[str, list[str]] = {}
    for apart in spellings().surnames_in_parts:
        table.setdefault(apart.replace(" ", "").replace("'", ""), []).append(apart)
    return table


@cache
def joined_given() -> dict[str, list[str]]:
    """Return given names written together, with their two parts: JOSELUIS -> JOSE LUIS."""
    return {
        first + second: [f"{first} {second}"]
        for first in lexicon("first_of_two")
        for second in lexicon("second_of_two")
        if first != second
    }
