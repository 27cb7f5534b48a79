"""What is told beside incidents: a budget that is going to break, and a source whose data stays away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from agent.build import explain_context
from agent.channels import fallback_rule, look, routes_of, rules
from agent.config import Site
from agent.telling import Telling
from explainer.outlook import outlook
from ledger.engine import reading
from ledger.store import Store
from ledger.table import DAY, Bools, CostTable
from ledger.types import NANO, from_hour, to_hour
from notifiers.compose import budget_message, operator_message
from notifiers.figures import moment
from notifiers.outbox import threads_told
from notifiers.routing import route
from notifiers.types import Route

PATIENCE = {1: timedelta(hours=6), DAY: timedelta(hours=36)}
"""How long beyond its usual lag a source of hours, or of days, may stay away."""
SEEN = timedelta(days=14)
OWN_LAG, OWN_SILENCE = 0.99, 1.5
"""The share of its rows that have come by its usual lag; how many times the longest silence of the last days may be."""


def notices(site: Site, store: Store, table: CostTable, now: datetime) -> list[Telling]:
    """Those that were not told yet: a budget once a month, a gap once."""
    found = [*_budgets(site, store, table, now), *_gaps(site, table, now)]
    with reading(store.engine) as conn:
        told = threads_told(conn, [t.message.thread for t in found])
    return [t for t in found if t.message.thread not in told]


def _budgets(site: Site, store: Store, table: CostTable, now: datetime) -> Iterator[Telling]:
    context = explain_context(site, store, now)
    first = now.astimezone(site.config.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for budget in site.config.budgets:
        coming = outlook(table, budget.scope, context, now)
        if coming.breaks_at is None or coming.forecast_nano is None or coming.budget_nano is None:
            continue
        inside = table.inside(budget.scope)[table.leaf] & (table.hour >= to_hour(first))
        message = budget_message(
            budget.scope, budget=coming.budget_nano, spent=int(table.cost[inside].sum()), forecast=coming.forecast_nano,
            breaks=coming.breaks_at, look=look(site, now),
        )  # fmt: skip
        over = (coming.forecast_nano - coming.budget_nano) / NANO
        told = route([budget.scope], usd=over, severity="high", rules=rules(site), fallback=fallback_rule(site))
        to = dict.fromkeys((*told.routes, *routes_of(site.config.finance, "finance")))
        yield Telling(message, tuple(to))


def _gaps(site: Site, table: CostTable, now: datetime) -> Iterator[Telling]:
    """A source is late when it stays away longer than its own rows of the last days ever did; and so is one provider of
    a source whose others go on."""
    to = routes_of(site.config.operator, "operator") or routes_of(site.config.fallback, "fallback")
    sources, providers = (table.leaves[c].to_numpy(dtype=object) for c in ("source", "provider"))
    for name in (s.name for s in site.config.sources):
        mine = sources == name
        late = _late(table, mine, now)
        if late is not None:
            yield _gap(site, name, name, late, now, to)
            continue
        for provider in sorted({p for p in providers[mine] if p is not None}):
            late = _late(table, mine & (providers == provider), now)
            if late is not None:
                yield _gap(site, f"{name}:{provider}", f"{name} of {provider}", late, now, to)


@dataclass(frozen=True, slots=True)
class _Late:
    """Up to when rows reach, how long after that they usually come, and whether they come by the day."""

    reaches: datetime
    usual: timedelta


def _late(table: CostTable, leaves: Bools, now: datetime) -> _Late | None:
    """None where the rows of these leaves are not late, or there are none of the last days to say."""
    rows = leaves[table.leaf] & (table.hour >= to_hour(now - SEEN))
    if not rows.any():
        return None
    grain = table.leaves["grain"].to_numpy(dtype=np.int64)[table.leaf[rows]]
    hours, end = np.unique(table.hour[rows]), table.hour[rows] + grain
    lag = np.maximum(table.available[rows] - end * 3600, 0)
    usual = timedelta(seconds=float(np.quantile(lag, OWN_LAG)))
    silence = timedelta(hours=float(np.diff(hours).max(initial=0) - grain.max()))
    reaches = from_hour(int(end.max()))
    patience = max(PATIENCE[int(grain.max())], OWN_SILENCE * silence)
    return _Late(reaches, usual) if now - reaches > usual + patience else None


def _gap(site: Site, key: str, what: str, late: _Late, now: datetime, to: tuple[Route, ...]) -> Telling:
    message = operator_message(
        f"late:{key}:{late.reaches.isoformat()}",
        f"No data from {what} for {(now - late.reaches) // timedelta(hours=1)} hours",
        f"It reaches {moment(late.reaches, look(site, now))}; it usually comes after {late.usual / timedelta(hours=1):.0f} hours.",
        "What is not there cannot be judged, and is no fall: see why its export stopped.",
    )
    return Telling(message, to)
