"""Who hears of what, and when: the most specific rule, the fallback, the night."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifiers.routing import Quiet, Rule, not_before, route
from notifiers.types import Message, Route

A, B, C = (Route("slack", f"#{n}", n) for n in "abc")
FALLBACK = Rule("fallback", (), (C,))
SEARCH = (("team", "search"), ("feature", "search-api"))
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(time(22), time(7), BERLIN)


def chosen(rules, *, scopes=(SEARCH,), usd=500.0, severity="medium"):
    return route(scopes, usd=usd, severity=severity, rules=rules, fallback=FALLBACK).name


def message(kind="incident", severity="medium"):
    return Message("k", "t", kind, "alert", "h", severity=severity)


def test_the_most_specific_rule_wins_wherever_it_stands():
    """Team and feature before team; of two alike the first."""
    team, both = Rule("team", SEARCH[:1], (A,)), Rule("both", SEARCH, (B,))
    assert chosen([team, both]) == chosen([both, team]) == "both"
    assert chosen([team, Rule("again", SEARCH[:1], (B,))]) == "team"


def test_a_rule_must_hold_all_of_it():
    """Two teams in one incident: neither team's rule alone, but the fallback."""
    other = (("team", "growth"),)
    assert chosen([Rule("team", SEARCH[:1], (A,))], scopes=(SEARCH, other)) == "fallback"
    assert chosen([]) == "fallback"


def test_untagged_spend_has_rules_of_its_own():
    """None is untagged; a team's rule does not hold it."""
    untagged = ((("team", None),),)
    assert (
        chosen([Rule("search", SEARCH[:1], (A,)), Rule("nobody", (("team", None),), (B,))], scopes=untagged) == "nobody"
    )


@pytest.mark.parametrize(("usd", "severity", "routes"), [(99, "high", ()), (100, "low", ()), (100, "medium", (A,))])
def test_below_what_a_rule_asks_for_nobody_is_told(usd, severity, routes):
    """Neither its owner nor the fallback."""
    rule = Rule("big", SEARCH, (A,), min_usd=100, severity="medium")
    assert route([SEARCH], usd=usd, severity=severity, rules=[rule], fallback=FALLBACK).routes == routes


def test_of_rules_for_one_place_the_one_with_the_higher_floor_counts_where_it_is_reached():
    """A large incident to one channel, a severe one to another, the rest to a third; the order does not matter."""
    rules = [
        Rule("all", SEARCH[:1], (A,)), Rule("large", SEARCH[:1], (B,), min_usd=1000), Rule("severe", SEARCH[:1], (C,), severity="high"),
    ]  # fmt: skip
    for given in (rules, rules[::-1]):
        assert chosen(given, usd=50, severity="low") == "all"
        assert chosen(given, usd=2000) == "large"
        assert chosen(given, usd=50, severity="high") == "severe"


def test_environments_have_rules_of_their_own():
    """Production to one channel, staging to another."""
    rules = [Rule("search", SEARCH[:1], (A,)), Rule("staging", (("environment", "staging"),), (B,))]
    assert chosen(rules) == "search"
    assert chosen(rules, scopes=((("environment", "staging"),),)) == "staging"


def test_an_owner_without_a_channel_is_told_through_the_fallback():
    """Nothing is lost for want of an address."""
    assert chosen([Rule("nowhere", SEARCH, ())]) == "fallback"


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-23T21:30", "2026-11-24T06:00"),
        ("2026-11-24T05:59", "2026-11-24T06:00"),
        ("2026-11-24T06:00", None),
        ("2026-11-24T12:00", None),
        ("2026-03-28T23:00", "2026-03-29T05:00"),
        ("2026-10-24T23:00", "2026-10-25T06:00"),
    ],
)
def test_the_night_holds_a_message_until_the_morning(at, until):
    """In the reader's zone, through both changes of the clocks; in UTC here."""
    found = not_before(message(), NIGHT, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


def test_what_is_severe_or_is_no_alert_is_not_held():
    """A digest has its own hour; $1,000 wake people."""
    at = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert not_before(message(severity="high"), NIGHT, at) is None
    assert not_before(message(kind="digest"), NIGHT, at) is None
    assert not_before(message(), None, at) is None
    assert not_before(message(), Quiet(time(22), time(7), UTC), at) is not None


def test_a_quiet_noon_does_not_go_over_midnight():
    """From 12 to 13."""
    noon = Quiet(time(12), time(13), UTC)
    assert not_before(message(), noon, datetime(2026, 11, 23, 12, 5, tzinfo=UTC)) == datetime(
        2026, 11, 23, 13, tzinfo=UTC
    )
    assert not_before(message(), noon, datetime(2026, 11, 23, 11, tzinfo=UTC)) is None
