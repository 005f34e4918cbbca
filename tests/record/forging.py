"""Forging with care: whatever was changed in a bundle, everything that follows from it is made to agree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path

import polars as pl

from sim.outcome.counts import count_disclosed
from sim.outcome.groups import OVERALL
from sim.outcome.rates import Settings, rates
from sim.record import crate, identity
from sim.record.addresses import address_mistakes, disclosure_mistakes
from sim.record.bundle import SUMS, generated
from sim.record.canonical import readable_json
from sim.record.folder import entries_of
from sim.record.laws import counts_of
from sim.record.reader import Run, read
from sim.record.rows import csv_text, rates_csv, write_parquet
from sim.record.safe_zip import unpack
from sim.record.shapes import COUNTS_OF, SEARCHED
from sim.record.writer import FILES
from sim.report import html
from sim.report.findings import Findings
from sim.report.model import page
from tests.record.standin import disclosed_of

REPORT = html.NAME
Change = Callable[[Path], object]


def forged(bundle: Path, place: Path, change: Change, keep: Collection[str] = ()) -> Path:
    """Unpack a bundle, let `change` edit its folder, and make the rest agree but for the files in `keep`."""
    folder = unpack(bundle, place)
    change(folder)
    settle(folder, keep)
    return folder


def settle(folder: Path, keep: Collection[str] = ()) -> None:
    """Make everything in a bundle's folder agree with its scenario, its rows and its environment."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    run = Run(folder, manifest)
    _question(run)
    if FILES.outcomes not in keep and (folder / FILES.outcomes).exists():
        _rows(run, keep)
    if FILES.rates not in keep:
        whole = pl.read_csv(folder / FILES.counts, schema=dict(COUNTS_OF))
        overall = whole.filter(pl.col("dimension") == OVERALL).sort("replicate")
        put(folder / FILES.rates, rates_csv(rates(overall, Settings.of(run.scenario))))
    _manifest(run, keep)
    if (folder / "VERIFY.txt").exists():
        for name, data in generated(read(folder)).items():
            if name not in keep:
                (folder / name).write_bytes(data)
    if REPORT not in keep and (folder / REPORT).exists():
        put(folder / REPORT, html.render(page(Findings(read(folder)))))
    sums(folder)


def put(path: Path, text: str) -> None:
    """Write a text with its own line ends."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _question(run: Run) -> None:
    told, scenario = run.manifest, run.scenario
    told.update(seed=scenario.seed, replicates=scenario.replicates)
    told["scenario"].update(
        sha256=scenario.sha256(), name=scenario.name, title=scenario.title or scenario.name
    )
    told["run_id"] = identity.run_id(
        scenario.sha256(), scenario.seed, scenario.replicates, told["engine"]["version"], told["tables"]
    )
    told["environment_hash"] = identity.environment_hash(told["environment"])


def _rows(run: Run, keep: Collection[str]) -> None:
    rows = pl.read_parquet(run.folder / FILES.outcomes)
    hashes = identity.row_hashes(rows)
    run.manifest.update(
        row_hashes=[hashes[number] for number in sorted(hashes)], result_hash=identity.result_hash(hashes)
    )
    run.manifest["rows"]["outcomes"] = rows.height
    if FILES.counts in keep:
        return
    before = pl.read_csv(run.folder / FILES.counts, schema=dict(COUNTS_OF))
    searched = before.filter(pl.col("dimension") == OVERALL).select("replicate", "dimension", *SEARCHED[1:])
    made = counts_of(rows, run.scenario.population.size).join(
        searched, on=("replicate", "dimension"), how="left"
    )
    put(run.folder / FILES.counts, csv_text(made.sort("replicate", "dimension", "level").select(*COUNTS_OF)))
    beside = Run(run.folder, run.manifest)
    if FILES.addresses not in keep and any((*address_mistakes(beside), *disclosure_mistakes(beside))):
        worlds = rows.partition_by("replicate", maintain_order=True)
        shown = [disclosed_of(each) for each in worlds]
        put_addresses(run.folder, shown)
    shown = pl.scan_parquet(run.folder / FILES.disclosures).select(pl.len()).collect()
    run.manifest["rows"]["disclosures"] = shown.item()


def older(folder: Path) -> None:
    """Make a run one of before addresses were kept and counted: neither the files nor a word of them."""
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in (FILES.disclosures, FILES.addresses):
        (folder / name).unlink()
        del told["files"][name]
    told["rows"] = {key: value for key, value in told["rows"].items() if not key.startswith("disclosures")}
    edit_manifest(folder, format="linkage-error-simulator/run/1", rows=told["rows"], files=told["files"])
    settle(folder, {FILES.counts})


def put_addresses(folder: Path, worlds: list[pl.DataFrame]) -> None:
    """Write the disclosed addresses of all populations, and their counts."""
    numbered = [(pl.lit(number, pl.UInt16).alias("replicate"), each) for number, each in enumerate(worlds)]
    (folder / FILES.disclosures).unlink()
    rows = pl.concat([each.select(number, pl.all()) for number, each in numbered])
    write_parquet(rows, folder / FILES.disclosures)
    counts = pl.concat([count_disclosed(each).select(number, pl.all()) for number, each in numbered])
    put(folder / FILES.addresses, csv_text(counts))


def _manifest(run: Run, keep: Collection[str]) -> None:
    told, folder = run.manifest, run.folder
    held = [name for name in told["files"] if name != crate.NAME and (folder / name).exists()]
    if crate.NAME not in keep and (folder / crate.NAME).exists():
        made = crate.build(
            told["run_id"], told["scenario"]["title"], told["created"], told["engine"]["version"],
            entries_of(folder, held),
        )  # fmt: skip
        put(folder / crate.NAME, readable_json(made))
    for entry in entries_of(folder, [name for name in told["files"] if (folder / name).exists()]):
        told["files"][entry.name] = entry.as_json()
    put(folder / "manifest.json", readable_json(told))


def sums(folder: Path) -> None:
    """Write SHA256SUMS anew, where a folder has it."""
    path = folder / SUMS
    if path.exists():
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p != path)
        lines = [
            f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
            for p in files
        ]
        put(path, "".join(lines))


def edit_manifest(folder: Path, **changes: object) -> None:
    """Change top keys of a manifest, hashes left as they are."""
    path = folder / "manifest.json"
    put(path, readable_json({**json.loads(path.read_text("utf-8")), **changes}))


def claim_another_environment(folder: Path, numpy: str = "9.9.9") -> None:
    """Claim that another version of a library made the run."""
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["environment"]
    edit_manifest(folder, environment={**told, "libraries": {**told["libraries"], "numpy": numpy}})


def edit_rows(folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """Change the rows of a run."""
    path = folder / FILES.outcomes
    changed = change(pl.read_parquet(path, memory_map=False))
    path.unlink()
    write_parquet(changed, path)


def move_to_wrong(rows: pl.DataFrame, number: int, replicate: int = 0) -> pl.DataFrame:
    """Return rows in which the first `number` right answers of a population are somebody else's address."""
    right = (pl.col("outcome").cast(pl.String) == "right_person_right_door") & (
        pl.col("replicate") == replicate
    )
    chosen = right & (right.cum_sum() <= number)
    return rows.with_columns(
        outcome=pl.when(chosen).then(pl.lit("wrong_person")).otherwise(pl.col("outcome").cast(pl.String))
        .cast(rows.schema["outcome"]),
        cause=pl.when(chosen).then(pl.lit("namesake")).otherwise(pl.col("cause").cast(pl.String))
        .cast(rows.schema["cause"]),
        wrong_disclosed=pl.when(chosen).then(pl.col("disclosed")).otherwise(pl.col("wrong_disclosed")),
    )  # fmt: skip


def drop_cases(folder: Path) -> None:
    """Leave out the worked links, so that a changed row is not one that they tell of."""
    put(folder / FILES.cases, "[]\n")
