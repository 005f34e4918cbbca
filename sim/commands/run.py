"""The command that answers a question: simulate, write the run folder, say the headline."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.options import WorkerCount
from sim.commands.places import can_write, check_out
from sim.errors import InputErrors, LostError, Mistake, RefusedError
from sim.text_safety import one_line, say

if TYPE_CHECKING:
    from sim.outcome.rates import Rate
    from sim.scenario import Scenario
    from sim.study.replicates import StudyResult
    from sim.study.unfinished import Unfinished

DEFAULT = "aug2025-as-run"
SHOWN = ("wrong_person", "wrong_person_per_request", "wrong_person_per_registry", "wrong_door", "right_door",
         "answered", "missed", "bystanders")  # fmt: skip
Sets = Annotated[tuple[str, ...], Parameter(name="--set", negative="")]
Switch = Annotated[bool, Parameter(negative="")]


def run(
    scenario: str = DEFAULT,
    *,
    sets: Sets = (),
    replicates: str | None = None,
    seed: str | None = None,
    scale: str | None = None,
    out: Path = Path("runs"),
    workers: WorkerCount = 1,
    dry_run: Switch = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    quiet: Switch = False,
) -> None:
    """Run a scenario and write its results.

    Args:
        scenario: a scenario file, or the name of one that comes ready (see `sim scenarios`).
        sets: KEY=VALUE, one setting changed, e.g. --set requests.count=10000; may be given many times.
        replicates: independent populations to simulate; 20 for a citable run.
        seed: master seed.
        scale: preview or national; sets the sizes (see configs/scales.toml).
        out: folder in which the run's own folder is made.
        workers: processes that share the replicates.
        dry_run: say what time and memory the run should take, and do nothing.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    asked = load(scenario, sets, replicates=replicates, seed=seed, scale=scale)
    from sim.report.companions import run_id_of

    check_out(out, folders=[run_id_of(asked)])
    expected = expect([asked], workers)
    if dry_run:
        say(expected)
        return
    from sim.progress import listener
    from sim.record import write
    from sim.report.html import write as write_page
    from sim.study.replicates import run as study

    with unfinished(out if asked.replicates > 1 else None) as kept:
        with listener(quiet) as progress:
            result = study(asked, progress=progress, workers=workers, kept=kept)
        folder = write(result, out)
        write_page(folder)
    say(_as_json(result, folder) if as_json else _as_text(result, folder))


@contextmanager
def unfinished(out: Path | None) -> Iterator[Unfinished]:
    """Keep the finished parts of a study under `out` until it is done; say where when it is interrupted.

    out: None keeps nothing.
    """
    from sim.record.identity import computing
    from sim.study.unfinished import NAME, Unfinished

    if out is not None and not can_write(out):
        say(f"warning: {out.absolute()}: cannot be written; if this is stopped it starts anew", to=sys.stderr)
        out = None
    kept = Unfinished(out and out / NAME, computing())
    try:
        yield kept
    except (KeyboardInterrupt, LostError):
        if out is not None and kept.parts:
            told = (
                f"{kept.parts} finished parts are kept in {out / NAME}; the same command goes on from there"
            )
            say(told, to=sys.stderr)
        raise
    kept.done()


def expect(asked: Sequence[Scenario], workers: int) -> str:
    """Return in words what time and memory a study should take; raises RefusedError when it cannot fit."""
    from sim.machine import available_bytes
    from sim.progress import span
    from sim.study.estimate import estimate

    found, left = estimate(asked, workers, rows=True), available_bytes()
    processes = f"{workers} {'process' if workers == 1 else 'processes'}"
    words = f"about {span(found.seconds)} and {found.memory / 2**30:.1f} GB with {processes}"
    if left is not None and found.memory > left:
        what_to_do = "ask for fewer requests" if workers == 1 else "use fewer workers"
        raise RefusedError(f"needs {words}, and {left / 2**30:.1f} GB are free; {what_to_do}")
    return f"{words} (from measured speeds; expect a factor of two)"


def load(name: str, sets: Sequence[str], *, scale: str | None = None, **options: str | None) -> Scenario:
    """Return the scenario of a command line, with options such as --seed laid over it.

    Raises InputErrors with every mistake of file, options and rule names.
    """
    from sim.scenario import Scenario

    pairs, mistakes = split_sets(sets)
    for key, text in options.items():
        if text is None:
            continue
        if key in (given for given, _ in pairs):
            mistakes.append(Mistake("--set", key, f"is also given as --{key}"))
        else:
            pairs.append((key, text))
    try:
        scenario = Scenario.load(name, pairs, scale)
    except InputErrors as errors:
        mistakes += [_option(mistake, options) for mistake in errors.mistakes]
        scenario = None
    mistakes += _unknown_names(name, pairs, scale)
    if mistakes or scenario is None:
        raise InputErrors(sorted(set(mistakes)))
    if scenario.linkage.definition:
        from sim.linkage.rules import definition_of

        definition_of(scenario)  # tells every mistake of the rule's own file before any work
    return scenario


def _unknown_names(name: str, pairs: Sequence[tuple[str, str]], scale: str | None) -> list[Mistake]:
    """Return a mistake for each rule or blocking field there is none of, told of the file that set it."""
    from sim.scenario_files import locate, read_settings

    try:
        values = read_settings(locate(name), scale, pairs).values
    except InputErrors:  # told already
        return []
    rule, rule_from = values.get("linkage.rule", ("", ""))
    passes, passes_from = values.get("linkage.blocking", ([], ""))
    return [
        *unknown_names([rule] if isinstance(rule, str) and rule else [], (), rule_from),
        *unknown_names([], passes if isinstance(passes, list | tuple) else (), passes_from),
    ]


def unknown_names(rules: Iterable[str], passes: Iterable[object], told_of: str) -> list[Mistake]:
    """Return a mistake for each rule, and each field of a blocking pass, there is none of.

    Which there are is known to the linkage alone, and a scenario is read without it.
    """
    fields = [field for each in passes if isinstance(each, str) for field in each.split("+")]
    asked = [*(("linkage.rule", rule) for rule in rules), *(("linkage.blocking", field) for field in fields)]
    if not asked:
        return []
    from sim.linkage.normalise import FIELDS
    from sim.scenario_files import rules as shipped
    from sim.toml_files import nearest

    mistakes = []
    for key, word in asked:
        if key == "linkage.rule" and word.endswith(".toml"):  # a file of its own, read with the scenario
            continue
        known: Collection[str] = shipped() if key == "linkage.rule" else FIELDS
        if word not in known:
            words = f"should be one of {', '.join(sorted(known))}{nearest(word, known)} (got {word!r})"
            mistakes.append(Mistake(told_of, key, words))
    return mistakes


def _option(mistake: Mistake, options: dict[str, str | None]) -> Mistake:
    """Tell a mistake in an option as of that option, not of the `--set` it stands for."""
    if mistake.file == "--set" and options.get(mistake.key) is not None:
        return Mistake("command line", f"--{mistake.key}", mistake.problem)
    return mistake


def split_sets(sets: Sequence[str]) -> tuple[list[tuple[str, str]], list[Mistake]]:
    """Split KEY=VALUE options; a mistake for each without a key or without `=`."""
    pairs: list[tuple[str, str]] = []
    mistakes: list[Mistake] = []
    for option in sets:
        key, equals, text = option.partition("=")
        if equals and key.strip():
            pairs.append((key.strip(), text.strip()))
        else:
            mistakes.append(
                Mistake("--set", option[:60] or "''", "should be KEY=VALUE, as in requests.count=10000")
            )
    return pairs, mistakes


def _as_text(result: StudyResult, folder: Path) -> str:
    """Return headline, the other quantities beside it, and where the results are."""
    from sim.outcome.basis import basis, caution
    from sim.parameters import exact
    from sim.report import national, whose

    scenario = result.scenario
    done, citable = result.counts.height, scenario.value("study.preview_below")
    lines = [
        f"SYNTHETIC DATA. {one_line(scenario.title or scenario.name)}",
        basis(scenario),
        f"{scenario.requests.count:,} requests, {scenario.population.size:,} taxpayers, "
        f"{done} {'population' if done == 1 else 'populations'}"
        + (f" (a preview: a run to cite needs {exact(citable)})" if result.preview else ""),
        "",
    ]
    lines += [*whose.lines(result.quantities, scenario.requests.count), ""]
    lines += [f"{rate.label}: {rate.text()}" for rate in result.rates if rate.name in SHOWN]
    lines += ["", f"Caution: {caution(scenario)}."] if caution(scenario) else []
    whole = None if national.at_size(scenario) else national.answer_to(scenario)
    if whole is not None:
        lines += ["", f"At the size of the record ({whole.size}; run {whole.run}, {whole.made_by}):"]
        lines += [f"{(wrong := whole.rates['wrong_person']).label}: {wrong.text()}"]
        lines[-1] += f"; {wrong.numerator:,} of {wrong.denominator:,}"
    return "\n".join([*lines, "", f"Results: {folder}", f"Open:    {folder / 'report.html'}"])


def _as_json(result: StudyResult, folder: Path) -> str:
    """Return what `_as_text` says for machines."""
    from sim.outcome.basis import caution

    def plain(rate: Rate) -> dict[str, Any]:
        return {key: getattr(rate, key) for key in rate.__slots__ if key != "values"}

    found = {
        "synthetic": True,
        "scenario": result.scenario.name,
        "scenario_sha256": result.scenario.sha256(),
        "run": folder.name,
        "folder": str(folder),
        "seconds": round(result.seconds, 1),
        "preview": result.preview,
        "caution": caution(result.scenario) or None,
        "rates": [plain(rate) for rate in result.rates],
        "quantities": [plain(rate) for rate in result.quantities.values()],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)
