"""A pattern stands for its levels, and looking weights up gives the sum of the levels' weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.linkage.patterns import Patterns

levels = st.tuples(st.integers(0, 30), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 6))
)


@given(levels)
def test_compression_loses_nothing(given_levels):
    patterns = Patterns.of(given_levels)
    assert np.array_equal(patterns.levels[patterns.of_pair], given_levels)
    assert len(np.unique(patterns.levels, axis=0)) == len(patterns.levels)
    assert patterns.counts().sum() == patterns.n_pairs == len(given_levels)


@given(levels)
def test_scores_are_the_sums_of_the_levels_weights(given_levels):
    values = [np.arange(7) * 1.5 - k for k in range(given_levels.shape[1])]
    direct = [sum(values[k][level] for k, level in enumerate(row)) for row in given_levels]
    assert Patterns.of(given_levels).scores(values) == pytest.approx(direct)
    assert Patterns.of(given_levels).scores(values, np.ones(len(given_levels))) == pytest.approx(
        np.array(direct) + 1
    )


def test_a_pair_takes_one_byte_while_there_are_at_most_256_patterns():
    every = np.array([[a, b] for a in range(16) for b in range(16)], np.uint8)
    assert Patterns.of(every).of_pair.dtype == np.uint8
    more = np.vstack((every, [[16, 0]])).astype(np.uint8)
    assert Patterns.of(more).of_pair.dtype == np.uint16


def test_levels_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="two axes"):
        Patterns.of(np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="too many comparisons"):
        Patterns.of(np.full((1, 9), 255, np.uint8))
