"""A replay sees what was known then: no row before it could be read, each in the version of that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from agent.history import History, whole_hours
from ledger.table import table_of

START = datetime(2026, 11, 1, tzinfo=UTC)
ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.integers(0, 40), st.integers(-5, 9)),
    min_size=1,
    max_size=40,
)


def table(rows):
    """Rows (hour, team, hours until it was known, cost)."""
    hour = [START + timedelta(hours=h) for h, *_ in rows]
    known = [t + timedelta(hours=1 + lag) for t, (_, _, lag, _) in zip(hour, rows, strict=True)]
    frame = {"hour": hour, "team": [r[1] for r in rows], "available_at": known, "cost_nano": [r[3] for r in rows]}
    return table_of(pd.DataFrame(frame))


def as_dict(found):
    teams = found.leaves["team"].to_numpy()[found.leaf]
    return dict(zip(zip(teams.tolist(), found.hour.tolist(), strict=True), found.cost.tolist(), strict=True))


@given(ROWS, st.integers(0, 80))
def test_what_is_known_is_the_newest_version_of_each_key(rows, hours):
    """The same as going through the rows in the order in which they became known."""
    at, costs = START + timedelta(hours=hours), table(rows)
    expected = {}
    for i in np.argsort(costs.available, kind="stable"):
        if costs.available[i] <= at.timestamp():
            expected[costs.leaves["team"][costs.leaf[i]], int(costs.hour[i])] = int(costs.cost[i])
    known = History(costs).known(at)
    assert as_dict(known) == expected
    assert len(known) == len(expected)


@given(ROWS, st.lists(st.integers(0, 80), min_size=1, max_size=6))
def test_what_is_learnt_step_by_step_is_what_is_known(rows, steps):
    """Whatever the steps, the pieces replace one another up to the same state."""
    history, state = History(table(rows)), {}
    before = START - timedelta(hours=1)
    for hours in sorted(steps):
        at = START + timedelta(hours=hours)
        state |= as_dict(history.learnt(before, at))
        assert state == as_dict(history.known(at))
        before = at


def test_whole_hours_are_those_after_one_time_up_to_another():
    """The first is left out, the last is in."""
    at = lambda text: datetime.fromisoformat(f"2026-11-01T{text}+00:00")
    assert whole_hours(at("10:00"), at("12:00")) == [at("11:00"), at("12:00")]
    assert whole_hours(at("10:59"), at("12:30")) == [at("11:00"), at("12:00")]
    assert whole_hours(at("10:10"), at("10:50")) == []
    assert whole_hours(at("12:00"), at("10:00")) == []
