"""Two releases are compared over spans of equal length that fall on the same days of the week where that can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from explainer.releases import release_spans, scope_of_release, span_words
from ledger.table import CostTable, table_of
from ledger.types import LedgerError

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SCOPE = (("team", "search"), ("feature", "answers"))


def table(*releases: tuple[str, float, float], feature: str = "answers") -> CostTable:
    """Hourly rows of releases: name, first day, last day (exclusive), counted from START."""
    rows = [
        {"hour": START + timedelta(hours=h), "team": "search", "feature": feature, "release": name, "requests": 5, "cost_usd": 1.0}
        for name, first, end in releases
        for h in range(round(24 * first), round(24 * end))
    ]  # fmt: skip
    return table_of(pd.DataFrame(rows))


def days(*edges: float) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    a, b, c, d = (START + DAY * e for e in edges)
    return (a, b), (c, d)


def test_a_long_one_is_compared_over_a_week() -> None:
    """The first week of the new one with the last week of the one before it."""
    assert release_spans(table(("v1", 0, 20), ("v2", 20, 40)), SCOPE, "v2", None) == (days(20, 27, 13, 20), "v1")


def test_a_short_one_is_compared_on_the_same_days_of_the_week() -> None:
    """Three days, and the same three a week before; in whole days."""
    assert release_spans(table(("v1", 0, 20), ("v2", 20, 23.3)), SCOPE, "v2", None) == (days(20, 23, 13, 16), "v1")


def test_one_that_was_in_use_for_less_than_a_week_gives_its_last_days() -> None:
    """Where the same days of the week are not to be had."""
    assert release_spans(table(("v1", 17, 20), ("v2", 20, 40)), SCOPE, "v2", "v1")[0] == days(20, 23, 17, 20)


def test_old_against_new_is_the_same_the_other_way_round() -> None:
    """What is asked for comes first."""
    both = table(("v1", 0, 20), ("v2", 20, 40))
    new, old = release_spans(both, SCOPE, "v2", "v1")[0]
    assert release_spans(both, SCOPE, "v1", "v2")[0] == (old, new)


def test_the_scope_is_where_the_release_is() -> None:
    """Of a release that one feature alone has, other features' releases are not the ones before."""
    a, b = table(("v1", 0, 20), ("v2", 20, 30)), table(("w8", 19, 30), feature="other")
    both = table_of(pd.concat([_frame(a), _frame(b)], ignore_index=True))
    assert scope_of_release(both, (), "v2") == SCOPE
    assert release_spans(both, scope_of_release(both, (), "v2"), "v2", None)[1] == "v1"


@pytest.mark.parametrize(
    ("asked", "against", "says"),
    [
        ("v9", None, "no requests of release v9 here; there are of: v1, v2"),
        ("v2", "v9", "no requests of release v9 here"),
        ("v1", None, "no release was in use before v1"),
        ("v1", "v1", "in the same hour"),
    ],
)
def test_what_cannot_be_compared_is_said(asked: str, against: str | None, says: str) -> None:
    """With the names that are known."""
    with pytest.raises(LedgerError, match=says):
        release_spans(table(("v1", 0, 20), ("v2", 20, 40)), SCOPE, asked, against)


def test_the_words_name_the_other() -> None:
    """In days, or in hours."""
    assert span_words((START, START + 3 * DAY), "v1") == "3 days of release v1"
    assert span_words((START, START + timedelta(hours=1)), "v1") == "1 hour of release v1"


def _frame(of: CostTable) -> pd.DataFrame:
    rows = of.leaves.iloc[of.leaf][["team", "feature", "release"]].reset_index(drop=True)
    return rows.assign(hour=pd.to_datetime(of.hour * 3600, unit="s", utc=True), requests=5, cost_usd=1.0)
