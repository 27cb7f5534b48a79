"""What volume to expect: each step from the same step of earlier days, like weekdays counting most. On a public holiday
anything between that and what a Sunday has is expected: not everybody has the day off."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.effects import Ints
from detector.grid import Floats, Singles
from ledger.table import Bools

Dates = NDArray[np.datetime64]

LOOK_BACK = 28
SUNDAY = 6
HALF_LIFE = 10.0
SAME_DAY, SAME_KIND, OTHER_KIND = 1.0, 0.45, 0.08
"""Weight of a past day that is the same weekday, of the same kind (workday or weekend), of the other kind."""


@dataclass(frozen=True, eq=False)
class Expected:
    """(leaves, steps): least and most that is expected, the same but on holidays, and whether there is history enough."""

    least: Singles
    most: Singles
    known: Bools

    def of(self, volume: Floats, steps: Ints) -> Floats:
        """What is expected at some of the steps, where volume (leaves, n) is what there was: the nearest that is."""
        nearest: Floats = np.clip(volume, self.least[:, steps], self.most[:, steps])
        return nearest


def expected_volume(
    volume: Floats, flagged: Bools, dates: Dates, per_day: int, min_days: int, off: Bools | None = None
) -> Expected:
    """What volume to expect, causal by whole days.

    volume, flagged  (leaves, steps), whole days of `per_day` steps; flagged steps teach nothing
    dates            (days,) datetime64[D]
    off              (steps,) which steps lie on a public holiday; they teach nothing
    """
    leaves, steps = volume.shape
    off = np.zeros(steps, dtype=bool) if off is None else off
    days = steps // per_day
    past = volume.reshape(leaves, days, per_day)
    use = ~(flagged | off).reshape(leaves, days, per_day)
    weekday = (dates.astype(np.int64) + 3) % 7  # 0 is monday
    weekend = weekday >= 5

    def alike(back: int) -> Floats:
        same, kind = weekday[back:] == weekday[:-back], weekend[back:] == weekend[:-back]
        found: Floats = np.where(same, SAME_DAY, np.where(kind, SAME_KIND, OTHER_KIND))
        return found

    expected = _average(past, use, alike)
    expected = _monthly(past, _weekly(past, expected), dates)
    alive = np.cumsum((past.sum(axis=2) > 0) & use.any(axis=2), axis=1)
    first = np.argmax(past.sum(axis=2) > 0, axis=1)
    age = np.arange(days)[None, :] - first[:, None]
    old = (age >= min_days) & (np.pad(alive, ((0, 0), (1, 0)))[:, :-1] >= 1)
    known = np.repeat(old, per_day, axis=1)
    expected = expected.reshape(leaves, steps)
    if not off.any():
        least = expected.astype(np.float32)
        return Expected(least, least, known)
    sunday = _average(past, use, lambda back: np.where(weekday[:-back] == SUNDAY, 1.0, 0.0)).reshape(leaves, steps)
    least, most = (np.where(off, choose(expected, sunday), expected) for choose in (np.minimum, np.maximum))
    return Expected(least.astype(np.float32), most.astype(np.float32), known)


def _average(past: Floats, use: Bools, alike: Callable[[int], Floats]) -> Floats:
    """(leaves, days, per_day) mean of the same step of the days before, by how much the day `back` before each is like
    it, recent ones counting more."""
    days = past.shape[1]
    total, weight = np.zeros_like(past), np.zeros_like(past)
    for back in range(1, min(LOOK_BACK, days - 1) + 1):
        w = alike(back) * 0.5 ** (back / HALF_LIFE)
        w = w[None, :, None] * use[:, :-back]
        total[:, back:] += w * past[:, :-back]
        weight[:, back:] += w
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


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
