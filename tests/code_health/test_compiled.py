"""Compiled functions use nothing from files without any: `sim/compiled.py` does not watch those."""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import ROOT, Module, dotted, modules

WATCHED = {module.name for module in modules() if "numba" in (ROOT / module.path).read_text()}


@pytest.mark.parametrize(
    "module", [m for m in modules() if m.name in WATCHED], ids=lambda module: module.path
)
def test_a_compiled_function_takes_what_other_files_define_as_arguments(module: Module) -> None:
    foreign = {
        alias.asname or alias.name: node.module
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sim.")
        and node.module not in WATCHED
        for alias in node.names
    }
    wrong = [
        f"{module.path}:{name.lineno}: {name.id} of {foreign[name.id]}"
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef) and any(map(_compiles, function.decorator_list))
        for statement in function.body
        for name in ast.walk(statement)
        if isinstance(name, ast.Name) and name.id in foreign
    ]
    assert not wrong


def test_there_are_compiled_functions_to_look_at() -> None:
    found = [
        n for m in modules() if m.name in WATCHED for n in ast.walk(m.tree) if isinstance(n, ast.FunctionDef)
    ]
    assert sum(any(map(_compiles, function.decorator_list)) for function in found) > 10


def _compiles(decorator: ast.expr) -> bool:
    name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return name.rpartition(".")[2] in {"njit", "jit", "vectorize", "guvectorize", "cfunc"}
