"""Isolation forest: a second opinion on candidate hours, from several views of the window at once.

It sees what a single residual does not: an hour ordinary in each view yet odd in their combination, or odd in one view
only because the series is always odd there. It is fitted on a pool of ordinary windows of similar series, which
features in units of each series' own scale make comparable, and asked about candidates only.

Method: F. T. Liu, K. M. Ting and Z.-H. Zhou (2008), Isolation Forest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEATURES = (
    "surprise",
    "change_1h",
    "change_24h",
    "change_168h",
    "surprise_6h",
    "surprise_24h",
    "spread_24h",
    "ratio",
)
"""What the forest sees of an hour. surprise: actual less expected; change: against 1, 24, 168 hours before; _6h and
_24h: means of the surprise over the hours up to this one; spread: its deviation there; ratio: actual by expected."""

DAY, LOOK_BACK = 24, 168


@dataclass(frozen=True, eq=False)
class Panel:
    """m series over n hours: values, what was expected of them and the deviation of a normal hour, each (m, n); nan
    where there is no value. For causal scores expected and scale must be causal."""

    values: Floats
    expected: Floats
    scale: Floats


def window_features(panel: Panel, series: Ints, hours: Ints) -> Floats:
    """(k, 8) features of k hours (rows and columns of the panel), from these hours and the 168 before them. They are
    in units of the hour's scale, gaps count as ordinary, and large ones are damped (asinh): influence stays bounded. Hours before the first count as the first."""
    span = np.maximum(hours[:, None] - np.arange(LOOK_BACK + 1), 0)
    values = panel.values[series[:, None], span]
    scale = panel.scale[series, hours]
    surprise = values[:, :DAY] - panel.expected[series[:, None], span[:, :DAY]]
    now, expected = values[:, 0], panel.expected[series, hours]
    day_mean = _mean(surprise)
    columns = [
        surprise[:, 0],
        now - values[:, 1],
        now - values[:, DAY],
        now - values[:, LOOK_BACK],
        _mean(surprise[:, :6]),
        day_mean,
        np.sqrt(_mean((surprise - day_mean[:, None]) ** 2)),
    ]
    ratio = np.log((np.abs(now) + scale) / (np.abs(expected) + scale))
    features = np.stack([*(column / scale for column in columns), ratio], axis=1)
    return np.asarray(np.arcsinh(np.nan_to_num(features)))


def forest_scores(pool: Floats, candidates: Floats, *, seed: int = 0, trees: int = 100) -> Floats:
    """(k,) how odd the candidates (k, f) are beside a pool (p, f) of ordinary windows: within (0, 1), half is an average
    window, comparable between series and forests. The same input always gives the same scores."""
    from sklearn.ensemble import IsolationForest  # a second of import that a quiet tick does not need

    forest = IsolationForest(n_estimators=trees, max_samples=min(256, len(pool)), random_state=seed)
    return np.asarray(-forest.fit(pool).score_samples(candidates))


def draw_pool(panel: Panel, until: int, *, size: int = 4096, seed: int = 0) -> Floats:
    """(size, 8) features of hours drawn evenly from those before `until` (a column) of all series that have values,
    at most 28 days back: the pool of `forest_scores`. Set flagged hours to nan in the panel to keep them out."""
    known = np.isfinite(panel.values[:, :until]) & np.isfinite(panel.scale[:, :until])
    known[:, : max(0, until - 4 * LOOK_BACK)] = False
    places = np.flatnonzero(known)
    chosen = np.random.default_rng(seed).permutation(places)[:size] if len(places) > size else places
    series, hours = np.divmod(chosen, known.shape[1])
    return window_features(panel, series, hours)


def _mean(values: Floats) -> Floats:
    """Mean over the last axis of what is finite, zero where nothing is."""
    finite = np.isfinite(values)
    return np.asarray(np.where(finite, values, 0.0).sum(axis=-1) / np.maximum(1, finite.sum(axis=-1)))
