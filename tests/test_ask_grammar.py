"""The grammar of /why-spike: what people write, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ask_grammar import Vocabulary, understand
from ledger.types import scope_json, scope_of

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # a wednesday
ZONE = ZoneInfo("UTC")
NAMES = Vocabulary(
    {
        "team": ("growth", "search", "support", "legal", "data platform"),
        "feature": ("search-api", "reply-drafts", "onboarding-copilot", "Doc QA"),
        "workflow": ("generate", "plan", "classify"),
        "environment": ("production", "staging"),
        "provider": ("anthropic", "openai", "google"),
        "model": ("gpt-5", "gpt-5-mini", "claude-sonnet-5", "gemini-2.5-flash"),
        "version": ("2025-08-07", "002"),
        "release": ("v9.4", "v9.3"),
    },
    ("inc-7f3a2c", "inc-91bd04"),
)
WEEK = ("2026-11-16", "2026-11-18T15:30", "2026-11-09", "2026-11-11T15:30")
LAST_WEEK = ("2026-11-09", "2026-11-16", "2026-11-02", "2026-11-09")
YESTERDAY = ("2026-11-17", "2026-11-18", "2026-11-10", "2026-11-11")
SEVEN = ("2026-11-11", "2026-11-18", "2026-11-04", "2026-11-11")
MONTH = ("2026-11-01", "2026-11-18T15:30", "2026-10-01", "2026-10-18T15:30")
OCTOBER = ("2026-10-01", "2026-11-01", "2026-09-01", "2026-10-01")

CHANGES = [
    ("", {"team": "growth"}, WEEK, None),
    ("search-api yesterday", {"feature": "search-api"}, YESTERDAY, None),
    ("yesterday SEARCH-API", {"feature": "search-api"}, YESTERDAY, None),
    ("Search API, yesterday?", {"feature": "search-api"}, YESTERDAY, None),
    ("team:growth last 7 days", {"team": "growth"}, SEVEN, None),
    ("team: growth last seven days", {"team": "growth"}, SEVEN, None),
    ("team=Growth past 7d", {"team": "growth"}, SEVEN, None),
    ("anthropic since monday", {"provider": "anthropic"}, WEEK, None),
    ("since monday for Anthropic", {"provider": "anthropic"}, WEEK, None),
    ("model:gpt-5 2026-11-01..2026-11-15", {"model": "gpt-5"}, ("2026-11-01", "2026-11-16", "2026-10-17", "2026-11-01"), None),
    ("gpt-5 from 2026-11-01 to 2026-11-15", {"model": "gpt-5"}, ("2026-11-01", "2026-11-16", "2026-10-17", "2026-11-01"), None),
    ("gpt-5 between nov 1 and nov 15", {"model": "gpt-5"}, ("2026-11-01", "2026-11-16", "2026-10-17", "2026-11-01"), None),
    ("why did spend go up 40% this week", {"team": "growth"}, WEEK, 40.0),
    ("why did our AI spend go up 40 % this week?", {"team": "growth"}, WEEK, 40.0),
    ("Why did everything go up 40 percent this week", {}, WEEK, 40.0),
    ("why did spend drop 20% last week", {"team": "growth"}, LAST_WEEK, -20.0),
    ("why has search-api doubled since yesterday", {"feature": "search-api"}, ("2026-11-17", "2026-11-18T15:30", "2026-11-15T08:30", "2026-11-17"), 100.0),
    ("why is the growth team so expensive this month", {"team": "growth"}, MONTH, None),
    ("what happened to the search team on monday", {"team": "search"}, ("2026-11-16", "2026-11-17", "2026-11-09", "2026-11-10"), None),
    ("search feature:search-api today", {"team": "search", "feature": "search-api"}, ("2026-11-18", "2026-11-18T15:30", "2026-11-11", "2026-11-11T15:30"), None),
    ("openai last week", {"provider": "openai"}, LAST_WEEK, None),
    ("last week openai vs the week before last", {"provider": "openai"}, LAST_WEEK, None),
    ("openai this week vs last week", {"provider": "openai"}, WEEK, None),
    ("october", {"team": "growth"}, OCTOBER, None),
    ("last month", {"team": "growth"}, OCTOBER, None),
    ("october vs august", {"team": "growth"}, ("2026-10-01", "2026-11-01", "2026-08-01", "2026-09-01"), None),
    ("month to date", {"team": "growth"}, MONTH, None),
    ("untagged this week", {"team": None}, WEEK, None),
    ("feature:untagged last 7 days", {"feature": None}, SEVEN, None),
    ("spend without a team yesterday", {"team": None}, YESTERDAY, None),
    ("reply drafts generate last 24 hours", {"feature": "reply-drafts", "workflow": "generate"}, ("2026-11-17T15:30", "2026-11-18T15:30", "2026-11-16T15:30", "2026-11-17T15:30"), None),
    ("staging last 3 hours", {"environment": "staging"}, ("2026-11-18T12:30", "2026-11-18T15:30", "2026-11-18T09:30", "2026-11-18T12:30"), None),
    ("24h gemini-2.5-flash", {"model": "gemini-2.5-flash"}, ("2026-11-17T15:30", "2026-11-18T15:30", "2026-11-16T15:30", "2026-11-17T15:30"), None),
    ("nov 15 legal", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("legal on 15 November 2026", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("legal 2026-11-15", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("week of 2026-11-04 support", {"team": "support"}, ("2026-11-02", "2026-11-09", "2026-10-26", "2026-11-02"), None),
    ("support 2026-W45", {"team": "support"}, ("2026-11-02", "2026-11-09", "2026-10-26", "2026-11-02"), None),
    ("data platform last 2 weeks", {"team": "data platform"}, ("2026-11-04", "2026-11-18", "2026-10-21", "2026-11-04"), None),
    ("doc qa this week", {"feature": "Doc QA"}, WEEK, None),
    ("gpt5 this week", {"model": "gpt-5"}, WEEK, None),
    ("gpt-5-mini this week", {"model": "gpt-5-mini"}, WEEK, None),
    ("release v9.4 since 2026-11-16", {"release": "v9.4"}, ("2026-11-16", "2026-11-18T15:30", "2026-11-13T08:30", "2026-11-16"), None),
    ("version 2025-08-07 yesterday", {"version": "2025-08-07"}, YESTERDAY, None),
    ("growth claude-sonnet-5 production last weekend", {"team": "growth", "environment": "production", "model": "claude-sonnet-5"}, ("2026-11-14", "2026-11-16", "2026-11-07", "2026-11-09"), None),
    ("did our bill really triple last month??", {"team": "growth"}, OCTOBER, 200.0),
    ("spend is down 12,5 % since monday, why", {"team": "growth"}, WEEK, -12.5),
    ("hey, can you tell me why costs spiked yesterday please", {"team": "growth"}, YESTERDAY, None),
    ("the growth team's bill yesterday", {"team": "growth"}, YESTERDAY, None),
    ("since 9am search-api", {"feature": "search-api"}, ("2026-11-18T09:00", "2026-11-18T15:30", "2026-11-18T02:30", "2026-11-18T09:00"), None),
    ("what changed overall today", {}, ("2026-11-18", "2026-11-18T15:30", "2026-11-11", "2026-11-11T15:30"), None),
    ("tuesday", {"team": "growth"}, YESTERDAY, None),
    ("yesterday vs last monday", {"team": "growth"}, ("2026-11-17", "2026-11-18", "2026-11-16", "2026-11-17"), None),
    ("compare this week to last week for openai", {"provider": "openai"}, WEEK, None),
    ("openai yesterday vs the day before", {"provider": "openai"}, ("2026-11-17", "2026-11-18", "2026-11-16", "2026-11-17"), None),
    ("last 7 days vs previous 7 days", {"team": "growth"}, SEVEN, None),
    ("monday against the same day last week", {"team": "growth"}, ("2026-11-16", "2026-11-17", "2026-11-09", "2026-11-10"), None),
    ("legal 3 days ago", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("legal on the 15th", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("legal 15.11.2026", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("legal 11/15", {"team": "legal"}, ("2026-11-15", "2026-11-16", "2026-11-08", "2026-11-09"), None),
    ("search-api yesterday between 2pm and 4pm", {"feature": "search-api"}, ("2026-11-17T14:00", "2026-11-17T16:00", "2026-11-10T14:00", "2026-11-10T16:00"), None),
    ("why is anthropic 3x this week", {"provider": "anthropic"}, WEEK, 200.0),
    ("costs went up forty percent this week", {"team": "growth"}, WEEK, 40.0),
    ("did spend go up by half this week", {"team": "growth"}, WEEK, 50.0),
    ("last quarter for openai", {"provider": "openai"}, ("2026-07-01", "2026-10-01", "2026-04-01", "2026-07-01"), None),
    ("last few days gpt-5", {"model": "gpt-5"}, ("2026-11-15", "2026-11-18", "2026-11-12", "2026-11-15"), None),
    ("last 30 days openai", {"provider": "openai"}, ("2026-10-19", "2026-11-18", "2026-09-19", "2026-10-19"), None),
]  # fmt: skip


def ask(text, **more):
    return understand(text, NAMES, now=NOW, zone=ZONE, default=scope_of({"team": "growth"}), **more)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "scope", "times", "premise"), CHANGES, ids=[c[0] or "nothing" for c in CHANGES])
def test_a_question_is_understood(text, scope, times, premise):
    """Scope, both periods and the premise are read, in any order and case."""
    got = ask(text)
    assert got.kind == "change", got
    assert scope_json(got.scope) == scope
    assert (got.start, got.end, got.against_start, got.against_end) == tuple(utc(t) for t in times)
    assert got.premise_percent == premise


@pytest.mark.parametrize(
    ("text", "kind"),
    [("help", "help"), ("?", "help"), ("how does this work?", "help"), ("top", "top"), ("top 3 last week", "top"), ("biggest movers yesterday", "top"), ("who spends the most", "top"), ("which team costs the most this month", "top")],
)  # fmt: skip
def test_help_and_top(text, kind):
    """Short words get their own answers."""
    assert ask(text).kind == kind


def test_top_takes_a_number_and_a_period():
    """`top 3 last week` shows three, of last week."""
    got = ask("top 3 last week")
    assert (got.limit, got.start) == (3, utc("2026-11-09"))


@pytest.mark.parametrize("text", ["INC-7F3A2C", "why inc-7f3a2c?", "explain incident inc-7f3a2c please"])
def test_an_incident_is_found_by_its_id(text):
    """An id is known in any case and sentence."""
    got = ask(text)
    assert (got.kind, got.incident) == ("incident", "inc-7f3a2c")


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("serach-api yesterday", "feature:search-api"),
        ("team:grwoth last week", "team:growth"),
        ("model:gpt-6", "model:gpt-5"),
        ("antropic since monday", "provider:anthropic"),
        ("inc-7f3a2d", "inc-7f3a2c"),
        ("growth vs support this week", "team:support"),
        ("everything except staging", "environment:staging"),
        ("openai 11/05", "2026-11-01..2026-11-15"),
    ],
)
def test_a_name_that_is_nearly_right_gets_a_suggestion(text, suggestion):
    """A misspelt name is asked about, never guessed."""
    got = ask(text)
    assert got.kind == "clarify"
    assert suggestion in got.suggestions


@pytest.mark.parametrize("text", ["2026-02-31", "2027-05-01", "2026-11-15..2026-11-01", "2026-w60", "since 27:99"])
def test_an_impossible_time_is_asked_about(text):
    """A date that does not exist, lies ahead or runs backwards gets a helpful answer."""
    got = ask(text)
    assert got.kind == "clarify"
    assert got.note


def test_days_begin_at_local_midnight():
    """In New York, yesterday begins at 05:00 UTC, and 25 hours are in the day on which clocks go back."""
    zone = ZoneInfo("America/New_York")
    got = understand("yesterday", NAMES, now=datetime(2026, 11, 2, 12, tzinfo=UTC), zone=zone)
    assert (got.start, got.end) == (utc("2026-11-01T04:00"), utc("2026-11-02T05:00"))


@given(st.text(max_size=700))
def test_no_text_breaks_the_grammar(text):
    """Whatever is typed gets an answer, and a period that can be asked for."""
    got = ask(text)
    if got.kind in ("change", "top"):
        assert got.start < got.end
        assert got.against_start < got.against_end
    assert got.as_json()["kind"] == got.kind


WORDS = ["vs", "since", "monday", "last", "7", "days", "2026-11-01", "..", "40%", "team:growth", "gpt-5", "untagged",
         "top", "october", "3pm", "week of", "yesterday", "between", "and", "now", "9999 weeks", "team:", "may"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_no_order_of_known_words_breaks_the_grammar(words):
    """Its own words in any order get an answer too."""
    got = ask(" ".join(words))
    if got.kind in ("change", "top"):
        assert got.start < got.end


def test_a_release_is_no_time():
    """Its name is known, when it began is not: the asker is told what to give instead."""
    got = understand("since the 9.4 release, search", NAMES, now=NOW, zone=ZONE)
    assert (got.kind, "v9.4" in got.note, "day" in got.note) == ("clarify", True, True)
    assert understand("release 9.4 this week", NAMES, now=NOW, zone=ZONE).scope == (("release", "v9.4"),)
