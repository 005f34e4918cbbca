"""Version, citation, dependencies, lock and commands say the same thing everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sim
from tests.code_health.trees import ROOT, imports, modules

PYPROJECT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(PYPROJECT)["project"]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE))
# The peers that benchmarks are measured against are installed by `make bench` alone.
LOCKED_EXTRAS = sorted(set(PROJECT["optional-dependencies"]) - {"bench"})
REQUIREMENTS = PROJECT["dependencies"] + [
    line for extra in LOCKED_EXTRAS for line in PROJECT["optional-dependencies"][extra]
]


def test_the_version_is_one_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.search(r"^version: (\S+)$", citation, re.MULTILINE)[1] == sim.__version__
    assert "version" in PROJECT["dynamic"] and 'path = "sim/__init__.py"' in PYPROJECT


def test_the_licence_is_one_everywhere() -> None:
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert re.search(r"^license: MIT$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)


def test_the_changelog_tells_which_numbers_changed() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases[0].startswith(("Unreleased", f"[{sim.__version__}]", sim.__version__))
    assert all("### Numbers changed" in release for release in releases)


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_a_requirement_has_a_lower_bound_and_its_pin_satisfies_it(line: str) -> None:
    requirement = Requirement(line)
    assert any(part.operator in {">=", "=="} for part in requirement.specifier)
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


def test_every_pin_is_hashed_and_none_says_where_to_download() -> None:
    entries = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(PINS) > 60
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not re.findall(r"https?:|file:|^-", LOCK, re.MULTILINE)


def test_a_tolerated_warning_has_its_reason_beside_it() -> None:
    block = re.search(r"^filterwarnings = \[\n(.*?)^\]", PYPROJECT, re.MULTILINE | re.DOTALL)[1]
    first, *tolerated = [line.strip() for line in block.splitlines()]
    assert first == '"error",'
    previous = [first, *tolerated]
    bare = [
        line
        for before, line in zip(previous, tolerated, strict=False)
        if not line.startswith("#") and " #" not in line and not before.startswith("#")
    ]
    assert not bare


def test_every_make_target_is_explained_by_help() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ["run", "test", "app", "check", "bench", "tables", "lock", "clean"]:
        assert re.search(rf"^  make {target} +\w", printed, re.MULTILINE), target


def test_continuous_integration_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "make test"


def test_what_the_package_imports_is_declared() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in REQUIREMENTS}
    owners = metadata.packages_distributions()
    undeclared = {
        (module.path, top)
        for module in modules()
        for _, name in imports(module)
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names | {"sim", "__future__"}
        if not {canonicalize_name(owner) for owner in owners.get(top, [])} & declared
    }
    assert not undeclared
