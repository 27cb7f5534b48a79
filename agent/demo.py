"""The demo: the main job on the sample data that is shipped, in a temporary store, with nothing sent anywhere."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.build import open_store
from agent.config import Site, load_site
from agent.incidents_shown import incident_json
from agent.pipeline import TickReport, tick
from agent.session import Session
from explainer.look import DOLLARS
from ledger.store import Store
from notifiers.figures import money
from notifiers.formats import text_payload

END = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""When the sample ends; the demo takes place then."""
FILES = ("config.toml", "costs.parquet", "events.jsonl", "outcomes.csv")
LINE = "─" * 78
ABOUT = """why-spike on sample data: 90 days of AI spend of an invented company. The data are semi-synthetic: the traffic has
the shape of real clients, prices are real list prices, teams and incidents are made up. No key, no server, nothing sent."""
NEXT = """Next, on your own data:
  why-spike init --costs 'exports/*.parquet'   write a config (readers: table, requests, focus, litellm)
  why-spike doctor                             see whether all is in place
  why-spike tick                               learn the history in silence, then alert from here on
  why-spike backtest --costs FILE              see what it would have told, hour by hour"""


def run_demo(s: Session) -> None:
    """Reads the sample, goes through its last 60 days hour by hour, and prints what each owner would have got."""
    with TemporaryDirectory(prefix="why-spike-demo-") as folder:
        site = _sample_site(Path(folder))
        store = open_store(site)
        try:
            _tell(s, site, store)
        finally:
            store.engine.dispose()


def _sample_site(folder: Path) -> Site:
    with as_file(files("fixtures") / "sample") as sample:
        for name in FILES:
            shutil.copy(sample / name, folder / name)
    return load_site(folder / "config.toml", {})


def _tell(s: Session, site: Site, store: Store) -> None:
    s.say(ABOUT)
    report = tick(site, store, now=END, track=lambda hours: s.track(hours, "Judging hour after hour", len(hours)))
    for line in report.intake.lines(DOLLARS):
        s.say(line)
    for telling in report.tellings:
        if not telling.message.reply:
            s.say(f"\n{LINE}\n{text_payload(telling.message, '')['text'].rstrip()}")
            for later in report.tellings:
                if later.message.reply and later.message.thread == telling.message.thread:
                    s.say(f"  then: {later.message.headline}")
    s.say(f"\n{LINE}")
    for line in _silent(report):
        s.say(line)
    s.say(f"judged {len(report.hours)} hours of {report.hours[0]:%d %b} to {report.hours[-1]:%d %b %Y}\n\n{NEXT}")
    s.document(semi_synthetic=True, hours=len(report.hours), incidents=[incident_json(i) for i in report.incidents])


def _silent(report: TickReport) -> list[str]:
    """What was announced, and so alerted nobody."""
    planned = [i for i in report.incidents if i.kind == "planned"]
    return [f"silent, since it was announced: {i.note.removeprefix('announced: ')} ({money(i.impact_nano, DOLLARS)})" for i in planned]  # fmt: skip
