"""The runs set beside the reported one: the same people, requests and luck, with one thing changed.

Best and worst case and two other readings of the rule. Each is a run of its own, with its own folder and ID,
so that it can be cited and verified like any other. A companion that is already on disk is not run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import VerificationError
from sim.linkage.probabilistic import NotLearntError
from sim.parameters import catalogue
from sim.progress import Progress, silent
from sim.record import identity
from sim.record.consistency import mistakes
from sim.record.reader import Run, read
from sim.record.writer import write
from sim.report.findings import Companion, Findings
from sim.scenario import Scenario
from sim.study.replicates import run as study


@dataclass(frozen=True, slots=True)
class Plan:
    """A companion to be made: its role, what differs (after "If"), and the settings that do it.

    otherwise: what is run in its place where the rule cannot be learnt from these settings.
    """

    role: str
    change: str
    settings: Mapping[str, Any]
    otherwise: Plan | None = None


def plans() -> tuple[Plan, ...]:
    """Return the companions of every citable report."""
    clean = {key: entry.at("clean") for key, entry in catalogue().items() if entry.levels}
    faultless = {"noise.level": "clean", **clean}
    learnt_otherwise = Plan(
        "best",
        "the requests hold no fault at all and name and full date of birth have to agree (from requests "
        "without a fault this run's own rule cannot be learnt)",
        {**faultless, "linkage.rule": "name_dob"},
    )
    name_only = {"linkage.rule": "name_only", "linkage.address_check": "none", "linkage.tie": "first"}
    return (
        Plan("best", "the requests hold no fault at all", faultless, learnt_otherwise),
        Plan("worst", "records are linked on first and last name alone", name_only),
        Plan(
            "rule",
            "the rule of August 2025 is applied and the supplied address has to agree",
            {"linkage.rule": "irs_2025", "linkage.address_check": "must_match"},
        ),
        Plan("rule", "name and full date of birth have to agree", {"linkage.rule": "name_dob"}),
    )


def with_companions(
    found: Findings, replicates: int | None = None, progress: Progress = silent, workers: int = 1
) -> Findings:
    """Return the findings with every companion, run now where it is not yet in the folder beside.

    replicates: populations of each companion; as many as the run's own if None.
    """
    made = [
        _made(plan, found.run, replicates or found.run.scenario.replicates, progress, workers)
        for plan in plans()
    ]
    return replace(found, companions=tuple(made))


def to_run(found: Findings, replicates: int | None = None) -> list[Scenario]:
    """Return the companions that are not on disk yet and will be run; arguments as for `with_companions`."""
    many = replicates or found.run.scenario.replicates
    asked = [scenario_of(plan, found.run, many) for plan in plans()]
    return [each for each in asked if not _there(found.run.folder.parent / run_id_of(each))]


def scenario_of(plan: Plan, run: Run, replicates: int) -> Scenario:
    """Return the scenario of a companion of a run."""
    settings = {**plan.settings, "replicates": replicates, "title": _title(run.scenario, plan)}
    return run.scenario.replace(settings)


def _made(plan: Plan, run: Run, replicates: int, progress: Progress, workers: int) -> Companion:
    try:
        folder = run_once(scenario_of(plan, run, replicates), run.folder.parent, progress, workers)
    except NotLearntError:
        if plan.otherwise is None:
            raise
        return _made(plan.otherwise, run, replicates, progress, workers)
    return Companion(plan.role, plan.change, Findings.of(folder))


def run_once(scenario: Scenario, place: Path, progress: Progress, workers: int) -> Path:
    """Return the folder of the scenario's run inside `place`, made now unless it is there undamaged."""
    folder = place / run_id_of(scenario)
    if _there(folder):
        return folder
    return write(study(scenario, progress=progress, workers=workers), place)


def run_id_of(scenario: Scenario) -> str:
    """Return the ID that a run of the scenario has with this version of the program."""
    version, tables = identity.engine_version(), identity.table_hashes()
    return identity.run_id(scenario.sha256(), scenario.seed, scenario.replicates, version, tables)


def _there(folder: Path) -> bool:
    """Whether the folder holds an undamaged run made by these very sources and libraries."""
    try:
        run: Run = read(folder)
    except VerificationError:
        return False
    same = run.manifest["environment_hash"] == identity.environment_hash(identity.environment())
    return same and not mistakes(run)


def _title(base: Scenario, plan: Plan) -> str:
    return f"{base.title or base.name}, if {plan.change}"[:2_000]
