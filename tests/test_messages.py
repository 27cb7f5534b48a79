"""What every message looks like in every channel, in every state: golden files that a person has read.

`python -m tests.test_messages` writes them anew; look at the difference before you keep it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from detector.types import Change
from ledger.types import NANO
from notifiers import compose
from notifiers.archive import message_from_json, message_to_json
from notifiers.formats import FORMATS
from notifiers.formats.slack import native_chart
from notifiers.formats.slack_page import slack_page
from tests.messages import LOOK, NOW, every_message, told
from tests.slack_limits import broken_limits

GOLDEN = Path(__file__).parent.parent / "fixtures" / "messages"
NAMES = sorted(every_message())
ENDINGS = {"slack": "slack.json", "mail": "html", "text": "txt", "webhook": "webhook.json"}


def shown(name: str, channel: str) -> str:
    """What stands in the golden file; pictures are not in it."""
    payload = FORMATS[channel](every_message()[name], "search")
    if channel in ("mail", "text"):
        return str(payload["html" if channel == "mail" else "text"])
    return json.dumps(payload, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("channel", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_a_message_looks_as_it_was_looked_at(name, channel):
    """In every state, in every channel."""
    assert shown(name, channel) == (GOLDEN / f"{name}.{ENDINGS[channel]}").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_slack_takes_every_message(name):
    """Within its limits, the charts too."""
    assert broken_limits(FORMATS["slack"](every_message()[name], "search")["blocks"]) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_store_gives_back_the_message_that_was_put_in(name):
    """With its charts and attachments."""
    message = every_message()[name]
    assert message_from_json(message_to_json(message)) == message


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_that_chose_the_channel_stands_in_every_message(name):
    """In each channel, so that nobody must ask why they got it."""
    assert all('rule": "search' in shown(name, c) or "rule: search" in shown(name, c) for c in FORMATS)


def test_an_incident_is_one_thread_with_one_head():
    """What comes later replies to it, and each change has a key of its own."""
    messages = {n: m for n, m in every_message().items() if n.startswith("incident-")}
    assert {m.thread for m in messages.values()} == {"inc-1"}
    assert [n for n, m in messages.items() if not m.reply] == ["incident-opened"]
    assert len({m.key for m in messages.values()}) == len(messages)


def test_the_head_says_what_is_so_now():
    """Its state, its total and its end."""
    head = every_message()["head-resolved"]
    assert head.headline.startswith("[over] ")
    assert ("State", "over") in head.numbers
    assert head.edits_head


def test_an_acknowledged_incident_says_by_whom():
    """So that nobody else begins to look."""
    first = told()
    seen = replace(first, change=Change(replace(first.change.incident, acknowledged_by="Ann"), "grew", NOW, tell=True))
    assert ("State", "open, seen by Ann") in compose.head_now(seen, LOOK).numbers


def test_a_chart_of_more_than_twenty_points_is_never_slacks_own():
    """It becomes a picture."""
    band = compose.band(told().change.incident, LOOK)
    assert native_chart(band) is None
    few = replace(band, **{n: getattr(band, n)[:20] for n in ("times", "actual", "expected", "low", "high")})
    assert native_chart(few) is not None


@pytest.mark.parametrize(("dollars", "severity"), [(99, "low"), (100, "medium"), (999, "medium"), (1000, "high")])
def test_severity_is_by_the_dollars(dollars, severity):
    """Up or down."""
    for sign in (1, -1):
        one = replace(told().change.incident, actual_nano=sign * dollars * NANO, expected_nano=0)
        assert compose.severity_of(one) == severity


def test_a_slack_preview_is_a_page_of_its_own():
    """Pictures within, nothing from elsewhere."""
    page = slack_page(every_message()["incident-opened"], "search")
    assert "Acknowledge" in page
    assert page.count("data:image/png;base64,") == 2
    assert "http" not in page


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in NAMES:
        for channel, ending in ENDINGS.items():
            (GOLDEN / f"{name}.{ending}").write_text(shown(name, channel))
