"""Scores every cell, signal and window at one moment: how far from normal, in the cell's own wandering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri

from detector.effects import MIX, PER_RUN, SIGNALS, VOLUME, Ints
from detector.grid import Floats, Singles
from ledger.table import Bools

Rows = Sequence[Singles] | Singles
"""(leaves, steps) for each signal."""

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
"""A window's base counts as at least this share of the cell's usual one, so that idle hours do not divide by nothing; where
less than that was there or expected, it says nothing of how the cell wanders."""
FEWEST = 3
"""Independent windows below which nothing is known of it."""
BLOCK = 256
"""Cells whose scales are worked out at once."""


@dataclass(frozen=True, eq=False)
class Scales:
    """By (signal, window, cell): the usual relative deviation, how far it wanders, and the usual base of a window. By
    (signal, cell): the base of one run or request in dollars, and how far one wanders by itself, relative to it."""

    middle: Floats
    scale: Floats
    usual: Floats
    unit: Floats
    spread: Floats

    def first(self, signals: int) -> Scales:
        """Those of the first signals."""
        return Scales(*(x[:signals] for x in (self.middle, self.scale, self.usual, self.unit, self.spread)))


@dataclass(frozen=True, eq=False)
class Scores:
    """By (signal, window, cell): dollars of deviation, base, relative deviation and score."""

    dollars: Floats
    base: Floats
    relative: Floats
    score: Floats


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cell, signal and window that is out of the ordinary."""

    signal: int
    window: int
    cell: int
    direction: int
    score: float
    usd: float
    """The deviation of the cell over the window, in the alarm's direction."""
    lasting: bool
    """Whether it is out of the ordinary over a day or more, too."""


def _sums(total: Floats, every: range, width: int) -> Floats:
    """Sums of the `width` steps that end at the steps `every`, from running totals that begin with a zero."""
    stop = total[:, every.start + 1 : every.stop + 1 : every.step]
    short = len(range(every.start, min(every.stop, width), every.step))  # windows that the beginning cuts short
    since = (
        total[:, every[short] + 1 - width : every.stop + 1 - width : every.step] if short < len(every) else stop[:, :0]
    )
    return np.concatenate([stop[:, :short] - total[:, :1], stop[:, short:] - since], axis=1)


def scales(
    effect: Rows, base: Rows, keep: Bools, counts: Floats, inside: csr_array, windows: tuple[int, ...], skip: int
) -> Scales:  # fmt: skip
    """Scales from history: effect and base, for each signal (leaves, steps), of which `keep` (leaves, steps) teaches; counts
    (signals, leaves) over all of it; inside (cells, leaves). The first `skip` steps have no reference yet and are left
    out. A count is of what varies by itself: runs for their number, requests for their size."""
    cells, steps = inside.shape[0], keep.shape[1]
    middle, scale, usual = (np.zeros((len(SIGNALS), len(windows), cells)) for _ in range(3))
    unit, spread = np.zeros((len(SIGNALS), cells)), np.ones((len(SIGNALS), cells))
    whole = np.diff(inside.indptr) == inside.shape[1]
    floor = np.where(whole, WHOLE_FLOOR[:, None], FLOOR[:, None])
    lean = inside.astype(np.float32)
    for s in range(len(SIGNALS)):
        e, b = (x[s][:, :steps] * keep for x in (effect, base))
        unit[s] = (inside @ b.sum(axis=1, dtype=float)) / np.maximum(inside @ counts[s], 1.0)
        for at in range(0, cells, BLOCK):
            block = slice(at, at + BLOCK)
            n, m = (np.pad(np.cumsum(lean[block] @ x, axis=1, dtype=float), ((0, 0), (1, 0))) for x in (e, b))
            one = _scales(n, m, unit[s, block], whole[block], windows, skip, absent=s == MIX)
            middle[s, :, block], off, usual[s, :, block], spread[s, block] = one
            scale[s, :, block] = np.where(off < 0, 1.0, np.sqrt(floor[s, block] ** 2 + off**2))
    return Scales(middle, scale, usual, unit, spread)


def _scales(
    n: Floats, b: Floats, unit: Floats, whole: Bools, windows: tuple[int, ...], skip: int, *, absent: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Of some cells and one signal, from running totals (cells, steps + 1) of deviation and base: by (window, cell) the
    middle, how far it wanders (-1 where there is too little history) and the usual base, and (cells,) the spread. With
    `absent`, never having been there is history: a model that was not used."""
    shape = (len(windows), len(n))
    middle, wander, usual, spread = np.zeros(shape), np.full(shape, -1.0), np.zeros(shape), np.ones(len(n))
    for i, width in enumerate(windows):
        stride = max(1, width // 6)
        every = range(skip, n.shape[1] - 1, stride)
        if len(every) < 2:
            continue
        nw, bw = _sums(n, every, width), _sums(b, every, width)
        usual[i] = bw.mean(axis=1)
        x = (nw / np.maximum(np.maximum(bw, BUSY * usual[i][:, None]), 1e-9)).astype(np.float32)  # sorts twice as fast
        if i == 0:
            spread = _spread(x, bw / np.maximum(unit, 1e-12)[:, None])
        idle = bw + np.abs(nw) <= BUSY * usual[i][:, None]
        middle[i] = _middle(np.where(idle, np.float32(np.inf), x), busy := (~idle).sum(axis=1))
        off = np.where(idle, np.float32(0.0), np.abs(x - middle[i][:, None].astype(np.float32)))
        off[whole, max(len(every) - GUARD * width // stride, len(every) // 2) :] = 0.0
        rank = np.maximum(busy - 1, 0) - (TAIL * np.maximum(busy - 1, 0)).astype(int)  # from the top
        tail = off.shape[1] - 1 - rank.max()
        off.partition(tail, axis=1)
        ordered = np.sort(off[:, tail:], axis=1)
        seen = _tail_seen(busy * stride / width)
        at = ordered[np.arange(len(n)), -1 - rank]
        known = absent | (busy * stride >= FEWEST * width)
        wander[i] = np.where(known, np.maximum(at / TAIL_Z, ordered[:, -1] / MOST_Z) / seen, -1.0)
    return middle, wander, usual, spread


def _middle(x: Singles, count: Ints) -> Floats:
    """(cells,) medians of the `count` (cells,) smallest of each row, zero where there is none."""
    ordered, rows, last = np.sort(x, axis=1), np.arange(len(x)), np.maximum(count - 1, 0)
    middle = (ordered[rows, last // 2].astype(float) + ordered[rows, np.minimum(count // 2, last)]) / 2
    return np.where(count > 0, middle, 0.0)


def _tail_seen(windows: Floats) -> Floats:
    """How far out in the tail so many independent windows reach, as a share of where `TAIL` lies (normal quantiles; the
    largest of n lies at about 1 - .5 / n): few wide windows show less of how far they wander."""
    reached = np.minimum(TAIL, 1.0 - 0.5 / np.maximum(windows, 1.0))
    return np.asarray(ndtri((1.0 + reached) / 2) / ndtri((1.0 + TAIL) / 2))


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


def score(dollars: Floats, base: Floats, inside: csr_array, known: Scales) -> Scores:
    """Scores of windows: dollars of deviation and base are (signals, windows, leaves), inside (cells, leaves); as many
    signals as `known` has."""
    dollars, base = (
        np.moveaxis((inside @ x.reshape(-1, x.shape[-1]).T).reshape(-1, *x.shape[:2]), 0, 2) for x in (dollars, base)
    )
    relative = dollars / np.maximum(np.maximum(base, BUSY * known.usual), 1e-9)
    wander = (relative - known.middle) / known.scale
    few = np.maximum(count_score(dollars, base, known) * np.sign(wander), 1e-9)
    return Scores(dollars, base, relative, wander / np.sqrt(1.0 + (wander / few) ** 2))


def window_sums(x: Floats | Singles, ends: Ints, windows: tuple[int, ...]) -> Floats:
    """(windows, leaves) sums of x (leaves, steps) over the windows (ascending) that end with the step `ends` (leaves,)."""
    out = np.zeros((len(windows), len(x)))
    for end in np.unique(ends):
        rows = np.flatnonzero(ends == end)
        mine, stop = x if len(rows) == len(x) else x[rows], end + 1
        for i, width in enumerate(windows):
            start = max(end + 1 - width, 0)
            out[i, rows] = mine[:, start:stop].sum(axis=1, dtype=float)
            stop = start
    return np.cumsum(out, axis=0)


def counted(runs: Floats, requests: Floats, keep: Bools) -> Floats:
    """(signals, leaves) what each signal is a number or a mean of, summed over the first steps as far as `keep` (leaves,
    n) goes: runs where they are counted, else requests."""
    each = [(x[:, : keep.shape[1]] * keep).sum(axis=1) for x in (runs, requests)]
    out = np.repeat(each[1][None], len(SIGNALS), axis=0)
    out[[VOLUME, PER_RUN]] = np.where(runs.sum(axis=1) > 0, *each)
    return out
