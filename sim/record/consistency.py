"""What in a run does not follow from the rest of it: from question and rows to counts, rates and texts.

    files       have the bytes that the manifest says
    identity    the run ID follows from scenario, seed, replicates, version and tables; names from
                the scenario
    rows        have their columns, obey their own laws, are as many as asked for, and have their hashes
    counts      are those of the rows; rates are those of the counts; looks of a stopping rule likewise
    addresses   obey their own laws, add up to the rows of their requests, and have the counts told
    cases       are of rows that end so; the curve and the ledger have their columns and their length
    metadata    is what these files give

A run that passes is *checked against its rows*. Nobody signs a run: one made up whole, rows and all, passes
too, and is found only by running its question again (`sim.record.verify`), which makes it *repeated*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sim.errors import FileErrors, InputErrors, Mistake
from sim.outcome.groups import OVERALL
from sim.outcome.rates import Settings, rates
from sim.reading import cells_of, json_of, text_of
from sim.record import crate, identity
from sim.record.addresses import address_mistakes, disclosure_mistakes
from sim.record.folder import entries_of
from sim.record.laws import counts_mistakes, row_mistakes, told_hash_mistakes
from sim.record.reader import Run, damaged_files
from sim.record.rows import rates_csv
from sim.study.stopping import Rule

CHECKED, REPEATED = "checked against its rows", "repeated"
_CLOSE = 1e-9
"""Numbers of texts this near, relative to their size, are the same: other libraries round the last digit."""

_WORDED = ("label", "denominator_name", "method", "words", "text")
"""Columns of rates.csv in words, which another version may put otherwise."""

_CRATED = ("scenario.toml", "outcomes.parquet", "disclosures.parquet", "counts.csv", "addresses.csv",
           "rates.csv", "cases.json", "curve.csv", "ledger.parquet")  # fmt: skip


def mistakes(run: Run, *, rows: bool = True) -> list[Mistake]:
    """Return what in a run is damaged or does not follow from the rest of it; empty when all does.

    rows: whether it holds its rows; a run set beside another in a bundle has counts and rates only.
    """
    there = damaged_files(run) if rows else _damaged_but_held(run)
    if there:
        return there
    found = _gathered(run, (_question,))
    if found:
        return found
    steps = (row_mistakes, counts_mistakes, address_mistakes, disclosure_mistakes, _rates, _looks, _cases,
             _beside, _crate)  # fmt: skip
    return _gathered(run, steps if rows else (told_hash_mistakes, address_mistakes, _rates, _looks))


def require(run: Run) -> Run:
    """Return a run that is *checked against its rows*; raises FileErrors with all its mistakes otherwise."""
    found = mistakes(run)
    if found:
        raise FileErrors(found)
    return run


def _gathered(run: Run, steps: Iterable[Callable[[Run], Iterable[Mistake]]]) -> list[Mistake]:
    """Return the mistakes of all steps, each once; a file that cannot be read is a mistake of its own."""
    found: list[Mistake] = []
    for step in steps:
        try:
            found += step(run)
        except InputErrors as errors:
            found += [Mistake(Path(each.file).name, each.key, each.problem) for each in errors.mistakes]
    return list(dict.fromkeys(found))


def _damaged_but_held(run: Run) -> list[Mistake]:
    """Return the damaged files of a run that is there in part: those that are missing are no mistake."""
    held = {name: entry for name, entry in run.manifest["files"].items() if (run.folder / name).exists()}
    return damaged_files(Run(run.folder, {**run.manifest, "files": held}))


def _question(run: Run) -> Iterator[Mistake]:
    """Yield what in the manifest does not follow from the scenario."""
    told, scenario = run.manifest, run.scenario
    says = {
        "seed": (told["seed"], scenario.seed),
        "replicates": (told["replicates"], scenario.replicates),
        "scenario.sha256": (told["scenario"]["sha256"], scenario.sha256()),
        "scenario.name": (told["scenario"]["name"], scenario.name),
        "scenario.title": (told["scenario"]["title"], scenario.title or scenario.name),
    }
    for key, (mine, its) in says.items():
        if mine != its:
            yield Mistake("manifest.json", key, f"is not what scenario.toml says ({its})")
    try:
        datetime.fromisoformat(told["created"])
    except ValueError:
        yield Mistake("manifest.json", "created", f"is no time (got {told['created']})")
    name = identity.run_id(
        scenario.sha256(), scenario.seed, scenario.replicates, told["engine"]["version"], told["tables"]
    )
    if name != run.run_id:
        yield Mistake(
            "manifest.json", "run_id", f"does not follow from scenario, seed and tables ({name} does)"
        )
    if identity.environment_hash(told["environment"]) != told["environment_hash"]:
        yield Mistake("manifest.json", "environment_hash", "does not follow from the environment")


def _rates(run: Run) -> Iterator[Mistake]:
    """Yield the rates that are not those of the counts."""
    overall = run.counts.filter(run.counts["dimension"] == OVERALL).sort("replicate")
    if overall.is_empty():
        yield Mistake("counts.csv", OVERALL, "is missing")
        return
    own = of_this_version(run)
    made = cells_of(rates_csv(rates(overall, Settings.of(run.scenario))), "rates.csv")
    there = cells_of(text_of(run.folder / "rates.csv"), "rates.csv")
    if there[:1] != made[:1] or len(there) != len(made):
        yield Mistake("rates.csv", "the whole", "does not have the rates of such a run, one a line")
        return
    for mine, its in zip(there[1:], made[1:], strict=True):
        if len(mine) != len(its):
            yield Mistake("rates.csv", its[0], "does not have a cell for each column")
            continue
        pairs = zip(made[0], mine, its, strict=True)
        unlike = [h for h, *cells in pairs if not same(*cells) and (own or h not in _WORDED)]
        if unlike:
            yield Mistake("rates.csv", its[0], f"does not follow from the counts ({', '.join(unlike)})")


def of_this_version(run: Run) -> bool:
    """Whether a run says that this version of the program made it, whose wording then must be its own."""
    return bool(run.manifest["engine"]["version"] == identity.engine_version())


def same(one: str, other: str) -> bool:
    """Whether two cells say the same: the same text, or numbers that differ in the last digits only."""
    if one == other:
        return True
    try:
        left, right = float(one), float(other)
    except ValueError:
        return False
    return abs(left - right) <= _CLOSE * max(abs(left), abs(right))


def _looks(run: Run) -> Iterator[Mistake]:
    """Yield the looks of a stopping rule that the counts do not give."""
    told = run.manifest["stopping"]
    if told is None:
        return
    overall = run.counts.filter(run.counts["dimension"] == OVERALL).sort("replicate")
    rule = Rule.of(run.scenario)
    if told.get("rule") != {name: getattr(rule, name) for name in rule.__slots__}:
        yield Mistake("manifest.json", "stopping.rule", "is not the rule of the scenario")
        return
    looks = told.get("looks")
    for number, look in enumerate(looks if isinstance(looks, list) else []):
        done = look.get("replicates") if isinstance(look, dict) else None
        if not isinstance(done, int) or not 1 <= done <= overall.height:
            yield Mistake("manifest.json", f"stopping.looks.{number}", "is of populations that are not there")
            continue
        made = rule.look(rates(overall.head(done), Settings.of(run.scenario))[0])
        if any(not same(str(look.get(name)), str(getattr(made, name))) for name in made.__slots__):
            yield Mistake("manifest.json", f"stopping.looks.{number}", "does not follow from the counts")
    last = looks[-1] if isinstance(looks, list) and looks and isinstance(looks[-1], dict) else {}
    half, aim = last.get("half_width"), last.get("aim")
    reached = isinstance(half, int | float) and isinstance(aim, int | float) and half <= aim
    if told.get("reached") is not reached or last.get("replicates") != overall.height:
        yield Mistake("manifest.json", "stopping", "does not end where its last look does")


def _cases(run: Run) -> Iterator[Mistake]:
    """Yield the worked links that are not of a row that ends so."""
    rows, seen = run.outcomes, set()
    for number, case in enumerate(run.cases):
        replicate = case.get("replicate", 0)
        found = rows.filter(rows["replicate"] == replicate, rows["request"] == case["request"])
        if (replicate, case["request"]) in seen or found.height != 1:
            yield Mistake("cases.json", str(number), "is of a request that is not there, or there twice")
            continue
        seen.add((replicate, case["request"]))
        row = found.row(0, named=True)
        told = {"kind": "outcome", "cause": "cause", "path": "path", "bystanders": "bystanders",
                "requested_person_absent": "requested_person_absent"}  # fmt: skip
        unlike = [key for key, column in told.items() if case[key] != row[column]]
        if unlike:
            yield Mistake("cases.json", str(number), f"is not what the row says ({', '.join(unlike)})")


def _beside(run: Run) -> Iterator[Mistake]:
    """Yield what is wrong with the ledger and the curve as tables; what stands in them is repeated or not."""
    said = run.manifest["rows"]
    if run.ledger.height != said["ledger"]:
        yield Mistake(
            "manifest.json", "rows.ledger", f"is not the length of the ledger ({run.ledger.height})"
        )
    if run.ledger.height and run.ledger["request"].max() >= run.scenario.requests.count:  # type: ignore[operator]
        yield Mistake("ledger.parquet", "request", "is of requests that are not there")
    if run.ledger.height and run.ledger["replicate"].max() >= run.scenario.replicates:  # type: ignore[operator]
        yield Mistake("ledger.parquet", "replicate", "is of populations that are not there")
    curve = run.curve
    if curve is not None and sorted(curve["replicate"].unique()) != list(range(run.scenario.replicates)):
        yield Mistake("curve.csv", "replicate", "does not have each population")


def _crate(run: Run) -> Iterator[Mistake]:
    """Yield whether the research object says something else than the files."""
    told = run.manifest
    held = [name for name in _CRATED if (run.folder / name).exists()]
    made = crate.build(
        run.run_id,
        told["scenario"]["title"],
        run.created,
        told["engine"]["version"],
        entries_of(run.folder, held),
    )
    if of_this_version(run) and json_of(run.folder / crate.NAME) != made:
        yield Mistake(crate.NAME, "the whole", "is not what the files of this run give")
    unlisted = [name for name in (*held, crate.NAME) if name not in told["files"]]
    yield from (Mistake("manifest.json", "files", f"does not list {name}") for name in unlisted)
