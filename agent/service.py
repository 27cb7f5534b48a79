"""The process that stays: ticks, digests and, where it is configured, Slack, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from agent import clock
from agent.config import Site
from agent.logs import log_as_json
from agent.pipeline import tick
from agent.schedule import Job, Runner, digest_trigger, tick_trigger, until_told_to_stop
from agent.weekly import send_digest
from ledger.store import Store

_log = logging.getLogger(__name__)


def serve_until_stopped(site: Site, store: Store) -> None:
    """Runs until SIGTERM or SIGINT; what is under way is finished first."""
    log_as_json()
    runner = Runner(store.engine, jobs(site, store), now=clock.now)
    listeners = []
    if site.config.slack.mode != "off":
        from agent.serve import listeners as slack_listeners

        listeners = slack_listeners(site, store)
    for listener in listeners:
        listener.start()
    runner.start()
    _log.info("why-spike runs")
    until_told_to_stop(threading.Event())
    runner.stop()
    for listener in listeners:
        listener.stop()
    _log.info("why-spike has stopped")


def jobs(site: Site, store: Store) -> list[Job]:
    """What is done when."""

    def do_tick(_slot: datetime, _late: bool) -> None:
        report = tick(site, store, now=clock.now())
        for line in (*report.lines(), *report.faults):
            _log.info(line)

    def do_digest(slot: datetime, late: bool) -> None:
        send_digest(site, store, now=clock.now(), slot=slot, late=late)

    return [Job("tick", tick_trigger(site.config), do_tick), Job("digest", digest_trigger(site.config), do_digest)]
