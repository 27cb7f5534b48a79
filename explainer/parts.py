"""Tables of parts by dimension, which add up to the whole change exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from explainer.drivers import ALL, drivers_of
from explainer.periods import FINE, Comparison
from explainer.types import Part
from ledger.table import Ints
from ledger.types import Scope

SHOWN = ("team", "feature", "workflow", "model", "version", "release", "environment", "provider", "account", "charge")
MOST = 8


def tables(fine: Comparison, c: Comparison, by_leaf: Ints, scope: Scope) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """For each dimension along which the rows differ, its parts, the largest change first; the small ones are one.
    `c` are the `fine` leaves merged, to which `by_leaf` belongs; parts by version or release have no drivers."""
    fixed = {d for d, _ in scope}
    found = []
    for dimension in SHOWN:
        if dimension in fixed or fine.leaves[dimension].nunique(dropna=False) < 2:
            continue
        of, drivers = (
            (fine, np.zeros((len(fine.leaves), len(ALL)), dtype=np.int64)) if dimension in FINE else (c, by_leaf)
        )
        found.append((dimension, _parts(of, drivers, dimension)))
    return tuple(found)


def _parts(c: Comparison, by_leaf: Ints, dimension: str) -> tuple[Part, ...]:
    number, names = pd.factorize(c.leaves[dimension], use_na_sentinel=False)
    size = len(names)
    base, current = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    drivers = np.zeros((size, len(ALL)), dtype=np.int64)
    np.add.at(base, number, c.base.cost)
    np.add.at(current, number, c.current.cost)
    np.add.at(drivers, number, by_leaf)
    order = np.argsort(-np.abs(current - base), kind="stable")
    shown, small = (order, order[:0]) if size <= MOST else (order[: MOST - 1], order[MOST - 1 :])
    parts = [
        Part(None if pd.isna(names[i]) else str(names[i]), int(base[i]), int(current[i]), int(current[i] - base[i]), drivers_of(drivers[i : i + 1]))
        for i in shown
    ]  # fmt: skip
    if len(small):
        b, n = int(base[small].sum()), int(current[small].sum())
        parts.append(Part(f"{len(small)} others", b, n, n - b, drivers_of(drivers[small]), rest=True))
    return tuple(parts)
