"""HTML, PDF and DOCX say the same, do nothing, and are the same bytes on every repeat."""

from __future__ import annotations

import io
import re
import string
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import docx as python_docx
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from sim.charts import export
from sim.report import docx, html, pdf
from sim.report.checklist import CHECKLIST, ReportError
from sim.report.document import Code, Report, Section, Table
from sim.report.glyphs import Printable, covered
from tests.record.standin import NASTY, case, study
from tests.report.reports import report

MANIFEST = b'{"run": "r-1"}'
LONG = ("inputs", "noise", "sensitivity", "reproduce", "files", "crosswalk")
"""Sections whose long tables add nothing to what is tested but time."""


def brief(made: Report) -> Report:
    """Return the report without its long tables."""
    short = tuple(part for part in made.sections if part.key not in LONG)
    return replace(made, sections=short, appendices=())


def nasty_case() -> dict[str, object]:
    """Return a case whose values are what a renderer might act on."""
    made = case("wrong_person")
    for line, text in zip(made["fields"], NASTY, strict=False):
        line["asked"] = text
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    title = " ".join(text for text in NASTY if "\x00" not in text)
    cases = [nasty_case(), case("right_person_right_door")]
    return report(study(2, 500, settings={"title": title}, cases=cases), tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def page(made):
    return html.render(made)


@pytest.fixture(scope="module")
def paper(made):
    return pdf.render(made, MANIFEST)


@pytest.fixture(scope="module")
def word(made):
    return docx.render(made)


@pytest.fixture(scope="module")
def paper_text(paper):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


class Tags(HTMLParser):
    """Collects tags, attributes and text of a page, and checks that tags close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_runs_nothing_and_fetches_nothing(page):
    tags = Tags(page)
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not re.search(r"""(?:src|href|xlink:href)=["'](?!#|data:)""", page)
    assert "default-src 'none'" in page


def test_names_and_titles_stand_in_the_page_as_they_were_given(page):
    text = "".join(Tags(page).texts)
    for given in NASTY[:4]:
        assert given in text
    assert "<script>alert" not in page and "\x00" not in page and "\x1b" not in page


def test_every_section_is_in_the_page_and_in_the_paper(made, page, paper_text):
    for part in made.sections:
        assert f'id="{part.key}"' in page
        assert re.sub(r"\s+", "", part.title) in re.sub(r"\s+", "", paper_text)
    assert len(made.sections) == len(CHECKLIST)


def test_figures_in_the_page_are_drawn_and_described(made, page):
    assert page.count('role="img" aria-label="') == len(made.pictures()) >= 6


def test_without_vl_convert_the_page_is_still_made_with_the_numbers(made, monkeypatch):
    monkeypatch.setattr(export, "available", lambda: False)
    plain = html.render(made)
    assert "<svg" not in plain and plain.count("The numbers behind this figure") == len(made.pictures())
    assert "Of 1,000 addresses disclosed" in plain


def test_paper_and_word_without_their_extra_say_what_to_install(made, monkeypatch):
    monkeypatch.setattr(export, "available", lambda: False)
    for render in (lambda: pdf.render(made, MANIFEST), lambda: docx.render(made)):
        with pytest.raises(ReportError, match=r"\[report\]"):
            render()


def test_the_paper_is_the_same_bytes_on_every_repeat(made, paper):
    assert paper.startswith(b"%PDF-1.7")
    short = brief(made)
    assert pdf.render(short, MANIFEST) == pdf.render(short, MANIFEST)


def test_the_paper_declares_its_standards_is_tagged_and_carries_the_manifest(made, paper):
    found = PdfReader(io.BytesIO(paper))
    metadata = found.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>3<.*pdfaid:conformance>A<", metadata, re.S)
    assert "pdfuaid:part>1<" in metadata
    assert found.metadata.title.startswith("Simulation of record linkage on synthetic data")
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"] and found.trailer["/Root"]["/Lang"] == "en"
    assert found.attachments["manifest.json"] == [MANIFEST]
    assert found.metadata.creation_date_raw.startswith("D:" + re.sub(r"\D", "", made.created))


def elements(node: Any) -> Iterator[DictionaryObject]:
    """Yield every element of a PDF's structure tree."""
    node = node.get_object()
    if isinstance(node, DictionaryObject):
        yield node
    children = node.get("/K", []) if isinstance(node, DictionaryObject) else []
    for child in children if isinstance(children, list) else [children]:
        if not isinstance(child, int):
            yield from elements(child)


def test_the_paper_has_headings_table_heads_and_described_figures_in_its_structure(paper, made):
    tree = PdfReader(io.BytesIO(paper)).trailer["/Root"]["/StructTreeRoot"]
    found = list(elements(tree))
    kinds = Counter(each.get("/S") for each in found)
    assert kinds["/H1"] >= len(CHECKLIST) and kinds["/TH"] > 100 and kinds["/Figure"] == len(made.pictures())
    told = [str(each["/Alt"]) for each in found if each.get("/S") == "/Figure"]
    assert all("SYNTHETIC" in alt and len(alt) > 60 for alt in told)


def test_every_font_of_the_paper_is_embedded(paper):
    fonts: dict[str, bool] = {}
    for page in PdfReader(io.BytesIO(paper)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"]
            embedded = {"/FontFile2", "/FontFile3"} & set(descriptor)
            fonts[str(font.get_object()["/BaseFont"])] = bool(embedded)
    assert len(fonts) >= 3 and all(fonts.values())


def test_markup_is_printed_in_the_paper_and_not_evaluated(paper_text):
    squeezed = re.sub(r"\s+", "", paper_text)
    assert '#eval("1+1")*bold*' in squeezed and '=HYPERLINK("http://x","y")' in squeezed
    assert "<script>alert(1)</script>" in squeezed


def test_letters_the_fonts_lack_are_written_otherwise_and_it_says_so(paper_text):
    assert "Characters written otherwise" in paper_text
    assert "U+738B is written 'Wang'" in paper_text and "Ωμέγα" in paper_text


def test_word_is_the_same_bytes_on_every_repeat(made):
    short = brief(made)
    assert docx.render(short) == docx.render(short)


def test_word_holds_every_section(made, word):
    document = python_docx.Document(io.BytesIO(word))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == [part.heading() for part in made.parts()]
    assert "SYNTHETIC" in document.sections[0].header.paragraphs[0].text
    text = "\n".join(p.text for p in document.paragraphs)
    assert NASTY[3] in text and "{=" not in text


def test_word_has_no_fields_macros_or_links_outside(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        names = archive.namelist()
        body = archive.read("word/document.xml").decode()
        relations = archive.read("word/_rels/document.xml.rels").decode()
    assert not [name for name in names if "vba" in name.lower() or "embeddings" in name]
    assert "fldSimple" not in body and "instrText" not in body
    assert 'TargetMode="External"' not in relations
    assert body.count("descr=") >= 6


def test_a_title_of_ten_thousand_letters_and_one_of_none_are_printed(made):
    for title in ("M" * 10_000, "عربي " * 300, ""):
        changed = replace(made, title=f"Simulation of record linkage: {title}", sections=made.sections[15:16])
        assert pdf.render(changed, MANIFEST).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("José Nguyễn Łukasz", "José Nguyễn Łukasz"),
        ("e\u0301", "é"),
        ("王", "Wang"),
        ("nul\x00 bell\x07 rtl\u202e", "nul bell rtl"),
        ("\ud800x", "x"),
        ("👩\u200d👧\ufe0f", ":woman::girl:"),
    ],
)
def test_text_for_paper_has_only_letters_that_the_fonts_can_draw(text, printed):
    assert Printable().text(text) == printed


def test_the_list_of_covered_characters_has_every_letter_our_own_words_use(made):
    words = "".join(part.title for part in made.sections)
    signs = "×÷−–—“”‘’…§·→±%½éñü"
    ours = {*words, *signs, *string.ascii_letters, *string.digits}
    assert {c for c in ours if ord(c) not in covered()} == set()


def test_keys_and_hashes_are_found_in_the_paper_as_they_are_written(made, tmp_path):
    key, hashed, word = "noise.surname_second_dropped.rate", "ab12" * 16, "x" * 300
    cells = Table("Inputs", ("Key", "Hash", "Word"), ((key, hashed, word),), widths=(1, 3, 1))
    parts = (Section("inputs", "Inputs", (cells, Code(f"note = {{SHA-256 {hashed}}}, {word}")), 1),)
    paper = pdf.render(replace(made, sections=parts, appendices=()), MANIFEST)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "\u200b" not in text and text.count(hashed) == 2
    squeezed = re.sub(r"\s+", "", text)
    assert key in squeezed and word in squeezed
