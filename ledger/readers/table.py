"""Reader `table`: cost rows in a table of our own, Parquet or CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd

from ledger.batch import Batch
from ledger.readers.checks import Checks, write_bad
from ledger.readers.files import TABULAR, files_of, fingerprint, read_frame
from ledger.readers.frames import batch_frame, check_charge, default_available, dollars, originals, text_column
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, DRIVERS, LedgerError

KNOWN = ("hour", "grain", *DIMENSIONS, *DRIVERS, "cost_usd", "cost", "currency", "available_at")


def read_table(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """A batch of rows for each file. Raises LedgerError, BadRows among them."""
    for path in files_of(settings.path, TABULAR):
        yield _batch(path, settings)


def _batch(path: Path, settings: SourceSettings) -> Batch:
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("hour", "cost" if "cost" in frame else "cost_usd")
    unknown = checks.unknown(KNOWN)
    if unknown:
        raise LedgerError(
            f"{path.name}: column {unknown[0]} is not known; known are {', '.join(KNOWN)}; rename or drop it"
        )
    hour = checks.time("hour")
    grain = text_column(frame["grain"]).fillna("hour") if "grain" in frame else pd.Series("hour", index=frame.index)
    checks.bad("grain", ~grain.isin(["hour", "day"]), "it is neither hour nor day")
    checks.bad("hour", hour.dt.floor("h") != hour, "it is not the start of an hour")
    checks.bad("hour", (grain == "day") & (hour.dt.floor("D") != hour), "it is not the start of a day in UTC")
    amount = "cost" if "cost" in frame else "cost_usd"
    cost = checks.number(amount)
    checks.bad(amount, frame[amount].isna() & cost.isna(), "it is empty")
    columns = {d: checks.number(d, whole=True, least=0) for d in DRIVERS if d in frame}
    if "cached_input_tokens" in columns and "input_tokens" in columns:
        checks.bad(
            "cached_input_tokens",
            columns["cached_input_tokens"] > columns["input_tokens"],
            "more is cached than came in",
        )
    available = checks.time("available_at") if "available_at" in frame else default_available(hour, grain, settings)
    good = checks.good(keep_good=settings.keep_good)
    names = {d: text_column(frame[d])[good] for d in DIMENSIONS if d in frame}
    if "account" not in names and settings.account:
        names["account"] = pd.Series(settings.account, index=frame.index)[good]
    if "charge" in names:
        check_charge(path.name, names["charge"])
    currency = (
        frame["currency"][good] if "currency" in frame else ("USD" if amount == "cost_usd" else settings.currency)
    )
    exact = frame[amount][good] if frame[amount].dtype.kind != "f" else cost[good]
    was_currency, was_cost = originals(exact, currency, settings)
    ready = batch_frame(
        {
            **names, **{d: v[good] for d, v in columns.items()}, "hour": hour[good], "grain": grain[good],
            "cost_nano": dollars(exact, currency, hour[good], settings), "original_currency": was_currency,
            "original_cost": was_cost, "available_at": available[good], "row": frame["row"][good],
        },
        frame.index[good],
    )  # fmt: skip
    faults = tuple(checks.faults)
    return Batch(
        "rows", settings.name, ready, path.name, fingerprint([path]), adds_up=settings.adds_up,
        derived="available_at" not in frame, bad=faults, bad_file=write_bad(settings.bad_folder, path.name, faults),
    )  # fmt: skip
