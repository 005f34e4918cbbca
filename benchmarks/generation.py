"""How fast the country is made, and how often two of its people are alike.

    python -m benchmarks.generation [people]

First: nanoseconds per person and group of columns on one core, and people per second with two threads.
Then: of 20 million drawn people, the share who have a double (another with the same first and last name; and
birth year; and date of birth; and state), by ethnicity, beside what the closed forms of `sim/study/scale.py`
expect. The forms leave relatives out and take a namesake's state to be that of the ethnicity. Writes
results/generation.md.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from sim.population import CHUNK, COLUMNS, ETHNICITIES, Chunk, Country
from sim.population.draw import Array
from sim.rng import Streams
from sim.scenario import Scenario
from sim.study.scale import KEYS, Namesakes

RESULT = Path(__file__).parent / "results" / "generation.md"
PEOPLE = 20_000_000
GROUPS = {
    "households, homes, ethnicity": ("sex", "ethnicity", "nativity", "home", "household", "household_people"),
    "dates of birth": ("birth",),
    "names": ("surname", "surname2", "given", "middle", "suffix"),
    "numbers": ("tin", "tin_kind"),
    "moves": ("previous", "moved_years"),
    "names and numbers on file": (
        "file_surname", "file_surname2", "file_given", "file_middle", "file_suffix", "file_birth", "file_tin",
    ),
    "addresses on file": ("file_address", "occupants", "lives_at_file"),
}  # fmt: skip
COMPARED = ("file_surname", "file_given", "file_birth", "file_tin")


def country(size: int) -> Country:
    settings = {"population.size": size, "registry.duplicate_filing": 0.0}
    made = Country(Scenario.of(settings), Streams(20, 0))
    made.chunk(0).file_address  # noqa: B018 - compile and build tables before anything is timed
    return made


def nanoseconds(made: Country, repeats: int = 7) -> pl.DataFrame:
    """Return the best CPU time per person of each group of columns, in the order they are first looked at."""
    best: dict[str, float] = {}
    for number in range(repeats):
        chunk = made.chunk(number * 50)
        for group, columns in GROUPS.items():
            start = time.thread_time()
            for name in columns:
                getattr(chunk, name)
            spent = (time.thread_time() - start) / chunk.n * 1e9
            best[group] = min(best.get(group, np.inf), spent)
    frame = pl.DataFrame({"columns": list(best), "ns per person": list(best.values())})
    total = pl.DataFrame({"columns": ["all"], "ns per person": [sum(best.values())]})
    return pl.concat([frame, total]).with_columns(pl.col("ns per person").round(1))


def people_per_second(made: Country, columns: tuple[str, ...], chunks: int = 24) -> float:
    """Return people per second of wall time, two threads each making whole chunks."""

    def make(number: int) -> int:
        chunk = made.chunk(number)
        for name in columns:
            getattr(chunk, name)
        return chunk.n

    start = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        people = sum(pool.map(make, range(chunks)))
    return people / (time.perf_counter() - start)


def drawn(made: Country) -> dict[str, Array]:
    """Return first name, surname, birth, ethnicity and state of everybody."""
    where = made.dwellings.places.state
    parts: dict[str, list[Array]] = {k: [] for k in ("given", "surname", "birth", "ethnicity", "state")}

    def columns(number: int) -> dict[str, Array]:
        chunk = made.chunk(number)
        place = chunk._homes.place[chunk._frame.household]
        found = {name: getattr(chunk, name) for name in ("given", "surname", "birth", "ethnicity")}
        return found | {"state": where[place]}

    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(columns, range(made.n_chunks)):
            for name, values in found.items():
                parts[name].append(values)
    return {name: np.concatenate(values) for name, values in parts.items()}


def doubled(key: Array) -> Array:
    """Return which entries of `key` occur more than once."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    found = np.zeros(key.size, bool)
    found[order[1:]] = same
    found[order[:-1]] |= same
    return found


def measured(people: dict[str, Array]) -> dict[str, Array]:
    """Return, by key, the share of people of each ethnicity (and of all, last) who have a double."""
    name = people["given"].astype(np.uint64) << np.uint64(24) | people["surname"]
    birth = people["birth"].astype(np.uint64)
    turn = np.uint64(0x9E3779B97F4A7C15)
    full = name * np.uint64(1 << 17) + (birth // np.uint64(10_000) - np.uint64(1_900)) * np.uint64(512)
    full += (birth // np.uint64(100) % np.uint64(100)) * np.uint64(32) + birth % np.uint64(100)
    keys: dict[str, Callable[[], Array]] = {
        "name": lambda: name,
        "name_year": lambda: (name * turn) ^ (birth // np.uint64(10_000)),
        "name_birth": lambda: full,
        "name_birth_state": lambda: (full * turn) ^ people["state"],
    }
    out = {}
    for label, key in keys.items():
        flag = doubled(key())
        by = np.bincount(people["ethnicity"], flag, 6) / np.bincount(people["ethnicity"], minlength=6)
        out[label] = np.append(by, flag.mean())
    return out


def expected(made: Country, people: dict[str, Array]) -> dict[str, Array]:
    """Return the same by the closed forms, for the people of the first chunk in a file of everybody."""
    chunk: Chunk = made.chunk(0)
    namesakes = Namesakes(made, chunks=tuple(range(0, made.n_chunks, max(1, made.n_chunks // 8))))
    shares = np.zeros((6, 51))
    np.add.at(shares, (people["ethnicity"], people["state"]), 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    own = shares[people["ethnicity"][:CHUNK], people["state"][:CHUNK]]
    out = {}
    for key in KEYS:
        mean = (made.size - 1) * namesakes.per_record(chunk, key)
        out[key] = _by_group(1 - np.exp(-mean), chunk.ethnicity)
        if key == "name_birth":
            out["name_birth_state"] = _by_group(1 - np.exp(-mean * own), chunk.ethnicity)
    return out


def _by_group(values: Array, ethnicity: Array) -> Array:
    by = np.bincount(ethnicity, values, 6) / np.bincount(ethnicity, minlength=6)
    return np.append(by, values.mean())


def table(real: dict[str, Array], form: dict[str, Array]) -> str:
    words = {"name": "first + last", "name_year": "+ birth year", "name_birth": "+ date of birth",
             "name_birth_state": "+ date of birth + state"}  # fmt: skip
    lines = ["| of people | " + " | ".join((*ETHNICITIES, "all")) + " |", "| --- " * 8 + "|"]
    for key, word in words.items():
        for source, shares in (("drawn", real[key]), ("closed form", form[key])):
            cells = " | ".join(f"{100 * s:.3g} %" for s in shares)
            lines.append(f"| {word}, {source} | {cells} |")
    return "\n".join(lines)


def main(people: int) -> None:
    national = country(160_000_000)
    speed = nanoseconds(national)
    rates = {
        "every column": people_per_second(national, COLUMNS),
        "names, birth and number on file": people_per_second(national, COMPARED),
    }
    made = country(people)
    start = time.perf_counter()
    everybody = drawn(made)
    spent = time.perf_counter() - start
    real, form = measured(everybody), expected(made, everybody)
    load = os.getloadavg()[0]
    lines = ["# Generation", "", f"CPU time on one core, best of seven chunks (load {load:.1f}):", ""]
    lines += ["| columns | ns per person |", "| --- | --- |"]
    lines += [f"| {group} | {ns} |" for group, ns in speed.iter_rows()]
    lines += [""]
    lines += [f"Two threads: {r / 1e6:.1f} million people a second, {what}." for what, r in rates.items()]
    if load > 2:
        lines += ["", "The machine was busy with other work: wall times would be shorter on two free cores."]
    lines += ["", f"People with a double among {people:,} drawn ({spent:.0f} s):", "", table(real, form), ""]
    RESULT.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
