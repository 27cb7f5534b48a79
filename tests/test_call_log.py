"""Calls to the model are in the store: found again by their hash, summed by month, and part of the spend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from explainer.call_log import StoredCalls
from explainer.claude import Call

AT = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
CALL = Call(AT, "claude-haiku-5-5", "narrative", "abc", 1_200, 90, 165_000, "written", '{"headline": "x"}')


def test_calls_are_spend(store) -> None:
    """The calls of an hour are one cost row with their tokens and cost, under the feature why-spike."""
    calls = StoredCalls(store)
    calls.record(CALL)
    calls.record(replace(CALL, at=AT + timedelta(minutes=20), outcome="timeout", response=""))
    table = store.costs()
    assert table.cost.tolist() == [330_000]
    assert table.leaves["feature"].tolist() == ["why-spike"]


def test_budget_and_answers_are_read_back(store) -> None:
    """What was spent counts from the month's start on; an accepted answer is found by its hash, a failed one is not."""
    calls = StoredCalls(store)
    calls.record(CALL)
    calls.record(replace(CALL, request_hash="def", outcome="timeout", response=""))
    assert calls.spent_nano(AT.replace(day=1, hour=0, minute=0)) == 330_000
    assert calls.spent_nano(AT + timedelta(days=1)) == 0
    assert calls.written("abc") == CALL.response
    assert calls.written("def") is None
