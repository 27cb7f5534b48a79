"""Cost rows with all their versions, seen as they became known: what a replay and a tick feed the detector with."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from ledger.table import CostTable, Ints
from ledger.types import from_hour, utc

NEVER = 1 << 60


class History:
    """Over a CostTable in which a key (leaf, hour) may stand more than once, the one with the later `available`
    replacing the earlier."""

    def __init__(self, table: CostTable) -> None:
        self._table = table.take(np.argsort(table.available, kind="stable"))
        self._replaced = _replaced_at(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def known(self, at: datetime) -> CostTable:
        """What was known at a time."""
        end = self._end(at)
        return self._table.take(np.flatnonzero(self._replaced[:end] > _seconds(at)))

    def learnt(self, after: datetime, until: datetime) -> CostTable:
        """What became known in (after, until], the newest version of each key."""
        start, end = self._end(after), self._end(until)
        return self._table.take(start + np.flatnonzero(self._replaced[start:end] > _seconds(until)))

    def hours(self) -> tuple[datetime, datetime]:
        """The first hour that has cost, and the hour at which the newest row was known, rounded up."""
        first, last = int(self._table.hour.min()), int(self._table.available.max())
        return from_hour(first), from_hour(-(-last // 3600))

    def _end(self, at: datetime) -> int:
        return int(np.searchsorted(self._table.available, _seconds(at), side="right"))


def whole_hours(after: datetime, until: datetime) -> list[datetime]:
    """The whole hours in (after, until]."""
    first = after.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return [first + timedelta(hours=i) for i in range(max(0, (until - first) // timedelta(hours=1) + 1))]


def _seconds(moment: datetime) -> int:
    return int(utc(moment).timestamp())


def _replaced_at(table: CostTable) -> Ints:
    """(n,) when a later version of the row's key became known; rows are in order of `available`."""
    order = np.lexsort((np.arange(len(table)), table.hour, table.leaf))
    leaf, hour = table.leaf[order], table.hour[order]
    again = np.flatnonzero((leaf[1:] == leaf[:-1]) & (hour[1:] == hour[:-1]))
    replaced = np.full(len(table), NEVER, dtype=np.int64)
    replaced[order[again]] = table.available[order[again + 1]]
    return replaced
