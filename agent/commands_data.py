"""Commands that bring facts in: `ingest` and `events`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.session import DEGRADED, ConfigOption, JsonOption, Session, moment, scope_given, session

if TYPE_CHECKING:
    from ledger.store import Store

events_app = typer.Typer(help="What was announced: deploys, launches, planned batches, price changes.")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(ingest)
    app.add_typer(events_app, name="events")


def ingest(
    source: Annotated[list[str] | None, typer.Argument(help="Sources of the config; by default all.")] = None,
    undo: Annotated[int | None, typer.Option(help="Take back this load (see --list); nothing is erased.")] = None,
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Store the good rows; write the bad ones, with reasons, to a file.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and store nothing.")] = False,
    list_loads: Annotated[bool, typer.Option("--list", help="List the loads.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the sources of the config into the store. Each load is stored whole or not at all; rows that are known
    already add nothing, so it can be repeated at will."""
    from agent.clock import now
    from ledger.rehearsal import rehearsal

    with session(config, as_json=as_json) as s:
        if list_loads:
            _list(s)
            return
        with rehearsal(s.store) if dry_run else nullcontext(s.store) as store:
            if undo is not None:
                report = store.undo(undo, at=now())
                s.say(report.message)
                s.document(dry_run=dry_run, undone=undo, message=report.message)
            else:
                _ingest(s, store, source or [], keep_good=keep_good, dry_run=dry_run)


def _ingest(s: Session, store: Store, names: list[str], *, keep_good: bool, dry_run: bool) -> None:
    from agent.channels import look
    from agent.clock import now
    from agent.intake import take_in

    taken = take_in(s.site, store, now=now(), names=names, keep_good=keep_good, dry_run=dry_run)
    for line in taken.lines(look(s.site, now())):
        s.say(line)
    if not s.site.config.sources and not s.site.config.files.events and not s.site.config.files.outcomes:
        s.note(f"{s.site.file or 'what is built in'} names no [[sources]]; `why-spike init` writes a config with one")
    for fault in taken.faults:
        s.note(fault)
    s.document(dry_run=dry_run, loads=taken.loads, faults=taken.faults, events=taken.events, outcomes=taken.outcomes)
    if taken.faults:
        raise typer.Exit(1 if not taken.loads else DEGRADED)


def _list(s: Session) -> None:
    loads = s.store.loads()
    for load in loads:
        s.say(
            f"{load.id:>6}  {load.loaded_at:%Y-%m-%d %H:%MZ}  {load.source}  {load.name}  {load.rows} rows"
            f"{'  (taken back)' if load.undone else ''}"
        )
    s.document(loads=[{f: getattr(load, f) for f in load.__slots__} for load in loads])


@events_app.command("add")
def add_event(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path | None, typer.Argument(help="JSON lines of events; else use the options.")] = None,
    kind: Annotated[str, typer.Option(help="deploy, launch, batch or price_change.")] = "deploy",
    title: Annotated[str, typer.Option(help="What happens, in a few words.")] = "",
    scope: Annotated[str, typer.Option(help="Where, such as team=search,feature=search-api.")] = "",
    start: Annotated[str, typer.Option("--from", help="When it begins; by default now.")] = "",
    end: Annotated[str, typer.Option("--until", help="When it ends, where that is known.")] = "",
    expected: Annotated[bool, typer.Option("--expected", help="It costs money, and that is meant.")] = False,
    usd: Annotated[float | None, typer.Option(help="About how much it costs in all.")] = None,
    usd_a_day: Annotated[float | None, typer.Option(help="About how much it costs a day from then on.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Announce what will cost money, or what changed. Announced spend alerts nobody within its estimate."""
    from agent.clock import now
    from ledger.events_file import event_of, read_events
    from ledger.types import LedgerError

    with session(config, as_json=as_json) as s:
        at, zone = now(), s.site.config.zone
        record = {
            "time": moment(start, zone) if start else at, "until": moment(end, zone) if end else None, "kind": kind,
            "title": title, "scope": dict(scope_given(scope)), "expected": expected or bool(usd or usd_a_day),
            "expected_usd": usd, "expected_usd_a_day": usd_a_day,
        }  # fmt: skip
        try:
            events = read_events(file) if file else [event_of(record)]
        except ValueError as error:
            raise LedgerError(f"the event cannot be: {error}") from error
        added = s.store.add_events(events, at=at)
        s.say(f"{added} of {len(events)} events are new or changed: {', '.join(e.id for e in events[:5])}")
        s.document(events=[e.id for e in events], new=added)


@events_app.command("list")
def list_events(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the events that are known, by time."""
    from agent.events_shown import event_json, event_line

    with session(config, as_json=as_json) as s:
        events = s.store.events()
        for event in events:
            s.say(event_line(event))
        s.document(events=[event_json(e) for e in events])


@events_app.command("end")
def end_event(
    event_id: Annotated[str, typer.Argument(help="Its id, from `events list`.")],
    at: Annotated[str, typer.Option(help="When it ended; by default now.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an event has ended."""
    from agent.clock import now
    from agent.events_shown import event_json, event_line

    with session(config, as_json=as_json) as s:
        known = now()
        ended = s.store.end_event(event_id, at=known, until=moment(at, s.site.config.zone) if at else known)
        s.say(event_line(ended))
        s.document(event=event_json(ended))
