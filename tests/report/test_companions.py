"""The runs set beside the reported one, and what stands in where one of them cannot be made."""

from __future__ import annotations

import pytest

from sim.errors import Mistake
from sim.linkage.probabilistic import NotLearntError
from sim.report import companions
from sim.report.checklist import check
from sim.report.model import build
from tests.record.standin import study
from tests.report.reports import findings


def test_where_the_rule_cannot_be_learnt_from_clean_data_another_stands_in_and_says_so(tmp_path, monkeypatch):
    found = findings(study(2, 300, settings={"linkage.rule": "probabilistic"}), tmp_path)
    asked = []

    def run_once(scenario, place, progress, workers):
        asked.append(scenario)
        if scenario.linkage.rule == "probabilistic":
            raise NotLearntError([Mistake("it", "linkage.rule", "learns no weights here")])
        return found.run.folder

    monkeypatch.setattr(companions, "run_once", run_once)
    made = companions.with_companions(found)
    best = made.companion("best")
    assert best is not None and "cannot be learnt" in best.change and "no fault at all" in best.change
    assert asked[1].linkage.rule == "name_dob" and asked[1].noise.level == "clean"
    assert [each.role for each in made.companions] == ["best", "worst", "rule", "rule"]


def test_a_rule_that_can_be_learnt_by_nobody_is_not_hidden(tmp_path, monkeypatch):
    found = findings(study(2, 300), tmp_path)

    def run_once(scenario, place, progress, workers):
        raise NotLearntError([Mistake("it", "linkage.rule", "learns no weights here")])

    monkeypatch.setattr(companions, "run_once", run_once)
    with pytest.raises(NotLearntError):
        companions.with_companions(found)
    assert check(build(found))
