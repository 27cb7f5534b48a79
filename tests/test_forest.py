"""The forest is bounded, reproducible, causal, and tells an odd window from an ordinary one."""

import numpy as np

from detector.forest import FEATURES, LOOK_BACK, Panel, draw_pool, forest_scores, window_features


def panel(m: int = 5, n: int = 700, seed: int = 0) -> Panel:
    values = 100 + 5 * np.random.default_rng(seed).normal(size=(m, n))
    return Panel(values, np.full((m, n), 100.0), np.full((m, n), 5.0))


def at(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    series, hours = np.array(pairs).T
    return series, hours


def test_spike_is_odder_than_an_ordinary_hour():
    """A spike scores above every ordinary candidate, and all scores stay within (0, 1)."""
    p = panel()
    p.values[2, 650] = 1e9
    pool = draw_pool(p, 600)
    scores = forest_scores(
        pool, window_features(p, *at((2, 650), *((s, h) for s in range(5) for h in range(601, 640))))
    )
    assert scores[0] == scores.max() and scores[0] > 0.6
    assert ((scores > 0) & (scores < 1)).all()


def test_same_input_same_scores():
    """A fixed seed makes scores repeatable."""
    p = panel()
    pool, odd = draw_pool(p, 600), window_features(p, *at((0, 640), (1, 650)))
    np.testing.assert_array_equal(forest_scores(pool, odd), forest_scores(pool, odd))


def test_features_and_pool_look_at_nothing_ahead():
    """What follows an hour changes neither its features nor the pool drawn before it."""
    p = panel()
    before = window_features(p, *at((3, 500))), draw_pool(p, 501)
    p.values[:, 501:] = 1e9
    np.testing.assert_array_equal(window_features(p, *at((3, 500))), before[0])
    np.testing.assert_array_equal(draw_pool(p, 501), before[1])


def test_scale_free():
    """Currency does not matter: features of a series times a thousand are the same."""
    p = panel()
    q = Panel(p.values * 1000, p.expected * 1000, p.scale * 1000)
    np.testing.assert_allclose(window_features(p, *at((0, 300))), window_features(q, *at((0, 300))))


def test_gaps_and_short_history_are_ordinary():
    """Missing hours and hours before the first give finite features."""
    p = panel()
    p.values[0, 100:300] = np.nan
    features = window_features(p, *at((0, 299), (0, 0), (1, LOOK_BACK)))
    assert features.shape == (3, len(FEATURES)) and np.isfinite(features).all()
