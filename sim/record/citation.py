"""How a run is cited: a Bluebook-style proposal, BibTeX and CSL-JSON, and CITATION.cff read back.

The Bluebook (22nd ed.) has no rule for software; rule 18 on internet sources is followed: author, title,
date, address, archived copy. The strings are proposals for the person who cites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

NAME = "Linkage Error Simulator"
AUTHOR = "the Linkage Error Simulator contributors"
ADDRESS = "<URL>"
ARCHIVE = "<archive URL>"
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited: a run of a version, on a day, with its result hash."""

    run_id: str
    version: str
    day: date
    result_hash: str
    replicates: int
    title: str
    basis: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, Any], basis: str = "") -> Citation:
        """Return the citation of a run from its manifest. basis: rule and size (`sim.outcome.basis`)."""
        return cls(
            run_id=manifest["run_id"],
            version=manifest["engine"]["version"],
            day=date.fromisoformat(manifest["created"][:10]),
            result_hash=manifest["result_hash"],
            replicates=manifest["replicates"],
            title=manifest["scenario"]["title"],
            basis=basis,
        )

    @property
    def _rests(self) -> str:
        return f"{self.basis}; " if self.basis else ""

    def bluebook(self) -> str:
        """Return a proposal in the manner of Bluebook rule 18, with two addresses to be filled in."""
        month = _MONTHS[self.day.month - 1]
        populations = (
            "1 simulated population" if self.replicates == 1 else f"{self.replicates} simulated populations"
        )
        return (
            f"{NAME} v{self.version}, Run {self.run_id} ({month} {self.day.day}, {self.day.year}), "
            f"{ADDRESS} [{ARCHIVE}] (SHA-256 of results {self.result_hash}; synthetic data; "
            f"{self._rests}{populations}; model assumptions at § 7)."
        )

    def bibtex(self) -> str:
        """Return a BibTeX entry of type @software."""
        title = _latex(f"{NAME}, run {self.run_id}: {self.title}")
        return (
            f"@software{{linkage_error_simulator_{self.run_id.replace('-', '_')},\n"
            f"  author  = {{{{{AUTHOR}}}}},\n"
            f"  title   = {{{{{title}}}}},\n"
            f"  version = {{{self.version}}},\n"
            f"  date    = {{{self.day.isoformat()}}},\n"
            f"  year    = {{{self.day.year}}},\n"
            "  url     = {},\n"
            f"  note    = {{Simulation on synthetic data; {_latex(self._rests)}"
            f"SHA-256 of results {self.result_hash}}}\n"
            "}\n"
        )

    def csl(self) -> str:
        """Return a CSL-JSON array with one item."""
        item = {
            "id": self.run_id,
            "type": "software",
            "title": f"{NAME}, run {self.run_id}: {self.title}",
            "author": [{"literal": AUTHOR}],
            "version": self.version,
            "issued": {"date-parts": [[self.day.year, self.day.month, self.day.day]]},
            "URL": "",
            "note": f"Simulation on synthetic data; {self._rests}SHA-256 of results {self.result_hash}",
        }
        return json.dumps([item], indent=2, ensure_ascii=False) + "\n"


_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _latex(text: str) -> str:
    """Return `text` with the characters that BibTeX and LaTeX act on escaped; line ends become spaces."""
    one_line = " ".join(text.split())
    return "".join(_LATEX.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in one_line)


_CFF = """cff-version: 1.2.0
message: "If you cite a number made with this software, cite the software and the run that made it."
type: software
title: "{name}"
abstract: >-
  Measures how often bulk address disclosure hands over the wrong person's address. A synthetic
  population with published distributions of names, ages, places and households, a request list with
  realistic faults and a matching rule give error rates counted against known truth.
version: {version}
license: MIT
authors:
  - name: "{author}"
keywords:
  - record linkage
  - simulation
  - synthetic population
  - privacy
"""


def cff(version: str) -> str:
    """Return CITATION.cff (format 1.2.0) of a version; a test holds the repository's equal to it."""
    return _CFF.format(name=NAME, version=version, author=AUTHOR)
