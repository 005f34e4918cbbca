"""Clerical review: between two thresholds a person looks at the pair and decides, not without error."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.linkage.curve import to_bits
from sim.linkage.rules.definition import definition_of
from sim.rng import Streams
from sim.scenario import Scenario


def review(
    frame: pl.DataFrame, disclosures: pl.DataFrame, scenario: Scenario, streams: Streams
) -> pl.DataFrame:
    """Return the disclosures left when those below `linkage.clerical_high` have gone to a reviewer.

    The reviewer refuses a true pair or accepts a false one with probability weights.clerical.reviewer_error,
    independently for each request; the draw belongs to the request's number, so that moving a threshold
    changes nobody else's luck. Without a clerical zone, or under a deterministic rule, nothing is reviewed.
    """
    linkage = scenario.linkage
    if not definition_of(scenario).learnt or linkage.clerical_high is None or not disclosures.height:
        return disclosures
    in_probability = linkage.threshold_unit == "probability"
    high = to_bits(linkage.clerical_high) if in_probability else linkage.clerical_high
    number = disclosures["request"].to_numpy()
    draws = streams.generator("linkage.reviewer").random(max(scenario.requests.count, int(number.max()) + 1))
    errs = draws[number] < scenario.value("weights.clerical.reviewer_error")
    wanted = frame.select("request", wanted="person")
    sought = disclosures.select("request").join(wanted, on="request", how="left", maintain_order="left")[
        "wanted"
    ]
    right = disclosures["person"].to_numpy() == sought.to_numpy()
    unreviewed = disclosures["score"].to_numpy() >= high
    return disclosures.filter(pl.Series(unreviewed | np.where(errs, ~right, right)))
