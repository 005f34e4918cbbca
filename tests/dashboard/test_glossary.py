"""The glossary page says what the pages and the judge say."""

from __future__ import annotations

from pathlib import Path

from sim.dashboard.words import GLOSSARY
from sim.outcome.words import PLAIN, TITLES, WHOSE_DOOR, WHOSE_ERROR, WHOSE_RECORD
from sim.report import whose

PAGE = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text("utf-8")


def test_the_page_has_every_quantity_axis_and_word_with_the_meaning_that_the_pages_give() -> None:
    rows = [f"| {title} | {whose.meaning(word)} |" for word, title in TITLES.items()]
    rows += [f"| `{word}` | {PLAIN[word]} |" for word in (*WHOSE_RECORD, *WHOSE_DOOR, *WHOSE_ERROR)]
    rows += [f"| {word} | {meaning} |" for word, meaning in GLOSSARY.items()]
    assert [row for row in rows if row not in PAGE] == []
