"""Columnar cost rows: what the store gives and the detector and the explainer read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ledger.types import DIMENSIONS, DRIVERS, NANO, LedgerError, Scope

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOUR, DAY = 1, 24
"""Grains, in hours."""


@dataclass(frozen=True, eq=False)
class CostTable:
    """n cost rows over m leaves. A leaf is one combination of dimension values, source and grain.

    leaves     m rows; columns DIMENSIONS (str or None), `source` (str), `grain` (1 or 24 hours)
    leaf       (n,) row number into leaves
    hour       (n,) start, whole hours since 1970-01-01T00Z
    available  (n,) when the row could first be read, seconds since 1970-01-01T00Z
    drivers    (n, 7) counts in the order of ledger.types.DRIVERS; -1 where unknown
    cost       (n,) integer nano-dollars
    """

    leaves: pd.DataFrame
    leaf: Ints
    hour: Ints
    available: Ints
    drivers: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.hour)

    def take(self, rows: Ints | Bools) -> CostTable:
        """The rows chosen by number or mask, over the same leaves."""
        return CostTable(
            self.leaves, self.leaf[rows], self.hour[rows], self.available[rows], self.drivers[rows], self.cost[rows]
        )

    def inside(self, scope: Scope) -> Bools:
        """(m,) which leaves lie in the scope."""
        return leaves_inside(self.leaves, scope)


def leaves_inside(leaves: pd.DataFrame, scope: Scope) -> Bools:
    """(m,) which leaves lie in the scope; a value of None selects the untagged ones."""
    mask = np.ones(len(leaves), dtype=bool)
    for dimension, value in scope:
        column = leaves[dimension]
        mask &= (column.isna() if value is None else column == value).to_numpy(dtype=bool)
    return mask


def table_of(frame: pd.DataFrame, source: str = "table") -> CostTable:
    """A CostTable of a valid frame with `hour` (aware), `cost_usd` or `cost_nano`, optionally `available_at`, `grain`
    (hour or day), any DIMENSIONS and any DRIVERS. Rows keep their order; nothing is superseded here.

    Raises LedgerError for naive hours."""
    if getattr(frame["hour"].dtype, "tz", None) is None:
        raise LedgerError("column hour has times without a zone")
    dims = pd.DataFrame(
        {d: frame[d].astype(object).where(frame[d].notna(), None) if d in frame else None for d in DIMENSIONS},
        index=frame.index,
        dtype=object,
    )
    dims["source"] = frame.get("source", source)
    dims["grain"] = np.where(frame["grain"] == "day", DAY, HOUR) if "grain" in frame else HOUR
    number = dims.groupby(list(dims.columns), dropna=False, sort=True).ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    start = _epoch_seconds(frame["hour"])
    known = _epoch_seconds(frame["available_at"].dt.ceil("s")) if "available_at" in frame else start + 3600
    if "cost_nano" in frame:
        cost = frame["cost_nano"].to_numpy(dtype=np.int64)
    else:
        cost = np.rint(frame["cost_usd"].to_numpy(dtype=float) * NANO).astype(np.int64)
    drivers = np.full((len(frame), len(DRIVERS)), -1, dtype=np.int64)
    for i, d in enumerate(DRIVERS):
        if d in frame:
            drivers[:, i] = frame[d].fillna(-1).to_numpy(dtype=np.int64)
    leaves = dims.iloc[first].reset_index(drop=True)
    return CostTable(leaves, number.astype(np.int64), start // 3600, known, drivers, cost)


def _epoch_seconds(times: pd.Series) -> Ints:
    seconds: Ints = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds
