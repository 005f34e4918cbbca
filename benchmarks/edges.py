"""Both ends of every number's range and every value of every switch: answered, or refused in one line each.

    python -m benchmarks edges               all of it, some two hours on one core
    EDGES=turn python -m benchmarks edges    rules, command line and page in turn, no labels

EDGES_JOBS: processes (1). EDGES_LOG: file to keep what was tried, to go on from. EDGES_ONLY: a word of keys.

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
import json
import math
import multiprocessing
import os
import re
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks._edge_list import UNRUN, Edge, all_labels, pairs, single, told
from sim import __version__
from sim.cli import call
from sim.errors import InputErrors, Mistake, RefusedError
from sim.noise import UnreachableRateWarning
from sim.parameters import catalogue
from sim.replicate import Replicate, Streaming
from sim.report.settings import toml_value
from sim.scenario import Scenario
from sim.scenario_files import rules
from sim.study.replicates import StudyResult, collect

OUT = Path(__file__).parent / "results" / "edges.md"
SMALL: Mapping[str, Any] = {
    "population.size": 2_000, "requests.count": 100, "replicates": 1,
    "weights.chance.random_pairs": 20_000, "weights.em.training_requests": 2_000,
}  # fmt: skip
"""What every attempt starts from; the last two only make the good matcher learn faster."""

STRANGE: tuple[str, ...] = (
    "nan", "-nan", "inf", "-inf", "-0.0", "1e308", "-1e308", "5e-324", "true", "false", "[]", "[1, 1]", "{}",
    "{a = 1}", '""', "''", "0x10", "1_000", "1979-05-27", "07:32:00", "[[[[[[[[[[1]]]]]]]]]]", "9" * 400,
    "-" + "9" * 400, str(2**63), str(2**64), "x" * 5_000, "\u202e", "\x00", "1e", "=1", "null", "None",
)  # fmt: skip
"""Values as they might be typed after `--set key=`."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an edge: ended is "answered", "refused" or "fault"; said: the refusal, or the fault."""

    edge: Edge
    how: str
    ended: str
    said: str = ""


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

    edge = Edge("values", f"{key} = {told(text)!a}", {key: text})
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


Unit = tuple[str, int, str]
"""One piece of the work: its kind (edge, labels or values), its place in the list of these, its rule."""

LABELS, PIECES = 20, 30
"""Labels tried in one piece; pieces after which a process ends, for its dictionaries of names grow."""


def units(in_turn: bool = False, only: str = "") -> list[Unit]:
    """Return all pieces of the work; only: a word that the name of an edge, or a key, must hold."""
    turn = cycle(rules())
    found = [
        ("edge", number, rule) for number, edge in enumerate([*single(), *pairs()])
        if (rule := next(turn)) and only in edge.name
    ]  # fmt: skip
    if not in_turn and not only:
        found += [("labels", start, next(turn)) for start in range(0, len(all_labels()), LABELS)]
    return [*found, *(("values", number, "") for number, key in enumerate(settings()) if only in key)]


def attempts(unit: Unit, in_turn: bool = False) -> list[Attempt]:
    """Make the attempts of a piece; in_turn: under one rule, every fourth on command line or page."""
    kind, number, rule = unit
    if kind == "values":
        return [read(settings()[number], text) for text in STRANGE]
    if kind == "labels":
        turn = cycle([*rules()[rules().index(rule) :], *rules()[: rules().index(rule)]])
        return [under(edge, next(turn)) for edge in all_labels()[number : number + LABELS]]
    edge, people = [*single(), *pairs()][number], list[Replicate]()
    found = [under(edge, each, people) for each in ([rule] if in_turn else rules())]
    if not in_turn or number % 4 == 1:
        with tempfile.TemporaryDirectory() as place:
            found.append(on_the_command_line(edge, rule, Path(place)))
    if not in_turn or number % 4 == 2:
        found.append(on_the_page(edge, rule))
    return found


def everything(
    in_turn: bool = False, only: str = "", log: Path | None = None, jobs: int = 1
) -> Iterator[Attempt]:
    """Make every attempt, in processes that end after a few pieces.

    log: a file that keeps what was tried, a line a piece, so that the work goes on where it was stopped.
    """
    done: set[Unit] = set()
    if log is not None and log.exists():
        for line in log.read_text("utf-8").splitlines():
            unit, kept = json.loads(line)
            done.add((unit[0], unit[1], unit[2]))
            yield from (Attempt(Edge(each[0], each[1], {}), *each[2:]) for each in kept)
    left = [unit for unit in units(in_turn, only) if unit not in done]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=PIECES) as pool:
        working = {pool.submit(attempts, unit, in_turn): unit for unit in left}
        for future in as_completed(working):
            unit, tried = working.pop(future), future.result()
            if log is not None:
                kept = [(each.edge.kind, each.edge.name, each.how, each.ended, each.said) for each in tried]
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([unit, kept]) + "\n")
            yield from tried


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
    only, log = os.environ.get("EDGES_ONLY", ""), os.environ.get("EDGES_LOG")
    tried = []
    for each in everything(in_turn, only, Path(log) if log else None, int(os.environ.get("EDGES_JOBS", "1"))):
        tried.append(each)
        if each.ended == "fault":
            print(f"{each.edge.kind}: {each.edge.name} ({each.how}): {each.said[:300]}", flush=True)
    text = table(tried)
    print(text)
    print(f"{time.monotonic() - began:.0f} s")
    if not only:
        how = "each edge under one rule in turn, no labels (`EDGES=turn`)" if in_turn else "all of it"
        head = f"# Edges\n\nGenerated by `python -m benchmarks edges` at version {__version__}, {how}.\n\n"
        OUT.write_text(head + text, "utf-8")


if __name__ == "__main__":
    # Under its own name, so that what goes to the other processes can be found there.
    from benchmarks import edges

    edges.main()
