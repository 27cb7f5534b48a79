"""Rarity means the same everywhere: the tail's start, its index, and the threshold for so many alerts a month."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.tail import (
    CALM_INDEX,
    Watched,
    calibrated,
    largest,
    quantile,
    start_score,
    tail_index,
    threshold,
    watched,
)


def test_quantile_is_of_active_windows():
    """The tail starts at the largest of few active windows, and at the 98.5 % quantile of many."""
    sizes = np.zeros((2, 1000))
    sizes[0, :20] = np.arange(1, 21)
    sizes[1] = np.random.default_rng(0).permutation(np.arange(1000))
    start = quantile(largest(sizes), np.array([20, 1000]))
    assert start[0] == 20 and start[1] == 984


def test_few_windows_start_their_tail_earlier():
    """The largest of three windows is not taken for an event of one in sixty-six."""
    few, many = start_score(np.array([3.0, 1e6]))
    assert few == pytest.approx(1.15, abs=0.01) and many == pytest.approx(2.43, abs=0.01)


def test_heavy_tails_have_a_larger_index():
    """Excesses of a heavy-tailed place weigh against the calm prior, and none leave it."""
    rng = np.random.default_rng(0)
    top = largest(np.stack([np.abs(rng.normal(size=5000)), np.abs(rng.standard_t(2, size=5000)), np.zeros(5000)]))
    start = np.array([2.43, quantile(top, np.full(3, 5000))[1], 1.0])
    calm, heavy, none = tail_index(top, start)
    assert heavy > 2 * calm and none == pytest.approx(CALM_INDEX)


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0.05, 2.0))
def test_calibration_keeps_order_and_never_adds(a, b, index):
    """A larger deviation never scores less, and no tail makes a score larger."""
    low, high = sorted((a, b))
    scores = calibrated(np.array([low, high]), np.array(index), np.array(2.4))
    assert scores[0] <= scores[1]
    assert (np.abs(scores) <= np.abs([low, high]) + 1e-12).all()


def test_sparse_flows_are_told_from_steady_ones():
    """Round the clock and nightly are steady, now and then is sparse, and what is too cheap or idle is not counted."""
    rng = np.random.default_rng(0)
    nightly = np.tile(np.eye(24)[3], 30) * 100
    now_and_then = (rng.random(720) < 0.2) * 50.0
    cost = np.stack([np.full(720, 2.0), nightly, now_and_then, np.full(720, 1e-4), np.zeros(720)])
    assert watched(cost, 24, least=1.0) == Watched(steady=2, sparse=1)


@given(st.integers(1, 500), st.integers(0, 500), st.floats(0.1, 10))
def test_threshold_rises_with_flows_and_falls_with_alerts(steady, sparse, rate):
    """More flows ask for a higher bar, more alerts accepted for a lower one."""
    here = threshold(rate, Watched(steady, sparse))
    assert threshold(rate, Watched(steady * 2, sparse * 2)) >= here >= threshold(rate * 2, Watched(steady, sparse))
