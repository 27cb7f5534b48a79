"""Commands that watch: `tick`, `run`, `backtest` and `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.session import DEGRADED, FOUND, ConfigOption, JsonLinesOption, JsonOption, moment, session


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(tick)
    app.command()(run)
    app.command()(backtest)
    app.command()(demo)


def tick(
    at: Annotated[str, typer.Option(help="As if it were this time, such as 2026-11-23T14:00Z; by default now.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store and send nothing; say what would be said.")] = False,
    fail_on: Annotated[
        float | None, typer.Option("--fail-on", help="End with code 10 where an open incident costs so many dollars.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Once: take in what is new, judge every hour since the last tick, explain, and tell the owners.

    It can be killed at any point and started again. The first run over a history tells nobody: it learns in silence
    and prints what it would have said. Nothing older than 72 hours is ever sent."""
    with session(config, as_json=as_json) as s:
        from agent.channels import look
        from agent.clock import now
        from agent.pipeline import tick as tick_once

        time = moment(at, s.site.config.zone) if at else now()
        report = tick_once(
            s.site, s.store, now=time, dry_run=dry_run, track=lambda hours: s.track(hours, "Judging", len(hours))
        )
        for line in report.lines(look(s.site, time)):
            s.say(line)
        for fault in report.faults:
            s.note(fault)
        s.document(**report.as_json())
        if fail_on is not None and report.worst_usd >= fail_on:
            raise typer.Exit(FOUND)
        if report.faults:
            raise typer.Exit(DEGRADED)


def run(config: ConfigOption = None, as_json: JsonLinesOption = False) -> None:
    """Stay and tick every hour, send the weekly digest, and answer Slack where it is configured, until SIGTERM.

    Several of them may share one PostgreSQL store: each slot is done once. The log is JSON lines on stderr. With --json
    each tick's document, as `tick --json` gives it, and each digest's is a line on stdout."""
    with session(config, as_json=as_json) as s:
        from agent.service import serve_until_stopped

        serve_until_stopped(s.site, s.store, done=lambda job, document: s.document(job=job, **document))


def backtest(
    costs: Annotated[Path, typer.Option(help="Cost rows, Parquet or CSV, with available_at.")],
    events: Annotated[Path | None, typer.Option(help="What was announced, JSON lines.")] = None,
    warmup_days: Annotated[int, typer.Option(help="Days that are only learnt from.", min=1)] = 49,
    predictions: Annotated[Path | None, typer.Option(help="Write one JSON line an incident, for a scorer.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a history, hour by hour, as `tick` would have seen it, and say what would have been told. Nothing is sent
    or stored."""
    with session(config, as_json=as_json) as s:
        from datetime import timedelta

        from agent import backtest as replayed
        from agent.build import detection_settings
        from agent.channels import look
        from agent.clock import now
        from explainer import Context
        from ledger.events_file import read_events

        done = replayed.backtest(
            replayed.read_costs(costs, now()),
            events=read_events(events) if events else [],
            warmup=timedelta(days=warmup_days),
            settings=detection_settings(s.site),
            context=Context(look=look(s.site, now())),
            track=lambda hours: s.track(hours, "Replaying", len(hours)),
        )
        if predictions:
            replayed.write_predictions(predictions, done.told)
        for line in replayed.lines(done, look(s.site, now())):
            s.say(line)
        s.document(
            alerts=len(done.alerts),
            alerts_a_week=round(len(done.alerts) / done.weeks, 3),
            weeks=round(done.weeks, 3),
            seconds=round(done.seconds, 1),
            incidents=[replayed.prediction(t) for t in done.told],
        )


def demo(as_json: JsonOption = False) -> None:
    """See it work on sample data (90 days, semi-synthetic), in a temporary store: no key, no server, nothing sent."""
    with session(None, as_json=as_json, needs_config=False) as s:
        from agent.demo import run_demo

        run_demo(s)
