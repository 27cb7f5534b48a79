"""Scores every cell, signal and window at one moment: how far from normal, in the cell's own wandering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from detector.effects import PER_RUN, SIGNALS, VOLUME, Ints
from detector.grid import Floats

FLOOR = np.array([0.10, 0.04, 0.04, 0.03, 0.03, 0.03, 0.01])
"""By signal, the smallest relative wandering that is believed: a scale that collapses on a quiet series would turn
everything into an alarm (see docs/detection.md)."""
WHOLE_FLOOR = np.array([0.06, 0.04, 0.04, 0.03, 0.03, 0.03, 0.01])
"""The same for everything together, which wanders less than any part."""
TAIL = 0.985
TAIL_Z = 2.6
MOST_Z = 4.2
"""A flow whose spend has wandered this far before sets its own bar: what it did once scores no more than this."""
GUARD = 3
"""What is judged shall not set its own bar: so many widths of the newest history teach the total's scale nothing (guard
cells, as in CFAR detectors: Finn and Johnson 1968)."""
LEAST_SPREAD, MOST_SPREAD = 0.3, 3.0
"""One run or request is believed to wander by no less and no more than this, relative to what is usual."""
BUSY = 0.25
"""A window's base counts as at least this share of the cell's usual one, so that idle hours do not divide by nothing."""


@dataclass(frozen=True, eq=False)
class Scales:
    """By (signal, window, cell): the usual relative deviation, how far it wanders, and the usual base of a window. By
    (signal, cell): the base of one run or request in dollars, and how far one wanders by itself, relative to it."""

    middle: Floats
    scale: Floats
    usual: Floats
    unit: Floats
    spread: Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """By (signal, window, cell): dollars of deviation, base, relative deviation and score."""

    dollars: Floats
    base: Floats
    relative: Floats
    score: Floats


def _sums(total: Floats, ends: Ints, width: int) -> Floats:
    """Sums of the `width` steps that end at the steps `ends`, from running totals that begin with a zero."""
    return np.take(total, ends + 1, axis=1) - np.take(total, np.maximum(ends + 1 - width, 0), axis=1)


def scales(effect: Floats, base: Floats, counts: Floats, inside: Floats, windows: tuple[int, ...], skip: int) -> Scales:
    """Scales from history: effect, base and counts (signals, leaves, steps) with flagged steps zeroed, inside (cells,
    leaves); the first `skip` steps have no reference yet and are left out. A count is of what varies by itself: runs for
    their number, requests for their size."""
    cells, count = inside.shape[0], len(windows)
    whole = inside.all(axis=1)
    lean = csr_array(inside)  # a leaf lies in some twenty of thousands of cells
    floor = np.where(whole, WHOLE_FLOOR[:, None], FLOOR[:, None])
    middle, scale, usual = (np.zeros((len(SIGNALS), count, cells)) for _ in range(3))
    unit = np.einsum("cl,sl->sc", inside, base.sum(axis=2)) / np.maximum(
        np.einsum("cl,sl->sc", inside, counts.sum(axis=2)), 1.0
    )
    spread = np.ones((len(SIGNALS), cells))
    for s in range(len(SIGNALS)):
        n, b = (lean @ np.pad(np.cumsum(x[s], axis=1), ((0, 0), (1, 0))) for x in (effect, base))
        for i, width in enumerate(windows):
            every = np.arange(skip, effect.shape[2], max(1, width // 6))
            nw, bw = _sums(n, every, width), _sums(b, every, width)
            if nw.shape[1] < 2:
                scale[s, i] = 1.0
                continue
            typical = bw.mean(axis=1)
            x = nw / np.maximum(np.maximum(bw, BUSY * typical[:, None]), 1e-9)
            middle[s, i] = np.median(x, axis=1)
            if i == 0:
                spread[s] = _spread(x, bw / np.maximum(unit[s], 1e-12)[:, None])
            off = np.abs(x - middle[s, i][:, None])
            off[whole, max(len(every) - GUARD * width // max(1, width // 6), len(every) // 2) :] = 0.0
            off.partition(int(TAIL * (off.shape[1] - 1)), axis=1)
            tail = off[:, int(TAIL * (off.shape[1] - 1))]
            scale[s, i] = np.sqrt(floor[s] ** 2 + np.maximum(tail / TAIL_Z, off.max(axis=1) / MOST_Z) ** 2)
            usual[s, i] = typical
    return Scales(middle, scale, usual, unit, spread)


def _spread(relative: Floats, count: Floats) -> Floats:
    """(cells,) how far one run or request wanders by itself, from relative deviations and counts (cells, windows): the
    square root of the mean of relative^2 x count over windows in which there was something, outliers clipped."""
    there = count >= 0.5
    square = np.where(there, np.minimum(relative**2 * count, MOST_SPREAD**2), 0.0)
    mean = square.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.asarray(np.clip(np.sqrt(mean), LEAST_SPREAD, MOST_SPREAD))


def count_score(dollars: Floats, base: Floats, known: Scales) -> Floats:
    """(signals, windows, cells) how odd a deviation is for the few runs or requests that it is made of, in standard
    deviations. Numbers by Anscombe's (1948) variance-stabilising root of a count with its overdispersion; sizes by the
    logarithm of the mean, which one outlier moves less."""
    unit, spread = np.maximum(known.unit, 1e-12)[:, None], known.spread[:, None]
    n = base / unit
    relative = dollars / np.maximum(base, 1e-9)
    out = np.log(np.maximum(1.0 + relative, 1e-3)) * np.sqrt(n) / spread
    over = unit[VOLUME] * np.maximum(spread[VOLUME], 1.0) ** 2
    seen, usual = (np.maximum(x, 0.0) / over for x in (base[VOLUME] + dollars[VOLUME], base[VOLUME]))
    out[VOLUME] = 2.0 * (np.sqrt(seen + 0.375) - np.sqrt(usual + 0.375))
    return out


def score(effect: Floats, base: Floats, ends: Ints, inside: Floats, windows: tuple[int, ...], known: Scales) -> Scores:
    """Scores at the step `ends` (leaves,) of each leaf: the last one that is to be judged."""
    rows = np.arange(len(ends))
    total_n, total_b = (np.pad(np.cumsum(x, axis=-1), ((0, 0), (0, 0), (1, 0))) for x in (effect, base))
    shape = (len(SIGNALS), len(windows), inside.shape[0])
    dollars, bases = np.zeros(shape), np.zeros(shape)
    for i, width in enumerate(windows):
        stop, start = ends + 1, np.maximum(ends + 1 - width, 0)
        dollars[:, i] = (total_n[:, rows, stop] - total_n[:, rows, start]) @ inside.T
        bases[:, i] = (total_b[:, rows, stop] - total_b[:, rows, start]) @ inside.T
    relative = dollars / np.maximum(np.maximum(bases, BUSY * known.usual), 1e-9)
    wander = (relative - known.middle) / known.scale
    few = np.maximum(count_score(dollars, bases, known) * np.sign(wander), 1e-9)
    return Scores(dollars, bases, relative, wander / np.sqrt(1.0 + (wander / few) ** 2))


def counted(runs: Floats, requests: Floats) -> Floats:
    """(signals, leaves, steps) what each signal is a number or a mean of: runs where they are counted, else requests."""
    out = np.repeat(requests[None], len(SIGNALS), axis=0)
    out[[VOLUME, PER_RUN]] = np.where(runs.sum(axis=1, keepdims=True) > 0, runs, requests)
    return out
