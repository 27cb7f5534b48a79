"""Sums of cost and drivers by leaf over two spans of time: what is compared, before and now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ledger.table import Bools, CostTable, Ints
from ledger.types import DRIVERS, Scope, to_hour

Floats = NDArray[np.float64]
_RUNS, _REQUESTS, _ERRORS, INPUT, CACHED, WRITTEN, OUTPUT = range(len(DRIVERS))
USUAL = (1.0, 0.1, 1.25, 5.0)
"""Prices relative to uncached input, where the rows do not tell: the usual ratios of list prices."""
REFERENCE = timedelta(days=14)
"""How much before an incident shows what is usual there."""


@dataclass(frozen=True, eq=False)
class Sums:
    """By leaf (m of them): counts (m, 7), nano-dollars (m,), and the prices of its model then (m, 4): nano-dollars a
    token of uncached, cached, cache-write input and output, nan where the rows do not tell or nobody asked."""

    counts: Ints
    cost: Ints
    prices: Floats


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same leaves over two spans. `leaves` has the dimensions; rows without cost on both sides are left out."""

    leaves: pd.DataFrame
    base: Sums
    current: Sums


def between(table: CostTable, scope: Scope, span: tuple[datetime, datetime]) -> Sums:
    """Sums within a scope over [start, end), without prices."""
    rows = np.flatnonzero((table.hour >= to_hour(span[0])) & (table.hour < _up(span[1])))
    rows = rows[table.inside(scope)[table.leaf[rows]]]
    size = len(table.leaves)
    cost = np.zeros(size, dtype=np.int64)
    np.add.at(cost, table.leaf[rows], table.cost[rows])
    counts = np.zeros((size, table.drivers.shape[1]), dtype=np.int64)
    np.add.at(counts, table.leaf[rows], np.maximum(table.drivers[rows], 0))
    return Sums(counts, cost, np.full((size, 4), np.nan))


def unit_prices(table: CostTable, span: tuple[datetime, datetime], wanted: Bools) -> Floats:
    """(m, 4) prices by least squares of cost on tokens over the rows of each leaf's model: cost is linear in tokens, so
    they come out all but exactly where the rows differ enough. Only for the models of the `wanted` leaves (m,)."""
    names = table.leaves[["provider", "model", "tier"]].astype(object)
    model = names.groupby(["provider", "model", "tier"], dropna=False, sort=False).ngroup().to_numpy()
    rows = np.flatnonzero((table.hour >= to_hour(span[0])) & (table.hour < _up(span[1])))
    rows = rows[np.isin(model, model[wanted])[table.leaf[rows]] & (table.drivers[rows, INPUT] > 0)]
    rows = rows[np.argsort(model[table.leaf[rows]], kind="stable")]
    counts = np.maximum(table.drivers[rows], 0).astype(float)
    plain = counts[:, INPUT] - counts[:, CACHED] - counts[:, WRITTEN]
    x = np.stack([plain, counts[:, CACHED], counts[:, WRITTEN], counts[:, OUTPUT]], axis=1)
    y, of = table.cost[rows].astype(float), model[table.leaf[rows]]
    found = np.full((int(model.max(initial=-1)) + 1, 4), np.nan)
    models, starts, sizes = np.unique(of, return_index=True, return_counts=True)
    for m, start, end in zip(models, starts, starts + sizes, strict=True):
        mine = slice(start, end)
        used: Bools = np.asarray(x[mine].any(axis=0))
        if end - start < 8 or not used[3]:
            continue
        scale = x[mine][:, used].max(axis=0)
        price, _, rank, _ = np.linalg.lstsq(x[mine][:, used] / scale, y[mine], rcond=1e-9)
        if rank == used.sum() and (price > 0).all():
            found[m, used] = price / scale
            found[m, ~used] = found[m, 0] * np.array(USUAL)[~used]
    return found[model]


def against_period(
    table: CostTable, scope: Scope, span: tuple[datetime, datetime], against: tuple[datetime, datetime]
) -> Comparison:
    """A span against another, as both were."""
    return _priced(table, (between(table, scope, against), between(table, scope, span)), (against, span))


def against_usual(table: CostTable, scope: Scope, span: tuple[datetime, datetime], expected: int) -> Comparison:
    """A span against what was expected of it: the days before it, scaled so that their cost is `expected` nano-dollars
    exactly, leaf by leaf in integers (largest remainder)."""
    before = (span[0] - REFERENCE, span[0])
    usual, current = between(table, scope, before), between(table, scope, span)
    if expected > 0 and int(usual.cost.sum()) <= 0:
        usual = current  # a new name has no days before: what was expected of it is what it costs
    total = int(usual.cost.sum())
    if total <= 0 or expected <= 0:
        usual = Sums(np.zeros_like(usual.counts), np.zeros_like(usual.cost), usual.prices)
    else:
        counts = np.rint(usual.counts * (expected / total)).astype(np.int64)
        usual = Sums(counts, split(expected, usual.cost), usual.prices)
    return _priced(table, (usual, current), (before, span))


FINE = ("version", "release", "key", "tags", "source", "grain")
"""Dimensions that say who served a request, not what it was: a new release is no new kind of request."""


def merged(c: Comparison) -> Comparison:
    """The comparison over leaves that differ in more than FINE dimensions."""
    kept = [d for d in c.leaves.columns if d not in FINE]
    if not len(c.leaves):
        return c
    groups = c.leaves.groupby(kept, dropna=False, sort=False)
    number = groups.ngroup().to_numpy()
    firsts = np.unique(number, return_index=True)[1]
    leaves = c.leaves.iloc[firsts].reset_index(drop=True)
    sides = []
    for side in (c.base, c.current):
        counts = np.zeros((len(leaves), side.counts.shape[1]), dtype=np.int64)
        cost = np.zeros(len(leaves), dtype=np.int64)
        np.add.at(counts, number, side.counts)
        np.add.at(cost, number, side.cost)
        sides.append(Sums(counts, cost, side.prices[firsts]))
    return Comparison(leaves, sides[0], sides[1])


def split(total: int, weights: Ints) -> Ints:
    """Integers that add up to `total` in proportion to weights (largest remainder), exact beyond 2^53."""
    whole = int(weights.sum())
    parts = [total * int(w) for w in weights]
    out = [p // whole for p in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % whole), i))
    for i in order[: total - sum(out)]:
        out[i] += 1
    return np.array(out, dtype=np.int64)


def _up(moment: datetime) -> int:
    hour = to_hour(moment)
    return hour if moment == moment.replace(minute=0, second=0, microsecond=0) else hour + 1


def _priced(
    table: CostTable, sides: tuple[Sums, Sums], spans: tuple[tuple[datetime, datetime], tuple[datetime, datetime]]
) -> Comparison:
    """The leaves that have cost on one side at least, with the prices that their models had on each."""
    wanted = (sides[0].cost != 0) | (sides[1].cost != 0)
    live = np.flatnonzero(wanted)
    before, now = (
        Sums(s.counts[live], s.cost[live], unit_prices(table, span, wanted)[live])
        for s, span in zip(sides, spans, strict=True)
    )
    return Comparison(table.leaves.iloc[live].reset_index(drop=True), before, now)
