"""Spend that only changed its name: a feature or team that vanished when another of its size and kind appeared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detector.effects import Ints
from detector.grid import REQUESTS, Floats
from ledger.table import Bools

if TYPE_CHECKING:
    from detector.lane import Lane

GONE = 0.1
"""What may be left of the old name; some of its hour may have been over when it changed."""
SAME_SIZE, SAME_UNIT, ALIKE = 0.25, 0.15, 0.8
"""How far the sizes and the cost of a request may differ, and how much of the requests by model must agree."""
WEEK = 7


def renamed_from(lane: Lane, cell: int, first: int, last: int) -> int | None:
    """The cell that is called `cell` since step `first`: of the same dimensions, as large in the same hours a week
    before as the new one is until `last`, on the same models, and gone since. None where there is none."""
    back = WEEK * lane.per_day
    now = slice(first, last + 1)
    before = slice(first - back, last + 1 - back)
    if first < back or last - first >= back:
        return None
    values = lane.values_of(REQUESTS)
    came = lane.members(cell)
    dimensions = [d for d, _ in lane.cells[cell]]
    others = [i for i, c in enumerate(lane.cells) if i != cell and [d for d, _ in c] == dimensions]
    cost = float(lane.cost[came, now].sum())
    found = [
        (abs(was / cost - 1), i)
        for i in others
        if not (came & (left := lane.members(i))).any()
        and abs((was := float(lane.cost[left, before].sum())) / cost - 1) <= SAME_SIZE
        and lane.cost[left, now].sum() <= GONE * was
        and _alike(lane.model, (values[:, before], left, was), (values[:, now], came, cost))
    ]
    return min(found)[1] if found else None


def _alike(model: Ints, old: tuple[Floats, Bools, float], new: tuple[Floats, Bools, float]) -> bool:
    """Whether requests cost the same and go to the same models; by cost alone where they are not counted."""
    was, now = (
        np.bincount(model[rows], weights=values[rows].sum(axis=1), minlength=int(model.max()) + 1)
        for values, rows, _ in (old, new)
    )
    if not was.sum() or not now.sum():
        return bool(was.sum() == now.sum() and set(model[old[1]]) & set(model[new[1]]))
    unit = (new[2] / now.sum()) / (old[2] / was.sum())
    return bool(abs(unit - 1) <= SAME_UNIT and np.minimum(was / was.sum(), now / now.sum()).sum() >= ALIKE)
