"""The page of names is the one the program makes, and shows no more of anybody than a name and a decade."""

from __future__ import annotations

import re

import pytest

from benchmarks import names
from sim.noise.lexicon import lexicon
from sim.requests import ORIGINS


@pytest.fixture(scope="module")
def page() -> str:
    return names.PAGE.read_text("utf-8")


def test_the_page_of_names_is_the_one_the_program_makes(page: str) -> None:
    """If this fails, names or rules changed: run `python -m benchmarks names` and read what changed."""
    assert page == names.page()


def test_every_group_birthplace_and_origin_has_its_part_and_thirty_people(page: str) -> None:
    titles = [
        f"{group}, born {where}" for group in names.GROUP_WORDS.values() for where in ("in the US", "abroad")
    ]
    for title in [*titles, *(f"Asked for: {origin}" for origin in ORIGINS)]:
        part = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
        drawn = part.partition("- **At random**: ")[2].partition("\n")[0].split("; ")
        assert len(drawn) == names.DRAWN, title
        assert all(re.fullmatch(r"[A-Z '-]+ \([fm] (19|20)\d0s\)", person) for person in drawn), title


def test_every_rule_of_spelling_by_ear_is_shown_with_a_name_it_changes(page: str) -> None:
    for pattern, written in lexicon("sounds_alike"):
        line = page.partition(f"- `{pattern}` to `{written}`: ")[2].partition("\n")[0]
        pairs = re.findall(r"[(,] ?([A-Z]+) ([A-Z]+)", line)
        assert pairs, pattern
        assert all(re.sub(pattern, written.replace("${", r"\g<").replace("}", ">"), meant, count=1) == made
                   for meant, made in pairs), pattern  # fmt: skip
