"""The list of requests: who is asked for and what the requests would say if all were right."""

from sim.requests.draw import Requests, draw
from sim.requests.plan import holds
from sim.requests.schema import ADDRESS_FIELDS, FIELDS, MATERIAL, NAME_FIELDS, ORIGINS, SCHEMA, TRUTH

__all__ = [
    "ADDRESS_FIELDS",
    "FIELDS",
    "MATERIAL",
    "NAME_FIELDS",
    "ORIGINS",
    "SCHEMA",
    "TRUTH",
    "Requests",
    "draw",
    "holds",
]
