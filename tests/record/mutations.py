"""What may become of a file: bytes flipped and cut, values of other types, huge counts, deep nesting."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import warnings
import zipfile
from typing import Any

import numpy as np
import polars as pl

Luck = np.random.Generator
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, -0.5, "", "x", "x" * 3_000, "../../etc/passwd",
    "/etc/passwd", "a\nb", "\x1b[31m", "=1+1", "\u202e", [], {}, [[]], {"a": {"b": [1]}}, [None] * 50,
    "0" * 64,
    "r-0123456789ab",
)  # fmt: skip
"""Values of wrong types and sizes, put in the place of others."""


def damaged(data: bytes, luck: Luck) -> bytes:
    """Return bytes flipped, cut, doubled, moved or overwritten."""
    made = bytearray(data)
    at = int(luck.integers(max(1, len(made))))
    match int(luck.integers(7)):
        case 0:
            for _ in range(int(luck.integers(1, 9))):
                made[int(luck.integers(len(made)))] ^= 1 << int(luck.integers(8))
        case 1:
            del made[at:]
        case 2:
            made[at : at + 8] = luck.bytes(int(luck.integers(1, 9)))
        case 3:
            made[at:at] = made[at : at + int(luck.integers(1, 4_000))]
        case 4:
            made[at : at + int(luck.integers(1, 64))] = b""
        case 5:
            made[at : at + 8] = b"\xff" * 8
        case _:
            made[-12:] = luck.bytes(12)
    return bytes(made)


def odd(luck: Luck) -> Any:
    """Return a value of another type or size; now and then nested deep."""
    if luck.random() < 0.03:
        deep: Any = 1
        for _ in range(int(luck.integers(10, 400))):
            deep = [deep] if luck.random() < 0.5 else {"a": deep}
        return deep
    return copy.deepcopy(ODD[int(luck.integers(len(ODD)))])  # what is put into a list of it must not stay


def in_json(value: Any, luck: Luck) -> Any:
    """Return a JSON value with one or two places changed, left out or added."""
    value = json.loads(json.dumps(value))
    for _ in range(int(luck.integers(1, 3))):
        node, last, key = value, None, None
        while isinstance(node, dict | list) and node and (last is None or luck.random() < 0.75):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            last, key = node, keys[int(luck.integers(len(keys)))]
            node = last[key]
        if last is None:
            return odd(luck)
        if luck.random() < 0.15:
            del last[key]
        elif isinstance(last, dict) and luck.random() < 0.1:
            last[str(odd(luck))[:50]] = odd(luck)
        else:
            last[key] = odd(luck)
    return value


def as_json(data: bytes, luck: Luck) -> bytes:
    """Return JSON changed in places, the seal of its body made right."""
    whole = json.loads(data)
    if isinstance(whole, dict) and "body" in whole and luck.random() < 0.9:
        body = in_json(whole["body"], luck)
        kept = "kept" in whole["format"]
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=kept)
        whole |= {"body": body, "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}
        return json.dumps(whole).encode()
    text = json.dumps(in_json(whole, luck))
    return (text.replace("1", "NaN", 1) if luck.random() < 0.03 else text).encode()


def as_text(data: bytes, luck: Luck) -> bytes:
    """Return a text with cells, lines or values changed."""
    lines = data.decode("utf-8", "replace").split("\n")
    at = int(luck.integers(len(lines)))
    match int(luck.integers(5)):
        case 0:
            del lines[at]
        case 1:
            lines[at:at] = [lines[at]] * int(luck.integers(1, 30))
        case _:
            mark = "," if "," in lines[at] else "=" if "=" in lines[at] else " "
            cells = lines[at].split(mark)
            cells[int(luck.integers(len(cells)))] = str(odd(luck))[:5_000]
            lines[at] = mark.join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def claiming(data: bytes, luck: Luck) -> bytes:
    """Return a Parquet table in which numbers of the footer or the head of a page are others, and huge."""
    made = bytearray(data)
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    heads = [at for at in range(4, footer - 2) if made[at : at + 2] in (b"\x15\x00", b"\x15\x04")]
    for _ in range(int(luck.integers(1, 4))):
        if heads and luck.random() < 0.5:
            at = heads[int(luck.integers(len(heads)))] + int(luck.integers(1, 12))
        else:
            at = int(luck.integers(max(4, footer), len(made) - 8))
        huge = (
            b"\xff\xff\xff\x7f",
            b"\xff\x7f",
            b"\x7f",
            b"\xfe\xff\xff\xff\x0f",
            b"\xff" * 9 + b"\x01",
            b"\x00",
        )
        word = huge[int(luck.integers(len(huge)))]
        made[at : at + len(word)] = word
    return bytes(made)


def as_table(data: bytes, luck: Luck) -> bytes:
    """Return a table with a column of another type, with odd values, missing, doubled or longer."""
    frame = pl.read_parquet(data)
    name = frame.columns[int(luck.integers(frame.width))]
    match int(luck.integers(7)):
        case 0:
            frame = frame.drop(name)
        case 1:
            frame = frame.rename({name: str(odd(luck))[:40] or "x"}) if frame.width > 1 else frame
        case 2:
            frame = frame.with_columns(pl.lit(None).alias(name))
        case 3:
            kinds = (pl.String, pl.Float64, pl.Int64, pl.Binary, pl.List(pl.Int8), pl.Date, pl.Decimal(20, 2))
            frame = frame.with_columns(pl.lit(None, kinds[int(luck.integers(len(kinds)))]).alias(name))
        case 4:
            numbers = (-1, 2**31, 2**62, 0, 65_535)
            frame = frame.with_columns(pl.lit(numbers[int(luck.integers(len(numbers)))]).alias(name))
        case 5:
            frame = pl.concat([frame] * int(luck.integers(2, 200)))
        case _:
            texts = ("", "wrong_person", "x" * 2_000, "\x00", "\u202e")
            frame = frame.with_columns(pl.lit(texts[int(luck.integers(len(texts)))]).alias(name))
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def as_archive(data: bytes, luck: Luck) -> bytes:
    """Return an archive with a member changed, renamed, doubled, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        at, what = int(luck.integers(len(names))), int(luck.integers(5))
        for number, name in enumerate(names):
            held = old.read(name)
            if number == at and what == 0:
                continue
            if number == at and what == 1:
                name = str(odd(luck))[:300].replace("\x00", "") or "x"  # noqa: PLW2901
            if number == at and what == 2:
                held = changed(name, held, luck)
            if number == at and what == 3:
                held = bytes(int(luck.integers(30 << 20)))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                new.writestr(name, held)
                if number == at and what == 4:
                    new.writestr(name, held)
    return out.getvalue()


def as_words(data: bytes, luck: Luck) -> bytes:
    """Return rows of numbers, none of them of another size, with words of a row or two set to others."""
    made = np.frombuffer(data + bytes(-len(data) % 4), np.uint32).copy()
    odd_words = (0, 1, 2**30, 2**31 - 1, 2**31, 2**32 - 1, len(made), int(luck.integers(2**32)))
    for _ in range(int(luck.integers(1, 9))):
        at = int(luck.integers(len(made)))
        made[at : at + int(luck.choice([1, 1, 2, 16, 4_000]))] = odd_words[int(luck.integers(len(odd_words)))]
    return made.tobytes()[: len(data)]


def changed(name: str, data: bytes, luck: Luck) -> bytes:
    """Return a file of a format changed: as bytes, or as what it holds."""
    return changed_how(name, data, luck)[1]


def changed_how(name: str, data: bytes, luck: Luck) -> tuple[str, bytes]:
    """Return what was changed in a file, in words, and the file."""
    if not data or luck.random() < 0.4:
        return "bytes flipped, cut or moved", damaged(data or b"x", luck)
    if name.startswith("registry/") and not name.endswith(".json"):
        return "words of rows", as_words(data, luck)
    if name.endswith((".zip", ".world")):
        return "members of an archive", as_archive(data, luck)
    if data[:4] == b"PAR1":
        if luck.random() < 0.4:
            return "sizes and counts claimed", claiming(data, luck)
        return "columns and rows of a table", as_table(data, luck)
    if name.endswith(".json") or data[:1] in (b"{", b"["):
        return "values of JSON", as_json(data, luck)
    return "cells and lines of a text", as_text(data, luck)
