"""A linker written the slow way: every request against every record, on plain strings, by no code of ours.

Rules are read from the words of the programme, not from the program's rules; n x n, so for a few hundred at
most.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Row = Mapping[str, Any]

_WORDS = {"NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "STREET": "ST", "AVENUE": "AVE", "ROAD": "RD",
          "DRIVE": "DR", "LANE": "LN", "COURT": "CT", "BOULEVARD": "BLVD"}  # fmt: skip
_PARTICLES = {"DE", "LA", "DEL", "LOS", "VAN", "O", "SAN", "MC"}


@cache
def letters(text: str | None) -> str:
    """Keep A-Z of the text without accents."""
    plain = unicodedata.normalize("NFKD", (text or "").upper())
    return "".join(c for c in plain if "A" <= c <= "Z")


@cache
def surnames(text: str | None) -> tuple[str, ...]:
    """Split a surname into the surnames in it."""
    words = [letters(word) for word in re.split(r"[\s-]+", text or "")]
    found, prefix = [], ""
    for at, word in enumerate(words):
        if word in _PARTICLES and at + 1 < len(words):
            prefix += word
        elif word:
            found.append(prefix + word)
            prefix = ""
    return tuple(found)


@cache
def street(text: str | None) -> str:
    """Bring a street line to one spelling."""
    words = re.sub(r"[^A-Z0-9 ]", "", (text or "").upper()).split()
    return " ".join(_WORDS.get(word, word) for word in words)


def has_zip_like(request: Row) -> bool:
    """Say whether five or nine digits in a row stand anywhere in the address."""
    line = " | ".join(str(request[k]) for k in ("number", "street", "unit", "zip") if request[k])
    runs = re.findall(r"\d+(?:-\d+)?", line)
    return any(re.fullmatch(r"\d{5}|\d{9}|\d{5}-\d{4}", run) for run in runs) or any(
        len(run) in (5, 9) for run in re.findall(r"\d+", line)
    )


def same_name(request: Row, record: Row, array: bool) -> bool:
    """Compare first name and surname(s)."""
    if not letters(request["given"]) or letters(request["given"]) != letters(record["given"]):
        return False
    return same_surname(request, record, array)


def same_surname(request: Row, record: Row, array: bool) -> bool:
    """Compare the whole surname written as one, or with `array` also any of one with any of the other."""
    on_file = [name for name in (record["surname"], record["surname2"]) if name]
    asked = surnames(request["surname"])
    whole = letters(request["surname"])
    if whole and whole == "".join(on_file):
        return True
    return array and any(name in on_file for name in [asked[0] if asked else "", "".join(asked[1:])] if name)


def same_control(request: Row, record: Row, array: bool) -> bool:
    """Compare the first four letters of the first surname, or with `array` of any."""
    asked = surnames(request["surname"])
    parts = [asked[0] if asked else "", "".join(asked[1:])]
    mine = [part[:4] for part in parts if part]
    theirs = [name[:4] for name in (record["surname"], record["surname2"]) if name]
    if not array:
        return bool(mine and theirs) and mine[0] == theirs[0]
    return any(name in theirs for name in mine) or (
        letters(request["surname"]) == "".join(n for n in (record["surname"], record["surname2"]) if n) != ""
    )


@cache
def zip5(text: str | None) -> str | None:
    """Return the first five digits of a ZIP or ZIP+4."""
    found = re.fullmatch(r"\s*(\d{5})(-?\d{4})?\s*", text or "")
    return found and found[1]


def same_zip(request: Row, record: Row) -> bool:
    """Compare the first five digits of the ZIP; 00000 is none."""
    return record["zip"] == zip5(request["zip"]) != "00000"


def same_address(request: Row, record: Row) -> bool:
    """Compare ZIP, street and number, and the unit where both have one."""
    if not same_zip(request, record):
        return False
    if not street(request["street"]) or street(request["street"]) != record["street"]:
        return False
    if not request["number"] or request["number"] != record["number"]:
        return False
    unit = re.sub(r"\D", "", request["unit"] or "").lstrip("0")
    return not unit or not record["unit"] or unit == str(record["unit"])


def links(rule: str, request: Row, record: Row, *, array: bool, control: bool, check: str) -> bool:
    """Say whether the rule links this request to this record."""
    if rule == "dob_only":
        return bool(request["birth"] > 0 and request["birth"] == record["birth"])
    if rule != "irs_2025":
        rest: dict[str, Callable[[], bool]] = {
            "name_only": lambda: True,
            "name_zip": lambda: same_zip(request, record),
            "name_dob": lambda: request["birth"] > 0 and request["birth"] == record["birth"],
        }
        return same_name(request, record, array) and rest[rule]()
    if check == "zip_proxy" and not has_zip_like(request):
        return False
    if not request["tin"]:
        return same_name(request, record, array) and same_address(request, record)
    named = same_control(request, record, array) if control else same_name(request, record, array)
    reached = check != "must_match" or same_address(request, record)
    return request["tin"] == record["tin"] and named and reached
