"""The synthetic country: people, homes, names and numbers, and the tax authority's registry of them.

`Country(scenario, streams)` is a stream of chunks; see `Chunk` for the columns, `Names` and `Addresses` for
text.
"""

from sim.population.addresses import Addresses
from sim.population.chunk import CHUNK, COLUMNS, FILE_COLUMNS, PERSON_COLUMNS, Chunk
from sim.population.country import Country
from sim.population.dwellings import ETHNICITIES
from sim.population.identifiers import masked
from sim.population.names import Names
from sim.population.naming import SUFFIXES
from sim.population.people import NATIVITIES

__all__ = [
    "CHUNK",
    "COLUMNS",
    "ETHNICITIES",
    "FILE_COLUMNS",
    "NATIVITIES",
    "PERSON_COLUMNS",
    "SUFFIXES",
    "Addresses",
    "Chunk",
    "Country",
    "Names",
    "masked",
]
