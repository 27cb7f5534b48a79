"""Phrasings written by somebody who had not read the grammar: each is understood, or answered with help.

Asked on a friday at 14:30 UTC. Days are written as month and day, `NOW` is the moment of asking."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.ask_grammar import Vocabulary, understand

NOW = "2026-11-20T14:30:00Z"
NAMES = Vocabulary({
    "provider": ["anthropic", "google", "openai"],
    "team": ["data", "growth", "legal", "platform", "search", "support"],
    "feature": ["code-review", "contract-review", "doc-index", "email-writer", "eval-harness", "onboarding-copilot",
                "reply-drafts", "search-api", "ticket-triage", "voice-notes"],
    "workflow": ["answer", "classify", "extract", "generate", "judge", "plan", "rewrite", "summarize"],
    "model": ["claude-haiku-4-5", "claude-opus-4-5", "claude-sonnet-5", "gemini-2.5-flash", "gpt-5", "gpt-5-mini"],
    "environment": ["production"],
}, ("inc-4e227943",))  # fmt: skip
PHRASINGS = [
    ('', 'change', {}, '11-16', NOW, None, None),
    ('search-api yesterday', 'change', {'feature': 'search-api'}, '11-19', '11-20', None, None),
    ('Yesterday SEARCH-API', 'change', {'feature': 'search-api'}, '11-19', '11-20', None, None),
    ('team:growth last 7 days', 'change', {'team': 'growth'}, '11-13', '11-20', None, None),
    ('last 7 days, team: growth', 'change', {'team': 'growth'}, '11-13', '11-20', None, None),
    ('anthropic since monday', 'change', {'provider': 'anthropic'}, '11-16', NOW, None, None),
    ('model:gpt-5 2026-11-01..2026-11-15', 'change', {'model': 'gpt-5'}, '11-01', '11-16', None, None),
    ('why did spend go up 40% this week', 'change', {}, '11-16', NOW, 40.0, None),
    ('top', 'top', {}, '11-16', NOW, None, None),
    ('help', 'help', None, None, None, None, None),
    ('what happened to legal last week?', 'change', {'team': 'legal'}, '11-09', '11-16', None, None),
    ('Why is the support team spending 25 % less this month', 'change', {'team': 'support'}, '11-01', NOW, -25.0, None),
    ('openai october vs september', 'change', {'provider': 'openai'}, '10-01', '11-01', None, ('09-01', '10-01')),
    ('untagged this week', 'change', {'team': None}, '11-16', NOW, None, None),
    ('team:untagged yesterday', 'change', {'team': None}, '11-19', '11-20', None, None),
    ('claude sonnet 5 last 3 days', 'change', {'model': 'claude-sonnet-5'}, '11-17', '11-20', None, None),
    ('did gpt-5-mini double since tuesday?', 'change', {'model': 'gpt-5-mini'}, '11-17', NOW, 100.0, None),
    ('how come voice notes cost so much more on november 12', 'change', {'feature': 'voice-notes'}, '11-12', '11-13', None, None),
    ('last 24 hours', 'change', {}, '2026-11-19T14:30:00Z', NOW, None, None),
    ('past 6 hours reply-drafts', 'change', {'feature': 'reply-drafts'}, '2026-11-20T08:30:00Z', NOW, None, None),
    ('from 2026-11-10 to 2026-11-12 data team', 'change', {'team': 'data'}, '11-10', '11-13', None, None),
    ('between nov 3 and nov 5 search', 'change', {'team': 'search'}, '11-03', '11-06', None, None),
    ('top 3 last month', 'top', {}, '10-01', '11-01', None, None),
    ('top movers in growth this week', 'top', {'team': 'growth'}, '11-16', NOW, None, None),
    ('what are the biggest changes since yesterday?', 'top', {}, '11-19', NOW, None, None),
    ('biggest spenders yesterday', 'top', {}, '11-19', '11-20', None, None),
    ('which team spent the most last week', 'top', {}, '11-09', '11-16', None, None),
    ('serach-api yesterday', 'clarify', None, None, None, None, None),
    ('team:grwth', 'clarify', None, None, None, None, None),
    ('foobar-service last week', 'clarify', None, None, None, None, None),
    ('model:gpt-9', 'clarify', None, None, None, None, None),
    ('2026-02-31', 'clarify', None, None, None, None, None),
    ('?', 'help', None, None, None, None, None),
    ('how do I use this', 'help', None, None, None, None, None),
    ('today', 'change', {}, '11-20', NOW, None, None),
    ('google today', 'change', {'provider': 'google'}, '11-20', NOW, None, None),
    ('this month', 'change', {}, '11-01', NOW, None, None),
    ('last month vs the month before', 'change', {}, '10-01', '11-01', None, ('09-01', '10-01')),
    ('compare this week with last week for platform', 'change', {'team': 'platform'}, '11-16', NOW, None, None),
    ('last week', 'change', {}, '11-09', '11-16', None, ('11-02', '11-09')),
    ('why did our AI bill jump by half last week?', 'change', {}, '11-09', '11-16', 50.0, None),
    ('spend is up 3x since friday on contract-review', 'change', {'feature': 'contract-review'}, '11-20', NOW, 200.0, None),
    ('why has claude-haiku-4-5 become 10 percent cheaper in the last two weeks', 'change', {'model': 'claude-haiku-4-5'}, '11-06', '11-20', -10.0, None),
    ('growth and search last week', 'clarify', None, None, None, None, None),
    ('everything yesterday', 'change', {}, '11-19', '11-20', None, None),
    ('onboarding copilot on monday', 'change', {'feature': 'onboarding-copilot'}, '11-16', '11-17', None, None),
    ('eval-harness 2026-11-12', 'change', {'feature': 'eval-harness'}, '11-12', '11-13', None, None),
    ('why did the email writer cost explode the day before yesterday', 'change', {'feature': 'email-writer'}, '11-18', '11-19', None, None),
    ('feature=ticket-triage workflow=classify last 14 days', 'change', {'feature': 'ticket-triage', 'workflow': 'classify'}, '11-06', '11-20', None, None),
    ('gpt-5 by team last week', 'change', {'model': 'gpt-5'}, '11-09', '11-16', None, None),
    ("search team's spend on anthropic yesterday", 'change', {'team': 'search', 'provider': 'anthropic'}, '11-19', '11-20', None, None),
    ('why are costs rising', 'change', {}, '11-16', NOW, None, None),
    ('who burned the money on sunday', 'change', {}, '11-15', '11-16', None, None),
    ('week to date', 'change', {}, '11-16', NOW, None, None),
    ('month to date for support', 'change', {'team': 'support'}, '11-01', NOW, None, None),
    ('mtd', 'change', {}, '11-01', NOW, None, None),
    ('this quarter', 'change', {}, '10-01', NOW, None, None),
    ('last weekend', 'change', {}, '11-14', '11-16', None, None),
    ('11/10 to 11/12 legal', 'clarify', None, None, None, None, None),
    ('why did legal not go down 12.5% last week', 'change', {'team': 'legal'}, '11-09', '11-16', -12.5, None),
    ('since 2026-11-10 search-api, was it the gpt-5 model?', 'change', {'feature': 'search-api', 'model': 'gpt-5'}, '11-10', NOW, None, None),
    ('yesterday vs last thursday', 'change', {}, '11-19', '11-20', None, ('11-12', '11-13')),
    ('yesterday compared to the day before', 'change', {}, '11-19', '11-20', None, ('11-18', '11-19')),
    ('tell me about inc-deadbeef', 'clarify', None, None, None, None, None),
    ('warum sind die kosten gestiegen', 'change', {}, '11-16', NOW, None, None),
    ('<!channel> yesterday', 'change', {}, '11-19', '11-20', None, None),
    # A second thirty, written blind: parts of names, quarters, weeks of a month, fractions, what goes on against what is over.
    ('how come search is so pricey this week?', 'change', {'team': 'search'}, '11-16', NOW, None, None),
    ('cost of reply-drafts for the past 24 hours', 'change', {'feature': 'reply-drafts'}, '2026-11-19T14:30:00Z', NOW, None, None),
    ('growth vs last month', 'change', {'team': 'growth'}, '11-01', NOW, None, ('10-01', '2026-10-20T14:30:00Z')),
    ('support than yesterday', 'change', {'team': 'support'}, '11-20', NOW, None, ('11-19', '11-20')),
    ('this month vs last month', 'change', {}, '11-01', NOW, None, ('10-01', '2026-10-20T14:30:00Z')),
    ('spending on gpt-5 mini last wk', 'change', {'model': 'gpt-5-mini'}, '11-09', '11-16', None, None),
    ('sonnet 5 this month', 'change', {'model': 'claude-sonnet-5'}, '11-01', NOW, None, None),
    ('how much did we spend on gemini since nov 1?', 'change', {'model': 'gemini-2.5-flash'}, '11-01', NOW, None, None),
    ("what's up with onboarding copilot?", 'change', {'feature': 'onboarding-copilot'}, '11-16', NOW, None, None),
    ('copilot since the 10th', 'change', {'feature': 'onboarding-copilot'}, '11-10', NOW, None, None),
    ('opus on wednesday', 'change', {'model': 'claude-opus-4-5'}, '11-18', '11-19', None, None),
    ('gpt last week', 'clarify', None, None, None, None, None),
    ('claude this week', 'clarify', None, None, None, None, None),
    ('spend on marketing last week', 'clarify', None, None, None, None, None),
    ('team marketing yesterday', 'clarify', None, None, None, None, None),
    ('cost of inference this month', 'change', {}, '11-01', NOW, None, None),
    ('the bill for everyone last month', 'change', {}, '10-01', '11-01', None, None),
    ("openai's costs in Q3", 'change', {'provider': 'openai'}, '07-01', '10-01', None, ('04-01', '07-01')),
    ('anthropic q2 2026', 'change', {'provider': 'anthropic'}, '04-01', '07-01', None, ('01-01', '04-01')),
    ('q4', 'change', {}, '10-01', NOW, None, None),
    ('1st week of november, google', 'change', {'provider': 'google'}, '11-01', '11-08', None, None),
    ('last week of october', 'change', {}, '10-25', '11-01', None, None),
    ('third week of october vs the week before', 'change', {}, '10-15', '10-22', None, ('10-08', '10-15')),
    ('why did costs fall by a third last week for growth', 'change', {'team': 'growth'}, '11-09', '11-16', -33.3, None),
    ('is search up by two thirds since monday', 'change', {'team': 'search'}, '11-16', NOW, 66.7, None),
    ('everything except legal, last 7 days', 'clarify', None, None, None, None, None),
    ('last monday vs the monday before', 'change', {}, '11-16', '11-17', None, ('11-09', '11-10')),
    ('month to date, legal', 'change', {'team': 'legal'}, '11-01', NOW, None, None),
    ('growht last 7 days', 'clarify', None, None, None, None, None),
    ('what did support spend on openai yesterday?', 'change', {'team': 'support', 'provider': 'openai'}, '11-19', '11-20', None, None),
]  # fmt: skip


def moment(written: str | None) -> str | None:
    """As the grammar's JSON has it."""
    return f"2026-{written}T00:00:00Z" if written and len(written) == 5 else written


@pytest.mark.parametrize(("text", "kind", "scope", "start", "end", "premise", "against"), PHRASINGS)
def test_it_is_understood_or_helped(text, kind, scope, start, end, premise, against):
    """Kind, scope, bounds and premise; what is not understood comes with words about why."""
    asked = understand(text, NAMES, now=datetime(2026, 11, 20, 14, 30, tzinfo=UTC), zone=ZoneInfo("UTC"))
    got = asked.as_json()
    assert (got["kind"], got["scope"]) == (kind, scope)
    assert (got["from"], got["to"], got["premise_percent"]) == (moment(start), moment(end), premise)
    if against:
        assert (got["against_from"], got["against_to"]) == tuple(map(moment, against))
    assert asked.note if kind == "clarify" else not asked.note


def test_a_date_that_could_be_two_is_asked_about_by_both():
    """Not called a date that does not exist."""
    asked = understand("11/10 to 11/12", NAMES, now=datetime(2026, 11, 20, tzinfo=UTC), zone=ZoneInfo("UTC"))
    assert asked.note == "11/10 could mean two days; write 2026-11-10 or 2026-10-11"
