"""Loads: how a batch is stored whole or not at all, and how one is taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, insert, select

from ledger.batch import Batch, LoadReport
from ledger.incoming import Incoming, News, compare_rows, compare_snapshot
from ledger.rowio import write_rows
from ledger.schema import cost, load, restatement, series
from ledger.state import EVER, read_state
from ledger.table import CostTable, Ints
from ledger.truth import Account, refuse_overlap
from ledger.types import LedgerError, to_hour, to_second

Span = tuple[int, int]


def store_load(
    conn: Connection, batch: Batch, rows: Incoming, *, accounts: Sequence[Account], loaded_at: datetime
) -> LoadReport:
    """Appends what a batch says that is not known yet. Raises BadRows and LedgerError as Store.ingest does."""
    table = rows.table
    report = LoadReport(
        None, batch.source, batch.name, len(batch.frame), 0, 0, len(table), len({(f.file, f.row) for f in batch.bad}),
        int(table.cost.sum()), batch.unpriced, f"{batch.name} was loaded before; nothing changed", batch.priced,
        batch.bad_file, batch.warning,
    )  # fmt: skip
    if _loaded_before(conn, batch):
        return report
    _refuse_overlaps(conn, batch.source, table, accounts)
    number = _series_ids(conn, table.leaves)[table.leaf]
    covers = _covers(batch, table)
    news = _compare(conn, batch, rows, number, covers, to_second(loaded_at)) if covers else None
    if news is None or covers is None or not (news.keep.any() or news.gone):
        return replace(report, message=f"all rows of {batch.name} are known; nothing changed")
    load_id = _append_load(conn, batch, news, covers, loaded_at)
    known = CostTable(table.leaves, table.leaf, table.hour, news.available, table.drivers, table.cost)
    write_rows(conn, load_id, number[news.keep], known.take(news.keep), rows.take(news.keep).originals)
    message = f"{batch.name}: {news.new} new, {news.changed} replaced, {news.known} known already"
    message += f", {news.gone} no longer in it" if news.gone else ""
    return replace(report, load_id=load_id, new=news.new, replaced=news.changed, repeated=news.known, message=message)


def undo_load(conn: Connection, load_id: int, *, at: datetime) -> LoadReport:
    """Appends that a load is taken back from `at` on. Raises LedgerError where there is no such load."""
    row = conn.execute(select(load).where(load.c.id == load_id)).first()
    if row is None or row.undoes is not None:
        raise LedgerError(f"there is no load {load_id}; `why-spike ingest --list` shows them")
    report = LoadReport(None, row.source, row.name, 0, 0, 0, 0, 0, 0, {}, "")
    if conn.execute(select(load.c.id).where(load.c.undoes == load_id)).first():
        return replace(report, message=f"load {load_id} was taken back before; nothing changed")
    values = {
        "source": row.source, "kind": "undo", "name": row.name, "content_hash": "", "loaded_at": at,
        "available": to_second(at), "rows": 0, "undoes": load_id,
    }  # fmt: skip
    number = int(conn.execute(insert(load).values(**values).returning(load.c.id)).scalar_one())
    message = f"load {load_id} ({row.name}, {row.rows} rows) is taken back"
    return replace(report, load_id=number, rows=row.rows, message=message)


def reaches(conn: Connection, until: int) -> dict[str, Span]:
    """Of each source, by the loads that stand at `until` (epoch seconds): the hour its data end, and the second at which
    the newest of it became known. A bill that covers the month to its end reaches no further than when it was read."""
    rows = conn.execute(select(load).order_by(load.c.id)).all()
    undone = {r.undoes for r in rows if r.available <= until}
    found: dict[str, Span] = {}
    for r in rows:
        if r.undoes is not None or r.id in undone:
            continue
        end, known = (r.covers_to, r.available) if r.available <= until else _known_of(conn, r.id, until)
        if known is not None:
            end = min(end, -(-known // 3600))
            before = found.get(r.source, (end, known))
            found[r.source] = max(before[0], end), max(before[1], known)
    return found


def _known_of(conn: Connection, load_id: int, until: int) -> Any:
    """The same of a load that was known only in part."""
    query = select(func.max(cost.c.hour + series.c.grain), func.max(cost.c.available)).join(series)
    return conn.execute(query.where(cost.c.load_id == load_id, cost.c.available <= until)).one()


def _loaded_before(conn: Connection, batch: Batch) -> bool:
    """True where the last load of this name had this content, or, of a name never seen, any load of the source.

    Not simply any load of this content: a file that goes back to what it once was says something new. And only since the
    source's last undo: what was taken back may have been the only load that stored what this one repeats."""
    undone = select(func.coalesce(func.max(load.c.id), 0)).where(load.c.source == batch.source, load.c.kind == "undo")
    query = select(load.c.name, load.c.content_hash).where(
        load.c.source == batch.source, load.c.id > undone.scalar_subquery()
    )
    last = {r.name: r.content_hash for r in conn.execute(query.order_by(load.c.id))}
    return bool(last.get(batch.name, batch.content_hash) == batch.content_hash and batch.content_hash in last.values())


def _refuse_overlaps(conn: Connection, source: str, table: CostTable, accounts: Sequence[Account]) -> None:
    """Raises LedgerError where another source holds cost of the same account over the same hours and no setting says
    which of the two is the truth."""
    names = table.leaves["account"].dropna().unique().tolist()
    query = select(series.c.account, series.c.source).where(series.c.account.in_(names), series.c.source != source)
    ruled = {(a.name, s) for a in accounts for s in (a.truth, *a.others)}
    for account, other in sorted(tuple(r) for r in conn.execute(query.distinct())):
        if (account, source) not in ruled or (account, other) not in ruled:
            hours = (int(table.hour.min()) - 24, int(table.hour.max()) + 24)
            stored = read_state(conn, source=other, hours=hours).newest().table
            refuse_overlap(account, (source, table), (other, stored))


def _covers(batch: Batch, table: CostTable) -> Span | None:
    """The hours [from, to) that a load speaks of; None where it has no row and covers nothing."""
    spans = [(to_hour(batch.covers[0]), -(-to_second(batch.covers[1]) // 3600))] if batch.covers else []
    if len(table):
        grain = table.leaves["grain"].to_numpy(dtype=np.int64)[table.leaf]
        spans.append((int(table.hour.min()), int((table.hour + grain).max())))
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _compare(conn: Connection, batch: Batch, rows: Incoming, number: Ints, covers: Span, loaded: int) -> News:
    if batch.kind == "rows":
        stored = read_state(conn, source=batch.source, hours=covers)
        return compare_rows(batch, rows, number, stored, loaded=loaded)
    until = int(rows.table.available.max()) if len(rows.table) else loaded
    stored = read_state(conn, until, source=batch.source, hours=covers, undone_by=EVER)
    return compare_snapshot(rows, number, stored, covers=covers)


def _append_load(conn: Connection, batch: Batch, news: News, covers: Span, loaded_at: datetime) -> int:
    """The load's own row and, of a snapshot, what it restates; returns its id."""
    values = {
        "source": batch.source, "kind": batch.kind, "name": batch.name, "content_hash": batch.content_hash,
        "loaded_at": loaded_at, "available": int(news.available.max()) if len(news.available) else to_second(loaded_at),
        "covers_from": covers[0], "covers_to": covers[1], "rows": int(news.keep.sum()),
    }  # fmt: skip
    load_id = int(conn.execute(insert(load).values(**values).returning(load.c.id)).scalar_one())
    pieces = [
        {"load_id": load_id, "first": first, "end": end, "holder": load_id if holder is None else holder}
        for first, end, holder in news.pieces
    ]
    if pieces:
        conn.execute(insert(restatement), pieces)
    return load_id


def _series_ids(conn: Connection, leaves: pd.DataFrame) -> Ints:
    """(m,) the stored number of each leaf, made where it is new; known by a hash in which null is a value of its own."""
    rows = leaves.astype(object).where(leaves.notna(), None).to_dict("records")
    hashes = [hashlib.sha256(json.dumps(r, sort_keys=True, default=int).encode()).hexdigest() for r in rows]
    sources = leaves["source"].unique().tolist()
    query = select(series.c.hash, series.c.id).where(series.c.source.in_(sources))
    known: dict[str, int] = {r.hash: r.id for r in conn.execute(query)}
    new = [
        {"hash": h, **{str(k): v for k, v in r.items()}} for h, r in zip(hashes, rows, strict=True) if h not in known
    ]
    if new:
        conn.execute(insert(series), new)
        known = {r.hash: r.id for r in conn.execute(query)}
    return np.array([known[h] for h in hashes], dtype=np.int64)
