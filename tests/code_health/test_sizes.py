"""Files and functions stay small enough to be read in one go.

The guide is 300 lines a file and 40 a function; these are the limits beyond which there was no guide.
"""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import ROOT, Module, committed, modules

FILE_LINES = 400
FUNCTION_LINES = 60


def test_no_python_file_is_longer_than_400_lines() -> None:
    files = [path for path in committed() if path.suffix == ".py"]
    assert len(files) > 20
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := _lines(path.read_text())) > FILE_LINES
    }
    assert not long


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_no_function_is_longer_than_60_lines(module: Module) -> None:
    long = [
        f"{module.path}:{node.lineno}: {node.name}: {lines} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long


def _lines(text: str) -> int:
    return text.count("\n")
