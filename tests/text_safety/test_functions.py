"""What each function makes of text that would rather be something else."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import text_safety
from sim.record.rows import csv_text
from sim.study.tables import csv_of

HIDDEN = (
    "\u200b\u200e\u200f\u061c\u202a\u202e\u2066\u2069\u2028\u2060\ufeff\u00ad\u3164\U000e0041\ud800"
    "\x00\x1b\x9b\x7f"
)


@given(st.text())
def test_cleaned_text_has_no_control_or_override_characters(text):
    clean = text_safety.without_controls(text)
    assert not {c for c in clean if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")} - {"\n"}
    assert not set(clean) & set(HIDDEN)
    assert text_safety.without_controls(clean) == clean
    assert "\n" not in text_safety.one_line(text)


def test_joiners_stay_where_a_script_needs_them_and_accents_do_not_pile_up():
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert text_safety.without_controls(persian) == persian
    assert text_safety.without_controls("GAR\u200dCIA") == "GARCIA"
    assert len(text_safety.without_controls("e" + "\u0301" * 50)) == 5


@given(st.text())
def test_nothing_reaches_a_terminal_that_moves_a_cursor_or_hides(text):
    shown = text_safety.for_terminal(text)
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")} - {"\n", "\t"}
    assert not set(shown) & set(HIDDEN)
    written = json.dumps({"title": text}, ensure_ascii=False)
    assert json.loads(text_safety.for_terminal(written)) == {"title": text}


@pytest.mark.parametrize(
    "text", ["\x1b]8;;http://x\x07here", "\x1b[2J", "\x9b2J", "a\rb", "\x08\x08ok", "\u202etxt"]
)
def test_a_terminal_sequence_is_spelt_out(text):
    assert re.search(r"\\u[0-9a-f]{4}", text_safety.for_terminal(text))
    assert "\x1b" not in text_safety.for_terminal(text)


@pytest.mark.parametrize(
    "cell",
    ['=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "  =1", "\uff1d1", "|cmd", "\r=1", "-1\n", "\n-1",
     "-1 apples", "+", "%0A", "\xa0=1"],
)  # fmt: skip
def test_what_begins_like_a_formula_gets_an_apostrophe(cell):
    assert text_safety.for_spreadsheet(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["\u200b=1", "\ufeff=1", "\x00=1", "\u202e=1"])
def test_an_invisible_character_hides_no_formula(cell):
    assert text_safety.for_spreadsheet(cell) == "'=1"


@pytest.mark.parametrize("cell", ["a;=1+1", 'a;"=1', "a\t@x", "a\n=1", "a; +x", "1;-2"])
def test_no_formula_stands_behind_a_separator_of_another_country(cell):
    assert not re.search(r'[;\t\r\n]"*\s*[=+\-@]', str(text_safety.for_spreadsheet(cell)))


@pytest.mark.parametrize("cell", ["-3.5", "+1e9", "plain", "", 7, None, -1.5, "O'Brien", "a - b", "x=1"])
def test_numbers_and_plain_words_stay_as_they_are(cell):
    assert text_safety.for_spreadsheet(cell) == cell


def test_a_csv_holds_no_cell_that_a_spreadsheet_would_run():
    frame = pl.DataFrame(
        {"name": ["=1+1", "ok", 'a "quoted", cell'], "=head": [1, -2, 3], "x": [-0.5, 1e-9, None]}
    )
    text = csv_text(frame.drop("x"))
    assert text.splitlines() == ["name,'=head", "'=1+1,1", "ok,-2", '"a ""quoted"", cell",3']
    read = list(csv.reader(io.StringIO(csv_of(frame))))
    assert [row[:2] for row in read] == [
        ["name", "'=head"],
        ["'=1+1", "1"],
        ["ok", "-2"],
        ['a "quoted", cell', "3"],
    ]
    assert [float(row[2]) for row in read[1:3]] == [-0.5, 1e-9]


def test_a_table_without_hostile_text_is_written_as_polars_writes_it():
    frame = pl.DataFrame(
        {"a": [1e-7, 1e20, -3.0, None], "b": [True, False, None, True], "c": ["x", None, "", "y z"]}
    )
    assert csv_of(frame) == frame.write_csv()


@given(st.text())
def test_a_word_on_a_page_begins_no_line_and_keeps_no_mark_of_markdowns(text):
    shown = text_safety.md(f"a {text}")
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>#!|~$&^]", shown)
    assert not re.search(r":\w|@\w|www\.|--|->", shown)


def test_a_message_of_many_lines_stays_one_line_of_a_page():
    assert text_safety.md("one\n# two\r\n- three\u2028four") == "one \\# two - threefour"


@given(st.text())
def test_html_text_has_no_tag_and_ends_no_attribute(text):
    assert not set(text_safety.for_html(text)) & set("<>\"'")


@given(st.text(max_size=300))
def test_a_file_name_is_one_name_everywhere(text):
    name = text_safety.for_file_name(text)
    assert 0 < len(name.encode()) <= 100
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert name[0] not in ".- " and name[-1] not in ". "
    assert text_safety.for_file_name(name) == name or len(name.encode()) > 92


@pytest.mark.parametrize(
    "text",
    ["..", "...", "../../etc", "/etc/passwd", "\\\\host\\x", "C:\\x", "con", "NUL.txt", "aux .x", "LPT9",
     "com¹", "a.", " a", "-rf",
     ".ssh", "a\x00b", "a\nb", "x" * 300, "\u202egpj.exe", "", "~", "a:b", "*", "$HOME", "`id`", "%PATH%"],
)  # fmt: skip
def test_a_name_that_is_a_path_or_reserved_or_hidden_is_changed_and_told_apart(text):
    name = text_safety.for_file_name(text)
    assert name != text
    assert re.search(r"-[0-9a-f]{6}$", name)
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)([ .].*)?", name)


@pytest.mark.parametrize(
    "text", ["address-quality", "my sweep", "Übersicht 2", "a.b", "r-0123456789ab", "x (2)"]
)
def test_a_plain_name_stays(text):
    assert text_safety.for_file_name(text) == text


def test_two_names_that_are_unfit_alike_stay_two():
    assert text_safety.for_file_name("a/b") != text_safety.for_file_name("a\\b")
