"""Isolation forest: a second opinion on candidate hours.

The score looks at the largest views of an hour; the forest asks how alone the hour stands in all of them at once, beside
ordinary hours of the same organisation. It is fitted on a pool drawn evenly from all series, which views in units of
each series' own deviation make comparable, and is asked about candidates only, at most `BUDGET` of a series' hours.

Method: F. T. Liu, K. M. Ting and Z.-H. Zhou (2008), Isolation Forest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BUDGET = 0.02
LEAST = 5.0
"""The score from which an hour may be a candidate."""
WEIGHT = 5.0
"""What full isolation adds to a score; an average window adds nothing."""
POOL, LEAST_POOL, AN_HOUR, REFIT = 4096, 48, 8, 7 * 24
"""Size of the pool, and what it must hold for a fit, series drawn for it each hour, and hours between fits."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """What isolation adds to the scores of k candidates: their hours (counted from the first), rows of the series, and
    the additions, all (k,), within [0, WEIGHT / 2]."""

    hours: Ints
    series: Ints
    extra: Floats


class SecondOpinion:
    """Learns ordinary hours of m series as they pass, picks candidates and judges them. The same hours always give the
    same answers, whether they are asked for after each hour or after many."""

    def __init__(self, series: int, views: int, *, seed: int = 0, trees: int = 50) -> None:
        self._pool = np.zeros((POOL, views))
        self._drawn, self._hours = 0, 0
        self._taken: Ints = np.zeros(series, dtype=np.int64)
        self._random = np.random.default_rng(seed)
        self._seed, self._trees = seed, trees
        self._forest: IsolationForest | None = None
        self._pending: list[tuple[int, Ints, Floats]] = []
        self._settled: list[Opinion] = []

    def observe(self, score: Floats, views: Floats) -> None:
        """Takes the next hour: score (m,), nan where there is none, and views (v, m) in deviations of their series."""
        if self._hours % REFIT == 0:
            self._settle()
            self._refit()
        chosen = np.flatnonzero((score > LEAST) & (self._taken + 1 <= BUDGET * (self._hours + 1)))
        self._taken[chosen] += 1
        if len(chosen):
            self._pending.append((self._hours, chosen, views[:, chosen]))
        known = np.flatnonzero(np.isfinite(score))
        drawn = known[self._random.integers(len(known), size=min(AN_HOUR, len(known)))] if len(known) else known
        self._pool[(self._drawn + np.arange(len(drawn))) % POOL] = _damped(views[:, drawn].T)
        self._drawn += len(drawn)
        self._hours += 1

    def answers(self) -> Opinion:
        """About all candidates since this was last called."""
        self._settle()
        settled, self._settled = self._settled, []
        none = Opinion(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        parts = [none, *settled]
        return Opinion(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("hours", "series", "extra")))

    def _settle(self) -> None:
        pending, self._pending = self._pending, []
        if self._forest is None or not pending:
            return
        alone = -self._forest.score_samples(_damped(np.concatenate([views for _, _, views in pending], axis=1).T))
        hours = np.concatenate([np.full(len(chosen), hour) for hour, chosen, _ in pending])
        series = np.concatenate([chosen for _, chosen, _ in pending])
        self._settled.append(Opinion(hours, series, WEIGHT * np.maximum(alone - 0.5, 0.0)))

    def _refit(self) -> None:
        from sklearn.ensemble import IsolationForest  # a second of import that most commands do not need

        pool = self._pool[: min(self._drawn, POOL)]
        if len(pool) >= LEAST_POOL:
            size = min(256, len(pool))
            forest = IsolationForest(n_estimators=self._trees, max_samples=size, random_state=self._seed)
            self._forest = forest.fit(pool)


def _damped(views: Floats) -> Floats:
    """Bounded influence: a hundred times as odd is not a hundred times as far away for a tree that splits evenly."""
    return np.asarray(np.arcsinh(views))
