"""Measure how often bulk address disclosure hands over the wrong person's address, on synthetic people."""
