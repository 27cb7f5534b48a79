"""Neutral messages of every kind and state, for the tests of formats and senders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from detector.types import Change, Incident, Judgement, What
from explainer import Look, narrate
from explainer.types import Part
from ledger.types import NANO, to_hour
from notifiers import compose
from notifiers.digest import DigestData, Happened, digest_message
from notifiers.types import Message
from tests.explanations import SCOPE, STARTED, explained

LOOK = Look()
EUROS = Look("fr_FR", ZoneInfo("Europe/Paris"), "EUR", Decimal("1.0869565"), date(2026, 10, 1))
"""As a French team reads it, at 0.92 EUR per USD."""
NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
STATES: dict[What, str] = {
    "opened": "open", "grew": "open", "moved": "open", "restated": "open", "accepted": "accepted", "resolved": "resolved",
    "withdrawn": "withdrawn", "reopened": "open",
}  # fmt: skip


def incident(what: What = "opened") -> Incident:
    """$34,168.87 where $6,566.71 was expected, in the state that follows such a change."""
    first = to_hour(STARTED.replace(minute=0)) - 72
    expected = tuple(200.0 * NANO + 10 * NANO * (h % 24) for h in range(102))
    actual = tuple(e * (5 if i >= 72 else 1) for i, e in enumerate(expected))
    judged = Judgement(
        "cost", 1, "nano_usd", tuple(range(first, first + 102)), actual, expected, tuple(e * 0.8 for e in expected),
        tuple(e * 1.2 for e in expected), 31.0, 12.0, "", "1",
    )  # fmt: skip
    over = STATES[what] in ("resolved", "withdrawn")
    return Incident(
        "inc-1", "spend", STATES[what], "up", (SCOPE,), (SCOPE,), "cost", NOW, STARTED.replace(minute=0),  # type: ignore[arg-type]
        NOW - timedelta(hours=1) if over else None, 34_168_87 * NANO // 100, 6_566_71 * NANO // 100, judged, NOW,
        note="newer data took its ground away" if what == "withdrawn" else "",
    )  # fmt: skip


def told(what: What = "opened", look: Look = LOOK) -> compose.Told:
    """What a message about it is made of."""
    why = explained("retry_storm", look=look)
    return compose.Told(Change(incident(what), what, NOW, tell=True), why, narrate(why, "team", look), "Search")


def page(*, late: bool = False, look: Look = LOOK) -> Message:
    """The weekly page, everything on it."""
    return digest_message(digest_data(late=late, look=look), look)


def digest_data(*, late: bool = False, look: Look = LOOK) -> DigestData:
    """What the page is made of."""
    start = datetime(2026, 9, 28, tzinfo=UTC)
    parts = tuple(Part(n, b, c, c - b) for n, b, c in (("search", 3 * NANO, 20 * NANO), (None, 1, 3), ("legal", 7, 5)))
    why = explained("retry_storm", scope=(), look=look)
    rest = Part(None, why.base - sum(p.base for p in parts), why.current - sum(p.current for p in parts), 0, rest=True)
    why = replace(why, parts=(("team", (*parts, replace(rest, delta=rest.current - rest.base))),))
    days = tuple((start + timedelta(days=i), (100 + 7 * i) * NANO) for i in range(7))
    return DigestData(
        start, start + timedelta(days=7), why, narrate(why, "finance", look), 900 * NANO, (1000 * NANO, 1100 * NANO, 1250 * NANO),
        2000 * NANO, (Happened(incident(), "retry storm", "Search"),), (Happened(incident("accepted"), "launch", "Growth"),),
        (40 * NANO, 30 * NANO), (("answer accepted", 38_500_000, 33_700_000),), ("openai: Sunday is not complete",), days,
        ((SCOPE, 90 * NANO, 120 * NANO), ((("team", "=cmd()"),), NANO, NANO)), late=late,
    )  # fmt: skip


def every_message() -> dict[str, Message]:
    """By a name for its golden files."""
    why = explained("traffic_surge")
    found = {f"incident-{what}": compose.incident_message(told(what), LOOK) for what in STATES}
    found |= {f"head-{what}": compose.head_now(told(what), LOOK) for what in ("grew", "resolved", "withdrawn")}
    return found | {
        "answer": compose.answer_message(why, narrate(why, "slack"), LOOK, key="answer:1"),
        "budget": compose.budget_message(
            (("team", "search"),), budget=9000 * NANO, spent=7000 * NANO, forecast=11_000 * NANO, breaks=NOW, look=LOOK
        ),
        "digest": page(),
        "euros-digest": page(look=EUROS),
        "euros-incident": compose.incident_message(told(look=EUROS), EUROS),
        "digest-late": page(late=True),
        "operator": compose.operator_message("late", "openai's data is 30 hours late", "The last load was yesterday."),
        "summary": compose.summary_message("m", [compose.incident_message(told(), LOOK)] * 3),
        "test": compose.test_message(NOW, LOOK),
    }
