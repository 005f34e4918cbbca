"""The reports and figures of a run made again from its folder, to see that they say what its numbers say.

A report may be the short one of every run or the full one, with the runs set beside it and with a study that
was given to it; it has to be one of them, to the letter. Figures are the work of other libraries, so where
only they differ and another environment is claimed, that is said and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sim.charts import export
from sim.errors import FileErrors, InputErrors, Mistake, SimulatorError
from sim.reading import MOST_MANIFEST, data_of, json_of, text_of
from sim.record import identity
from sim.record.bundle import COMPANIONS
from sim.record.reader import Run, named, read
from sim.report import docx, html, pdf, studies
from sim.report.checklist import ReportError
from sim.report.companions import Plan, plans, run_id_of, scenario_of
from sim.report.document import Report
from sim.report.findings import Companion, Findings
from sim.report.model import build, page

_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_MOST = 200 << 20
_OTHERWISE = "is not what the numbers of this run give"
_LIBRARY = "is not as this computer makes it, where another environment is claimed"


def made_again(run: Run) -> tuple[list[Mistake], dict[str, str]]:
    """Return what is wrong with the reports of a run, and by name why a file was not checked."""
    wrongs: list[Mistake] = []
    unchecked: dict[str, str] = {}
    beside = _companions(run, wrongs, unchecked)
    if (run.folder / studies.NAME).exists():
        unchecked[studies.NAME] = "a study of its own; `sim sensitivity` makes it again"
    variants = _variants(run, beside, wrongs)
    elsewhere = run.manifest["environment_hash"] != identity.environment_hash(identity.environment())
    for name, differs in _files(run, variants):
        try:
            problem = differs()
        except ReportError as error:
            unchecked[name] = str(error)
            continue
        if problem is _LIBRARY and elsewhere:
            unchecked[name] = problem
        elif problem:
            wrongs.append(Mistake(name, "the whole", _OTHERWISE))
    return wrongs, unchecked


def _companions(run: Run, wrongs: list[Mistake], unchecked: dict[str, str]) -> tuple[Companion, ...]:
    """Return the runs set beside a run, as far as they are there and are what a report sets beside it."""
    name = "companions.json"
    if not (run.folder / name).exists():
        return ()
    made = []
    try:
        named(run)
        listed = json_of(run.folder / name, MOST_MANIFEST)
    except FileErrors as errors:
        wrongs += errors.mistakes
        return ()
    for number, entry in enumerate(listed):
        places = (run.folder / COMPANIONS / entry["run_id"], run.folder.parent / entry["run_id"])
        place = next((each for each in places if each.is_dir()), None)
        if entry["run_id"] == run.run_id:
            place = run.folder
        if place is None:
            unchecked[name] = "a run that it names is not there"
            return ()
        other = read(place)
        if not any(_is(plan, entry, run, other) for plan in _all_plans()):
            wrongs.append(Mistake(name, str(number), "is not a run that a report sets beside this one"))
        made.append(Companion(entry["role"], entry["change"], Findings(other)))
    return tuple(made)


def _all_plans() -> Iterator[Plan]:
    for plan in plans():
        yield plan
        if plan.otherwise is not None:
            yield plan.otherwise


def _is(plan: Plan, entry: dict[str, str], run: Run, other: Run) -> bool:
    """Whether an entry is of this plan: its words, and the run that this program would make for it."""
    if (plan.role, plan.change) != (entry["role"], entry["change"]):
        return False
    return run_id_of(scenario_of(plan, run, other.scenario.replicates)) == other.run_id


@dataclass(frozen=True)
class _Variant:
    """A report that may have been written, made when it is first asked for."""

    make: Callable[[], Report]


def _variants(run: Run, beside: tuple[Companion, ...], wrongs: list[Mistake]) -> list[_Variant]:
    """Return the reports that a folder may hold: short, full, full with the study that lies in it."""
    found = [_Variant(lambda: page(Findings(run)))]
    if not beside:
        return found
    whole = Findings(run, beside)
    found.append(_Variant(lambda: build(whole)))
    if (run.folder / studies.NAME).exists():
        try:
            study = studies.read_study(run.folder)
        except InputErrors as errors:
            wrongs += errors.mistakes
        else:
            found.append(_Variant(lambda: build(replace(whole, study=study))))
    return found


def _files(run: Run, variants: list[_Variant]) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Yield each report and figure of a folder, and what says how it differs from all that it may be."""
    reports = [_Made(variant) for variant in variants]
    for name, differs in ((html.NAME, _html), (pdf.NAME, _pdf), (docx.NAME, _docx)):
        if (run.folder / name).exists():
            yield name, lambda differs=differs: differs(run, reports)  # type: ignore[misc]
    place = run.folder / "figures"
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        yield f"figures/{path.name}", lambda path=path: _figure(path, reports)  # type: ignore[misc]


class _Made:
    """A report and what was drawn of it, each once."""

    def __init__(self, variant: _Variant) -> None:
        self._variant = variant
        self._report: Report | None = None

    @property
    def report(self) -> Report | None:
        """The report, None where this run cannot have it."""
        if self._report is None:
            try:
                self._report = self._variant.make()
            except SimulatorError:
                return None
        return self._report


def _each(reports: list[_Made]) -> Iterator[Report]:
    """Yield the reports that this run can have."""
    for each in reports:
        if each.report is not None:
            yield each.report


def _html(run: Run, reports: list[_Made]) -> str | None:
    there, words = text_of(run.folder / html.NAME), None
    for report in _each(reports):
        made = html.render(report)
        if there == made:
            return None
        if _PICTURE.sub("", there) == _PICTURE.sub("", made):
            words = _LIBRARY
    return words or _OTHERWISE


def _pdf(run: Run, reports: list[_Made]) -> str | None:
    there, manifest = data_of(run.folder / pdf.NAME, _MOST), data_of(run.folder / "manifest.json")
    same = any(there == pdf.render(report, manifest) for report in _each(reports))
    return None if same else _LIBRARY


def _docx(run: Run, reports: list[_Made]) -> str | None:
    there = data_of(run.folder / docx.NAME, _MOST)
    return None if any(there == docx.render(report) for report in _each(reports)) else _LIBRARY


def _figure(path: Path, reports: list[_Made]) -> str | None:
    if not export.available():
        raise ReportError('figures need the extra "report" (pip install "linkage-error-simulator[report]")')
    there = data_of(path, _MOST)
    for report in _each(reports):
        for figure in report.pictures():
            if path.name == f"{figure.name}.svg" and there == export.svg(figure).encode():
                return None
            if path.name == f"{figure.name}.png" and there == export.png(figure):
                return None
    return _LIBRARY
