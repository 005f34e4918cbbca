"""What can be downloaded of a run, each file made from the run folder when it is asked for."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.record.bundle import bundle
from sim.report import docx, html, pdf
from sim.report.findings import Findings
from sim.report.model import page


@dataclass(frozen=True, slots=True)
class Offer:
    """A file on offer. make: returns its bytes."""

    label: str
    name: str
    mime: str
    about: str
    make: Callable[[], bytes]


def offers(found: Findings) -> list[Offer]:
    """Return the files that can be made here: PDF and Word only with the extra [report]."""
    run = found.run.run_id
    report = page(found)
    made = [
        Offer(
            "Bundle",
            f"{run}.zip",
            "application/zip",
            "Everything to read, cite, check and repeat the run",
            lambda: _bundle(found),
        ),
        Offer(
            "Report (web page)",
            f"{run}.html",
            "text/html",
            "One file, to be read or printed",
            lambda: html.render(report).encode(),
        ),
    ]
    if importlib.util.find_spec("typst"):
        made.append(
            Offer(
                "Report (PDF)",
                f"{run}.pdf",
                "application/pdf",
                "The short report",
                lambda: _written(pdf.write, found),
            )
        )
    if importlib.util.find_spec("docx"):
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        made.append(
            Offer(
                "Report (Word)",
                f"{run}.docx",
                kind,
                "The short report, to be edited",
                lambda: _written(docx.write, found),
            )
        )
    for name, label in (
        ("rates.csv", "Rates (CSV)"),
        ("counts.csv", "Counts (CSV)"),
        ("scenario.toml", "Scenario (TOML)"),
    ):
        path = found.run.folder / name
        made.append(
            Offer(
                label,
                f"{run}-{name}",
                "text/plain" if name.endswith("toml") else "text/csv",
                f"{name} of the run folder",
                path.read_bytes,
            )
        )
    return made


def _bundle(found: Findings) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sim-bundle-") as place:
        return bundle(found.run.folder, Path(place) / f"{found.run.run_id}.zip").read_bytes()


def _written(write: Callable[..., Path], found: Findings) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sim-report-") as place:
        return write(page(found), Path(place)).read_bytes()
