"""Tables of the Word document: fixed widths, a repeated head, rows kept whole, thin lines between them."""

# ruff: noqa: PLC0415 - python-docx is of the extra [report]

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.report.document import Table

WIDTH_CM = 17.1
_MARKED = "FFF3D6"
_LINE = "C9C9C9"
_SHORT = 18
"""Rows up to which a table is kept on one page."""


def add_table(document: Any, block: Table, clean: Callable[[str], str]) -> None:
    """Add a table with caption and note; `clean` makes text that XML can hold."""
    from docx.shared import Cm, Pt

    caption = document.add_paragraph()
    caption.add_run(clean(block.caption)).bold = True
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(3)
    made = document.add_table(rows=1 + len(block.rows), cols=len(block.head))
    made.autofit = False
    parts = block.widths or (1.0,) * len(block.head)
    widths = [Cm(WIDTH_CM * part / sum(parts)) for part in parts]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    texts = (block.head, *block.rows)
    together = len(block.rows) <= _SHORT
    for number, (row, cells) in enumerate(zip(made.rows, texts, strict=True), -1):
        _fill(row, [clean(text) for text in cells], block, number, together and number < len(block.rows) - 1)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    _lines(made)
    mark(made.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    note = document.add_paragraph()
    note.add_run(clean(block.note)).font.size = Pt(8.5)
    note.paragraph_format.space_before = Pt(3)


def _fill(row: Any, cells: list[str], block: Table, number: int, keep: bool) -> None:
    """Write one row; number: of the row from 0, -1 for the head.  keep: on one page with the next row."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    mark(row._tr.get_or_add_trPr(), "w:cantSplit")
    for column, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        paragraph = cell.paragraphs[0]
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(1.5)
        form.line_spacing, form.keep_with_next = 1.0, keep
        run = paragraph.add_run(text)
        run.font.size, run.font.name, run.bold = Pt(7.5), "Arial", number < 0
        if block.side(column) == "right":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if number in block.marked:
            shade(cell._tc.get_or_add_tcPr(), _MARKED)


def mark(properties: Any, name: str) -> None:
    """Switch on a property of Word's, such as "w:tblHeader", which screen readers read out as the head."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    switch = OxmlElement(name)
    switch.set(qn("w:val"), "true")
    properties.append(switch)


def shade(properties: Any, colour: str) -> None:
    """Give a cell or paragraph, by its properties, a background (six hexadecimal digits)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    found = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        found.set(qn(f"w:{key}"), value)
    properties.append(found)


def _lines(made: Any) -> None:
    """Draw a thin line under every row and nothing between columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    made._tbl.tblPr.append(borders)
