"""What a reader hands to the store: one load of cost rows, and what is wrong with rows that cannot be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import pandas as pd

from ledger.types import DIMENSIONS, DRIVERS, LedgerError

LoadKind = Literal["rows", "snapshot"]
COLUMNS = (
    "hour",
    "grain",
    *DIMENSIONS,
    *DRIVERS,
    "cost_nano",
    "original_currency",
    "original_cost",
    "available_at",
    "row",
)
"""Of a batch's frame: hour and available_at are aware UTC, grain is hour or day, dimensions are str or None, drivers
Int64 with NA for unknown, cost_nano int64, original_cost decimal text or None, row the number in the file."""
SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, and what to do about it. `row` counts from 1, the header not counted."""

    file: str
    row: int | None
    column: str
    value: str
    reason: str
    next_step: str

    def __str__(self) -> str:
        where = self.file + (f", row {self.row}" if self.row is not None else "")
        what = f", column {self.column}" + (f", value {self.value!r}" if self.value else "") if self.column else ""
        return f"{where}{what}: {self.reason}; {self.next_step}"


class BadRows(LedgerError):
    """Rows that cannot be stored. Nothing of the load was kept."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        more = len(faults) - SHOWN_FAULTS
        lines = [str(f) for f in faults[:SHOWN_FAULTS]] + ([f"... and {more} more"] if more > 0 else [])
        super().__init__("\n".join(lines))


@dataclass(frozen=True, eq=False)
class Batch:
    """One load. `rows` are known by key; a `snapshot` restates the hours [covers[0], covers[1]) of its source whole.

    With `adds_up`, rows of one key and one available_at add up, else they are an error. With `derived`, available_at
    was not in the input but worked out from the hour, so a row that changed is known from when it was loaded."""

    kind: LoadKind
    source: str
    frame: pd.DataFrame
    name: str
    content_hash: str
    covers: tuple[datetime, datetime] | None = None
    adds_up: bool = False
    derived: bool = False
    unpriced: dict[str, int] = field(default_factory=dict)
    priced: dict[str, int] = field(default_factory=dict)
    bad: tuple[Fault, ...] = ()
    bad_file: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `repeated` rows were known already and add nothing; `unpriced` counts requests by model, `priced`
    by the entry of the price book that was used. `bad` rows were left out and stand with reasons in `bad_file`; `warning`
    is what may be wrong with the input though it could be read."""

    load_id: int | None
    source: str
    name: str
    rows: int
    new: int
    replaced: int
    repeated: int
    bad: int
    cost_nano: int
    unpriced: dict[str, int]
    message: str
    priced: dict[str, int] = field(default_factory=dict)
    bad_file: str = ""
    warning: str = ""
