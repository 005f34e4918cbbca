"""Both ends of every number's range and every value of every switch: answered, or refused in one line each.

    python -m benchmarks edges               all of it, some two hours on one core
    EDGES=turn python -m benchmarks edges    rules, command line and page in turn, no labels

In process, on a registry of 2,000 with 100 requests and one population. Five kinds of attempt:

    ends       every number of the catalogue at both ends of its range, labelled numbers together and (where
               shares must add up) each label alone with all of it, under every matching rule
    labels     every label of every table alone at both ends, under one rule, rules taken in turn
    switches   every value of every switch and both ends of every size, under every rule
    pairs      a hundred random pairs of the above, under every rule
    values     what is no value at all (NaN, 1e308, true, [], words ...) for every setting, read and not run

Each is put as a scenario; ends, switches and pairs also through the command line and through the parts of the
page. An attempt holds if the answer is finite and sensible, or if it is refused as `file: key: problem`.
Anything else (a traceback, a warning of the arithmetic, a refusal that names no key) is a fault. Writes
results/edges.md.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import random
import re
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from sim.cli import call
from sim.errors import InputErrors, Mistake, RefusedError
from sim.linkage.normalise import FIELDS
from sim.noise import UnreachableRateWarning
from sim.parameters import Parameter, catalogue
from sim.replicate import Replicate, Streaming
from sim.report.settings import toml_value
from sim.scenario import LinkageSpec, NoiseSpec, Scenario
from sim.scenario_files import rules
from sim.study.replicates import StudyResult, collect

OUT = Path(__file__).parent / "results" / "edges.md"
SMALL: Mapping[str, Any] = {
    "population.size": 2_000, "requests.count": 100, "replicates": 1,
    "weights.chance.random_pairs": 20_000, "weights.em.training_requests": 2_000,
}  # fmt: skip
"""What every attempt starts from; the last two only make the good matcher learn faster."""

PAIRS, SEED = 100, 20_251_130
UNRUN = {
    "requests.count": 50_000_000, "replicates": 10_000, "population.size": 400_000_000,
    "weights.em.training_records": 10_000_000.0, "weights.em.training_requests": 1_000_000.0,
    "weights.chance.random_pairs": 100_000_000.0,
}  # fmt: skip
"""Ends that are not run, for their size: they are read, and their cost is estimated."""

Changes = Mapping[str, Any]
STRANGE: tuple[str, ...] = (
    "nan", "-nan", "inf", "-inf", "-0.0", "1e308", "-1e308", "5e-324", "true", "false", "[]", "[1, 1]", "{}",
    "{a = 1}", '""', "''", "0x10", "1_000", "1979-05-27", "07:32:00", "[[[[[[[[[[1]]]]]]]]]]", "9" * 400,
    "-" + "9" * 400, str(2**63), str(2**64), "x" * 5_000, "\u202e", "\x00", "1e", "=1", "null", "None",
)  # fmt: skip
"""Values as they might be typed after `--set key=`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Settings at an edge; kind: which of the five; name: for people."""

    kind: str
    name: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an edge: ended is "answered", "refused" or "fault"; said: the refusal, or the fault."""

    edge: Edge
    how: str
    ended: str
    said: str = ""


def ends(entry: Parameter) -> Iterator[Edge]:
    """Yield both ends of a number; of a table of shares that must add up, all of it on each label."""
    key, value = entry.key, entry.value
    if isinstance(value, float):
        for end in entry.range:
            yield Edge("ends", f"{key} = {end:g}", {key: end})
    elif entry.sums_to is not None:
        labels = list(value) if isinstance(value, dict) else range(len(value))
        for mine in labels:
            numbers = {label: entry.sums_to if label == mine else 0.0 for label in labels}
            yield Edge("ends", f"{key}: all {mine}", {key: _shaped(entry, numbers)})
    else:
        for end in entry.range:
            labels = list(value) if isinstance(value, dict) else range(len(value))
            yield Edge("ends", f"{key}: all at {end:g}", {key: _shaped(entry, dict.fromkeys(labels, end))})


def labels(entry: Parameter) -> Iterator[Edge]:
    """Yield every label of a table alone at both ends."""
    if isinstance(entry.value, dict) and entry.sums_to is None:
        for label in entry.value:
            for end in entry.range:
                yield Edge("labels", f"{entry.key}.{label} = {end:g}", {f"{entry.key}.{label}": end})


def switches() -> Iterator[Edge]:
    """Yield every value of every switch, both ends of every size, and thresholds at and beyond any score."""
    for section, spec in (("noise", NoiseSpec), ("linkage", LinkageSpec)):
        for name, info in spec.model_fields.items():
            kind = info.annotation
            values: Sequence[Any] = get_args(kind) if get_origin(kind) is Literal else ()
            for value in (True, False) if kind is bool else values:
                if not isinstance(value, type):
                    yield _switch({f"{section}.{name}": value})
    for field in sorted(FIELDS):
        yield _switch({"linkage.blocking": [field]})
    yield _switch({"linkage.blocking": sorted(FIELDS)[:20]})
    yield _switch({"linkage.blocking": ["+".join(sorted(FIELDS))[:80].rpartition("+")[0]]})
    for bits in (-1e308, -40.0, -0.0, 0.0, 60.0, 1e308):
        yield _switch({"linkage.threshold": bits})
        yield _switch({"linkage.clerical_low": bits, "linkage.clerical_high": bits})
    yield _switch({"linkage.clerical_low": -1e308, "linkage.clerical_high": 1e308})
    for share in (0.0, 0.5, 1.0):
        unit = {"linkage.threshold_unit": "probability"}
        yield _switch({**unit, "linkage.threshold": share})
        yield _switch({**unit, "linkage.clerical_low": share, "linkage.clerical_high": share})
    for seed in (0, 2**32, 2**63, 2**64 - 1):
        yield _switch({"seed": seed})
    for size in (1, 2, 3, 99):
        yield _switch({"population.size": size})
    for count in (1, 2, 2_001):
        yield _switch({"requests.count": count})
    yield _switch({"requests.count": 2_001, "requests.coverage": 1.0})
    yield _switch({"population.size": 1, "requests.count": 1, "requests.coverage": 1.0})
    for date in (20250228, 20250229, 20240229, 20240230, 20250231, 20250631, 20250431, 20251301, 20250001,
                 20250100, 20250132, 20250701.5, 20000229, 21000229):  # fmt: skip
        yield _switch({"population.reference_date": date})
    for key, value in UNRUN.items():
        yield _switch({key: value})


def _switch(changes: Changes) -> Edge:
    return Edge("switches", ", ".join(f"{key} = {_told(value)}" for key, value in changes.items()), changes)


def _told(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def single() -> list[Edge]:
    """Return all edges that stand alone but those of labels."""
    return [*(edge for entry in catalogue().values() for edge in ends(entry)), *switches()]


def pairs(number: int = PAIRS, seed: int = SEED) -> list[Edge]:
    """Return random pairs of edges of different settings."""
    luck, pool, found = random.Random(seed), single(), []
    while len(found) < number:
        one, other = luck.sample(pool, 2)
        if not one.changes.keys() & other.changes.keys():
            found.append(Edge("pairs", f"{one.name}; {other.name}", {**one.changes, **other.changes}))
    return found


SIXTY = {"noise": 20, "linkage": 14, "registry": 7, "requests": 7, "weights": 5, "population": 3,
         "outcome": 2, "study": 1, "seed": 1}  # fmt: skip
"""How many edges of each group the tests try; few of the population, for its tables take seconds."""


def sixty() -> list[Edge]:
    """Return the edges of the tests: of each group so many, at even distances from its first to its last."""
    found = []
    for group, many in SIXTY.items():
        mine = [edge for edge in single() if next(iter(edge.changes)).split(".")[0] == group]
        mine = [edge for edge in mine if not any(edge.changes.get(key) == end for key, end in UNRUN.items())]
        found += [mine[round(k * (len(mine) - 1) / max(many - 1, 1))] for k in range(many)]
    return found


def settings() -> list[str]:
    """Return every key that can be set, labels by their first one."""
    flat = Scenario.of().flat()
    tables = [f"{key}.{next(iter(value))}" for key, value in flat.items() if isinstance(value, dict)]
    return [*flat, *tables]


def under(edge: Edge, rule: str, people: list[Replicate] | None = None) -> Attempt:
    """Put an edge under one rule; people: where the replicate is kept for the next rule."""
    kept: list[Replicate] = [] if people is None else people

    def answer() -> None:
        scenario = Scenario.of({**SMALL, "linkage.rule": rule, **edge.changes})
        if too_large(scenario):
            return
        if not kept:
            kept.append(Replicate(Streaming.kept(scenario, 0)))
        if wrong := nonsense(collect(scenario, [kept[0].answer(scenario, cases=True)])):
            raise AssertionError(wrong)

    return _tried(edge, f"rule {rule}", answer)


def on_the_command_line(edge: Edge, rule: str, out: Path) -> Attempt:
    """Put an edge as `sim run` would be called; with --dry-run where it is too large."""
    asked = {**SMALL, "linkage.rule": rule, **edge.changes}
    sets = [part for key, value in asked.items() for part in ("--set", f"{key}={toml_value(value)}")]
    large = any(asked.get(key) == value for key, value in UNRUN.items())
    line = ["run", "aug2025-as-run", "--quiet", "--out", str(out), *sets, *(["--dry-run"] if large else [])]
    return _tried(edge, f"sim run, rule {rule}", lambda: called(line))


def called(line: Sequence[str]) -> None:
    """Call the program; raises what a person would see as a fault, InputErrors and RefusedError as told."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = call(line)
    told = [each for each in stderr.getvalue().splitlines() if each]
    if code == 2:
        for each in told:
            if not re.fullmatch(r"[^:]+: [^ ]+: .+", each):
                raise AssertionError(f"exit 2 with no key: {each}")
        raise InputErrors([Mistake(*each.split(": ", 2)) for each in told])
    if code == 3 and len(told) == 1:
        raise RefusedError(told[0])
    if code != 0 or told:
        raise AssertionError(f"exit {code}: {' / '.join(told)}")


def on_the_page(edge: Edge, rule: str) -> Attempt:
    """Put an edge as the page does: changes, link and back, answer written and read."""
    from sim.dashboard import controls, links, state  # noqa: PLC0415 - streamlit takes seconds to import
    from sim.record import write  # noqa: PLC0415
    from sim.report.findings import Findings  # noqa: PLC0415

    def answer() -> None:
        changes = {**SMALL, "linkage.rule": rule, **edge.changes}
        scenario = state.asked(state.PRESET, changes)
        name, back, notes = links.read({"preset": [state.PRESET], "set": [
            f"{key}={toml_value(value)}" for key, value in changes.items()]})  # fmt: skip
        if notes or state.asked(name, back).sha256() != scenario.sha256():
            raise AssertionError(f"the link of it asks something else {notes}")
        links.command(name, back, 1), links.snippet(name, back, 1)
        [controls.about(entry) for entry in catalogue().values()]
        if too_large(scenario):
            return
        with tempfile.TemporaryDirectory() as place:
            world = Replicate(Streaming.kept(scenario, 0)).answer(scenario)
            Findings.of(write(collect(scenario, [world]), Path(place)))

    return _tried(edge, f"page, rule {rule}", answer)


def read(key: str, text: str) -> Attempt:
    """Read a value as typed after `--set key=`; nothing is run."""
    from sim.commands.run import load  # noqa: PLC0415

    edge = Edge("values", f"{key} = {_told(text)!a}", {key: text})
    return _tried(edge, "--set", lambda: load("aug2025-as-run", [f"{key}={text}"]).sha256())


def too_large(scenario: Scenario) -> bool:
    """Whether a scenario is only estimated here, for its size."""
    from sim.study.estimate import estimate, refuse_if_too_large  # noqa: PLC0415

    flat = scenario.flat()
    if all(flat[key] != value for key, value in UNRUN.items()):
        return False
    found = estimate([scenario], rows=True)
    if not (math.isfinite(found.seconds) and found.seconds > 0 and found.memory > 0):
        raise AssertionError(f"estimated as {found}")
    with contextlib.suppress(RefusedError):
        refuse_if_too_large(found)
    return True


def nonsense(found: StudyResult) -> str:
    """Return what cannot be in an answer: rates that are no numbers, or counts that do not fit together."""
    for rate in [*found.rates, *(group.rate for group in found.groups)]:
        numbers = [n for n in (rate.value, rate.low, rate.high, rate.mcse) if n is not None]
        if not all(math.isfinite(n) and n >= 0 for n in numbers):
            return f"{rate.name}: not finite, or below nought: {numbers}"
        if rate.value is not None and rate.denominator == 0:
            return f"{rate.name}: a rate of nothing"
        if rate.value is not None and rate.low is not None and rate.high is not None:
            slack = 1e-9 * max(1.0, rate.value)
            if not rate.low - slack <= rate.value <= rate.high + slack:
                return f"{rate.name}: {rate.value} outside its interval {rate.low} to {rate.high}"
        if not rate.text().isprintable() or "nan" in rate.text().split():
            return f"{rate.name}: told as {rate.text()}"
    counts = found.counts.row(0, named=True)
    if counts["requests"] != found.scenario.requests.count or len(found.outcomes) != counts["requests"]:
        return f"{counts['requests']} requests counted of {found.scenario.requests.count}"
    return ""


def _tried(edge: Edge, how: str, attempt: Callable[[], object]) -> Attempt:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", UnreachableRateWarning)  # tells of a rate that is not reached
            attempt()
    except InputErrors as errors:
        if all(each.file and each.key and each.problem for each in errors.mistakes) and errors.mistakes:
            return Attempt(edge, how, "refused", str(errors))
        return Attempt(edge, how, "fault", f"refused without a place: {errors}")
    except RefusedError as error:
        return Attempt(edge, how, "refused", str(error))
    except Exception as error:  # what this looks for
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return Attempt(edge, how, "fault", " ".join(f"{type(error).__name__} at {place}: {error}".split()))
    return Attempt(edge, how, "answered")


def _shaped(entry: Parameter, numbers: Mapping[Any, float]) -> Any:
    return dict(numbers) if isinstance(entry.value, dict) else tuple(numbers.values())


def everything(in_turn: bool = False, only: str = "") -> Iterator[Attempt]:
    """Make every attempt.

    in_turn: each edge under one rule, every fourth on the command line and every fourth on the page, no
    labels.  only: a word that the name of an edge must hold.
    """
    turn = cycle(rules())
    with tempfile.TemporaryDirectory() as place:
        for number, edge in enumerate([*single(), *pairs()]):
            rule = next(turn)
            if only not in edge.name:
                continue
            people: list[Replicate] = []
            yield from (under(edge, each, people) for each in ([rule] if in_turn else rules()))
            if not in_turn or number % 4 == 1:
                yield on_the_command_line(edge, rule, Path(place))
            if not in_turn or number % 4 == 2:
                yield on_the_page(edge, rule)
    if not in_turn:
        for entry in catalogue().values():
            yield from (under(edge, next(turn)) for edge in labels(entry) if only in edge.name)
    yield from (read(key, text) for key in settings() if only in key for text in STRANGE)


def table(attempts: Iterable[Attempt]) -> str:
    """Return the result as Markdown: counts by kind and way, what was refused and why, what was a fault."""
    tried = list(attempts)
    counts = Counter((each.edge.kind, each.how.split(",")[0].split()[0], each.ended) for each in tried)
    rows = sorted({(kind, how) for kind, how, _ in counts})
    ways = {"rule": "as a scenario", "sim": "sim run", "page": "parts of the page", "--set": "read only"}
    lines = ["| Kind | How | Tried | Answered | Refused | Faults |", "| --- | --- | --: | --: | --: | --: |"]
    for kind, how in rows:
        numbers = [counts[kind, how, ended] for ended in ("answered", "refused", "fault")]
        told = " | ".join(f"{n:,}" for n in (sum(numbers), *numbers))
        lines.append(f"| {kind} | {ways[how]} | {told} |")
    refused = Counter(
        re.sub(r" \(got .*|[0-9][0-9,.]*", "", each.said.split("\n")[0].split(": ", 1)[-1])[:110]
        for each in tried
        if each.ended == "refused" and each.edge.kind != "values"
    )
    lines += ["", "What was refused (values that are no values left out), numbers taken out of the sentence:"]
    lines += ["", *(f"- {number:,} times `{said}`" for said, number in refused.most_common())]
    faults = [each for each in tried if each.ended == "fault"]
    lines += ["", f"Faults: {len(faults) or 'none'}.", ""]
    lines += [f"- {each.edge.name} ({each.how}): `{each.said[:200]}`" for each in faults]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    began, in_turn = time.monotonic(), os.environ.get("EDGES") == "turn"
    attempts = []
    for each in everything(in_turn, os.environ.get("EDGES_ONLY", "")):
        attempts.append(each)
        if each.ended == "fault":
            print(f"{each.edge.kind}: {each.edge.name} ({each.how}): {each.said[:300]}", flush=True)
    text = table(attempts)
    print(text)
    print(f"{time.monotonic() - began:.0f} s")
    if "EDGES_ONLY" not in os.environ:
        how = "each edge under one rule in turn, no labels (`EDGES=turn`)" if in_turn else "all of it"
        OUT.write_text(f"# Edges\n\nGenerated by `python -m benchmarks edges`, {how}.\n\n{text}", "utf-8")


if __name__ == "__main__":
    main()
