"""What a report in a bundle says: its numbers, its words, its pictures, and those of another version."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.outcome.rates import HEADLINE, rounded
from sim.record.bundle import bundle
from sim.record.reader import read
from sim.record.safe_zip import unpack
from sim.record.verify import DIFFERENT, IDENTICAL, OTHER, Asked, Verdict, verify
from sim.record.wording import says, significant_digits
from sim.record.writer import write
from sim.report.again import made_again
from sim.report.findings import Findings
from sim.report.html import write as write_page
from tests.record.forging import claim_another_environment, edit_manifest, put, settle, sums
from tests.record.standin import study
from tests.record.test_bundle_and_verify import quick

__all__ = ["quick"]

Change = Callable[[str], str]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of a run with its short report."""
    folder = write(study(4, 400), tmp_path_factory.mktemp("reported"))
    write_page(folder)
    return bundle(folder, folder.parent / "reported.zip")


def opened(reported: Path, place: Path, claim: Callable[[Path], None] | None = None) -> Path:
    """Return the unpacked bundle, all of it as one that claims another environment or version would be."""
    folder = unpack(reported, place)
    if claim is not None:
        claim(folder)
        settle(folder)
    return folder


def another_version(folder: Path) -> None:
    edit_manifest(folder, engine={"name": "linkage-error-simulator", "version": "9.9.9"})


def judged(folder: Path, change: Change, name: str = "report.html", **asked: int) -> Verdict:
    """Return the verdict on a bundle of which one file was changed and every sum made right."""
    before = (folder / name).read_text("utf-8")
    put(folder / name, change(before))
    assert (folder / name).read_text("utf-8") != before
    sums(folder)
    return verify(folder, Asked(reports=made_again, **asked))


def headline(page: str) -> str:
    found = re.search(r"([\d.]+) per 1,000 addresses disclosed", page)
    assert found is not None
    return found[1]


def test_a_sentence_that_differs_is_different_and_told_apart_from_numbers(reported, quick, tmp_path):
    folder = opened(reported, tmp_path)
    verdict = judged(folder, lambda page: page.replace("addresses disclosed", "addresses shown", 1))
    assert (verdict.word, len(verdict.reasons)) == (DIFFERENT, 1)
    said = (
        r"report\.html: the words differ from those this version writes \(line \d+\); every number in digits"
    )
    assert re.fullmatch(rf"{said} in it is that of the rerun", verdict.reasons[0]), verdict.text()
    assert any("repeated: 4 of 4" in each for each in verdict.checked)
    put(folder / "report.html", (folder / "report.html").read_text("utf-8") + "\n")
    sums(folder)
    assert "is that of its rows" in verify(folder, Asked(replicates=2, reports=made_again)).reasons[0]


def test_words_of_what_a_bundle_makes_itself_are_told_apart_too(reported, quick, tmp_path):
    verdict = judged(opened(reported, tmp_path), lambda text: text.replace("How to", "Why to"), "VERIFY.txt")
    assert verdict.word == DIFFERENT and "VERIFY.txt: the words differ" in verdict.reasons[0]
    folder = opened(reported, tmp_path / "more")
    verdict = judged(folder, lambda text: text.replace("exit code 1", "exit code 0"), "VERIFY.txt")
    assert verdict.reasons == (
        "VERIFY.txt: the whole: is not what the manifest of this run gives (0 (line 18))",
    )


@pytest.mark.parametrize("digits", ["284", "&#50;84", "２８４"])
def test_a_number_that_differs_is_named_with_its_line(reported, quick, tmp_path, digits):
    folder = opened(reported, tmp_path)
    verdict = judged(folder, lambda page: page.replace(f">{headline(page)} ", f">{digits} ").replace(
        f"{headline(page)} per 1,000", f"{digits} per 1,000", 1))  # fmt: skip
    assert verdict.word == DIFFERENT
    assert (
        "is not what the numbers of this run give (" in verdict.reasons[0]
        and "284 (line " in verdict.reasons[0]
    )


def test_a_drawing_that_differs_is_no_matter_of_words(reported, quick, tmp_path):
    folder = opened(reported, tmp_path)
    verdict = judged(folder, lambda page: page.replace("<path", "<path opacity='0'", 1))
    assert verdict.reasons == (
        "report.html: the whole: is not what the numbers of this run give (its pictures)",
    )


def test_of_another_environment_what_is_written_in_pictures_is_compared(reported, quick, tmp_path):
    def drawn(number: int, change: Change) -> Verdict:
        return judged(opened(reported, tmp_path / str(number), claim_another_environment), change)

    verdict = drawn(1, lambda page: page.replace("<path", "<path opacity='0'", 1))
    assert verdict.word == OTHER and len(verdict.reasons) == 1
    assert any(each.startswith("report.html: the drawings in it") for each in verdict.unchecked)
    verdict = drawn(2, lambda page: re.sub(r"(<text[^>]*>)[^<]+", r"\g<1>920 of 1", page, count=1))
    assert verdict.word == OTHER
    assert (
        verdict.reasons[1].startswith("report.html: its pictures say other words")
        and "920" in verdict.reasons[1]
    )
    verdict = drawn(3, lambda page: page.replace("</svg>", "<image href='data:,'/></svg>", 1))
    assert verdict.word == DIFFERENT and "(image in its pictures)" in verdict.reasons[0]
    verdict = drawn(4, lambda page: page.replace("<svg", "<svg><text>920</text></svg><svg", 1))
    assert verdict.word == DIFFERENT


def test_of_another_version_every_number_of_the_page_is_compared_and_the_rest_said(reported, quick, tmp_path):
    verdict = judged(opened(reported, tmp_path, another_version), lambda page: page.replace("shown", "seen"))
    assert verdict.word == OTHER and len(verdict.reasons) == 1
    (told,) = [each for each in verdict.checked if each.startswith("report.html: ")]
    found = re.fullmatch(r"report\.html: ([\d,]+) of ([\d,]+) numbers, which this version writes too", told)
    assert found is not None and found[1] == found[2]
    assert any("report.html: its words and drawings" in each for each in verdict.unchecked)


def test_of_another_version_a_number_that_nothing_gives_is_told(reported, quick, tmp_path):
    def once(page: str) -> str:
        return page.replace(f"{headline(page)} per 1,000", "284 per 1,000", 1)

    verdict = judged(opened(reported, tmp_path, another_version), once)
    assert verdict.word == OTHER
    assert re.match(r"report\.html: 1 of [\d,]+: 284 \(line \d+\): is not a number", verdict.reasons[1])


def test_a_page_that_nowhere_says_the_headline_of_its_rows_is_different_whatever_is_claimed(
    reported, quick, tmp_path
):
    folder = opened(reported, tmp_path, another_version)
    rate = Findings(read(folder)).rates[HEADLINE]
    shown = rounded(rate.value, rate.mcse)

    digits = min(2, significant_digits(shown))

    def other(number: re.Match[str]) -> str:
        return "2,840" if says(rate.value, number[0], digits) else number[0]

    def nowhere(page: str) -> str:
        return re.sub(r"\d+(?:[.,]\d+)*", other, page)

    verdict = judged(folder, nowhere)
    assert verdict.word == DIFFERENT, verdict.text()
    told = f"report.html: the whole: nowhere says the headline of its own rows ({shown} per 1,000)"
    assert verdict.reasons == (told,)


def test_an_untouched_bundle_of_another_version_gives_no_reason_but_the_version(reported, quick, tmp_path):
    folder = opened(reported, tmp_path, another_version)
    verdict = verify(folder, Asked(reports=made_again))
    assert verdict.word == OTHER and len(verdict.reasons) == 1
    assert verify(reported, Asked(reports=made_again)).word == IDENTICAL
