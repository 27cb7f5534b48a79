"""Who does which slot of which job: claimed by a row in the store, so that two processes do each slot once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, and_, func, or_, select, update

from ledger.engine import insert_ignore, reading
from ledger.schema import job_run

LEASE = timedelta(minutes=15)
"""How long a slot belongs to a process that no longer reports; then another takes it over."""
ATTEMPTS = 3


def claim(engine: Engine, job: str, slot: datetime, *, holder: str, now: datetime) -> bool:
    """True where the slot is now this holder's: nobody had it, or its holder failed or is gone."""
    mine = {"holder": holder, "lease_until": now + LEASE, "state": "running"}
    with engine.begin() as conn:
        if insert_ignore(conn, job_run, {"job": job, "slot": slot, "attempts": 1, "error": "", **mine}):
            return True
        gone = and_(job_run.c.state == "running", job_run.c.lease_until < now)
        free = or_(gone, job_run.c.state == "failed")
        statement = update(job_run).where(
            job_run.c.job == job, job_run.c.slot == slot, job_run.c.attempts < ATTEMPTS, free
        )
        return conn.execute(statement.values(attempts=job_run.c.attempts + 1, **mine)).rowcount == 1


def finish(engine: Engine, job: str, slot: datetime, *, holder: str, error: str = "") -> None:
    """Writes how it ended, where the slot is still this holder's."""
    with engine.begin() as conn:
        statement = update(job_run).where(job_run.c.job == job, job_run.c.slot == slot, job_run.c.holder == holder)
        conn.execute(statement.values(state="failed" if error else "done", error=error[:2000]))


def first_slot(engine: Engine) -> datetime | None:
    """Since when jobs are run on this store at all; a slot before it was not missed."""
    with reading(engine) as conn:
        return conn.execute(select(func.min(job_run.c.slot))).scalar()
