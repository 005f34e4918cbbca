"""Text made comparable: letters A-Z only, accents folded, surnames taken apart, street words in one spelling.

Everything here maps distinct strings to distinct strings; the frame's rows are only gathered (normalise.py).
"""

from __future__ import annotations

import polars as pl

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

# Words that belong to the surname after them ("DE LA CRUZ", "VAN DYKE", "O BRIEN"): not surnames of their own
# when something follows.
PARTICLES = frozenset(
    ("A", "AL", "BIN", "DA", "DAS", "DE", "DEL", "DELA", "DER", "DI", "DOS", "DU", "EL", "LA", "LAS", "LE",
     "LOS", "MC", "O", "SAINT", "SAN", "SANTA", "ST", "VAN", "VON")
)  # fmt: skip

# USPS Publication 28, appendix C1 (the suffixes most used) and section 233 (directionals).
STREET_WORDS = {
    "STREET": "ST", "STR": "ST", "AVENUE": "AVE", "AV": "AVE", "AVEN": "AVE", "ROAD": "RD", "DRIVE": "DR",
    "DRV": "DR", "LANE": "LN", "COURT": "CT", "CRT": "CT", "PLACE": "PL", "BOULEVARD": "BLVD", "BOUL": "BLVD",
    "CIRCLE": "CIR", "CIRC": "CIR", "TERRACE": "TER", "TERR": "TER", "PARKWAY": "PKWY", "PKY": "PKWY",
    "HIGHWAY": "HWY", "HIWAY": "HWY", "SQUARE": "SQ", "TRAIL": "TRL", "TRAILS": "TRL", "COVE": "CV",
    "POINT": "PT", "LOOP": "LOOP", "PLAZA": "PLZ", "RIDGE": "RDG", "CREEK": "CRK", "HEIGHTS": "HTS",
    "CROSSING": "XING", "JUNCTION": "JCT", "MOUNT": "MT", "MOUNTAIN": "MTN", "SPRINGS": "SPGS",
    "VALLEY": "VLY",
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE", "NORTHWEST": "NW",
    "SOUTHEAST": "SE", "SOUTHWEST": "SW",
}  # fmt: skip


def upper_letters(values: pl.Series, *, spaces: bool = False, digits: bool = False) -> pl.Series:
    """Return upper-case A-Z text with accents folded; null where nothing is left.

    spaces: hyphens, slashes and white space become one space instead of vanishing.  digits: kept.
    """
    kept = "A-Z0-9" if digits else "A-Z"
    text = pl.col(values.name).cast(pl.String)
    text = text.str.to_uppercase().str.replace_many(_LETTERS).str.normalize("NFKD")
    if spaces:
        text = text.str.replace_all(r"[\s\-/_,]+", " ").str.replace_all(f"[^{kept} ]", "").str.strip_chars()
        text = text.str.replace_all(" +", " ")
    else:
        text = text.str.replace_all(f"[^{kept}]", "")
    return values.to_frame().select(text.replace("", None)).to_series()


def surname_parts(surnames: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split normalised surnames with spaces into the first and the other surnames (null if none).

    "DE LA CRUZ GARCIA" has the first surname "DELACRUZ" and the other "GARCIA".
    """
    words = surnames.str.split_exact(" ", 1).struct.unnest()
    first, rest = words["field_0"], words["field_1"]
    plain = ~(first.is_in(list(PARTICLES)) | surnames.str.count_matches(" ").gt(1)).fill_null(False)
    hard = (~plain).arg_true()
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
    for at, word in enumerate(words):
        if word in PARTICLES and at + 1 < len(words):
            held += word
        else:
            parts.append(held + word)
            held = ""
    return parts[0], "".join(parts[1:])


def street_line(values: pl.Series, *, words: bool) -> pl.Series:
    """Return street lines in upper case without punctuation and, with `words`, in USPS abbreviations."""
    text = upper_letters(values, spaces=True, digits=True)
    if not words:
        return text
    pieces = text.str.split(" ").list.eval(pl.element().replace(STREET_WORDS))
    return pieces.list.join(" ").replace("", None)


def unit_mark(values: pl.Series) -> pl.Series:
    """Return the mark of a unit without its designator: "Apt. 4-B" -> "4B", "# 12" -> "12"; null if none."""
    text = upper_letters(values, spaces=True, digits=True)
    bare = text.str.replace(r"^(APT|APARTMENT|UNIT|STE|SUITE|RM|ROOM|NO|SPC|SPACE|LOT|FL|FLOOR|BLDG)\b", "")
    return bare.str.replace_all(" ", "").str.strip_chars_start("0").replace("", None)
