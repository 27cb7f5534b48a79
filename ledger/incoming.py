"""The rows of one load, by key: added up or checked among themselves, then compared with what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from ledger.batch import BadRows, Batch, Fault
from ledger.state import State
from ledger.table import Bools, CostTable, Ints, table_of
from ledger.types import from_hour

_ORIGINALS = ["original_currency", "original_cost", "row"]


@dataclass(frozen=True, eq=False)
class Incoming:
    """The rows of a load: a table of its own leaves, and beside each row its original amount and number in the file."""

    table: CostTable
    originals: pd.DataFrame

    def take(self, rows: Ints | Bools) -> Incoming:
        """The rows chosen by number or mask."""
        return Incoming(self.table.take(rows), self.originals.iloc[np.arange(len(self.table))[rows]])


@dataclass(frozen=True, eq=False)
class News:
    """What a load adds: the mask of rows to store, how many of the keys are new, changed or known, how many stored rows
    it takes away, and (first, end, holder) of what a snapshot restates, a holder of None being the load itself."""

    keep: Bools
    available: Ints
    new: int
    changed: int
    known: int
    gone: int = 0
    pieces: tuple[tuple[int, int, int | None], ...] = ()


def incoming(batch: Batch) -> Incoming:
    """The batch's rows, one for each key and available_at (of a snapshot one for each key, known from its newest row).

    Raises BadRows where two rows of one key and available_at differ and the batch does not add up."""
    rows = Incoming(table_of(batch.frame, batch.source), batch.frame[_ORIGINALS].reset_index(drop=True))
    table = rows.table
    if batch.kind == "snapshot" and len(table):
        known = np.full(len(table), table.available.max())
        table = CostTable(table.leaves, table.leaf, table.hour, known, table.drivers, table.cost)
    order = np.lexsort((table.available, table.hour, table.leaf))
    keys = np.stack([table.leaf, table.hour, table.available])[:, order]
    again = np.zeros(len(table), dtype=bool)
    again[1:] = (keys[:, 1:] == keys[:, :-1]).all(axis=0)
    rows = Incoming(table.take(order), rows.originals.iloc[order])
    if not again.any():
        return rows
    if batch.adds_up or batch.kind == "snapshot":
        return _added_up(rows, np.flatnonzero(~again))
    _refuse_contradictions(batch, rows, again)
    return rows.take(~again)


def compare_rows(batch: Batch, rows: Incoming, series: Ints, stored: State, *, loaded: int) -> News:
    """What of single rows is new. Raises BadRows where a row says something else than a stored one of its key and
    available_at; where available_at was derived, what changed is known from when it was loaded (epoch seconds)."""
    table, last = rows.table, stored.newest()
    newest = _find([series, table.hour], [last.series, last.table.hour])
    before = np.where(newest >= 0, last.table.available[newest], -1) if len(last.table) else newest
    if batch.derived:
        known = _same(table, last.table, newest)
        changed = (newest >= 0) & ~known
        available = np.where(changed, np.maximum(before, np.maximum(table.available, loaded)), table.available)
    else:
        version = _find(
            [series, table.hour, table.available], [stored.series, stored.table.hour, stored.table.available]
        )
        known = _same(table, stored.table, version)
        clash = np.flatnonzero((version >= 0) & ~known)
        if len(clash):
            raise BadRows([_contradiction(batch, rows, i, "a stored row of the same key") for i in clash.tolist()])
        available = table.available
        changed = ~known & (newest >= 0) & (available > before)
    count = int(known.sum()), int(changed.sum())
    return News(~known, available, len(table) - sum(count), count[1], count[0])


def compare_snapshot(rows: Incoming, series: Ints, stored: State, *, covers: tuple[int, int]) -> News:
    """What of a restatement is new against what stood when it became known: days on which nothing changed are left
    with the snapshot that holds them."""
    table, last = rows.table, stored.newest()
    there = _find([series, table.hour], [last.series, last.table.hour])
    known = _same(table, last.table, there)
    confirmed = np.zeros(len(last.table), dtype=bool)
    confirmed[there[known]] = True
    gone = np.ones(len(last.table), dtype=bool)
    gone[there[there >= 0]] = False
    first, end = covers[0] // 24, -(-covers[1] // 24)
    moved = np.zeros(end - first, dtype=bool)
    moved[table.hour[~known] // 24 - first] = True
    moved[last.table.hour[~confirmed] // 24 - first] = True
    holder = _holders(last, moved, first)
    keep = (holder < 0)[table.hour // 24 - first] if moved.any() else np.zeros(len(table), dtype=bool)
    changed = int((~known & (there >= 0)).sum())
    new = len(table) - changed - int(known.sum())
    pieces = _pieces(holder, first, covers)
    return News(keep, table.available, new, changed, int(known.sum()), int(gone.sum()), pieces)


def _holders(last: State, moved: Bools, first: int) -> Ints:
    """(days,) the one snapshot that holds all rows of an unmoved day; -1 where there is none."""
    day = last.table.hour // 24 - first
    least, most = np.full(len(moved), np.iinfo(np.int64).max), np.full(len(moved), -1)
    np.minimum.at(least, day, last.load)
    np.maximum.at(most, day, last.load)
    whole = ~moved & (least == most) & np.isin(most, list(last.snapshots))
    return np.where(whole, most, -1)


def _pieces(holder: Ints, first: int, covers: tuple[int, int]) -> tuple[tuple[int, int, int | None], ...]:
    """(first hour, end, holder) of each run of days with one holder, within what is covered."""
    starts = np.flatnonzero(np.diff(holder, prepend=-2))
    bounds = [*(starts + first).tolist(), first + len(holder)]
    return tuple(
        (max(a * 24, covers[0]), min(b * 24, covers[1]), None if holder[s] < 0 else int(holder[s]))
        for s, a, b in zip(starts, bounds, bounds[1:], strict=False)
    )


def _find(wanted: list[Ints], among: list[Ints]) -> Ints:
    """(n,) where each key (one of each array) last stands among others; -1 where it does not."""
    keys = pd.MultiIndex.from_arrays(among)
    last = np.flatnonzero(~keys.duplicated(keep="last"))
    found = keys[last].get_indexer(pd.MultiIndex.from_arrays(wanted))
    return np.where(found >= 0, last[found], -1) if len(last) else np.full(len(wanted[0]), -1)


def _same(table: CostTable, other: CostTable, place: Ints) -> Bools:
    """(n,) rows that are found in the other table and say the same there."""
    same: Bools = place >= 0
    rows = np.flatnonzero(same)
    at = place[rows]
    same[rows] = (table.cost[rows] == other.cost[at]) & (table.drivers[rows] == other.drivers[at]).all(axis=1)
    return same


def _added_up(rows: Incoming, starts: Ints) -> Incoming:
    """Sums of runs of rows; a count that no row of a run knows stays unknown."""
    table, known = rows.table, rows.table.drivers >= 0
    counts = np.add.reduceat(np.where(known, table.drivers, 0), starts)
    counts[~np.logical_or.reduceat(known, starts)] = -1
    cost = np.add.reduceat(table.cost, starts)
    summed = CostTable(table.leaves, table.leaf[starts], table.hour[starts], table.available[starts], counts, cost)
    return Incoming(summed, _originals_added_up(rows.originals.reset_index(drop=True), starts))


def _originals_added_up(originals: pd.DataFrame, starts: Ints) -> pd.DataFrame:
    """Original amounts of runs of rows: their sum where all are of one currency, else none."""
    first = originals.iloc[starts].reset_index(drop=True)
    run = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(originals)))
    foreign = np.unique(run[originals["original_currency"].notna().to_numpy()])
    for number in foreign[np.bincount(run)[foreign] > 1]:
        part = originals.iloc[starts[number] : starts[number + 1] if number + 1 < len(starts) else None]
        one = part["original_currency"].nunique(dropna=False) == 1
        first.loc[number, "original_cost"] = str(sum(map(Decimal, part["original_cost"]))) if one else None
        first.loc[number, "original_currency"] = part["original_currency"].iloc[0] if one else None
    return first


def _refuse_contradictions(batch: Batch, rows: Incoming, again: Bools) -> None:
    """Raises BadRows for runs of rows that do not all say what the first of them says."""
    table, head = rows.table, np.maximum.accumulate(np.where(again, 0, np.arange(len(again))))
    differs = (table.cost != table.cost[head]) | (table.drivers != table.drivers[head]).any(axis=1)
    if differs.any():
        numbers = rows.originals["row"].to_numpy()
        raise BadRows(
            [_contradiction(batch, rows, i, f"row {int(numbers[head[i]])}") for i in np.flatnonzero(differs).tolist()]
        )


def _contradiction(batch: Batch, rows: Incoming, place: int, other: str) -> Fault:
    number = int(rows.originals["row"].iloc[place])
    return Fault(
        batch.name, number, "hour", f"{from_hour(rows.table.hour[place]):%Y-%m-%dT%H:%MZ}",
        f"it has the key and available_at of {other}, and says something else",
        "give the newer one a later available_at, or set adds_up for the source",
    )  # fmt: skip
