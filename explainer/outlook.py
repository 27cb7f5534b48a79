"""What it comes to if it goes on: the month's end, and the day on which a budget breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from explainer.context import Context
from explainer.periods import between
from ledger.table import CostTable
from ledger.types import NANO, Scope, from_hour, to_hour

DAYS_SEEN = 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of a scope, or of the budget it falls under where there is one. Nano-dollars."""

    forecast_nano: int | None = None
    budget_nano: int | None = None
    breaks_at: datetime | None = None
    """When the budget is used up if it goes on, where that is within the month and still ahead."""
    broke_at: datetime | None = None
    """The hour in which it was used up, where it is."""


def outlook(table: CostTable, scope: Scope, context: Context, now: datetime) -> Outlook:
    """The month so far, and the rest of it as the last seven days went. Nothing in the first three days of data."""
    budget = context.budget_of(scope)
    of = budget.scope if budget else scope
    local = now.astimezone(context.look.zone)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    week = (now - timedelta(days=DAYS_SEEN), now)
    if not len(table) or int(np.min(table.hour)) * 3600 > (now - timedelta(days=3)).timestamp():
        return Outlook()
    spent = int(between(table, of, (first, now)).cost.sum())
    seen = min(now - from_hour(int(np.min(table.hour))), timedelta(days=DAYS_SEEN))
    a_second = float(between(table, of, week).cost.sum()) / seen.total_seconds()
    forecast = spent + round(a_second * (following - local).total_seconds())
    if budget is None:
        return Outlook(forecast)
    limit = round(budget.month_usd * NANO)
    breaks = None
    if spent < limit < forecast and a_second > 0:
        breaks = now + timedelta(seconds=(limit - spent) / a_second)
        breaks = breaks.replace(minute=0, second=0, microsecond=0)
    return Outlook(forecast, limit, breaks, _broke_at(table, of, (first, now), limit) if spent >= limit else None)


def _broke_at(table: CostTable, scope: Scope, span: tuple[datetime, datetime], limit: int) -> datetime | None:
    """The first hour by whose end the spend since the span's start came to the limit."""
    first, last = to_hour(span[0]), to_hour(span[1]) + 1
    rows = np.flatnonzero(table.inside(scope)[table.leaf] & (table.hour >= first) & (table.hour < last))
    by_hour = np.zeros(last - first, dtype=np.int64)
    np.add.at(by_hour, table.hour[rows] - first, table.cost[rows])
    reached = np.flatnonzero(np.cumsum(by_hour) >= limit)
    return from_hour(first + int(reached[0])) if len(reached) else None
