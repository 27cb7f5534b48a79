"""How fast `/why-spike` answers when many ask at once.

    python -m benchmarks.slash [--questions 200] [--rows 1000000]

A year of hourly rows in a SQLite store, `why-spike`'s own web server and Bolt app over it, and a Slack on loopback that
takes the answers. All questions (some the same, some about a team of their own) are put at the same time, while somebody
else holds the store for two seconds to write. Prints one JSON
document: how many were acknowledged and answered, and after how many seconds (median, 95 %, slowest), once with nothing
read yet and once more; and `alone`, the seconds that one question after another takes where nobody else asks, without
Slack, the first with nothing read yet."""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import numpy as np
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import insert

from agent.config import Site, read_config, secrets_of
from agent.serve import WebListener, web_app
from agent.slack_app import Asker, SlackApp, SlackKeys
from agent.slack_desk import StoreDesk
from benchmarks.store import QUARTER, START, quarter
from ledger import Store
from ledger.schema import seen

SECRET = "a secret of this benchmark"
ASKED = (
    "",
    "",
    "",
    "top",
    "why did spend go up 40% this week",
    "team:'team {}' yesterday",
    "feature:'feature {}' last 7 days",
)
SERIES = 20
"""Teams that are asked about by name."""
END = START + timedelta(days=365)


@dataclass
class Hooks:
    """Where answers arrive, and when."""

    url: str = ""
    came: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)


@contextmanager
def hooks() -> Any:
    """A server that takes what is posted to a response_url."""
    found = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with found.changed:
                found.came[self.path.rpartition("/")[2]] = time.monotonic()
                if not body.get("blocks"):
                    found.failed.append(body.get("text", ""))
                found.changed.notify_all()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads, request_queue_size = True, 512

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def filled(url: str, rows: int) -> Store:
    """A store with a year of hourly rows."""
    rng, store = np.random.default_rng(0), Store.open(url)
    for number in range(4):
        store.ingest(quarter(number, rows // (4 * QUARTER), rng), loaded_at=END)
    return store


def measured(store: Store, site: Site, *, questions: int, round_number: int) -> dict[str, object]:
    """All questions at once, while the store is locked for two seconds by somebody who writes."""
    with hooks() as to:
        slack = SlackApp(
            StoreDesk(site, store), SlackKeys(SECRET, {"": "xoxb-1"}), now=lambda: END, api=to.url, hooks=to.url
        )
        listener = WebListener(web_app(slack, lambda: {"ok": True}), host="127.0.0.1", port=0)
        listener.start()
        gate, started, acked = threading.Barrier(questions + 1), {}, {}

        def ask(number: int) -> int:
            name = f"{round_number}-{number}"
            body = urlencode({"command": "/why-spike", "text": ASKED[number % len(ASKED)].format(number % SERIES), "user_id": "U1", "channel_id": "C1",
                              "team_id": "T1", "trigger_id": name, "response_url": f"{to.url}{name}"})  # fmt: skip
            stamp = str(int(END.timestamp()))
            signed = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body) or ""
            headers = {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signed,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            with httpx2.Client(timeout=60) as client:
                gate.wait()
                started[name] = time.monotonic()
                status = client.post(
                    f"http://127.0.0.1:{listener.port}/slack/events", content=body, headers=headers
                ).status_code
                acked[name] = time.monotonic()
            return status

        def write() -> None:
            gate.wait()
            with store.engine.begin() as conn:
                conn.execute(insert(seen).values(key=f"slash {round_number}", at=END))
                time.sleep(2)

        writer = threading.Thread(target=write)
        writer.start()
        with ThreadPoolExecutor(questions) as pool:
            statuses = list(pool.map(ask, range(questions)))
        with to.changed:
            to.changed.wait_for(lambda: len(to.came) >= questions, timeout=300)
        writer.join()
        listener.stop()
        slack.close()
        waited = [acked[n] - started[n] for n in acked]
        answered = [to.came[n] - started[n] for n in to.came]
    return {
        "acknowledged": statuses.count(200), "acknowledged_after": _spread(waited), "answered": len(answered),
        "answered_after": _spread(answered), "without_an_answer_in_blocks": sorted(set(to.failed)),
    }  # fmt: skip


def alone(store: Store, site: Site) -> list[float]:
    """Seconds of each answer."""
    desk, found = StoreDesk(site, store), []
    for number, text in enumerate(ASKED[2:]):
        begun = time.monotonic()
        desk.answer(text.format(number), Asker("U1", "C1"), END, shared=False)
        found.append(round(time.monotonic() - begun, 2))
    return found


def _spread(seconds: list[float]) -> dict[str, float]:
    return {
        name: round(float(np.quantile(seconds, q)), 3)
        for name, q in (("median", 0.5), ("95 %", 0.95), ("slowest", 1.0))
    }


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_001_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/store.db"
        site = Site(read_config(f'[store]\nurl = "{url}"\n'), Path(folder), secrets_of({}), {})
        store = filled(url, options.rows)
        told = {"rows": options.rows, "questions": options.questions, "alone": alone(store, site)}
        found = [measured(store, site, questions=options.questions, round_number=n) for n in (1, 2)]
        print(json.dumps(told | {"first": found[0], "again": found[1]}, indent=1))
        store.engine.dispose()


if __name__ == "__main__":
    main()
