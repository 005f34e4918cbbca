"""The report as PDF by Typst: PDF/A-3a, PDF/UA-1, tagged, manifest inside, the same bytes each time.

The template reads the report as JSON, so text is data and never markup. Fonts are the packaged ones and
Typst's own; the machine's are ignored. The date is the run's.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sim import whole_files
from sim.charts import Figure, export
from sim.charts.theme import WIDTH
from sim.report.checklist import ReportError
from sim.report.document import Blanks, Block, Bullets, Code, Paragraph, Picture, Report, Table
from sim.report.glyphs import Printable
from sim.whole_files import Scratch

NAME = "report.pdf"


def write(report: Report, folder: Path) -> Path:
    """Write `report.pdf` into a run folder; raises ReportError when the extra [report] is not installed."""
    return whole_files.write(folder / NAME, render(report, (folder / "manifest.json").read_bytes()))


def render(report: Report, manifest: bytes) -> bytes:
    """Return the PDF with `manifest` (JSON) attached; raises ReportError without the extra [report]."""
    try:
        import typst  # noqa: PLC0415 - of the extra [report]
    except ImportError:
        raise ReportError(
            'PDF needs the extra "report" (pip install "linkage-error-simulator[report]")'
        ) from None
    if not export.available():
        raise ReportError('figures need the extra "report" (pip install "linkage-error-simulator[report]")')
    with Scratch("report") as place, as_file(export.FONTS) as fonts:
        _lay_out(place, report, manifest)
        made: bytes = typst.compile(
            str(place / "report.typ"),
            root=str(place),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-3a", "ua-1"],
            timestamp=int(datetime.fromisoformat(report.created).timestamp()),
        )
    return made


def _lay_out(place: Path, report: Report, manifest: bytes) -> None:
    """Put template, data, figures and manifest where Typst reads them."""
    with as_file(files("sim.report").joinpath("templates", "report.typ")) as template:
        whole_files.create(place / "report.typ", template.read_bytes())
    whole_files.create(place / "manifest.json", manifest)
    for figure in report.pictures():
        whole_files.create(place / f"{figure.name}.svg", export.svg(figure).encode())
    printable = Printable()
    data = printable.everything(as_data(report))
    data["replaced"] = printable.notes()
    whole_files.create(place / "report.json", json.dumps(data, ensure_ascii=False).encode())


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as the JSON object that the template reads."""
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "run": report.run_id,
        "created": report.created,
        "sections": [
            {"heading": part.heading(), "blocks": [_block(block) for block in part.blocks]}
            for part in report.parts()
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text=text, kind=kind):
            return {"type": "paragraph", "text": text, "kind": kind}
        case Bullets(items=items):
            return {"type": "bullets", "items": list(items)}
        case Code(text=text, label=label):
            return {"type": "code", "text": text, "label": label}
        case Blanks(labels=labels):
            return {"type": "blanks", "labels": list(labels)}
        case Picture(figure=figure):
            file = f"{figure.name}.svg"
            return {"type": "picture", "file": file, "alt": _alt(figure), "width": _width(figure)}
        case Table():
            return {
                "type": "table",
                "caption": block.caption,
                "head": list(block.head),
                "rows": [list(row) for row in block.rows],
                "align": [block.side(i) for i in range(len(block.head))],
                "widths": list(block.widths) or [1] * len(block.head),
                "marked": sorted(block.marked),
                "note": block.note,
            }


def _width(figure: Figure) -> float:
    """Return the width of a drawing in pixels, so that letters are as large in one figure as in another."""
    found = re.search(r'<svg[^>]* width="([0-9.]+)', export.svg(figure))
    return float(found.group(1)) if found else float(WIDTH)


def _alt(figure: Figure) -> str:
    return f"{figure.alt} {figure.source.line()}"
