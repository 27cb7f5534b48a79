"""Runs ticks and digests on time. APScheduler is the bell; which slot was done stands in the store (agent/jobs.py)."""

from __future__ import annotations

import logging
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine

from agent import clock, jobs
from agent.config import Config

LATE = timedelta(hours=1)
"""A digest this far behind its slot is marked late."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something done at every slot of its trigger: `work(slot, late)`."""

    name: str
    trigger: CronTrigger
    work: Callable[[datetime, bool], None]


def tick_trigger(config: Config) -> CronTrigger:
    """Every hour at the config's minute, in UTC."""
    return CronTrigger(minute=config.schedule.tick_minute, timezone=UTC)


def digest_trigger(config: Config) -> CronTrigger:
    """Every week on the config's day and hour, in the config's zone."""
    day, hour = config.schedule.digest_day, config.schedule.digest_hour
    return CronTrigger(day_of_week=day, hour=hour, minute=0, timezone=config.zone)


def last_slot(trigger: CronTrigger, now: datetime) -> datetime | None:
    """The newest slot at or before `now`, within the last eight days."""
    found, after = None, now - timedelta(days=8)
    while (slot := trigger.get_next_fire_time(found, after)) is not None and slot <= now:
        found, after = slot, slot + timedelta(seconds=1)
    return found.astimezone(UTC) if found else None


class Runner:
    """Does the newest slot of each job that nobody has done: at the bell, and once at the start for what was missed
    while the process was down. Older slots are not made up: a tick looks at all hours since the last one. `often` is
    done every minute by every process."""

    def __init__(
        self, engine: Engine, work: list[Job], *, now: Callable[[], datetime], often: Callable[[], None] | None = None
    ) -> None:
        self._engine, self._jobs, self._now, self._often = engine, work, now, often
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._one_at_a_time = threading.Lock()
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Sets the bells and catches up what was missed, in the background."""
        for job in self._jobs:
            # The first ring is now, by the same job: one of its own would be removed once it ran, which a stop may
            # cut across. Two at a time, so that the bell is heard while the start still catches up.
            options = {"id": job.name, "misfire_grace_time": None, "coalesce": True, "max_instances": 2}
            self._scheduler.add_job(self.ring, job.trigger, args=[job], next_run_time=clock.now(), **options)
        if self._often is not None:
            self._scheduler.add_job(
                self._do_often, CronTrigger(second=30, timezone=UTC), coalesce=True, max_instances=1
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Ends what is under way, then the scheduler."""
        self._scheduler.shutdown(wait=True)

    def ring(self, job: Job) -> bool:
        """Does the job's newest slot; False where it was done, is being done by another, or was before our time."""
        now = self._now()
        slot = last_slot(job.trigger, now)
        since = jobs.first_slot(self._engine)
        if slot is None or (since is not None and slot < since) or (since is None and now - slot > LATE):
            return False
        with self._one_at_a_time:
            if not jobs.claim(self._engine, job.name, slot, holder=self._holder, now=now):
                return False
            self._do(job, slot, late=now - slot > LATE)
        return True

    def _do_often(self) -> None:
        assert self._often is not None
        with self._one_at_a_time:
            try:
                self._often()
            except Exception:  # noqa: BLE001 - the rim of a scheduled job, as below
                _log.exception("what is done every minute failed")

    def _do(self, job: Job, slot: datetime, *, late: bool) -> None:
        error = ""
        try:
            job.work(slot, late)
        except Exception as failure:  # noqa: BLE001 - the rim of a scheduled job: the next slot must come, whatever this one did
            _log.exception("%s of %s failed", job.name, slot.isoformat())
            error = f"{type(failure).__name__}: {failure}"
        jobs.finish(self._engine, job.name, slot, holder=self._holder, error=error)


class Stop:
    """A wait for SIGTERM or SIGINT. No threading.Event: its lock may be held by the very thread that the signal
    interrupts, which would wait for itself; a SimpleQueue may be put to from a signal handler."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[None] = queue.SimpleQueue()

    def set(self) -> None:
        self._told.put(None)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was told to within so many seconds."""
        try:
            self._told.get(timeout=seconds)
        except queue.Empty:
            return False
        return True


def told_to_stop() -> Stop:
    """Told by SIGTERM or SIGINT from now on; a second one of them ends the process at once."""
    stopped = Stop()

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopped
