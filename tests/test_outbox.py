"""Sending loses nothing and doubles nothing that could be known to have arrived; real clients against loopback servers."""

from __future__ import annotations

import email
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from sqlalchemy import select, update

from ledger.engine import open_engine
from ledger.schema import delivery
from notifiers.outbox import A_MINUTE, ATTEMPTS, LEASE, queue, send_due, waits
from notifiers.senders import MailSender, MailServer, SlackSender, WebhookSender
from notifiers.senders.webhook import signature
from notifiers.types import Attachment, Button, Chart, Message, Route, Table
from tests.receivers import mailbox, slack

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HEAD = Message(
    "inc-1:opened", "inc-1", "incident", "alert", "search cost $60.00 more than expected", ("It began with v9.4.",),
    (("Spent", "$160.00"),), (
        Chart("waterfall", "What makes the difference", "From 100 to 160.", "usd", labels=("before", "volume", "now"), values=(100.0, 60.0, 160.0)),
        Chart("band", "cost", "alt", "usd", tuple(NOW - timedelta(hours=h) for h in range(48, 0, -1)), (1.0,) * 48, (1.0,) * 48, (0.5,) * 48, (2.0,) * 48, NOW - timedelta(hours=3)),
    ), (Table("By driver", ("driver", "amount"), (("volume", "$60.00"),), (False, True)),), ("release v9.4",), ("Look at v9.4",),
    (Button("why", "Why?", "inc-1"),), (Attachment("week.csv", "text/csv", b"a,b\n"),), "inc-1",
)  # fmt: skip
REPLY = replace(HEAD, key="inc-1:resolved", headline="Over", reply=True, charts=(), attachments=())
EDIT = replace(HEAD, key="inc-1:head:1", edits_head=True, headline="[over] search cost $60.00 more", attachments=())
SLACK, OTHER = Route("slack", "#search", "search"), Route("slack", "#ai", "fallback")
MAIL = Route("mail", "ann@example.com", "search")


@pytest.fixture
def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/outbox.db")
    yield engine
    engine.dispose()


@pytest.fixture
def world(engine):
    """(slack, box, put, send): put queues a message on routes; send sends what is due at a time."""
    waits = []
    with slack() as server, mailbox() as (box, port):
        senders = {
            "slack": SlackSender({"": server.token}, api=server.api, pause=waits.append),
            "mail": MailSender(
                MailServer("127.0.0.1", port, "none", "why-spike@example.com", unsubscribe="mailto:off@example.com")
            ),
        }

        def put(message, *routes, now=NOW):
            with engine.begin() as conn:
                return queue(conn, message, routes, now=now)

        def send(now=NOW, **more):
            return send_due(engine, senders, now=now, pause=waits.append, **more)

        server.waits = waits
        yield server, box, put, send


def rows(engine):
    with engine.connect() as conn:
        return {(r.message_key, r.channel, r.address): r for r in conn.execute(select(delivery))}


def test_a_message_is_sent_once_on_each_route(engine, world):
    """Queued twice, sent twice: there is one of it in each place."""
    server, box, put, send = world
    assert put(HEAD, SLACK, MAIL) == 2
    assert put(HEAD, SLACK, MAIL) == 0
    assert send().sent == 2
    assert send().sent == 0
    assert (len(server.messages), len(box.mails)) == (1, 1)
    assert {r.status for r in rows(engine).values()} == {"sent"}


def test_two_processes_that_send_at_once_send_each_message_once(engine, world):
    """Each delivery is claimed by one of them."""
    server, _, put, send = world
    for i in range(12):
        put(replace(HEAD, key=f"a-{i}", thread=f"a-{i}", kind="answer", charts=()), SLACK)
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: send().sent, range(3)))
    assert sum(done) == len(server.messages) == 12


def test_a_thread_has_its_head_first_its_replies_below_and_a_head_that_is_current(engine, world):
    """In Slack the head is edited; in mail the reply refers to it."""
    server, box, put, send = world
    put(REPLY, SLACK, MAIL)
    put(EDIT, SLACK, MAIL)
    put(HEAD, SLACK, MAIL)
    assert send().sent == 5
    assert [m.get("thread_ts") for m in server.messages] == [None, "1.0"]
    assert [(u["ts"], u["text"]) for u in server.updates] == [("1.0", "[over] search cost $60.00 more")]
    first, second = (email.message_from_bytes(content, policy=default) for _, content in box.mails)
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]


def test_what_slack_cannot_draw_goes_into_the_thread_as_a_picture(world):
    """The waterfall is Slack's own chart, the band of 48 points a PNG with a text for those who do not see it; what is
    attached follows."""
    server, _, put, send = world
    put(HEAD, SLACK)
    send()
    assert [f["bytes"][:4] for f in server.files] == [b"\x89PNG", b"a,b\n"]
    assert server.files[0]["alt_txt"] == "alt"
    assert [f["thread_ts"] for f in server.files] == ["1.0", "1.0"]
    assert server.files[1]["filename"] == "week.csv"


def test_a_workspace_without_charts_gets_pictures_instead(world):
    """Slack says invalid_blocks; it is sent again without the block, and each chart goes into the thread."""
    server, _, put, send = world
    server.charts = False
    put(HEAD, SLACK)
    assert send().sent == 1
    assert len(server.messages) == 1
    assert [f["alt_txt"] for f in server.files if f["bytes"].startswith(b"\x89PNG")] == ["From 100 to 160.", "alt"]


def test_a_rate_limit_is_waited_out(world):
    """As long as Slack asks for, at once where that is short."""
    server, _, put, send = world
    server.plan["chat.postMessage"].append((429, {"Retry-After": "7"}))
    put(HEAD, SLACK)
    assert send().sent == 1
    assert 7.0 in server.waits


def test_a_long_rate_limit_waits_in_the_outbox(engine, world):
    """The command does not hang; nothing goes before its time, then it goes once."""
    server, _, put, send = world
    server.plan["chat.postMessage"].append((429, {"Retry-After": "3600"}))
    put(HEAD, SLACK)
    assert send().sent == 0
    assert send(NOW + timedelta(minutes=59)).sent == 0
    assert send(NOW + timedelta(minutes=61)).sent == 1
    assert len(server.messages) == 1


@pytest.mark.parametrize("fault", [(502, {}), (500, {}), "internal_error", "drop"])
def test_a_fault_of_slacks_is_tried_again_later(world, fault):
    """With growing patience, and once it works, once."""
    server, _, put, send = world
    server.plan["chat.postMessage"] += [fault, fault, fault]
    put(HEAD, SLACK)
    found = [send(NOW + timedelta(minutes=m)).sent for m in (0, 1, 2, 4, 9, 20, 40)]
    assert sum(found) == 1
    assert len(server.messages) == 1


def test_a_message_whose_answer_was_lost_is_found_and_not_sent_again(engine, world):
    """The process died after Slack took it: the next one asks by the delivery's id."""
    server, _, put, send = world
    put(HEAD, SLACK)
    send()
    with engine.begin() as conn:
        conn.execute(update(delivery).values(status="sending", lease_until=NOW + LEASE, receipt="", sent_at=None))
    assert send(NOW + LEASE / 2).sent == 0
    assert send(NOW + 2 * LEASE).sent == 1
    assert len(server.messages) == 1
    assert rows(engine)["inc-1:opened", "slack", "#search"].receipt == "C1:1.0"


def test_what_a_channel_refuses_goes_to_the_fallback_and_the_operator_hears_once(engine, world):
    """An archived channel: two messages are rerouted, one message says so."""
    server, _, put, send = world
    gone = Route("slack", "#gone", "search")
    put(HEAD, gone)
    put(replace(HEAD, key="inc-2:opened", thread="inc-2"), gone)
    done = send(fallback=[OTHER], operator=[Route("slack", "C1", "operator")])
    assert any("channel_not_found" in t for t in done.troubles)
    assert [m["channel"] for m in server.messages].count("#ai") == 2
    assert [m["channel"] for m in server.messages].count("C1") == 1
    found = rows(engine)
    assert found["inc-1:opened", "slack", "#gone"].error == "channel_not_found"
    assert found["inc-1:opened", "slack", "#ai"].rule == "search → fallback"


def test_a_head_that_somebody_deleted_is_no_alarm(engine, world):
    """Its replies say what is new; the operator is not told that a channel is broken."""
    server, _, put, send = world
    server.plan["chat.update"].append("message_not_found")
    for m in (HEAD, REPLY, EDIT):
        put(m, SLACK)
    assert send(operator=[OTHER]).sent == 2
    assert send(NOW + timedelta(hours=2), operator=[OTHER]).sent == 0
    assert len(server.messages) == 2


def test_what_was_put_right_is_told_where_it_belonged(engine, world):
    """The channel is there again: its message comes too, once, and nobody was told of the fault twice."""
    server, _, put, send = world
    put(HEAD, Route("slack", "#gone", "search"))
    for hours in (0, 1, 2):
        send(NOW + timedelta(hours=hours), operator=[OTHER])
    assert len(server.messages) == 1
    server.channels.add("#gone")
    assert [send(NOW + timedelta(hours=h), operator=[OTHER]).sent for h in (3, 4)] == [1, 0]
    assert rows(engine)["inc-1:opened", "slack", "#gone"].status == "sent"


@pytest.mark.parametrize("fault", ["hang up", "502 after"])
def test_an_answer_that_was_lost_is_looked_for_before_anything_is_sent_again(engine, world, fault):
    """Slack took the message and hung up, or a proxy answered 502: there is one message, in the thread as well."""
    server, _, put, send = world
    server.plan["chat.postMessage"] += [fault, fault]
    put(HEAD, SLACK)
    put(REPLY, SLACK)
    assert [send(NOW + timedelta(minutes=m)).sent for m in (0, 2, 4, 6)] == [0, 1, 1, 0]
    assert [m.get("thread_ts") for m in server.messages] == [None, "1.0"]
    assert {r.status for r in rows(engine).values()} == {"sent"}


def test_an_answer_that_is_late_is_not_waited_for_for_ever_and_the_message_found(engine):
    """Slack took the message and does not answer in time: it is looked for, and there is one."""
    with slack() as server:
        server.plan["chat.postMessage"].append("delay")
        senders = {"slack": SlackSender({"": server.token}, api=server.api, pause=lambda _: None, patience=0.3)}
        with engine.begin() as conn:
            queue(conn, HEAD, [SLACK], now=NOW)
        first = send_due(engine, senders, now=NOW)
        server.released.set()
        assert (first.sent, len(server.messages)) == (0, 1)
        assert "timed out" in first.troubles[0]
        assert send_due(engine, senders, now=NOW + timedelta(minutes=2)).sent == 1
        assert len(server.messages) == 1


def test_one_message_can_be_sent_alone(engine, world):
    """What a button caused goes at once, and nothing else that waits."""
    server, box, put, send = world
    put(HEAD, SLACK)
    send()
    put(EDIT, SLACK)
    put(replace(HEAD, key="inc-2:opened", thread="inc-2"), MAIL)
    assert waits(engine, EDIT.key)
    assert send(key=EDIT.key).sent == 1
    assert (len(server.updates), len(box.mails)) == (1, 0)
    assert not waits(engine, EDIT.key)
    assert waits(engine, "inc-2:opened")


def test_nothing_is_sent_again_while_slack_cannot_be_asked(world):
    """It took the message, its answer was lost and its history is down: better late than twice."""
    server, _, put, send = world
    server.plan["chat.postMessage"].append("hang up")
    server.plan["conversations.history"] += [(503, {}), (429, {"Retry-After": "60"})]
    put(HEAD, SLACK)
    assert [send(NOW + timedelta(minutes=m)).sent for m in (0, 2, 5, 9, 20)].count(1) == 1
    assert len(server.messages) == 1


def test_incidents_of_one_minute_are_counted_over_rounds(world):
    """Four a moment ago and three now: one is told, two are summed up."""
    server, _, put, send = world
    bare = [replace(HEAD, key=f"inc-{i}:opened", thread=f"inc-{i}", charts=()) for i in range(7)]
    for m in bare[:4]:
        put(m, SLACK)
    send()
    later = NOW + timedelta(seconds=20)
    for m in bare[4:]:
        put(m, SLACK, now=later)
    assert send(later).sent == 2
    assert "2 more incidents" in server.messages[-1]["text"]


def test_what_no_channel_is_configured_for_is_said(world):
    """A webhook route without a webhook sender."""
    _, _, put, send = world
    put(HEAD, Route("pager", "x", "search"))
    assert send().troubles == ["pager x: no pager is configured"]


class Pager:
    """Takes everything."""

    def send(self, job):
        return f"paged {job.message.key}"

    def find(self, _job):
        return None


def test_what_is_configured_later_gets_what_it_missed_but_no_tests(engine):
    """A tick without its environment (a token that cron does not know) loses nothing."""
    said = replace(HEAD, key="t", thread="t", kind="test")
    with engine.begin() as conn:
        for message in (HEAD, said):
            queue(conn, message, [Route("pager", "x", "search")], now=NOW)
    assert send_due(engine, {}, now=NOW).sent == 0
    assert send_due(engine, {"pager": Pager()}, now=NOW + timedelta(minutes=61)).sent == 1
    assert rows(engine)["inc-1:opened", "pager", "x"].receipt == "paged inc-1:opened"
    assert rows(engine)["t", "pager", "x"].status == "failed"


def test_more_than_five_incidents_at_once_become_one_summary(engine, world):
    """Five are told, the rest stand in one message with their ids."""
    server, _, put, send = world
    for i in range(9):
        put(replace(HEAD, key=f"inc-{i}:opened", thread=f"inc-{i}", charts=()), SLACK)
    assert send().sent == A_MINUTE + 1
    assert "4 more incidents" in server.messages[-1]["text"]
    assert [r.status for r in rows(engine).values()].count("superseded") == 4


def test_what_is_older_than_72_hours_is_given_up(engine, world):
    """It is no news any more."""
    server, _, put, send = world
    put(HEAD, SLACK)
    assert send(NOW + timedelta(hours=73)).sent == 0
    assert not server.messages
    assert rows(engine)["inc-1:opened", "slack", "#search"].error == "too old to be told"


def test_one_bad_recipient_neither_loses_nor_doubles_the_others(engine, world):
    """550 is for good, 451 for later."""
    _, box, put, send = world
    box.refuse = {"bad@example.com": ["550 no such user"] * 9, "busy@example.com": ["451 try later"]}
    put(HEAD, *(replace(MAIL, address=f"{n}@example.com") for n in ("ann", "bad", "busy", "cid")))
    send()
    send(NOW + timedelta(minutes=5))
    assert sorted(to[0] for to, _ in box.mails) == ["ann@example.com", "busy@example.com", "cid@example.com"]
    assert rows(engine)["inc-1:opened", "mail", "bad@example.com"].status == "failed"


def test_a_mail_has_a_plain_part_an_html_part_its_pictures_and_its_attachment(world):
    """And the headers that let people leave the list."""
    _, box, put, send = world
    put(HEAD, MAIL)
    send()
    mail = email.message_from_bytes(box.mails[0][1], policy=default)
    assert mail["Subject"] == HEAD.headline
    assert mail["List-Unsubscribe"] == "<mailto:off@example.com>"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds.count("image/png") == 2
    assert {"text/plain", "text/html", "text/csv", "multipart/alternative"} <= set(kinds)
    html = mail.get_body(("html",)).get_content()
    assert 'src="cid:' in html
    assert "It began with v9.4." in mail.get_body(("plain",)).get_content()


def test_a_server_that_stays_down_is_given_up_in_the_end(engine):
    """After twelve tries with growing waits, and the fallback takes over."""
    sender = {"webhook": WebhookSender()}
    with engine.begin() as conn:
        queue(conn, HEAD, [Route("webhook", "http://127.0.0.1:1/", "search")], now=NOW)
    at = NOW
    for _ in range(ATTEMPTS):
        send_due(engine, sender, now=at, fallback=[OTHER])
        at += timedelta(hours=2)
    found = rows(engine)
    assert found["inc-1:opened", "webhook", "http://127.0.0.1:1/"].status == "failed"
    assert ("inc-1:opened", "slack", "#ai") in found


def test_a_webhooks_signature_is_the_hmac_of_its_body():
    """As the receiver computes it."""
    assert signature("key", b"body") == hmac.new(b"key", b"body", hashlib.sha256).hexdigest()
