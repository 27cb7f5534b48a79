"""The batched decomposition gives statsmodels' numbers, adds up, and does not learn what it must not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.seasonal import MSTL, STL

from detector.decompose import DAY, Decomposer, Shape, clean, slot_medians

SHAPE = Shape(n=96, trend=25)


@pytest.fixture(scope="module")
def decomposer():
    return Decomposer()


def daily(m: int, n: int, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 50 + 10 * np.sin(np.arange(n) * 2 * np.pi / DAY) + noise * rng.normal(size=(m, n))


def test_one_period_equals_statsmodels(decomposer):
    """A split is what statsmodels' STL gives for each series by itself."""
    values = daily(3, SHAPE.n, noise=3.0)
    parts = decomposer.split(values, SHAPE)
    for i, series in enumerate(values):
        model = STL(
            series, period=24, seasonal=35, trend=25, low_pass=25, seasonal_jump=3, trend_jump=2, low_pass_jump=2
        )
        fit = model.fit(inner_iter=2)
        np.testing.assert_allclose(parts.trend[i], fit.trend, atol=1e-9)
        np.testing.assert_allclose(parts.seasonal[i], fit.seasonal, atol=1e-9)


def test_two_periods_equal_statsmodels(decomposer):
    """Several periods are what statsmodels' MSTL gives."""
    shape = Shape(n=60, periods=(4, 12), seasonal=7, trend=25)
    values = daily(1, shape.n, noise=3.0)
    parts = decomposer.split(values, shape)
    options = {"seasonal_jump": 1, "trend": 25, "trend_jump": 2, "low_pass_jump": 1}
    fit = MSTL(values[0], periods=(4, 12), windows=(7, 7), stl_kwargs={**options, "inner_iter": 2}).fit()
    np.testing.assert_allclose(parts.seasonal[0], fit.seasonal.sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(parts.trend[0], fit.trend, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=SHAPE.n, max_size=SHAPE.n))
def test_components_add_up(decomposer, values):
    """Trend, seasonal and remainder add up to the series."""
    series = np.array([values])
    parts = decomposer.split(series, SHAPE)
    np.testing.assert_allclose(parts.trend + parts.seasonal + parts.remainder, series, atol=1e-6)


def test_forecast_continues_the_day(decomposer):
    """A day's pattern is forecast exactly, at the level of the trend."""
    forecast = decomposer.forecast(daily(2, SHAPE.n), SHAPE)
    np.testing.assert_allclose(forecast, daily(2, DAY), atol=0.05)


def test_short_window_is_refused(decomposer):
    """A window of less than two periods is refused with the numbers."""
    with pytest.raises(ValueError, match="30 steps holds less than two periods of 24"):
        decomposer.operators(Shape(n=30))


def test_spike_does_not_move_the_forecast(decomposer):
    """A spike of a thousand times the level, once cleaned, leaves the next day's forecast where it was."""
    values = daily(1, SHAPE.n, noise=0.5)
    spiked = values.copy()
    spiked[0, 70] = 50_000
    difference = decomposer.forecast(clean(spiked), SHAPE) - decomposer.forecast(clean(values), SHAPE)
    assert np.abs(difference).max() < 1.0


def test_gaps_are_filled_from_their_hour_of_day():
    """Missing hours take the median of their hour of day, and a series without a value becomes zero."""
    values = daily(2, 240)
    holes = values.copy()
    holes[0, 100:148] = np.nan
    holes[1] = np.nan
    filled = clean(holes)
    np.testing.assert_allclose(filled[0], values[0], atol=1e-9)
    assert (filled[1] == 0).all()


def test_rare_activity_is_not_clipped_away():
    """On a series that is zero most of the time its regular job stays, although the MAD is zero."""
    values = np.zeros((1, 240))
    values[0, 3::24] = 100.0
    np.testing.assert_allclose(clean(values), values)


def test_slots_align_at_the_end():
    """Slot medians count the period back from the last step, whatever the length."""
    assert slot_medians(np.arange(30.0)[None, :], 24)[0, -1] == np.median([5.0, 29.0])
