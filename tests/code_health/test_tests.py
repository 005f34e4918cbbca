"""A test that asserts nothing is no test."""

from __future__ import annotations

import ast

from tests.code_health.trees import ROOT, dotted

CHECKS = {"raises", "warns", "proportion_is", "fail"}


def test_every_test_asserts_something() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in files}
    helpers = CHECKS | {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _asserts(node, CHECKS)
    }
    tests = [
        (path, node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(tests) > 50
    assert not [f"{path}:{node.lineno}: {node.name}" for path, node in tests if not _asserts(node, helpers)]


def _asserts(function: ast.FunctionDef, helpers: set[str]) -> bool:
    called = {dotted(n.func).rpartition(".")[2] for n in ast.walk(function) if isinstance(n, ast.Call)}
    return (
        any(isinstance(node, ast.Assert) for node in ast.walk(function))
        or bool(called & helpers)
        or any(name.startswith("assert_") for name in called)
    )
