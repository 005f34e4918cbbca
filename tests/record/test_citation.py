"""A run can be cited in three notations, and CITATION.cff says what the program is."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.record.citation import AUTHOR, NAME, Citation, cff

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cited():
    return Citation("r-4c1f9e2a7b10", "0.3.1", date(2026, 9, 2), "ab" * 32, 20, "Names & 50 % {of} \\ # them")


def test_the_bluebook_string_has_author_run_date_place_hash_and_assumptions(cited):
    assert cited.bluebook() == (
        "Linkage Error Simulator v0.3.1, Run r-4c1f9e2a7b10 (Sept. 2, 2026), <URL> [<archive URL>] "
        "(SHA-256 of results "
        + "ab" * 32
        + "; synthetic data; 20 simulated populations; model assumptions at § 7)."
    )


def test_bibtex_escapes_what_latex_acts_on_and_balances_its_braces(cited):
    text = cited.bibtex()
    assert text.startswith("@software{linkage_error_simulator_r_4c1f9e2a7b10,")
    assert r"Names \& 50 \% \{of\} \textbackslash{} \# them" in text
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")


def test_csl_json_is_one_item_with_its_date(cited):
    (item,) = json.loads(cited.csl())
    assert item["type"] == "software" and item["issued"]["date-parts"] == [[2026, 9, 2]]
    assert item["id"] == cited.run_id and cited.result_hash in item["note"]


def test_the_repository_s_citation_file_is_the_one_made_from_name_author_and_version():
    version = sim.__version__
    assert (ROOT / "CITATION.cff").read_text() == cff(version)
    assert NAME in cff(version) and AUTHOR in cff(version)


def test_the_citation_file_has_every_field_that_format_1_2_0_requires():
    keys = {line.split(":")[0] for line in cff("1.0.0").splitlines() if re.match(r"[a-z]", line)}
    assert {"cff-version", "message", "title", "authors", "type", "version", "license"} <= keys


def test_the_page_on_citing_shows_the_form_of_the_string():
    page = (ROOT / "docs" / "citing.md").read_text()
    assert "Run r-" in page and "sim verify" in page and "902(13)" in page
