"""Matching rules: read from files of data (`definition`), named conditions, and made ready for a scenario."""

from .definition import Definition, definition_of, read_rule, shipped
from .resolve import blocked_as, rule_of

__all__ = ["Definition", "blocked_as", "definition_of", "read_rule", "rule_of", "shipped"]
