"""What it comes to by the month's end, and the hour in which a budget is used up, on spend whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from explainer import Budget, Context, Look, narrate
from explainer.checker import check
from explainer.facts import facts_of
from explainer.findings import Findings
from explainer.outlook import outlook
from ledger.table import CostTable, table_of
from ledger.types import NANO, Scope
from tests.explanations import explained

SEARCH: Scope = (("team", "search"),)
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def steady(since: datetime, until: datetime = NOW) -> CostTable:
    """Two dollars an hour of search, one of legal."""
    hours = pd.date_range(since, until, freq="h", inclusive="left")
    rows = [{"hour": h, "team": t, "cost_usd": usd} for h in hours for t, usd in (("search", 2.0), ("legal", 1.0))]
    return table_of(pd.DataFrame(rows))


OCTOBER = steady(datetime(2026, 10, 1, tzinfo=UTC))


def test_steady_spend_ends_where_it_must() -> None:
    """November has 720 hours; without a budget there is nothing that breaks."""
    found = outlook(OCTOBER, SEARCH, Context(), NOW)
    assert (found.forecast_nano, found.budget_nano, found.breaks_at) == (1440 * NANO, None, None)


@pytest.mark.parametrize("days", [3, 4, 7, 9])
def test_a_young_ledger_is_not_taken_for_a_cheap_one(days: int) -> None:
    """With fewer than seven days, those there are say what an hour costs."""
    found = outlook(steady(NOW - timedelta(days=days)), SEARCH, Context(), NOW)
    assert found.forecast_nano == (days * 24 + 360) * 2 * NANO


def test_two_days_say_nothing() -> None:
    """No forecast from so little."""
    assert outlook(steady(NOW - timedelta(days=2)), SEARCH, Context(), NOW).forecast_nano is None


def test_a_budget_breaks_in_its_hour() -> None:
    """$720 are spent by the 16th; $1,000 are reached 140 hours later; of two budgets the narrower one holds."""
    both = Context(budgets=(Budget((), 90_000.0), Budget(SEARCH, 1000.0)))
    assert outlook(OCTOBER, SEARCH, both, NOW).breaks_at == NOW + timedelta(hours=140)
    wide = outlook(OCTOBER, (("team", "legal"),), both, NOW)
    assert (wide.forecast_nano, wide.breaks_at) == (2160 * NANO, None)


def test_a_budget_that_is_gone_says_since_when() -> None:
    """$500 were gone after 250 hours of November, in the hour that began at 249."""
    found = outlook(OCTOBER, SEARCH, Context(budgets=(Budget(SEARCH, 500.0),)), NOW)
    assert found.breaks_at is None
    assert found.broke_at == datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=249)


def test_the_month_is_the_companys_own() -> None:
    """In Tokyo November began nine hours earlier."""
    tokyo = Context(look=Look(zone=ZoneInfo("Asia/Tokyo")))
    late = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert outlook(OCTOBER, SEARCH, tokyo, late).forecast_nano == 1440 * NANO


def test_what_is_gone_is_told_as_gone() -> None:
    """In words that the check accepts, also where the budget is only about to break."""
    for ahead, said in (
        (timedelta(days=3), "If it goes on, the budget is used up on"),
        (-timedelta(days=3), "The budget was used up on"),
    ):
        at = NOW + ahead
        found = Findings(
            NOW, "ongoing", forecast_nano=2000 * NANO, budget_nano=1000 * NANO,
            budget_breaks_at=at if ahead > timedelta(0) else None, budget_broke_at=at if ahead < timedelta(0) else None,
        )  # fmt: skip
        made = explained("traffic_surge")
        made = replace(made, facts=facts_of(made, found))
        words = narrate(made, "finance")
        assert any(said in s for s in words.sentences)
        assert check("\n".join((words.headline, *words.sentences)), made.facts) == []
