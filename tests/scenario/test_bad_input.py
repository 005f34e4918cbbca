"""Every kind of bad scenario is refused with its file, its key and what was given; nothing crashes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputErrors
from sim.scenario import Scenario
from sim.toml_files import MAX_BYTES

pytestmark = pytest.mark.usefixtures("configs")


def mistakes(
    text: str | bytes, folder: Path, *overrides: tuple[str, str], scale: str | None = None
) -> list[str]:
    path = folder / "bad.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputErrors) as caught:
        Scenario.load(path, overrides, scale)
    return [str(m).replace(str(folder) + os.sep, "") for m in caught.value.mistakes]


FIVE = """
requets.count = 5
linkage.tie = "sometimes"
[population]
size = -1
[requests]
coverage = 1.5
origin_mix = {honduras = 0.9}
"""


def test_five_mistakes_are_told_at_once_in_order(tmp_path: Path) -> None:
    assert mistakes(FIVE, tmp_path) == [
        "bad.toml: linkage.tie: should be 'withhold', 'first', 'all' or 'best' (got 'sometimes')",
        "bad.toml: population.size: should be greater than or equal to 1 (got -1)",
        "bad.toml: requests.coverage: is not in [0, 1] (share) (got 1.5)",
        "bad.toml: requests.origin_mix: should sum to 1, sums to 1.65 (got {'honduras': 0.9})",
        "bad.toml: requets.count: unknown key; did you mean requests.count? (got 5)",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("population.size = nan", "population.size: should be a whole number"),
        ("population.size = inf", "population.size: should be a whole number"),
        ("population.size = 0", "population.size: should be greater than or equal to 1 (got 0)"),
        ("population.size = -0.0", "population.size: should be a whole number (got -0.0)"),
        ("population.size = 1e6", "population.size: should be a whole number (got 1000000.0)"),
        ("population.size = true", "population.size: should be a whole number (got true)"),
        ('population.size = "1000"', "population.size: should be a whole number (got '1000')"),
        ("population.size = 400_000_001", "population.size: should be less than or equal to 400000000"),
        (f"population.size = {10**400}", "population.size: should be less than or equal to 400000000"),
        ("population.size = 1979-05-27", "population.size: should be a whole number"),
        ("population.size = [1, 2]", "population.size: should be a whole number (got [1, 2])"),
        ("population.size = {}", "population.size: should be a whole number (got {})"),
        ("requests.count = 999_999_999", "requests.count: should be less than or equal to 50000000"),
        ("replicates = 0", "replicates: should be greater than or equal to 1 (got 0)"),
        ("replicates = 1_000_000", "replicates: should be less than or equal to 10000 (got 1000000)"),
        ("seed = -1", "seed: should be greater than or equal to 0 (got -1)"),
        (f"seed = {2**64}", "seed: should be less than"),
        ("requests.coverage = nan", "requests.coverage: should be a finite number (got nan)"),
        ("requests.coverage = -inf", "requests.coverage: should be a finite number (got -inf)"),
        ("requests.coverage = true", "requests.coverage: should be a number (got true)"),
        ('requests.coverage = "0.5"', "requests.coverage: should be a number (got '0.5')"),
        (f"requests.coverage = {10**400}", "requests.coverage: should be a finite number"),
        ("requests.coverage = {low = 0.1}", "requests.coverage.low: requests.coverage holds one value"),
        ("requests.coverage = [0.1]", "requests.coverage: should be a number (got [0.1])"),
        ("requests.origin_mix = 0.5", "requests.origin_mix: should be a table of labelled numbers (got 0.5)"),
        (
            "requests.origin_mix = {mexica = 1}",
            "requests.origin_mix: has no label 'mexica'; did you mean mexico?",
        ),
        ("requests.origin_mix.mexico = nan", "requests.origin_mix: should be a finite number"),
        ("requests.origin_mix.mexico = 0.3", "requests.origin_mix: should sum to 1, sums to 1.05"),
        ("requests.ages = [1, 2]", "requests.ages: should be a list of 3 numbers"),
        ("requests.ages = [1, 2, 121]", "requests.ages: is not in [0, 120] (years)"),
        ("requests.ages = 4", "requests.ages: should be a list of numbers (got 4)"),
        ("noise.level = 'medium'", "noise.level: should be 'clean', 'published' or 'high' (got 'medium')"),
        ("noise.surname_typo = 0.1", "noise.surname_typo: should be a table of settings (got 0.1)"),
        ("noise = 0.1", "noise: should be a table of settings (got 0.1)"),
        (
            "noise.surname_tpyo.rate = 0.1",
            "noise.surname_tpyo.rate: unknown key; did you mean noise.surname_typo.rate?",
        ),
        ("colour = 'red'", "colour: unknown key (got 'red')"),
        ("[nowhere]", "nowhere: unknown key (got {})"),
        ("population.size.big = 5", "population.size.big: population.size holds one value"),
        ('"requests.count" = 5', "'requests.count': is not a plain key"),
        ('"" = 5', "'': is not a plain key"),
        ('"\\u202e" = 5', "'\\u202e': is not a plain key"),
        (
            "linkage.rule = 'Name Only'",
            "linkage.rule: has characters that do not belong in it (got 'Name Only')",
        ),
        ("linkage.rule = 3", "linkage.rule: should be text (got 3)"),
        ("linkage.threshold = inf", "linkage.threshold: should be a finite number (got inf)"),
        ("linkage.one_to_one = 1", "linkage.one_to_one: should be true or false (got 1)"),
        ("linkage.blocking = 'zip'", "linkage.blocking: should be a list (got 'zip')"),
        ("linkage.blocking = ['zip', 'zip']", "linkage.blocking: names a pass twice (got ['zip', 'zip'])"),
        ("linkage.blocking = ['zip+']", "linkage.blocking: has characters that do not belong in it"),
        (
            "linkage.threshold_unit = 'probability'\nlinkage.threshold = 1.5",
            "linkage.threshold: is not a probability",
        ),
        ("linkage.clerical_low = 1", "linkage.clerical_low: needs linkage.clerical_high"),
        ("linkage.clerical_low = 5\nlinkage.clerical_high = 4", "linkage.clerical_low: is above"),
        ("title = 7", "title: should be text (got 7)"),
        ("title = '" + "x" * 10_000 + "'", "title: string should have at most 2000 characters"),
        ('title = "a\\u0007b"', "title: has characters that do not belong in it (got 'a\\x07b')"),
        ("name = '../../etc'", "name: has characters that do not belong in it (got '../../etc')"),
        ("scale.large.requests.count = 5", "scale.large.requests.count: no such scale"),
        ("scale.national.seed = 5", "scale.national.seed: a scale sets only population.size, requests.count"),
        ("scale = 5", "scale: no such scale"),
        ("extends = 7", "extends: should be the name of a scenario file"),
        ("extends = ''", "extends: should be the name of a scenario file"),
        ("extends = 'bsae'", "extends: is not a shipped scenario; did you mean base? (got 'bsae')"),
        ("extends = 'missing.toml'", "extends: does not exist (got 'missing.toml')"),
        ("extends = '../base.toml'", "extends: leaves the folder of the scenario (got '../base.toml')"),
        ("extends = 'sub/../../base.toml'", "extends: leaves the folder of the scenario"),
        ("extends = '/etc/passwd.toml'", "extends: leaves the folder of the scenario"),
        ("extends = 'bad.toml'", "extends: comes back to a file that extends it (got 'bad.toml')"),
        ('extends = "a\\u0000.toml"', "extends: should be the name of a scenario file"),
    ],
)
def test_one_mistake_is_told_in_one_line(line: str, told: str, tmp_path: Path) -> None:
    found = mistakes(line, tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"bad.toml: {told}")
    assert found[0].isprintable()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"requests.count = ", "is not valid TOML"),
        (b"requests.count = 1\nrequests.count = 2", "is not valid TOML: Cannot overwrite a value"),
        (b"[requests]\ncount = 1\n[requests]\ncount = 2", "is not valid TOML"),
        (b"zip = 02134", "is not valid TOML"),
        (b'title = "caf\xe9"', "is not UTF-8 text (byte 12)"),
        ("title = 'a'".encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbftitle = 'a'", "is not valid TOML"),
        (b"title = 'a\x00b'", "is not valid TOML"),
        (b"# " + b"x" * MAX_BYTES, "is larger than 262,144 bytes"),
        (b"a = " + b"[" * 50_000, "is nested too deeply"),
        (b"a = " + b"[" * 20 + b"]" * 20, "is nested deeper than 8 levels"),
        (b".".join([b"a"] * 500) + b" = 1", "is nested deeper than 8 levels"),
        (b"seed = " + b"9" * 5_000, "holds a number with too many digits"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(text: bytes, told: str, tmp_path: Path) -> None:
    found = mistakes(text, tmp_path)
    assert len(found) == 1
    assert found[0].startswith(f"bad.toml: file: {told}")
    assert found[0].isprintable()


def test_an_empty_file_is_the_default_scenario(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_bytes(b"")
    assert Scenario.load(path).sha256() == Scenario.of().sha256()


def test_a_symlink_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.toml").write_text("seed = 9\n")
    (inside / "link.toml").symlink_to(outside / "secret.toml")
    (inside / "folder").symlink_to(outside)
    for target in ("link.toml", "folder/secret.toml"):
        assert mistakes(f"extends = '{target}'", inside)[0].startswith("bad.toml: extends: leaves the folder")


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("extends = 'bad.toml'\n")
    assert mistakes("extends = 'other.toml'", tmp_path)[0].startswith("other.toml: extends: comes back")


def test_a_long_chain_of_files_is_refused(tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / f"s{n}.toml").write_text(f"extends = 's{n + 1}.toml'\n")
    found = mistakes("extends = 's0.toml'", tmp_path)
    assert [m for m in found if "goes through more than 8 files" in m]


def test_a_mistake_is_told_of_the_file_that_made_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("seed = -5\nrequests.coverage = 7\n")
    found = mistakes("extends = 'base.toml'\nreplicates = 0", tmp_path, ("requests.count", "none"))
    assert [m.split(": ")[:2] for m in found] == [
        ["--set", "requests.count"],
        ["bad.toml", "replicates"],
        ["base.toml", "requests.coverage"],
        ["base.toml", "seed"],
    ]


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("requests.cuont", "5", "--set: requests.cuont: unknown key; did you mean requests.count? (got 5)"),
        ("extends", "x.toml", "--set: extends: belongs in a file"),
        ("scale.national.seed", "1", "--set: scale.national.seed: belongs in a file"),
        ("", "5", "--set: '': is not a key"),
        ("a b", "5", "--set: 'a b': is not a key"),
        ("requests..count", "5", "--set: 'requests..count': is not a key"),
        ("requests.count", "", "--set: requests.count: should be a whole number (got '')"),
        ("requests.coverage", "nan", "--set: requests.coverage: should be a finite number (got nan)"),
        ("requests", "5", "--set: requests: should be a table of settings (got 5)"),
    ],
)
def test_a_bad_override_is_told_as_of_set(key: str, text: str, told: str, tmp_path: Path) -> None:
    found = mistakes("", tmp_path, (key, text))
    assert len(found) == 1
    assert found[0].startswith(told)


def test_an_override_given_twice_is_refused(tmp_path: Path) -> None:
    assert mistakes("", tmp_path, ("seed", "1"), ("seed", "2")) == ["--set: seed: is set twice"]


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    assert mistakes("", tmp_path, scale="huge") == [
        "--scale: scale: should be one of preview, national (got 'huge')"
    ]


@pytest.mark.parametrize("name", ["bsae", "missing.toml", "a\0b", "", "x" * 5_000])
def test_a_file_that_is_not_there_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputErrors) as caught:
        Scenario.load(name)
    assert len(caught.value.mistakes) == 1
    assert str(caught.value).isprintable()


def test_a_folder_or_a_pipe_is_not_a_scenario(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path, tmp_path / "pipe.toml"):
        with pytest.raises(InputErrors, match=r"file: is (not a file|a folder, not a scenario)"):
            Scenario.load(path)


toml_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = """seed title extends scale parameters population population.size requests.coverage requests.origin_mix
requests.ages linkage.blocking linkage.threshold noise noise.level"""
keys = st.sampled_from(KEYS.split())


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys | st.text(max_size=8), toml_values, max_size=4))
def test_nothing_that_can_be_written_down_does_more_than_be_refused(table: dict[str, Any]) -> None:
    try:
        Scenario.of(table)
    except InputErrors as errors:
        assert errors.mistakes
        assert all(str(m).isprintable() for m in errors.mistakes)
