"""Linkage: which registry records a rule links to each request."""
