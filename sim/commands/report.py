"""The commands that make a run fit to cite: report, bundle, verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.options import Populations, WorkerCount
from sim.commands.places import check_file, check_out, check_scratch
from sim.text_safety import say

if TYPE_CHECKING:
    from sim.scenario import Scenario

Switch = Annotated[bool, Parameter(negative="")]


def report(
    run: Path,
    *,
    html: Switch = False,
    pdf: Switch = False,
    docx: Switch = False,
    studies: Annotated[tuple[Path, ...], Parameter(name="--study", negative="")] = (),
    companion_replicates: Populations = None,
    workers: WorkerCount = 1,
    quiet: Switch = False,
) -> None:
    """Write the citable report of a run into its folder, with its figures.

    Best case, worst case and other rules are run beside it first, with the same seed, unless they are there.

    Args:
        run: a run folder, as `sim run` made it.
        html: write report.html (the default when no format is named).
        pdf: write report.pdf (PDF/A-3a, PDF/UA-1, manifest inside).
        docx: write report.docx.
        studies: what `sim sensitivity` kept (--out) or printed (--json) on this run's scenario; many times.
        companion_replicates: populations of each run set beside; as many as the run's own by default.
        workers: processes that share the populations.
        quiet: print the paths only.
    """
    from sim.progress import listener
    from sim.report.companions import run_id_of, to_run, with_companions
    from sim.report.findings import Findings
    from sim.report.make import FILES, FOLDER, make
    from sim.report.studies import gather

    found = Findings.of(run)
    check_out(run, [FOLDER], FILES, of="run")
    if pdf:
        check_scratch()
    if not quiet:
        say(f"{found.run.run_id}: {found.standing} (`sim verify` repeats it)", to=sys.stderr)
    if studies:
        found = found.with_study(gather(studies, found.run.scenario))
    missing = to_run(found, companion_replicates)
    if missing:
        check_out(run.absolute().parent, map(run_id_of, missing), of="run")
    if missing and not quiet:
        say(_first(missing, workers), to=sys.stderr)
    with listener(quiet) as progress:
        found = with_companions(found, companion_replicates, progress, workers)
    chosen = {name for name, wanted in (("html", html), ("pdf", pdf), ("docx", docx)) if wanted} or {"html"}
    for path in make(found, chosen):
        say(path)


def _first(missing: Sequence[Scenario], workers: int) -> str:
    """Say how many more runs a report takes, and how long, before they start."""
    from sim.progress import span
    from sim.study.estimate import estimate

    runs = "1 more scenario is" if len(missing) == 1 else f"{len(missing)} more scenarios are"
    found = estimate(missing, workers, rows=True)
    return (
        f"{runs} run first, to set beside this one ({found.populations} populations in all): about "
        f"{span(found.seconds)}, from measured speeds; expect a factor of two"
    )


def bundle(run: Path, *, out: Path | None = None) -> None:
    """Put a run, its reports and all that is needed to check it into one ZIP.

    Args:
        run: a run folder.
        out: the file to write; beside the folder, named by the run, by default.
    """
    from sim.record.bundle import bundle as make

    if out is not None:
        check_file(out)
    elif run.is_dir():
        check_out(run.absolute().parent, of="run")
    say(make(run, out))


def verify(
    bundle: Path,
    *,
    replicates: Populations = None,
    workers: WorkerCount = 1,
    yes: Switch = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    quiet: Switch = False,
) -> int:
    """Check a bundle or run folder, run it again, and say whether the same numbers come out.

    The verdict is identical (exit 0), different (exit 1, and why), or not repeated exactly because another
    environment is claimed (exit 4, with both numbers, how far they are apart, and how likely by luck).

    Args:
        bundle: the ZIP made by `sim bundle`, or a run folder.
        replicates: run only so many populations again; all by default.
        workers: processes that share the populations.
        yes: run it again even if that takes more than half an hour or more than 200 million people.
        as_json: print for machines.
        quiet: show no progress and no estimate.
    """
    from sim.progress import listener
    from sim.record.verify import Asked
    from sim.record.verify import verify as check
    from sim.report.again import made_again

    def tell(text: str) -> None:
        if not quiet:
            say(text, to=sys.stderr)

    if not bundle.is_dir():
        check_scratch()
    with listener(quiet) as progress:
        asked = Asked(replicates, progress, workers, agreed=yes, reports=made_again, tell=tell)
        verdict = check(bundle, asked)
    if as_json:
        told: dict[str, Any] = {
            "run": verdict.run_id,
            "verdict": verdict.word,
            "exit": verdict.exit,
            "reasons": list(verdict.reasons),
            "checked": list(verdict.checked),
            "not_checked": list(verdict.unchecked),
        }
        say(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        say(verdict.text())
    return verdict.exit
