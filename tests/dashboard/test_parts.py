"""What pages are made of, without Streamlit's run."""

from __future__ import annotations

import itertools
import shlex
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.charts import Figure, Rows, Source
from sim.dashboard import cases, compared, controls, jobs, links, live, show, state, swept, vary, words
from sim.errors import FileErrors, Mistake
from sim.scenario_files import presets, value_of


def test_a_link_read_back_is_the_same_question() -> None:
    changes = {
        "requests.coverage": 0.25,
        "linkage.tie": "first",
        "population.size": 20_000,
        "noise.level": "high",
    }
    scenario = state.asked("name-only", changes)
    address = links.link("http://127.0.0.1:8501/", "name-only", changes, scenario)
    name, read, notes = links.read(parse_qs(urlsplit(address).query))
    assert (name, read, notes) == ("name-only", changes, [])


def test_a_link_of_other_numbers_says_that_it_means_something_else_here() -> None:
    _, _, notes = links.read({"preset": ["name-only"], "h": ["0" * 12], "v": ["0.0.1"]})
    assert len(notes) == 1
    assert "0.0.1" in notes[0]


@pytest.mark.parametrize(
    "bad",
    [
        "requests.coverage=NaN",
        "requests.coverage=1e309",
        "requests.coverage=true",
        "requests.coverage",
        "requests.count=-5",
        "requests.count=2.5",
        "population.size=9999999999",
        "seed=" + "9" * 5000,
        "linkage.rule=drop table",
        "noise.level=🙂",
        "title=<script>",
        "extends='../x'",
        "=",
    ],
)
def test_a_bad_value_in_a_link_is_refused_and_told(bad: str) -> None:
    name, changes, notes = links.read({"preset": ["name-only"], "set": [bad]})
    assert name == "name-only"
    assert changes == {}
    assert len(notes) == 1


@given(
    st.dictionaries(
        st.sampled_from([*links.KNOWN, "x"]),
        st.lists(st.text(max_size=40), min_size=1, max_size=3),
        max_size=4,
    )
)
def test_no_link_whatever_breaks_the_page_or_leaves_an_unanswerable_question(
    asked: dict[str, list[str]],
) -> None:
    name, changes, _ = links.read(asked)
    assert state.asked(name, changes).sha256()


def test_the_command_line_and_python_of_a_question_mean_that_question() -> None:
    changes = {
        "requests.coverage": 0.25,
        "requests.origin_mix": state.preset("name-only").table("requests.origin_mix"),
    }
    words = shlex.split(links.command("name-only", changes, 20).replace("\\\n", " "))
    pairs = [words[i + 1].partition("=") for i, word in enumerate(words) if word == "--set"]
    read = {key: value_of(value) for key, _, value in pairs}
    assert state.asked("name-only", read).sha256() == state.asked("name-only", changes).sha256()
    compile(links.snippet("name-only", changes, 20), "snippet", "exec")


def test_characters_that_differ_are_marked_and_all_others_are_not() -> None:
    assert cases.marked("GARCIA", "GARCIA") == "GARCIA"
    assert cases.marked("GARCIA", "GARZIA") == "GAR<mark>Z</mark>IA"
    assert cases.marked("", "GARCIA") == "GARCIA"


def test_markup_in_a_name_is_shown_and_not_run() -> None:
    shown = cases.side_by_side(
        {
            "request": 1,
            "fields": [{"label": "Last name", "asked": "<script>", "on_file": "<b>x", "compared": None}],
        }
    )
    assert "<script>" not in shown
    assert "<b>" not in shown


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1-1", "@SUM(A1)"])
def test_a_table_leaves_no_formula_for_a_spreadsheet(formula: str) -> None:
    source = Source("r-000000000000", "2026-01-01", 1, "95 %")
    drawn = Figure("x", None, "t", "s", "a", Rows(("A",), ((formula,), (-1.5,))), source)
    lines = show.csv_of(drawn).decode().splitlines()
    assert "SYNTHETIC" in lines[0]
    assert lines[2] == f"'{formula}"
    assert lines[3] == "-1.5"


def test_shares_are_scaled_to_add_up() -> None:
    assert controls.scaled({"a": 1.0, "b": 3.0}, 1.0) == {"a": 0.25, "b": 0.75}
    assert controls.scaled({"a": 0.0, "b": 0.0}, 1.0) == {"a": 0.0, "b": 0.0}
    assert controls.scaled({"a": 2.0}, None) == {"a": 2.0}


def test_every_kind_of_noise_has_a_control_and_every_number_its_source() -> None:
    entries = controls.noise_rates()
    assert len(entries) > 20
    assert all(
        each.source in controls.about(each).replace("\\", "") or "<" in each.source for each in entries
    )


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_as_it_comes_is_answered_while_you_wait(name: str) -> None:
    assert live.small_enough(state.preset(name))


def test_a_court_s_count_stands_only_beside_the_rule_it_is_of() -> None:
    for name in presets():
        scenario = state.preset(name)
        belongs = scenario.linkage.rule == "irs_2025" and scenario.linkage.address_check != "must_match"
        assert ("42,695" in str(words.four(scenario))) is belongs


def test_a_full_run_says_how_many_populations_are_done_while_a_search_is_under_way(tmp_path: Path) -> None:
    lines = ("Populations: 3 of 20 (took 9 s, 51 s left)", "link: 5 of 10 (1 GB)")
    (tmp_path / "messages.txt").write_text("\n".join(lines))
    share, told = jobs.Job(None, SimpleNamespace(path=tmp_path), None, "x").progress()  # type: ignore[arg-type]
    assert share == pytest.approx(3.5 / 20)
    assert told.startswith("Populations: 3 of 20, took 9 s, 51 s left; now link: 5 of 10")


def test_a_preset_differs_from_itself_in_nothing() -> None:
    for name in presets():
        assert state.differences(state.preset(name), state.preset(name)) == {}


def test_a_run_is_only_found_by_a_run_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "r-0123456789ab").mkdir(parents=True)
    (tmp_path / "runs" / "r-0123456789ab" / "manifest.json").write_text("{}")
    assert state.find_run("r-0123456789ab") is not None
    for name in ("../runs/r-0123456789ab", "r-0123456789AB", "r-0123456789ab/..", "", "r-ffffffffffff"):
        assert state.find_run(name) is None


def test_a_new_parameter_has_its_control_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(controls.catalogue())
    twin = known["noise.given_nickname.rate"].model_copy(update={"key": "noise.brand_new.rate"})
    monkeypatch.setattr(controls, "catalogue", lambda: known | {twin.key: twin})
    assert controls.noise_rates()[-1] is twin
    monkeypatch.setattr(vary, "catalogue", lambda: known | {twin.key: twin})
    assert vary.numbers()[-1] == twin.key


def test_a_sweep_of_ones_own_starts_from_what_is_likely_not_from_what_is_possible():
    assert vary.plausible()["noise.tin_borrowed.rate"] == (0.0, 0.1)
    assert vary.catalogue()["noise.tin_borrowed.rate"].range == (0.0, 1.0)
    for key, (low, high) in vary.plausible().items():
        least, most = vary.catalogue()[key].range
        assert least <= low < high <= most


def test_python_as_it_is_shown_runs_and_answers(capsys: pytest.CaptureFixture[str]) -> None:
    changes = {"population.size": 3_000, "requests.count": 300, "noise.level": "clean"}
    exec(links.snippet("name-only", changes, 1), {})
    assert "addresses disclosed" in capsys.readouterr().out


def _swept(*keys: str) -> pl.DataFrame:
    cells = [dict(zip(keys, cell, strict=True)) for cell in itertools.product((1.0, 2.0, 3.0), ("a", "b"))]
    return pl.DataFrame(cells).with_columns(value=pl.lit(5.0), low=pl.lit(1.0), high=pl.lit(9.0))


def test_a_sweep_is_drawn_along_its_number_with_a_line_for_each_other_setting() -> None:
    key, lines = swept.drawn_along(
        _swept("requests.coverage", "linkage.rule"), ["requests.coverage", "linkage.rule"]
    )
    assert key == "requests.coverage"
    assert list(lines) == ["a", "b"]
    assert [point.at for point in lines["a"]] == [1.0, 2.0, 3.0]


def test_settings_that_move_together_with_the_number_name_no_line() -> None:
    cells = _swept("requests.coverage", "linkage.rule").filter(pl.col("linkage.rule") == "a")
    both = cells.with_columns((pl.col("requests.coverage") / 10).alias("requests.tin_share"))
    _, lines = swept.drawn_along(both, ["requests.coverage", "requests.tin_share"])
    assert list(lines) == [""]


def test_a_sweep_of_words_only_has_a_table_and_no_figure() -> None:
    assert swept.drawn_along(_swept("requests.coverage", "linkage.rule"), ["linkage.rule"]) is None


def test_a_case_says_what_nobody_looked_at_and_that_there_is_no_record() -> None:
    fields = [{"label": "Last name", "weight": 1.0}, {"label": "Street", "weight": None}]
    told = cases.told({"fields": fields, "requested_person_absent": True})
    assert told.startswith("**Linked on** Last name. **Not looked at:** Street.")
    assert told.endswith("not in the registry at all.")


@pytest.mark.parametrize(
    ("runs", "pair"),
    [
        ([(1, 5, "a"), (1, 1, "a"), (1, 5, "a")], (2, 0)),
        ([(7, 1, "a"), (1, 5, "a"), (1, 5, "a")], (2, 1)),
        ([(1, 5, "a"), (2, 5, "a"), (1, 5, "b"), (1, 5, "a")], (3, 0)),
        ([None, (1, 5, "a"), (1, 5, "a")], (2, 1)),
        ([(1, 5, "a"), (2, 5, "a")], (1, 0)),
        ([None, None], (1, 0)),
    ],
)
def test_comparison_begins_with_the_newest_two_runs_that_can_be_paired(
    runs: list[tuple[int, int, str] | None], pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(folder: Path) -> SimpleNamespace:
        told = runs[int(folder.name)]
        if told is None:
            raise FileErrors([Mistake("manifest.json", "seed", "is missing")])
        manifest = {"seed": told[0], "replicates": told[1], "engine": {"version": told[2]}}
        return SimpleNamespace(manifest=manifest)

    monkeypatch.setattr(compared, "read", read)
    folders = {f"{number}": Path(f"{number}") for number in range(len(runs))}
    assert compared.partners(folders) == tuple(map(str, pair))
