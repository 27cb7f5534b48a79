"""Kills `tick` at random points and looks whether anything was lost or doubled.

    python -m benchmarks.kills [--store sqlite|postgres] [--url KILLED WHOLE] [--kills 200] [--seed 1]

An unkilled run over the same hours says what must be there in the end. Each tick is a forked process that SIGKILL meets
at a random moment, half of the time close to its end, where it writes and sends; then it is started again. Messages go
to a webhook on loopback that counts them. A message may come twice only where the receiver took it and the process died
before it could write that down."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from pathlib import Path

import alembic.command  # noqa: F401 - so that the children need not load it
import duckdb  # noqa: F401
import pandas as pd
from sqlalchemy import create_engine, select, text

from agent.build import open_store
from agent.config import Site, load_site
from agent.pipeline import tick
from ledger.schema import delivery, incident, incident_change, message
from tests.receivers import serving

FIRST, HOURS, HISTORY = datetime(2026, 11, 13, 20, tzinfo=UTC), 20, timedelta(days=28)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class State:
    """What stands in a store: cost in nano-dollars and its rows, incidents, their changes, messages."""

    cost: int
    rows: int
    incidents: tuple[tuple[str, str, str], ...]
    changes: tuple[tuple[str, str], ...]
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """`same` says that the killed store ended as the unkilled one; `lost` messages never arrived; `doubled` ones came
    again, `unanswered` of them since their process died between the receiver's yes and writing it down."""

    kills: int
    ticks: int
    same: bool
    messages: int
    lost: int
    doubled: int
    unanswered: int
    unsent: int


class Receiver(ThreadingHTTPServer):
    """Counts deliveries by id."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Count)
        self.seen: Counter[str] = Counter()


class _Count(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen[self.headers["X-Why-Spike-Delivery"]] += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def receiving() -> AbstractContextManager[Receiver]:
    """A receiver that listens."""
    return serving(Receiver())


def exports(folder: Path, hours: Sequence[int] = range(HOURS + 1)) -> None:
    """The sample as exports at these hours after FIRST, each with what became known since the one before."""
    with as_file(files("fixtures") / "sample") as sample:
        frame = pd.read_parquet(sample / "costs.parquet")
        (folder / "events.jsonl").write_bytes((sample / "events.jsonl").read_bytes())
    folder.joinpath("all").mkdir()
    frame = frame[frame["hour"] >= FIRST - HISTORY]
    before = frame["available_at"].min() - HOUR
    for i in hours:
        at = FIRST + i * HOUR
        new = (frame["available_at"] > before) & (frame["available_at"] <= at)
        frame[new].to_parquet(folder / "all" / f"{i:03}.parquet", index=False)
        before = pd.Timestamp(at)


def site_of(folder: Path, name: str, url: str, receiver: Receiver) -> Site:
    """A site with its own store and folder of exports, that tells a webhook."""
    place = folder / name
    (place / "exports").mkdir(parents=True)
    (place / "config.toml").write_text(
        f'[store]\nurl = "{url}"\n[[sources]]\nname = "gateway"\nreader = "table"\npath = "exports"\n'
        f'[files]\nevents = "{folder}/events.jsonl"\n[fallback]\nwebhook = "http://127.0.0.1:{receiver.server_port}/"\n'
    )
    return load_site(place / "config.toml", {})


def tick_in_child(site: Site, now: datetime, kill_after: float | None) -> tuple[bool, float]:
    """Whether a tick in a process of its own ended by itself, and after how long."""
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            store = open_store(site)
            code = 2 if tick(site, store, now=now).faults else 0
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"the tick of {now:%Y-%m-%dT%H:%MZ} failed by itself")
    return os.WIFEXITED(status), time.monotonic() - start


def state_of(url: str) -> State:
    """What stands in the store of a URL."""
    engine = create_engine(url)
    with engine.connect() as conn:
        rows, cost = conn.execute(text("SELECT count(*), sum(cost_nano) FROM cost")).one()
        incidents = conn.execute(select(incident.c.id, incident.c.state, incident.c.body).order_by(incident.c.id)).all()
        changes = conn.execute(
            select(incident_change.c.incident_id, incident_change.c.what).order_by(incident_change.c.id)
        ).all()
        messages = conn.execute(select(message.c.key).order_by(message.c.key)).scalars().all()
    engine.dispose()
    return State(int(cost), int(rows), tuple(map(tuple, incidents)), tuple(map(tuple, changes)), tuple(messages))  # type: ignore[arg-type]


def run(folder: Path, urls: tuple[str, str], *, kills: int, seed: int) -> Outcome:
    """Kills ticks over the first store of `urls` so many times; the second is for the run that nobody disturbs."""
    rng, exported = random.Random(seed), sorted((folder / "all").glob("*.parquet"))
    with receiving() as receiver, receiving() as calm:
        killed, whole = site_of(folder, "killed", urls[0], receiver), site_of(folder, "whole", urls[1], calm)
        took, done, ticks = 1.0, 0, 0
        for i, export in enumerate(exported):
            now = FIRST + int(export.stem) * HOUR
            for site in (whole, killed):
                (site.folder / "exports" / export.name).write_bytes(export.read_bytes())
            _, took = tick_in_child(whole, now, None)
            wanted = round(kills * (i + 1) / len(exported)) - done
            while wanted > 0:
                late = rng.random() < 0.5
                after = took * (rng.uniform(0.7, 1.1) if late else rng.uniform(0.0, 1.0))
                ended, lasted = tick_in_child(killed, now, after)
                took = lasted if ended else took  # what is left to do once a tick came through is little
                ticks += 1
                wanted, done = (wanted, done) if ended else (wanted - 1, done + 1)
            tick_in_child(killed, now, None)
            ticks += 1
            print(f"{now:%d %b %H:%M}: {done} of {kills} kills in {ticks} ticks, same: {same(urls)}", file=sys.stderr)
        tick_in_child(killed, now + 0.1 * HOUR, None)  # when the last lease has run out
        return _outcome(urls, receiver, done, ticks)


def same(urls: tuple[str, str]) -> bool:
    """Whether both stores say the same now."""
    return state_of(urls[0]) == state_of(urls[1])


def _outcome(urls: tuple[str, str], receiver: Receiver, kills: int, ticks: int) -> Outcome:
    engine = create_engine(urls[0])
    with engine.connect() as conn:
        rows = conn.execute(select(delivery)).all()
    engine.dispose()
    twice = [r for r in rows if receiver.seen[r.id] > 1]
    return Outcome(
        kills, ticks, same(urls), len(rows), sum(not receiver.seen[r.id] for r in rows),
        len(twice), sum(r.attempts > 1 for r in twice), sum(r.status != "sent" for r in rows),
    )  # fmt: skip


def main() -> None:
    """Prints the outcome on a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--url", nargs=2, help="two empty PostgreSQL databases: one is killed, one is not")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.store == "postgres" and not given.url:
        parser.error("--store postgres needs --url KILLED WHOLE")
    with tempfile.TemporaryDirectory() as folder:
        exports(Path(folder))
        urls = given.url or [f"sqlite:///{folder}/{name}.db" for name in ("killed", "whole")]
        start = time.monotonic()
        print(f"{given.store}: {run(Path(folder), tuple(urls), kills=given.kills, seed=given.seed)}")
        print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
