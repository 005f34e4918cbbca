"""Reports of stand-in studies, whole, with their companions."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from sim.record.writer import write
from sim.report.document import Bullets, Paragraph, Picture, Report, Table
from sim.report.findings import Companion, Findings
from sim.report.model import build
from sim.study.replicates import StudyResult
from tests.record.standin import study

BEST = (0.19, 0.01, 0.0, 0.05, 0.75)
WORST = (0.1, 0.03, 0.22, 0.05, 0.6)


@functools.cache
def companions() -> tuple[Companion, ...]:
    """Return a best and a worst case, written once for all tests; they live as long as the process."""
    place = Path(tempfile.mkdtemp(prefix="companions-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    best = write(study(2, 400, BEST, {"noise.level": "clean"}), place)
    worst = write(study(2, 400, WORST, {"linkage.rule": "name_only"}), place)
    return (
        Companion("best", "the requests hold no fault at all", Findings.of(best)),
        Companion("worst", "records are linked on first and last name alone", Findings.of(worst)),
    )


def findings(result: StudyResult, place: Path) -> Findings:
    """Write a study and return what was found, its two extremes beside it."""
    return replace(Findings.of(write(result, place)), companions=companions())


def report(result: StudyResult, place: Path) -> Report:
    """Return the full report of a study."""
    return build(findings(result, place))


def prose(made: Report) -> list[str]:
    """Return the generated sentences of a report: paragraphs, lists, notes, captions, words of figures."""
    found = [made.title, made.subtitle]
    for part in made.sections:
        found.append(part.title)
        for block in part.blocks:
            match block:
                case Paragraph(text=text):
                    found.append(text)
                case Bullets(items=items):
                    found += items
                case Table(caption=caption, note=note):
                    found += [caption, note]
                case Picture(figure=figure):
                    found += [figure.title, figure.subtitle, figure.alt]
    return found
