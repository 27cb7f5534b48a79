"""Slack's side, through the real Bolt and a real web server on loopback."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from agent.serve import SocketListener, WebListener, web_app
from agent.slack_app import SlackApp, SlackKeys
from tests.socket_mode import socket_slack

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Desk:
    """Remembers what it was asked."""

    def __init__(self):
        self.asked, self.said, self.keys = [], [], set()
        self.lock = threading.Lock()

    def greeting(self, text):
        return f"Looking into {text}"

    def answer(self, text, asker, at, *, shared):
        with self.lock:
            self.asked.append((text, asker.user, asker.channel, shared))
        return {"text": f"answer to {text}"}

    def why(self, incident_id, asker, at):
        return {"text": f"why {incident_id}"}

    def say(self, incident_id, word, asker, at, until):
        with self.lock:
            self.said.append((incident_id, word, asker.user, until))
        return f"{word} noted"

    def settle(self, at):
        pass

    def read_ahead(self, at):
        pass

    def first_time(self, key, at):
        with self.lock:
            new = key not in self.keys
            self.keys.add(key)
        return new


class Slack:
    """Takes what is posted to response_url and to the API, and keeps it."""

    def __init__(self):
        self.posts, self.came = [], threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with outer.came:
                    outer.posts.append((self.path, body))
                    outer.came.notify_all()
                answer = json.dumps({"ok": True, "view": {"id": "V1"}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def wait_for(self, count):
        """Until so many posts came; what follows an acknowledgement comes in its own time."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.posts) >= count, timeout=20)


@pytest.fixture
def slack():
    found = Slack()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def app(slack, desk):
    made = SlackApp(desk, SlackKeys(SECRET, {"": "xoxb-1"}), now=lambda: NOW, api=slack.url, hooks=slack.url)
    yield made
    made.close()


def signed(body: str, at: datetime = NOW) -> dict[str, str]:
    clock = Clock()
    stamp = str(int(at.timestamp()))
    signature = SignatureVerifier(SECRET, clock).generate_signature(timestamp=stamp, body=body)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def command(slack, text="yesterday", trigger="t1"):
    return urlencode({
        "command": "/why-spike", "text": text, "user_id": "U1", "channel_id": "C1", "team_id": "T1", "trigger_id": trigger,
        "response_url": slack.url + "commands/1",
    })  # fmt: skip


def pressed(slack, action="acknowledge", stamp="1.5", value="inc-1"):
    payload = {
        "type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}, "channel": {"id": "C1"}, "trigger_id": "x",
        "response_url": slack.url + "actions/1", "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": stamp}],
    }  # fmt: skip
    return urlencode({"payload": json.dumps(payload)})


def test_a_question_is_acknowledged_and_answered(app, slack, desk):
    """The asker sees at once that it is looked into, and then the answer, alone."""
    body = command(slack, "search-api yesterday")
    got = app.http(body, signed(body))
    app.close()
    assert got.status == 200
    assert json.loads(got.body) == {"response_type": "ephemeral", "text": "Looking into search-api yesterday"}
    ((path, post),) = slack.posts
    assert path == "/commands/1"
    assert json.loads(post) == {
        "text": "answer to search-api yesterday",
        "response_type": "ephemeral",
        "replace_original": False,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "abc"},
        {"X-Slack-Request-Timestamp": ""},
    ],
)
def test_what_slack_did_not_sign_is_refused(app, slack, desk, change):
    """A wrong signature or a garbled time gets 401, never an error of ours."""
    body = command(slack)
    assert app.http(body, signed(body) | change).status == 401
    assert app.http(body, {}).status == 401
    assert desk.asked == []


@pytest.mark.parametrize(("age", "status"), [(299, 200), (301, 401), (-301, 401)])
def test_a_request_is_good_for_five_minutes(app, slack, age, status):
    """An old request, or one from the future, is refused."""
    body = command(slack)
    assert app.http(body, signed(body, NOW - timedelta(seconds=age))).status == status


def test_a_body_that_comes_twice_is_acted_on_once(app, slack, desk):
    """Signed all the same, the second one does nothing."""
    body = command(slack)
    assert [app.http(body, signed(body)).status for _ in range(2)] == [200, 200]
    app.close()
    assert len(desk.asked) == 1


def test_a_button_pressed_twice_has_one_effect(app, slack, desk):
    """The same press delivered twice is one; muting is for seven days."""
    for body in (pressed(slack), pressed(slack), pressed(slack, "mute", "2.5")):
        assert app.http(body, signed(body)).status == 200
    app.close()
    assert sorted(desk.said) == [("inc-1", "acknowledge", "U1", None), ("inc-1", "mute", "U1", NOW + timedelta(days=7))]


def test_expected_asks_until_when(app, slack, desk):
    """The dialog opens; a day that has passed is refused in it; a good one is written down."""
    body = pressed(slack, "expected", "3.5")
    assert app.http(body, signed(body)).status == 200
    slack.wait_for(1)
    assert [path for path, _ in slack.posts] == ["/views.open"]
    for day, refused in (("2026-11-20", True), ("2026-11-30", False)):
        view = {
            "id": "V1", "hash": day, "type": "modal", "callback_id": "expected_until",
            "private_metadata": json.dumps({"incident": "inc-1", "url": "", "channel": "C1"}),
            "state": {"values": {"until": {"until": {"selected_date": day}}}},
        }  # fmt: skip
        body = urlencode(
            {
                "payload": json.dumps(
                    {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": view}
                )
            }
        )
        got = app.http(body, signed(body))
        assert ("errors" in got.body) == refused
    assert desk.said == [("inc-1", "expected", "U1", datetime(2026, 12, 1, tzinfo=UTC))]


def test_an_answer_goes_to_slack_alone(app, slack, desk):
    """A response_url elsewhere is not followed."""
    body = command(slack).replace(urlencode({"u": slack.url})[2:], "https%3A%2F%2Fevil.example%2F")
    assert app.http(body, signed(body)).status == 200
    app.close()
    assert desk.asked == []
    assert slack.posts == []


def test_a_shared_answer_is_seen_by_the_channel(app, slack, desk):
    """The button answers again, for all."""
    value = json.dumps({"q": "top", "at": NOW.isoformat()})
    body = pressed(slack, "share", "4.5", value)
    app.http(body, signed(body))
    app.close()
    assert desk.asked == [("top", "U1", "C1", True)]
    assert json.loads(slack.posts[0][1])["response_type"] == "in_channel"


def test_many_questions_at_once_are_all_answered(app, slack, desk):
    """Two hundred at a time through the web server: each acknowledged, none lost."""
    listener = WebListener(web_app(app, lambda: {"ok": True}), host="127.0.0.1", port=0)
    listener.start()
    url = f"http://127.0.0.1:{listener.port}"

    def ask(number):
        body = command(slack, f"question {number}", f"trigger-{number}")
        return httpx2.post(f"{url}/slack/events", content=body, headers=signed(body), timeout=30).status_code

    try:
        with ThreadPoolExecutor(40) as pool:
            assert set(pool.map(ask, range(200))) == {200}
        assert httpx2.get(f"{url}/healthz").text == "ok"
        assert httpx2.get(f"{url}/readyz").json() == {"ok": True}
        assert httpx2.post(f"{url}/slack/events", content=b"\xff", headers=signed("x")).status_code == 400
    finally:
        listener.stop()
    app.close()
    assert sorted(desk.asked) == sorted((f"question {i}", "U1", "C1", False) for i in range(200))
    assert len(slack.posts) == 200


def test_by_socket_the_same_handlers_answer(desk):
    """Slack's own client over a real WebSocket: a question and a press are acknowledged there, the second copy of one is
    acknowledged and not acted on, and answers go to response_url."""
    with socket_slack("xapp-1") as far:
        keys = SlackKeys("", {"T1": "xoxb-1"}, "xapp-1")
        app = SlackApp(desk, keys, now=lambda: NOW, api=far.url, hooks=far.url)
        listener = SocketListener(app)
        listener.start()
        try:
            far.opened.get(timeout=20)
            asked = {
                "command": "/why-spike", "text": "top", "user_id": "U1", "channel_id": "C1", "team_id": "T1", "trigger_id": "t1",
                "response_url": f"{far.url}commands/1",
            }  # fmt: skip
            for number, payload in (("e1", asked), ("e2", asked)):
                far.send(
                    {
                        "type": "slash_commands",
                        "envelope_id": number,
                        "payload": payload,
                        "accepts_response_payload": True,
                    }
                )
            acks = [far.acks.get(timeout=20) for _ in range(2)]
            assert {a["envelope_id"] for a in acks} == {"e1", "e2"}
            assert acks[0]["payload"]["text"] == "Looking into top"
            press = dict(parse_qsl(pressed(SimpleNamespace(url=far.url))))["payload"]
            far.send({"type": "interactive", "envelope_id": "e3", "payload": json.loads(press)})
            assert far.acks.get(timeout=20)["envelope_id"] == "e3"
            posts = dict(far.posts.get(timeout=20) for _ in range(2))
            assert json.loads(posts["/commands/1"])["text"] == "answer to top"
            assert json.loads(posts["/actions/1"])["text"] == "acknowledge noted"
        finally:
            listener.stop()
            app.close()
        assert len(desk.asked) == 1
        assert len(desk.said) == 1


@pytest.mark.parametrize(("team", "token"), [("T1", "xoxb-one"), ("T2", "xoxb-two"), ("T3", None)])
def test_each_workspace_is_answered_with_its_own_token(slack, desk, team, token):
    """What belongs to a workspace that is not known is not answered with another's."""
    app = SlackApp(
        desk, SlackKeys(SECRET, {"T1": "xoxb-one", "T2": "xoxb-two"}), now=lambda: NOW, api=slack.url, hooks=slack.url
    )
    found = app._authorize(team)
    assert (found.bot_token if found else None) == token
    body = command(slack).replace("team_id=T1", f"team_id={team}")
    app.http(body, signed(body))
    app.close()
    assert len(desk.asked) == (1 if token else 0)
