"""All that `sim report` writes into a run folder: figures, and the report in the formats asked for."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from sim import whole_files
from sim.charts import export
from sim.record.canonical import readable_json
from sim.report import docx, html, pdf, studies
from sim.report.document import Report
from sim.report.findings import Findings
from sim.report.model import build

FORMATS = ("html", "pdf", "docx")
COMPANIONS, FOLDER = "companions.json", "figures"
FILES = (COMPANIONS, studies.NAME, html.NAME, pdf.NAME, docx.NAME)
"""What is written into a run folder: files, and the folder of the figures."""


def make(found: Findings, formats: Set[str]) -> list[Path]:
    """Write the report in `formats` (of FORMATS), its figures and the list of companions; return their paths.

    Raises ReportError when an item of the checklist is missing or a format needs an extra that is not there.
    """
    report, folder = build(found), found.run.folder
    companions = [
        {"role": each.role, "change": each.change, "run_id": each.findings.run.run_id}
        for each in found.companions
    ]
    paths = [
        whole_files.write(folder / COMPANIONS, readable_json(companions).encode()),
        *figures(report, folder),
    ]
    if found.study:
        paths.append(whole_files.write(folder / studies.NAME, readable_json(found.study).encode()))
    if "html" in formats:
        paths.append(whole_files.write(folder / html.NAME, html.render(report).encode()))
    if "pdf" in formats:
        paths.append(pdf.write(report, folder))
    if "docx" in formats:
        paths.append(docx.write(report, folder))
    return paths


def figures(report: Report, folder: Path) -> list[Path]:
    """Write every figure as SVG and PNG into `figures/`; none without the extra [report]."""
    if not export.available():
        return []
    place = folder / FOLDER
    whole_files.make_folder(place)
    paths = []
    for figure in report.pictures():
        paths.append(whole_files.write(place / f"{figure.name}.svg", export.svg(figure).encode()))
        paths.append(whole_files.write(place / f"{figure.name}.png", export.png(figure)))
    return paths
