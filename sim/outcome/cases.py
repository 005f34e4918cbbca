"""Links worked through: what was asked, what was on file, what is true, and what the rule saw of it.

A few requests of each outcome are drawn by the seed, never picked. The people are synthetic; their numbers
are still cut to the last four digits, because somebody may really have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from sim.fields import FIELD, TYPED, Field, Form, row_of, rows, surnames_of, words_of
from sim.linkage import Linked
from sim.linkage.comparison import Comparison, Kind, Path, Rule
from sim.linkage.levels import level_numbers
from sim.linkage.normalise import Fields
from sim.linkage.rules import rule_of
from sim.masking import mask_identifier
from sim.noise import Noisy
from sim.outcome.words import RIGHT_DOOR, WRONG, WRONG_DOOR
from sim.population import CHUNK, SUFFIXES
from sim.registry import Column, RecordChunk, Registry, Rows
from sim.requests import Requests
from sim.rng import Streams
from sim.scenario import Scenario

Case = dict[str, Any]

WANTED: Mapping[str, int] = {WRONG: 3, RIGHT_DOOR: 2, WRONG_DOOR: 1}
"""How many cases of each outcome are worked through, where there are so many."""

_SEEN = {
    Kind.EXACT: "same", Kind.ELSE: "different", Kind.MISSING: "missing on a side",
    Kind.SHARED: "one of two shared",
    Kind.FIRST: "first parts the same", Kind.PREFIX: "begins the same", Kind.JARO_WINKLER: "nearly the same",
    Kind.EDIT: "few letters differ",
    Kind.ONE_DIGIT: "one digit differs", Kind.TRANSPOSED: "two digits exchanged",
    Kind.DAY_MONTH: "day and month exchanged", Kind.NEAR: "near", Kind.LEADING: "leading digits the same",
}  # fmt: skip


def worked(
    country: Registry,
    requests: Requests,
    noisy: Noisy,
    linked: Linked,
    outcomes: pl.DataFrame,
    scenario: Scenario,
    streams: Streams,
    rule: Rule | None = None,
) -> list[Case]:
    """Return some cases of each outcome, as plain JSON objects, drawn by `streams`.

    A case has kind, cause, request, path, score, threshold, base (bits), bystanders, note and fields; a field
    has label, asked, on_file, true (texts or None), compared (what the rule saw) and weight (bits; None where
    the rule did not look). Of a path that only counts the fields that agree, score, threshold and base are
    None, and a weight is 1 where the field agrees and 0 where not. rule: the rule applied, if it is not the
    scenario's.
    """
    paths = {path.name: path for path in (rule_of(scenario) if rule is None else rule)}
    fields = Fields.of(country, scenario)
    found = []
    for number in _chosen(outcomes, streams):
        shown = linked.disclosures.filter(pl.col("request") == number)
        # With several addresses for one request, the first that is another's made the outcome.
        truth = requests.clean.select("request", "person", *TYPED).filter(pl.col("request") == number)
        wrong = shown.filter(pl.col("person") != truth["person"][0])
        link = (wrong if wrong.height else shown).row(0, named=True)
        sent = noisy.frame.filter(pl.col("request") == number)
        outcome = outcomes.filter(pl.col("request") == number).row(0, named=True)
        found.append(_case(country, fields, paths[link["path"]], truth, sent, link, outcome))
    return found


def _chosen(outcomes: pl.DataFrame, streams: Streams) -> Iterator[int]:
    """Yield the numbers of the requests to work through: for each outcome, those first in a random order."""
    luck = streams.generator("outcome.cases").random(outcomes.height)
    drawn = outcomes.select("request", pl.col("outcome").cast(pl.String)).with_columns(luck=pl.Series(luck))
    for outcome, number in WANTED.items():
        yield from drawn.filter(pl.col("outcome") == outcome).sort("luck")["request"].head(number).to_list()


def _case(
    country: Registry, fields: Fields, path: Path, truth: pl.DataFrame, sent: pl.DataFrame,
    link: Mapping[str, Any], outcome: Mapping[str, Any],
) -> Case:  # fmt: skip
    chunk, row = country.chunk(int(link["record"]) // CHUNK), np.array([int(link["record"]) % CHUNK])
    seen = _seen(path, fields, sent, chunk, row)
    on_file = _on_file(country, chunk, row)
    lines = []
    for field, columns in rows():
        key = field.name
        told = [(words, weight) for column, words, weight in seen if column in columns]
        lines.append(
            {
                "field": key,
                "label": field.label,
                "asked": _as_text(field, sent[key][0]),
                "on_file": _as_text(field, on_file[key]),
                "true": _as_text(field, truth[key][0]),
                "compared": "; ".join(words for words, _ in told) or _together(columns, path),
                "weight": sum(weight for _, weight in told) if told else None,
            }
        )
    return {
        "kind": str(outcome["outcome"]),
        "cause": None if outcome["cause"] is None else str(outcome["cause"]),
        "request": int(outcome["request"]),
        "path": path.name,
        "score": None if path.counts_agreements else round(float(link["score"]), 4),
        "threshold": None if path.counts_agreements else path.threshold,
        "base": None if path.counts_agreements else path.base,
        "bystanders": int(outcome["bystanders"]),
        "requested_person_absent": bool(outcome["requested_person_absent"]),
        "fields": lines,
        "note": _note(lines, path),
    }


def _together(columns: Sequence[str], path: Path) -> str:
    """Return with what a field is compared as one, such as the street with the ZIP, or that it is not."""
    for each in path.comparisons:
        if set(columns) & set(each.columns[1:]):
            return f"together with {FIELD[row_of(each.columns[0])].label}"
    return _BLIND


_BLIND = "not compared"


def _seen(
    path: Path, fields: Fields, sent: pl.DataFrame, chunk: RecordChunk, row: Rows
) -> list[tuple[str, str, float]]:
    """Return for each comparison of the path: its first column, what it saw, and the weight in bits."""
    left = fields.requests(sent)
    right = fields.records(chunk, {name for each in path.comparisons for name in each.columns}, row)
    found = []
    for each in path.comparisons:
        sides = ([left[name] for name in each.columns], [right[name] for name in each.columns])
        level = each.levels[int(level_numbers(each, *sides, fields.decode)[0])]
        bits = 0.0 if each.frequency is None else float(each.frequency(left)[0]) * level.share
        found.append((each.columns[0], _words(each, level.kind), round(level.weight + bits, 4)))
    return found


def _words(comparison: Comparison, kind: Kind) -> str:
    plain = _SEEN[kind]
    return f"first four letters {plain}" if comparison.field.startswith("name_control") else plain


def _on_file(registry: Registry, chunk: RecordChunk, row: Rows) -> dict[str, object]:
    """Return what the record has on file of each field that a request says."""
    addresses = registry.addresses
    parts = addresses.fields(_filed(chunk, "address", row))
    place: dict[str, object] = {
        "number": int(parts.number[0]),
        "street": addresses.street_text(parts.street)[0],
        "unit": int(parts.unit[0]),
        "zip": f"{int(addresses.zip_of(parts)[0]):05d}",
    }
    return {
        name: place[name] if name in place else _spelled(registry, FIELD[name], chunk, row) for name in TYPED
    }


def _spelled(registry: Registry, field: Field, chunk: RecordChunk, row: Rows) -> object:
    """Return a field of the person as it stands on file, codes spelled out."""
    code = int(_filed(chunk, field.name, row)[0])
    match field.form:
        case Form.GIVEN:
            return registry.names.given_text(np.array([code], np.uint32))[0]
        case Form.SURNAME:
            codes = np.concatenate([_filed(chunk, name, row) for name in surnames_of(field.name)])
            return " ".join(registry.names.surname_text(codes[codes > 0])) or None
        case Form.INITIAL:
            return chr(64 + code) if code else None
        case Form.SUFFIX:
            return SUFFIXES[code] or None
        case _:
            return code


def _filed(chunk: RecordChunk, name: str, row: Rows) -> Column:
    """Return a column as it stands on file, of some rows."""
    return chunk.truth(f"file_{name}", row)


def _as_text(field: Field, value: object) -> str | None:
    """Return one value as people write it, None where there is none; numbers by their last four digits."""
    if value in (None, 0, "", "00000"):
        return None
    if field.private:
        return mask_identifier(int(str(value)))
    if field.form is Form.DATE:
        digits = f"{int(str(value)):08d}"
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return str(value)


def _note(lines: Sequence[Mapping[str, Any]], path: Path) -> str:
    """Return in a sentence what agreed and what was never looked at."""
    agreed = [words_of(line["field"]) for line in lines if line["weight"] is not None and line["weight"] > 0]
    blind = [words_of(line["field"]) for line in lines if line["compared"] == _BLIND]
    text = f"Linked by the path “{path.name}” because of: {', '.join(agreed) or 'nothing in particular'}."
    return f"{text} Not compared: {', '.join(blind)}." if blind else text
