"""The report as a Word document, for lawyers who edit and paste; the same bytes on every repeat.

python-docx writes the time of day into the ZIP; `normalised` puts the files in order with a fixed date.
"""

# ruff: noqa: PLC0415 - python-docx is of the extra [report]

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import whole_files
from sim.charts import export
from sim.report.checklist import ReportError
from sim.report.document import Blanks, Block, Bullets, Code, Paragraph, Picture, Report, Table
from sim.report.docx_tables import add_table, shade
from sim.text_safety import without_controls

if TYPE_CHECKING:
    from docx.document import Document

NAME = "report.docx"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_PICTURE_CM = 16.5
_CODE_GREY = "F5F5F5"


def write(report: Report, folder: Path) -> Path:
    """Write `report.docx` into a run folder; raises ReportError when the extra [report] is not installed."""
    return whole_files.write(folder / NAME, render(report))


def render(report: Report) -> bytes:
    """Return the DOCX of a report; raises ReportError without the extra [report]."""
    try:
        import docx
    except ImportError:
        raise ReportError(
            'DOCX needs the extra "report" (pip install "linkage-error-simulator[report]")'
        ) from None
    if not export.available():
        raise ReportError('figures need the extra "report" (pip install "linkage-error-simulator[report]")')
    document = docx.Document()
    _set_up(document, report)
    document.add_heading(_clean(report.title), level=0)
    document.add_paragraph(_clean(report.subtitle))
    for part in report.parts():
        document.add_heading(_clean(part.heading()), level=1)
        for block in part.blocks:
            _add(document, block)
    stream = io.BytesIO()
    document.save(stream)
    return normalised(stream.getvalue())


def normalised(archive: bytes) -> bytes:
    """Return a ZIP with the same members in order of name, fixed dates and one compression."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()


def _set_up(document: Document, report: Report) -> None:
    """Set properties, fonts, margins, header and footer."""
    from docx.shared import Cm, Pt

    when = datetime.fromisoformat(report.created).replace(tzinfo=None)
    about = document.core_properties
    about.title, about.author, about.subject = (
        _clean(report.title)[:255],
        "Linkage Error Simulator",
        f"Run {report.run_id}",
    )
    about.created = about.modified = when
    about.last_modified_by, about.comments, about.language = "Linkage Error Simulator", "SYNTHETIC data", "en"
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.paragraph_format.space_after = "Georgia", Pt(10.5), Pt(6)
    for name in ("Title", "Heading 1", "Heading 2"):
        _plain_heading(document.styles[name])
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.2)
        section.header.paragraphs[
            0
        ].text = f"SYNTHETIC DATA: every person, number and address was made up · run {report.run_id}"
        footer = section.footer.paragraphs[0]
        footer.text = f"Linkage Error Simulator, run of {report.created[:10]} · page "
        _page_number(footer)


def _plain_heading(style: Any) -> None:
    """Print headings in black Arial; the template's theme font and blue would win over a plain name."""
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    style.font.name, style.font.color.rgb = "Arial", RGBColor(0x1A, 0x1A, 0x1A)
    fonts = style.element.rPr.rFonts
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)


def _page_number(paragraph: Any) -> None:
    """Add the number of the page, which Word counts."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _add(document: Document, block: Block) -> None:
    from docx.shared import Pt

    match block:
        case Paragraph():
            _paragraph(document, block)
        case Bullets(items=items):
            for item in items:
                document.add_paragraph(_clean(item), style="List Bullet")
        case Code(text=text, label=label):
            if label:
                document.add_heading(_clean(label), level=2)
            _code(document, text)
        case Blanks(labels=labels):
            for label in labels:
                document.add_paragraph(f"{_clean(label)}: " + "_" * 40).paragraph_format.space_before = Pt(8)
        case Picture(figure=figure):
            _picture(document, export.png(figure), f"{figure.alt} {figure.source.line()}")
        case Table():
            add_table(document, block, _clean)


def _paragraph(document: Document, block: Paragraph) -> None:
    from docx.shared import Pt

    if block.kind == "label":
        document.add_heading(_clean(block.text), level=2)
        return
    run = document.add_paragraph().add_run(_clean(block.text))
    if block.kind in ("lead", "warning"):
        run.bold = True
    if block.kind == "lead":
        run.font.size = Pt(13)
    if block.kind == "note":
        run.font.size = Pt(8.5)
    run.italic = block.kind == "equation"


def _code(document: Document, text: str) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = 1.0
    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size = "Courier New", Pt(7)
    shade(paragraph._p.get_or_add_pPr(), _CODE_GREY)


def _picture(document: Document, png: bytes, alt: str) -> None:
    from docx.shared import Cm

    document.add_picture(io.BytesIO(png), width=Cm(_PICTURE_CM))
    found: Any = document.inline_shapes[
        -1
    ]._inline.docPr  # python-docx has no public way to set an alternative text
    found.set("descr", _clean(alt))


def _clean(text: str) -> str:
    """Return text that XML 1.0 can hold."""
    return "".join(c for c in without_controls(text) if not 0xFFFE <= (ord(c) & 0xFFFF) <= 0xFFFF)
