"""What becomes of the fields that `tests/added_fields.py` adds, in a world of 20,000 people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sim.fields import words_of
from sim.kept import estimate, shortlists
from sim.kept.build import build
from sim.kept.session import StoredRegistry
from sim.kept.store import Store
from sim.linkage import link
from sim.linkage.comparison import Path as RulePath
from sim.linkage.comparison import all_of
from sim.linkage.link import Linker, by_number
from sim.linkage.normalise import Fields
from sim.masking import mask_ledger
from sim.noise import Noisy, apply
from sim.outcome import verdict
from sim.outcome.cases import worked
from sim.outcome.judge import NEEDS
from sim.population import Country
from sim.progress import silent
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario


def told(folder: Path) -> dict[str, Any]:
    """Return what becomes of the added fields in a small world, the registry stored in `folder`."""
    small = {
        "population.size": 20_000,
        "requests.count": 200,
        "requests.coverage": 0.5,
        "noise.level": "clean",
    }
    scenario = Scenario.load("aug2025-as-run").replace(small)
    streams = Streams(scenario.seed, 0)
    country = Country(scenario, streams)
    requests = draw(country, scenario, streams)
    frame = apply(requests, scenario, streams).frame
    right = frame["licence"]
    # One of those on file gives another's number.
    filed = np.flatnonzero(frame["in_registry"].to_numpy())[:2].tolist()
    given = right.clone().scatter(filed[0], right[filed[1]])
    noisy = Noisy(frame.with_columns(given.alias("licence")), pl.DataFrame(), pl.DataFrame())
    comparisons, threshold = all_of("licence", "licence_end")
    rule = (RulePath("licence", (("licence",),), comparisons, threshold),)
    linked = link(country, noisy.frame, scenario, carry=NEEDS, rule=rule)
    outcomes = verdict(country, requests, noisy, linked).outcomes
    cases = worked(country, requests, noisy, linked, outcomes, scenario, streams, rule)
    shortlists.OUTSIDE = 1
    estimate.available_bytes = lambda: 2**40  # so small a world takes less than is estimated
    store = Store(build(scenario, folder))
    stored = StoredRegistry(scenario, store)
    linker = Linker(noisy.frame, scenario, streams, carry=NEEDS, rule=rule)
    linker.prepare(Fields.of(stored.country, scenario))
    stored.search([linker], 1, silent)
    ledger = pl.DataFrame(
        {"field": ["licence"], "before": ["12345678"], "after": [None]}, schema_overrides={"after": pl.String}
    )
    wrong = outcomes.filter(pl.col("outcome") == "wrong_person")
    return {
        "asked": str(frame.schema["licence"]),
        "outcomes": dict(outcomes.group_by(pl.col("outcome").cast(pl.String)).len().iter_rows()),
        "causes": wrong["cause"].cast(pl.String).to_list(),
        "by": list(by_number(rule)),
        "rows": [line for case in cases for line in case["fields"] if line["field"] == "licence"],
        "masked": mask_ledger(ledger)["before"].to_list(),
        "in clear": int((store.rows["licence"] < 2**31).sum() + (store._truth[0]["licence"] < 2**31).sum()),
        "offered": draw(country, scenario, streams, offers=store.offers).clean["licence"].equals(right),
        "same from store": linker.linked().disclosures.equals(linked.disclosures),
        "words": [words_of("licence"), words_of("licence_end")],
    }  # fmt: skip
