"""The page of published figures is of the model in force, and its counts are those of its rows."""

from __future__ import annotations

import re

from benchmarks import validation


def test_the_page_was_made_with_the_numbers_in_force() -> None:
    """If this fails, the model's numbers changed: run `python -m benchmarks validation` (three minutes)."""
    assert f"model numbers `{validation.fingerprint()}`" in validation.PAGE.read_text("utf-8")


def test_the_page_counts_its_own_verdicts_and_gives_every_published_figure() -> None:
    page = validation.PAGE.read_text("utf-8")
    told = re.search(r"\*\*(\d+) agree, (\d+) differ\*\* and\s+(\d+) are not simulated", page)
    assert told is not None
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| (V\d+)? \| ", line)]
    verdicts = [row[6].strip("*") for row in rows]
    counted = [verdicts.count(word) for word in ("agrees", "differs", "not simulated")]
    assert counted == [int(number) for number in told.groups()]
    figures = [entry for entries in validation.PUBLISHED.values() for entry in entries]
    assert len(rows) == sum(len(entry.get("n", [""])) for entry in figures) + 4  # those of August 2025


def test_a_figure_outside_its_bounds_is_said_to_differ() -> None:
    entry = {
        "name": "n = {n}",
        "unit": "",
        "n": [1, 2],
        "published": [1.0, 2.0],
        "within": 0.1,
        "use": "",
        "source": "",
    }
    made = validation.targets(entry, [1.05, 2.2])
    assert [(t.name, t.verdict) for t in made] == [("n = 1", "agrees"), ("n = 2", "differs")]
    assert "| **differs** |" in validation.page([("V0", target) for target in made])
