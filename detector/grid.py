"""Cost rows as dense arrays: leaf by step for each driver, kept up to date as rows become known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ledger.table import CostTable, Ints
from ledger.types import DIMENSIONS, DRIVERS, NANO

Floats = NDArray[np.float64]

LEAF_DIMENSIONS = tuple(d for d in DIMENSIONS if d not in ("version", "release", "tags", "key"))
"""What tells leaves apart. Versions and releases come and go within a leaf: they are causes, not places."""
CHANNELS = (*DRIVERS, "cost")
RUNS, REQUESTS, ERRORS, INPUT, CACHED, WRITTEN, OUTPUT, COST = range(len(CHANNELS))


@dataclass(eq=False)
class _Step:
    """The rows of one step: the newest of each unit."""

    unit: Ints
    values: Floats


class Grid:
    """Rows of one grain (`step` hours) as `values[channel, leaf, step]`, in counts and dollars.

    A unit is a full combination of dimensions and source, by which rows replace each other; a leaf sums units."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.first = 0
        self.leaves: list[tuple[str | None, ...]] = []
        self.values: Floats = np.zeros((len(CHANNELS), 0, 0))
        self.newest: dict[tuple[str, str | None], int] = {}
        self._leaf_of_unit: list[int] = []
        self._group_of_unit: list[tuple[str, str | None]] = []
        self._units: dict[tuple[str | None, ...], int] = {}
        self._leaf_number: dict[tuple[str | None, ...], int] = {}
        self._steps: dict[int, _Step] = {}
        self._lags: dict[tuple[str, str | None], list[Ints]] = {}

    @property
    def steps(self) -> int:
        return int(self.values.shape[2])

    def learn(self, rows: CostTable) -> Ints:
        """Takes rows in, the later available replacing the earlier; returns the steps (from `first`) that changed."""
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        unit = self._unit_numbers(rows)
        at = rows.hour // self.step
        values = np.concatenate([np.maximum(rows.drivers, 0).astype(float), rows.cost[:, None] / NANO], axis=1)
        self._note_arrival(unit, rows)
        order = np.lexsort((rows.available, unit, at))
        at, unit, values = at[order], unit[order], values[order]
        cuts = np.flatnonzero(np.diff(at)) + 1
        for part in np.split(np.arange(len(at)), cuts):
            self._put(int(at[part[0]]), unit[part], values[part])
        return self._sum(np.unique(at))

    def group_of_leaf(self) -> list[set[tuple[str, str | None]]]:
        """For each leaf, the (source, provider) whose rows it sums."""
        groups: list[set[tuple[str, str | None]]] = [set() for _ in self.leaves]
        for leaf, group in zip(self._leaf_of_unit, self._group_of_unit, strict=True):
            groups[leaf].add(group)
        return groups

    def lag_hours(self, group: tuple[str, str | None]) -> float:
        """How long after its end a step of this source and provider is all but complete, as it has been."""
        recent = np.concatenate(self._lags.get(group, [np.zeros(1, dtype=np.int64)])[-400:])
        return float(np.quantile(recent, 0.99)) / 3600

    def _unit_numbers(self, rows: CostTable) -> Ints:
        columns = [rows.leaves[c].to_numpy(dtype=object) for c in ("source", *DIMENSIONS)]
        numbers = np.zeros(len(rows.leaves), dtype=np.int64)
        pick = [DIMENSIONS.index(d) + 1 for d in LEAF_DIMENSIONS]
        provider = DIMENSIONS.index("provider") + 1
        for i in np.unique(rows.leaf):
            key = tuple(None if pd.isna(c[i]) else c[i] for c in columns)
            if key not in self._units:
                self._units[key] = len(self._units)
                leaf = tuple(key[p] for p in pick)
                self._leaf_of_unit.append(self._leaf_number.setdefault(leaf, len(self._leaf_number)))
                self._group_of_unit.append((str(key[0]), key[provider]))
            numbers[i] = self._units[key]
        self.leaves = list(self._leaf_number)
        return numbers[rows.leaf]

    def _note_arrival(self, unit: Ints, rows: CostTable) -> None:
        lag = np.maximum(rows.available - (rows.hour + self.step) * 3600, 0)
        names = list(dict.fromkeys(self._group_of_unit))
        number = np.array([names.index(g) for g in self._group_of_unit])[unit]
        for i, name in enumerate(names):
            mine = number == i
            if mine.any():
                self.newest[name] = max(self.newest.get(name, -1), int(rows.hour[mine].max()) // self.step)
                self._lags.setdefault(name, []).append(lag[mine])

    def _put(self, at: int, unit: Ints, values: Floats) -> None:
        old = self._steps.get(at)
        if old is not None:
            unit, values = np.concatenate([old.unit, unit]), np.concatenate([old.values, values])
        kept, place = np.unique(unit[::-1], return_index=True)
        self._steps[at] = _Step(kept, values[::-1][place])

    def _sum(self, changed: Ints) -> Ints:
        """Sums units to leaves for the changed steps; grows the arrays where needed."""
        low, high = min(self._steps), max(self._steps)
        if not self.values.size:
            self.first = low
        leaves, steps = len(self.leaves), high - min(low, self.first) + 1
        if leaves > self.values.shape[1] or steps > self.values.shape[2] or low < self.first:
            grown = np.zeros((len(CHANNELS), leaves, steps))
            shift = self.first - min(low, self.first)
            grown[:, : self.values.shape[1], shift : shift + self.values.shape[2]] = self.values
            self.values, self.first = grown, min(low, self.first)
        leaf_of_unit = np.array(self._leaf_of_unit)
        for at in changed:
            rows = self._steps[int(at)]
            column = np.zeros((leaves, len(CHANNELS)))
            np.add.at(column, leaf_of_unit[rows.unit], rows.values)
            self.values[:, :, int(at) - self.first] = column.T
        return changed - self.first


def memberships(
    leaves: Sequence[tuple[str | None, ...]], cuboids: Sequence[tuple[str, ...]]
) -> tuple[list[Cell], NDArray[np.bool_]]:
    """The cells of the cuboids that select different leaves, the shortest predicate of each kept, and (cells, leaves)
    which leaf lies in which. The order of `cuboids` decides between predicates of one length."""
    table = pd.DataFrame(leaves, columns=list(LEAF_DIMENSIONS), dtype=object)
    seen: dict[bytes, int] = {}
    cells: list[Cell] = []
    rows: list[NDArray[np.bool_]] = []
    for cuboid in cuboids:
        if not cuboid:
            masks: list[tuple[tuple[str | None, ...], NDArray[np.bool_]]] = [((), np.ones(len(table), dtype=bool))]
        else:
            number = table.groupby(list(cuboid), dropna=False, sort=False).ngroup().to_numpy()
            firsts = np.unique(number, return_index=True)[1]
            named = table[list(cuboid)].to_numpy(dtype=object)
            masks = [(tuple(named[i]), number == number[i]) for i in firsts]
        for values, mask in masks:
            if mask.tobytes() in seen:
                continue
            seen[mask.tobytes()] = len(cells)
            cells.append(tuple((d, None if pd.isna(v) else v) for d, v in zip(cuboid, values, strict=True)))
            rows.append(mask)
    return cells, np.array(rows).reshape(len(cells), len(table))


Cell = tuple[tuple[str, str | None], ...]
