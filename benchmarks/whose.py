"""Whose record, whose door, whose error: every disclosed address of four scenarios, and three findings.

    python -m benchmarks.whose [requests] [people] [populations]

The same people and lists are put to all four scenarios, population by population. Findings: what share of
wrong persons is the list's error; what share of wrong persons is disclosed at the door of the person asked
for; and of what citizenship the people are whose record was wrongly disclosed. A share stands with its
events.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import polars as pl

from sim import __version__
from sim.outcome.counts import count_disclosed
from sim.outcome.words import QUANTITIES, STRANGERS_DOOR
from sim.replicate import Replicate, Streaming
from sim.scenario import Scenario

RESULT = Path(__file__).parent / "results" / "whose.md"
SCENARIOS = ("aug2025-as-run", "kin-on-file", "name-dob", "good-matcher")
EARLIER = (
    "An earlier count, before names and spellings of the model were mended, gave 98 % for the list's error "
    "in aug2025-as-run, 81 % for the asked person's own door in kin-on-file, and 86 % for citizens."
)
AXES = ("whose_record", "whose_door", "whose_error", "quantity")
CITIZENS = ("us_born", "naturalised")


def main(requests: int, people: int, populations: int) -> None:
    asked = {
        name: Scenario.load(name, [("population.size", str(people)), ("requests.count", str(requests))])
        for name in SCENARIOS
    }
    addresses: dict[str, list[pl.DataFrame]] = {name: [] for name in SCENARIOS}
    counts: dict[str, list[dict[str, int]]] = {name: [] for name in SCENARIOS}
    for number in range(populations):
        world = Replicate(Streaming.kept(asked[SCENARIOS[0]], number))
        for name, scenario in asked.items():
            began = time.monotonic()
            found = world.answer(scenario, workers=2)
            addresses[name].append(found.disclosed)
            wrong = int(found.outcomes["wrong_disclosed"].sum())
            overall = count_disclosed(found.disclosed).drop("dimension", "level").row(0, named=True)
            counts[name].append(overall)
            seconds = time.monotonic() - began
            print(f"population {number}, {name}: {wrong} wrong of {found.disclosed.height}, {seconds:.0f} s")
            if name == SCENARIOS[-1]:
                report(addresses, counts, requests, people)


def report(
    addresses: dict[str, list[pl.DataFrame]],
    counts: dict[str, list[dict[str, int]]],
    requests: int,
    people: int,
) -> None:
    """Write what was found so far."""
    done = len(counts[SCENARIOS[-1]])
    many = f"{done} population{'s' * (done > 1)}"
    size = (
        f"{people:,} records; {many} with a list of {requests:,} requests each; seed 1; "
        f"scenarios as shipped with version {__version__}"
    )
    lines = [f"# Whose record, whose door, whose error\n\n{size}. Made by `python -m benchmarks.whose`.\n"]
    lines += ["## Quantities\n", *quantities(counts, requests * done)]
    lines += ["\n## Findings\n", f"{EARLIER}\n", *findings(addresses)]
    for name, frames in addresses.items():
        lines += [f"\n## Cells of {name}\n", *cells(pl.concat(frames))]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def quantities(counts: dict[str, list[dict[str, int]]], requests: int) -> list[str]:
    """Return the table of quantities: addresses, per 1,000 disclosed, per 1,000 requests."""
    parts = [f"{STRANGERS_DOOR}_{error}" for error in ("matching", "list", "file")]
    rows = [
        "| scenario | disclosed | quantity | addresses | per 1,000 disclosed | per 1,000 requests |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, each in counts.items():
        total = pl.DataFrame(each).sum().row(0, named=True)
        disclosed = total["disclosed"]
        for word in (STRANGERS_DOOR, *parts, *QUANTITIES[1:]):
            number, of_requests = total[f"addresses_{word}"], total[f"requests_{word}"]
            rates = f"{1000 * number / disclosed:.3g} | {1000 * of_requests / requests:.3g}"
            rows.append(f"| {name} | {disclosed:,} | `{word}` | {number:,} | {rates} |")
    return rows


def findings(addresses: dict[str, list[pl.DataFrame]]) -> list[str]:
    rows = [
        "| scenario | wrong persons | the list's error | at the door of the person asked for | "
        "citizens, of wrong persons | citizens, of strangers' doors |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, frames in addresses.items():
        wrong = pl.concat(frames).filter(pl.col("whose_record") != "asked_for")
        doors = wrong.filter(pl.col("quantity") == STRANGERS_DOOR)
        citizen = pl.col("disclosed_nativity").cast(pl.String).is_in(CITIZENS)
        shares = (
            share(wrong, pl.col("whose_error") == "list"),
            share(wrong, pl.col("whose_door") == "lives_there"),
            share(wrong, citizen),
            share(doors, citizen),
        )
        rows.append(f"| {name} | {wrong.height:,} | {' | '.join(shares)} |")
    return rows


def share(frame: pl.DataFrame, condition: pl.Expr) -> str:
    if frame.is_empty():
        return "none"
    number = frame.filter(condition).height
    return f"{100 * number / frame.height:.0f} % ({number:,} of {frame.height:,})"


def cells(frame: pl.DataFrame) -> list[str]:
    found = frame.group_by(*AXES).len().sort(*AXES)
    rows = [
        "| whose record | whose door | whose error | quantity | addresses |",
        "| --- | --- | --- | --- | --- |",
    ]
    return rows + [f"| {' | '.join(map(str, row[:-1]))} | {row[-1]:,} |" for row in found.iter_rows()]


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given + [300_000, 1_000_000, 4][len(given) :]))
