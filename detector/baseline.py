"""What volume to expect: each step from the same step of earlier days, like weekdays counting most."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from detector.effects import Bools
from detector.grid import Floats

Dates = NDArray[np.datetime64]

LOOK_BACK = 28
HALF_LIFE = 10.0
SAME_DAY, SAME_KIND, OTHER_KIND = 1.0, 0.45, 0.08
"""Weight of a past day that is the same weekday, of the same kind (workday or weekend), of the other kind."""


def expected_volume(volume: Floats, flagged: Bools, dates: Dates, per_day: int, min_days: int) -> tuple[Floats, Bools]:
    """(leaves, steps) expected volume and whether there is history enough, causal by whole days.

    volume, flagged  (leaves, steps), whole days of `per_day` steps; flagged steps teach nothing
    dates            (days,) datetime64[D]
    """
    leaves, steps = volume.shape
    days = steps // per_day
    past = volume.reshape(leaves, days, per_day)
    use = ~flagged.reshape(leaves, days, per_day)
    total, weight = np.zeros_like(past), np.zeros_like(past)
    weekday = (dates.astype(np.int64) + 3) % 7  # 0 is monday
    weekend = weekday >= 5
    for back in range(1, min(LOOK_BACK, days - 1) + 1):
        same, kind = weekday[back:] == weekday[:-back], weekend[back:] == weekend[:-back]
        w = np.where(same, SAME_DAY, np.where(kind, SAME_KIND, OTHER_KIND)) * 0.5 ** (back / HALF_LIFE)
        w = w[None, :, None] * use[:, :-back]
        total[:, back:] += w * past[:, :-back]
        weight[:, back:] += w
    expected = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    expected = _monthly(past, _weekly(past, expected), dates)
    alive = np.cumsum((past.sum(axis=2) > 0) & use.any(axis=2), axis=1)
    first = np.argmax(past.sum(axis=2) > 0, axis=1)
    age = np.arange(days)[None, :] - first[:, None]
    old = (age >= min_days) & (np.pad(alive, ((0, 0), (1, 0)))[:, :-1] >= 1)
    known = np.repeat(old, per_day, axis=1)
    return expected.reshape(leaves, steps), known


def _weekly(past: Floats, expected: Floats) -> Floats:
    """A weekly job (or a weekly pause) shows in each of the last three weeks, where it is what is expected. Flagged
    steps count: what was told each week is a habit by the fourth."""
    if past.shape[1] <= 21:
        return expected
    weeks = np.stack([past[:, 21 - back : -back] for back in (7, 14, 21)])
    low, high, plain = weeks.min(axis=0), weeks.max(axis=0), expected[:, 21:]
    out = expected.copy()
    out[:, 21:] = np.where((low > 1.4 * plain) | (high < 0.5 * plain), weeks.mean(axis=0), plain)
    return out


def _monthly(past: Floats, expected: Floats, dates: Dates) -> Floats:
    """What ran on the first of the last month far beyond that day's own baseline runs on this first too: the same
    excess is expected at the same hours."""
    firsts = np.flatnonzero(dates.astype("datetime64[M]") == dates)
    out = expected.copy()
    for before, now in itertools.pairwise(firsts):
        out[:, now] += np.where(past[:, before] > 1.4 * expected[:, before], past[:, before] - expected[:, before], 0.0)
    return out
