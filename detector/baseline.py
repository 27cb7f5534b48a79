"""What volume to expect: each step from the same step of earlier days, like weekdays counting most."""

from __future__ import annotations

import numpy as np

from detector.effects import Bools, Ints
from detector.grid import Floats

LOOK_BACK = 28
HALF_LIFE = 10.0
SAME_DAY, SAME_KIND, OTHER_KIND = 1.0, 0.45, 0.08
"""Weight of a past day that is the same weekday, of the same kind (workday or weekend), of the other kind."""


def expected_volume(volume: Floats, flagged: Bools, weekday: Ints, per_day: int, min_days: int) -> tuple[Floats, Bools]:
    """(leaves, steps) expected volume and whether there is history enough, causal by whole days.

    volume, flagged  (leaves, steps), whole days of `per_day` steps; flagged steps teach nothing
    weekday          (days,) 0 is monday
    """
    leaves, steps = volume.shape
    days = steps // per_day
    past = volume.reshape(leaves, days, per_day)
    use = ~flagged.reshape(leaves, days, per_day)
    total, weight = np.zeros_like(past), np.zeros_like(past)
    weekend = weekday >= 5
    for back in range(1, min(LOOK_BACK, days - 1) + 1):
        same, kind = weekday[back:] == weekday[:-back], weekend[back:] == weekend[:-back]
        w = np.where(same, SAME_DAY, np.where(kind, SAME_KIND, OTHER_KIND)) * 0.5 ** (back / HALF_LIFE)
        w = w[None, :, None] * use[:, :-back]
        total[:, back:] += w * past[:, :-back]
        weight[:, back:] += w
    expected = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    expected = _weekly(past, use, expected)
    alive = np.cumsum((past.sum(axis=2) > 0) & use.any(axis=2), axis=1)
    first = np.argmax(past.sum(axis=2) > 0, axis=1)
    age = np.arange(days)[None, :] - first[:, None]
    old = (age >= min_days) & (np.pad(alive, ((0, 0), (1, 0)))[:, :-1] >= 1)
    known = np.repeat(old, per_day, axis=1)
    return expected.reshape(leaves, steps), known


def _weekly(past: Floats, use: Bools, expected: Floats) -> Floats:
    """A weekly job (or a weekly pause) shows in each of the last three weeks, where it is what is expected."""
    if past.shape[1] <= 21:
        return expected
    weeks = np.stack([np.where(use[:, 21 - b : -b], past[:, 21 - b : -b], np.nan) for b in (7, 14, 21)])
    full = ~np.isnan(weeks).any(axis=0)
    low, high = np.where(full, weeks, 0.0).min(axis=0), np.where(full, weeks, 0.0).max(axis=0)
    plain = expected[:, 21:]
    job = full & ((low > 1.4 * plain) | (high < 0.5 * plain))
    out = expected.copy()
    out[:, 21:] = np.where(job, np.where(full, weeks, 0.0).mean(axis=0), plain)
    return out
