"""The handbook of the noise model says what the code does."""

from __future__ import annotations

import re

import pytest

from sim.noise import NOISES, document
from sim.noise.gallery import people


def test_the_handbook_is_up_to_date() -> None:
    text = document.handbook().read_text(encoding="utf-8")
    assert document.updated(text) == text, "run python -m sim.noise.document"


def test_every_kind_is_told_in_five_parts_with_an_example() -> None:
    sections = document.generated().split("\n## ")
    for entry in NOISES:
        (section,) = (part for part in sections if part.startswith(f"{entry.kind}\n"))
        for part in (
            "**Why.**",
            "**What it does.**",
            "**Parameters.**",
            "**Default and source.**",
            "**Not modelled.**",
        ):
            assert part in section
        assert re.search(r"\| --- \| --- \| --- \|\n\| \w+ \| ", section), "no example of before and after"
        assert entry.effect.does and entry.why.endswith(".")


def test_no_nine_digit_number_stands_whole_in_the_handbook() -> None:
    whole = {
        str(number)
        for column in ("tin", "mate_tin", "namesake_tin", "unfiled_tin", "donor_tin")
        for number in people()[column]
    }
    text = document.generated()
    assert not any(number in text for number in whole)
    assert not re.search(r"(?<!\d)\d{9}(?!\d)", text)


def test_a_handbook_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lost the marks"):
        document.updated("# nothing")


def test_the_command_reports_a_stale_handbook_and_mends_it(tmp_path, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "model_noise.md"
    page.write_text(f"prose\n{document.BEGIN}\nstale words\n{document.END}\nmore\n", encoding="utf-8")
    monkeypatch.setattr(document, "handbook", lambda: page)
    assert document.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert document.main([]) == 0
    assert document.main(["--check"]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("prose\n") and text.endswith("\nmore\n") and "stale words" not in text
