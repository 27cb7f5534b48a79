"""What is known at a time: which of the stored rows stand, and which a later fact replaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.table import Bools, Ints


@dataclass(frozen=True, slots=True)
class Restatement:
    """A snapshot load: what `source` (a number) charged in the hours [first, end) is what it holds, from `available`."""

    load_id: int
    source: int
    first: int
    end: int
    available: int


def newest(series: Ints, hour: Ints, available: Ints, load: Ints) -> Ints:
    """Row numbers of the newest row of each (series, hour), by available and then by load, in order of the key."""
    order = np.lexsort((load, available, hour, series))
    s, h = series[order], hour[order]
    last = np.ones(len(order), dtype=bool)
    last[:-1] = (s[1:] != s[:-1]) | (h[1:] != h[:-1])
    return order[last]


def restated(source: Ints, hour: Ints, load: Ints, available: Ints, snapshots: list[Restatement]) -> Bools:
    """(n,) rows that a later snapshot of their source replaced: they may be in it again, or gone."""
    gone = np.zeros(len(hour), dtype=bool)
    for shot in snapshots:
        older = (available < shot.available) | ((available == shot.available) & (load < shot.load_id))
        gone |= (source == shot.source) & (hour >= shot.first) & (hour < shot.end) & older & (load != shot.load_id)
    return gone
