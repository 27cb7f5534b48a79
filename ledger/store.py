"""The store of cost rows, events and outcomes. Append only: every past state can be asked for, nothing is edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, Row, func, insert, select

from ledger.batch import BadRows, Batch, Fault, LoadReport
from ledger.engine import open_engine, reading
from ledger.rowio import read_rows, write_rows
from ledger.schema import cost, event, load, outcome, series
from ledger.supersede import Restatement, newest, restated
from ledger.table import CostTable, Ints
from ledger.truth import Account, Difference, apply_truth, differences, refuse_overlap
from ledger.types import DIMENSIONS, DRIVERS, Event, LedgerError, Outcome, from_hour, scope_json, scope_of, to_hour, utc

LEAF = ("source", "grain", *DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Load:
    """One load as it is listed. `undone` says that a later undo took it back."""

    id: int
    source: str
    kind: str
    name: str
    loaded_at: datetime
    rows: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a source's data reaches: the end of its newest span, and when that became known."""

    source: str
    reaches: datetime
    known: datetime


def seconds(moment: datetime) -> int:
    return int(utc(moment).timestamp())


class Store:
    """Cost rows, events and outcomes behind an engine at the newest schema.

    `accounts` says, where two sources hold cost of one account, which is the truth and what the others are for."""

    def __init__(self, engine: Engine, accounts: Sequence[Account] = ()) -> None:
        self.engine = engine
        self.accounts = tuple(accounts)

    @classmethod
    def open(cls, url: str, accounts: Sequence[Account] = ()) -> Store:
        """The store at a URL, made and migrated where needed. Raises LedgerError."""
        return cls(open_engine(url), accounts)

    def ingest(self, batch: Batch, *, loaded_at: datetime, dry_run: bool = False) -> LoadReport:
        """Stores a batch whole or not at all; rows that are known already add nothing.

        Raises BadRows where two of its rows contradict each other or a stored row, LedgerError where it overlaps
        another source of the same account and no setting says which is the truth."""
        with self.engine.connect() as conn, conn.begin() as transaction:
            report = self._ingest(conn, batch, loaded_at)
            if dry_run:
                transaction.rollback()
                return replace(report, load_id=None)
        return report

    def _ingest(self, conn: Connection, batch: Batch, loaded_at: datetime) -> LoadReport:
        frame = _added_up(batch) if batch.adds_up or batch.kind == "snapshot" else _unrepeated(batch)
        total = int(frame["cost_nano"].sum())
        report = LoadReport(
            None, batch.source, batch.name, len(batch.frame), 0, 0, 0, len(batch.bad), total, batch.unpriced, ""
        )
        if self._stands(conn, batch):
            return replace(report, repeated=len(frame), message=f"{batch.name} was loaded before; nothing changed")
        if frame["account"].notna().any():
            refuse_overlap(self._stored(conn, None), batch.source, frame, self.accounts)
        leaf = _series_ids(conn, batch.source, frame)
        hour = _epoch(frame["hour"]) // 3600
        available = _epoch(frame["available_at"])
        keep, replaced, available = self._compare(conn, batch, frame, leaf, hour, available, loaded_at)
        if not keep.any() and batch.kind == "rows":
            return replace(report, repeated=len(frame), message=f"all rows of {batch.name} are known; nothing changed")
        first, end = _covers(batch, frame)
        effective = int(available.max()) if len(available) else seconds(loaded_at)
        values = {
            "source": batch.source, "kind": batch.kind, "name": batch.name, "content_hash": batch.content_hash,
            "loaded_at": loaded_at, "available": effective, "covers_from": first, "covers_to": end, "rows": int(keep.sum()),
        }  # fmt: skip
        number = int(conn.execute(insert(load).values(**values).returning(load.c.id)).scalar_one())
        if batch.kind == "snapshot":
            available = np.full(len(frame), effective)
        write_rows(conn, number, leaf[keep], hour[keep], available[keep], frame[keep])
        new = int(keep.sum()) - replaced
        message = f"{batch.name}: {new} new, {replaced} replaced, {int((~keep).sum())} known already"
        return replace(report, load_id=number, new=new, replaced=replaced, repeated=int((~keep).sum()), message=message)

    def _stands(self, conn: Connection, batch: Batch) -> bool:
        """True where the newest load of this content stands: it was neither undone nor restated since."""
        mine = conn.execute(
            select(load.c.id, load.c.content_hash).where(load.c.source == batch.source).order_by(load.c.id.desc())
        ).all()
        undone = set(conn.execute(select(load.c.undoes).where(load.c.undoes.is_not(None))).scalars())
        if batch.kind == "snapshot":
            shots = [i for i, content in mine if i not in undone and content]
            return bool(shots) and dict(map(tuple, mine))[shots[0]] == batch.content_hash
        return any(content == batch.content_hash and i not in undone for i, content in mine)

    def _compare(
        self, conn: Connection, batch: Batch, frame: pd.DataFrame, leaf: Ints, hour: Ints, available: Ints, at: datetime
    ) -> tuple[np.ndarray, int, Ints]:
        """Which rows say something new, how many of them replace another, and from when they are known."""
        keep = np.ones(len(frame), dtype=bool)
        if batch.kind == "snapshot" or not len(frame):
            return keep, 0, available
        stored = self._rows(conn, None, source=batch.source, hours=(int(hour.min()), int(hour.max()) + 1))
        if not len(stored.hour):
            return keep, 0, available
        known = pd.MultiIndex.from_arrays([stored.series, stored.hour])
        place = known.get_indexer(pd.MultiIndex.from_arrays([leaf, hour]))
        found = np.flatnonzero(place >= 0)
        old = place[found]
        same = (stored.cost[old] == frame["cost_nano"].to_numpy()[found]) & (
            stored.drivers[old] == _drivers(frame)[found]
        ).all(axis=1)
        keep[found[same]] = False
        changed, before = found[~same], old[~same]
        available = available.copy()
        if batch.derived:
            available[changed] = np.maximum(available[changed], max(seconds(at), 0))
        clash = changed[available[changed] == stored.available[before]]
        if len(clash):
            raise BadRows([_contradiction(batch, frame.iloc[i], "a stored row of the same key") for i in clash])
        return keep, len(changed), available

    def undo(self, load_id: int, *, at: datetime) -> LoadReport:
        """Takes a load back from `at` on; what was known before stays known then. Raises LedgerError for no such load."""
        with self.engine.begin() as conn:
            row = conn.execute(select(load).where(load.c.id == load_id)).first()
            if row is None or row.undoes is not None:
                raise LedgerError(f"there is no load {load_id}; `why-spike ingest --list` shows them")
            if conn.execute(select(load.c.id).where(load.c.undoes == load_id)).first():
                message = f"load {load_id} was taken back before; nothing changed"
                return LoadReport(None, row.source, row.name, 0, 0, 0, 0, 0, 0, {}, message)
            values = {
                "source": row.source, "kind": "undo", "name": row.name, "content_hash": "", "loaded_at": at,
                "available": seconds(at), "rows": 0, "undoes": load_id,
            }  # fmt: skip
            number = int(conn.execute(insert(load).values(**values).returning(load.c.id)).scalar_one())
        message = f"load {load_id} ({row.name}, {row.rows} rows) is taken back"
        return LoadReport(number, row.source, row.name, row.rows, 0, 0, 0, 0, 0, {}, message)

    def loads(self) -> list[Load]:
        """Every load, oldest first."""
        with reading(self.engine) as conn:
            rows = conn.execute(select(load).order_by(load.c.id)).all()
        undone = {r.undoes for r in rows}
        return [
            Load(r.id, r.source, r.kind, r.name, r.loaded_at, r.rows, r.id in undone) for r in rows if r.undoes is None
        ]

    def version(self) -> int:
        """Grows with every load and undo: what was read at one version is still true at the same."""
        with reading(self.engine) as conn:
            return int(conn.execute(select(func.coalesce(func.max(load.c.id), 0))).scalar_one())

    def costs(self, at: datetime | None = None, *, since: datetime | None = None) -> CostTable:
        """The cost rows that were known at `at` (by default all), starting at or after `since`."""
        with reading(self.engine) as conn:
            return apply_truth(self._stored(conn, at, since=since), self.accounts)

    def differences(self, at: datetime | None = None) -> list[Difference]:
        """By account and day, what the source of truth and each other source say."""
        with reading(self.engine) as conn:
            return differences(self._stored(conn, at), self.accounts)

    def freshness(self, at: datetime | None = None) -> list[Freshness]:
        """How far each source reaches."""
        with reading(self.engine) as conn:
            query = select(series.c.source, func.max(cost.c.hour + series.c.grain), func.max(cost.c.available))
            query = (
                query.join(series, series.c.id == cost.c.series_id).group_by(series.c.source).order_by(series.c.source)
            )
            if at is not None:
                query = query.where(cost.c.available <= seconds(at))
            rows = conn.execute(query).all()
        return [Freshness(s, from_hour(h), datetime.fromtimestamp(a, UTC)) for s, h, a in rows]

    def _stored(self, conn: Connection, at: datetime | None, *, since: datetime | None = None) -> CostTable:
        hours = (to_hour(since), 1 << 30) if since else None
        rows = self._rows(conn, at, hours=hours)
        return CostTable(rows.leaves, rows.leaf, rows.hour, rows.available, rows.drivers, rows.cost)

    def _rows(
        self, conn: Connection, at: datetime | None, *, source: str | None = None, hours: tuple[int, int] | None = None
    ) -> _Rows:
        """The rows that stand at `at`, before the account rule."""
        until = seconds(at) if at else 1 << 60
        loads = conn.execute(select(load).where(load.c.available <= until).order_by(load.c.id)).all()
        names = conn.execute(select(series).where(series.c.source == source) if source else select(series)).all()
        leaves = pd.DataFrame(
            {"id": [r.id for r in names], **{c: [getattr(r, c) for r in names] for c in LEAF}}, dtype=object
        ).sort_values("id", ignore_index=True)
        raw = read_rows(conn, until, source, hours)
        series_id, load_id, hour, available, drivers, nano = raw
        place = np.searchsorted(leaves["id"].to_numpy(dtype=np.int64), series_id)
        keep = _standing(loads, leaves["source"].to_numpy(), place, hour, load_id, available)
        rows = keep[newest(series_id[keep], hour[keep], available[keep], load_id[keep])]
        return _Rows(
            leaves[["source", "grain", *DIMENSIONS]].astype({"grain": np.int64}),
            place[rows], hour[rows], available[rows], drivers[rows], nano[rows], series_id[rows],
        )  # fmt: skip

    def add_events(self, events: Iterable[Event], *, at: datetime) -> int:
        """Adds events, or brings those of the same id up to date; returns how many said something new."""
        with self.engine.begin() as conn:
            known = {e.id: e for e in self._events(conn, None)}
            new = [e for e in events if known.get(e.id) != e]
            for e in new:
                values = {"id": e.id, "known_at": at, "time": e.time, "until": e.until, "body": _event_text(e)}
                conn.execute(insert(event).values(**values))
        return len(new)

    def end_event(self, event_id: str, *, at: datetime, until: datetime) -> Event:
        """Ends an event at `until`. Raises LedgerError for no such event."""
        with self.engine.begin() as conn:
            known = {e.id: e for e in self._events(conn, None)}
            if event_id not in known:
                raise LedgerError(f"there is no event {event_id}; `why-spike events list` shows them")
            ended = replace(known[event_id], until=until)
            values = {"id": event_id, "known_at": at, "time": ended.time, "until": until, "body": _event_text(ended)}
            conn.execute(insert(event).values(**values))
        return ended

    def events(self, at: datetime | None = None) -> list[Event]:
        """The events as they were known at `at`, by time."""
        with reading(self.engine) as conn:
            return self._events(conn, at)

    def _events(self, conn: Connection, at: datetime | None) -> list[Event]:
        query = select(event).order_by(event.c.seq)
        rows = conn.execute(query.where(event.c.known_at <= at) if at else query).all()
        latest = {r.id: _event_of(r) for r in rows}
        return sorted(latest.values(), key=lambda e: (e.time, e.id))

    def add_outcomes(self, outcomes: Iterable[Outcome], *, at: datetime) -> int:
        """Adds outcome counts; a later count of one hour, scope and name replaces the earlier."""
        known = {(o.hour, o.scope, o.name): o.count for o in self.outcomes()}
        new = [o for o in outcomes if known.get((o.hour, o.scope, o.name)) != o.count]
        with self.engine.begin() as conn:
            rows = [
                {"hour": to_hour(o.hour), "scope": json.dumps(scope_json(o.scope)), "name": o.name, "count": o.count, "loaded_at": at}
                for o in new
            ]  # fmt: skip
            if rows:
                conn.execute(insert(outcome), rows)
        return len(new)

    def outcomes(self, since: datetime | None = None, until: datetime | None = None) -> list[Outcome]:
        """Outcome counts of the hours in [since, until), by hour."""
        query = select(outcome).order_by(outcome.c.loaded_at)
        if since:
            query = query.where(outcome.c.hour >= to_hour(since))
        if until:
            query = query.where(outcome.c.hour < to_hour(until))
        with reading(self.engine) as conn:
            latest = {(r.hour, r.scope, r.name): int(r._mapping["count"]) for r in conn.execute(query)}
        found = [Outcome(from_hour(h), scope_of(json.loads(s)), n, c) for (h, s, n), c in latest.items()]
        return sorted(found, key=lambda o: (o.hour, o.name, str(o.scope)))


@dataclass(frozen=True, eq=False)
class _Rows:
    leaves: pd.DataFrame
    leaf: Ints
    hour: Ints
    available: Ints
    drivers: Ints
    cost: Ints
    series: Ints


def _standing(
    loads: Sequence[Row[Any]], sources: np.ndarray, place: Ints, hour: Ints, load_id: Ints, available: Ints
) -> Ints:
    """Row numbers that no undo and no later snapshot took away."""
    undone = [r.undoes for r in loads if r.undoes is not None]
    keep = ~np.isin(load_id, undone) if undone else np.ones(len(hour), dtype=bool)
    shots = [r for r in loads if r.kind == "snapshot" and r.id not in set(undone)]
    if shots:
        names = {name: i for i, name in enumerate(dict.fromkeys(sources.tolist()))}
        source = np.array([names[s] for s in sources], dtype=np.int64)[place]
        known = [
            Restatement(r.id, names[r.source], r.covers_from, r.covers_to, r.available)
            for r in shots
            if r.source in names
        ]
        keep &= ~restated(source, hour, load_id, available, known)
    return np.flatnonzero(keep)


def _epoch(times: pd.Series) -> Ints:
    found: Ints = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return found


def _drivers(frame: pd.DataFrame) -> Ints:
    columns = [frame[d].fillna(-1).to_numpy(dtype=np.int64) for d in DRIVERS]
    return np.stack(columns, axis=1)


def _covers(batch: Batch, frame: pd.DataFrame) -> tuple[int | None, int | None]:
    if batch.covers:
        return to_hour(batch.covers[0]), to_hour(batch.covers[1])
    if not len(frame):
        return None, None
    return to_hour(frame["hour"].min()), to_hour(frame["hour"].max()) + (24 if (frame["grain"] == "day").any() else 1)


KEY = ["hour", "grain", *DIMENSIONS]


def _added_up(batch: Batch) -> pd.DataFrame:
    """The frame with charges of one key (and one available_at) added up; a driver nobody knows stays unknown."""
    key = [*KEY, "available_at"] if batch.kind == "rows" else KEY
    if not batch.frame.duplicated(key).any():
        return batch.frame
    how = {d: (d, lambda x: x.sum(min_count=1)) for d in DRIVERS}
    rest = {c: (c, "first") for c in ("original_currency", "original_cost", "row", *({"available_at"} - set(key)))}
    return (
        batch.frame.groupby(key, dropna=False, sort=False)
        .agg(cost_nano=("cost_nano", "sum"), **how, **rest)
        .reset_index()
    )


def _unrepeated(batch: Batch) -> pd.DataFrame:
    """The newest row of each key. Raises BadRows where two rows of one key and one available_at differ."""
    frame = batch.frame
    again = frame.duplicated([*KEY, "available_at"], keep=False)
    if again.any():
        twice = frame[again]
        same = twice.duplicated([*KEY, "available_at", *DRIVERS, "cost_nano"], keep="first")
        first = twice.duplicated([*KEY, "available_at"], keep="first") & ~same
        if first.any():
            rows = twice.groupby([*KEY, "available_at"], dropna=False, sort=False)["row"].transform("first")
            clash = [(twice.loc[i], rows.loc[i]) for i in twice.index[first]]
            raise BadRows([_contradiction(batch, row, f"row {other}") for row, other in clash])
        frame = frame.drop(index=twice.index[same])
    return frame.reset_index(drop=True)


def _contradiction(batch: Batch, row: pd.Series, other: str) -> Fault:
    number = None if pd.isna(row["row"]) else int(row["row"])
    value = f"{row['hour']:%Y-%m-%dT%H:%MZ}"
    reason = f"it has the key and available_at of {other}, and says something else"
    return Fault(
        batch.name,
        number,
        "hour",
        value,
        reason,
        "give the newer one a later available_at, or set adds_up for the source",
    )


def _series_ids(conn: Connection, source: str, frame: pd.DataFrame) -> Ints:
    """(n,) the series of each row, made where it is new."""
    grain = np.where(frame["grain"] == "day", 24, 1)
    dims = frame[list(DIMENSIONS)].astype(object).where(frame[list(DIMENSIONS)].notna(), None)
    dims.insert(0, "grain", grain)
    number = dims.groupby(list(dims.columns), dropna=False, sort=False).ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    ids = np.zeros(len(first), dtype=np.int64)
    known = dict(map(tuple, conn.execute(select(series.c.hash, series.c.id).where(series.c.source == source)).all()))
    for place, values in zip(number[first], dims.iloc[first].itertuples(index=False), strict=True):
        row = dict(zip(dims.columns, values, strict=True)) | {"source": source, "grain": int(values[0])}
        digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
        if digest not in known:
            statement = insert(series).values(**row, hash=digest).returning(series.c.id)
            known[digest] = int(conn.execute(statement).scalar_one())
        ids[place] = known[digest]
    return ids[number]


def _event_text(e: Event) -> str:
    body = {
        "kind": e.kind, "scope": scope_json(e.scope), "title": e.title, "expected": e.expected,
        "expected_usd": e.expected_usd, "expected_usd_a_day": e.expected_usd_a_day,
    }  # fmt: skip
    return json.dumps(body)


def _event_of(row: Row[Any]) -> Event:
    body = json.loads(row.body)
    return Event(
        row.id, row.time, row.until, body["kind"], scope_of(body["scope"]), body["title"], body["expected"],
        body["expected_usd"], body["expected_usd_a_day"],
    )  # fmt: skip
