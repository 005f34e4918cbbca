"""The texts made of a run, compared with what this version makes of it: reports, citation, how to check.

wrongs      do not follow: their numbers differ, or their pictures
words       differ in their words alone. The words are evidence too, and no hash of the environment holds
them (`identity.engine_source`), so this is *different* as well; it is told apart, after the
rerun, since somebody with a later commit of the same version meets it honestly
told        numbers of a report of another version that this one does not write where they stand
unchecked   by file, why
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import Mistake
from sim.reading import text_of
from sim.record import manifest
from sim.record.bundle import COMPANIONS, GENERATED, SUMS, generated
from sim.record.consistency import of_this_version
from sim.record.litter import evidence
from sim.record.reader import Run
from sim.record.wording import Apart, apart


@dataclass
class Texts:
    """What came of comparing texts; see the module."""

    wrongs: list[Mistake] = field(default_factory=list)
    words: dict[str, Apart] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    unchecked: dict[str, str] = field(default_factory=dict)

    def compared(self, name: str, there: str, made: str, problem: str) -> None:
        """Take in a text that is or is not the one made again. problem: said where its numbers differ."""
        if there == made:
            return
        found = apart(there, made)
        if found.same:
            self.words[name] = found
        else:
            where = found.listed() if found.numbers else found.where()
            self.wrongs.append(Mistake(name, "the whole", f"{problem} ({where})"))

    def worded(self, of: str) -> list[str]:
        """Return a line for each text whose words differ. of: what its numbers are those of."""
        said = "the words differ from those this version writes"
        return [
            f"{name}: {said} ({each.where()}); every number in digits in it is that of {of}"
            for name, each in sorted(self.words.items())
        ]

    def left_out(self) -> list[str]:
        """Return what was not checked, and why, a line each."""
        times = "manifest.json: when the run was made and how long it took: nothing else tells"
        why: dict[str, list[str]] = {}
        for name, reason in sorted(self.unchecked.items()):
            why.setdefault(reason, []).append(name)
        return [*(f"{', '.join(names)}: {reason}" for reason, names in why.items()), times]


Reports = Callable[[Run], Texts]
"""Makes the reports of a run again and compares them."""


def texts(run: Run, reports: Reports | None) -> Texts:
    """Return what came of comparing all texts that are made of a run. reports: None where none are made."""
    files = evidence(run.folder)
    known = {manifest.NAME, SUMS, *run.manifest["files"]}
    mine = of_this_version(run)
    found = reports(run) if reports is not None else Texts()
    if mine:
        for name, data in generated(run).items():
            if (run.folder / name).is_file():
                problem = "is not what the manifest of this run gives"
                found.compared(name, text_of(run.folder / name), data.decode(), problem)
        known |= set(GENERATED)
        if text_of(run.folder / "scenario.toml") != run.scenario.to_toml():
            found.wrongs.append(Mistake("scenario.toml", "the whole", "is not as a run writes its scenario"))
        if reports is not None:
            known |= {each.file for each in found.wrongs} | reports_of(files) - set(found.unchecked)
    why = "is no file that a run makes" if mine else "may be of another version of the program"
    for name in files:
        if name not in known and not name.startswith(f"{COMPANIONS}/"):
            told = why if reports is not None or name not in reports_of(files) else "no reports"
            found.unchecked.setdefault(name, told)
    return found


def reports_of(files: dict[str, Path]) -> set[str]:
    """Return the files of a report among those of a folder."""
    names = ("report.html", "report.pdf", "report.docx", "companions.json")
    return {name for name in files if name in names or name.startswith("figures/")}
