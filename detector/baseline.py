"""What volume to expect: each step from the same step of earlier days, like weekdays counting most. On a public holiday
anything between that and what a Sunday has is expected: not everybody has the day off. After clocks were changed anything
between that and what the hour beside it has: not everybody's work follows the same clock."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
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
FEWEST_RUNS = 5.0
"""Runs a step that must be expected for a pause to show: fewer are halved three weeks in a row by chance."""
KINDS_ALIKE = 1.25
"""Workdays and weekends teach each other where they differ by no more than this factor."""


@dataclass(frozen=True, eq=False)
class Expected:
    """(leaves, steps): least and most that is expected, the same but on holidays and after a change of clocks, and
    whether there is history enough."""

    least: Singles
    most: Singles
    known: Bools

    def of(self, volume: Floats, steps: Ints) -> Floats:
        """What is expected at some of the steps, where volume (leaves, n) is what there was: the nearest that is."""
        nearest: Floats = np.clip(volume, self.least[:, steps], self.most[:, steps])
        return nearest


def expected_volume(
    volume: Floats, flagged: Bools, dates: Dates, per_day: int, min_days: int, off: Bools | None = None,
    moved: Sequence[tuple[int, Bools]] = (), one: Floats | None = None,
) -> Expected:  # fmt: skip
    """What volume to expect, causal by whole days.

    volume, flagged  (leaves, steps), whole days of `per_day` steps; flagged steps teach nothing
    one              (leaves,) what one run comes to, in the unit of `volume`; none: a run comes to nothing
    dates            (days,) datetime64[D]
    off              (steps,) which steps lie on a public holiday; they teach nothing
    moved            by how many steps work may have moved with the clocks, and (steps,) at which steps
    """
    leaves, steps = volume.shape
    off = np.zeros(steps, dtype=bool) if off is None else off
    days = steps // per_day
    past = volume.reshape(leaves, days, per_day)
    use = ~(flagged | off).reshape(leaves, days, per_day)
    weekday = (dates.astype(np.int64) + 3) % 7  # 0 is monday
    weekend = weekday >= 5

    def own(back: int) -> Floats:
        same, kind = weekday[back:] == weekday[:-back], weekend[back:] == weekend[:-back]
        found: Floats = np.where(same, SAME_DAY, np.where(kind, SAME_KIND, 0.0))
        return found

    def others(back: int) -> Floats:
        return np.where(weekend[back:] == weekend[:-back], 0.0, OTHER_KIND)

    expected = _blend(_sums(past, use, own), _sums(past, use, others))
    alive = np.cumsum((past.sum(axis=2) > 0) & use.any(axis=2), axis=1)
    first = np.argmax(past.sum(axis=2) > 0, axis=1)
    age = np.arange(days)[None, :] - first[:, None]
    old = (age >= min_days) & (np.pad(alive, ((0, 0), (1, 0)))[:, :-1] >= 1)
    few = np.zeros(leaves) if one is None else FEWEST_RUNS * one
    expected = _monthly(past, _weekly(past, expected, few), old, dates).reshape(leaves, steps)
    known = np.repeat(old, per_day, axis=1)
    least = most = expected
    if off.any():
        sunday = _mean(*_sums(past, use, lambda back: np.where(weekday[:-back] == SUNDAY, 1.0, 0.0)))
        least, most = _between(least, most, sunday.reshape(leaves, steps), off)
    for by, when in moved:
        least, most = _between(least, most, np.roll(expected, by, axis=1), when)
    same, lower = least is most, least.astype(np.float32)
    return Expected(lower, lower if same else most.astype(np.float32), known)


def _between(least: Floats, most: Floats, other: Floats, when: Bools) -> tuple[Floats, Floats]:
    """Bounds that hold what else is expected at the steps `when`, too."""
    return np.where(when, np.minimum(least, other), least), np.where(when, np.maximum(most, other), most)


def _sums(past: Floats, use: Bools, alike: Callable[[int], Floats]) -> tuple[Floats, Floats]:
    """(leaves, days, per_day) weighted sums of the same step of the days before, and of the weights: by how much the day
    `back` before each is like it, recent ones counting more."""
    days = past.shape[1]
    total, weight = np.zeros_like(past), np.zeros_like(past)
    for back in range(1, min(LOOK_BACK, days - 1) + 1):
        w = alike(back) * 0.5 ** (back / HALF_LIFE)
        before = np.flatnonzero(w)
        w = w[before, None] * use[:, before]
        total[:, before + back] += w * past[:, before]
        weight[:, before + back] += w
    return total, weight


def _mean(total: Floats, weight: Floats) -> Floats:
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)


def _blend(own: tuple[Floats, Floats], others: tuple[Floats, Floats]) -> Floats:
    """The mean of both where they are alike by the day, or where there is nothing but the others; else the own one."""
    mine, theirs = (_mean(*x).sum(axis=2, keepdims=True) for x in (own, others))
    alike = (np.maximum(mine, theirs) <= KINDS_ALIKE * np.minimum(mine, theirs)) | (own[1] == 0)
    return _mean(*(x + alike * y for x, y in zip(own, others, strict=True)))


def _weekly(past: Floats, expected: Floats, few: Floats) -> Floats:
    """A weekly job (or a weekly pause) shows in each of the last three weeks, where it is what is expected. Flagged
    steps count: what was told each week is a habit by the fourth. Where no more than `few` (leaves,) is expected, that
    nothing came is chance and no pause."""
    if past.shape[1] <= 21:
        return expected
    weeks = np.stack([past[:, 21 - back : -back] for back in (7, 14, 21)])
    low, high, plain = weeks.min(axis=0), weeks.max(axis=0), expected[:, 21:]
    out = expected.copy()
    out[:, 21:] = np.where(
        (low > 1.4 * plain) | ((high < 0.5 * plain) & (plain > few[:, None, None])), weeks.mean(axis=0), plain
    )
    return out


def _monthly(past: Floats, expected: Floats, known: Bools, dates: Dates) -> Floats:
    """What ran on the first of the last month far beyond that day's own baseline runs on this first too: the same
    excess is expected at the same hours. A day whose baseline was not `known` (leaves, days) shows no excess."""
    firsts = np.flatnonzero(dates.astype("datetime64[M]") == dates)
    out = expected.copy()
    for before, now in itertools.pairwise(firsts):
        over = np.where(past[:, before] > 1.4 * expected[:, before], past[:, before] - expected[:, before], 0.0)
        out[:, now] += known[:, before, None] * over
    return out
