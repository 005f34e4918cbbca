"""Results are read in one place, which looks before it reads and checks what it read."""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import Module, dotted, modules

READER = "sim/reading.py"
OPENERS = {
    "json.load", "json.loads", "csv.reader", "csv.DictReader", "zipfile.ZipFile",
    "np.load", "np.fromfile", "np.memmap", "np.genfromtxt", "np.loadtxt",
}  # fmt: skip
ALLOWED = {
    ("sim/record/safe_zip.py", "zipfile.ZipFile"): "unpacks bundles, member by member",
    ("sim/kept/parts.py", "np.fromfile"): "rows of a file whose size and checksums were compared",
    ("sim/kept/store.py", "np.memmap"): "maps a file whose size was compared; blocks have checksums",
    ("sim/report/docx.py", "zipfile.ZipFile"): "an archive made here a moment before",
    ("sim/report/national.py", "pl.read_csv"): "a table that comes with the program",
}
PACKAGED = ("sim/tables/",)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_only_the_reader_opens_what_a_result_may_hold(module: Module) -> None:
    if module.path == READER or module.path.startswith(PACKAGED):
        return
    found = [(line, name) for line, name in opened(module.tree) if (module.path, name) not in ALLOWED]
    assert not found, f"{module.path}: read through {READER}"


def test_every_exception_is_still_one() -> None:
    known = {(module.path, name) for module in modules() for _, name in opened(module.tree)}
    assert set(ALLOWED) <= known


def test_the_rule_sees_every_way_of_opening() -> None:
    text = """
import json, zipfile, numpy as np, polars as pl
pl.read_parquet(x); pl.scan_csv(x); json.loads(x); np.load(x); zipfile.ZipFile(x); pl.read_ipc_schema(x)
zipfile.ZipFile(x, "w"); json.dumps(x); pl.DataFrame(x)
"""
    assert len(list(opened(ast.parse(text)))) == 6


def opened(tree: ast.AST) -> list[tuple[int, str]]:
    """Return line and name of every call that reads a table, an archive or JSON."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        table = name.startswith(("pl.read_", "pl.scan_", "pd.read_", "pq.read_"))
        writes = name == "zipfile.ZipFile" and any(
            isinstance(each, ast.Constant) and each.value == "w" for each in node.args[1:]
        )
        if (table or name in OPENERS) and not writes:
            found.append((node.lineno, name))
    return found
