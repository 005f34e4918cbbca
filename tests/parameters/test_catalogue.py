"""The catalogue: every number has its unit, range, source and grade, and a broken entry is told clearly."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim
from sim.errors import InputErrors
from sim.parameters import GRADES, about, catalogue, config_root, explain, find, read_catalogue

ENTRY = """
[rate]
value = 0.1
unit = "share"
range = [0.0, 1.0]
source = "a table"
grade = "P"
label = "Rate"
description = "How often."
"""


def mistakes(text: str, folder: Path) -> list[str]:
    (folder / "group.toml").write_text(text)
    with pytest.raises(InputErrors) as caught:
        read_catalogue(folder)
    return [str(m) for m in caught.value.mistakes]


def changed(line: str, new: str) -> str:
    assert line in ENTRY
    return ENTRY.replace(line, new)


def test_the_shipped_catalogue_is_whole() -> None:
    assert catalogue()
    for key, entry in catalogue().items():
        assert entry.key == key
        assert entry.grade in GRADES
        assert min(len(entry.unit), len(entry.source), len(entry.label), len(entry.description)) > 0


def test_an_assumption_says_why_no_source_was_found() -> None:
    short = [
        key for key, entry in catalogue().items() if entry.grade == "assumption" and len(entry.source) < 12
    ]
    assert short == []


def test_every_number_the_code_reads_by_name_is_in_the_catalogue() -> None:
    asked = set()
    for path in Path(sim.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
                name = node.args[0]
                reads = node.func.attr in ("value", "table", "series")
                if (
                    reads
                    and isinstance(name, ast.Constant)
                    and isinstance(name.value, str)
                    and "." in name.value
                ):
                    asked.add(name.value)
    assert asked - set(catalogue()) == set()


def test_the_order_of_files_and_entries_does_not_matter(tmp_path: Path) -> None:
    second = ENTRY.replace("[rate]", "[other.rate]")
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (one / "a.toml").write_text(ENTRY + second)
    (one / "b.toml").write_text(ENTRY)
    (two / "b.toml").write_text(ENTRY)
    (two / "a.toml").write_text(second + ENTRY)
    assert list(read_catalogue(one).items()) == list(read_catalogue(two).items())
    assert list(read_catalogue(one)) == ["a.other.rate", "a.rate", "b.rate"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed('unit = "share"\n', ""), "group.rate.unit: is missing"),
        (
            changed('source = "a table"', 'source = " "'),
            "group.rate.source: String should have at least 1 character",
        ),
        (
            changed('grade = "P"', 'grade = "A"'),
            "group.rate.grade: should be one of P, S, B, D, assumption (got 'A')",
        ),
        (changed("range = [0.0, 1.0]", "range = [0.0]"), "group.rate.range: should be [lowest, highest]"),
        (changed("range = [0.0, 1.0]", "range = [1.0, 0.0]"), "group.rate.range: lowest is above highest"),
        (
            changed("range = [0.0, 1.0]", "range = [0.0, inf]"),
            "group.rate.range: should be [lowest, highest]",
        ),
        (changed("value = 0.1", "value = 1.1"), "group.rate.value: is not in [0, 1] (share) (got 1.1)"),
        (changed("value = 0.1", "value = nan"), "group.rate.value: should be a finite number"),
        (changed("value = 0.1", "value = true"), "group.rate.value: should be a finite number"),
        (changed("value = 0.1", 'value = "0.1"'), "group.rate.value: should be a finite number"),
        (changed("value = 0.1", "value = {a = 0.1, b = 2}"), "group.rate.value: is not in [0, 1]"),
        (
            changed("value = 0.1", "value = {a = 0.1, b = {c = 0.1}}"),
            "group.rate.value: should be a finite number",
        ),
        (
            changed("value = 0.1", "value = {a = 0.1, b = 0.2}\nsums_to = 1"),
            "group.rate.value: should sum to 1",
        ),
        (changed("value = 0.1", "value = [0.1, -1]"), "group.rate.value: is not in [0, 1]"),
        (ENTRY + "levels = {high = 3}", "group.rate.levels.high: is not in [0, 1]"),
        (
            ENTRY + "levels = {medium = 0.3}",
            "group.rate.levels: should give a value for some of clean, published",
        ),
        (
            ENTRY + 'sauce = "x"',
            "group.rate.sauce: is not a field of an entry; did you mean source? (got 'x')",
        ),
        ("rate = 0.1", "group.rate: should be an entry with value, unit, range and so on (got 0.1)"),
        ("[rate]", "group.rate: should be an entry with value, unit, range and so on (got {})"),
        ('["a b"]\nvalue = 1', "group.a b: key should be letters, digits, _ or - only"),
        ("[rate", "file: is not valid TOML"),
    ],
)
def test_a_broken_entry_is_told_with_its_file_key_and_field(text: str, told: str, tmp_path: Path) -> None:
    found = mistakes(text, tmp_path)
    assert found[0].startswith(f"group.toml: {told}")
    assert len(found) == 1


def test_all_broken_entries_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "first.toml").write_text(changed("value = 0.1", "value = 7"))
    text = changed('unit = "share"\n', "") + changed("value = 0.1", "value = -7").replace(
        "[rate]", "[b.rate]"
    )
    assert [m.split(": ")[:2] for m in mistakes(text, tmp_path)] == [
        ["first.toml", "first.rate.value"],
        ["group.toml", "group.b.rate.value"],
        ["group.toml", "group.rate.unit"],
    ]


def test_a_whole_number_becomes_the_real_number(tmp_path: Path) -> None:
    (tmp_path / "group.toml").write_text(changed("value = 0.1", "value = 1"))
    value = read_catalogue(tmp_path)["group.rate"].value
    assert isinstance(value, float)
    assert value == 1.0


def test_explain_tells_all_that_is_known_of_a_number() -> None:
    key = next(iter(catalogue()))
    page, entry = explain(key), find(key)
    for words in (key, entry.label, entry.description, entry.unit, entry.source, f"grade    {entry.grade}"):
        assert words in page


def test_explain_lists_a_group() -> None:
    group = next(iter(catalogue())).split(".")[0]
    wanted = {key for key in catalogue() if key.startswith(f"{group}.")}
    assert wanted <= {each.key for each in about(group)}


def test_explain_suggests_the_nearest_name() -> None:
    key = next(iter(catalogue()))
    with pytest.raises(InputErrors, match=f"did you mean {key}"):
        explain(key[:-1])
    with pytest.raises(InputErrors, match=f"did you mean {key}"):
        explain(key.split(".", 1)[1])


def test_the_shipped_configuration_is_found() -> None:
    assert (config_root() / "parameters").is_dir()
    assert (config_root() / "scenarios").is_dir()
