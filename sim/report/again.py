"""The reports and figures of a run made again from its folder, to see that they say what its numbers say.

A report may be the short one of every run or the full one, with the runs set beside it and with a study that
was given to it; it has to be one of them, to the letter. Where only its words differ that is told apart
(`sim.record.texts`). Figures are the work of other libraries, so where only they differ and another
environment is claimed, that is said and decides nothing; what is written in them is compared all the same.

Another version writes other words and draws other figures. Of its page the numbers are compared, those in
figures included, and each that this version does not write in its place is told; a page that nowhere says
the headline of its own rows is not of this run, whatever version is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sim.charts import export
from sim.errors import FileErrors, InputErrors, Mistake, SimulatorError
from sim.outcome.rates import HEADLINE, rounded
from sim.reading import MOST_MANIFEST, data_of, json_of, text_of
from sim.record import identity
from sim.record.bundle import COMPANIONS
from sim.record.consistency import of_this_version
from sim.record.reader import Run, named, read
from sim.record.texts import Texts
from sim.record.wording import Number, apart, numbers_of, says, significant_digits
from sim.report import docx, html, pdf, studies
from sim.report.checklist import ReportError
from sim.report.companions import Plan, plans, run_id_of, scenario_of
from sim.report.document import Report
from sim.report.findings import Companion, Findings
from sim.report.model import build, page

_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_WRITTEN = re.compile(r">([^<]*)<|aria-label=\"([^\"]*)\"")
_MARKUP = re.compile(r"<style\b.*?</style>|<[^>]*>", re.DOTALL)
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)")
_MOST = 200 << 20
_OTHERWISE = "is not what the numbers of this run give"
_LIBRARY = "is not as this computer makes it, where another environment is claimed"


def made_again(run: Run) -> Texts:
    """Return what came of comparing the reports of a run with those that its numbers give."""
    found = Texts()
    beside = _companions(run, found)
    if (run.folder / studies.NAME).exists():
        found.unchecked[studies.NAME] = "a study of its own; `sim sensitivity` makes it again"
    reports = [_Made(variant) for variant in _variants(run, beside, found.wrongs)]
    if not of_this_version(run):
        _of_another_version(run, reports, found)
        return found
    elsewhere = run.manifest["environment_hash"] != identity.environment_hash(identity.environment())
    if (run.folder / html.NAME).exists():
        _html(text_of(run.folder / html.NAME), reports, found, elsewhere)
    for name, differs in _files(run, reports):
        try:
            problem = differs()
        except ReportError as error:
            found.unchecked[name] = str(error)
            continue
        if problem is _LIBRARY and elsewhere:
            found.unchecked[name] = problem
        elif problem:
            found.wrongs.append(Mistake(name, "the whole", _OTHERWISE))
    return found


def _companions(run: Run, found: Texts) -> tuple[Companion, ...]:
    """Return the runs set beside a run, as far as they are there and are what a report sets beside it."""
    name = "companions.json"
    if not (run.folder / name).exists():
        return ()
    made = []
    try:
        named(run)
        listed = json_of(run.folder / name, MOST_MANIFEST)
    except FileErrors as errors:
        found.wrongs += errors.mistakes
        return ()
    mine = of_this_version(run)
    if not mine:
        found.unchecked[name] = "that these are the runs a report sets beside it: may be of another version"
    for number, entry in enumerate(listed):
        places = (run.folder / COMPANIONS / entry["run_id"], run.folder.parent / entry["run_id"])
        place = next((each for each in places if each.is_dir()), None)
        if entry["run_id"] == run.run_id:
            place = run.folder
        if place is None:
            found.unchecked[name] = "a run that it names is not there"
            return ()
        other = read(place)
        if mine and not any(_is(plan, entry, run, other) for plan in _all_plans()):
            found.wrongs.append(Mistake(name, str(number), "is not a run that a report sets beside this one"))
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


def _variants(run: Run, beside: tuple[Companion, ...], wrongs: list[Mistake]) -> list[Callable[[], Report]]:
    """Return the reports that a folder may hold: short, full, full with the study that lies in it."""
    found: list[Callable[[], Report]] = [lambda: page(Findings(run))]
    if not beside:
        return found
    whole = Findings(run, beside)
    found.append(lambda: build(whole))
    if (run.folder / studies.NAME).exists():
        try:
            study = studies.read_study(run.folder)
        except InputErrors as errors:
            wrongs += errors.mistakes
        else:
            found.append(lambda: build(replace(whole, study=study)))
    return found


def _files(run: Run, reports: list[_Made]) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Yield each file of reports and figures, and what says how it differs from all that it may be."""
    for name, differs in ((pdf.NAME, _pdf), (docx.NAME, _docx)):
        if (run.folder / name).exists():
            yield name, lambda differs=differs: differs(run, reports)  # type: ignore[misc]
    place = run.folder / "figures"
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        yield f"figures/{path.name}", lambda path=path: _figure(path, reports)  # type: ignore[misc]


class _Made:
    """A report and what was drawn of it, each once."""

    def __init__(self, make: Callable[[], Report]) -> None:
        self._make = make
        self._report: Report | None = None

    @property
    def report(self) -> Report | None:
        """The report, None where this run cannot have it."""
        if self._report is None:
            try:
                self._report = self._make()
            except SimulatorError:
                return None
        return self._report


def _each(reports: list[_Made]) -> Iterator[Report]:
    """Yield the reports that this run can have."""
    for each in reports:
        if each.report is not None:
            yield each.report


def _html(there: str, reports: list[_Made], found: Texts, elsewhere: bool) -> None:
    """Compare a page with all that it may be: its text, then its pictures."""
    pages = [html.render(report) for report in _each(reports)]
    if there in pages:
        return
    plain = _without_pictures(there)
    made = min(map(_without_pictures, pages), key=lambda page: _distance(plain, page), default="")
    found.compared(html.NAME, plain, made, _OTHERWISE)
    drawn = next((page for page in pages if _without_pictures(page) == made), "")
    mine, its = _PICTURE.findall(there), _PICTURE.findall(drawn)
    if mine == its:
        return
    foreign = sorted(_elements(mine) - _elements(its))
    if foreign or not elsewhere or len(mine) != len(its):
        told = f" ({', '.join(foreign)[:80]} in its pictures)" if foreign else " (its pictures)"
        if all(each.file != html.NAME for each in found.wrongs):
            found.wrongs.append(Mistake(html.NAME, "the whole", f"{_OTHERWISE}{told}"))
        return
    written = apart(_written(mine), _written(its))
    if written.lines:
        said = ", ".join(each.text for each in written.numbers[:6])
        numbers = f", of them the numbers {said}" if said else ""
        told = "its pictures say other words than this computer writes into them"
        found.told.append(f"{html.NAME}: {told}{numbers}")
    found.unchecked[html.NAME] = f"the drawings in it: {_LIBRARY}"


def _of_another_version(run: Run, reports: list[_Made], found: Texts) -> None:
    """Compare the numbers of a page that another version wrote, and look for the headline in it."""
    if not (run.folder / html.NAME).exists():
        return
    there = _visible(text_of(run.folder / html.NAME))
    made = [_visible(html.render(report)) for report in _each(reports)]
    if not made:
        found.unchecked[html.NAME] = "this version makes no report of such a run"
        return
    rate = Findings(run).rates[HEADLINE]
    shown = rounded(rate.value or 0.0, rate.mcse)
    digits = min(2, significant_digits(shown))
    if rate.numerator and not any(says(rate.value or 0.0, each.text, digits) for each in _near_rates(there)):
        told = f"nowhere says the headline of its own rows ({shown} per 1,000)"
        found.wrongs.append(Mistake(html.NAME, "the whole", told))
        return
    nearest = min((apart(there, page) for page in made), key=lambda each: len(each.numbers))
    held, others = nearest.held, len(nearest.numbers)
    found.checked.append(f"{html.NAME}: {held - others:,} of {held:,} numbers, which this version writes too")
    found.unchecked[html.NAME] = "its words and drawings: may be of another version of the program"
    if others:
        told = "is not a number that this version writes there, of these rows or of the program"
        found.told.append(f"{html.NAME}: {others:,} of {held:,}: {nearest.listed()}: {told}")


def _near_rates(text: str) -> list[Number]:
    """Return the numbers of the lines that speak of a rate."""
    lines = text.split("\n")
    spoken = {at for at, line in enumerate(lines, 1) if "1,000" in line}
    return [each for each in numbers_of(text) if each.line in spoken]


def _distance(there: str, made: str) -> tuple[bool, int]:
    """Return how far a page is from one that it may be: numbers first, then lines."""
    found = apart(there, made)
    return not found.same, len(found.lines)


def _without_pictures(page: str) -> str:
    """Return a page with a mark for each picture, its lines where they were."""
    return _PICTURE.sub(lambda each: "<svg>" + "\n" * each[0].count("\n"), page)


def _visible(page: str) -> str:
    """Return what a page shows, line by line, what is written in its pictures included."""
    text = _PICTURE.sub(lambda each: _written([each[0]]) + "\n" * each[0].count("\n"), page)
    return _MARKUP.sub(lambda each: " " + "\n" * each[0].count("\n"), text)


def _written(pictures: list[str]) -> str:
    """Return what is written in pictures, a picture a line."""
    found = ([text or label for text, label in _WRITTEN.findall(each)] for each in pictures)
    return "\n".join(" ".join(" ".join(words).split()) for words in found)


def _elements(pictures: list[str]) -> set[str]:
    return {name.lower() for each in pictures for name in _ELEMENT.findall(each)}


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
