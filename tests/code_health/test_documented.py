"""What is public is explained, and what is promised exists."""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.code_health.trees import Module, modules

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_a_module_and_its_public_names_have_docstrings(module: Module) -> None:
    assert ast.get_docstring(module.tree), f"{module.path} does not say what it is"
    public = [n for n in module.tree.body if isinstance(n, Documented) and not n.name.startswith("_")]
    assert not [f"{module.path}:{n.lineno}: {n.name}" for n in public if not ast.get_docstring(n)]


@pytest.mark.parametrize(
    "module",
    [m for m in modules() if not m.path.startswith(("app.py", "sim/dashboard/"))],
    ids=lambda m: m.path,
)
def test_every_exported_name_exists(module: Module) -> None:
    if module.name == "sim.__main__":
        return
    loaded = importlib.import_module(module.name)
    exported = getattr(loaded, "__all__", ())
    assert not [name for name in exported if not hasattr(loaded, name)]
    assert len(set(exported)) == len(exported)
