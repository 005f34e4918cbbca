"""Outcome, cause and bystanders of a whole small world, worked out again request by request from plain text.

The slow side shares nothing with `sim.outcome` or `sim.linkage`: it links by `tests/oracles.py`, knows where
people live from the text of their addresses, counts who lives behind a door from the households, and finds
whose number is whose in a dictionary.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.linkage import link
from sim.noise import Noisy, apply
from sim.outcome import CAUSES, judge
from sim.outcome.judge import NEEDS
from sim.population import Chunk, Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario
from tests import oracles

PEOPLE, REQUESTS, HIT_BY_MISTAKE = 1_500, 700, 40
MIX = {"white": 0.05, "black": 0.02, "api": 0.02, "aian": 0.005, "multi": 0.005, "hispanic": 0.9}
DIRTY = {
    "population.size": PEOPLE, "requests.count": REQUESTS, "requests.coverage": 0.6,
    "requests.tin_share": 0.6, "population.adult_ethnicity": MIX, "population.son_shares_name": 0.9,
    "registry.duplicate_filing": 0.1, "registry.number_swapped": 0.1, "registry.number_error": 0.1,
    "noise.tin_borrowed.rate": 0.3, "noise.tin_borrowed.name_too": 0.6, "noise.tin_household.rate": 0.2,
    "noise.unit_missing.rate": 0.01, "noise.street_variant.rate": 0.0,
}  # fmt: skip


def addresses(country: Country, ids: np.ndarray) -> list[tuple[Any, ...]]:
    fields = country.addresses.fields(ids)
    street, code = country.addresses.street_text(fields.street), country.addresses.zip_of(fields)
    return [
        (int(number), line, int(unit), f"{zip_code:05d}")
        for number, line, unit, zip_code in zip(fields.number, street, fields.unit, code, strict=True)
    ]


def names(country: Country, chunk: Chunk, prefix: str) -> list[tuple[Any, ...]]:
    given = country.names.given_text(getattr(chunk, f"{prefix}given"))
    both = [country.names.surname_text(getattr(chunk, prefix + which)) for which in ("surname", "surname2")]
    return list(zip(given, *both, strict=True))


class Slow:
    """The registry as text, and who lives where."""

    def __init__(self, country: Country) -> None:
        self.chunk = chunk = country.chunk(0)
        self.home, self.on_file = addresses(country, chunk.home), addresses(country, chunk.file_address)
        self.named, self.filed = names(country, chunk, ""), names(country, chunk, "file_")
        people_of = country.tables.households.people[chunk._frame.kind]
        self.living: Counter[Any] = Counter()
        for place, people in zip(addresses(country, chunk._homes.home), people_of, strict=True):
            self.living[place] += int(people)
        self.holder = {int(tin): row for row, tin in enumerate(chunk.tin) if chunk.person[row] == row}
        self.records = [
            dict(zip(("given", "surname", "surname2", "number", "street", "unit", "zip"), n + a, strict=True))
            | {"birth": int(chunk.file_birth[row]), "tin": int(chunk.file_tin[row])}
            for row, (n, a) in enumerate(zip(self.filed, self.on_file, strict=True))
        ]

    def judge(self, true: dict[str, Any], sent: dict[str, Any], shown: list[int], by_number: bool) -> Any:
        chunk, mine = self.chunk, true["person"]
        home = self.home[mine] if true["in_registry"] else None
        own = [row for row in shown if chunk.person[row] == mine]
        wrong = [row for row in shown if chunk.person[row] != mine]
        moved = sum(self.on_file[row] != home for row in own)
        doors = {self.on_file[row] for row in shown}
        bystanders = sum(max(0, self.living[door] - (door == home)) for door in doors)
        word = (
            "wrong_person" if wrong
            else "right_person_wrong_door" if moved
            else "right_person_right_door" if own
            else "missed" if true["in_registry"]
            else "correctly_withheld"
        )  # fmt: skip
        causes = [self.cause(true, sent, row, by_number) for row in wrong]
        return word, min(causes, key=CAUSES.index) if causes else None, bystanders

    def cause(self, true: dict[str, Any], sent: dict[str, Any], row: int, by_number: bool) -> str:
        chunk = self.chunk
        if by_number:
            holder = self.holder.get(sent["tin"])  # nobody: a number as mistyped on the return
            used = sent["tin"] in (true["tin"], true["mate_tin"], true["donor_tin"])
            return "shared_identifier" if used and holder is not None else "identifier_error"
        if true["in_registry"] and true["household"] == chunk.household[row]:
            return "relative"
        true_names = (
            oracles.letters(f"{true['given']}{true['surname']}"),
            "".join(filter(None, self.named[row])),
        )
        as_written = (
            oracles.letters(f"{sent['given'] or ''}{sent['surname'] or ''}"),
            "".join(filter(None, self.filed[row])),
        )
        return "namesake" if true_names[0] == true_names[1] or as_written[0] == as_written[1] else "near_name"


def hit_by_mistake(frame: pl.DataFrame, slow: Slow) -> pl.DataFrame:
    """Give some requests another record's number and name, as a slip would once in a very large registry."""
    rng = np.random.default_rng(5)
    rows = rng.choice(REQUESTS, HIT_BY_MISTAKE, replace=False)
    columns = {name: frame[name].to_list() for name in ("tin", "given", "surname")}
    for row, at in zip(rows, rng.integers(0, PEOPLE, HIT_BY_MISTAKE), strict=True):
        record = slow.records[at]
        columns["tin"][row], columns["given"][row] = record["tin"], record["given"]
        columns["surname"][row] = " ".join(filter(None, (record["surname"], record["surname2"])))
    return frame.with_columns(pl.Series(k, v, dtype=frame.schema[k]) for k, v in columns.items())


@pytest.mark.parametrize(
    ("rule", "tie", "handling", "seen"),
    [
        ("name_only", "all", "array", {"relative", "namesake", "near_name"}),
        ("name_zip", "first", "one_field", set()),
        ("irs_2025", "withhold", "one_field", {"shared_identifier", "identifier_error"}),
    ],
)
def test_every_request_has_the_outcome_cause_and_bystanders_of_a_slow_judge(
    rule: str, tie: str, handling: str, seen: set[str]
) -> None:
    check = "zip_proxy" if rule == "irs_2025" else "none"
    switches = {"rule": rule, "tie": tie, "surname_handling": handling, "address_check": check}
    scenario = Scenario.of(DIRTY | {f"linkage.{name}": word for name, word in switches.items()})
    streams = Streams(scenario.seed, 0)
    country = Country(scenario, streams)
    asked, slow = draw(country, scenario, streams), Slow(country)
    noisy = apply(asked, scenario, streams)
    frame = hit_by_mistake(noisy.frame, slow)
    linked = link(country, frame, scenario, carry=NEEDS)
    found = judge(country, asked, Noisy(frame, noisy.ledger, noisy.tally), linked)
    alike = defaultdict(list)
    for row, record in enumerate(slow.records):
        alike[record["tin"] if rule == "irs_2025" else record["given"]].append(row)
    causes: set[str] = set()
    rows = (asked.clean.iter_rows(named=True), frame.iter_rows(named=True), found.iter_rows(named=True))
    for true, sent, judged in zip(*rows, strict=True):
        by_number = rule == "irs_2025" and sent["tin"] > 0
        pool = range(PEOPLE) if rule == "irs_2025" and not by_number else alike[
            sent["tin"] if by_number else oracles.letters(sent["given"])
        ]  # fmt: skip
        linked = [
            row for row in pool
            if oracles.links(
                rule, sent, slow.records[row], array=handling == "array", control=False, check=check
            )
        ]  # fmt: skip
        shown = {"all": linked, "first": linked[:1], "withhold": linked if len(linked) == 1 else []}[tie]
        expected = slow.judge(true, sent, shown, by_number)
        assert (judged["outcome"], judged["cause"], judged["bystanders"]) == expected, (true, sent, shown)
        causes |= {expected[1]} - {None}
    assert causes >= seen
