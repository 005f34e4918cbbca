"""What `sim sensitivity --json` printed, read into what sections 12 and 13 show, and kept as one file.

The file (`sensitivity.json`) holds: summary (text), asked (what the studies started from), swings (label,
low_input, high_input, low, high, assumed), break_even (input, statement, value, unit), and where they were
given screening, indices (rows for a table) and uncertainty (luck, inputs, structure: pairs of bounds). Its
key `studies` holds them as they were printed: a kept file can be given to a report, or be joined by another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim import whole_files
from sim.errors import InputErrors, Mistake
from sim.outcome.rates import significant
from sim.parameters import catalogue
from sim.reading import json_of
from sim.report.study_shapes import FOUND, KEPT, problem_of
from sim.scenario import Scenario
from sim.toml_files import show

NAME = "sensitivity.json"
RATE = "wrong_person"
METHODS = tuple(FOUND)
_MOST_BYTES = 20_000_000


def _file(path: Path) -> Path:
    """Return the file of studies at a path: itself, or that of the folder."""
    return path / NAME if path.is_dir() else path


def read_study(path: Path) -> Mapping[str, Any]:
    """Return the studies kept in a file, or in `sensitivity.json` of a folder.

    Raises InputErrors when it is missing or has another shape.
    """
    file = _file(path)
    found = _json(file)
    problem = problem_of(found, KEPT)
    if problem:
        raise InputErrors([Mistake(file.name, *problem)])
    return dict(found)


def gather(paths: Iterable[Path], scenario: Scenario) -> dict[str, Any]:
    """Return the studies of several files as one: printed by `sim sensitivity --json`, or kept.

    Raises InputErrors naming every file that is missing, is no such study, watches another rate than the
    headline, or starts from another scenario than `scenario` (but for the number of populations).
    """
    studies: list[Mapping[str, Any]] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            found = _printed(_json(_file(path)))
        except InputErrors as errors:
            mistakes += errors.mistakes
            continue
        problems = [problem for study in found if (problem := _problem(study, scenario))]
        mistakes += [Mistake(path.name, *problem) for problem in problems]
        studies += [] if problems else found
    if mistakes:
        raise InputErrors(mistakes)
    return _together(studies, scenario)


def keep(folder: Path, told: Mapping[str, Any], scenario: Scenario) -> Path:
    """Write one study, as `sim sensitivity --json` prints it, into `folder`; return the file.

    Other studies of the same question that are kept there stay; one of the same kind is replaced.
    Raises InputErrors when it watches another rate than the headline.
    """
    problem = _problem(told, scenario)
    if problem:
        raise InputErrors([Mistake("command line", "--out", " ".join(problem))])
    whole_files.make_folder(folder)
    file = folder / NAME
    try:
        there = _printed(_json(file))
    except InputErrors:  # none, or damaged: a study that has just taken its time is not lost to it
        there = []
    stay = [study for study in there if not _problem(study, scenario) and _kind(study) != _kind(told)]
    return whole_files.write_text(file, json.dumps(_together([*stay, told], scenario), indent=2))


def _printed(found: Any) -> list[Any]:
    """Return the studies of a file as they were printed: those of a kept file, or the one it is."""
    kept = found.get("studies") if isinstance(found, dict) else None
    return kept if isinstance(kept, list) and kept else [found]


def _kind(study: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what makes two studies of one question the same: the method, and what a break-even looks for."""
    found = study["found"]
    rows = found if isinstance(found, list) else [found]
    return study["method"], *sorted(
        f"{row.get('factor')} {row.get('target')}" for row in rows if "target" in row
    )


def is_of(study: Mapping[str, Any], question: str) -> bool:
    """Say whether a kept study started from the question with this hash (of it with one population)."""
    asked = study.get("asked")
    each = [one.get("sha256_of_one_population") for one in asked] if isinstance(asked, list) else []
    return question in each


def _together(studies: list[Mapping[str, Any]], scenario: Scenario) -> dict[str, Any]:
    unsure = _rows(studies, "uncertainty")
    return {
        "summary": _summary(studies, scenario),
        "asked": [{"method": study["method"], **study["asked"]} for study in studies],
        "studies": [dict(study) for study in studies],
        "swings": _swings(_rows(studies, "tornado")),
        "break_even": [_turn(row) for row in _rows(studies, "break-even")],
        "screening": _table(_rows(studies, "morris"), "mu_star", ("mu_star", "low", "high")),
        "indices": _table(
            _rows(studies, "sobol"), "total", ("total", "total_half_width", "first", "first_half_width")
        ),
        "uncertainty": {key: unsure[0][key] for key in ("luck", "inputs", "structure")} if unsure else None,
    }


def _json(file: Path) -> Any:
    return json_of(file, _MOST_BYTES)


def _problem(study: Any, scenario: Scenario) -> tuple[str, str] | None:
    """Return key and problem of the first thing of a study that is not as it should be, None if all is."""
    if not isinstance(study, dict) or study.get("method") not in METHODS:
        return "method", f"should be one of {', '.join(METHODS)}, as `sim sensitivity --json` prints it"
    if study.get("rate") != RATE:
        return "rate", f"should be {RATE}, the headline (got {show(study.get('rate'), 60)})"
    asked = study.get("asked")
    same = scenario.replace({"replicates": 1}).sha256()
    if not isinstance(asked, dict) or asked.get("sha256_of_one_population") != same:
        return "asked", "is a study of another scenario than the run's"
    if type(asked.get("replicates")) is not int:
        return "asked.replicates", "should be a number"
    rows = study.get("found")
    listed = [rows] if isinstance(rows, dict) else rows
    if not isinstance(listed, list) or not listed:
        return "found", f"each entry should have {', '.join(FOUND[study['method']]['required'])}"
    for number, row in enumerate(listed):
        problem = problem_of(row, FOUND[study["method"]])
        if problem:
            needed = ", ".join(FOUND[study["method"]]["required"])
            return f"found.{number}", f"each entry should have {needed}: {problem[1]}"
        if "factor" in row and row["factor"] not in catalogue():
            return f"found.{number}.factor", f"is no number of the model (got {show(row['factor'], 60)})"
    return None


def _rows(studies: Iterable[Mapping[str, Any]], method: str) -> list[Mapping[str, Any]]:
    """Return the results of one method over all studies."""
    found: list[Mapping[str, Any]] = []
    for study in studies:
        if study["method"] == method:
            found += [study["found"]] if isinstance(study["found"], dict) else study["found"]
    return found


def _summary(studies: list[Mapping[str, Any]], scenario: Scenario) -> str:
    """Return which methods were used on how many populations."""
    told = "; ".join(
        f"{study['method']} with {study['asked']['replicates']} "
        f"population{'' if study['asked']['replicates'] == 1 else 's'} a point"
        for study in studies
    )
    return (
        f"Studies of the inputs of this very scenario, of the same size ({scenario.requests.count:,} "
        f"requests, {scenario.population.size:,} records) and with the same seed: {told}. Fewer populations "
        "than the run's make their values less precise than the headline."
    )


def _swings(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "label": catalogue()[row["factor"]].label,
            "low_input": row["at"][0],
            "high_input": row["at"][1],
            "low": row["rate_at_low"],
            "high": row["rate_at_high"],
            "assumed": row["grade"] == "assumption",
        }
        for row in rows
        if row["rate_at_low"] is not None and row["rate_at_high"] is not None
    ]


def _turn(row: Mapping[str, Any]) -> dict[str, str]:
    entry = catalogue()[row["factor"]]
    return {
        "input": f"{entry.label} ({entry.key})",
        "statement": str(row["words"]),
        "value": ", ".join(f"{value:.3g}" for value in row["crossings"]) or "not within the range",
        "unit": entry.unit,
    }


def _table(rows: Iterable[Mapping[str, Any]], by: str, columns: tuple[str, ...]) -> list[list[str]]:
    """Return rows of a table, greatest `by` first: label and key, the columns, and whether assumed."""
    return [
        [
            f"{catalogue()[row['factor']].label} ({row['factor']})",
            *(significant(float(row[column])) for column in columns),
            "ASSUMED" if row["grade"] == "assumption" else "sourced",
        ]
        for row in sorted(rows, key=lambda row: -float(row[by]))
    ]


def span_of(pair: Iterable[float | None]) -> str:
    """Return "3.1 to 9.2", or that a bound is not known."""
    low, high = pair
    return "not known" if low is None or high is None else f"{significant(low)} to {significant(high)}"
