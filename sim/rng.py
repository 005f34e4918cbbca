"""One seed, many independent generators, each found by name.

Every draw in the program comes from a generator made here. A generator is named by what it draws (its
*purpose*), the replicate, and the chunk of the registry it serves. The name alone decides the numbers, so
they depend neither on the order in which generators are made nor on how many workers make them, and adding
a purpose moves nobody else's draws. Two scenarios that share a seed share people and luck (common random
numbers; Glasserman and Yao 1992).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

_ROOT = b"linkage-error-simulator/streams/1\0"


@dataclass(frozen=True, slots=True)
class Streams:
    """The named generators of one replicate.

    seed: master seed of the study, 0 <= seed < 2**64.  replicate: number of the replicate, from 0.
    """

    seed: int
    replicate: int = 0

    def generator(self, purpose: str, chunk: int = 0) -> np.random.Generator:
        """Return the generator of `purpose` for `chunk`; the same name always starts the same sequence."""
        return np.random.Generator(np.random.PCG64DXSM(self._sequence(purpose, chunk)))

    def integer(self, purpose: str, chunk: int = 0) -> int:
        """Return one fixed 64-bit integer for `purpose`, for keys of permutations and hashes."""
        return int(self._sequence(purpose, chunk).generate_state(1, np.uint64)[0])

    def _sequence(self, purpose: str, chunk: int) -> np.random.SeedSequence:
        digest = hashlib.sha256(_ROOT + purpose.encode()).digest()
        words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in (0, 4, 8, 12))
        return np.random.SeedSequence(self.seed, spawn_key=(*words, self.replicate, chunk))
