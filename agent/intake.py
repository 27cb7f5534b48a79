"""Takes the sources of a config in: each load in a transaction of its own, a fault of one stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.build import source_settings
from agent.config import ConfigError, Site
from agent.settings import SourceSection
from explainer import Look
from ledger.batch import LoadReport
from ledger.events_file import read_events
from ledger.outcomes_file import read_outcomes
from ledger.readers import READERS
from ledger.store import Store
from ledger.types import LedgerError
from notifiers.figures import money


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in. `faults` are in words, one a source that failed; `events` and `outcomes` count what was new."""

    reports: tuple[LoadReport, ...]
    faults: tuple[str, ...]
    events: int = 0
    outcomes: int = 0

    @property
    def loads(self) -> list[dict[str, object]]:
        """The reports as JSON objects."""
        return [{name: getattr(r, name) for name in r.__slots__} for r in self.reports]

    def lines(self, look: Look) -> list[str]:
        """What is shown of each load, and of what could not be priced."""
        lines = []
        for r in self.reports:
            lines.append(f"{r.source}: {r.message} ({money(r.cost_nano, look)})" + (f", {r.bad} bad" if r.bad else ""))
            lines += [f"  unpriced: {model}, {count} requests" for model, count in sorted(r.unpriced.items())]
        if self.events or self.outcomes:
            lines.append(f"{self.events} new events, {self.outcomes} new outcome counts")
        return lines


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
    events = outcomes = 0
    if not names:
        try:
            events, outcomes = _files(site, store, now)
        except LedgerError as error:
            faults.append(str(error))
    return Intake(tuple(reports), tuple(faults), events, outcomes)


def _load(
    site: Site, store: Store, source: SourceSection, *, now: datetime, keep_good: bool, dry_run: bool
) -> list[LoadReport]:
    if source.reader not in READERS:
        raise ConfigError(f"there is no reader {source.reader}; the readers are {', '.join(READERS)}")
    reaches = {f.source: f.reaches for f in store.freshness()}
    settings = replace(source_settings(site, source, keep_good=keep_good), reaches=reaches.get(source.name))
    if not dry_run:
        return [store.ingest(batch, loaded_at=now) for batch in READERS[source.reader](settings, now=now)]
    with TemporaryDirectory(prefix="why-spike-") as folder:
        batches = READERS[source.reader](replace(settings, bad_folder=Path(folder)), now=now)
        return [replace(store.ingest(batch, loaded_at=now), load_id=None) for batch in batches]


def _files(site: Site, store: Store, now: datetime) -> tuple[int, int]:
    files, events, outcomes = site.config.files, 0, 0
    if files.events:
        events = store.add_events(read_events(Path(site.path(files.events))), at=now)
    if files.outcomes:
        outcomes = store.add_outcomes(read_outcomes(Path(site.path(files.outcomes))), at=now)
    return events, outcomes
