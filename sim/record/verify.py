"""Checking a run that somebody else made: unchanged, consistent with itself, and coming out again.

    1  every file has the bytes that SHA256SUMS and the manifest say
    2  everything follows from the rows and the question (`sim.record.consistency`), reports and figures
       included where they can be made here
    3  the scenario is run again, after its cost was estimated, and compared replicate by replicate

So are the runs set beside it in a bundle. The verdict is one of three:

    identical   every row that was run again came out the same, and so did what is made of them (exit 0)
    different   something does not follow, or the rerun says otherwise beyond luck (exit 1)
    not repeated exactly: another environment is claimed   (exit 4) with both numbers beside each other, how
                far they are apart in the rerun's own errors, and how likely that is by luck (`agreement`)

In the environment of this computer rows that differ are *different* however close the rates: the same sources
must give the same rows. Nothing is ever measured by what the run claims of its own precision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from sim.errors import FileErrors, InputErrors, Mistake, RefusedError
from sim.machine import available_bytes
from sim.outcome.rates import Settings
from sim.progress import Progress, silent, span
from sim.reading import inside, text_of, wrong
from sim.record import identity
from sim.record.agreement import Agreement, Draws, compare, differences, draws, everybody
from sim.record.bundle import COMPANIONS, SUMS
from sim.record.consistency import CHECKED, REPEATED, mistakes, of_this_version
from sim.record.folder import sha256_of
from sim.record.litter import evidence
from sim.record.reader import Run, named, of_older_format, read
from sim.record.remade import unlike
from sim.record.safe_zip import MOST_BYTES, unpack
from sim.record.texts import Reports, Texts, texts
from sim.scenario import Scenario
from sim.study.estimate import estimate
from sim.study.replicates import run as study
from sim.whole_files import Scratch

IDENTICAL, DIFFERENT = "identical", "different"
OTHER = "not repeated exactly: another environment is claimed"
EXIT = {IDENTICAL: 0, DIFFERENT: 1, OTHER: 4}
ELSEWHERE = "not bit-identical: claimed environment differs"

MOST_SECONDS = 1_800
MOST_PEOPLE = 200_000_000
"""Estimated seconds, and people of one population, above which a rerun is made only when asked for again."""


@dataclass(frozen=True)
class Verdict:
    """What came of a verification: the word, the run, why, what was looked at and what was not."""

    word: str
    run_id: str
    reasons: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def exit(self) -> int:
        """The exit code of the command."""
        return EXIT[self.word]

    def text(self) -> str:
        """Return the verdict for a person, the word first."""
        lines = [f"{self.run_id}: {self.word}"]
        lines += [f"  {reason}" for reason in self.reasons]
        lines += [f"  checked: {step}" for step in self.checked]
        lines += [f"  not checked: {step}" for step in self.unchecked]
        return "\n".join(lines)


@dataclass(frozen=True)
class Asked:
    """How a verification is to be made. replicates: repeat only so many, from the first; all of them if None.

    agreed: run again whatever it costs, within the memory there is.  tell: hears the estimate first.
    """

    replicates: int | None = None
    progress: Progress = silent
    workers: int = 1
    most_bytes: int = MOST_BYTES
    agreed: bool = False
    reports: Reports | None = None
    tell: Callable[[str], None] = lambda _: None


def verify(bundle: Path, asked: Asked | None = None) -> Verdict:
    """Check a bundle (ZIP) or a run folder and run it again.

    Raises FileErrors when it is no bundle, or not safe to open, and RefusedError when running it again would
    take more than is done unasked.
    """
    how = asked or Asked()
    if bundle.is_dir():
        return verify_folder(bundle, how)
    if not bundle.is_file():
        raise wrong(bundle, "file", "no such bundle or run folder")
    with Scratch("verify") as place:
        return verify_folder(unpack(bundle, place, how.most_bytes), how)


def verify_folder(folder: Path, asked: Asked) -> Verdict:
    """Check a folder, unpacked bundle or run, and run it again."""
    changed = changed_files(folder)
    try:
        run = read(folder)
    except FileErrors as errors:
        if changed:
            return Verdict(DIFFERENT, folder.name, tuple(map(str, changed)))
        raise errors
    if run.older:
        raise FileErrors([of_older_format(run)])
    _readable(run)
    problems = list(dict.fromkeys([*changed, *mistakes(run)]))
    if problems:
        return Verdict(DIFFERENT, run.run_id, tuple(map(str, problems)), ("files, rows, counts, rates",))
    beside, unread = _beside(run)
    made = texts(run, asked.reports)
    checked = [f"{CHECKED}: hashes, identity, rows, counts, rates, cases, metadata", *made.checked]
    checked += [f"{len(beside)} runs set beside it, each by its counts, rates and question"] * bool(beside)
    if unread or made.wrongs:
        why = [*map(str, [*unread, *made.wrongs]), *made.worded("its rows")]
        return Verdict(DIFFERENT, run.run_id, tuple(why), tuple(checked), tuple(made.left_out()))
    _afford([run, *beside], asked)
    return _together(run, beside, asked, checked, made)


def _readable(run: Run) -> None:
    """Raise FileErrors for a scenario of another version that this one cannot read: it cannot be repeated."""
    if of_this_version(run):
        return
    try:
        _ = run.scenario
    except InputErrors as errors:
        told = f"version {run.manifest['engine']['version']} made this and version "
        told += f"{identity.engine_version()} cannot read it"
        unread = [Mistake("scenario.toml", each.key, each.problem) for each in errors.mistakes]
        raise FileErrors([Mistake("manifest.json", "engine.version", told), *unread]) from None


def changed_files(folder: Path) -> list[Mistake]:
    """Return a mistake for every file that SHA256SUMS does not list, lists otherwise, or that is missing.

    A run folder has no SHA256SUMS; its files are checked against the manifest alone. What a system left in
    the folder is no evidence and is not looked at.
    """
    path = folder / SUMS
    if not path.is_file():
        return []
    found: list[Mistake] = []
    listed: dict[str, str] = {}
    for number, line in enumerate(text_of(path).splitlines(), 1):
        digest, _, name = line.partition("  ")
        try:
            inside(folder, name, SUMS, f"line {number}")
        except FileErrors as errors:
            found += errors.mistakes
            continue
        if name in listed:
            found.append(Mistake(SUMS, f"line {number}", f"names {name} again"))
        listed[name] = digest
    there = {name: file for name, file in evidence(folder).items() if name != SUMS}
    found += [Mistake(name, "file", "is missing") for name in listed if name not in there]
    found += [Mistake(name, "file", f"is not listed in {SUMS}") for name in there if name not in listed]
    for name, digest in listed.items():
        if name not in there:
            continue
        if there[name].is_symlink():
            found.append(Mistake(name, "file", "is a link"))
        elif sha256_of(there[name]) != digest:
            found.append(Mistake(name, "file", f"has other bytes than {SUMS} says"))
    return sorted(found)


def _beside(run: Run) -> tuple[list[Run], list[Mistake]]:
    """Return the runs set beside a run in its bundle, and what in them does not follow from the rest."""
    place = run.folder / COMPANIONS
    found: list[Run] = []
    problems: list[Mistake] = []
    known = set(named(run)) if place.exists() else set()
    for folder in sorted(place.iterdir()) if place.is_dir() else ():
        try:
            other = read(folder)
            wrongs = [of_older_format(other)] if other.older else mistakes(other, rows=False)
        except FileErrors as errors:
            wrongs = list(errors.mistakes)
        else:
            if folder.name not in known or other.run_id != folder.name:
                wrongs.append(
                    Mistake("manifest.json", "run_id", "is not of a run that companions.json names")
                )
            found.append(other)
        shown = f"{COMPANIONS}/{folder.name}"
        problems += [Mistake(f"{shown}/{each.file}", each.key, each.problem) for each in wrongs]
    return found, problems


def _wanted(scenario: Scenario, asked: Asked) -> int:
    return min(asked.replicates or scenario.replicates, scenario.replicates)


def _afford(runs: Sequence[Run], asked: Asked) -> None:
    """Tell what running all of it again takes; raises RefusedError where that is too much to do unasked."""
    scenarios = [run.scenario.replace({"replicates": _wanted(run.scenario, asked)}) for run in runs]
    each = [estimate([scenario], asked.workers, rows=True) for scenario in scenarios]
    seconds, memory = sum(one.seconds for one in each), max(one.memory for one in each)
    people = max(scenario.population.size for scenario in scenarios)
    populations = sum(one.populations for one in each)
    needs = f"about {span(seconds)} and {memory / 2**30:.1f} GB for {populations:,} populations"
    left = available_bytes()
    if left is not None and memory > left:
        raise RefusedError(f"running this again needs {needs}, and {left / 2**30:.1f} GB are free")
    if not asked.agreed and (seconds > MOST_SECONDS or people > MOST_PEOPLE):
        told = f"running this again needs {needs} of up to {people:,} people"
        raise RefusedError(f"{told}; --yes runs it all the same, --replicates runs fewer populations")
    asked.tell(f"running it again takes {needs} (from measured speeds; expect a factor of two)")


@dataclass(frozen=True)
class _Part:
    """What came of one run: its word, reasons, what was repeated, whose draws they are, and if all rows."""

    word: str
    reasons: tuple[str, ...]
    checked: str
    drawn: Draws
    same_rows: bool = True


def _together(run: Run, beside: Sequence[Run], asked: Asked, checked: list[str], made: Texts) -> Verdict:
    """Run a run and those set beside it again, and say the worst that came of them and of their texts."""
    main = _again(run, asked, None)
    parts = {run.run_id: main} | {other.run_id: _again(other, asked, main.drawn) for other in beside}
    word = max((part.word for part in parts.values()), key=[IDENTICAL, OTHER, DIFFERENT].index)
    reasons = [
        reason if name == run.run_id else f"{COMPANIONS}/{name}: {reason}"
        for name, part in parts.items()
        for reason in part.reasons
    ]
    checked += [f"{name} {part.checked}" for name, part in parts.items()]
    unchecked = made.left_out()
    some = any(_wanted(each.scenario, asked) < each.scenario.replicates for each in (run, *beside))
    if some:
        unchecked.append("the populations that were not run again, by anything but their own rows")
    if made.words:
        again = not some and all(part.same_rows for part in parts.values())
        word, reasons = DIFFERENT, [*made.worded("the rerun" if again else "its rows"), *reasons]
    reasons += made.told
    if not main.same_rows:
        told = "cases.json, curve.csv, disclosures.parquet, ledger.parquet: their contents, and addresses by "
        told += "group"
        unchecked.append(f"{told}: a rerun with other rows has others")
    unchecked += [
        f"{COMPANIONS}/{name}: its counts by group: a rerun with other rows has others"
        for name, part in parts.items()
        if name != run.run_id and not part.same_rows
    ]
    return Verdict(word, run.run_id, tuple(reasons), tuple(checked), tuple(unchecked))


def _again(run: Run, asked: Asked, drawn: Draws | None) -> _Part:
    """Run one scenario again and compare. drawn: of the run it is set beside; None for one with rows."""
    wanted = _wanted(run.scenario, asked)
    again = partial(study, progress=asked.progress, workers=asked.workers)
    result = again(run.scenario.replace({"replicates": wanted}))
    hashes = identity.row_hashes(result.outcomes)
    repeated = f"{REPEATED}: {wanted} of {run.scenario.replicates} populations"
    other = _elsewhere(run)
    same = [hashes[r] == said for r, said in zip(sorted(hashes), run.manifest["row_hashes"], strict=False)]
    if all(same):
        reasons = tuple(map(str, unlike(run, result, wanted, rows=drawn is None)))
        if reasons:
            return _Part(DIFFERENT, reasons, repeated, "the same")
        if drawn is not None:
            repeated += "; a bundle holds none of its rows: those made again have its hashes and its numbers"
        if other:
            told = f"every row that was run again is the same, though {'; '.join(other)}"
            return _Part(OTHER, (told,), repeated, "the same")
        return _Part(IDENTICAL, (), repeated, "the same")
    if not other:
        why = "the same environment gives other rows: these were not made from this scenario and seed"
    else:
        why = f"{ELSEWHERE}: {'; '.join(other)}"
    theirs = run.outcomes.filter(pl.col("replicate") < wanted) if drawn is None else None
    whose = draws(theirs, result.outcomes) if theirs is not None else drawn or "others"
    few = asked.replicates is not None or not other

    def more(many: int) -> pl.DataFrame:
        drawn = again(run.scenario.replace({"replicates": many}))
        return everybody(drawn.counts, drawn.addresses, many)

    agreed = compare(
        everybody(run.counts, run.addresses, wanted),
        everybody(result.counts, result.addresses, wanted),
        Settings.of(run.scenario),
        whose,
        None if few else more,
    )
    word = OTHER if other and not agreed.why else DIFFERENT
    reasons = (why, *_numbers(same), *agreed.lines())
    return _Part(word, reasons, repeated + _extra(agreed, wanted), whose, same_rows=False)


def _numbers(same: Sequence[bool]) -> tuple[str, ...]:
    """Say in which populations rows differ, where they do in some only."""
    if not any(same):
        return ()
    unlike = [str(number) for number, each in enumerate(same) if not each]
    return (f"rows differ in population {', '.join(unlike)} and in no other of {len(same)}",)


def _extra(agreed: Agreement, wanted: int) -> str:
    return f", and {agreed.populations - wanted} more of our own" if agreed.populations > wanted else ""


def _elsewhere(run: Run) -> list[str]:
    """Return how the claimed environment, version and tables differ from those here."""
    found = differences(run.manifest["environment"], identity.environment())
    told, mine = run.manifest["engine"]["version"], identity.engine_version()
    if told != mine:
        found.insert(0, f"version {told}, now {mine}")
    tables = identity.table_hashes()
    names = sorted({*tables, *run.manifest["tables"]})
    found += [f"the table {n} differs" for n in names if tables.get(n) != run.manifest["tables"].get(n)]
    return found
