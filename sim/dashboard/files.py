"""What can be downloaded of a run, each file made from the run folder when it is asked for."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim.record.bundle import bundle
from sim.report import docx, html, pdf
from sim.report.findings import Findings
from sim.report.model import page
from sim.whole_files import Scratch


@dataclass(frozen=True, slots=True)
class Offer:
    """A file on offer. make: returns its bytes."""

    label: str
    name: str
    mime: str
    about: str
    make: Callable[[], bytes]


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


Whole = Callable[[Path], Path]


def offers(found: Findings, whole: Whole | None = None) -> list[Offer]:
    """Return the files that can be made here: PDF and Word only with the extra [report].

    The reports are the short one: the full one needs four more runs, which `sim report` makes.
    A run of an older format offers what it has, and no bundle.
    whole: writes the run with all its files into a folder, for an answer that was made without its cases;
    without them `sim verify` would find the bundle different from what its question gives.
    """
    run = found.run.run_id
    made = (
        []
        if found.run.older
        else [
            Offer(
                "Bundle",
                f"{run}.zip",
                "application/zip",
                "The run, its data and a report in one file, to be checked and repeated by `sim verify`",
                lambda: _bundle(found, whole),
            )
        ]
    )
    made += [
        Offer(
            f"Short report ({kind})",
            f"{run}-short-report.{ending}",
            mime,
            f"{about}; `sim report` writes the full one, with best and worst case",
            partial(make, found),
        )
        for kind, ending, mime, about, make in _reports()
    ]
    there = [each for each in _KEPT if (found.run.folder / each[0]).exists()]
    return [*made, *(_kept(found, name, label) for name, label in there)]


_KEPT = (
    ("rates.csv", "Rates (CSV)"),
    ("counts.csv", "Counts (CSV)"),
    ("addresses.csv", "Addresses disclosed (CSV)"),
    ("disclosures.parquet", "Every address disclosed (Parquet)"),
    ("outcomes.parquet", "Every request (Parquet)"),
    ("scenario.toml", "Scenario (TOML)"),
)
_MIME = {".csv": "text/csv", ".toml": "text/plain", ".parquet": "application/vnd.apache.parquet"}


def _kept(found: Findings, name: str, label: str) -> Offer:
    """Return the offer of a file of the run folder, as it is."""
    path = found.run.folder / name
    about = f"{name} of the run folder"
    return Offer(label, f"{found.run.run_id}-{name}", _MIME[path.suffix], about, path.read_bytes)


def _reports() -> Iterator[tuple[str, str, str, str, Callable[[Findings], bytes]]]:
    """Yield kind, ending, MIME type, use and maker of the reports that can be made here."""
    yield "web page", "html", "text/html", "One file, to be read or printed", _html
    if importlib.util.find_spec("typst"):
        yield "PDF", "pdf", "application/pdf", "To be read or printed, the manifest inside", _pdf
    if importlib.util.find_spec("docx"):
        yield "Word", "docx", WORD, "To be edited", _docx


def _html(found: Findings) -> bytes:
    return html.render(page(found)).encode()


def _pdf(found: Findings) -> bytes:
    return pdf.render(page(found), (found.run.folder / "manifest.json").read_bytes())


def _docx(found: Findings) -> bytes:
    return docx.render(page(found))


def _bundle(found: Findings, whole: Whole | None) -> bytes:
    """Return the bundle; an answer of the page has no report in its folder yet, and gets the short one."""
    with Scratch("bundle") as place:
        folder = found.run.folder if whole is None else whole(place)
        if not (folder / html.NAME).exists():
            html.write(folder)
        return bundle(folder, place / f"{found.run.run_id}.zip").read_bytes()
