"""The score of an hour: causal, bounded, the same in any unit, and steady where robust scales collapse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.decompose import Decomposer
from detector.scorer import Scorer, score_series

N = 24 * 24
LATE = slice(24 * 18, N)


@pytest.fixture(scope="module")
def decomposer():
    return Decomposer()


def series(m: int = 1, *, noise: float = 5.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 100 + 30 * np.sin(np.arange(N) * 2 * np.pi / 24) + noise * rng.normal(size=(m, N))


def test_nothing_ahead_matters(decomposer):
    """Cutting a series leaves the scores before the cut as they were."""
    values = series(3)
    values[:, 400:] *= 5
    whole, cut = score_series(values, decomposer), score_series(values[:, :450], decomposer)
    np.testing.assert_allclose(whole[:, :450], cut, rtol=1e-12)


def test_series_do_not_disturb_each_other(decomposer):
    """Without the pooled forest, a series scores alone what it scores beside others, in any order."""
    values = series(4)
    values[2] *= 1000
    together = score_series(values, decomposer, forest=False)
    np.testing.assert_allclose(score_series(values[::-1], decomposer, forest=False)[::-1], together, rtol=1e-9)
    np.testing.assert_allclose(score_series(values[2:3], decomposer, forest=False)[0], together[2], rtol=1e-9)


@pytest.mark.parametrize("factor", [1e-6, 1000.0, 1e9])
def test_the_unit_does_not_matter(decomposer, factor):
    """A series in another currency has the same scores."""
    values = series()
    np.testing.assert_allclose(score_series(values * factor, decomposer), score_series(values, decomposer), rtol=1e-7)


@pytest.mark.parametrize("kind", ["spike", "burst", "drop", "step"])
def test_each_kind_stands_out(decomposer, kind):
    """A spike, a burst of some hours, a drop and a lasting step each score twice as high as anything ordinary."""
    values = series()
    at = 24 * 21
    change = {"spike": (1, 60.0), "burst": (6, 40.0), "drop": (4, -90.0), "step": (N - at, 40.0)}[kind]
    values[0, at : at + change[0]] += change[1]
    scores = score_series(values, decomposer)[0]
    assert scores[at : at + 3].max() > 2 * np.nanmax(scores[LATE][: 24 * 3])


def test_a_lasting_step_becomes_normal(decomposer):
    """Two weeks after a step the hours score as ordinary ones do again."""
    values = np.tile(series(), 2)[:, : 24 * 40]
    values[0, 24 * 20 :] += 80
    scores = score_series(values, decomposer)[0]
    assert np.median(scores[24 * 37 :]) < 1.5 * np.nanmedian(scores[24 * 10 : 24 * 20])


def test_one_spike_does_not_hide_the_next(decomposer):
    """After an enormous spike, a moderate burst still scores well above the ordinary."""
    values = series()
    values[0, 24 * 15] += 10_000
    values[0, 24 * 21 : 24 * 21 + 5] += 45
    scores = score_series(values, decomposer)[0]
    assert scores[24 * 21 : 24 * 21 + 5].max() > 1.5 * np.nanmax(scores[24 * 18 : 24 * 21])


def test_a_series_that_always_spikes_has_a_higher_bar(decomposer):
    """The same spike is odder on a calm series than on one that has had many."""
    calm, wild = series(noise=2.0), series(noise=2.0)
    wild[0, np.random.default_rng(3).choice(24 * 20, 20, replace=False)] += 60
    for values in (calm, wild):
        values[0, 24 * 21 + 5] += 60
    assert score_series(calm, decomposer)[0, 24 * 21 + 5] > 1.5 * score_series(wild, decomposer)[0, 24 * 21 + 5]


def test_a_quiet_series_does_not_explode(decomposer):
    """Constant, empty and all-zero series score zero or nothing; a first cent after silence stays within the bound."""
    values = np.stack([np.full(N, 7.0), np.zeros(N), np.full(N, np.nan), np.zeros(N)])
    values[3, 500] = 0.01
    scores = score_series(values, decomposer)
    assert np.nanmax(scores[:2]) < 1e-6 and np.isnan(scores[2]).all()
    assert scores[3, 500] <= 65


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=40), st.integers(0, 500))
def test_any_numbers_and_gaps_are_scored(decomposer, odd, at):
    """Whatever stands in a series, its scores are finite where there is a value, and nothing else has one."""
    values = series()
    values[0, at : at + len(odd)] = np.array([np.nan if v is None else v for v in odd])[: N - at]
    scores = score_series(values, decomposer)[0]
    assert np.isfinite(scores[72:][np.isfinite(values[0, 72:])]).all()
    assert np.isnan(scores[np.isnan(values[0])]).all()
    assert np.nanmin(scores) >= 0 and np.nanmax(scores) <= 65


def test_a_fifth_missing_hardly_matters(decomposer):
    """With a fifth of the hours missing at random, a burst still stands out."""
    values = series()
    values[0, 24 * 21 : 24 * 21 + 8] += 45
    values[0, np.random.default_rng(2).random(N) < 0.2] = np.nan
    scores = score_series(values, decomposer)[0]
    assert np.nanmax(scores[24 * 21 : 24 * 21 + 8]) > 1.5 * np.nanmax(scores[LATE][: 24 * 3])


def test_a_reading_explains_itself(decomposer):
    """A reading holds what was expected, close to what a seasonal series then shows."""
    scorer, values = Scorer(1, decomposer), series(noise=1.0)
    for hour in range(24 * 20):
        reading = scorer.update(values[:, hour])
    assert abs(reading.expected[0] - values[0, 24 * 20 - 1]) < 5
    assert 0.5 < reading.deviation[0] < 4
