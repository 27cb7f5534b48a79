"""Reader `table`: cost rows in a table of our own, Parquet or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from ledger.batch import Batch
from ledger.readers.checks import Checks, no_such_columns, write_bad
from ledger.readers.files import TABULAR, cut_off, files_of, fingerprint, read_frame
from ledger.readers.frames import batch_frame, default_available, dollars, originals, text_column
from ledger.readers.settings import SourceSettings
from ledger.types import CHARGES, DIMENSIONS, DRIVERS

KNOWN = ("hour", "grain", *DIMENSIONS, *DRIVERS, "cost_usd", "cost", "currency", "available_at")


def read_table(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """A batch of rows for each file. Raises LedgerError, BadRows among them."""
    for path in files_of(settings.path, TABULAR):
        yield _batch(path, settings)


def _batch(path: Path, settings: SourceSettings) -> Batch:
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("hour", "cost" if "cost" in frame else "cost_usd")
    no_such_columns(path.name, frame.columns, KNOWN)
    hour = checks.time("hour", latest=settings.latest)
    grain = text_column(frame["grain"]).fillna("hour") if "grain" in frame else pd.Series("hour", index=frame.index)
    checks.bad("grain", ~grain.isin(["hour", "day"]), "it is neither hour nor day")
    checks.bad("hour", hour.notna() & (hour.dt.floor("h") != hour), "it is not the start of an hour")
    checks.bad(
        "hour", hour.notna() & (grain == "day") & (hour.dt.floor("D") != hour), "it is not the start of a day in UTC"
    )
    amount = "cost" if "cost" in frame else "cost_usd"
    exact = checks.money(amount)
    columns = {d: checks.count(d) for d in DRIVERS if d in frame}
    held = [columns[d].fillna(0) for d in ("cached_input_tokens", "cache_write_tokens") if d in columns]
    if held and "input_tokens" in columns:
        checks.bad("input_tokens", sum(held) > columns["input_tokens"], "more is cached than came in")
    available = checks.time("available_at") if "available_at" in frame else default_available(hour, grain, settings)
    if "charge" in frame:
        odd = frame["charge"].notna() & ~frame["charge"].isin(["", *CHARGES])
        checks.bad("charge", odd, f"it is none of {', '.join(CHARGES)}")
    good = checks.good(keep_good=settings.keep_good)
    if settings.keep_good and not settings.adds_up:
        good &= _said_once(checks, good, [*columns.values(), exact], (hour, grain, available))
    names = {d: text_column(frame[d])[good] for d in DIMENSIONS if d in frame}
    if settings.account:
        mine = pd.Series(settings.account, index=frame.index, dtype=object)[good]
        names["account"] = names.get("account", mine).fillna(mine)
    currency = (
        frame["currency"][good] if "currency" in frame else ("USD" if amount == "cost_usd" else settings.currency)
    )
    exact = exact[good]
    was_currency, was_cost = originals(exact, currency, settings)
    ready = batch_frame(
        {
            **names, **{d: v[good] for d, v in columns.items()}, "hour": hour[good], "grain": grain[good],
            "cost_nano": dollars(exact, currency, hour[good], settings, (path.name, frame["row"])), "original_currency": was_currency,
            "original_cost": was_cost, "available_at": available[good], "row": frame["row"][good],
        },
        frame.index[good],
    )  # fmt: skip
    faults = tuple(checks.faults)
    return Batch(
        "rows", settings.name, ready, path.name, fingerprint([path]), adds_up=settings.adds_up,
        derived="available_at" not in frame, bad=faults, bad_file=write_bad(settings.bad_folder, path.name, faults, checks.left_out),
        warning=cut_off([path]),
    )  # fmt: skip


def _said_once(
    checks: Checks, good: pd.Series, values: Sequence[pd.Series], when: tuple[pd.Series, pd.Series, pd.Series]
) -> pd.Series:
    """(n,) false where a row has the key and available_at of an earlier good one and says something else: a fault."""
    hour, grain, available = when
    key = pd.DataFrame({d: text_column(checks.frame[d]) for d in DIMENSIONS if d in checks.frame})
    key = key.assign(hour=hour, grain=grain, available_at=available)[good]
    said = pd.concat([v.astype("string") for v in values], axis=1)[good].fillna("").agg("|".join, axis=1)
    number = key.groupby(list(key.columns), dropna=False, sort=False).ngroup()
    odd = said != said.groupby(number).transform("first")
    reason = "it has the key and available_at of an earlier row, and says something else"
    checks.bad("hour", odd.reindex(good.index, fill_value=False), reason, "give the newer one a later available_at")
    return ~odd.reindex(good.index, fill_value=False)
