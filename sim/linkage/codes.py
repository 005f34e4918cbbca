"""Codes for text that a country's dictionaries may or may not hold, and tables by code filled on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

NEW_CODE = 2**31  # strings outside the dictionaries are numbered from here, in order of first appearance

_Codes = NDArray[np.uint32]


class TextCodes:
    """Codes of normalised text: the dictionary's own where it has the string, run-local ones otherwise."""

    def __init__(
        self, find: Callable[[pl.Series], NDArray[Any]], text: Callable[[_Codes], pl.Series]
    ) -> None:
        """find: strings -> dictionary codes, 0 where unknown.  text: codes -> strings, null for 0."""
        self._find, self._text = find, text
        self._new: dict[str, int] = {}
        self._new_texts: list[str] = []

    def encode(self, values: pl.Series) -> _Codes:
        """Return a code for each value, 0 for null; quickest where the values are distinct."""
        codes = np.array(self._find(values), np.uint32) if len(values) else np.zeros(0, np.uint32)
        unknown = np.flatnonzero((codes == 0) & values.is_not_null().to_numpy())
        strings = values[pl.Series(unknown.astype(np.uint32))].to_list()
        codes[unknown] = [self._number(string) for string in strings]
        return codes

    def _number(self, string: str) -> int:
        if string not in self._new:
            self._new[string] = NEW_CODE + len(self._new_texts)
            self._new_texts.append(string)
        return self._new[string]

    def decode(self, codes: _Codes) -> list[str]:
        """Return the text of each code, "" for 0."""
        codes = np.asarray(codes, np.uint32)
        out = np.full(len(codes), "", object)
        listed = (codes > 0) & (codes < NEW_CODE)
        if listed.any():
            out[listed] = list(self._text(codes[listed]))
        for place in np.flatnonzero(codes >= NEW_CODE):
            out[place] = self._new_texts[int(codes[place]) - NEW_CODE]
        return out.tolist()


class CodeTable:
    """A value for each code, computed once when the code is first seen; safe to share between threads.

    0 stands for "not computed yet", so a value of 0 is computed again each time (it is that of the missing
    code).
    """

    def __init__(
        self, compute: Callable[[_Codes], Sequence[Any] | NDArray[Any]], dtype: type[np.generic]
    ) -> None:
        self._compute = compute
        self._listed: NDArray[Any] = np.zeros(1, dtype)
        self._new: NDArray[Any] = np.zeros(0, dtype)
        self._lock = threading.Lock()

    def __getitem__(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Return the values of `codes` (dictionary or run-local), 0 for code 0."""
        codes = np.asarray(codes, np.uint32)
        is_new = codes >= NEW_CODE
        if not is_new.any():
            return self._values(codes, "_listed", 0)
        out = np.zeros(len(codes), self._listed.dtype)
        out[~is_new] = self._values(codes[~is_new], "_listed", 0)
        out[is_new] = self._values(codes[is_new] - np.uint32(NEW_CODE), "_new", NEW_CODE)
        return out

    def _values(self, places: NDArray[Any], name: str, offset: int) -> NDArray[Any]:
        table = getattr(self, name)
        if len(places) and int(places.max()) < len(table):
            out = table[places]
            if not ((out == 0) & (places + offset > 0)).any():
                return out  # type: ignore[no-any-return]
        with self._lock:
            table = getattr(self, name)
            top = int(places.max(initial=0))
            if top >= len(table):
                # Made of nothing and filled in: only the pages that are written to are ever there.
                grown = np.zeros(max(top + 1, 2 * len(table)), table.dtype)
                grown[: len(table)] = table
                table = grown
                setattr(self, name, table)
            wanted = np.unique(places[table[places] == 0])
            wanted = wanted[wanted + offset > 0]
            # In place: another thread reads an entry as 0 and comes here, or reads its one final value.
            table[wanted] = self._compute((wanted + offset).astype(np.uint32))
        return table[places]  # type: ignore[no-any-return]
