"""Checking a run that somebody else made: unchanged, consistent with itself, and coming out again.

    1  every file has the bytes that SHA256SUMS and the manifest say
    2  the run ID follows from scenario, seed, replicates, engine version and tables; the result hash from the
       rows; the counts from the rows; the rates from the counts
    3  the scenario is run again and the rows compared, replicate by replicate

The verdict is *bit-identical*, *statistically consistent* (the environment is another one, and every rate
agrees within three Monte Carlo standard errors) or *different*, with reasons. In the same environment rows
that differ are *different* however close the rates: the same sources must give the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sim.errors import InputErrors, VerificationError
from sim.outcome import GROUPS, count, count_by
from sim.outcome.counts import COUNTS
from sim.outcome.groups import OVERALL
from sim.outcome.rates import Settings, rates
from sim.progress import Progress, silent
from sim.record import identity
from sim.record.agreement import compare, differences, limit
from sim.record.bundle import SUMS
from sim.record.folder import sha256_of
from sim.record.reader import Run, damaged_files, read
from sim.record.rows import keep_ledger, rates_csv
from sim.record.safe_zip import MOST_BYTES, unpack
from sim.record.writer import texts_of
from sim.study.replicates import StudyResult
from sim.study.replicates import run as study
from sim.whole_files import Scratch

IDENTICAL, CONSISTENT, DIFFERENT = "bit-identical", "statistically consistent", "different"


@dataclass(frozen=True)
class Verdict:
    """What came of a verification: the word, the run, why, and what was looked at."""

    word: str
    run_id: str
    reasons: tuple[str, ...] = ()
    checked: tuple[str, ...] = field(default=())

    @property
    def good(self) -> bool:
        """Whether nothing speaks against the run."""
        return self.word != DIFFERENT

    def text(self) -> str:
        """Return the verdict for a person, the word first."""
        lines = [f"{self.run_id}: {self.word}"]
        lines += [f"  {reason}" for reason in self.reasons]
        lines += [f"  checked: {step}" for step in self.checked]
        return "\n".join(lines)


def verify(
    bundle: Path,
    replicates: int | None = None,
    progress: Progress = silent,
    workers: int = 1,
    most_bytes: int = MOST_BYTES,
) -> Verdict:
    """Check a bundle (ZIP) or a run folder and run it again.

    replicates: repeat only so many, from the first; all of them if None.  Raises VerificationError when the
    file is no bundle, or not safe to open.
    """
    if bundle.is_dir():
        return verify_folder(bundle, replicates, progress, workers)
    if not bundle.is_file():
        raise VerificationError(f"{bundle}: no such bundle or run folder")
    with Scratch("verify") as place:
        return verify_folder(unpack(bundle, place, most_bytes), replicates, progress, workers)


def verify_folder(folder: Path, replicates: int | None, progress: Progress, workers: int) -> Verdict:
    """Check a folder, unpacked bundle or run, and run it again."""
    changed = changed_files(folder)
    try:
        run = read(folder)
    except VerificationError as error:
        if changed:
            return Verdict(DIFFERENT, folder.name, tuple(changed))
        raise error
    problems = list(dict.fromkeys([*changed, *damaged_files(run)]))
    if problems:
        return Verdict(DIFFERENT, run.run_id, tuple(problems), ("files",))
    problems = inconsistencies(run)
    checked = ("files", "identity", "result hash", "counts", "rates")
    if problems:
        return Verdict(DIFFERENT, run.run_id, tuple(problems), checked)
    return _again(run, replicates, progress, workers, checked)


def changed_files(folder: Path) -> list[str]:
    """Return one line for every file that SHA256SUMS does not list, lists otherwise, or that is missing.

    A run folder has no SHA256SUMS; its files are checked against the manifest alone.
    """
    path = folder / SUMS
    if not path.is_file():
        return []
    listed: dict[str, str] = {}
    for line in path.read_text("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file() and p != path}
    found = [f"{name}: is missing" for name in listed if name not in there]
    found += [f"{name}: is not listed in {SUMS}" for name in there if name not in listed]
    for name, digest in listed.items():
        if name in there and sha256_of(there[name]) != digest:
            found.append(f"{name}: has other bytes than {SUMS} says")
    return sorted(found)


def inconsistencies(run: Run) -> list[str]:
    """Return what in a run does not follow from the rest of it; empty when all does."""
    manifest, found = run.manifest, []
    try:
        scenario = run.scenario
    except InputErrors as error:
        return [f"scenario.toml: this version of the program cannot read it: {error.mistakes[0]}"]
    if (scenario.seed, scenario.replicates) != (manifest["seed"], manifest["replicates"]):
        found.append(
            f"manifest.json: seed {manifest['seed']} and {manifest['replicates']} replicates, but "
            f"scenario.toml says {scenario.seed} and {scenario.replicates}"
        )
    if scenario.sha256() != manifest["scenario"]["sha256"]:
        found.append("scenario.toml: is not the scenario whose hash the manifest has")
    named = identity.run_id(
        scenario.sha256(),
        scenario.seed,
        scenario.replicates,
        manifest["engine"]["version"],
        manifest["tables"],
    )
    if named != run.run_id:
        found.append(
            f"manifest.json: run ID {run.run_id} does not follow from scenario, seed and tables ({named} "
            "does)"
        )
    if identity.environment_hash(manifest["environment"]) != manifest["environment_hash"]:
        found.append("manifest.json: the hash of the environment does not follow from it")
    return [*found, *_from_rows(run)]


def _from_rows(run: Run) -> list[str]:
    """Return what does not follow from the rows: hashes, counts, rates."""
    try:
        outcomes = run.outcomes
        hashes = identity.row_hashes(outcomes)
        counted = _counts(outcomes, run.scenario.population.size)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        return [f"outcomes.parquet: cannot be read ({type(error).__name__})"]
    found = [*_from_counts(run, counted)]
    if [hashes[r] for r in sorted(hashes)] != run.manifest["row_hashes"]:
        found.append("outcomes.parquet: its rows do not have the hashes of the manifest")
    elif identity.result_hash(hashes) != run.manifest["result_hash"]:
        found.append("manifest.json: the result hash does not follow from the rows")
    return found


def _from_counts(run: Run, counted: pl.DataFrame) -> list[str]:
    """Return whether the counts follow from the rows, and the rates from the counts."""
    found = []
    try:
        keys = ("replicate", "dimension", "level")
        if not _equal(run.counts.select(*keys, *COUNTS).sort(*keys), counted):
            found.append("counts.csv: does not follow from the rows")
        overall = run.counts.filter(pl.col("dimension") == OVERALL).sort("replicate")
        made = rates_csv(rates(overall, Settings.of(run.scenario)))
        if (run.folder / "rates.csv").read_text("utf-8") != made:
            found.append("rates.csv: does not follow from the counts")
    except (pl.exceptions.PolarsError, OSError, ValueError, TypeError) as error:
        found.append(f"counts.csv, rates.csv: cannot be read ({type(error).__name__})")
    return found


def _counts(outcomes: pl.DataFrame, registry: int) -> pl.DataFrame:
    """Return the counts of every replicate, overall and by group, from the rows alone."""
    parts = []
    for (replicate,), rows in outcomes.group_by("replicate", maintain_order=True):
        everybody = pl.DataFrame([count(rows, registry)]).with_columns(
            dimension=pl.lit(OVERALL), level=pl.lit(OVERALL)
        )
        for part in (everybody, *(count_by(rows, group) for group in GROUPS)):
            parts.append(part.select(pl.lit(replicate).alias("replicate"), "dimension", "level", *COUNTS))
    return pl.concat(parts).sort("replicate", "dimension", "level")


def _equal(left: pl.DataFrame, right: pl.DataFrame) -> bool:
    whole = {"replicate": pl.Int64, **dict.fromkeys(COUNTS, pl.Int64)}
    return left.cast(whole).equals(right.cast(whole))  # type: ignore[arg-type]


def _again(
    run: Run, replicates: int | None, progress: Progress, workers: int, checked: tuple[str, ...]
) -> Verdict:
    """Run the scenario again and compare."""
    wanted = min(replicates or run.scenario.replicates, run.scenario.replicates)
    result = study(run.scenario.replace({"replicates": wanted}), progress=progress, workers=workers)
    hashes = identity.row_hashes(result.outcomes)
    rows = f"rows of {wanted} of {run.scenario.replicates} populations, run again"
    checked = (*checked, rows)
    other = differences(run.manifest["environment"], identity.environment())
    if [hashes[r] for r in sorted(hashes)] == run.manifest["row_hashes"][:wanted]:
        if wanted < run.scenario.replicates:
            return Verdict(IDENTICAL, run.run_id, (), checked)
        problems = [] if other else unlike(run, result)
        beside = () if other else ("worked links, curve and ledger, made again",)
        return Verdict(DIFFERENT if problems else IDENTICAL, run.run_id, tuple(problems), (*checked, *beside))
    measured = compare(run, result, wanted)
    furthest = max(measured.values(), default=0.0)
    told = tuple(
        f"{name}: {errors:.1f} Monte Carlo standard errors apart" for name, errors in measured.items()
    )
    if not other:
        why = "the same environment gives other rows: these were not made from this scenario and seed"
        return Verdict(DIFFERENT, run.run_id, (why, *told), checked)
    why = f"the environment is another one: {'; '.join(other)}"
    most = limit(wanted)
    word = CONSISTENT if furthest <= most else DIFFERENT
    return Verdict(
        word, run.run_id, (why, *told, f"consistent up to {most:.1f} with {wanted} populations"), checked
    )


def unlike(run: Run, result: StudyResult) -> list[str]:
    """Return the files beside the rows that the same study, made again, does not give."""
    found = [
        f"{name}: is not what the scenario gives"
        for name, text in texts_of(result).items()
        if not (run.folder / name).is_file() or (run.folder / name).read_text("utf-8") != text
    ]
    if not run.ledger.equals(keep_ledger(result.ledger, result.outcomes).frame):
        found.append("ledger.parquet: is not what the scenario gives")
    return found
