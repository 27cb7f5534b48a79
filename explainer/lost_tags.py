"""Spend whose requests lost their tags: it falls at its owner by what rises, at the same models, without a team."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explainer.drivers import ALL
from explainer.moves import Span
from explainer.periods import Comparison, against_period, merged, split
from explainer.wording import scope_words
from ledger.table import CostTable, Ints, leaves_inside
from ledger.types import Scope

OF_GAIN, OF_OWNER, MORE = 0.5, 0.1, 0.25
"""What share of what rose without a team its owner must have lost, what share of its own spend that must be, and by how
much the spend without a team must have risen."""
OWNER = ("team", "feature")
AT = ("provider", "model", "environment")


@dataclass(frozen=True, eq=False)
class Lost:
    """Whose tags were lost, and by leaf of the comparison what moved: negative at the owner, positive without a team."""

    owner: Scope
    moved: Ints
    nano: int

    def words(self, money: str) -> str:
        """One statement, for an amount in words."""
        return f"{scope_words(self.owner)} fell and spend without a team rose, at the same models, by {money}"


def lost_tags(table: CostTable, c: Comparison, scope: Scope, spans: tuple[Span, Span]) -> Lost | None:
    """Looks in all spend, and gives what lies within the scope, over the leaves of `c`; None where nothing does."""
    whole = merged(against_period(table, (), *spans)) if scope else c
    found = _lost(whole)
    if found is None:
        return None
    inside = _of(whole, c, found) if scope else found.moved
    return Lost(found.owner, inside, found.nano) if inside.any() else None


def with_lost(by_leaf: Ints, lost: Lost | None) -> Ints:
    """The drivers with what lost its tags as `attribution` instead of volume. Rows keep their sums."""
    if lost is None:
        return by_leaf
    out = by_leaf.copy()
    out[:, ALL.index("attribution")] += lost.moved
    out[:, ALL.index("volume")] -= lost.moved
    return out


def _lost(c: Comparison) -> Lost | None:
    nobody = leaves_inside(c.leaves, (("team", None),))
    delta = c.current.cost - c.base.cost
    rise, before = int(delta[nobody].sum()), int(c.base.cost[nobody].sum())
    if rise <= MORE * before or rise <= 0:
        return None
    at = c.leaves.groupby(list(AT), dropna=False, sort=False).ngroup().to_numpy()
    owner = c.leaves.groupby(list(OWNER), dropna=False, sort=False).ngroup().to_numpy()
    size = int(at.max()) + 1
    gain = np.maximum(np.bincount(at[nobody], weights=delta[nobody], minlength=size), 0.0)
    fell = np.zeros((int(owner.max()) + 1, size))
    np.add.at(fell, (owner[~nobody], at[~nobody]), -delta[~nobody])
    common = np.minimum(np.maximum(fell, 0.0), gain)
    best = int(common.sum(axis=1).argmax())
    mine = (owner == best) & ~nobody
    nano = common[best].sum()
    if nano < OF_GAIN * rise or nano < OF_OWNER * c.base.cost[mine].sum():
        return None
    first = c.leaves.iloc[int(np.flatnonzero(mine)[0])]
    moved = np.zeros(len(delta), dtype=np.int64)
    for model in np.flatnonzero(common[best] >= 1):
        for rows, sign in ((mine & (at == model), -1), (nobody & (at == model), 1)):
            weight = np.maximum(sign * delta, 0)[rows]
            moved[rows] = sign * split(round(common[best][model]), weight)
    scope = tuple((d, str(first[d])) for d in OWNER if isinstance(first[d], str))
    return Lost(scope, moved, round(nano))


def _of(whole: Comparison, c: Comparison, lost: Lost) -> Ints:
    """What moved, over the leaves of a narrower comparison."""
    names = list(c.leaves.columns)
    known = whole.leaves[names].astype(object).where(whole.leaves[names].notna(), None)
    by = dict(zip(known.itertuples(index=False, name=None), lost.moved, strict=True))
    mine = c.leaves.astype(object).where(c.leaves.notna(), None)
    return np.array([by.get(row, 0) for row in mine.itertuples(index=False, name=None)], dtype=np.int64)
