"""What is told beside incidents: a budget that is going to break, and a source whose data stays away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from agent.build import explain_context
from agent.channels import fallback_rule, look, routes_of, rules
from agent.config import Site
from agent.telling import Telling
from explainer.outlook import outlook
from ledger.engine import reading
from ledger.store import Store
from ledger.table import DAY, CostTable
from ledger.types import NANO, from_hour, to_hour
from notifiers.compose import budget_message, operator_message
from notifiers.figures import moment
from notifiers.outbox import threads_told
from notifiers.routing import route

PATIENCE = {1: timedelta(hours=6), DAY: timedelta(hours=36)}
"""How long beyond its usual lag a source of hours, or of days, may stay away."""
SEEN = timedelta(days=14)


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
    """A source is late when it stays away longer than its own rows of the last days usually did."""
    to = routes_of(site.config.operator, "operator") or routes_of(site.config.fallback, "fallback")
    sources, grains = table.leaves["source"].to_numpy(), table.leaves["grain"].to_numpy(dtype=np.int64)
    for name in (s.name for s in site.config.sources):
        rows = (sources == name)[table.leaf]
        if not rows.any():
            continue
        end = table.hour[rows] + grains[table.leaf[rows]]
        reaches = from_hour(int(end.max()))
        recent = end * 3600 > (reaches - SEEN).timestamp()
        usual = timedelta(seconds=float(np.median(table.available[rows][recent] - end[recent] * 3600)))
        waited = now - reaches
        if waited <= usual + PATIENCE[int(grains[table.leaf[rows]].max())]:
            continue
        hours = waited // timedelta(hours=1)
        yield Telling(
            operator_message(
                f"late:{name}:{reaches.isoformat()}",
                f"No data from {name} for {hours} hours",
                f"It reaches {moment(reaches, look(site, now))}; it usually comes after {usual / timedelta(hours=1):.0f} hours.",
                "What is not there cannot be judged: see why its export stopped.",
            ),
            to,
        )
