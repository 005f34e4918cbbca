"""Axes, outcome, cause and bystanders of a whole small world, worked out again one by one from plain text.

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
from sim.outcome import CAUSES
from sim.outcome.judge import NEEDS, verdict
from sim.outcome.words import WHOSE_DOOR, WHOSE_RECORD
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
    "noise.tin_by_name.rate": 0.3, "noise.tin_invented.rate": 0.05,
    "noise.unit_missing.rate": 0.01, "noise.street_variant.rate": 0.0,
}  # fmt: skip


NAMES = {"given", "surname"}
EVERYWHERE = {*WHOSE_RECORD, *WHOSE_DOOR, "none", "matching"}


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


def place_of(true: dict[str, Any], prefix: str) -> tuple[Any, ...]:
    number, street, unit, code = (true[f"{prefix}{field}"] for field in ("number", "street", "unit", "zip"))
    return number, street, int(unit or 0), code


def words(line: str | None) -> set[str]:
    """Return the surnames in a line, each alone and all as one."""
    parts = (line or "").replace("-", " ").split()
    return {oracles.letters(part) for part in [*parts, "".join(parts)]} - {""}


class Slow:
    """The registry as text, and who lives where."""

    def __init__(self, country: Country) -> None:
        self.chunk = chunk = country.chunk(0)
        self.home, self.on_file = addresses(country, chunk.home), addresses(country, chunk.file_address)
        self.former = addresses(country, chunk.previous)
        self.household = chunk.household.tolist()
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

    def axes(
        self, true: dict[str, Any], sent: dict[str, Any], row: int, looked_at: set[str]
    ) -> tuple[str, str, str]:
        """Say whose record, whose door and whose error. looked_at: number, names, birth, zip, street."""
        chunk, door = self.chunk, self.on_file[row]
        home, before = (place_of(true, prefix) for prefix in ("", "previous_"))
        left = true["in_registry"] and before[0] and before == self.former[row]
        record = (
            "asked_for" if chunk.person[row] == true["person"]
            else "household" if self.household[row] == true["household"] or left
            else "somebody_else"
        )  # fmt: skip
        where = (
            "nobodys_home" if not self.living[door]
            else "lives_there" if door == home
            else "moved_away" if door == before
            else "never_lived"
        )  # fmt: skip
        error = "none" if record == "asked_for" else self.error(true, sent, row, looked_at)
        return record, where, error

    def error(self, true: dict[str, Any], sent: dict[str, Any], row: int, looked_at: set[str]) -> str:
        chunk, place, home = self.chunk, self.on_file[row], self.home[row]
        own = {"tin": int(chunk.tin[row]), "birth": int(chunk.birth[row])}
        own["given"], *own["surname"] = self.named[row]
        filed = self.records[row] | {"surname": self.filed[row][1:]}

        def same(field: str, theirs: dict[str, Any]) -> bool:
            if field == "surname":
                return bool(words(sent["surname"]) & words(" ".join(filter(None, theirs["surname"]))))
            if field == "given":
                return bool(oracles.letters(sent["given"])) and oracles.letters(
                    sent["given"]
                ) == oracles.letters(theirs["given"])
            return bool(sent[field] > 0 and sent[field] == theirs[field])

        asked = true | {"surname": [true["surname"]]}
        used = [
            field
            for field in ("tin", "given", "surname", "birth")
            if field in looked_at and same(field, filed)
        ]
        borrowed = {true["mate_tin"], true["donor_tin"], true["namesake_tin"]} - {0, true["tin"]}
        theirs = sent["tin"] in borrowed and sent["tin"] == own["tin"]
        lent = sent["birth"] == true["donor_birth"] == own["birth"] and own["tin"] == true["donor_tin"]
        carried = theirs or (lent and sent["birth"] > 0 and sent["birth"] != true["birth"])
        if carried and all(same(f, own) for f in used) and not all(same(f, asked) for f in used):
            return "list"
        same_zip = oracles.zip5(sent["zip"]) == place[3]
        moved_zip = "zip" in looked_at and same_zip and home[3] != place[3]
        same_street = "street" in looked_at and same_zip and sent["number"] == place[0]
        moved_street = same_street and (home[0], home[1], home[3]) != (place[0], place[1], place[3])
        wrong = any(not same(field, own) for field in used)
        return "file" if wrong or moved_zip or moved_street else "matching"

    def cause(self, true: dict[str, Any], sent: dict[str, Any], row: int, by_number: bool) -> str:
        chunk = self.chunk
        if by_number:
            holder = self.holder.get(sent["tin"])  # nobody: a number as mistyped on the return
            used = sent["tin"] in (true["tin"], true["mate_tin"], true["donor_tin"], true["namesake_tin"])
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
    ("rule", "tie", "handling", "seen", "words_seen"),
    [
        ("name_only", "all", "array", {"relative", "namesake", "near_name"}, EVERYWHERE | {"list"}),
        ("name_zip", "first", "one_field", set(), {"asked_for", "lives_there", "moved_away"}),
        ("irs_2025", "withhold", "one_field", {"shared_identifier", "identifier_error"}, {"list", "file"}),
    ],
)
def test_every_request_has_the_outcome_cause_and_bystanders_of_a_slow_judge(
    rule: str, tie: str, handling: str, seen: set[str], words_seen: set[str]
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
    judged_all = verdict(country, asked, Noisy(frame, noisy.ledger, noisy.tally), linked)
    found, cells = judged_all.outcomes, judged_all.disclosed.partition_by("request", as_dict=True)
    of_rule = {"name_only": NAMES, "name_zip": NAMES | {"zip"}}
    seen_cells: set[Any] = set()
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
        looked_at = of_rule.get(rule, NAMES | ({"tin"} if by_number else {"zip", "street"}))
        axes = [slow.axes(true, sent, row, looked_at) for row in shown]
        mine = cells.get((true["request"],))
        told = [] if mine is None else mine.select("whose_record", "whose_door", "whose_error").rows()
        assert told == axes, (true, sent, shown)
        seen_cells |= set(axes)
    assert causes >= seen
    assert ("asked_for", "never_lived", "none") not in seen_cells  # a file has the home or the one before
    assert {word for cell in seen_cells for word in cell} >= words_seen
