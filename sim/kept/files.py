"""Files of a kept registry: written whole or not at all, with a checksum a block."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim import whole_files

BLOCK = 2**20
"""Bytes under one checksum."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file must be: its size in bytes and the CRC-32 of every block of it."""

    size: int
    blocks: tuple[int, ...]

    def as_table(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return {"size": self.size, "crc32": list(self.blocks)}

    @classmethod
    def of(cls, table: dict[str, Any]) -> Self:
        """Return what `as_table` gave; raises KeyError, TypeError or ValueError for anything else."""
        return cls(int(table["size"]), tuple(int(each) for each in table["crc32"]))

    def differs(self, path: Path, blocks: Sequence[int] | None = None) -> str | None:
        """Say what is wrong with a file, None if nothing is. blocks: those to read (default: all)."""
        try:
            size = path.stat().st_size
        except OSError:
            return "is missing"
        if size != self.size:
            return f"has {size:,} bytes and should have {self.size:,}"
        with path.open("rb") as stream:
            for number in range(len(self.blocks)) if blocks is None else blocks:
                stream.seek(number * BLOCK)
                if zlib.crc32(stream.read(BLOCK)) != self.blocks[number]:
                    return f"is damaged (block {number} of {len(self.blocks)})"
        return None


class Writer:
    """A file written whole or not at all; `sums` is known when the block of `with` has ended."""

    def __init__(self, path: Path) -> None:
        self._whole = whole_files.writing(path)
        self._blocks: list[int] = []
        self._crc = self._in_block = self._size = 0

    def __enter__(self) -> Self:
        self._stream = self._whole.__enter__()
        return self

    def add(self, values: NDArray[Any]) -> None:
        """Write the bytes of an array."""
        data = memoryview(np.ascontiguousarray(values).view(np.uint8).reshape(-1).data)
        self._stream.write(data)
        self._size += len(data)
        while data:
            part = data[: BLOCK - self._in_block]
            self._crc = zlib.crc32(part, self._crc)
            self._in_block += len(part)
            data = data[len(part) :]
            if self._in_block == BLOCK:
                self._close_block()

    def _close_block(self) -> None:
        self._blocks.append(self._crc)
        self._crc = self._in_block = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._in_block:
            self._close_block()
        self._whole.__exit__(kind, error, trace)

    @property
    def sums(self) -> Sums:
        """Size and checksums of what was written."""
        return Sums(self._size, tuple(self._blocks))


def write(path: Path, values: NDArray[Any]) -> Sums:
    """Write one array as one file."""
    with Writer(path) as file:
        file.add(values)
    return file.sums
