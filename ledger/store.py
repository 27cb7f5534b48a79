"""The store of cost rows, events and outcomes. Append only: every past state can be asked for, nothing is edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select

from ledger.announced import append_end, append_events, append_outcomes, read_events, read_outcomes
from ledger.batch import Batch, LoadReport
from ledger.engine import open_engine, reading, writing
from ledger.incoming import incoming
from ledger.loading import reaches, store_load, undo_load
from ledger.schema import load
from ledger.state import EVER, read_state, used
from ledger.table import CostTable
from ledger.truth import Account, Difference, apply_truth, differences
from ledger.types import Event, Outcome, from_hour, to_hour, to_second


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
    """How far a source's data reaches: the end of its newest span, and when its newest load became known."""

    source: str
    reaches: datetime
    known: datetime


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

    def ingest(self, batch: Batch, *, loaded_at: datetime) -> LoadReport:
        """Stores a batch whole or not at all; rows that are known already add nothing.

        Raises BadRows where two of its rows contradict each other or a stored row, LedgerError where it overlaps
        another source of the same account and no setting says which is the truth."""
        rows = incoming(batch)
        with writing(self.engine) as conn:
            return store_load(conn, batch, rows, accounts=self.accounts, loaded_at=loaded_at)

    def undo(self, load_id: int, *, at: datetime) -> LoadReport:
        """Takes a load back from `at` on; what was known before stays known then. Raises LedgerError for no such load."""
        with writing(self.engine) as conn:
            return undo_load(conn, load_id, at=at)

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
        table = self._known(at, since)
        if since is not None:
            table = table.take(table.hour >= to_hour(since))
        return used(table)

    def _known(self, at: datetime | None, since: datetime | None) -> CostTable:
        day = (
            to_hour(since) // 24 * 24 if since is not None else 0
        )  # a bill by the day is shared out over the whole day
        return apply_truth(self._stored(at, (day, EVER) if since is not None else None), self.accounts)

    def _stored(self, at: datetime | None, hours: tuple[int, int] | None = None) -> CostTable:
        with reading(self.engine) as conn:
            return read_state(conn, EVER if at is None else to_second(at), hours=hours).newest().table

    def differences(self, at: datetime | None = None) -> list[Difference]:
        """By account and day, what the source of truth and each other source say."""
        return differences(self._stored(at), self.accounts)

    def freshness(self, at: datetime | None = None) -> list[Freshness]:
        """How far each source reaches, by what was known at `at`."""
        with reading(self.engine) as conn:
            found = reaches(conn, EVER if at is None else to_second(at))
        return [Freshness(s, from_hour(h), datetime.fromtimestamp(k, UTC)) for s, (h, k) in sorted(found.items())]

    def add_events(self, events: Iterable[Event], *, at: datetime) -> int:
        """Adds events, or brings those of the same id up to date; returns how many said something new."""
        with writing(self.engine) as conn:
            return append_events(conn, events, at=at)

    def end_event(self, event_id: str, *, at: datetime, until: datetime) -> Event:
        """Ends an event at `until`. Raises LedgerError for no such event."""
        with writing(self.engine) as conn:
            return append_end(conn, event_id, at=at, until=until)

    def events(self, at: datetime | None = None) -> list[Event]:
        """The events as they were known at `at`, by time."""
        with reading(self.engine) as conn:
            return read_events(conn, at)

    def add_outcomes(self, outcomes: Iterable[Outcome], *, at: datetime) -> int:
        """Adds outcome counts, a later count of one hour, scope and name replacing the earlier; returns how many."""
        with writing(self.engine) as conn:
            return append_outcomes(conn, outcomes, at=at)

    def outcomes(self, since: datetime | None = None, until: datetime | None = None) -> list[Outcome]:
        """Outcome counts of the hours in [since, until), by hour."""
        with reading(self.engine) as conn:
            return read_outcomes(conn, since, until)
