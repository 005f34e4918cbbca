"""Studies whose outcomes are drawn here, not simulated, so that any state of a run can be had in a moment."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from sim.outcome.cells import CELLS, quantity
from sim.outcome.exposed import EXPOSED
from sim.outcome.words import CAUSE, CAUSES, DOOR, ERROR, OUTCOME, OUTCOMES, RECORD
from sim.population import ETHNICITIES, NATIVITIES
from sim.replicate import World
from sim.requests.schema import ORIGINS
from sim.scenario import Scenario
from sim.study.replicates import StudyResult, collect

SHARES = (0.15, 0.04, 0.01, 0.05, 0.75)
"""Right door, wrong door, wrong person, missed, correctly withheld."""

NASTY = (
    '=HYPERLINK("http://x","y")',
    "<script>alert(1)</script>",
    '#eval("1+1") *bold* $x$',
    "王小明 مرحبا Ωμέγα 🎉",
    "nul\x00\x1b[31m",
)
"""Texts that a spreadsheet, a browser, Typst, a font or a terminal would act on."""

CASE_FIELDS = (
    ("given", "First name", "MARIA", "MARIA", "MARIA", "same", 1.0),
    ("surname", "Last name", "GARCIA", "GARCIA", "GARCIA", "same", 1.0),
    ("tin", "Taxpayer number", "*****6789", "*****6789", "*****6780", "same", 1.0),
    ("birth", "Date of birth", "1980-02-03", "1975-07-01", "1980-02-03", "not compared", None),
)


def study(
    replicates: int = 3,
    requests: int = 2_000,
    shares: Iterable[float] = SHARES,
    settings: dict[str, object] | None = None,
    cases: list[dict[str, object]] | None = None,
    curve: pl.DataFrame | None = None,
) -> StudyResult:
    """Return a study of `replicates` worlds with outcomes in the given shares."""
    scenario = Scenario.load("aug2025-as-run").replace(
        {
            "requests.count": requests,
            "replicates": replicates,
            "population.size": 1_000_000,
            **(settings or {}),
        }
    )
    worlds = [world(scenario.seed * 1_000 + number, requests, tuple(shares)) for number in range(replicates)]
    made = collect(scenario, worlds, 1.5)
    asked = [case("wrong_person"), case("right_person_right_door")] if cases is None else cases
    kept = of_rows(asked, worlds[0].outcomes)
    return StudyResult(
        **{**{k: getattr(made, k) for k in made.__dataclass_fields__}, "cases": kept, "curve": curve}
    )


def world(seed: int, requests: int, shares: tuple[float, ...]) -> World:
    """Return one world."""
    luck = np.random.default_rng(seed)
    which = luck.choice(5, requests, p=shares)
    shown = (which < 3).astype(np.uint32)
    number = np.arange(requests, dtype=np.uint32)

    def labels(names: tuple[str, ...], odds: list[float]) -> pl.Series:
        return pl.Series(luck.choice(names, requests, p=np.array(odds) / sum(odds)), dtype=pl.Enum(names))

    outcomes = pl.DataFrame(
        {
            "request": number,
            "outcome": pl.Series([OUTCOMES[i] for i in which], dtype=OUTCOME),
            "cause": pl.Series([CAUSES[r % 5] if i == 2 else None for r, i in enumerate(which)], dtype=CAUSE),
            "requested_person_absent": (which == 4) | ((which == 2) & (luck.random(requests) < 0.4)),
            "deficient_request": luck.random(requests) < 0.2,
            "insufficient_address": luck.random(requests) < 0.1,
            "wrong_shares_household": (which == 2) & (luck.random(requests) < 0.3),
            "path": pl.Series(np.where(luck.random(requests) < 0.5, "tin", "address")),
            "disclosed": shown,
            "wrong_disclosed": (which == 2).astype(np.uint32),
            "stale_disclosed": (which == 1).astype(np.uint32),
            "bystanders": (shown * luck.poisson(2.1, requests)).astype(np.uint32),
            "links": shown,
            "ethnicity": labels(ETHNICITIES, [1, 1, 1, 0, 0, 9]),
            "nativity": labels(NATIVITIES, [0, 1, 9]),
            "tin_kind": labels(("ssn", "itin"), [1, 1]),
            "two_surnames": luck.random(requests) < 0.6,
            "origin": labels(ORIGINS, [8, 1, 1, 0, 1]),
        }
    )
    ledger = pl.DataFrame(
        {
            "order": np.arange(6, dtype=np.uint32),
            "request": np.arange(6, dtype=np.uint32),
            "field": ["tin", *["surname"] * 5],
            "kind": ["tin_digit", *["surname_typo"] * 5],
            "before": ["123456789", *NASTY],
            "after": ["123456780", "call 987-65-4321", None, "A", "B", "C"],
        }
    )
    tallies = pl.DataFrame(
        {
            "request": number,
            "path": outcomes["path"],
            "filtered": pl.Series([None] * requests, dtype=pl.String),
            "candidates": np.full(requests, 3, np.uint32),
            "links": shown,
        }
    )
    return World(outcomes, ledger, tallies, disclosed=disclosed_of(outcomes))


def disclosed_of(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return one address for each request that was answered, of a kind that its outcome allows."""
    shown = outcomes.filter(pl.col("disclosed") > 0).with_columns(turn=pl.col("request") % 4)
    wrong, stale = pl.col("wrong_disclosed") > 0, pl.col("stale_disclosed") > 0
    household = wrong & pl.col("wrong_shares_household")
    record = pl.when(household).then(pl.lit("household")).when(wrong).then(pl.lit("somebody_else"))
    error = pl.when(pl.col("turn") == 1).then(pl.lit("matching")).when(pl.col("turn") == 2)
    door = pl.when(wrong & ~household).then(pl.lit("never_lived")).when(stale & (pl.col("turn") == 0))
    columns = {
        "whose_record": record.otherwise(pl.lit("asked_for")).cast(RECORD),
        "whose_door": door.then(pl.lit("nobodys_home")).when(stale).then(pl.lit("moved_away"))
        .otherwise(pl.lit("lives_there")).cast(DOOR),
        "whose_error": pl.when(~wrong).then(pl.lit("none"))
        .otherwise(error.then(pl.lit("file")).otherwise(pl.lit("list"))).cast(ERROR),
        "place": pl.lit(0, pl.UInt32),
        "disclosed_ethnicity": pl.col("ethnicity"),
        "disclosed_nativity": pl.when(wrong).then(pl.lit("us_born"))
        .otherwise(pl.col("nativity").cast(pl.String)).cast(pl.Enum(NATIVITIES)),
        "disclosed_sex": pl.lit("female", EXPOSED["disclosed_sex"]),
        "disclosed_age": pl.lit("30 to 64", EXPOSED["disclosed_age"]),
        "disclosed_tin_kind": pl.col("tin_kind"),
        "disclosed_two_surnames": pl.col("two_surnames"),
        "disclosed_origin": pl.col("origin"),
        "disclosed_state": pl.when(pl.col("turn") == 0).then(pl.lit("CA")).otherwise(pl.lit("TX")),
    }  # fmt: skip
    return shown.with_columns(**columns).with_columns(quantity().alias("quantity")).select(*CELLS)


def of_rows(asked: list[dict[str, object]], outcomes: pl.DataFrame) -> list[dict[str, object]]:
    """Return cases as of the first rows that end so by their path; others are left out."""
    made: list[dict[str, object]] = []
    told = ("cause", "request", "bystanders", "requested_person_absent")
    for each in asked:
        there = outcomes.filter(
            pl.col("outcome").cast(pl.String) == each["kind"],
            pl.col("path") == each["path"],
            ~pl.col("request").is_in([one["request"] for one in made]),
        )
        if not there.is_empty():
            row = there.row(0, named=True)
            made.append({**each, **{key: row[key] for key in told}})
    return made


def case(kind: str) -> dict[str, object]:
    """Return one case as `sim.outcome.cases` makes them."""
    keys = ("field", "label", "asked", "on_file", "true", "compared", "weight")
    return {
        "kind": kind,
        "cause": "shared_identifier" if kind == "wrong_person" else None,
        "request": 7 if kind == "wrong_person" else 8,
        "path": "tin",
        "score": None,
        "threshold": None,
        "base": None,
        "bystanders": 2,
        "requested_person_absent": False,
        "fields": [dict(zip(keys, row, strict=True)) for row in CASE_FIELDS],
        "note": "Linked by the path “tin” because of: taxpayer number, first name, last name.",
    }
