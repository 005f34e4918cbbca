"""What a Parquet file says of itself, looked at before a library unpacks it.

The library trusts the sizes in a file: one that claims more than there is does not fail, it ends the process.
So the footer, and the head of every page that the footer points to, are read here first (both are Thrift's
compact protocol), as far as a flat table needs. The format: https://parquet.apache.org/docs/file-format/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"PAR1"
MOST_FOOTER = 4 << 20
MOST_NOTES = 1 << 16
MOST_PAGES = 200_000
MOST_ROW = 4_096
"""Bytes of a footer, of the notes in it (the library follows what is nested there, however deep), pages of a
table, and bytes of a row, all columns together and unpacked, at most."""

_HEAD = 1 << 16
"""Bytes of the head of a page at most: it holds the least and greatest value of the page."""

_SLACK = 1 << 20
_MOST_DEPTH = 12
_CODECS = (0, 6)
"""Not packed, and Zstandard."""

_DICTIONARY = 2
_PAGES = {0: (5, 2, (0, 2, 3, 8)), _DICTIONARY: (7, 2, (0, 2)), 3: (8, 4, (0, 2, 3, 8))}
"""Kinds of pages: where what is special of each stands, where its encoding, and the encodings that may be:
values as they are, in runs, by a dictionary."""

_WIDTHS = {0: 1, 1: 4, 2: 8, 3: 12, 4: 4, 5: 8, 6: 16}
"""Bytes that a value of a physical type takes in memory at least: a text is a view of 16."""

Table = dict[int, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What a file says of itself. unpacked: bytes of all its pages.  held: bytes its rows take in memory."""

    rows: int
    unpacked: int
    held: int


def look(stream: BinaryIO, size: int) -> Look:
    """Return what a Parquet file of `size` bytes says of itself, where that is what its pages say.

    Raises ValueError saying what is wrong: more unpacked bytes than such rows can have, a page that claims
    other values than its column, and what this program does not write (nested columns, other packings).
    """
    stream.seek(max(0, size - 8))
    tail = stream.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or not 0 < length <= min(MOST_FOOTER, size - 12):
        raise ValueError("has no footer where it should be")
    stream.seek(size - 8 - length)
    footer, _ = _Reader(stream.read(length)).table()
    rows = _number(footer, 3)
    notes = [each.get(2, b"") for each in _list(footer, 5)] if 5 in footer else []
    if not all(isinstance(each, bytes) and len(each) <= MOST_NOTES for each in notes):
        raise ValueError(f"has a note of more than {MOST_NOTES:,} bytes")
    widths = _columns(footer)
    groups = _list(footer, 4)
    if sum(_number(group, 3) for group in groups) != rows:
        raise ValueError("does not have the rows it says")
    most, unpacked, pages = _SLACK + rows * MOST_ROW, 0, 0
    for group in groups:
        chunks = _list(group, 1)
        if len(chunks) != len(widths):
            raise ValueError("does not have each column in each group of rows")
        for chunk in chunks:
            for page in _pages(stream, _struct(chunk, 3), size - 8 - length, _number(group, 3)):
                unpacked, pages = unpacked + page, pages + 1
                if unpacked > most or pages > MOST_PAGES:
                    raise ValueError(f"unpacks to more than {most:,} bytes or {MOST_PAGES:,} pages")
    return Look(rows, unpacked, unpacked + rows * sum(widths))


def _columns(footer: Table) -> list[int]:
    """Return the bytes of a value of each column; raises ValueError where one holds others."""
    root, *leaves = _list(footer, 2)
    if _number(root, 5) != len(leaves) or any(5 in leaf or leaf.get(3) == 2 for leaf in leaves):
        raise ValueError("is no flat table")
    return [_WIDTHS.get(_number(leaf, 1)) or _number(leaf, 2) for leaf in leaves]


def _pages(stream: BinaryIO, column: Table, end: int, rows: int) -> Iterator[int]:
    """Yield the unpacked bytes of each page of a column in a group of rows."""
    if column.get(4) not in _CODECS:
        raise ValueError("is packed in a way that this program does not use")
    first = _number(column, 9)
    at = min(first, column[11]) if column.get(11) else first
    last, values = at + _number(column, 7), 0
    if not 4 <= at <= last <= end:
        raise ValueError("has a column beyond its end")
    while at < last:
        stream.seek(at)
        head, length = _Reader(stream.read(min(_HEAD, last - at))).table()
        at += length + _number(head, 3)
        if at > last:
            raise ValueError("has a page beyond its column")
        values += _values(head)
        yield _number(head, 2)
    if values != rows or _number(column, 5) != rows:
        raise ValueError("has a column with other values than rows")


def _values(head: Table) -> int:
    """Return the values of a page, none for a dictionary; raises ValueError for a page of no known kind."""
    kind = head.get(1)
    if kind not in _PAGES:
        raise ValueError("has a page of no known kind")
    where, encoding, known = _PAGES[kind]
    about = _struct(head, where)
    if about.get(encoding) not in known:
        raise ValueError("is written in a way that this program does not use")
    values = _number(about, 1)
    if kind != _DICTIONARY:
        return values
    if values > _number(head, 2):
        raise ValueError("has a dictionary of more words than bytes")
    return 0


def _number(table: Table, key: int) -> int:
    found = table.get(key)
    if type(found) is not int or found < 0:
        raise ValueError("lacks a number that it should have")
    return found


def _struct(table: Table, key: int) -> Table:
    found = table.get(key)
    if not isinstance(found, dict):
        raise ValueError("lacks a part that it should have")
    return found


def _list(table: Table, key: int) -> list[Table]:
    found = table.get(key)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("lacks a list that it should have")
    return found


class _Reader:
    """Reads Thrift's compact protocol; raises ValueError for what is none, or nested too deep."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def table(self) -> tuple[Table, int]:
        """Return a structure by the numbers of its fields, and the bytes it took."""
        return self._struct(0), self._at

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, many: int) -> bytes:
        self._at += many
        if self._at > len(self._data):
            raise ValueError("ends within its description")
        return self._data[self._at - many : self._at]

    def _plain(self) -> int:
        value = shift = 0
        while shift < 64:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ValueError("has a number of too many bytes")

    def _signed(self) -> int:
        value = self._plain()
        return (value >> 1) ^ -(value & 1)

    def _struct(self, depth: int) -> Table:
        found: Table = {}
        key = 0
        while head := self._byte():
            key = key + (head >> 4) if head >> 4 else self._signed()
            if key in found:
                raise ValueError("says a thing twice")
            kind = head & 15
            found[key] = kind == 1 if kind in (1, 2) else self._value(kind, depth + 1)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if depth > _MOST_DEPTH:
            raise ValueError("is nested too deep")
        match kind:
            case 1 | 2 | 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                return self._bytes(8)
            case 8:
                return self._bytes(self._plain())
            case 9 | 10:
                head = self._byte()
                many = head >> 4 if head >> 4 < 15 else self._plain()
                if many > len(self._data) - self._at:
                    raise ValueError("has a list beyond its end")
                return [self._value(head & 15, depth + 1) for _ in range(many)]
            case 12:
                return self._struct(depth)
        raise ValueError("has a value of no known kind")
