"""The command `sim`, also as `python -m sim`: it listens for signals before it imports what takes time."""

from __future__ import annotations

import sys

from sim import ending
from sim.text_safety import say


def main() -> None:
    """Do what the command line says; ended by a signal at any moment, say so in a line."""
    try:
        ending.listen(_tell)
        from sim.cli import main as command  # noqa: PLC0415 - takes longer than all before it

        command()
    except KeyboardInterrupt as error:
        line, code = ending.told(error)
        _tell(line)
        ending.leave(code)


def _tell(line: str) -> None:
    say(line, to=sys.stderr)


if __name__ == "__main__":
    main()
