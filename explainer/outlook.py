"""What it comes to if it goes on: the month's end, and the day on which a budget breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from explainer.context import Context
from explainer.periods import between
from ledger.table import CostTable
from ledger.types import NANO, Scope

DAYS_SEEN = 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of a scope, or of the budget it falls under where there is one. Nano-dollars."""

    forecast_nano: int | None = None
    budget_nano: int | None = None
    breaks_at: datetime | None = None


def outlook(table: CostTable, scope: Scope, context: Context, now: datetime) -> Outlook:
    """The month so far, and the rest of it as the last seven days went. Nothing in the first three days of data."""
    budget = context.budget_of(scope)
    of = budget.scope if budget else scope
    local = now.astimezone(context.zone)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    week = (now - timedelta(days=DAYS_SEEN), now)
    if not len(table) or int(np.min(table.hour)) * 3600 > (now - timedelta(days=3)).timestamp():
        return Outlook()
    spent = int(between(table, of, (first, now)).cost.sum())
    a_second = float(between(table, of, week).cost.sum()) / timedelta(days=DAYS_SEEN).total_seconds()
    forecast = spent + round(a_second * (following - local).total_seconds())
    if budget is None:
        return Outlook(forecast)
    limit = round(budget.month_usd * NANO)
    breaks = None
    if spent < limit < forecast and a_second > 0:
        breaks = now + timedelta(seconds=(limit - spent) / a_second)
        breaks = breaks.replace(minute=0, second=0, microsecond=0)
    return Outlook(forecast, limit, breaks)
