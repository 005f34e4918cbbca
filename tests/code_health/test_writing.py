"""Files are written in one place (`sim/whole_files.py`), so that all are whole and their owner's alone."""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import Module, dotted, modules

HOME = "sim/whole_files.py"
CACHES = "sim/compiled.py"  # runs before all else, and makes folders for numba alone
DEVNULL = "os.devnull"

NAMES = {
    "write_text", "write_bytes", "touch", "mkdir", "makedirs", "mkdtemp", "mkstemp", "rename", "symlink_to",
    "hardlink_to", "copyfile", "copytree", "copy2", "move", "sink_parquet", "sink_csv", "sink_ipc", "savez",
    "savefig", "tofile", "to_csv", "to_parquet", "to_pickle",
}  # fmt: skip
"""Methods and functions that make or rename what is on disk, by their last name; `rename` of a frame is told
from that of a file by its arguments."""

MODULES = {"shutil.copy", "os.replace", "os.rename", "os.link", "os.symlink", "os.open", "os.fdopen",
           "pickle.dump", "joblib.dump", "np.save"}  # fmt: skip
TEMPORARY = ("TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile")
STREAMS = {"write_parquet", "write_ipc", "write_csv"}


def writes(module: Module) -> list[str]:
    """Return where a module opens a file for writing, or makes or renames one."""
    return [
        f"{module.path}:{node.lineno}: {ast.unparse(node)[:80]}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _writes(node)
    ]


def _writes(call: ast.Call) -> bool:
    name = dotted(call.func)
    last = call.func.attr if isinstance(call.func, ast.Attribute) else name
    if name.startswith("whole_files."):
        return False
    if last == "rename":
        return name == "os.rename" or "Path" in ast.unparse(call)
    if name == "os.open":
        return DEVNULL not in ast.unparse(call)
    if any(each.arg == "closefd" for each in call.keywords):
        return False  # a stream over a handle that is open already
    if last == "open" and not name.startswith(("webbrowser.",)):
        return _opens_to_write(call, 0 if isinstance(call.func, ast.Attribute) else 1)
    if last in STREAMS and last != name and call.args:  # into a stream, never to a path
        return not (isinstance(call.args[0], ast.Name) and call.args[0].id in ("stream", "buffer", "part"))
    return last in NAMES or name in MODULES or last in TEMPORARY


def _opens_to_write(call: ast.Call, place: int) -> bool:
    """Whether an `open` has a mode that writes; its mode is a method's first argument, else the second."""
    given = [each.value for each in call.keywords if each.arg == "mode"]
    given += call.args[place : place + 1]
    modes = [each for each in given if not isinstance(each, ast.Constant) or isinstance(each.value, str)]
    text = [str(each.value) for each in modes if isinstance(each, ast.Constant)]
    return any(set(mode) & set("wax+") and set(mode) <= set("rwaxbt+") for mode in text)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_nothing_else_opens_a_file_for_writing(module: Module) -> None:
    found = writes(module)
    if module.path == HOME:
        assert len(found) > 5
    elif module.path == CACHES:
        assert all("mkdir" in each or "mkdtemp" in each for each in found)
    else:
        assert not found


@pytest.mark.parametrize(
    "line",
    ["open('x', 'w')", "Path('x').open('ab')", "path.open(mode='r+')", "p.write_text('x')",
     "os.replace(a, b)", "Path(a).rename(b)", "frame.write_parquet(path)", "tempfile.mkdtemp()",
     "shutil.copy(a, b)", "tempfile.TemporaryDirectory()", "os.open(path, os.O_WRONLY)",
     "folder.mkdir()"],
)  # fmt: skip
def test_the_rule_sees_every_way_to_write(line: str) -> None:
    assert writes(Module("sim/x.py", "sim.x", "sim", ast.parse(line), 1))


@pytest.mark.parametrize(
    "line",
    ["open('x', 'rb')", "path.open()", "frame.rename({'a': 'b'})", "frame.write_parquet(buffer)",
     "zipfile.ZipFile(stream, 'w')", "whole_files.write(path, data)", "os.open(os.devnull, os.O_WRONLY)"],
)  # fmt: skip
def test_the_rule_lets_pass_what_does_not_write(line: str) -> None:
    assert not writes(Module("sim/x.py", "sim.x", "sim", ast.parse(line), 1))
