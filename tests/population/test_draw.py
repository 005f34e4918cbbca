from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.population import draw

_weights = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-3)


def shares_of(cells: np.ndarray) -> np.ndarray:
    """What an alias table draws: the mean over its cells of threshold to itself and the rest to its alias."""
    threshold = (cells >> np.uint64(32)).astype(np.float64) / 4294967295
    out = threshold.copy()
    np.add.at(out, (cells & np.uint64(0xFFFFFFFF)).astype(np.int64), 1 - threshold)
    return out / len(cells)


def test_an_alias_table_of_one_two_three_draws_one_two_and_three_sixths() -> None:
    assert shares_of(draw.alias_tables(np.array([1.0, 2.0, 3.0]))) == pytest.approx([1 / 6, 2 / 6, 3 / 6])


@given(_weights)
def test_an_alias_table_gives_every_index_its_share(weights: list[float]) -> None:
    expected = np.array(weights) / np.sum(weights)
    assert shares_of(draw.alias_tables(np.array(weights))) == pytest.approx(expected, abs=1e-8)


@given(st.lists(_weights, min_size=1, max_size=5))
def test_segments_are_tables_of_their_own(segments: list[list[float]]) -> None:
    offsets = np.cumsum([0, *map(len, segments)])
    together = draw.alias_tables(np.concatenate(segments), offsets)
    for i, weights in enumerate(segments):
        alone = draw.alias_tables(np.array(weights))
        assert (together[offsets[i] : offsets[i + 1]] == alone).all()


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_weights_that_cannot_be_drawn_from_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights should be"):
        draw.alias_tables(np.array(weights))


def test_codes_too_large_for_a_named_table_are_refused() -> None:
    with pytest.raises(ValueError, match="below"):
        draw.named_tables(np.ones(2), np.array([1, 1 << 18]), np.array([0, 2]))


def test_words_of_a_stream_are_uniform_and_their_halves_independent() -> None:
    words = np.array([draw.mix(np.uint64(12345), i) for i in range(4000)], dtype=np.uint64)
    low = (words & np.uint64(0xFFFFFFFF)).astype(float) / 2**32
    high = (words >> np.uint64(32)).astype(float) / 2**32
    assert stats.kstest(low, "uniform").pvalue > 1e-4
    assert stats.kstest(high, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(low, high)[0, 1]) < 0.07
