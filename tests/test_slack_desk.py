"""The desk behind Slack's handlers, over a real store: who may see what, in questions and behind every button."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

from agent.book import write_book
from agent.config import Site, read_config, secrets_of
from agent.slack_app import Asker, SlackApp, SlackKeys
from agent.slack_desk import HIDDEN, SAID, StoreDesk
from agent.telling import send_waiting
from ledger import Store
from ledger.engine import reading
from ledger.schema import delivery, feedback, message
from ledger.types import NANO, Event
from notifiers.compose import incident_message
from notifiers.outbox import queue
from notifiers.types import Route
from tests.messages import LOOK, NOW, told
from tests.receivers import slack
from tests.stores import batch
from tests.test_outbox import HEAD

AT = datetime(2026, 10, 7, 12, tzinfo=UTC)
CONFIG = """
[access]
default = "own"
[[access.rules]]
users = ["U_CFO"]
teams = ["*"]
[channels]
search-alerts = "search"
growth-alerts = "growth"
[[budgets]]
scope = {}
usd_a_month = 1.0
"""
SEARCH, GROWTH = (Asker("U1", f"C{n}", "T1", f"{n}-alerts", "ann") for n in ("search", "growth"))
CFO, STRANGER = Asker("U_CFO", "D1"), Asker("U2", "D2")


@pytest.fixture
def store(tmp_path):
    made = Store.open(f"sqlite:///{tmp_path}/desk.db")
    rows = [
        {"hour": AT - timedelta(hours=h), "team": team, "feature": f"{team}-api", "cost": 2 * NANO if h < 24 else NANO}
        for team in ("search", "growth")
        for h in range(3, 24 * 21)
    ]
    made.ingest(batch(rows), loaded_at=AT)
    announced = Event("e1", AT - timedelta(hours=23), None, "deploy", (("team", "growth"),), "growth secret v7", False)
    made.add_events([announced], at=AT)
    one = told()
    with made.engine.begin() as conn:
        changes = [one.change]
        write_book(
            conn, incidents=[one.change.incident], changes=changes, explanations={"inc-1": one.explanation}, at=NOW
        )
        queue(conn, incident_message(one, LOOK), [Route("slack", "#search-alerts", "Search")], now=NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def desk(store, tmp_path):
    return StoreDesk(Site(read_config(CONFIG), tmp_path, secrets_of({}), {}), store)


def said(payload) -> str:
    return json.dumps(payload, ensure_ascii=False)


def test_a_bare_question_is_about_the_channels_team(desk):
    """And for those who may see all, in a channel of no team, about everything."""
    assert "search cost" in said(desk.answer("", SEARCH, AT, shared=False))
    assert "growth" not in said(desk.answer("", SEARCH, AT, shared=False))
    assert "growth-api" in said(desk.answer("top", CFO, AT, shared=False))


@pytest.mark.parametrize(
    "text", ["growth yesterday", "team:growth", "growth-api", "top", "everything yesterday", "today"]
)
def test_no_question_shows_what_may_not_be_seen(desk, text):
    """Neither figures nor names of another team, its announcements or the company's budget; shared or not."""
    for shared in (False, True):
        shown = said(desk.answer(text, SEARCH, AT, shared=shared))
        assert "growth-api" not in shown.replace(text, "")
        assert "secret v7" not in shown
        assert "budget" not in shown
    assert desk.answer(text, STRANGER, AT, shared=False) == {"text": HIDDEN}


def test_anybody_may_ask_how_to_ask(desk):
    """Whoever sees nothing, too."""
    for asker in (STRANGER, SEARCH, CFO):
        assert desk.answer("help", asker, AT, shared=False)["text"] == "Ask why spend changed"


def test_every_button_is_held_to_the_same_rules(desk, store):
    """What somebody may not see they can neither read nor change, and nothing is written."""
    for asker in (GROWTH, STRANGER):
        assert desk.why("inc-1", asker, AT) == {"text": HIDDEN}
        for word in SAID:
            until = AT + timedelta(days=7) if word in ("mute", "expected") else None
            assert desk.say("inc-1", word, asker, AT, until) == HIDDEN
    assert "I know no" in said(desk.answer("inc-1", GROWTH, AT, shared=False))
    assert "I know no" not in said(desk.answer("inc-1", SEARCH, AT, shared=False))
    with reading(store.engine) as conn:
        assert conn.execute(select(feedback)).all() == []
    assert "blocks" in desk.why("inc-1", CFO, AT)
    assert "blocks" in desk.why("inc-1", SEARCH, AT)


def test_an_acknowledgement_brings_the_head_up_to_date(desk, store):
    """By the name of who pressed, once, where the head went."""
    assert desk.say("inc-1", "acknowledge", SEARCH, AT, None) == "Acknowledged."
    assert "nothing changed" in desk.say("inc-1", "acknowledge", SEARCH, AT + timedelta(minutes=1), None)
    with reading(store.engine) as conn:
        query = select(message.c.body, delivery.c.address).join(delivery, delivery.c.message_key == message.c.key)
        edits = [(json.loads(b), a) for b, a in conn.execute(query) if json.loads(b)["edits_head"]]
    ((edit, address),) = edits
    assert address == "#search-alerts"
    assert dict(edit["numbers"])["State"] == "open, seen by ann"
    assert dict(edit["numbers"])["Spent"] == "$34,168.87"


def test_a_key_is_new_once(desk):
    """Whoever asks."""
    assert [desk.first_time("k", AT) for _ in range(3)] == [True, False, False]


def test_those_who_ask_the_same_at_once_get_one_answer(desk):
    """Worked out once, and told to all; a fault is not kept."""
    worked = []
    answers, real = desk._answers, desk._answers.reply

    def counted(text, **given):
        worked.append(text)
        if len(worked) == 1:
            raise RuntimeError("the store is away")
        return real(text, **given)

    answers.reply = counted
    with pytest.raises(RuntimeError):
        desk.answer("top", CFO, AT, shared=False)
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: said(desk.answer("top", CFO, AT, shared=False)), range(8)))
    assert len(set(got)) == 1
    assert worked == ["top", "top"]
    assert said(desk.answer("top", SEARCH, AT, shared=False)) != got[0]


def test_with_serve_alone_an_acknowledgement_edits_the_head_at_once(store, tmp_path):
    """Pressed in Slack, by the real Bolt: no tick, no run; what else waits is left to whoever it belongs to, and what
    Slack could not take is tried again."""
    with slack() as server:
        server.channels.add("#search-alerts")
        config = f'[slack]\nmode = "http"\napi_url = "{server.api}"\n{CONFIG}'
        site = Site(read_config(config), tmp_path, secrets_of({"SLACK_BOT_TOKEN": server.token}), {})
        send_waiting(site, store, now=NOW)
        with store.engine.begin() as conn:
            queue(conn, replace(HEAD, key="other", thread="other"), [Route("slack", "#ai", "x")], now=NOW)
        server.plan["chat.update"].append((503, {}))
        clock = [AT]
        keys = SlackKeys("s", {"": server.token})
        app = SlackApp(StoreDesk(site, store), keys, now=lambda: clock[0], api=server.api, hooks=server.api, workers=1)
        body = urlencode({"payload": json.dumps({
            "type": "block_actions", "user": {"id": "U1", "username": "ann"}, "team": {"id": "T1"}, "trigger_id": "t",
            "channel": {"id": "Csearch", "name": "search-alerts"}, "response_url": f"{server.api}hook",
            "actions": [{"action_id": "acknowledge", "value": "inc-1", "action_ts": "1.2", "type": "button"}],
        })})  # fmt: skip
        stamp = str(int(AT.timestamp()))
        signature = SignatureVerifier("s").generate_signature(timestamp=stamp, body=body)
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        assert app.http(body, headers).status == 200
        app.bolt.listener_runner.listener_executor.shutdown(wait=True)
        app._work.submit(lambda: None).result()  # what was pressed has been worked off
        clock[0] += timedelta(minutes=5)
        app.settle()
        app.close()
        assert [u["text"].startswith("lead-scoring") for u in server.updates] == [True]
        assert "seen by ann" in said(server.updates)
        assert [m["channel"] for m in server.messages] == ["#search-alerts"]


def test_an_answer_says_what_is_not_in_yet_and_where_data_begin(desk):
    """A day that has only begun to arrive is no drop; sources are named only to those who may see everything."""
    late = AT + timedelta(hours=10)
    assert "Not all of it is in yet" not in said(desk.answer("today", CFO, AT, shared=False))
    assert "Not all of it is in yet: log reaches Oct 7" in said(desk.answer("today", CFO, late, shared=False))
    assert "Not all of it is in yet: the data reach Oct 7" in said(desk.answer("today", SEARCH, late, shared=False))
    assert "The data begin on Sep 16" in said(desk.answer("september vs august", CFO, AT, shared=False))


def test_an_answer_points_to_the_incident_that_goes_on_there(desk):
    """To those who may see it."""
    assert "Ask for inc-1: lead-scoring (search)" in said(desk.answer("search this week", CFO, AT, shared=False))
    assert "inc-1" not in said(desk.answer("growth this week", CFO, AT, shared=False))
    assert "inc-1" not in said(desk.answer("growth this week", GROWTH, AT, shared=False))


def test_where_nothing_was_spent_it_says_so(desk):
    """Not that it did not understand."""
    told = desk.answer("search 2026-06-01..2026-06-05", SEARCH, AT, shared=False)
    assert told["text"] == "There is no spend of team search from 2026-05-27 to 2026-06-05"
