"""A hostile title goes through every form of a report, and is only ever text there."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import docx as python_docx
import pytest
from pypdf import PdfReader

from sim.charts import LinePoint, Source, along, export
from sim.record.writer import write
from sim.report import docx, html, pdf
from sim.report.document import Report
from sim.report.findings import Findings
from sim.report.model import page
from tests.record.standin import study

EVIL = "http://evil.example"
PAYLOADS = (
    f"![zebra0]({EVIL}/p.png)", f"[zebra1]({EVIL})", "**zebra2**", "<b>zebra3</b>",
    f"<img src={EVIL}/zebra4>", f"{EVIL}/zebra5", f'#link("{EVIL}")[zebra6]', '#image("zebra7.png")',
    '#read("/etc/zebra8")', "*zebra9*", "$zebra10$", "@zebra11", "\\u{7a}zebra12", "]zebra13", '"zebra14',
    "</title><b>zebra15", "]]>zebra16", "--><zebra17>", "{{zebra18}}", "{% zebra19 %}", "&lt;zebra20",
    "=HYPERLINK(zebra21)", "`zebra22`", "#pagebreak()zebra23", "HYPERLINK zebra24", "${zebra25}",
)  # fmt: skip
"""What a browser, Markdown, Typst, a template, Word or XML would act on."""


def told(title: str, place: Path) -> tuple[Report, Path]:
    """Return a short report of a study of that title, and its folder."""
    folder = write(study(2, 300, settings={"title": title, "summary": title}), place)
    made = page(Findings.of(folder))
    return replace(made, title=title, sections=made.sections[:3], appendices=()), folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    return told(" ".join(PAYLOADS), tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    words = " ".join(f"zebra{number}" for number in range(len(PAYLOADS)))
    return told(words, tmp_path_factory.mktemp("harmless"))


class Page(HTMLParser):
    """The tags of a page with the names of their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[f"{tag} {sorted(name for name, _ in attrs)}"] += 1

    def handle_data(self, data: str) -> None:
        self.words += data


def whole(words: str) -> list[str]:
    """Return the payloads that do not stand letter by letter wherever their word stands, blanks aside."""
    squeezed = re.sub(r"\s+", "", words)
    missing = []
    for payload in PAYLOADS:
        (word,) = re.findall(r"zebra\d+", payload)
        met = len(re.findall(rf"{word}(?!\d)", squeezed))
        if met == 0 or met != squeezed.count(re.sub(r"\s+", "", payload)):
            missing.append(payload)
    return missing


def test_the_page_of_a_hostile_title_has_the_tags_of_any_other(
    hostile: tuple[Report, Path], harmless: tuple[Report, Path]
) -> None:
    found, other = Page(html.render(hostile[0])), Page(html.render(harmless[0]))
    assert found.tags == other.tags
    assert whole(found.words) == []


def test_the_paper_of_a_hostile_title_prints_it_and_links_nowhere(
    hostile: tuple[Report, Path], harmless: tuple[Report, Path]
) -> None:
    found, other = (PdfReader(io.BytesIO(pdf.render(each[0], b"{}"))) for each in (hostile, harmless))
    assert whole("".join(each.extract_text() for each in found.pages)) == []
    for read in (found, other):
        links = [each.get_object() for sheet in read.pages for each in sheet.get("/Annots", [])]
        assert not [each for each in links if "/URI" in str(each.get("/A", ""))]
    assert len(found.pages) - len(other.pages) in (0, 1)


def test_the_word_file_of_a_hostile_title_holds_it_as_text(
    hostile: tuple[Report, Path], harmless: tuple[Report, Path]
) -> None:
    made = [docx.render(each[0]) for each in (hostile, harmless)]
    document = python_docx.Document(io.BytesIO(made[0]))
    assert whole("\n".join(each.text for each in document.paragraphs)) == []
    counted = []
    for each in made:
        with zipfile.ZipFile(io.BytesIO(each)) as archive:
            body = ET.fromstring(archive.read("word/document.xml"))
            assert b'TargetMode="External"' not in archive.read("word/_rels/document.xml.rels")
        counted.append(Counter(node.tag for node in body.iter()))
    assert counted[0] == counted[1]


def test_a_figure_of_hostile_words_is_a_picture_of_words() -> None:
    points = [LinePoint(0.0, 1.0, 0.5, 2.0), LinePoint(1.0, 3.0, 2.0, 4.0)]
    source = Source("r-0123456789ab", "2026-01-01", 2, "95 %")
    for payload in PAYLOADS:
        figures = [
            replace(along({name: points, "other": points}, name, "per 1,000", source), alt=name)
            for name in (payload, "zebra")
        ]
        drawn, plain = (ET.fromstring(export.svg(each)) for each in figures)
        assert {node.tag for node in drawn.iter()} <= {node.tag for node in plain.iter()}
        assert not [name for node in drawn.iter() for name in node.attrib if name.endswith("href")]
        assert payload in (" ".join(drawn.itertext()) + " ".join(drawn.attrib.values()))
        shown, other = (Page(str(html._picture(each))) for each in figures)
        assert set(shown.tags) == set(other.tags)


def test_the_metadata_of_a_hostile_title_is_json_that_says_it(hostile: tuple[Report, Path]) -> None:
    graph = json.loads((hostile[1] / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    told_as = next(each for each in graph if each["@id"] == "./")
    assert whole(told_as["description"]) == []
    assert {each["@id"] for each in graph if "zebra" in each["@id"]} == set()
