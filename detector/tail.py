"""How rare a deviation is, by the tail of its own history, so that a score means the same everywhere.

Below the start of the tail a score is in deviations. Beyond it the logarithm of the size is taken to be exponential (a
Pareto tail: peaks over threshold). Its index is estimated from each place's own excesses and shrunk to the one of calm
places, for there are few; a place with a heavier tail needs a larger deviation for the same score.

Methods: B. M. Hill (1975), A simple general approach to inference about the tail of a distribution; J. Pickands (1975),
Statistical inference using extreme order statistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

START = 0.985
"""The tail begins at this quantile of the absolute deviations."""
CALM_INDEX, CALM_WEIGHT = 0.15, 6.0
"""Mean log excess beyond the start of a normal sample (about), and how many excesses of its own outweigh it."""

REGULAR = 0.7
AT = 4.6
STEADY_RATE, STEADY_FALL = 0.033, 0.66
SPARSE_RATE, SPARSE_FALL = 2.3, 1.4
"""False alerts a month and flow at the score AT, and the score over which they fall by e: measured on generated
organisations without incidents (benchmarks/organisations.py, seeds other than those that it reports)."""


def start_score(windows: Floats) -> Floats:
    """In normal deviations, where the tail begins that `windows` independent ones show: the largest of few is less far
    out than the quantile of many."""
    return np.asarray(np.maximum(ndtri((1 + np.minimum(START, windows / (windows + 1))) / 2), 0.5))


def largest(sizes: Floats) -> Floats:
    """(m, k) the largest absolute deviations of (m, n) in ascending order: the tail and one more."""
    k = min(int((1 - START) * sizes.shape[1]) + 1, sizes.shape[1])
    return np.asarray(np.sort(np.partition(sizes, -k, axis=1)[:, -k:], axis=1))


def quantile(top: Floats, active: Floats) -> Floats:
    """(m,) where the tail starts, of the largest deviations (m, k) of `active` (m,) windows: idle ones teach nothing."""
    beyond = np.minimum(((1 - START) * active).astype(int) + 1, top.shape[1])
    return np.asarray(np.take_along_axis(top, top.shape[1] - beyond[:, None], axis=1)[:, 0])


def tail_index(top: Floats, start: Floats) -> Floats:
    """(m,) mean log excess of deviations (m, k) beyond `start` (m,), shrunk to that of a calm place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(np.log(top / start[:, None]), 0.0)
    return np.asarray((excess.sum(axis=1) + CALM_WEIGHT * CALM_INDEX) / ((excess > 0).sum(axis=1) + CALM_WEIGHT))


def calibrated(score: Floats, index: Floats, start: Floats) -> Floats:
    """Scores in deviations, brought to what a calm place with the same rarity would show: beyond `start`, the logarithm
    of a score counts by the ratio of the calm index to the place's own, where that is heavier. Arrays broadcast."""
    beyond = np.maximum(np.abs(score) / start, 1.0)
    return np.asarray(score * beyond ** (np.minimum(CALM_INDEX / index, 1.0) - 1.0))


@dataclass(frozen=True, slots=True)
class Watched:
    """How many flows may alert: those that run to the clock (round it, in office hours, every night), and sparse ones,
    whose windows are told apart by a request or two and have heavier tails."""

    steady: int
    sparse: int


def watched(cost: Floats, per_day: int, least: float) -> Watched:
    """Counts flows by their cost (flows, steps; whole days of `per_day` steps) whose mean day reaches `least`. A flow is
    sparse where its active steps fall on slots of the day that are idle on many other days."""
    active = cost > 0
    by_slot = active.reshape(len(cost), -1, per_day).mean(axis=1)
    regular = (by_slot**2).sum(axis=1) / np.maximum(by_slot.sum(axis=1), 1e-12)
    counted = active.any(axis=1) & (cost.mean(axis=1) * per_day >= least)
    return Watched(
        int((counted & (regular >= REGULAR)).sum()),
        int((counted & (regular < REGULAR)).sum()),
    )


def threshold(alerts_per_month: float, flows: Watched) -> float:
    """The score that everyday life in an organisation with these flows passes `alerts_per_month` times a month."""
    low, high = 2.0, 30.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        steady = flows.steady * STEADY_RATE * math.exp((AT - middle) / STEADY_FALL)
        sparse = flows.sparse * SPARSE_RATE * math.exp((AT - middle) / SPARSE_FALL)
        low, high = (middle, high) if steady + sparse > alerts_per_month else (low, middle)
    return high
