"""Every way out of the program: what is printed, written and named passes the function of its place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sim.cli import call
from tests.code_health.trees import ROOT, dotted, modules

TITLE = "\x9b2Jgone\u202e"
ALLOWED_CSV = {"sim/text_safety.py", "sim/study/tables.py", "sim/record/identity.py"}
"""The functions themselves, and a digest that is never written."""


def test_nothing_is_printed_and_no_table_written_but_by_the_function_for_it() -> None:
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree):
            name = dotted(node.func) if isinstance(node, ast.Call) else ""
            printed = (
                name in ("print", "sys.stdout.write", "sys.stderr.write") and module.name != "sim.text_safety"
            )
            table = name.endswith(("csv.writer", "csv.DictWriter", ".write_csv", ".to_csv", "write_excel"))
            if printed or (table and module.path not in ALLOWED_CSV):
                wrong.append(f"{module.path}:{node.lineno}: {name}")
    assert not wrong


def test_no_page_shows_a_text_that_was_meant_for_readers_of_its_source() -> None:
    """Streamlit shows every expression that stands alone at the top of a page but its docstring."""
    called = (ROOT / "app.py").read_text("utf-8")
    rooms = [module for module in modules() if module.path.startswith("sim/dashboard/")]
    pages = [module for module in rooms if f'("{Path(module.path).stem}", ' in called]
    assert len(pages) == 8
    shown = [
        f"{module.path}:{node.lineno}"
        for module in pages
        for node in module.tree.body[1:]
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    ]
    assert not shown


def _sweep(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text(
        f'title = "{TITLE}"\nsummary = "{TITLE}"\nscenario = "name-only"\n'
        '[set]\npopulation.size = 2000\nrequests.count = 200\nnoise.level = "clean"\nreplicates = 1\n'
        '[axes]\nlinkage.tie = ["withhold", "all"]\n',
        "utf-8",
    )
    return file


@pytest.mark.parametrize("name", ["...toml", "con.toml", "- x.toml"])
def test_a_sweep_file_whatever_its_name_writes_inside_the_folder_asked_for(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "in"
    asked.mkdir()
    out = tmp_path / "deep" / "out"
    before = {path for path in tmp_path.rglob("*")}
    assert call(["sweep", str(_sweep(asked, name)), "--out", str(out), "--quiet"]) == 0
    made = {path for path in tmp_path.rglob("*")} - before - {asked / name, out.parent, out}
    assert made and all(path.is_relative_to(out) for path in made)
    assert len(list(out.iterdir())) == 1
    told = capsys.readouterr()
    assert not set(told.out + told.err) & set("\x1b\x9b\u202e")


@pytest.mark.parametrize("command", [["sweep", "--dry-run"], ["sweep"], ["run", "--dry-run"], ["run"]])
def test_no_title_sends_a_sequence_to_the_terminal(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = tmp_path / "x.toml"
    scenario.write_text(
        f'extends = "name-only"\ntitle = "{TITLE}"\nreplicates = 1\n'
        "[population]\nsize = 2000\n[requests]\ncount = 200\n[noise]\nlevel = \"clean\"\n", "utf-8",
    )  # fmt: skip
    file = _sweep(tmp_path, "s.toml") if command[0] == "sweep" else scenario
    assert call([command[0], str(file), *command[1:]]) == 0
    told = capsys.readouterr()
    assert "gone" in told.out or command == ["run", "--dry-run"]
    assert not set(told.out + told.err) & set("\x1b\x9b\u202e")


@pytest.mark.parametrize("arguments", [["run", "\x1b[2Jx"], ["sweep", "\x9b2J"], ["explain", "\x1b]0;x\x07"],
                                       ["run", "--set", "a\u202eb=1"], ["\x1b[31m"], ["verify", "\x9b.zip"],
                                       ["kept", "--check", "\x1b[2J"], ["report", "\x1b"]])  # fmt: skip
def test_a_complaint_repeats_no_sequence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(arguments) == 2
    assert not set(capsys.readouterr().err) & set("\x1b\x9b\u202e")
