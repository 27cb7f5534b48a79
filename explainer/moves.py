"""Spend that only changed its name: what vanished under one tag and came back, with the same shape, under another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from explainer.drivers import ALL, REQUESTS
from explainer.periods import Comparison, against_period, merged, split
from explainer.wording import scope_words
from ledger.table import Bools, CostTable, Ints, leaves_inside
from ledger.types import Scope

Span = tuple[datetime, datetime]
WEEK = timedelta(days=7)
TAGS = ("team", "feature", "workflow")
SHAPE = ("provider", "model", "tier", "environment")
GONE, ALIKE, SAME_SIZE, SAME_UNIT = 0.05, 0.8, 0.25, 0.15
"""What may be left of the old name; how much of two shapes must agree, how far the sizes may differ and how far the
cost of a request."""


@dataclass(frozen=True, eq=False)
class Move:
    """From one tag to another: leaves by number, and how much spend moved, in nano-dollars."""

    old: Scope
    new: Scope
    left: Ints
    came: Ints
    nano: int

    @property
    def words(self) -> str:
        """One statement."""
        return f"what was {_told(self.old, self.new)} is {_told(self.new, self.old)} now, at about the same cost"


def moves_of(c: Comparison) -> tuple[Move, ...]:
    """The moves between two periods, the largest first: each name is in one of them at most."""
    used = _used(c)
    groups = c.leaves.groupby(list(TAGS), dropna=False, sort=True).ngroup().to_numpy()
    size = int(groups.max(initial=-1)) + 1
    base, current = (np.bincount(groups[used], weights=s.cost[used], minlength=size) for s in (c.base, c.current))
    gone = [int(g) for g in np.argsort(-base, kind="stable") if base[g] > 0 and current[g] <= GONE * base[g]]
    fresh = [int(g) for g in range(size) if current[g] > 0 and base[g] <= GONE * current[g]]
    shape: Ints = c.leaves.groupby(list(SHAPE), dropna=False, sort=True).ngroup().to_numpy().astype(np.int64)
    found = []
    for g in gone:
        left = np.flatnonzero(used & (groups == g))
        old = dict(_tag(c, left))
        alike = []
        for f in fresh:
            came = np.flatnonzero(used & (groups == f))
            kept = sum(old[d] == v for d, v in _tag(c, came))
            alike.append((kept, _alike(c, shape, left, came), -f, came))
        best = max((a for a in alike if a[1] >= ALIKE), key=lambda a: a[:3], default=None)
        if best is not None:
            fresh.remove(-best[2])
            found.append(Move(_tag(c, left), _tag(c, best[3]), left, best[3], int(base[g])))
    return tuple(found)


def moves_within(table: CostTable, c: Comparison, scope: Scope, spans: tuple[Span, Span]) -> tuple[Move, ...]:
    """The moves that touch a scope, with the leaves of `c`; of a move into it or out of it, only one side has leaves."""
    whole = merged(against_period(table, (), *spans)) if scope else c
    found = []
    for move in moves_of(whole):
        left, came = (np.flatnonzero(leaves_inside(c.leaves, tag) & _used(c)) for tag in (move.old, move.new))
        if len(left) or len(came):
            found.append(replace(move, left=left, came=came))
    return tuple(found)


def incident_move(table: CostTable, scope: Scope, span: Span) -> Move | None:
    """The move of which an incident is one side, against the same hours a week before: of a launch the new name, of a
    drop the old one. None where there is none."""
    start, end = span[0], min(span[1], span[0] + WEEK)
    spans = ((start, end), (start - WEEK, end - WEEK))
    moves = moves_within(table, merged(against_period(table, scope, *spans)), scope, spans)
    return moves[0] if moves else None


def moved_drivers(by_leaf: Ints, moves: tuple[Move, ...]) -> Ints:
    """The drivers of the leaves with what moved as `attribution`, which comes to nothing over both names; what is left
    of the new name's change is volume. Each row still adds up to that leaf's change."""
    out, delta = by_leaf.copy(), by_leaf.sum(axis=1)
    at, volume = ALL.index("attribution"), ALL.index("volume")
    for move in moves:
        out[move.left], out[move.came] = 0, 0
        out[move.left, at] = delta[move.left]
        gained = np.maximum(delta[move.came], 0)
        arrived = delta[move.came]
        if len(move.left) and gained.any():
            arrived = split(-int(delta[move.left].sum()), gained)
        out[move.came, at], out[move.came, volume] = arrived, delta[move.came] - arrived
    return out


def _used(c: Comparison) -> Bools:
    return ~np.isin(c.leaves["charge"].to_numpy(dtype=object), ["credit", "pool", "tax"])


def _alike(c: Comparison, shape: Ints, left: Ints, came: Ints) -> float:
    """0 to 1: how much of the requests by provider, model, tier and environment agrees; 0 where the size or the cost
    of a request does not."""
    size = int(shape.max()) + 1
    was, now = (
        np.bincount(shape[rows], weights=side.counts[rows, REQUESTS], minlength=size)
        for side, rows in ((c.base, left), (c.current, came))
    )
    cost = float(c.base.cost[left].sum()), float(c.current.cost[came].sum())
    if not was.sum() or not now.sum():
        was, now = (
            np.bincount(shape[rows], weights=side.cost[rows], minlength=size)
            for side, rows in ((c.base, left), (c.current, came))
        )
    if cost[0] <= 0 or abs(cost[1] / cost[0] - 1) > SAME_SIZE:
        return 0.0
    if abs((cost[1] / now.sum()) / (cost[0] / was.sum()) - 1) > SAME_UNIT:
        return 0.0
    return float(np.minimum(was / was.sum(), now / now.sum()).sum())


def _tag(c: Comparison, rows: Ints) -> Scope:
    first = c.leaves.iloc[rows[0]]
    return tuple((d, None if pd.isna(first[d]) else str(first[d])) for d in TAGS)


def _told(tag: Scope, other: Scope) -> str:
    """The tag without what both share, in words: team search, feature ranking."""
    differs = [(d, v) for (d, v), (_, o) in zip(tag, other, strict=True) if v != o]
    words = scope_words(tuple((d, v) for d, v in differs if d != "feature" or v is None))
    named = [f"feature {v}" for d, v in differs if d == "feature" and v is not None]
    rest = [d for d in differs if d[0] != "feature" or d[1] is None]
    return ", ".join([*([words[0].lower() + words[1:]] if rest else []), *named])
