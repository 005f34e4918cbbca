"""The one model behind every rendering: from findings to a checked report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sim.report.checklist import CHECKLIST, check
from sim.report.document import Report, Section
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
    """Return the short report that `sim run` writes; it is not the citable one and says so."""
    return assemble(found, PAGE)


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
