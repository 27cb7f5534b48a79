"""Reads what the spend achieved: counts of business outcomes by hour and scope, CSV or Parquet."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ledger.readers.checks import Checks, no_such_columns, write_bad
from ledger.readers.files import read_frame
from ledger.readers.frames import text_column
from ledger.types import DIMENSIONS, LedgerError, Outcome, Scope, scope_of

KNOWN = ("hour", "outcome", "count", "scope", *DIMENSIONS)


def read_outcomes(path: Path, latest: datetime | None = None) -> list[Outcome]:
    """Outcomes of a table with hour, outcome, count and either `scope` as a JSON object or dimensions as columns, of which
    empty ones say nothing; hours after `latest` are faults. Raises LedgerError, BadRows among them."""
    return _read(path, latest, keep_good=False)[0]


def sound_outcomes(path: Path, latest: datetime | None, bad_folder: Path) -> tuple[list[Outcome], str]:
    """The good rows, and what was left out and where it stands with the reasons. Raises LedgerError."""
    found, checks = _read(path, latest, keep_good=True)
    rows = len({f.row for f in checks.faults})
    file = write_bad(bad_folder, path.name, checks.faults, checks.left_out)
    return found, f"{path.name}: {rows} bad, left out: see {file}" if rows else ""


def _read(path: Path, latest: datetime | None, *, keep_good: bool) -> tuple[list[Outcome], Checks]:
    if not path.is_file():
        raise LedgerError(f"{path}: there is no such file")
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("hour", "outcome", "count")
    no_such_columns(path.name, frame.columns, KNOWN)
    hour, count = checks.time("hour", latest=latest).dt.floor("h"), checks.count("count")
    checks.bad("count", frame["count"].isna(), "it is empty")
    checks.bad("outcome", frame["outcome"].isna(), "it is empty")
    scopes = _said(checks) if "scope" in frame else _by_column(frame)
    good = checks.good(keep_good=keep_good)
    found = [
        Outcome(h.to_pydatetime(), s, str(n), int(c))
        for h, s, n, c, right in zip(hour, scopes, frame["outcome"], count, good, strict=True)
        if right
    ]
    return found, checks


def _said(checks: Checks) -> list[Scope]:
    column = checks.frame["scope"]
    read = {text: _scope(text) for text in column.dropna().unique()}
    for text, found in read.items():
        if isinstance(found, str):
            checks.bad("scope", column == text, found)
    return [found if isinstance(found := read.get(text, ()), tuple) else () for text in column]


def _scope(text: Any) -> Scope | str:
    """The scope of a JSON object, or what is wrong with it."""
    try:
        found = json.loads(str(text))
        return scope_of(found) if isinstance(found, dict) else "it is no JSON object of dimensions and values"
    except (ValueError, LedgerError) as error:
        return str(error)


def _by_column(frame: pd.DataFrame) -> list[Scope]:
    dims = [d for d in DIMENSIONS if d in frame]
    values = [text_column(frame[d]) for d in dims]
    return [tuple((d, v.iloc[i]) for d, v in zip(dims, values, strict=True) if v.iloc[i]) for i in range(len(frame))]
