"""Cost rows by step, kept up to date as they become known, and laid out as leaf by step for each driver."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ledger.table import Bools, CostTable, Ints
from ledger.types import DIMENSIONS, DRIVERS, NANO

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Group = tuple[str, str | None]

LEAF_DIMENSIONS = tuple(d for d in DIMENSIONS if d not in ("version", "release", "tags", "key"))
"""What tells leaves apart. Versions and releases come and go within a leaf: they are causes, not places."""
CHANNELS = (*DRIVERS, "cost")
RUNS, REQUESTS, ERRORS, INPUT, CACHED, WRITTEN, OUTPUT, COST = range(len(CHANNELS))

LAGS = 400
"""Batches of rows of a source by which its lag is known."""


@dataclass(eq=False)
class _Step:
    """The rows of one step: the newest of each unit. Counts as single floats: sums of dollars alone must be exact."""

    unit: NDArray[np.int32]
    counts: Singles
    cost: Floats


class Grid:
    """Rows of one grain (`step` hours), in counts and dollars, kept as they come; `values` lays them out by leaf.

    A unit is a full combination of dimensions and source, by which rows replace each other; a leaf sums units."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.first, self.last = 0, -1
        self.leaves: list[tuple[str | None, ...]] = []
        self.newest: dict[Group, int] = {}
        self.groups: list[Group] = []
        """(source, provider) of units."""
        self._units: dict[tuple[str | None, ...], int] = {}
        self._leaf_of_unit: list[int] = []
        self._group_of_unit: list[int] = []
        self._leaf_number: dict[tuple[str | None, ...], int] = {}
        self._steps: dict[int, _Step] = {}
        self._lags: dict[Group, deque[tuple[Ints, Floats]]] = {}

    def learn(self, rows: CostTable) -> Ints:
        """Takes rows in, the later available replacing the earlier; returns the steps (absolute) that changed."""
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        unit = self._unit_numbers(rows)
        at = rows.hour // self.step
        counts = np.maximum(rows.drivers, 0).astype(np.float32)
        cost = rows.cost / NANO
        self._note_arrival(unit, rows)
        order = np.lexsort((rows.available, unit, at))
        at, unit, counts, cost = at[order], unit[order], counts[order], cost[order]
        cuts = np.flatnonzero(np.diff(at)) + 1
        for part in np.split(np.arange(len(at)), cuts):
            self._put(int(at[part[0]]), _Step(unit[part].astype(np.int32), counts[part], cost[part]))
        changed = np.unique(at)
        self.first = min(self.first, int(changed[0])) if self.last >= 0 else int(changed[0])
        self.last = max(self.last, int(changed[-1]))
        return changed

    def values(self, at: Ints, *, leaves: Ints | None = None, channels: Sequence[int] = range(len(CHANNELS))) -> Floats:
        """(channels, leaves, n) sums of the steps `at` (n,; absolute), zero where there is nothing; of some leaves, or
        of all."""
        place = np.arange(len(self.leaves))
        if leaves is not None:
            place = np.full(len(self.leaves), -1)
            place[leaves] = np.arange(len(leaves))
        of_unit = place[np.array(self._leaf_of_unit, dtype=np.int64)]
        rows, where = [], []
        for i, number in enumerate(at):
            step = self._steps.get(int(number))
            if step is None:
                continue
            leaf = of_unit[step.unit]
            mine = slice(None) if leaves is None else leaf >= 0
            where.append(leaf[mine] * len(at) + i)
            rows.append((step, mine))
        shape = (len(self.leaves) if leaves is None else len(leaves), len(at))
        out = np.zeros((len(channels), *shape))
        if rows:
            position = np.concatenate(where)
            for i, channel in enumerate(channels):
                one = np.concatenate([(r.cost if channel == COST else r.counts[:, channel])[mine] for r, mine in rows])
                out[i] = np.bincount(position, weights=one, minlength=shape[0] * shape[1]).reshape(shape)
        return out

    def forget(self, before: int) -> None:
        """Drops the steps before one: nothing looks back so far."""
        for at in [a for a in self._steps if a < before]:
            del self._steps[at]
        self.first = max(self.first, before)

    def group_of_leaf(self) -> Bools:
        """(leaves, groups) which groups' rows a leaf sums."""
        out = np.zeros((len(self.leaves), len(self.groups)), dtype=bool)
        out[self._leaf_of_unit, self._group_of_unit] = True
        return out

    def lag_hours(self, group: Group) -> float:
        """How long after its end a step of this source and provider is all but complete, as it has been: by dollars,
        since one large job that comes late is as much missing as many small rows."""
        if not self._lags.get(group):
            return 0.0
        lag, dollars = (np.concatenate(x) for x in zip(*self._lags[group], strict=True))
        return float(np.quantile(lag, 0.99, weights=dollars, method="inverted_cdf")) / 3600

    def _unit_numbers(self, rows: CostTable) -> Ints:
        present = np.unique(rows.leaf)
        named = rows.leaves.iloc[present][["source", *DIMENSIONS]].astype(object)
        columns = [c.where(c.notna(), None).tolist() for _, c in named.items()]
        pick = [DIMENSIONS.index(d) + 1 for d in LEAF_DIMENSIONS]
        provider = DIMENSIONS.index("provider") + 1
        numbers = np.zeros(len(rows.leaves), dtype=np.int64)
        for i, key in zip(present, zip(*columns, strict=True), strict=True):
            if key not in self._units:
                self._units[key] = len(self._units)
                leaf = tuple(key[p] for p in pick)
                if leaf not in self._leaf_number:
                    self._leaf_number[leaf] = len(self.leaves)
                    self.leaves.append(leaf)
                group = (str(key[0]), key[provider])
                if group not in self.groups:
                    self.groups.append(group)
                self._leaf_of_unit.append(self._leaf_number[leaf])
                self._group_of_unit.append(self.groups.index(group))
            numbers[i] = self._units[key]
        return numbers[rows.leaf]

    def _note_arrival(self, unit: Ints, rows: CostTable) -> None:
        lag = np.maximum(rows.available - (rows.hour + self.step) * 3600, 0)
        number = np.array(self._group_of_unit)[unit]
        for i in np.unique(number):
            mine, name = number == i, self.groups[i]
            self.newest[name] = max(self.newest.get(name, -1), int(rows.hour[mine].max()) // self.step)
            self._lags.setdefault(name, deque(maxlen=LAGS)).append((lag[mine], np.abs(rows.cost[mine]) / NANO + 1e-9))

    def _put(self, at: int, new: _Step) -> None:
        old = self._steps.get(at)
        if old is not None:
            new = _Step(*(np.concatenate([getattr(s, f) for s in (old, new)]) for f in ("unit", "counts", "cost")))
        kept, place = np.unique(new.unit[::-1], return_index=True)
        self._steps[at] = _Step(kept, new.counts[::-1][place], new.cost[::-1][place])


def memberships(
    leaves: Sequence[tuple[str | None, ...]], cuboids: Sequence[tuple[str, ...]]
) -> tuple[list[Cell], csr_array]:
    """The cells of the cuboids that select different leaves, the shortest predicate of each kept, and (cells, leaves)
    ones where a leaf lies in a cell. The order of `cuboids` decides between predicates of one length."""
    table = pd.DataFrame(leaves, columns=list(LEAF_DIMENSIONS), dtype=object)
    seen: set[bytes] = set()
    cells: list[Cell] = []
    held: list[Ints] = []
    for cuboid in cuboids:
        number: Ints = np.zeros(len(table), dtype=np.int64)
        if cuboid:
            number = np.asarray(table.groupby(list(cuboid), dropna=False, sort=False).ngroup(), dtype=np.int64)
        order = np.argsort(number, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
            if members.tobytes() in seen:
                continue
            seen.add(members.tobytes())
            values = table[list(cuboid)].iloc[members[0]] if cuboid else ()
            cells.append(tuple((d, None if pd.isna(v) else v) for d, v in zip(cuboid, values, strict=True)))
            held.append(members)
    sizes = [len(m) for m in held]
    found = (np.ones(sum(sizes)), np.concatenate(held), np.concatenate([[0], np.cumsum(sizes)]))
    return cells, csr_array(found, shape=(len(cells), len(table)))


Cell = tuple[tuple[str, str | None], ...]
