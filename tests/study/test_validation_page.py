"""The page of published figures is of the model in force, and its counts are those of its rows."""

from __future__ import annotations

import re
from typing import get_args

from benchmarks import validation
from sim.published import Figure, Use, figures
from sim.report.calibration import beside


def test_the_page_was_made_with_the_numbers_in_force() -> None:
    """If this fails, the model's numbers changed: run `python -m benchmarks validation` (three minutes)."""
    assert f"model numbers `{validation.fingerprint()}`" in validation.PAGE.read_text("utf-8")


def test_the_page_counts_its_own_verdicts_and_gives_every_published_figure() -> None:
    page = validation.PAGE.read_text("utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| (V\d+)? \| ", line)]
    for use in get_args(Use):
        verdicts = [row[6].strip("*") for row in rows if row[7] == use]
        counted = [str(verdicts.count(word)) for word in ("agrees", "differs", "not simulated")]
        told = re.search(rf"^\| {use} \| .* \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
        assert told is not None and list(told.groups()) == counted
    assert len(rows) == sum(len(figure.n) for figure in figures().values())


def test_what_the_program_was_given_is_not_counted_among_what_it_meets() -> None:
    made = validation.page(
        [
            ("", target)
            for name in ("v1", "itin", "moved")
            for target in beside(figures()[name], [12.0] * len(figures()[name].n))
        ]
    )
    assert "**1 agree, 0 differ**" in made


def test_the_figures_of_august_2025_that_differ_stand_first() -> None:
    page = validation.PAGE.read_text("utf-8")
    first = page[page.index("| no. | figure |") :].splitlines()[2:4]
    assert [line.split(" | ")[0] for line in first] == ["| V9", "| V9"]


def test_a_figure_outside_its_bounds_is_said_to_differ() -> None:
    sizes = {"n": (1, 2), "published": (1.0, 2.0), "within": 0.1}
    entry = Figure(name="n = {n}", unit="-", use="held out", source="-", grade="P", **sizes)
    made = beside(entry, [1.05, 2.2])
    assert [(t.name, t.verdict) for t in made] == [("n = 1", "agrees"), ("n = 2", "differs")]
    assert "| **differs** |" in validation.page([("V0", target) for target in made])
