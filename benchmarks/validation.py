"""Which published figures the simulator meets, failures included: writes docs/validation.md (three minutes).

    python -m benchmarks validation

The figures stand in configs/published.toml; each is worked out anew here: closed forms, coincidences among
people drawn, rates of runs. The rows on August 2025 are those of the report's and the dashboard's figure of
known figures (`sim/report/calibration.py`). A test compares the fingerprint of the model's numbers on the
page with those in force, so that a page of an older model is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl

from sim.charts import Target
from sim.linkage import text
from sim.linkage.link import by_number
from sim.linkage.rules import rule_of
from sim.linkage.unlabelled import duplicate_method
from sim.noise import apply
from sim.outcome.rates import significant
from sim.population import CHUNK, Chunk, Country
from sim.published import Use, figures
from sim.report.calibration import FITTED, august_2025, beside
from sim.requests import draw
from sim.rng import Streams
from sim.run import simulate
from sim.scenario import Scenario
from sim.study.formulas import coincidental_pairs, shared_birthday
from sim.study.scale import Namesakes
from tests.population import residents

PAGE = Path(__file__).parent.parent / "docs" / "validation.md"
NUMBERS = ("population.", "registry.", "requests.", "noise.", "linkage.")
HISPANIC, CHUNKS = 5, 8
NAME_ONLY = {"linkage.rule": "name_only", "linkage.address_check": "none", "linkage.tie": "all"}
NAME_DOB = NAME_ONLY | {"linkage.rule": "name_dob"}

Values = dict[str, list[float | None]]
"""Simulated values by name of the figure, one for each of its `n`."""


def fingerprint() -> str:
    """Return what tells one state of the model's numbers from another."""
    return Scenario.of({}).slice_sha(NUMBERS)[:12]


def percent(share: object) -> float:
    """Return a share of a polars or numpy mean as per cent."""
    return 100 * float(share)  # type: ignore[arg-type]


def drawn() -> tuple[Country, pl.DataFrame]:
    """Return a country of two million and its people."""
    country = Country(Scenario.of({"population.size": CHUNKS * CHUNK}), Streams(1, 0))
    return country, pl.concat([_people(country.chunk(number)) for number in range(CHUNKS)])


def _people(chunk: Chunk) -> pl.DataFrame:
    columns = ("given", "surname", "birth", "sex", "ethnicity", "tin_kind", "moved_years", "household",
               "household_people", "lives_at_file", "file_address")  # fmt: skip
    frame = pl.DataFrame({name: getattr(chunk, name) for name in columns})
    return frame.with_columns(pl.col("household").cast(pl.Int64) + (chunk.number << 32))


def birthdays(country: Country, people: pl.DataFrame) -> Values:
    """V1, V2, V6."""
    mixed = people["birth"].sample(fraction=1.0, shuffle=True, seed=2).to_numpy()

    def rooms(n: int) -> float:
        births = np.sort(mixed[: len(mixed) // n * n].reshape(-1, n), axis=1)
        return float((np.diff(births, axis=1) == 0).any(axis=1).mean())

    alike = float(np.mean(Namesakes(country).per_record(country.chunk(0), "name_birth", whole=True)))
    chance = float(coincidental_pairs([129_000_000], alike)[0])
    return {
        "v1": [shared_birthday(n) for n in (10, 20, 23, 50, 57)],
        "v2_formula": [shared_birthday(n, 63.6 * 365.25) for n in (180, 460)],
        "v2_rooms": [rooms(n) for n in (180, 460)],
        "v6": [100 * chance / (chance + 32_890)],
    }


def typing(country: Country, people: pl.DataFrame) -> Values:
    """V7: independent errors on k fields of a real list."""
    kinds, hidden = ("given_typo", "surname_typo", "birth_digit", "street_typo", "number_digit"), []
    for k in (3, 4, 5):
        settings: dict[str, object] = {f"noise.{kind}.rate": 0.05 for kind in kinds[:k]}
        settings |= {f"noise.{kind}.odds.{e}": 1.0 for kind in kinds[:2] for e in ("hispanic", "api")}
        sizes = {"noise.level": "clean", "population.size": CHUNK, "requests.count": 60_000}
        scenario = Scenario.of(settings | sizes)
        asked = draw(Country(scenario, Streams(1, 0)), scenario, Streams(1, 0))
        hit = apply(asked, scenario, Streams(1, 0)).ledger["request"].n_unique()
        hidden.append(100 * hit / len(asked))
    return {"v7": [*hidden]}


def names(country: Country, people: pl.DataFrame) -> Values:
    """V8, V13 and how names gather. Codes are ranks in the Bureau's tables."""
    found = residents.collisions(2_000_000)
    tops = (10, 100, 1_000, 10_000)
    hispanic = people.filter(pl.col("ethnicity") == HISPANIC)["surname"].to_numpy()
    bearers = np.sort(np.unique(hispanic, return_counts=True)[1])[::-1] / len(hispanic)
    return {
        "v8_first": [1e6 * found.first],
        "v8_last": [1e6 * found.last],
        "v8_both": [found.both_over_product],
        "v8_tops_first": [percent((found.first_codes <= top).mean()) for top in tops],
        "v8_tops_last": [percent((found.last_codes <= top).mean()) for top in tops],
        "v13": [100 * residents.unique_among_the_dead(country)],
        "hispanic_tops": [percent(bearers[:top].sum()) for top in (10, 26)],
        "hispanic_share": [residents.share_a_name(hispanic) / 0.000523273],
    }


def duplicates(country: Country, people: pl.DataFrame) -> Values:
    """V10: the estimate, and below in `rows` the truth of the same run in place of a published figure."""
    found: list[float | None] = []
    truth: list[float | None] = []
    sizes = {"population.size": 2_000_000, "requests.count": 50_000, "requests.coverage": 0.5}
    for rule in (NAME_DOB, NAME_ONLY):
        made = simulate(Scenario.of(sizes | rule | {"noise.level": "clean"})).outcomes
        truth.append(percent(1 - made["wrong_disclosed"].sum() / made["disclosed"].sum()))
        found.append(100 * duplicate_method(made["links"].to_numpy().astype(np.int64)).ppv)
    return {"v10": found, "v10_truth": truth}


def surnames(country: Country, people: pl.DataFrame) -> Values:
    """V11."""
    complete, wrong = [], []
    sizes = {"population.size": 1_000_000, "requests.count": 20_000}
    for handling in ("one_field", "array"):
        switch = {"linkage.surname_handling": handling}
        made = simulate(Scenario.of(sizes | NAME_DOB | switch | {"requests.coverage": 1.0})).outcomes
        own = made.filter("two_surnames").select(pl.col("disclosed") > pl.col("wrong_disclosed"))
        complete.append(percent(own.to_series().mean()))
        wrong.append(int(simulate(Scenario.of(sizes | NAME_ONLY | switch)).outcomes["wrong_disclosed"].sum()))
    gain = complete[1] - complete[0]
    return {"v11_level": [*complete], "v11_gain": [gain], "v11_wrong": [wrong[1] / wrong[0]]}


def uniqueness(country: Country, people: pl.DataFrame) -> Values:
    """V12 in one state's number of people, V14 over subsamples of two million."""
    keys = (("file_address", "birth", "sex"), ("file_address", "birth", "given", "surname"),
            ("file_address", "sex", "given", "surname"), ("birth", "sex", "given", "surname"))  # fmt: skip
    state = people.head(CHUNK)
    unique = [percent(state.select(pl.struct(key).is_unique().mean()).item()) for key in keys]
    useless = state.select(pl.struct(pl.col("birth") // 10_000, "sex").is_unique().mean()).item()
    mixed = people.sample(fraction=1.0, shuffle=True, seed=4).with_columns(pl.col("birth") // 10_000)
    sizes = mixed.height // np.array([8, 4, 2, 1])
    pairs = []
    for size in sizes:
        groups = mixed.head(int(size)).group_by("given", "surname", "birth").len()
        alike = groups["len"].to_numpy().astype(float)
        pairs.append((alike * (alike - 1) / 2).sum())
    slope = float(np.polyfit(np.log(sizes), np.log(pairs), 1)[0])
    return {"v12": [*unique], "v12_useless": [percent(useless)], "v14": [slope]}


def households(country: Country, people: pl.DataFrame) -> Values:
    """Who lives together, who moves, what is on file."""
    homes = people.unique("household", keep="first", maintain_order=True)
    sizes = homes["household_people"].cast(pl.Float64)
    alike = people.group_by("household").agg(pl.struct("given", "surname", "sex").is_duplicated().any())
    return {
        "itin": [percent((people["tin_kind"] == 1).mean())],
        "household": [
            percent(part.mean()) / 100 for part in (sizes, sizes.filter(homes["ethnicity"] == HISPANIC))
        ],
        "full_name": [percent(alike["given"].mean())],
        "generations": [None, None],
        "moved": [percent((people["moved_years"] < 1).mean())],
        "stale": [percent((~people["lives_at_file"]).mean())],
    }


def requests(country: Country, people: pl.DataFrame) -> Values:
    """The list: who is asked for, and the quality of addresses."""
    scenario = Scenario.of({"population.size": 1_000_000, "requests.count": 400_000})
    asked = draw(Country(scenario, Streams(1, 0)), scenario, Streams(1, 0))
    noisy = apply(asked, scenario, Streams(1, 0))
    rate = {row["kind"]: 100 * row["hit"] / row["requests"] for row in noisy.tally.iter_rows(named=True)}
    blank = rate["address_blank"]
    line = text.street_line(noisy.frame["street"], words=True).alias("line")
    placed = noisy.frame.with_columns(line).filter(pl.col("number") > 0)
    uses = placed.group_by("number", "line", "unit", "zip").len()["len"]
    return {
        "two_surnames": [percent(asked.clean["two_surnames"].mean())],
        "spanish": [percent((asked.clean["origin"] == "spanish").mean())],
        "address": [blank, blank + rate["address_junk"] + rate["address_zip_only"], rate["unit_missing"]],
        "reuse": [float((uses > n).sum()) * 981_671 / len(asked) for n in (20, 500)],
    }


PARTS: tuple[Callable[[Country, pl.DataFrame], Values], ...] = (
    birthdays, typing, names, duplicates, surnames, uniqueness, households, requests
)  # fmt: skip


def rows() -> list[tuple[str, Target]]:
    """Return every target with its number in the list of validation targets ("" for another figure)."""
    country, people = drawn()
    values: Values = {}
    for part in PARTS:
        values |= part(country, people)
        print(part.__name__, flush=True)
    found = [
        (key.split("_")[0].upper() if key.startswith("v") else "", target)
        for key, published in figures().items()
        if key in values
        for target in beside(published, values[key], values.get(f"{key}_truth"))
    ]
    as_run = Scenario.load("aug2025-as-run").replace(
        {"requests.count": 300_000, "population.size": 3_000_000, "seed": 2}
    )
    nine = [
        ("V9", target)
        for target in august_2025(simulate(as_run).outcomes, by_number(rule_of(as_run)), FITTED)
    ]
    place = next(i for i, (number, _) in enumerate(found) if number == "V10")
    return [*found[:place], *nine, *found[place:]]


def page(found: list[tuple[str, Target]]) -> str:
    """Return the page as Markdown: figures held out before the others, those of August 2025 first."""
    head = (Path(__file__).parent / "validation_head.md").read_text("utf-8")
    counts = [
        [each.verdict for _, each in found if each.use == use].count(verdict)
        for use in get_args(Use)
        for verdict in ("agrees", "differs", "not simulated")
    ]
    lines = [head.format(fingerprint(), *counts).rstrip()]
    order = get_args(Use)
    for number, t in sorted(found, key=lambda row: (order.index(row[1].use), row[0] != "V9")):
        shown = "none" if t.simulated is None else f"{t.simulated:.5g}"
        verdict = f"**{t.verdict}**" if t.verdict == "differs" else t.verdict
        bounds = f"{t.low:.6g} to {t.high:.6g}"
        published = significant(t.published, 6).rstrip("0").rstrip(".") or "0"
        cells = (number, t.name, t.unit, published, bounds, shown, verdict, t.use, t.source)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(rows()), encoding="utf-8")
    print(f"wrote {PAGE}")
