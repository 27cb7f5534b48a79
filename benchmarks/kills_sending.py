"""Kills the sending of messages to a Slack and a mail server on loopback, and counts what was lost or came twice.

    python -m benchmarks.kills_sending [--kills 1000] [--seed 1] [--url sqlite:///...]

Each round puts a message for Slack and mail into the outbox and forks a process that sends what is due; SIGKILL meets it
at a random moment, and the next one goes on when the lease of the dead one is over. Slack can be asked what it took, by
the delivery's id, so nothing may come twice there; a mail server cannot, so a mail may come twice where it took it and
the process died before that was written down: with the same Message-ID."""

from __future__ import annotations

import argparse
import email
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.policy import default

from sqlalchemy import Engine, func, select

from ledger.engine import open_engine
from ledger.schema import delivery
from notifiers.outbox import LEASE, Sender, queue, send_due
from notifiers.senders import MailSender, MailServer, SlackSender
from notifiers.types import Message, Route
from tests.receivers import mailbox, slack

NOW = datetime(2026, 11, 23, tzinfo=UTC)
STEP = LEASE + timedelta(seconds=1)
ROUTES = (Route("slack", "#search", "search"), Route("mail", "ann@example.com", "search"))
LONGEST = 0.2
"""Seconds before a kill, at most: about as long as a round takes, so that the kills fall on all of it."""


@dataclass(frozen=True)
class Outcome:
    """Messages by channel that never arrived, and that came more than once; `by_the_killed` is how many of all of them
    processes sent that were then killed."""

    kills: int
    messages: int
    by_the_killed: int
    lost: int
    doubled_slack: int
    doubled_mail: int
    unsent: int


def run(url: str, *, kills: int, seed: int) -> Outcome:
    """Kills so often, then lets it finish."""
    chance, engine, done, rounds = random.Random(seed), open_engine(url), 0, 0
    with slack() as server, mailbox() as (box, port):
        senders: dict[str, Sender] = {
            "slack": SlackSender({"": server.token}, api=server.api, pause=lambda _: None),
            "mail": MailSender(MailServer("127.0.0.1", port, "none", "why-spike@example.com")),
        }
        while done < kills:
            rounds += 1
            with engine.begin() as conn:
                queue(conn, _message(rounds), ROUTES, now=NOW + rounds * STEP)
            engine.dispose()
            done += _killed(engine, senders, NOW + rounds * STEP, chance.uniform(0, LONGEST))
        by_the_killed = len(server.messages) + len(box.mails)
        for i in range(1, 4):
            send_due(engine, senders, now=NOW + (rounds + i) * STEP, pause=lambda _: None)
        posted = Counter(m["metadata"]["event_payload"]["delivery_id"] for m in server.messages)
        mailed = Counter(email.message_from_bytes(content, policy=default)["Message-ID"] for _, content in box.mails)
    with engine.connect() as conn:
        unsent = (
            conn.execute(select(func.count()).select_from(delivery).where(delivery.c.status != "sent")).scalar() or 0
        )
    engine.dispose()
    lost = 2 * rounds - len(posted) - len(mailed)
    return Outcome(
        done, rounds, by_the_killed, lost, posted.total() - len(posted), mailed.total() - len(mailed), unsent
    )


def _message(number: int) -> Message:
    return Message(f"m{number}", f"m{number}", "answer", "calm", f"message {number}", ("It says something.",))


def _killed(engine: Engine, senders: dict[str, Sender], now: datetime, after: float) -> bool:
    """Sends in a forked process; whether the kill met it at work."""
    child = os.fork()
    if child == 0:
        engine.dispose(close=False)
        try:
            send_due(engine, senders, now=now, pause=lambda _: None)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Prints what came of it."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--kills", type=int, default=1000)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--url", default="")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(run(options.url or f"sqlite:///{folder}/outbox.db", kills=options.kills, seed=options.seed))


if __name__ == "__main__":
    main()
