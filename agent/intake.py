"""Takes the sources of a config in: each load in a transaction of its own, a fault of one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from agent import clock
from agent.build import source_settings
from agent.config import ConfigError, Site
from agent.settings import SourceSection
from explainer import Look
from ledger.batch import LoadReport
from ledger.events_file import read_events, sound_events
from ledger.outcomes_file import read_outcomes, sound_outcomes
from ledger.readers import READERS
from ledger.store import Store
from ledger.types import LedgerError
from notifiers.figures import money

TOLERANCE = timedelta(hours=1)
"""How far a row may lie in the future: clocks differ."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in. `faults` are in words, one a source that failed; `events` and `outcomes` count what was new."""

    reports: tuple[LoadReport, ...]
    faults: tuple[str, ...]
    events: int = 0
    outcomes: int = 0
    notes: tuple[str, ...] = ()

    @property
    def loads(self) -> list[dict[str, object]]:
        """The reports as JSON objects."""
        return [{name: getattr(r, name) for name in r.__slots__} for r in self.reports]

    def lines(self, look: Look) -> list[str]:
        """What is shown of each load, and of what could not be priced."""
        lines = []
        for r in self.reports:
            left_out = f"; {r.bad} bad, left out: see {r.bad_file}" if r.bad else ""
            lines.append(f"{r.source}: {r.message} ({money(r.cost_nano, look)}){left_out}")
            lines += [f"  {r.warning}"] if r.warning else []
            lines += [f"  unpriced: {model}, {count} requests" for model, count in sorted(r.unpriced.items())]
        if self.events or self.outcomes:
            lines.append(f"{self.events} new events, {self.outcomes} new outcome counts")
        return [*lines, *self.notes]


def take_in(
    site: Site,
    store: Store,
    *,
    now: datetime,
    names: Sequence[str] = (),
    keep_good: bool = False,
    dry_run: bool = False,
) -> Intake:
    """Reads the sources (all, or those named) and the files of events and outcomes into the store. A dry run, over a
    rehearsal of it, numbers no loads and leaves no file of bad rows.

    Raises ConfigError for a name that is no source."""
    known = {s.name: s for s in site.config.sources}
    if unknown := [n for n in names if n not in known]:
        raise ConfigError(f"there is no source {unknown[0]}; the config has {', '.join(known) or 'none'}")
    reports: list[LoadReport] = []
    faults: list[str] = []
    for source in [known[n] for n in names] or site.config.sources:
        try:
            reports += _load(site, store, source, now=now, keep_good=keep_good, dry_run=dry_run)
        except LedgerError as error:
            faults.append(f"source {source.name}: {error}")
    if names:
        return Intake(tuple(reports), tuple(faults))
    with TemporaryDirectory(prefix="why-spike-") as folder:
        notes: list[str] = []
        bad_folder = (Path(folder) if dry_run else site.folder) if keep_good else None
        events = _taken(faults, lambda: _events(site, store, now, bad_folder, notes))
        outcomes = _taken(faults, lambda: _outcomes(site, store, now, bad_folder, notes))
    return Intake(tuple(reports), tuple(faults), events, outcomes, tuple(notes))


def _load(
    site: Site, store: Store, source: SourceSection, *, now: datetime, keep_good: bool, dry_run: bool
) -> list[LoadReport]:
    if source.reader not in READERS:
        raise ConfigError(f"there is no reader {source.reader}; the readers are {', '.join(READERS)}")
    reaches = {f.source: f.reaches for f in store.freshness()}
    settings = source_settings(site, source, keep_good=keep_good)
    settings = replace(settings, reaches=reaches.get(source.name), latest=_latest(now))
    if not dry_run:
        return [store.ingest(batch, loaded_at=now) for batch in READERS[source.reader](settings, now=now)]
    with TemporaryDirectory(prefix="why-spike-") as folder:
        batches = READERS[source.reader](replace(settings, bad_folder=Path(folder)), now=now)
        return [replace(store.ingest(batch, loaded_at=now), load_id=None) for batch in batches]


def _latest(now: datetime) -> datetime:
    """No row begins later than this: clocks are a little off, and a replay (`tick --at`) reads what is already there."""
    return max(now, clock.now()) + TOLERANCE


def _taken(faults: list[str], take: Callable[[], int]) -> int:
    try:
        return take()
    except LedgerError as error:
        faults.append(str(error))
        return 0


def _events(site: Site, store: Store, now: datetime, bad_folder: Path | None, notes: list[str]) -> int:
    if not site.config.files.events:
        return 0
    path = Path(site.path(site.config.files.events))
    events, note = sound_events(path, bad_folder) if bad_folder else (read_events(path), "")
    notes += [note] if note else []
    return store.add_events(events, at=now)


def _outcomes(site: Site, store: Store, now: datetime, bad_folder: Path | None, notes: list[str]) -> int:
    if not site.config.files.outcomes:
        return 0
    path, latest = Path(site.path(site.config.files.outcomes)), _latest(now)
    outcomes, note = sound_outcomes(path, latest, bad_folder) if bad_folder else (read_outcomes(path, latest), "")
    notes += [note] if note else []
    return store.add_outcomes(outcomes, at=now)
