"""`why-spike notify --test` as somebody runs it who sets the channels up: a Slack, a mail server, a webhook on loopback."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
from email.policy import default

import pytest
from typer.testing import CliRunner

from agent.cli import app
from tests.receivers import hook, mailbox, slack


@pytest.fixture
def world(tmp_path):
    """(slack, box, hook, notify): notify runs the command with these words and gives its result."""
    with slack() as server, mailbox() as (box, port), hook() as to:
        config = tmp_path / "config.toml"
        config.write_text(f"""
[[owners]]
scope = {{ team = "search" }}
owner = "Search"
slack = "#search"
mail = ["ann@example.com"]
[fallback]
slack = "#ai"
[operator]
webhook = "{to.url}"
[slack]
api_url = "{server.api}"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "why-spike@example.com"
""")

        def notify(*words, **environment):
            keys = {"SLACK_BOT_TOKEN": server.token, "WHY_SPIKE_WEBHOOK_SECRET": "hush", **environment}
            return CliRunner().invoke(app, ["notify", *words, "--config", str(config), "--json"], env=keys)

        yield server, box, to, notify


def test_a_test_message_reaches_every_place_and_says_that_it_is_one(world):
    """Once in each: owners, fallback and operator, by Slack, mail and webhook."""
    server, box, to, notify = world
    done = notify("--test")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"schema": 1, "sent": 4, "troubles": []})
    assert {(m["channel"], m["text"]) for m in server.messages} == {
        (channel, "This is a test of why-spike") for channel in ("#search", "#ai")
    }
    ((recipients, content),) = box.mails
    mail = email.message_from_bytes(content, policy=default)
    assert (recipients, mail["Subject"]) == (["ann@example.com"], "This is a test of why-spike")
    ((headers, body),) = to.taken
    assert json.loads(body)["kind"] == "test"
    assert headers["X-Why-Spike-Signature"] == f"v1={hmac.new(b'hush', body, hashlib.sha256).hexdigest()}"
    assert json.loads(notify().stdout)["sent"] == 0


def test_a_place_that_cannot_be_reached_is_named_and_the_others_get_theirs(world):
    """A channel that is not there, a bad token and a webhook that is gone: code 11, each named with its fault."""
    server, box, to, notify = world
    server.channels.remove("#search")
    to.plan += [404]
    done = notify("--test")
    said = json.loads(done.stdout)
    assert done.exit_code == 11
    assert any("#search" in t and "channel_not_found" in t for t in said["troubles"])
    assert any(to.url in t and "404" in t for t in said["troubles"])
    assert len(box.mails) == 1
    done = notify("--test", SLACK_BOT_TOKEN="xoxb-bad")
    assert any("invalid_auth" in t for t in json.loads(done.stdout)["troubles"])
