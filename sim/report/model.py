"""The one model behind every rendering: from findings to a checked report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sim.report.checklist import CHECKLIST, check
from sim.report.document import Paragraph, Report, Section
from sim.report.findings import Findings
from sim.report.sections import adverse, back, front, linkage, method, results, uncertainty

SECTIONS: dict[str, Callable[[Findings], Section]] = {
    "purpose": front.purpose,
    "headline": front.headline,
    "estimand": front.estimand,
    "not": front.not_this,
    "flow": results.flow,
    "processes": method.processes,
    "inputs": method.inputs,
    "noise": method.noise,
    "linkage": linkage.linkage,
    "calibration": results.calibration,
    "results": results.results,
    "uncertainty": uncertainty.uncertainty,
    "sensitivity": adverse.sensitivity,
    "adverse": adverse.adverse,
    "example": adverse.example,
    "limits": back.limits,
    "reproduce": back.reproduce,
    "software": back.software,
    "files": back.files,
    "expert": back.expert,
    "crosswalk": back.crosswalk,
}
"""What makes each item of the checklist."""


def build(found: Findings) -> Report:
    """Return the report of a run; raises ReportError when an item of the checklist is missing."""
    whole = assemble(found, [item.key for item in CHECKLIST])
    return check(replace(whole, appendices=(back.appendix(found),)))


_NUMBER = {item.key: number for number, item in enumerate(CHECKLIST, 1)}
PAGE = ("purpose", "headline", "estimand", "not", "flow", "results", "inputs", "limits", "reproduce")
"""The sections of the short page that every run writes at once, without companions."""


def page(found: Findings) -> Report:
    """Return the short report that `sim run` writes; title, subtitle and first words say that it is short.

    It keeps the numbers of the full report's sections, which its sentences refer to.
    """
    whole = assemble(found, PAGE)
    held = f"sections {_listed(sorted(_NUMBER[key] for key in PAGE))} of {len(CHECKLIST)}"
    note = Paragraph(
        f"This is the short report, with {held}. The full report has all of them, with the best and the "
        f"worst case beside the headline; `sim report` writes it from the folder of run {found.run.run_id}.",
        "warning",
    )
    first = whole.sections[0]
    return replace(
        whole,
        title=f"Short report. {whole.title}",
        subtitle=f"{whole.subtitle}; {held}",
        sections=(replace(first, blocks=(note, *first.blocks)), *whole.sections[1:]),
    )


def _listed(numbers: list[int]) -> str:
    """Return ascending numbers in words, neighbours drawn together: "1 to 5, 7 and 16 to 17"."""
    ends: list[list[int]] = []
    for number in numbers:
        if ends and number == ends[-1][1] + 1:
            ends[-1][1] = number
        else:
            ends.append([number, number])
    said = [f"{low}" if low == high else f"{low} to {high}" for low, high in ends]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def assemble(found: Findings, keys: list[str] | tuple[str, ...]) -> Report:
    """Return the named sections of a run as a report, unchecked."""
    scenario = found.run.scenario
    return Report(
        title=f"Simulation of record linkage on synthetic data: {scenario.title or scenario.name}",
        subtitle=f"Run {found.run.run_id}, {found.run.created[:10]}, {found.replicates} simulated "
        + ("population" if found.replicates == 1 else "populations"),
        run_id=found.run.run_id,
        created=found.run.created,
        preview=found.preview,
        sections=tuple(replace(SECTIONS[key](found), number=_NUMBER[key]) for key in keys),
    )


def report_of(folder: Path) -> Report:
    """Return the short report of a run folder; raises VerificationError when it is not one."""
    return page(Findings.of(folder))
