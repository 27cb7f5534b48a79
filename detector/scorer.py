"""A causal score for every hour of many series that means the same on each of them.

Single-reference scores each miss a kind of anomaly, and a robust scale that collapses on a quiet series ruins any
common threshold. So an hour is seen over five spans at once, against what it was just before, against a slow level and
against the daily pattern (STL, refitted every day), and each view is measured by two scales of that same view: the
`core` scale of ordinary hours, in which outliers are clipped, and the `whole` scale, which remembers them. The core
decides among ordinary surprises; beyond `CORE_LIMIT` only what is rare by the whole history of the series counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.decompose import DAY, Decomposer, Shape, clean
from detector.forest import SecondOpinion

Floats = NDArray[np.float64]

VIEWS = ("surprise", "change_1h", "change_2h", "level_3h", "surprise_6h", "surprise_24h")
"""surprise: the hour less its STL forecast (it only bounds what the baseline learns). change: one and two hours against
as many before. level: three hours against the mean of the window. surprise_6h, _24h: means of the surprise; the latter
fades with the last six hours, so that an anomaly that is over is over."""

WINDOW = Shape(n=14 * DAY)
FIRST = 2 * DAY
"""Hours before the first forecast; scores begin a day later."""
CORE_CLIP = 5.0
"""In core deviations: how much of an outlier the core scale may learn."""
CORE_LIMIT, WHOLE_LIMIT, VIEW_LIMIT = 10.0, 50.0, 1000.0
BLOCK = 2048
"""Series refitted at once: what they need on the way stays small."""
FLOOR = 0.02
"""A deviation is at least this share of the level: less than that is never odd."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Of the newest hour of m series: score (m,), nan where there is no value or too short a history, else within
    [0, 60] and around 2 on an ordinary hour; what was expected and the deviation of an ordinary hour, (m,), in the unit
    of the series; the views in core deviations, (6, m)."""

    score: Floats
    expected: Floats
    deviation: Floats
    views: Floats


class Scorer:
    """Scores m series hour by hour. Holds what it needs of their past: about 3 kB a series, whatever its length."""

    def __init__(self, series: int, decomposer: Decomposer) -> None:
        self._decomposer = decomposer
        self._hours = 0
        self._values = np.full((WINDOW.n, series), np.nan)  # rings are time-major: an hour is one contiguous row
        self._recent = np.full((4, series), np.nan)
        self._rest = np.zeros((DAY, series))
        self._ahead = np.full((DAY, series), np.nan)
        self._level = np.full(series, np.nan)
        views = len(VIEWS)
        self._squares = np.zeros((WINDOW.n // DAY + 1, 2, views, series))  # sums of each day; the newest is today's
        self._counts = np.zeros((WINDOW.n // DAY + 1, series))
        self._past = np.zeros((2, views, series)), np.zeros(series)
        self._scales = np.full((2, views, series), np.inf)

    def update(self, values: Floats) -> Reading:
        """Takes the next hour of all series, (m,), nan where there is none."""
        hour = self._hours % DAY
        if hour == 0:
            self._refit()
        known, expected = np.isfinite(values), self._ahead[hour]
        filled = np.where(known, values, np.where(np.isfinite(expected), expected, self._recent[0]))
        self._recent = np.concatenate([filled[None], self._recent[:3]])
        self._rest[hour] = np.nan_to_num(filled - expected)
        self._scales = self._deviations()
        views = self._views(hour)
        with np.errstate(over="ignore"):  # a series that never moved: what moves it is beyond any limit
            core, whole = np.clip(views / self._scales, -VIEW_LIMIT, VIEW_LIMIT)
        self._values[self._hours % WINDOW.n] = values
        if self._hours >= FIRST:
            limit = CORE_CLIP * self._scales[0]
            today = self._hours // DAY % len(self._counts)
            self._squares[today] += np.where(known, np.stack([np.clip(views, -limit, limit), views]) ** 2, 0.0)
            self._counts[today] += known
        self._hours += 1
        score = np.minimum(_norm(core[1:]), CORE_LIMIT) + np.minimum(_norm(whole[1:]), WHOLE_LIMIT)
        usable = known & np.isfinite(self._scales[0, 0])
        return Reading(np.where(usable, score, np.nan), expected, self._scales[0, 0], core)

    def _views(self, hour: int) -> Floats:
        """(6, m) the views of VIEWS, in the unit of the series."""
        now, before, two, three = self._recent
        last = self._rest[hour - np.arange(6)]
        lasting, fresh = self._rest.mean(axis=0), last.mean(axis=0)
        while_it_lasts = np.where(lasting * fresh > 0, np.sign(fresh) * np.minimum(abs(lasting), abs(fresh)), 0.0)
        changes = now - before, (now + before - two - three) / 2
        level = (now + before + two) / 3 - self._level
        return np.asarray(np.nan_to_num(np.stack([last[0], *changes, level, fresh, while_it_lasts])))

    def _refit(self) -> None:
        """At the end of a day: the oldest day leaves the scales, and the next day is forecast from the window."""
        if self._hours < FIRST:
            return
        today = self._hours // DAY % len(self._counts)
        self._squares[today], self._counts[today] = 0.0, 0.0
        self._past = self._squares.sum(axis=0), self._counts.sum(axis=0)
        deviation = self._scales[0, 0] if self._hours > 2 * FIRST else None
        for at in range(0, len(self._level), BLOCK):
            block = slice(at, at + BLOCK)
            window = np.roll(self._values[:, block], -self._hours % WINDOW.n, axis=0)
            learned = clean(window.T, None if deviation is None else deviation[block])
            self._ahead[:, block] = self._decomposer.forecast(learned, WINDOW).T
            self._level[block] = learned.mean(axis=1)

    def _deviations(self) -> Floats:
        """(2, 6, m) core and whole deviation of each view over the last fourteen days and today. After n hours the
        variance is taken (1 + 24 / n) times: little history makes little surprise."""
        today = self._hours // DAY % len(self._counts)
        count = self._past[1] + self._counts[today]
        factor = (1 + DAY / np.maximum(count, 1)) / np.maximum(count, 1)
        floor = FLOOR * np.abs(self._level) + np.finfo(float).tiny
        deviation = np.sqrt((self._past[0] + self._squares[today]) * factor)
        return np.asarray(np.where(count >= DAY / 2, np.maximum(deviation, floor), np.inf))


def score_series(values: Floats, decomposer: Decomposer, *, forest: bool = True) -> Floats:
    """(m, n) causal scores of hourly series (m, n): the score of an hour depends on it and the hours before alone. With
    `forest`, an isolation forest over all m series adds to the scores of candidates."""
    scorer, opinion = Scorer(len(values), decomposer), SecondOpinion(len(values), len(VIEWS))
    scores = np.empty(values.shape[::-1])
    for hour, row in enumerate(np.ascontiguousarray(values.T)):
        reading = scorer.update(row)
        scores[hour] = reading.score
        if forest:
            opinion.observe(reading.score, reading.views)
    answers = opinion.answers()
    scores[answers.hours, answers.series] += answers.extra
    return scores.T


def _norm(views: Floats) -> Floats:
    """(m,) the fourth-power mean over views (v, m): near the largest, yet several that agree count for more."""
    return np.asarray(np.sqrt(np.sqrt((views**2 * views**2).mean(axis=0))))
