"""The one place where rates are made: numerator, denominator, its name, interval, Monte Carlo error.

`RATES` is the whole list. A rate over replicate populations is the ratio of totals with a jackknife t
interval and a prediction range for one population; a rate of a single population has the interval of its
counts. When the denominator is empty there is no rate, only words: nothing disclosed is not 0 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sim.outcome.intervals import Floats, Interval, percent_of, ratio_of_totals, within
from sim.outcome.words import CAUSES, PLAIN, TITLES
from sim.scenario import Scenario

ENOUGH = 30
"""Events from which on a rate is shown as a number of its own; of fewer the counts are shown."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a rate divides by what. share: whether the numerator is part of the denominator."""

    name: str
    label: str
    numerator: str
    denominator: str
    denominator_name: str
    per: int = 1_000
    share: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """How intervals are made; read from the catalogue group `outcome`."""

    confidence: float = 0.95
    exact_below: float = 5
    min_group_events: float = 10

    @classmethod
    def of(cls, scenario: Scenario) -> Settings:
        """Return the scenario's settings."""
        return cls(
            confidence=scenario.value("outcome.confidence"),
            exact_below=scenario.value("outcome.exact_below"),
            min_group_events=scenario.value("outcome.min_group_events"),
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate `per` so many of `denominator_name`; value, bounds and error are on that scale.

    value is None when the denominator is zero, and `words` say so. mcse, the Monte Carlo standard error, is
    None where none can be given (no event, or a count that is not a share in one population). values: the
    rate in each replicate, None where it disclosed nothing.
    """

    name: str
    label: str
    numerator: int
    denominator: int
    denominator_name: str
    per: int
    replicates: int
    confidence: float
    value: float | None
    low: float | None
    high: float | None
    mcse: float | None
    prediction_low: float | None
    prediction_high: float | None
    method: str
    words: str
    values: tuple[float | None, ...]

    def text(self) -> str:
        """Return the rate in a clause, digits only as far as the Monte Carlo error supports them."""
        if self.value is None:
            return self.words
        unit, percent = f"per {self.per:,} {self.denominator_name}", percent_of(self.confidence)
        if self.low is None or self.high is None:
            return f"{rounded(self.value, self.mcse)} {unit}"
        if self.numerator == 0:
            seen = f"none seen among {self.denominator:,} {self.denominator_name}"
            return f"{seen}; fewer than {significant(self.high)} per {self.per:,} ({percent} one-sided bound)"
        low, high = rounded(self.low, self.mcse), rounded(self.high, self.mcse)
        return f"{rounded(self.value, self.mcse)} {unit} ({percent} interval {low} to {high})"


_DISCLOSED = "addresses disclosed"
_ASKED = "requests"

_ANSWERED = "requests answered"
_WRONG_ANSWERS = "requests answered with somebody else's address"
_ELSE = "Another person's record"

RATES: tuple[Definition, ...] = (
    Definition("wrong_person", _ELSE, "wrong_disclosed", "disclosed", _DISCLOSED),
    Definition("wrong_person_per_request", _ELSE, "outcome_wrong_person", "requests", _ASKED),
    Definition(
        "wrong_person_per_registry",
        _ELSE,
        "wrong_disclosed",
        "registry",
        "people in the registry",
        per=100_000,
    ),
    Definition(
        "wrong_door",
        "Right person who has moved away, or a preparer's office",
        "stale_disclosed",
        "disclosed",
        _DISCLOSED,
    ),
    Definition(
        "right_door",
        "Right person at the right door",
        "outcome_right_person_right_door",
        "answered",
        _ANSWERED,
    ),
    Definition("answered", "Requests answered with an address", "answered", "requests", _ASKED),
    Definition(
        "missed",
        "In the registry, yet nothing disclosed",
        "outcome_missed",
        "in_registry",
        "requests for people in the registry",
    ),
    Definition(
        "bystanders",
        "Other people living at a disclosed address",
        "bystanders",
        "disclosed",
        _DISCLOSED,
        share=False,
    ),
    Definition(
        "absent_among_wrong",
        "Wrong because the person is not in the registry at all",
        "wrong_absent",
        "outcome_wrong_person",
        _WRONG_ANSWERS,
    ),
    Definition(
        "household_among_wrong",
        "Wrong person is of the same household",
        "wrong_relative",
        "outcome_wrong_person",
        _WRONG_ANSWERS,
    ),
    Definition(
        "deficient_among_answered", "No usable address supplied", "answered_deficient", "answered", _ANSWERED
    ),
    Definition(
        "insufficient_among_answered",
        "Junk or incomplete address supplied",
        "answered_insufficient",
        "answered",
        _ANSWERED,
    ),
    Definition("deficient", "No usable address supplied", "deficient", "requests", _ASKED),
    Definition("ambiguous", "Requests with more than one link", "ambiguous", "requests", _ASKED),
    *(
        Definition(f"cause_{word}", f"Wrong: {PLAIN[word]}", f"cause_{word}", "answered", _ANSWERED)
        for word in CAUSES
    ),
)

QUANTITY_RATES: tuple[Definition, ...] = tuple(
    Definition(f"{word}{name}", title, f"{unit}_{word}", below, named)
    for word, title in TITLES.items()
    for name, unit, below, named in (
        ("", "addresses", "disclosed", _DISCLOSED),
        ("_per_request", "requests", "requests", _ASKED),
    )
)
"""Rates of the quantities (`cells.py`): of the addresses disclosed and, by their worst, of the requests."""

HEADLINE = RATES[0].name
_MOST_DECIMALS = 9


Counts = Sequence[dict[str, int]] | pl.DataFrame


def rates(counts: Counts, settings: Settings | None = None) -> tuple[Rate, ...]:
    """Return every rate of `RATES` from the counts, one row a replicate population."""
    frame = counts if isinstance(counts, pl.DataFrame) else pl.DataFrame(counts)
    chosen = settings or Settings()
    counted = [each for each in RATES if {each.numerator, each.denominator} <= set(frame.columns)]
    return tuple(make(definition, frame, chosen) for definition in counted)


def quantity_rates(counts: pl.DataFrame, addresses: pl.DataFrame, settings: Settings) -> dict[str, Rate]:
    """Return the rates of QUANTITY_RATES by name.

    counts: one row a replicate.  addresses: of `counts.count_disclosed`, the overall rows of the same
    replicates in the same order.
    """
    whole = counts.select("disclosed", "requests").hstack(addresses.drop("disclosed"))
    return {each.name: make(each, whole, settings) for each in QUANTITY_RATES}


def make(definition: Definition, counts: pl.DataFrame, settings: Settings) -> Rate:
    """Make one rate from a frame of counts with one row a replicate."""
    above = counts.get_column(definition.numerator).cast(pl.Float64).to_numpy()
    below = counts.get_column(definition.denominator).cast(pl.Float64).to_numpy()
    return make_of(definition, above, below, settings)


def make_of(definition: Definition, above: Floats, below: Floats, settings: Settings) -> Rate:
    """Make one rate from its numerators and denominators, shape (replicates,)."""
    events, trials = int(above.sum()), int(below.sum())
    value = events / trials if trials else None
    # The same record may be disclosed for several requests: more wrong addresses than people is possible.
    share = definition.share and events <= trials
    estimate = _estimate(above, below, share, settings) if trials else _NOTHING
    ends = (0.0, 1.0 if share else np.inf)

    def scaled(number: float | None, low: float = 0.0, high: float = np.inf) -> float | None:
        return None if number is None else definition.per * float(min(max(number, low), high))

    return Rate(
        name=definition.name,
        label=definition.label,
        numerator=events,
        denominator=trials,
        denominator_name=definition.denominator_name,
        per=definition.per,
        replicates=above.size,
        confidence=settings.confidence,
        value=scaled(value),
        low=scaled(estimate.low, *ends),
        high=scaled(estimate.high, *ends),
        mcse=scaled(estimate.mcse),
        prediction_low=scaled(estimate.prediction_low, *ends),
        prediction_high=scaled(estimate.prediction_high, *ends),
        method=estimate.method,
        words="" if trials else f"no {definition.denominator_name}, so there is no rate",
        values=_each(definition.per, above, below),
    )


def _each(per: int, above: Floats, below: Floats) -> tuple[float | None, ...]:
    """Return the rate of each replicate."""
    return tuple(per * k / n if n else None for k, n in zip(above.tolist(), below.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Estimate:
    """The uncertainty of a ratio, as plain numbers."""

    method: str
    low: float | None = None
    high: float | None = None
    mcse: float | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None


_ROUNDING = 1e-9
_COLUMNS = tuple(field for field in Rate.__slots__ if field != "values")
_NOTHING = _Estimate("none: the denominator is empty")


def _estimate(above: Floats, below: Floats, share: bool, settings: Settings) -> _Estimate:
    """Choose the interval: between populations where two of them and the events suffice, else exact."""
    events, trials = int(above.sum()), int(below.sum())
    populations = int((below > 0).sum())
    rare = min(events, trials - events) <= settings.exact_below if share else events == 0
    found = ratio_of_totals(above, below, settings.confidence) if populations > 1 else None
    # Replicates that agree to the last digit (a rate fixed by the scenario) say nothing about luck.
    if found is not None and not rare and found.standard_error > _ROUNDING * found.value:
        inside, ahead = found.interval, found.prediction
        return _Estimate(inside.method, inside.low, inside.high, found.standard_error, ahead.low, ahead.high)
    if not share:
        return _Estimate("none: not a share, and no spread between populations")
    interval = within(events, trials, settings.confidence, settings.exact_below)
    error = float(np.sqrt(events * (trials - events) / trials**3))
    return _Estimate(_pooled(interval, populations), interval.low, interval.high, error or None)


def _pooled(interval: Interval, populations: int) -> str:
    return interval.method if populations == 1 else f"{interval.method}; {populations} replicates pooled"


def rounded(value: float, error: float | None) -> str:
    """Return `value` with digits only to the first significant digit of its Monte Carlo error.

    With no error known, two significant digits. Never an exponent; thousands are separated by commas.
    """
    if error is None or not error > 0:
        return significant(value)
    decimals = min(_MOST_DECIMALS, -int(np.floor(np.log10(error))))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def significant(value: float, digits: int = 2) -> str:
    """Return `value` with so many significant digits."""
    if value == 0:
        return "0"
    decimals = min(_MOST_DECIMALS, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def to_frame(made: Iterable[Rate]) -> pl.DataFrame:
    """Return rates as a table, one row a rate, with the sentence of each."""
    rows = [{**{field: getattr(rate, field) for field in _COLUMNS}, "text": rate.text()} for rate in made]
    numbers = dict.fromkeys(("value", "low", "high", "mcse", "prediction_low", "prediction_high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=numbers)
