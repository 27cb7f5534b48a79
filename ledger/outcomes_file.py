"""Reads what the spend achieved: counts of business outcomes by hour and scope, CSV or Parquet."""

from __future__ import annotations

import json
from pathlib import Path

from ledger.readers.checks import Checks
from ledger.readers.files import read_frame
from ledger.readers.frames import text_column
from ledger.types import DIMENSIONS, LedgerError, Outcome, scope_of

KNOWN = ("hour", "outcome", "count", "scope", *DIMENSIONS)


def read_outcomes(path: Path) -> list[Outcome]:
    """Outcomes of a table with hour, outcome, count and either the dimensions or `scope` as a JSON object.
    Raises LedgerError, BadRows among them."""
    if not path.is_file():
        raise LedgerError(f"{path}: there is no such file")
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("hour", "outcome", "count")
    unknown = checks.unknown(KNOWN)
    if unknown:
        raise LedgerError(f"{path.name}: column {unknown[0]} is not known; known are {', '.join(KNOWN)}")
    hour, count = checks.time("hour").dt.floor("h"), checks.number("count", whole=True, least=0)
    checks.bad("count", frame["count"].isna(), "it is empty")
    checks.bad("outcome", frame["outcome"].isna(), "it is empty")
    checks.good(keep_good=False)
    dims = [d for d in DIMENSIONS if d in frame]
    values = [text_column(frame[d]) for d in dims]
    scopes = [
        scope_of(json.loads(frame["scope"].iloc[i]) if "scope" in frame else {d: v.iloc[i] for d, v in zip(dims, values, strict=True)})
        for i in range(len(frame))
    ]  # fmt: skip
    return [
        Outcome(h.to_pydatetime(), s, str(n), int(c))
        for h, s, n, c in zip(hour, scopes, frame["outcome"], count, strict=True)
    ]
