"""Checks a frame column by column, and says of every bad cell where it stands and what to do."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ledger.batch import BadRows, Fault
from ledger.types import LedgerError

ZONE = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"
FIX = "mend the row, or load with --keep-good"
EARLIEST, LATEST = pd.Timestamp("2000-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC")


class Checks:
    """Collects the faults of one file while its columns are turned into what they should be."""

    def __init__(self, file: str, frame: pd.DataFrame) -> None:
        self.file, self.frame = file, frame
        self.faults: list[Fault] = []

    def require(self, *columns: str) -> None:
        """Raises LedgerError where a column is missing, with what looks like it."""
        for name in columns:
            if name not in self.frame:
                raise LedgerError(
                    f"{self.file}: column {name} is missing{near(name, self.frame.columns)}; it has {', '.join(map(str, self.frame.columns[:12]))}"
                )

    def unknown(self, known: Sequence[str]) -> list[str]:
        """Columns that mean nothing here, each with the nearest that would."""
        return [f"{c}{near(str(c), known)}" for c in self.frame.columns if c not in known and c != "row"]

    def number(self, name: str, *, whole: bool = False, least: float | None = None) -> pd.Series:
        """A column as numbers, NaN where empty; text, NaN, infinity and what is below `least` are faults."""
        raw = self.frame[name]
        given = raw.notna()
        values = pd.to_numeric(raw, errors="coerce").astype(float)
        if raw.dtype.kind == "f":
            given = given | np.isnan(raw.to_numpy(dtype=float, na_value=0.0))
        self.bad(name, given & values.isna(), "it is no number")
        self.bad(name, np.isinf(values), "it is infinite")
        if whole:
            self.bad(name, values.notna() & np.isfinite(values) & (values != np.floor(values)), "it is no whole number")
        if least is not None:
            self.bad(name, values < least, f"it is below {least:g}")
        found: pd.Series = values
        return found

    def time(self, name: str, *, required: bool = True, utc: bool = False) -> pd.Series:
        """A column as aware UTC times; impossible ones are faults, and naive ones unless the format says `utc`."""
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
            self.bad(name, text.notna() & times.isna(), "there is no such time", "write it as 2026-11-01T13:00:00Z")
        if required:
            self.bad(name, raw.isna(), "it is empty")
        self.bad(name, (times < EARLIEST) | (times >= LATEST), "the year cannot be right")
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
        bad = {f.row for f in self.faults}
        return pd.Series([row not in bad for row in self.frame["row"]], index=self.frame.index, dtype=bool)


def no_such_columns(file: str, columns: Iterable[object], known: Sequence[str]) -> None:
    """Raises LedgerError where a column means nothing here, with the nearest that would."""
    odd = [f"{c}{near(str(c), known)}" for c in columns if c not in known and c != "row"]
    if odd:
        raise LedgerError(
            f"{file}: there is no meaning for column {', '.join(odd[:5])}; rename or drop it, known are {', '.join(known)}"
        )


def write_bad(folder: Path, name: str, faults: Sequence[Fault]) -> str:
    """Writes what was left out, with reasons, beside nothing else; returns the file's name."""
    if not faults:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{Path(name).name}.bad.csv"
    with target.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "row", "column", "value", "reason", "next_step"])
        writer.writerows([f.file, f.row, f.column, f.value, f.reason, f.next_step] for f in faults)
    return str(target)


def near(name: str, others: Iterable[object]) -> str:
    found = difflib.get_close_matches(name, [str(o) for o in others], 1, 0.6)
    return f" (did you mean {found[0]}?)" if found else ""
