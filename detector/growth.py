"""Growth of volume over weeks, which the baseline of volume would follow: the last week beside weeks a month ago."""

from __future__ import annotations

import numpy as np

from detector.grid import Floats
from ledger.table import Bools

WEEK = 7
AGO = (28, 35)
"""Days between a day and those that it is compared with: the same weekdays, whose mean is the reference."""
GUARD = 10
"""The newest days teach nothing of how far weeks wander: what grows shall not set its own bar."""
FEWEST = 14
"""Weeks (one ends every day) below which nothing is known of how far they wander."""
FLOOR = 0.12
"""The smallest relative wandering of a week against a month ago that is believed."""
UNSURE = 1.6
"""What few weeks show is less than how far they wander: the variance is taken as so many times as much, and half as much
again for the reference, the mean of two weeks."""


def month_ago(runs: Floats, teaches: Bools) -> Floats:
    """(n, days) runs to compare each day with, from runs by day of which those that `teaches` count; not a number where
    there is none or what is compared is younger."""
    n, days = runs.shape
    first = np.where((runs > 0).any(axis=1), np.argmax(runs > 0, axis=1), days)
    taught, total, weight = np.where(teaches, runs, 0.0), np.zeros((n, days)), np.zeros((n, days))
    for back in AGO:
        if back < days:
            total[:, back:] += taught[:, :-back]
            weight[:, back:] += teaches[:, :-back]
    old = np.arange(days)[None, :] - first[:, None] >= AGO[-1]
    return np.where(old & (weight > 0), total / np.maximum(weight, 1.0), np.nan)


def filled(runs: Floats, teaches: Bools) -> Floats:
    """Runs by day (n, days) with the mean of those that teach on each day that does not."""
    mean = (runs * teaches).sum(axis=1) / np.maximum(teaches.sum(axis=1), 1)
    return np.where(teaches, runs, mean[:, None])


def weekly_wander(by_day: Floats) -> Floats:
    """(cells,) how far a week's spend wanders, relative to a month ago, from spend by day (cells, days): weeks that end
    every day, in logarithms, without their linear trend. Infinite where history is too short to say."""
    known = by_day[:, : by_day.shape[1] - GUARD]
    n = known.shape[1] - WEEK + 1
    if n < FEWEST:
        return np.full(len(by_day), np.inf)
    total = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
    weeks = total[:, WEEK:] - total[:, :-WEEK]
    logs = np.log(np.maximum(weeks, 1e-9 + 0.01 * weeks.mean(axis=1, keepdims=True)))
    time = np.arange(n) - (n - 1) / 2
    rest = logs - logs.mean(axis=1, keepdims=True)
    rest -= (rest @ time / (time @ time))[:, None] * time
    off = np.sqrt(UNSURE * 1.5 * (rest**2).mean(axis=1))
    return np.asarray(np.sqrt(FLOOR**2 + off**2))
