"""Scores every cell, signal and window at one moment: how far from normal, in the cell's own wandering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.effects import SIGNALS, Bools, Ints
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
BUSY = 0.25
"""A window's base counts as at least this share of the cell's usual one, so that idle hours do not divide by nothing."""


@dataclass(frozen=True, eq=False)
class Scales:
    """By (signal, window, cell): the usual relative deviation, how far it wanders, and the usual base of a window."""

    middle: Floats
    scale: Floats
    usual: Floats


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


def scales(effect: Floats, base: Floats, inside: Floats, windows: tuple[int, ...], skip: int) -> Scales:
    """Scales from history: effect and base (signals, leaves, steps) with flagged steps zeroed, inside (cells, leaves);
    the first `skip` steps have no reference yet and are left out."""
    cells, count = inside.shape[0], len(windows)
    whole = inside.all(axis=1)
    floor = np.where(whole, WHOLE_FLOOR[:, None], FLOOR[:, None])
    middle, scale, usual = (np.zeros((len(SIGNALS), count, cells)) for _ in range(3))
    for s in range(len(SIGNALS)):
        n, b = (inside @ np.pad(np.cumsum(x[s], axis=1), ((0, 0), (1, 0))) for x in (effect, base))
        for i, width in enumerate(windows):
            every = np.arange(skip, effect.shape[2], max(1, width // 6))
            nw, bw = _sums(n, every, width), _sums(b, every, width)
            if nw.shape[1] < 2:
                scale[s, i] = 1.0
                continue
            typical = bw.mean(axis=1)
            x = nw / np.maximum(np.maximum(bw, BUSY * typical[:, None]), 1e-9)
            middle[s, i] = np.median(x, axis=1)
            off = np.abs(x - middle[s, i][:, None])
            off[whole, max(len(every) - GUARD * width // max(1, width // 6), len(every) // 2) :] = 0.0
            off.partition(int(TAIL * (off.shape[1] - 1)), axis=1)
            tail = off[:, int(TAIL * (off.shape[1] - 1))]
            scale[s, i] = np.sqrt(floor[s] ** 2 + np.maximum(tail / TAIL_Z, off.max(axis=1) / MOST_Z) ** 2)
            usual[s, i] = typical
    return Scales(middle, scale, usual)


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
    return Scores(dollars, bases, relative, (relative - known.middle) / known.scale)


def quiet(effect: Floats, mask: Bools) -> Floats:
    """Effects with the masked (signals, leaves, steps) zeroed."""
    return np.where(mask, 0.0, effect)
