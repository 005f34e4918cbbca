"""Text made comparable: letters A-Z only, accents folded, surnames taken apart, street words in one spelling.

Everything here maps distinct strings to distinct strings; the frame's rows are only gathered (normalise.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numba as nb
import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    text = values.cast(pl.String).str.to_uppercase().str.replace_many(_LETTERS).str.normalize("NFKD")
    if spaces:
        text = text.str.replace_all(r"[\s\-/_,]+", " ").str.replace_all(f"[^{kept} ]", "").str.strip_chars()
        text = text.str.replace_all(" +", " ")
    else:
        text = text.str.replace_all(f"[^{kept}]", "")
    return text.replace("", None)


def surname_parts(surname: str) -> tuple[str, str]:
    """Split a normalised surname with spaces into its first and its other surnames ("" if none).

    >>> surname_parts("DE LA CRUZ GARCIA")
    ('DELACRUZ', 'GARCIA')
    """
    parts: list[str] = []
    held = ""
    words = surname.split()
    for at, word in enumerate(words):
        if word in PARTICLES and at + 1 < len(words):
            held += word
        else:
            parts.append(held + word)
            held = ""
    return (parts[0], "".join(parts[1:])) if parts else ("", "")


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


# --- letter hashes: the identity of a whole surname line, computable from the hashes of its parts ---------

_MODULI = (2_147_483_647, 2_147_483_629)  # the two largest primes below 2**31
_BASES = (1_000_003, 1_300_027)
_POWERS = np.array(
    [[pow(base, k, modulus) for k in range(256)] for base, modulus in zip(_BASES, _MODULI, strict=True)],
    np.uint64,
)


def letter_hashes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Return a 62-bit polynomial hash (Karp and Rabin 1987) and the length of each A-Z text; 0, 0 for "".

    Two different lines share a hash with probability of the order of 1e-16.
    """
    encoded = [text.encode("ascii") for text in texts]
    lengths = np.array([len(each) for each in encoded], np.uint8)
    ends = np.cumsum(lengths, dtype=np.int64)
    hashes: NDArray[np.uint64] = _hash_letters(np.frombuffer(b"".join(encoded), np.uint8), ends)
    return hashes, lengths


def joined_hashes(
    first: NDArray[np.uint64], second: NDArray[np.uint64], second_length: NDArray[np.uint8]
) -> NDArray[np.uint64]:
    """Return the hashes of first text + second text; a missing (0) text adds nothing."""
    out: NDArray[np.uint64] = _join(first, second, second_length, _POWERS)
    return out


@nb.njit(nogil=True, cache=True)
def _hash_letters(letters, ends):  # type: ignore[no-untyped-def]
    out = np.zeros(len(ends), np.uint64)
    start = 0
    for k in range(len(ends)):
        high, low = np.uint64(0), np.uint64(0)
        for at in range(start, ends[k]):
            letter = np.uint64(letters[at] - 64)
            high = (high * np.uint64(1_000_003) + letter) % np.uint64(2_147_483_647)
            low = (low * np.uint64(1_300_027) + letter) % np.uint64(2_147_483_629)
        out[k] = (high << np.uint64(32)) | low
        start = ends[k]
    return out


@nb.njit(nogil=True, cache=True)
def _join(first, second, length, powers):  # type: ignore[no-untyped-def]
    out = np.empty_like(first)
    half = np.uint64(0xFFFFFFFF)
    for k in range(len(first)):
        if second[k] == 0:
            out[k] = first[k]
            continue
        high = (
            (first[k] >> np.uint64(32)) * powers[0, length[k]] + (second[k] >> np.uint64(32))
        ) % np.uint64(2_147_483_647)
        low = ((first[k] & half) * powers[1, length[k]] + (second[k] & half)) % np.uint64(2_147_483_629)
        out[k] = (high << np.uint64(32)) | low
    return out
