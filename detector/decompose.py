"""Seasonal decomposition (STL) of thousands of series at once.

statsmodels' STL without robust weights is linear in the series: what it does to the n unit vectors says what it does
to every series. An operator is computed once that way and then applied to all series in one matrix product. Robustness
comes from cleaning the series first (`clean`), not from reweighting inside the fit.

Method: R. B. Cleveland, W. S. Cleveland, J. E. McRae and I. Terpenning (1990), STL: A Seasonal-Trend Decomposition
Procedure Based on Loess; several periods: K. Bandara, R. J. Hyndman and C. Bergmeir (2021), MSTL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY, WEEK = 24, 168
MAD_TO_DEVIATION = 1.4826
"""What turns the median absolute deviation of a normal sample into its standard deviation."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides an operator: window length n, seasonal periods (ascending), all in steps of the series; `seasonal`
    is the span of the seasonal smoother in periods, `trend` that of the trend in steps (both odd, the trend's longer
    than the longest period). Longer spans mean a steadier forecast that learns a change later."""

    n: int
    periods: tuple[int, ...] = (DAY,)
    seasonal: int = 35
    trend: int = WEEK + 1


@dataclass(frozen=True, eq=False)
class Operators:
    """Of one shape: trend and seasonal are (n, n); their products with a series are its STL components. `ahead` is
    (longest period, n): the forecast of the steps that follow, trend held level and the last cycle repeated."""

    trend: Floats
    seasonal: Floats
    ahead: Floats


@dataclass(frozen=True, eq=False)
class Components:
    """Trend, seasonal and remainder, each (m, n); they add up to the series."""

    trend: Floats
    seasonal: Floats
    remainder: Floats


class Decomposer:
    """Decomposes and forecasts; keeps the operators it has computed, which are never stale (they depend on the shape
    alone), so one object may serve a whole process."""

    def __init__(self) -> None:
        self._operators: dict[Shape, Operators] = {}

    def operators(self, shape: Shape) -> Operators:
        """The operators of a shape, computed on first use. Raises ValueError where n holds less than two periods."""
        if shape not in self._operators:
            self._operators[shape] = _operators(shape)
        return self._operators[shape]

    def split(self, values: Floats, shape: Shape) -> Components:
        """Components of series (m, shape.n), finite throughout: the numbers that statsmodels would give."""
        operators = self.operators(shape)
        trend, seasonal = values @ operators.trend.T, values @ operators.seasonal.T
        return Components(trend, seasonal, values - trend - seasonal)

    def forecast(self, values: Floats, shape: Shape, steps: int = DAY) -> Floats:
        """(m, steps) expected values of the steps that follow series (m, shape.n); causal by construction."""
        return np.asarray(values @ self.operators(shape).ahead[:steps].T)


def clean(values: Floats, deviation: Floats | None = None, *, period: int = DAY, limit: float = 3.5) -> Floats:
    """Series (m, n) with gaps (nan) filled and outliers clipped, for a fit that must not learn them.

    A step is judged against the median of its slot in the period and clipped at `limit` deviations: those given, (m,),
    or robust ones, which are floored by a third of the standard deviation of the middle 98 %, so that a MAD of zero on
    a quiet series does not clip everything else. Series without any value become zero."""
    profile = slot_medians(values, period)
    rest = values - profile
    bound = limit * (_robust_deviation(rest) if deviation is None else deviation)[:, None]
    return np.asarray(profile + np.clip(np.nan_to_num(rest), -bound, bound))


def slot_medians(values: Floats, period: int = DAY) -> Floats:
    """(m, n) the median of each step's slot in the period, aligned at the end; slots never seen take the series'."""
    m, n = values.shape
    cycles = -(-n // period)
    padded = np.full((cycles * period, m), np.nan)  # time-major: sorting cycles is then many times as fast
    padded[cycles * period - n :] = values.T
    slots = _median(padded.reshape(cycles, period, m))
    slots = np.where(np.isnan(slots), _median(slots), slots)
    return np.asarray(np.tile(np.nan_to_num(slots), (cycles, 1))[cycles * period - n :].T)


def _median(values: Floats) -> Floats:
    """nanmedian over the first axis without its warning on empty slices, and several times as fast: nan sorts last."""
    ordered = np.sort(values, axis=0)
    if not np.isnan(ordered[-1]).any():
        middle = len(values) - 1
        return np.asarray((ordered[middle // 2] + ordered[(middle + 1) // 2]) / 2)
    count = np.isfinite(values).sum(axis=0)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, len(values) - 1)
    pair = np.take_along_axis(ordered, np.stack([low, high]), axis=0)
    return np.asarray(np.where(count > 0, pair.mean(axis=0), np.nan))


def _robust_deviation(rest: Floats) -> Floats:
    """(m,) the larger of the scaled MAD and a third of the standard deviation of the middle 98 %, per series."""
    size = np.abs(rest.T)
    mad = MAD_TO_DEVIATION * np.nan_to_num(_median(size))
    inner = np.sort(np.nan_to_num(size), axis=0)[: max(1, int(0.98 * len(size)))]
    return np.asarray(np.maximum(mad, np.sqrt((inner**2).mean(axis=0)) / 3))


def _operators(shape: Shape) -> Operators:
    n, periods = shape.n, tuple(sorted(shape.periods))
    if n < 2 * periods[-1]:
        raise ValueError(f"a window of {n} steps holds less than two periods of {periods[-1]}")
    seasonal = [np.zeros((n, n)) for _ in periods]
    trend = np.zeros((n, n))
    for _ in range(1 if len(periods) == 1 else 2):
        for i, period in enumerate(periods):
            others = np.eye(n) - sum(seasonal[:i] + seasonal[i + 1 :], np.zeros((n, n)))
            trend_once, seasonal_once = _single(shape, period)
            seasonal[i] = seasonal_once @ others
            trend = trend_once @ others
    ahead = np.repeat(trend[-1:], periods[-1], axis=0)
    for period, part in zip(periods, seasonal, strict=True):
        ahead = ahead + np.tile(part[-period:], (periods[-1] // period + 1, 1))[: periods[-1]]
    return Operators(trend, sum(seasonal, np.zeros((n, n))), ahead)


def _single(shape: Shape, period: int) -> tuple[Floats, Floats]:
    """(n, n) trend and seasonal operators of one period: two passes, and loess evaluated every tenth of its span and
    interpolated between, as the authors advise and R's stl does."""
    from statsmodels.tsa.seasonal import STL  # a second of import that most commands do not need

    spans = {"seasonal": shape.seasonal, "trend": shape.trend, "low_pass": period + 1 + period % 2}
    jumps = {f"{name}_jump": max(1, span // 10) for name, span in spans.items()}
    fits = [STL(unit, period=period, **spans, **jumps).fit(inner_iter=2) for unit in np.eye(shape.n)]
    return np.stack([f.trend for f in fits], axis=1), np.stack([f.seasonal for f in fits], axis=1)
