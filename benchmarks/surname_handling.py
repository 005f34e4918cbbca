"""Two surnames as one field or as an array (facts V11): complete and wrong links, before and after.

    python benchmarks/surname_handling.py [requests] [registry]

Utah Population Database (IJPDS 2018): complete linkage of Hispanic two-surname people 82.6 % with one surname
field, 94.7 % with name arrays; incorrect links went up too. Here: name + date of birth, everybody in the
registry, published noise, same people and luck in both runs. Complete: the right person was linked. The
published pair rests on other data and other identifiers: direction and rough size are what is compared.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from sim.run import simulate
from sim.scenario import Scenario

RESULT = Path(__file__).parent / "results" / "surname_handling.md"
PUBLISHED = {"one_field": "82.6 %", "array": "94.7 %"}
RIGHT = ("right_person_right_door", "right_person_wrong_door")


def main(count: int, size: int) -> None:
    lines = [f"# Two surnames as one field or as an array ({count:,} requests, {size:,} records)\n",
             "| level | rule | handling | people | complete | published | wrong persons | per 1,000 |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for level in ("published", "high"):
        for rule in ("name_dob", "irs_2025"):
            for handling in PUBLISHED:
                lines.append(row(level, rule, handling, count, size))
                print(lines[-1], flush=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def row(level: str, rule: str, handling: str, count: int, size: int) -> str:
    scenario = Scenario.of({
        "population.size": size, "requests.count": count, "requests.coverage": 1.0, "noise.level": level,
        "linkage.rule": rule, "linkage.surname_handling": handling,
    })  # fmt: skip
    people = simulate(scenario).outcomes.filter("two_surnames")
    complete = people.filter(pl.col("outcome").cast(pl.String).is_in(RIGHT)).height
    wrong = people.filter(pl.col("outcome").cast(pl.String) == "wrong_person").height
    n = people.height
    share = f"{100 * complete / n:.1f} % | {PUBLISHED[handling]}"
    return f"| {level} | {rule} | {handling} | {n:,} | {share} | {wrong:,} | {1000 * wrong / n:.2f} |"


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*(given or [40_000, 1_000_000]))
