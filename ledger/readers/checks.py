"""Checks a frame column by column, and says of every bad cell where it stands and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ledger.batch import BadRows, Fault
from ledger.types import LedgerError

ZONE = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"
FUTURE = "it lies in the future"
CLOCKS = "is its zone right, and the clock of this machine? mend the row, or load with --keep-good"
WRITE_TIME = "write it as 2026-11-01T13:00:00Z"
FIX = "mend the row, or load with --keep-good"
MOST_MONEY = 1e9
EARLIEST, LATEST = pd.Timestamp("2000-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC")


class Checks:
    """Collects the faults of one file while its columns are turned into what they should be."""

    def __init__(self, file: str, frame: pd.DataFrame) -> None:
        self.file, self.frame = file, frame
        self.faults: list[Fault] = []

    def require(self, *columns: str) -> None:
        """Raises LedgerError where a column is missing, with what looks like it."""
        there = [str(c) for c in self.frame.columns if c != "row"]
        for name in columns:
            if name not in there:
                has = ", ".join(there[:12]) + (" and more" if len(there) > 12 else "")
                raise LedgerError(
                    f"{self.file}: column {name} is missing{near(name, there)}; it has {has}; add it, or rename the one that is meant"
                )

    def money(self, name: str) -> pd.Series:
        """A column of amounts, none missing: numbers, or text that says them exactly (rows with a fault apart)."""
        values = self.number(name)
        self.bad(name, self.frame[name].isna(), "it is empty")
        self.bad(name, np.isfinite(values) & (values.abs() > MOST_MONEY), "it is more than can be right")
        exact: pd.Series = values if self.frame[name].dtype.kind in "fiu" else self.frame[name]
        return exact

    def count(self, name: str) -> pd.Series:
        """A column of counts, NaN where unknown: whole numbers, not below 0."""
        return self.number(name, whole=True, least=0)

    def number(self, name: str, *, whole: bool = False, least: float | None = None) -> pd.Series:
        """A column as numbers, NaN where empty; text, NaN, infinity and what is below `least` are faults."""
        raw = self.frame[name]
        values = pd.to_numeric(raw, errors="coerce").astype(float)
        self.bad(name, raw.notna() & values.isna(), "it is no number")
        self.bad(name, np.isinf(values), "it is infinite")
        if whole:
            self.bad(name, values.notna() & np.isfinite(values) & (values != np.floor(values)), "it is no whole number")
        if least is not None:
            self.bad(name, values < least, f"it is below {least:g}")
        found: pd.Series = values
        return found

    def time(self, name: str, *, required: bool = True, utc: bool = False, latest: datetime | None = None) -> pd.Series:
        """A column as aware UTC times; impossible ones are faults, those after `latest`, and naive ones unless the format
        says `utc`."""
        raw = self.frame[name]
        times: Any
        if isinstance(raw.dtype, pd.DatetimeTZDtype):
            times = raw.dt.tz_convert("UTC")
        elif raw.dtype.kind == "M" and utc:
            times = raw.dt.tz_localize("UTC")
        elif raw.dtype.kind == "M":
            raise LedgerError(f"{self.file}: column {name} has times without a zone; write them with one (UTC)")
        else:
            text = raw.astype("string")
            times = pd.to_datetime(text, errors="coerce", utc=True, format="ISO8601")
            naive = times.notna() & (not utc) & ~text.str.contains(ZONE, na=False)
            self.bad(name, naive, "the time has no zone", "write it with one, such as a Z at the end")
            self.bad(name, text.notna() & times.isna(), "there is no such time", WRITE_TIME)
        if required:
            self.bad(name, raw.isna(), "it is empty")
        odd = (times < EARLIEST) | (times >= LATEST)
        self.bad(name, odd, "the year cannot be right")
        if latest is not None:
            self.bad(name, (times > pd.Timestamp(latest)) & ~odd, FUTURE, CLOCKS)
        found: pd.Series = times
        return found

    def bad(self, column: str, where: pd.Series | np.ndarray, reason: str, next_step: str = FIX) -> None:
        """Marks the rows of a mask."""
        mask = pd.Series(where, index=self.frame.index).fillna(value=False).astype(bool)
        for i in self.frame.index[mask.to_numpy()]:
            value = self.frame.at[i, column] if column in self.frame else ""
            self.faults.append(
                Fault(self.file, int(str(self.frame.at[i, "row"])), column, str(value)[:80], reason, next_step)
            )

    def good(self, *, keep_good: bool) -> pd.Series:
        """(n,) which rows have no fault. Raises BadRows where there is one and the good rows were not asked for."""
        if self.faults and not keep_good:
            raise BadRows(self.faults)
        return ~self.frame["row"].isin([f.row for f in self.faults if f.row is not None])

    def left_out(self) -> pd.DataFrame:
        """The rows with faults, as they came."""
        return self.frame[self.frame["row"].isin([f.row for f in self.faults])].assign(file=self.file)


def no_such_columns(file: str, columns: Iterable[object], known: Sequence[str]) -> None:
    """Raises LedgerError where a column means nothing here, with the nearest that would."""
    odd = [f"{c}{near(str(c), known)}" for c in columns if c not in known and c != "row"]
    if odd:
        raise LedgerError(
            f"{file}: there is no meaning for column {', '.join(odd[:5])}; rename or drop it, known are {', '.join(known)}"
        )


def write_bad(folder: Path, name: str, faults: Sequence[Fault], rows: Callable[[], pd.DataFrame]) -> str:
    """Writes the rows that were left out as they came (from `rows`, with `file` and `row`), with the reasons; returns
    the file's name, and writes nothing where nothing was left out."""
    if not faults:
        return ""
    reasons: dict[tuple[str, int | None], list[str]] = {}
    for f in faults:
        reasons.setdefault((f.file, f.row), []).append(f"{f.column}: {f.reason}")
    left = rows()
    keys = list(zip(left["file"], left["row"].astype(int), strict=True))
    out = left.assign(reasons=["; ".join(reasons.get(k, [])) for k in keys])
    out = out[out["reasons"] != ""]
    first = ["file", "row", "reasons"]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.bad.csv"
    out[[*first, *(c for c in out.columns if c not in first)]].to_csv(target, index=False)
    return str(target)


def near(name: str, others: Iterable[object]) -> str:
    found = difflib.get_close_matches(name, [str(o) for o in others], 1, 0.6)
    return f" (did you mean {found[0]}?)" if found else ""
