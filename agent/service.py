"""The process that stays: ticks, digests and, where it is configured, Slack, until it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from agent import clock
from agent.channels import look
from agent.config import Site
from agent.logs import log_as_json
from agent.pipeline import tick
from agent.schedule import Job, Runner, digest_trigger, tick_trigger, told_to_stop
from agent.serve import listeners
from agent.telling import send_waiting
from agent.weekly import send_digest
from ledger.store import Store

_log = logging.getLogger(__name__)


Done = Callable[[str, Mapping[str, Any]], None]
"""Is told of each job that was done: its name, and what came of it as a JSON object."""


def serve_until_stopped(site: Site, store: Store, *, done: Done) -> None:
    """Runs until SIGTERM or SIGINT; what is under way is finished first."""
    log_as_json()
    stopped = told_to_stop()
    heard_of = listeners(site, store)
    runner = Runner(store.engine, jobs(site, store, done), now=clock.now, often=lambda: _send(site, store))
    for listener in heard_of:
        listener.start()
    runner.start()
    _log.info("why-spike runs")
    stopped.wait()
    runner.stop()
    for listener in heard_of:
        listener.stop()
    _log.info("why-spike has stopped")


def _send(site: Site, store: Store) -> None:
    """What had to wait: a rate limit, a server that was down, quiet hours."""
    sent, troubles = send_waiting(site, store, now=clock.now())
    if sent or troubles:
        _log.info("%d messages sent from the outbox", sent)
    for trouble in troubles:
        _log.warning(trouble)


def jobs(site: Site, store: Store, done: Done) -> list[Job]:
    """What is done when."""

    def do_tick(_slot: datetime, _late: bool) -> None:
        now = clock.now()
        report = tick(site, store, now=now)
        for line in (*report.lines(look(site, now)), *report.faults):
            _log.info(line)
        done("tick", report.as_json())

    def do_digest(slot: datetime, late: bool) -> None:
        sent = send_digest(site, store, now=clock.now(), slot=slot, late=late)
        done("digest", {"slot": slot, "late": late, "sent": sent.sent, "troubles": sent.troubles})

    return [Job("tick", tick_trigger(site.config), do_tick), Job("digest", digest_trigger(site.config), do_digest)]
