"""From a finished study to a run folder that can be cited, checked and made again.

runs/r-0123456789ab/
  scenario.toml           the question, every default written out
  manifest.json           versions, hashes, seed; schema in manifest.schema.json
  outcomes.parquet        what became of every request of every replicate
  disclosures.parquet     every address disclosed: whose record, whose door, whose error, and whose groups
  counts.csv              counts of every replicate, overall and by group; all rates are made of these
  addresses.csv           counts of the addresses disclosed: whose record, whose door, whose error
  rates.csv               the rates with interval and Monte Carlo error
  cases.json              links worked through, chosen by the seed; identifiers by their last four digits
  curve.csv               threshold against errors, where the rule has a threshold
  ledger.parquet          every fault put into the requests
  ro-crate-metadata.json  the same as a research object
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from sim import whole_files
from sim.masking import mask_text
from sim.record import crate, identity, manifest
from sim.record.canonical import readable_json
from sim.record.folder import entries_of, entry_of
from sim.record.reader import intact
from sim.record.rows import counts_of, csv_text, keep_disclosures, keep_ledger, rates_csv, write_parquet
from sim.scenario import Scenario
from sim.study.replicates import StudyResult
from sim.study.stopping import Stopping


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The file names of a run by what they hold, in one place."""

    scenario: str = "scenario.toml"
    outcomes: str = "outcomes.parquet"
    disclosures: str = "disclosures.parquet"
    counts: str = "counts.csv"
    addresses: str = "addresses.csv"
    rates: str = "rates.csv"
    cases: str = "cases.json"
    curve: str = "curve.csv"
    ledger: str = "ledger.parquet"


FILES = _Sheet()


def write(result: StudyResult, out: Path) -> Path:
    """Write a finished study as `out/<run id>/` and return the folder.

    The folder appears whole or not at all. An intact folder with the same result is left as it is, so that
    running again changes nothing; a damaged or different one is replaced. Raises OSError when it cannot be
    written.
    """
    named = identify(result.scenario, result.outcomes)
    target = out / named.run_id
    whole_files.remove_leftovers(out)
    if intact(target, named.result_hash):
        return target
    return whole_files.write_folder(target, lambda folder: _fill(folder, result, named))


def identify(scenario: Scenario, outcomes: pl.DataFrame) -> manifest.Identity:
    """Return the identity of a run from its question and its rows."""
    version, tables = identity.engine_version(), identity.table_hashes()
    question, rows = scenario.sha256(), identity.row_hashes(outcomes)
    name = identity.run_id(question, scenario.seed, scenario.replicates, version, tables)
    return manifest.Identity(
        run_id=name,
        scenario_sha256=question,
        seed=scenario.seed,
        replicates=scenario.replicates,
        engine_version=version,
        tables=tables,
        result_hash=identity.result_hash(rows),
        row_hashes=rows,
    )


def _fill(folder: Path, result: StudyResult, named: manifest.Identity) -> None:
    scenario = result.scenario
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    outcomes, ledger = result.outcomes, keep_ledger(result.ledger, result.outcomes)
    disclosed = keep_disclosures(result.disclosures, result.counts)

    write_parquet(outcomes, folder / FILES.outcomes)
    write_parquet(disclosed.frame, folder / FILES.disclosures)
    write_parquet(ledger.frame, folder / FILES.ledger)
    _text(folder / FILES.scenario, scenario.to_toml())
    for name, text in texts_of(result).items():
        _text(folder / name, text)

    data = entries_of(folder, (path.name for path in folder.iterdir()))
    title = scenario.title or scenario.name
    _json(folder / crate.NAME, crate.build(named.run_id, title, created, named.engine_version, data))
    environment = identity.environment()
    made = manifest.build(
        named,
        scenario={"name": scenario.name, "title": title},
        environment=environment,
        environment_sha256=identity.environment_hash(environment),
        created=created,
        seconds=round(result.seconds, 1),
        stopping=_stopping(result.stopping),
        rows={
            "outcomes": outcomes.height,
            "ledger": ledger.frame.height,
            "ledger_complete": ledger.complete,
            "ledger_note": ledger.note,
            "disclosures": disclosed.frame.height,
            "disclosures_populations": disclosed.populations,
            "disclosures_note": disclosed.note,
        },
        entries=(*data, entry_of(folder, crate.NAME)),
    )
    _json(folder / manifest.NAME, made)


def texts_of(result: StudyResult) -> dict[str, str]:
    """Return the text files that follow from a study's answer, by name."""
    made = {
        FILES.counts: csv_text(counts_of(result)),
        FILES.addresses: csv_text(result.addresses),
        FILES.rates: rates_csv(result.rates),
        FILES.cases: mask_text(readable_json(list(result.cases))),
    }
    return made if result.curve is None else {**made, FILES.curve: csv_text(result.curve)}


def _text(path: Path, text: str) -> None:
    whole_files.create(path, text.encode())


def _json(path: Path, value: Mapping[str, Any]) -> None:
    _text(path, readable_json(value))


def _stopping(found: Stopping | None) -> dict[str, Any] | None:
    """Return the stopping rule and every look at the results, None where replicates were given."""
    if found is None:
        return None
    return {
        "rule": asdict(found.rule),
        "looks": [asdict(look) for look in found.looks],
        "reached": found.reached,
    }
