"""Published figures stand in one file, each with its source and grade, and nowhere else in the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.errors import InputErrors
from sim.parameters import config_root
from sim.published import fact, figure, figures, read_published
from tests.code_health.trees import ROOT, modules

GOOD = """
[fact.sent]
value = 10
unit = "requests"
date = 2026-01-01
source = "a page"
grade = "S, D"
[figure.met]
name = "met"
unit = "share"
published = 1.0
within = 0.1
use = "held out"
source = "a page"
grade = "P"
"""


def test_what_was_disclosed_is_what_was_answered_by_number_and_by_address() -> None:
    parts = fact("disclosed_without_address").value + fact("disclosed_by_address").value
    assert fact("addresses_disclosed").value == parts


def test_the_figures_of_august_2025_are_the_counts_divided() -> None:
    """They are printed rounded, and may not drift from the counts they come from."""
    sent, disclosed = fact("requests_sent").value, fact("addresses_disclosed").value
    assert figure("answered").published == pytest.approx(1000 * disclosed / sent, abs=0.05)
    by_number = 1000 * fact("disclosed_without_address").value / disclosed
    assert figure("answered_by_number").published == pytest.approx(by_number, abs=0.5)


def test_a_figure_gives_one_row_for_each_n_and_cites_its_grade() -> None:
    for each in figures().values():
        given = None if each.published is not None else (1.0,) * len(each.n)
        assert len(list(each.rows(given))) == len(each.n)
        assert each.cited.endswith(f"({each.grade})")


def test_no_published_count_is_written_again_in_the_program() -> None:
    """In any way of writing it: 47289, 47_289, 47,289, 1.28 million."""
    counts = [f"{fact(name).value:,}" for name in ("requests_sent", "addresses_disclosed",
              "disclosed_without_address", "disclosed_by_address")]  # fmt: skip
    spelt = "|".join(count.replace(",", "[,_]?") for count in counts) + r"|1\.28 million|1\.28e6"
    allowed = {"sim/dashboard/controls.py", "sim/report/wording.py"}
    """Stops of a slider; words a report may not hold."""
    found = [
        f"{module.path}: {hit[0]}"
        for module in modules()
        if module.path not in allowed
        for hit in re.finditer(rf"(?<![\d.,_])(?:{spelt})(?![\d_])", (ROOT / module.path).read_text("utf-8"))
    ]
    assert not found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("value = 10", "value = 1.5", "fact.sent.value"),
        ('grade = "S, D"', 'grade = "X"', "fact.sent.grade"),
        ("date = 2026-01-01\n", "", "fact.sent.date"),
        ("within = 0.1", "", "figure.met"),
        ("within = 0.1", "within = 0.1\nlow = 0.5", "figure.met"),
        ("within = 0.1", "low = 2.0\nhigh = 3.0", "figure.met"),
        ("published = 1.0", "published = [1.0, 2.0]", "figure.met"),
        ('use = "held out"', 'use = "good"', "figure.met.use"),
        ("[fact.sent]", "[facts.sent]", "facts"),
    ],
)
def test_a_broken_entry_is_told_by_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "published.toml"
    file.write_text(GOOD, "utf-8")
    read_published(file)
    file.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(InputErrors, match=rf"^published\.toml: {re.escape(told)}: "):
        read_published(file)


def test_the_file_comes_with_the_configuration() -> None:
    assert (config_root() / "published.toml").is_file()
