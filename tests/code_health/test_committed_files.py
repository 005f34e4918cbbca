"""What is committed could be committed by anyone: no machine's paths, no download hosts, no huge files."""

from __future__ import annotations

import re
from pathlib import Path

from tests.code_health.trees import ROOT, committed

# Written in pieces, so that this file passes its own test.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com",
         "deb.deb" + "ian.org", "static.crates" + ".io", "proxy.gol" + "ang.org"]  # fmt: skip
HOST = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)
MACHINE = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w"
)
LARGEST = 5_000_000
TABLES = 12_000_000


def test_no_committed_file_names_a_registry_host() -> None:
    assert not _lines_with(HOST)


def test_no_committed_file_holds_a_path_of_somebodys_machine() -> None:
    assert not _lines_with(MACHINE)


def test_no_committed_file_is_larger_than_five_megabytes() -> None:
    assert not {str(p.relative_to(ROOT)): size for p in committed() if (size := p.stat().st_size) > LARGEST}


def test_the_packaged_tables_stay_under_twelve_megabytes() -> None:
    total = sum(path.stat().st_size for path in (ROOT / "sim" / "tables").glob("*.parquet"))
    assert 5_000_000 < total < TABLES


def test_the_patterns_find_what_they_forbid() -> None:
    assert HOST.search("https://" + HOSTS[0] + "/simple")
    assert MACHINE.search("open('" + "/wo" + "rk/main/x')")
    assert not MACHINE.search("paper" + "/wo" + "rk/life balance")


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in committed()
        for number, line in enumerate(_text(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]


def _text(path: Path) -> str:
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8")
