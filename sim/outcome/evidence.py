"""What a link was made of: for each field, whether the value sent agrees with file, truth and person meant.

The path says which fields it compares (`by_*` of a disclosure). Values are compared here by equality, apart
from the linkage room on purpose: what judges should not share the faults of what is judged. Surnames are sets
of words, whichever way the rule takes them, and one word in common is agreement: a surname left out of the
file is not untrue, one that is not the person's is. Where a path compares the beginning of the surname, the
beginning is judged. An address on file at which the record's person does not live is untrue.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.fields import CONTROL, PRIVATE
from sim.outcome.causes import carried_number, lent_numbers, name_key, number_decided
from sim.registry import JudgedRegistry

FIELDS = (*PRIVATE, "given", "surname", CONTROL, "birth")
"""Fields that say who somebody is; control is the beginning of the surname."""

CARRIED, PLACE_UNTRUE = "carried", "place_untrue"
FILED, TRUE, ASKED = "filed", "true", "asked"
"""With what a value as sent may agree: the file, the record's person, the person asked for (in truth)."""

_CONTROL = 4


def evidence(country: JudgedRegistry, each: pl.DataFrame) -> pl.DataFrame:
    """Add to disclosures with their requests what `made`, `truly` and `untrue` read, and `carried`.

    Columns added, all bool: "field:filed", "field:true" and "field:asked" for each of FIELDS; carried;
    place_untrue.
    """
    known = pl.col("birth_sent") > 0
    agree = {
        **{_at(number, FILED): number_decided(number) for number in PRIVATE},
        **{_at(number, TRUE): pl.col(f"{number}_sent") == pl.col(number) for number in PRIVATE},
        **{_at(number, ASKED): pl.col(f"{number}_sent") == pl.col(f"{number}_asked") for number in PRIVATE},
        _at("birth", FILED): known & (pl.col("birth_sent") == pl.col("file_birth")),
        _at("birth", TRUE): known & (pl.col("birth_sent") == pl.col("birth")),
        _at("birth", ASKED): known & (pl.col("birth_sent") == pl.col("birth_asked")),
        CARRIED: pl.any_horizontal(*map(carried_number, PRIVATE), _carried_birth()),
    }
    place = pl.Series(PLACE_UNTRUE, _place_untrue(country, each))
    return each.with_columns(place, **agree).hstack(_names_agree(country, each))


def made() -> dict[str, pl.Expr]:
    """Return for each field whether it made the link: compared, and the same in request and record."""
    return {field: pl.col(f"by_{field}") & pl.col(_at(field, FILED)) for field in FIELDS}


def truly(whose: str) -> pl.Expr:
    """Return whether every field that made the link is, as sent, truly that person's (TRUE or ASKED)."""
    return pl.all_horizontal(~used | pl.col(_at(field, whose)) for field, used in made().items())


def untrue() -> pl.Expr:
    """Return whether some field that made the link agrees with the file and not with the truth."""
    names = (used & ~pl.col(_at(field, TRUE)) for field, used in made().items())
    return pl.any_horizontal(*names, PLACE_UNTRUE)


def _at(field: str, whose: str) -> str:
    return f"{field}:{whose}"


def _carried_birth() -> pl.Expr:
    """Whether a borrowed identity, whose date of birth the request bears, is the disclosed person's."""
    lender = pl.any_horizontal(pl.col(own) == pl.col(lent) for own, lent in lent_numbers())
    lent = lender & (pl.col("donor_birth") != pl.col("birth_asked"))
    return lent & (pl.col("birth_sent") > 0) & (pl.col("birth_sent") == pl.col("donor_birth"))


def _names_agree(country: JudgedRegistry, each: pl.DataFrame) -> pl.DataFrame:
    """Return for given name, surname and its beginning with what the name sent agrees.

    A field that no path compares agrees with nothing: nobody asks.
    """
    asked = each["surname_asked"].fill_null("").str.splitn(" ", 2).struct.unnest().fill_null("")
    sides = {
        FILED: _on_record(country, each, "file_"),
        TRUE: _on_record(country, each, ""),
        ASKED: (each["given_asked"], asked["field_0"], asked["field_1"]),
    }
    text = {
        f"{part}:{side}": name
        for side, names in sides.items()
        for part, name in zip(_PARTS, names, strict=True)
    }
    words = pl.DataFrame(text | {"given:sent": each["given_sent"]}).select(
        *(name_key(f"given:{side}").alias(f"given:{side}") for side in ("sent", *sides)),
        *(pl.col(f"{part}:{side}") for side in sides for part in _PARTS[1:]),
    ).hstack(_words_sent(each["surname_sent"]))  # fmt: skip
    nothing = pl.lit(value=False)
    same = {}
    for side in sides:
        sent = pl.col("given:sent")
        same[_at("given", side)] = (sent != "") & (sent == pl.col(f"given:{side}"))
        same[_at("surname", side)] = _share(side, None) if each["by_surname"].any() else nothing
        same[_at(CONTROL, side)] = _share(side, _CONTROL) if each["by_control"].any() else nothing
    return words.select(**same)


_PARTS = ("given", "first", "second")
_MOST_WORDS = 6
"""Words of a surname line that are told apart; what follows is one with the last."""


def _on_record(
    country: JudgedRegistry, each: pl.DataFrame, prefix: str
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return given name and surnames of the records as text, in truth (no prefix) or as filed (`file_`)."""
    codes = [each.get_column(f"{prefix}{field}").to_numpy() for field in ("given", "surname", "surname2")]
    first, second = (country.names.surname_text(code).fill_null("") for code in codes[1:])
    return country.names.given_text(codes[0]), first, second


def _words_sent(line: pl.Series) -> pl.DataFrame:
    """Return the words of surname lines in letters A-Z and the whole as one: word:0 and on, word:whole."""
    letters = (
        pl.col("line").fill_null("").str.normalize("NFKD").str.to_uppercase()
        .str.replace_all(r"[\s-]+", " ").str.replace_all("[^A-Z ]", "").str.strip_chars(" ")
    )  # fmt: skip
    plain = pl.DataFrame({"line": line}).select(letters)["line"]
    words = plain.str.splitn(" ", _MOST_WORDS).struct.unnest().fill_null("")
    named = words.rename({name: f"word:{place}" for place, name in enumerate(words.columns)})
    return named.with_columns(plain.str.replace_all(" ", "", literal=True).alias("word:whole"))


def _share(side: str, beginning: int | None) -> pl.Expr:
    """Whether the line sent and a person's surnames have a word in common, each alone or all as one."""
    first, second = pl.col(f"first:{side}"), pl.col(f"second:{side}")
    theirs = [first, second, pl.concat_str(first, second)]
    mine = [pl.col(f"word:{place}") for place in (*range(_MOST_WORDS), "whole")]
    if beginning is not None:
        theirs, mine = ([word.str.head(beginning) for word in words] for words in (theirs, mine))
    return pl.any_horizontal((word != "") & (word == other) for word in mine for other in theirs)


def _place_untrue(country: JudgedRegistry, each: pl.DataFrame) -> NDArray[np.bool_]:
    """Return whether ZIP or street address agree with the file where the person's home does not."""
    filed, home = (country.addresses.fields(each[name].to_numpy()) for name in ("file_address", "home"))
    zips = [np.asarray(country.addresses.zip_of(place), np.int64) for place in (filed, home)]
    sent = each["zip_sent"].str.extract(r"^\s*(\d{5})").cast(pl.Int64).fill_null(0).to_numpy()
    same_zip = (sent == zips[0]) & (sent > 0)
    other_zip = zips[0] != zips[1]
    other_street = other_zip | (filed.street != home.street) | (filed.number != home.number)
    same_street = same_zip & (each["number_sent"].fill_null(0).to_numpy() == filed.number)
    by_zip = each["by_zip"].to_numpy() & same_zip & other_zip
    untrue: NDArray[np.bool_] = by_zip | (each["by_street"].to_numpy() & same_street & other_street)
    return untrue
