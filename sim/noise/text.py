"""Errors of letters and digits: keying, misread characters, spelling by ear.

Strings are edited as fixed-width matrices of bytes (records x width, 0 beyond the end), so that one numpy
operation serves all records. Only plain ASCII text is eligible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import polars as pl

from sim.noise.kind import Cells, Effect, Luck, Settings, described
from sim.noise.lexicon import lexicon

NEWLINE, ZERO, NINE = ord("\n"), ord("0"), ord("9")
EDITS = ("insert", "double", "delete", "undouble", "substitute", "transpose")


def plain(field: str) -> pl.Expr:
    """Return whether a field holds ASCII text with at least one letter or digit."""
    column = pl.col(field)
    return (column.str.len_bytes() == column.str.len_chars()) & column.str.contains("[A-Z0-9]")


# --- matrices ------------------------------------------------------------


def to_matrix(values: pl.Series) -> np.ndarray:
    """Return ASCII strings as bytes, shape (m, longest + 1), zeros beyond the end."""
    width = int(values.str.len_bytes().max() or 0) + 1  # type: ignore[arg-type]
    whole = values.str.pad_end(width, "\0").str.join("").item().encode("ascii")
    return np.frombuffer(whole, np.uint8).reshape(len(values), width).copy()


def from_matrix(matrix: np.ndarray) -> pl.Series:
    """Return the strings of a byte matrix."""
    if not len(matrix):
        return pl.Series([], dtype=pl.String)
    ended = np.concatenate([matrix, np.full((len(matrix), 1), NEWLINE, np.uint8)], axis=1)
    whole = ended[ended > 0].tobytes().decode("ascii")
    return pl.Series([whole[:-1]]).str.split("\n").explode()


def lengths(matrix: np.ndarray) -> np.ndarray:
    """Return the length of each string."""
    length: np.ndarray = (matrix > 0).sum(axis=1)
    return length


def pick_place(possible: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Return a place where `possible` (m, w) holds, each as likely; 0 where there is none."""
    count = possible.sum(axis=1)
    nth = np.minimum((luck * count).astype(np.int64), np.maximum(count - 1, 0)) + 1
    place: np.ndarray = (possible.cumsum(axis=1) >= nth[:, None]).argmax(axis=1)
    return place


def insert(matrix: np.ndarray, place: np.ndarray, letter: np.ndarray) -> np.ndarray:
    """Return the strings with a byte put in before `place`; the last column must be free."""
    column = np.arange(matrix.shape[1])[None, :]
    shifted = np.concatenate([matrix[:, :1], matrix[:, :-1]], axis=1)
    out = np.where(column < place[:, None], matrix, shifted)
    out[np.arange(len(out)), place] = letter
    return out


def delete(matrix: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return the strings without the byte at `place`."""
    column = np.arange(matrix.shape[1])[None, :]
    following = np.concatenate([matrix[:, 1:], np.zeros((len(matrix), 1), np.uint8)], axis=1)
    return np.where(column < place[:, None], matrix, following)


# --- keying ------------------------------------------------------------


@cache
def neighbours() -> tuple[np.ndarray, np.ndarray]:
    """Return the keys beside each key of a US keyboard, (256, 8) bytes, and how many they are, (256,)."""
    keys = np.zeros((256, 8), np.uint8)
    count = np.zeros(256, np.int64)
    for key, beside in lexicon("keyboard").items():
        keys[ord(key), : len(beside)] = [ord(letter) for letter in beside]
        count[ord(key)] = len(beside)
    return keys, count


def slip(letters: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Return a key beside each letter, never the letter itself."""
    keys, count = neighbours()
    beside: np.ndarray = keys[letters, (luck * count[letters]).astype(np.int64)]
    return beside


@described
def typo(field: str) -> Effect:
    """One keying error in a field: a letter put in, doubled, left out, hit wrong, or two changed about.

    The kind of edit is drawn by `noise.typing.mix`; where the text does not allow it (no double letter to
    undo, one letter only) a key beside the right one is hit instead. A wrong or additional letter is a
    neighbour on the keyboard.
    """

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        matrix = to_matrix(cells[field])
        edit = luck.label("edit", {name: settings.shared_table("typing.mix")[name] for name in EDITS})
        return {field: from_matrix(_edited(matrix, edit, luck.uniform("place"), luck.uniform("letter")))}

    return Effect((field,), plain(field), change)


def _edited(
    matrix: np.ndarray, edit: np.ndarray, place_luck: np.ndarray, letter_luck: np.ndarray
) -> np.ndarray:
    letter = neighbours()[1][matrix] > 0
    twin = np.zeros_like(letter)
    twin[:, :-1] = letter[:, :-1] & (matrix[:, :-1] == matrix[:, 1:])
    unlike = np.zeros_like(letter)
    unlike[:, :-1] = letter[:, :-1] & letter[:, 1:] & (matrix[:, :-1] != matrix[:, 1:])
    possible = {"delete": letter & (lengths(matrix) > 1)[:, None], "undouble": twin, "transpose": unlike}
    out = matrix.copy()
    for number, name in enumerate(EDITS):
        if name in possible:
            edit = np.where((edit == number) & ~possible[name].any(axis=1), EDITS.index("substitute"), edit)
    for number, name in enumerate(EDITS):
        rows = np.flatnonzero(edit == number)
        part = matrix[rows]
        place = pick_place(possible.get(name, letter)[rows], place_luck[rows])
        at = (np.arange(len(rows)), place)
        if name == "insert":
            out[rows] = insert(part, place, slip(part[at], letter_luck[rows]))
        elif name == "double":
            out[rows] = insert(part, place, part[at])
        elif name in ("delete", "undouble"):
            out[rows] = delete(part, place)
        elif name == "substitute":
            part[at] = slip(part[at], letter_luck[rows])
            out[rows] = part
        else:
            after = (at[0], place + 1)
            part[at], part[after] = part[after], part[at]
            out[rows] = part
    return out


# --- digits ------------------------------------------------------------


@described
def wrong_digit(field: str) -> Effect:
    """One digit of a text field becomes another digit; a leading digit never becomes 0."""

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        matrix = to_matrix(cells[field].cast(pl.String))
        place = pick_place((matrix >= ZERO) & (matrix <= NINE), luck.uniform("place"))
        return {field: from_matrix(other_digit(matrix, place, luck.uniform("digit"), leading_zero=False))}

    return Effect((field,), pl.col(field).cast(pl.String).str.contains("^[ -~]*[1-9][ -~]*$"), change)


def other_digit(matrix: np.ndarray, place: np.ndarray, luck: np.ndarray, *, leading_zero: bool) -> np.ndarray:
    """Return the strings with the digit at `place` replaced by another."""
    rows = np.arange(len(matrix))
    digit = matrix[rows, place].astype(np.int64) - ZERO
    new = (digit + 1 + (luck * 9).astype(np.int64)) % 10
    if not leading_zero:  # one of the eight others from 1 to 9; a leading 0 becomes any of the nine
        others = np.where(
            digit == 0, 1 + (luck * 9).astype(np.int64), 1 + (digit + (luck * 8).astype(np.int64)) % 9
        )
        new = np.where(place == 0, others, new)
    out = matrix.copy()
    out[rows, place] = new + ZERO
    return out


# --- misread and misheard ------------------------------------------------------------


@described
def misspelt(field: str, table: str) -> Effect:
    """One spelling in a field is replaced by another that looks alike, from a list of pairs.

    table: name of a list of [from, to] pairs in the lexicon. A pair that applies is drawn, each as likely; of
    several places where it applies the first is changed.
    """
    pairs = [(a, b) for a, b in lexicon(table)]

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        return {field: replace_one(cells[field], pairs, luck.uniform("pair"))}

    return Effect((field,), pl.col(field).str.contains_any([a for a, _ in pairs]), change)


@described
def misheard(field: str, table: str) -> Effect:
    """One spelling in a field is replaced by another that sounds alike, from a list of rules.

    table: name of a list of [pattern, replacement] in the lexicon. A rule that applies is drawn, each as
    likely; of several places where it applies the first is changed.
    """
    rules = [(pattern, written) for pattern, written in lexicon(table)]

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        return {field: respell_one(cells[field], rules, luck.uniform("pair"))}

    return Effect((field,), pl.col(field).str.contains("|".join(pattern for pattern, _ in rules)), change)


def respell_one(values: pl.Series, rules: Sequence[tuple[str, str]], luck: np.ndarray) -> pl.Series:
    """Return the values with one of the rules that apply put into effect, at its first place."""
    applies = np.stack([values.str.contains(pattern).to_numpy() for pattern, _ in rules], axis=1)
    chosen = pl.Series(pick_place(applies, luck)).set(pl.Series(~applies.any(axis=1)), -1)
    spelt = pl.Series(values.name, values, pl.String)
    for number in chosen.unique().to_list():
        if number >= 0:
            spelt = spelt.zip_with(chosen != number, values.str.replace(*rules[number]))
    return spelt


def replace_one(values: pl.Series, pairs: Sequence[tuple[str, str]], luck: np.ndarray) -> pl.Series:
    """Return the values with one of the pairs that apply put into effect, at its first place."""
    text = values.to_numpy().astype(str)
    old, new = (np.array(side) for side in zip(*pairs, strict=True))
    chosen = pick_place(np.strings.find(text[:, None], old) >= 0, luck)
    changed: np.ndarray = np.strings.replace(text, old[chosen], new[chosen], 1)
    return pl.Series(changed.tolist(), dtype=pl.String)
