"""Commands for registries kept on disk: keep one, list them, check or remove one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sim.commands.options import ThreadCount
from sim.commands.places import check_out
from sim.commands.run import DEFAULT, Sets, Switch, load
from sim.errors import InputErrors, Mistake
from sim.text_safety import one_line, say

if TYPE_CHECKING:
    from sim.kept.shelf import Kept

KEPT = Path("runs/kept")
AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def keep(
    scenario: str = DEFAULT,
    *,
    sets: Sets = (),
    seed: str | None = None,
    scale: str | None = None,
    out: Path = KEPT,
    workers: ThreadCount = 2,
    dry_run: Switch = False,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> None:
    """Keep a scenario's registry on disk, so that the dashboard answers at its size while you wait.

    Stopped, it goes on where it was when called again.

    Args:
        scenario: a scenario file, or the name of one that comes ready.
        sets: KEY=VALUE, one setting changed, e.g. --set population.size=20000000; may be given many times.
        seed: master seed.
        scale: preview or national; sets the sizes (see configs/scales.toml).
        out: folder in which the registry's own folder is made.
        workers: threads that make people.
        dry_run: say what time, disk and memory it should take, and do nothing.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    asked = load(scenario, sets, seed=seed, scale=scale)
    check_out(out)

    from sim.kept import estimate
    from sim.kept.world import BUILDING, World

    name = World.of(asked, 0).name
    check_out(out, [name, f"{name}{BUILDING}"])
    expected = estimate.needs(asked.population.size, workers)
    if dry_run:
        estimate.refuse(expected, out)
        say(f"{expected.words()} (from measured speeds; expect a factor of two)")
        return
    from sim.kept.build import build
    from sim.kept.world import Manifest
    from sim.progress import listener

    with listener(quiet) as progress:
        folder = build(asked, out, workers=workers, progress=progress)
    made = Manifest.read(folder)
    if as_json:
        told = {"synthetic": True, "kept": folder.name, "folder": str(folder), "people": made.world.people,
                "bytes": made.bytes, "seconds": made.seconds}  # fmt: skip
        say(json.dumps(told, indent=2))
        return
    say(f"SYNTHETIC DATA. {made.world.people:,} taxpayers kept in {made.bytes / 1e9:.2f} GB: {folder}")


def kept(
    *,
    out: Path = KEPT,
    check: str | None = None,
    remove: str | None = None,
    as_json: AsJson = False,
) -> None:
    """List the registries kept on disk; check or remove one.

    Args:
        out: folder in which they are.
        check: name of a registry, w-...: read all of it and say whether it is as it was written.
        remove: name of a registry, w-...: delete it, whole or half built.
        as_json: print for machines.
    """
    from sim.kept import shelf

    if out.exists() and not out.is_dir():
        raise InputErrors([Mistake("command line", "--out", f"is a file, not a folder (got '{out}')")])
    if remove is not None:
        freed = shelf.remove(out, remove)
        say(f"removed {remove}: {freed / 1e9:.2f} GB")
        return
    if check is not None:
        read = shelf.check(out, check)
        say(f"{check}: {read:,} bytes, every one as it was written")
        return
    found = shelf.listed(out)
    if as_json:
        say(json.dumps([each.as_table() for each in found], indent=2, ensure_ascii=False))
        return
    say("\n".join(map(_line, found)) or f"no registry is kept in {out}")


def _line(each: Kept) -> str:
    size = f"{each.bytes / 1e9:8.2f} GB"
    if each.manifest is None:
        return f"{each.name}  {size}  {each.state}"
    of, state = each.manifest, "" if each.state == "whole" else f" ({each.state})"
    return f"{each.name}  {size}  {of.world.people:>11,} taxpayers  {of.made}  {one_line(of.title)}{state}"
