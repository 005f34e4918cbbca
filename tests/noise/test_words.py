"""The word lists of the noise model: every entry changes something and reads as names are written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from sim import tables
from sim.noise.lexicon import cycles, joined_given, lexicon, lost_accents, nicknames, spaced
from sim.noise.text import neighbours, respell_one

TABLES = {
    "nicknames": nicknames(),
    "english forms": lexicon("english_forms"),
    "surname spellings": cycles("spelt_surnames"),
    "given spellings": cycles("spelt_given"),
    "lost accents": lost_accents("accented_surnames") | lost_accents("accented_given"),
    "names in parts": spaced(),
    "joined given names": joined_given(),
}


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_names_as_the_census_writes_them_and_have_another_form(name: str) -> None:
    for key, forms in TABLES[name].items():
        assert key.isascii() and key.isalpha() and key.isupper(), key
        assert [form for form in forms if form != key], key


def test_names_in_parts_are_borne_by_people_of_the_tables() -> None:
    known = set(tables.surnames()["name"])
    missing = sorted(name for name in spaced() if name not in known)
    assert len(missing) < len(spaced()) / 10, missing


def test_accented_names_are_borne_by_people_of_the_tables() -> None:
    known = set(tables.surnames()["name"]) | set(tables.first_names()["name"])
    missing = sorted(name for name in TABLES["lost accents"] if name not in known)
    assert not missing


def test_a_lost_accent_leaves_a_gap_nothing_or_a_question_mark() -> None:
    assert lost_accents("accented_surnames")["MUNOZ"] == ["MUOZ", "MU OZ", "MU?OZ"]


def test_neighbours_on_the_keyboard_are_mutual() -> None:
    keys, count = neighbours()
    beside = {chr(key): {chr(other) for other in keys[key, : count[key]]} for key in range(256) if count[key]}
    lonely = [(a, b) for a, others in beside.items() for b in others if a not in beside[b]]
    assert not lonely
    assert set(beside) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@pytest.mark.parametrize("name", ["looks_alike", "sounds_alike"])
def test_confusions_change_the_text_and_are_listed_once(name: str) -> None:
    pairs = [tuple(pair) for pair in lexicon(name)]
    assert all(old != new for old, new in pairs)
    assert len(set(pairs)) == len(pairs)


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such_list"):
        lexicon("no_such_list")


SOUNDS_ALIKE = {
    "CHRISTIAN": {"CHRISTIAN"},
    "HYEKYUNG": {"HIEKYUNG"},
    "MILLER": {"MILLER"},
    "MICHELLE": {"MISHELLE"},
    "CHERYL": {"SHERYL", "CHERIL"},
    "SANCHEZ": {"SANCHES"},
    "CASTILLO": {"KASTILLO", "CASTIYO"},
    "HERNANDEZ": {"HERNANDES", "ERNANDEZ"},
    "VASQUEZ": {"BASQUEZ", "VASQUES", "VASKEZ"},
    "EDGAR": {"EDGAR"},
    "MCINTYRE": {"MCINTIRE"},
    "ALEXIS": {"ALEXIS"},
    "WAGNER": {"WAGNER"},
    "GARCIA LOPEZ": {"GARSIA LOPEZ", "GARCIA LOPES"},
    "RAUL": {"RAUL"},
    "KEMP": {"KEMP"},
}


@pytest.mark.parametrize("meant", SOUNDS_ALIKE)
def test_a_name_written_by_ear_is_one_of_those_that_sound_like_it(meant: str) -> None:
    rules = [(pattern, written) for pattern, written in lexicon("sounds_alike")]
    names = pl.Series("name", [meant] * 64)
    made = respell_one(names, rules, np.linspace(0, 1, 64, endpoint=False))
    assert set(made) == SOUNDS_ALIKE[meant]
    applies = names.str.contains("|".join(pattern for pattern, _ in rules))
    assert applies.all() == (SOUNDS_ALIKE[meant] != {meant})


@pytest.mark.parametrize("table", [tables.first_names, tables.surnames], ids=["given", "family"])
def test_no_rule_makes_of_a_common_name_what_nobody_hears(table: Callable[[], pl.DataFrame]) -> None:
    """Of each of the 2,000 commonest: no SHRISTIAN, no SSHMIDT, no HLLEKYUNG, no MIYER, no CHRISTOPER."""
    names = table().top_k(2_000, by="count")["name"]
    strange = "SHR[IE]|SSH|^[B-DF-HJ-NP-TV-Z]LL|LLL|[IE]Y(ER|IAM)$|[SP]OPER$|[AEIOU]J$|[NM]J$|NB$|NP$|^MS"
    for pattern, written in lexicon("sounds_alike"):
        meant = names.filter(names.str.contains(pattern))
        made = meant.str.replace(pattern, written)
        assert (meant != made).all(), pattern
        worse = made.str.contains(strange) & ~meant.str.contains(strange)
        assert not made.filter(worse).to_list(), (pattern, meant.filter(worse).to_list())
