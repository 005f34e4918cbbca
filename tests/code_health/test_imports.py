"""Imports follow the flow of data, and the heavy libraries stay where they belong."""

from __future__ import annotations

import graphlib

import pytest

from tests.code_health.trees import Module, imports, modules

ORDER = [
    {"scenario", "scenario_build", "scenario_files", "scenario_schema", "parameters", "toml_files", "rng",
     "errors", "ending", "parquet", "reading", "progress", "published", "compiled", "machine", "masking",
     "fields", "registry", "text_safety", "threads", "whole_files", "__version__"},
    {"tables"},
    {"population"},
    {"requests"},
    {"noise"},
    {"linkage"},
    {"outcome"},
    {"replicate"},
    {"run"},
    {"study"},
    {"record"},
    {"kept"},
    {"charts"},
    {"report"},
    {"cli", "commands", "__main__", "dashboard"},
    {"app"},
]  # fmt: skip
"""The rooms in the order of the flow of data; those of the first row stand under all."""

RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
COMMAND_LINE = {"cli", "commands", "__main__"}

ONLY_HERE = {
    "streamlit": ("app.py", "sim/dashboard/"),
    "recordlinkage": ("sim/linkage/toolkit.py",),
    "pandas": ("sim/linkage/toolkit.py",),
    "faker": ("sim/population/",),
}


def room(name: str) -> str:
    """Return the room of a dotted name: `sim.linkage.rules` and `sim.linkage` are linkage, app.py is app."""
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == "sim" else first


def may_import(importer: str, imported: str) -> bool:
    """Return whether a room may import from another: an earlier one, itself, or a part of it."""
    if importer == imported or {importer, imported} <= COMMAND_LINE or RANK[importer] == RANK[imported] == 0:
        return True
    return RANK[imported] < RANK[importer]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_a_module_imports_only_from_rooms_before_its_own(module: Module) -> None:
    if module.name == "sim":
        # It imports no room, so that any part can be used alone.
        loaded = {name for _, name in imports(module, for_types=False) if name.startswith("sim.")}
        assert loaded == {"sim.compiled.use_own_cache"}
        return
    assert room(module.name) in RANK, f"{module.path}: give its room a place in ORDER"
    wrong = [
        f"{module.path}:{line}: {name}"
        for line, name in imports(module)
        if name.startswith("sim.") and not may_import(room(module.name), room(name))
    ]
    assert not wrong


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_a_library_with_one_home_is_imported_only_there(module: Module) -> None:
    wrong = [
        f"{module.path}:{line}: {name}"
        for line, name in imports(module)
        if (homes := ONLY_HERE.get(name.partition(".")[0])) and not module.path.startswith(homes)
    ]
    assert not wrong


def test_no_two_modules_import_each_other() -> None:
    names = {module.name for module in modules()}
    packages = {module.name for module in modules() if module.path.endswith("__init__.py")}
    graph = {
        module.name: {
            target
            for _, name in imports(module)
            for target in (name, name.rpartition(".")[0])
            # A package re-exports its modules; that they name the package itself makes no circle.
            if target in names - {module.name} and not (target in packages and module.name.startswith(target))
        }
        for module in modules()
    }
    try:
        order = list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(f"modules import each other in a circle: {' -> '.join(error.args[1])}")
    assert set(order) == names


def test_the_direction_rule_tells_right_from_wrong() -> None:
    assert may_import("linkage", "population")
    assert may_import("cli", "commands")
    assert may_import("tables", "errors")
    assert not may_import("population", "linkage")
    assert not may_import("cli", "dashboard")
    assert not may_import("rng", "tables")
