"""Every option of every command, from their table: a wrong value is one line with its name."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.cli import COMMANDS, call

GIVEN = {
    "run": ["aug2025-as-run"], "sweep": ["threshold"], "compare": ["aug2025-as-run", "name-dob"],
    "sensitivity": ["aug2025-as-run"], "keep": ["aug2025-as-run"], "report": ["folder"], "bundle": ["folder"],
    "verify": ["file"], "explain": ["requests.coverage"],
}  # fmt: skip
"""What each command is given but for its options; nothing of it is run, for the options are wrong."""

NO_NUMBER = ("", "one", "nan", "1.5", "0x10", "9" * 30, "9" * 5_000, "-1", "0", "\u202e")
NO_FILE = ("no/such", "folder", "file", "file/inside", "text.toml", "", "x" * 300, "loop")


def options(name: str) -> Iterator[tuple[inspect.Parameter, Any, str]]:
    """Yield each parameter of a command with its type as annotated, and its name on the command line."""
    module, function = COMMANDS[name][0].split(":")
    found = getattr(importlib.import_module(module), function)
    hints = typing.get_type_hints(found, include_extras=True)
    for each in inspect.signature(found).parameters.values():
        named = [m.name for m in getattr(hints[each.name], "__metadata__", ()) if getattr(m, "name", None)]
        yield each, hints[each.name], named[0][0] if named else f"--{each.name.replace('_', '-')}"


def bare(annotated: Any) -> set[Any]:
    """Return the types an option may have, without what is said of them."""
    inner = annotated.__origin__ if hasattr(annotated, "__metadata__") else annotated
    return set(typing.get_args(inner)) or {inner}


NUMBERS = [
    (name, flag, kind) for name in COMMANDS for _, kind, flag in options(name) if bare(kind) & {int, float}
]
PLACES = [
    (name, place)
    for name in COMMANDS
    for place, (each, kind, _) in enumerate(options(name))
    if each.kind is each.POSITIONAL_OR_KEYWORD and name != "explain"
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to work in, with a file, a folder, a link to itself and no scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"PK\x03\x04")
    (tmp_path / "text.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line of a call that is refused as bad input; nothing else may be said or done."""
    assert call(arguments) == 2, arguments
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1, (out, err)
    assert re.fullmatch(r"[^:]+: [^ ]+: .+", err.strip()), err
    return err.strip()


def test_there_are_numbers_and_places_to_try() -> None:
    assert {name for name, _, _ in NUMBERS} == {"run", "sweep", "compare", "sensitivity", "keep", "report",
                                                 "verify", "app"}  # fmt: skip
    assert len(NUMBERS) >= 12 and len(PLACES) >= 8


@pytest.mark.parametrize("text", NO_NUMBER, ids=[text[:12] or "nothing" for text in NO_NUMBER])
@pytest.mark.parametrize(("name", "flag", "kind"), NUMBERS, ids=[" ".join(each[:2]) for each in NUMBERS])
def test_an_option_that_is_no_such_number_is_refused_by_name(
    name: str, flag: str, kind: Any, text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if float in bare(kind) and text in ("1.5", "-1", "0", "9" * 30):
        text = "inf"  # those are numbers on the scale of a rate
    line = told([name, *GIVEN.get(name, []), f"{flag}={text}"], capsys)
    assert line.startswith(f"command line: {flag}: "), line
    assert {each.name for each in here.iterdir()} == {"file", "folder", "loop", "text.toml"}


@pytest.mark.parametrize("text", NO_FILE, ids=[text[:12] or "nothing" for text in NO_FILE])
@pytest.mark.parametrize(("name", "place"), PLACES, ids=[f"{name} {place}" for name, place in PLACES])
def test_what_is_no_such_file_is_refused_in_one_line(
    name: str, place: int, text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = list(GIVEN[name])
    given[place] = text
    line = told([name, *given], capsys)
    assert "Errno" not in line and len(line) < 400
    assert {each.name for each in here.iterdir()} == {"file", "folder", "loop", "text.toml"}


@pytest.mark.parametrize("text", ["file", "file/inside", "x" * 300, "loop/inside"])
@pytest.mark.parametrize("name", ["run", "sweep", "sensitivity", "keep"])
def test_results_cannot_go_where_there_is_no_folder(
    name: str, text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told([name, *GIVEN[name], "--out", text], capsys)
    assert {each.name for each in here.iterdir()} == {"file", "folder", "loop", "text.toml"}
