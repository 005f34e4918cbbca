"""The word lists of the noise model: every entry changes something and reads as names are written."""

from __future__ import annotations

import pytest

from sim import tables
from sim.noise.lexicon import cycles, joined_given, lexicon, lost_accents, nicknames, spaced
from sim.noise.text import neighbours

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
