"""When it is the data that changed, not the spend: hours without rows, requests without cost, the same rows twice."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from explainer.drivers import REQUESTS
from explainer.look import Look
from explainer.periods import Comparison, between
from explainer.wording import clean_name
from ledger.table import DAY, CostTable, Ints
from ledger.types import Scope, to_hour

Span = tuple[datetime, datetime]
STEADY, MISSING, FREE, COPY = 0.9, 0.15, 0.3, 0.01
"""In how many hours a source has rows where it is steady; what share of them must be missing to say so; what share of
the spend must have lost its cost; how near a copy must be to what it repeats."""


def data_fault(table: CostTable, c: Comparison, scope: Scope, spans: tuple[Span, Span], look: Look) -> str | None:
    """What is wrong with the data, in words; None where nothing is seen to be."""
    return _twice(table, scope, spans) or _missing(table, scope, spans) or _without_cost(c, look)


def _missing(table: CostTable, scope: Scope, spans: tuple[Span, Span]) -> str | None:
    """A source that had rows in nearly every hour before has none in a good part of the period, up to the last hour of
    all data: what has not come yet is not missing."""
    newest = int(table.hour.max(initial=0)) + 1
    inside = table.inside(scope)[table.leaf]
    for name in sorted(set(table.leaves["source"])):
        mine = (
            inside & ((table.leaves["source"] == name) & (table.leaves["grain"] < DAY)).to_numpy(dtype=bool)[table.leaf]
        )
        hours = np.unique(table.hour[mine])
        now, before = (_within(hours, s, newest) for s in spans)
        if before[1] < DAY or before[0] < STEADY * before[1] or now[1] == 0:
            continue
        if now[1] - now[0] >= max(MISSING * now[1], 2) and _silent(table, name, spans[0], newest) >= 0.9 * (
            now[1] - now[0]
        ):
            return f"{clean_name(name)} has no rows in {now[1] - now[0]} of {now[1]} hours, which is no drop in spend"
    return None


def _silent(table: CostTable, name: str, span: Span, newest: int) -> int:
    """Hours of the span in which a source has no rows at all, wherever."""
    hours = np.unique(table.hour[(table.leaves["source"] == name).to_numpy(dtype=bool)[table.leaf]])
    held, whole = _within(hours, span, newest)
    return whole - held


def _within(hours: Ints, span: Span, newest: int) -> tuple[int, int]:
    """(hours with rows, all hours) of a span."""
    first, last = to_hour(span[0]), min(to_hour(span[1]), newest)
    return int(((hours >= first) & (hours < last)).sum()), max(0, last - first)


def _without_cost(c: Comparison, look: Look) -> str | None:
    """Requests went on and their cost is nothing."""
    free = (c.base.cost > 0) & (c.current.cost == 0)
    free &= (c.base.counts[:, REQUESTS] > 0) & (c.current.counts[:, REQUESTS] > 0.2 * c.base.counts[:, REQUESTS])
    lost = int(c.base.cost[free].sum())
    if lost <= FREE * max(int(np.abs(c.current.cost - c.base.cost).sum()), 1):
        return None
    requests = look.count(float(c.current.counts[free, REQUESTS].sum()))
    return f"{requests} requests came without a cost, where such requests cost {look.money(lost)} before"


def _twice(table: CostTable, scope: Scope, spans: tuple[Span, Span]) -> str | None:
    """A source that is new in the period has just the cost of another, leaf by leaf."""
    now, before = (between(table, scope, s).cost for s in spans)
    leaves = table.leaves
    names = sorted(set(leaves["source"]))
    by = {n: (leaves["source"] == n).to_numpy(dtype=bool) for n in names}
    fresh = [n for n in names if now[by[n]].any() and not before[by[n]].any()]
    if not fresh or len(fresh) == len(names):
        return None
    tags = leaves[["team", "feature", "workflow", "provider", "model", "charge"]].astype(object)
    group = tags.groupby(list(tags.columns), dropna=False, sort=False).ngroup().to_numpy()
    sums = {n: np.bincount(group[by[n]], weights=now[by[n]], minlength=int(group.max()) + 1) for n in names}
    for new in fresh:
        for old in names:
            both = np.abs(sums[new] - sums[old]).sum()
            if old not in fresh and sums[new].sum() > 0 and both <= COPY * sums[new].sum():
                return f"{clean_name(new)} repeats what {clean_name(old)} says, row by row"
    return None
