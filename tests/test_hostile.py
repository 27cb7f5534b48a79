"""Ten thousand names as an enemy, or a careless script, would choose them, through every channel: no message is broken,
nobody is pinged, nothing in a page comes alive."""

from __future__ import annotations

import csv
import email
import io
import json
import random
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default
from functools import cache
from html.parser import HTMLParser

import pytest

from explainer import Look, narrate
from ledger.types import NANO, Scope
from notifiers import compose
from notifiers.charts import in_characters, png
from notifiers.digest import FORMULA
from notifiers.formats import FORMATS
from notifiers.formats.mail import mail_payload
from notifiers.formats.slack import within
from notifiers.formats.slack_page import slack_page
from notifiers.outbox import Job
from notifiers.senders import MailSender, MailServer
from notifiers.types import Attachment, Button, Chart, Message, Route, Table
from tests.explanations import explained
from tests.messages import page
from tests.slack_limits import broken_limits

NAMES, A_MESSAGE = 10_000, 40
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PIECES = (
    "<!channel>", "<!here>", "<@U024BE7LH>", "<!subteam^S1>", "<#C1|x>", "<https://evil.example|bill>", "@channel", "&lt;!channel&gt;",
    "&", "<", ">", "\"", "'", "`", "```", "*", "_", "~", "|", "\\", "{{7*7}}", "{% raw %}", "${jndi:x}", "</td>", "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "javascript:", "-->", "<![CDATA[", "\r\nBcc: all@example.com", "\n", "\r", "\t", "\x00", "\x1b[31m", "\x7f",
    "\u202e", "\u200b", "\u2028", "\u2029", "\ufeff", "\ud800", "\U0001f4b8", "e\u0301" * 9, "\u0e4a" * 30, "搜索", "بحث", "=cmd()", "+1", "-1",
    "@SUM(A1)", "$x$", "$$", "^_", "#", "%s", "%00", "../../etc", "null", "NaN", " ", "", "a" * 400, "search", "gpt-5",
)  # fmt: skip


def hostile_names(count: int, seed: int) -> list[str]:
    """Some of the pieces after one another."""
    chance = random.Random(seed)
    return ["".join(chance.choices(PIECES, k=chance.randint(1, 6))) for _ in range(count)]


def message_of(names: list[str], charts: tuple[Chart, ...] = ()) -> Message:
    """A message in which each of 40 names stands somewhere."""
    scope: Scope = (("team", names[0]), ("feature", names[1]))
    rows = tuple((a, b) for a, b in zip(names[2:14], names[14:26], strict=True))
    return Message(
        f"k:{names[3]}", names[4], "incident", "alert", f"{compose._places((scope,))} cost more", tuple(names[5:9]),
        tuple(zip(names[9:13], names[13:17], strict=True)), charts, (Table(names[26], (names[27], names[28]), rows, (False, True)),),
        tuple(names[29:33]), tuple(names[33:37]), (Button("why", "Why?", names[37]),), (Attachment("a.csv", "text/csv", b"x"),),
        names[38],
    )  # fmt: skip


@cache
def messages() -> tuple[Message, ...]:
    names = hostile_names(NAMES, 7)
    return tuple(message_of(names[i : i + A_MESSAGE]) for i in range(0, NAMES, A_MESSAGE))


def harmless(text: str) -> bool:
    """One can print it: no control, direction or surrogate characters but line ends."""
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n" for c in text)


def texts(block: object) -> list[str]:
    """Every mrkdwn text in a block."""
    if isinstance(block, list):
        return [t for b in block for t in texts(b)]
    if not isinstance(block, dict):
        return []
    if block.get("type") == "mrkdwn":
        return [block["text"]]
    return [t for value in block.values() for t in texts(value)]


class Tags(HTMLParser):
    """The tags with their attributes' names, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(n for n, _ in attrs if n != "style")))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_slack_takes_all_of_them_and_pings_nobody():
    """Within every limit; no `<` that Slack would read; entities whole."""
    for message in messages():
        payload = FORMATS["slack"](message, "r<!here>")
        assert broken_limits(payload["blocks"]) == []
        json.dumps(payload, ensure_ascii=False).encode()
        for text in [*texts(payload["blocks"]), payload["text"]]:
            assert "<" not in text
            assert ">" not in text
            assert text.count("&") == sum(text.count(e) for e in ("&amp;", "&lt;", "&gt;"))
            assert text.replace("```", "").count("`\u200b") == text.replace("```", "").count("`")


def test_no_page_comes_alive():
    """A mail and a preview have the tags of harmless messages (short names and longer ones), with the same attributes,
    and no other."""
    plain = [message_of([name] * A_MESSAGE) for name in ("search", "onboarding-copilot")]
    wanted = [
        {tag for message in plain for tag in Tags(mail_payload(message, "r")["html"]).tags},
        {tag for message in plain for tag in Tags(slack_page(message, "r")).tags},
    ]
    for message in messages():
        mail = Tags(mail_payload(message, "r")["html"])
        assert {t for t in mail.tags if t not in wanted[0]} == set()
        assert harmless("".join(mail.text))
        assert {t for t in Tags(slack_page(message, "r")).tags if t not in wanted[1]} == set()


def test_a_mail_has_the_headers_that_were_meant():
    """A line end in a name adds none, and the subject can be read back."""
    sender = MailSender(MailServer("127.0.0.1", 25, "none", "why-spike@example.com"))
    for i, message in enumerate(messages()[::5]):
        sent = sender.mail(Job(f"d{i}", message, Route("mail", "ann@example.com", "r")))
        back = email.message_from_bytes(sent.as_bytes(), policy=default)
        assert back["Bcc"] is None
        assert sorted(back.keys()) == sorted(sent.keys())
        assert harmless(str(back["Subject"]))


@pytest.mark.parametrize("channel", ["text", "webhook"])
def test_a_terminal_is_not_driven_and_json_stays_json(channel):
    """No escape sequence, nothing that turns the writing round."""
    for message in messages():
        payload = FORMATS[channel](message, "r\x1b[31m")
        if channel == "text":
            assert harmless(payload["text"])
        else:
            assert json.loads(json.dumps(payload)) == payload


def test_a_spreadsheet_runs_nothing():
    """No cell of the attached table begins a formula."""
    content = page().attachments[0].content.decode()
    rows = list(csv.reader(io.StringIO(content)))
    assert any(cell == "'=cmd()" for row in rows for cell in row)
    assert not any(cell.startswith(FORMULA) for row in rows[1:] for cell in row[:3])


def test_every_driver_and_place_may_be_named_anything():
    """The messages that are made of an incident too, with their words."""
    for name in hostile_names(100, 3):
        why = explained("retry_storm", scope=(("team", name),))
        message = compose.answer_message(why, narrate(why, "team"), Look(), key="k")
        assert broken_limits(FORMATS["slack"](message, name)["blocks"]) == []


def test_charts_take_any_name():
    """No formula is set, no font is missed, no name breaks the drawing."""
    for names in (hostile_names(4, seed) for seed in range(5)):
        chart = Chart("waterfall", names[0], names[1], "usd", labels=("before", names[2], names[3], "now"), values=(5.0, 2.0, -1.0, 6.0))  # fmt: skip
        assert png(chart)[:4] == b"\x89PNG"
        assert all(harmless(line) for line in in_characters(chart))


@pytest.mark.parametrize("longest", [10, 341, 3000])
def test_a_cut_text_is_never_too_long_nor_cut_in_an_escape(longest):
    """Whatever stands in it."""
    for text in ("&" * 5000, "<!channel>" * 500, "*" * 5000, "plain " * 900, *hostile_names(50, 5)):
        cut = within(text * 3, longest)
        assert len(cut) <= longest
        assert cut.count("&") == cut.count(";") if ";" not in text else True


def test_a_tag_of_the_money_is_not_taken_for_markup():
    """Figures and signs of the house itself stay as they are."""
    message = replace(message_of(["search"] * A_MESSAGE), headline=f"cost ${NANO:,} (+34%)")
    assert FORMATS["slack"](message, "r")["text"] == "cost $1,000,000,000 (+34%)"
