"""What is known at a time: which of the stored rows stand, and which a later fact replaced."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ledger.table import Bools, Ints


@dataclass(frozen=True, slots=True, order=True)
class Restatement:
    """From `available` on, what `source` (a number) charged in the hours [first, end) is what the load `holder` wrote:
    the snapshot `load_id` itself, or an earlier one with which it agrees there."""

    source: int
    available: int
    load_id: int
    first: int
    end: int
    holder: int


@dataclass(frozen=True, eq=False)
class RowKeys:
    """(n,) of each stored row: its series, hour, when it became available, its load, and its source as a number."""

    series: Ints
    hour: Ints
    available: Ints
    load: Ints
    source: Ints


def newest(rows: RowKeys) -> Ints:
    """Row numbers of the newest row of each (series, hour), by available and then by load, in order of the key."""
    order = np.lexsort((rows.load, rows.available, rows.hour, rows.series))
    s, h = rows.series[order], rows.hour[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (s[1:] != s[:-1]) | (h[1:] != h[:-1])
    return order[last]


def standing(
    rows: RowKeys, *, undone: Collection[int], snapshots: Collection[int], restatements: Sequence[Restatement]
) -> Bools:
    """(n,) rows that no undo and no later snapshot of their source took away.

    `snapshots` are the loads that restate (undone ones too), `restatements` those of them that are not undone. A row of a
    snapshot stands where the newest restatement of its hour holds to its load; another row stands unless it was undone
    or a newer restatement covers its hour."""
    restates = np.isin(rows.load, list(snapshots))
    stands: Bools = ~restates & ~np.isin(rows.load, list(undone))
    for source, group in groupby(sorted(restatements), key=lambda r: r.source):
        here = np.flatnonzero(rows.source == source)
        pieces = list(group)
        on_top = _painted(pieces, rows.hour[here])
        here, on_top = here[on_top >= 0], on_top[on_top >= 0]
        holder, load_id, available = (
            np.array([getattr(p, name) for p in pieces], dtype=np.int64)[on_top]
            for name in ("holder", "load_id", "available")
        )
        known, load = rows.available[here], rows.load[here]
        later = (known > available) | ((known == available) & (load > load_id))
        stands[here] = np.where(restates[here], holder == load, stands[here] & later)
    return stands


def _painted(pieces: Sequence[Restatement], hour: Ints) -> Ints:
    """(n,) the number of the last piece that covers each hour; -1 where none does."""
    first, end = min(p.first for p in pieces), max(p.end for p in pieces)
    paint = np.full(end - first + 1, -1, dtype=np.int64)  # the last cell is for hours beyond
    for number, piece in enumerate(pieces):
        paint[piece.first - first : piece.end - first] = number
    inside = (hour >= first) & (hour < end)
    found: Ints = paint[np.where(inside, hour - first, end - first)]
    return found
