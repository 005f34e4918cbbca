"""Text made comparable: letters A-Z only, accents folded, surnames taken apart, street words in one spelling.

Everything here maps distinct strings to distinct strings; the frame's rows are only gathered (normalise.py).
"""

from __future__ import annotations

import polars as pl

from sim.tables.spellings import spellings, standard_of

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = {
    "Ø": "O",
    "Ł": "L",
    "Đ": "D",
    "Ð": "D",
    "Þ": "TH",
    "Æ": "AE",
    "Œ": "OE",
    "ẞ": "SS",
    "ß": "SS",
    "ı": "I",
}

_APOSTROPHES = "'`´‘’‛ʼʻʹ′＇"
_SPELLINGS = spellings()
_PARTICLES, _BETWEEN = _SPELLINGS.particles, _SPELLINGS.between
# Surnames written in several words, by those words: "MONTES DE OCA" is one name, no two.
_IN_PARTS = frozenset(tuple(name.split()) for name in _SPELLINGS.surnames_in_parts if " " in name)
_LONGEST = max(map(len, _IN_PARTS))
_STREET_WORDS = standard_of(_SPELLINGS.streets_written, _SPELLINGS.streets_anywhere)
_SUFFIXES = standard_of(_SPELLINGS.street_suffixes)
_DIRECTIONALS = ("N", "S", "E", "W", "NE", "NW", "SE", "SW")
_DESIGNATOR = f"(?:{'|'.join(_SPELLINGS.unit_designators)})"


def upper_letters(values: pl.Series, *, spaces: bool = False, digits: bool = False) -> pl.Series:
    """Return upper-case A-Z text with accents folded; null where nothing is left.

    spaces: hyphens and dashes, slashes and white space become one space instead of vanishing.  digits: kept.
    """
    kept = "A-Z0-9" if digits else "A-Z"
    text = pl.col(values.name).cast(pl.String)
    text = text.str.to_uppercase().str.replace_many(_LETTERS).str.normalize("NFKD")
    if spaces:
        text = (
            text.str.replace_all(r"[\s\p{Pd}/_,]+", " ").str.replace_all(f"[^{kept} ]", "").str.strip_chars()
        )
        text = text.str.replace_all(" +", " ")
    else:
        text = text.str.replace_all(f"[^{kept}]", "")
    return values.to_frame().select(text.replace("", None)).to_series()


def folded(values: pl.Series) -> pl.Series:
    """Return text of any alphabet in one form; null where nothing is left.

    Capitals without accents (composed or not), no apostrophes, no full stops but before a digit, no invisible
    characters; hyphens, dashes, slashes, commas and white space of every kind are one blank.
    """
    text = pl.col(values.name).cast(pl.String).str.replace_all(f"[{_APOSTROPHES}]", "")
    text = text.str.to_uppercase().str.replace_many(_LETTERS).str.normalize("NFKD")
    text = text.str.replace_all(r"[\x{300}-\x{36F}\p{Cf}]", "").str.normalize("NFC")
    text = text.str.replace_all(r"\.([^0-9]|$)", "${1}").str.replace_all(r"[\s\p{Pd}\x{2212}/_,]+", " ")
    return values.to_frame().select(text.str.strip_chars(" ").replace("", None)).to_series()


def surname_parts(surnames: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split normalised surnames with spaces into the first and the other surnames (null if none).

    "DE LA CRUZ GARCIA" has the first surname "DELACRUZ" and the other "GARCIA". Particles and the names that
    are known in several words are those of `sim/tables/spellings.toml`; "Y" and "E" between two surnames are
    left out.
    """
    words = surnames.str.split_exact(" ", 1).struct.unnest()
    first, rest = words["field_0"], words["field_1"]
    several = surnames.str.count_matches(" ").gt(1)
    starts = first.is_in(list({*_PARTICLES, *_BETWEEN, *(name[0] for name in _IN_PARTS)}))
    hard = (rest.is_not_null() & (starts | several)).fill_null(False).arg_true()
    if not len(hard):
        return first, rest
    parts = [_joined_parts(surname) for surname in surnames.gather(hard)]
    return (
        first.scatter(hard, [part[0] for part in parts]),
        rest.scatter(hard, [part[1] for part in parts]).replace("", None),
    )


def _joined_parts(surname: str) -> tuple[str, str]:
    """Split one surname whose words may belong together."""
    parts: list[str] = []
    held = ""
    words = surname.split()
    at = 0
    while at < len(words):
        size = _known_length(words, at)
        word = "".join(words[at : at + size])
        at += size
        if size == 1 and at < len(words) and word in _BETWEEN and parts and not held:
            continue
        if size == 1 and at < len(words) and word in _PARTICLES | _BETWEEN:
            held += word
        else:
            parts.append(held + word)
            held = ""
    return parts[0], "".join(parts[1:])


def _known_length(words: list[str], at: int) -> int:
    """Return how many words from `at` on are one surname of the list, 1 where none is."""
    for size in range(_LONGEST, 1, -1):
        if tuple(words[at : at + size]) in _IN_PARTS:
            return size
    return 1


def street_line(values: pl.Series, *, words: bool) -> pl.Series:
    """Return street lines in upper case without punctuation and, with `words`, in USPS abbreviations.

    Suffixes of Publication 28 that noise does not write are abbreviated only where a suffix stands, the last
    word or the last before a directional: "PARKS ST" is no "PARK ST".
    """
    text = upper_letters(values, spaces=True, digits=True)
    if not words:
        return text
    pieces = text.str.split(" ").list.eval(pl.element().replace(_STREET_WORDS)).alias("word")
    word = pl.col("word")
    turned = (word.list.last().is_in(_DIRECTIONALS) & (word.list.len() > 1)).cast(pl.Int64)
    before = word.list.len().cast(pl.Int64) - 1 - turned
    line = pl.concat_list(
        word.list.head(before),
        word.list.get(before, null_on_oob=True).replace(_SUFFIXES),
        word.list.tail(turned),
    ).list.join(" ")
    return pieces.to_frame().select(line.replace("", None)).to_series().alias(values.name)


def unit_mark(values: pl.Series) -> pl.Series:
    """Return the mark of a unit without its designator: "Apt. 4-B" -> "4B", "APT12" -> "12"; null if none."""
    text = upper_letters(values, spaces=True, digits=True)
    bare = text.str.replace(rf"^(?:{_DESIGNATOR}(?: |$))*(?:{_DESIGNATOR}(\d))?", "${1}")
    return bare.str.replace_all(" ", "").str.strip_chars_start("0").replace("", None)
