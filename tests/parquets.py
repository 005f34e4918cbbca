"""Small Parquet files made by hand, so that each number in them can be a lie."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

Field = tuple[int, tuple[int, Any]]
I32, I64, TEXT, LIST, STRUCT = 5, 6, 8, 9, 12


def crafted(values: Sequence[int] = (7, 8, 9), **lies: Any) -> bytes:
    """Return a table of one column `a` of 32-bit numbers, in one page that is not packed.

    lies: what to claim in place of the truth: rows, group_rows, column_values, unpacked, packed, page_values,
    kind, encoding, codec, at, length, children, repetition, note; deep nests a thing so many times.
    """
    body = struct.pack(f"<{len(values)}i", *values)
    many = len(values)
    counts = dict.fromkeys(("rows", "group_rows", "column_values", "page_values"), many)
    true = {**counts, "unpacked": len(body), "packed": len(body), "kind": 0, "encoding": 0, "codec": 0,
            "at": 4, "children": 1, "repetition": 0, "note": b"", "deep": 0}  # fmt: skip
    told: Mapping[str, Any] = {**true, **lies}
    about = 7 if told["kind"] == 2 else 5
    levels = [(3, (I32, 3)), (4, (I32, 3))] if about == 5 else []
    special = thrift((1, (I32, told["page_values"])), (2, (I32, told["encoding"])), *levels)
    head = thrift((1, (I32, told["kind"])), (2, (I32, told["unpacked"])), (3, (I32, told["packed"])),
                  (about, (STRUCT, special)))  # fmt: skip
    page = head + body
    root = thrift((4, (TEXT, b"root")), (5, (I32, told["children"])))
    leaf = thrift((1, (I32, 1)), (3, (I32, told["repetition"])), (4, (TEXT, b"a")))
    column = thrift((1, (I32, 1)), (2, (LIST, (I32, [told["encoding"]]))), (3, (LIST, (TEXT, [b"a"]))),
                    (4, (I32, told["codec"])), (5, (I64, told["column_values"])), (6, (I64, len(page))),
                    (7, (I64, told.get("length", len(page)))), (9, (I64, told["at"])))  # fmt: skip
    chunk = thrift((2, (I64, 4)), (3, (STRUCT, column)))
    group = thrift((1, (LIST, (STRUCT, [chunk]))), (2, (I64, len(page))), (3, (I64, told["group_rows"])))
    fields: list[Field] = [(1, (I32, 1)), (2, (LIST, (STRUCT, [root, leaf]))), (3, (I64, told["rows"])),
                           (4, (LIST, (STRUCT, [group])))]  # fmt: skip
    if told["note"]:
        fields.append((5, (LIST, (STRUCT, [thrift((1, (TEXT, b"x")), (2, (TEXT, told["note"])))]))))
    nested = b"\x00"
    for _ in range(told["deep"]):
        nested = thrift((1, (STRUCT, nested)))
    if told["deep"]:
        fields.append((15, (STRUCT, nested)))
    footer = thrift(*fields)
    return b"PAR1" + page + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def thrift(*fields: Field) -> bytes:
    """Return a structure in Thrift's compact protocol: fields (number, (kind, value)) in order."""
    made, before = b"", 0
    for key, (kind, value) in fields:
        made += bytes([(key - before) << 4 | kind]) + _value(kind, value)
        before = key
    return made + b"\x00"


def _value(kind: int, value: Any) -> bytes:
    if kind in (I32, I64):
        return _plain(value << 1 if value >= 0 else (-value << 1) - 1)
    if kind == TEXT:
        return _plain(len(value)) + value
    if kind == LIST:
        each, items = value
        return bytes([len(items) << 4 | each]) + b"".join(_value(each, item) for item in items)
    return bytes(value)


def _plain(number: int) -> bytes:
    made = b""
    while number > 0x7F:
        made += bytes([number & 0x7F | 0x80])
        number >>= 7
    return made + bytes([number])
