"""The stored rows that stand at a time, read back as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from ledger.rowio import read_rows
from ledger.schema import load, restatement, series
from ledger.supersede import Restatement, RowKeys, newest, standing
from ledger.table import CostTable, Ints
from ledger.types import DIMENSIONS

EVER = 1 << 60
"""A time in seconds that nothing lies behind."""


@dataclass(frozen=True, eq=False)
class State:
    """Rows that stand, in every version, over the leaves of the store. `series` and `load` number each row's own."""

    table: CostTable
    series: Ints
    load: Ints
    snapshots: frozenset[int]

    def newest(self) -> State:
        """One row of each series and hour."""
        zeros = np.zeros_like(self.load)
        rows = newest(RowKeys(self.series, self.table.hour, self.table.available, self.load, zeros))
        return State(self.table.take(rows), self.series[rows], self.load[rows], self.snapshots)


def read_state(
    conn: Connection,
    until: int = EVER,
    *,
    source: str | None = None,
    hours: tuple[int, int] | None = None,
    undone_by: int | None = None,
) -> State:
    """What stands at `until` (epoch seconds), of one source or all, of the hours [from, to) or all. Loads are left out
    that were taken back by then, or by `undone_by`."""
    of_source = [load.c.source == source] if source is not None else []
    undos = (load.c.kind == "undo") & (load.c.available <= (until if undone_by is None else undone_by))
    undone = set(conn.execute(select(load.c.undoes).where(undos, *of_source)).scalars())
    loads = conn.execute(select(load).where(load.c.kind != "undo", load.c.available <= until, *of_source)).all()
    snapshots = frozenset(r.id for r in loads if r.kind == "snapshot")
    leaves = _leaves(conn, source)
    number = {name: i for i, name in enumerate(dict.fromkeys(leaves["source"]))}
    shots = {r.id: r for r in loads if r.id in snapshots - undone and r.source in number}
    pieces = conn.execute(select(restatement).join(load).where(load.c.available <= until, *of_source)) if shots else ()
    restatements = [
        Restatement(number[shots[p.load_id].source], shots[p.load_id].available, p.load_id, p.first, p.end, p.holder)
        for p in pieces
        if p.load_id in shots
    ]
    raw = read_rows(conn, until, source, hours)
    leaf = np.searchsorted(leaves["id"].to_numpy(dtype=np.int64), raw.series)
    of = np.array([number[s] for s in leaves["source"]], dtype=np.int64)
    keys = RowKeys(raw.series, raw.hour, raw.available, raw.load, of[leaf])
    keep = standing(keys, undone=undone, snapshots=snapshots, restatements=restatements)
    table = CostTable(leaves.drop(columns="id"), leaf, raw.hour, raw.available, raw.drivers, raw.cost)
    if keep.all():
        return State(table, raw.series, raw.load, snapshots)
    return State(table.take(keep), raw.series[keep], raw.load[keep], snapshots)


def used(table: CostTable) -> CostTable:
    """The table over the leaves that it has rows of."""
    there = np.bincount(table.leaf, minlength=len(table.leaves)) > 0
    leaf = (np.cumsum(there) - 1)[table.leaf]
    leaves = table.leaves[there].reset_index(drop=True)
    return CostTable(leaves, leaf, table.hour, table.available, table.drivers, table.cost)


def _leaves(conn: Connection, source: str | None) -> pd.DataFrame:
    """The leaves of the store in order of their id."""
    names = ["id", *DIMENSIONS, "source", "grain"]
    query = select(*(series.c[n] for n in names)).order_by(series.c.id)
    rows = conn.execute(query.where(series.c.source == source) if source is not None else query).all()
    return pd.DataFrame([tuple(r) for r in rows], columns=names, dtype=object).astype({"grain": np.int64})
