"""Reader `focus`: bills in FOCUS 1.0 to 1.4, CSV or Parquet. Each file restates the hours it covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from ledger.batch import Batch
from ledger.readers.checks import Checks, near, write_bad
from ledger.readers.files import TABULAR, cut_off, files_of, fingerprint, read_frame
from ledger.readers.frames import batch_frame, dollars, originals, text_column
from ledger.readers.settings import SourceSettings
from ledger.readers.tags import tag_columns
from ledger.readers.token_class import SAID_BY, token_columns
from ledger.types import DIMENSIONS, DRIVERS, LedgerError

CHARGE = {"Usage": "usage", "Purchase": "usage", "Adjustment": "usage", "Credit": "credit", "Tax": "tax"}
COLUMNS = {
    "provider": ("ServiceProviderName", "ProviderName"),
    "account": ("SubAccountId", "BillingAccountId"),
    "region": ("RegionId",),
    "model": ("SkuId",),
}
"""Where each dimension comes from unless the source's `columns` say otherwise; the first column that is there."""
TOKEN_CLASS = "token_class"
"""A name in the source's `columns` that is no dimension: the column that says which tokens a line counts."""
Covers = tuple[pd.Timestamp, pd.Timestamp]


def read_focus(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:
    """A snapshot for each file, oldest first. Raises LedgerError, BadRows among them."""
    for name in settings.columns:
        if name not in (*DIMENSIONS, TOKEN_CLASS):
            raise LedgerError(f"{settings.name}: columns name {name}, which is no dimension{near(name, DIMENSIONS)}")
    batches = [_batch(path, settings, now) for path in files_of(settings.path, TABULAR)]
    yield from sorted(batches, key=lambda b: (b.covers or (now, now), b.name))


def _batch(path: Path, settings: SourceSettings, now: datetime) -> Batch:
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "ChargeCategory", settings.cost_column)
    start = checks.time("ChargePeriodStart", utc=True, latest=settings.latest)
    end = checks.time("ChargePeriodEnd", utc=True)
    checks.bad("ChargePeriodEnd", end <= start, "the period ends before it begins")
    cost = checks.money(settings.cost_column)
    charge = frame["ChargeCategory"].map(CHARGE)
    checks.bad("ChargeCategory", charge.isna(), f"it is none of {', '.join(CHARGE)}")
    columns = _names(checks, settings) | _tokens(checks, settings) | {"charge": charge, "row": frame["row"]}
    good = checks.good(keep_good=settings.keep_good) & _wanted(frame, settings)
    hourly = (end - start) <= pd.Timedelta(hours=1)
    hour = start.dt.floor("h").where(hourly, start.dt.floor("D"))
    hour, hourly, covers = _placed(checks, hour[good], hourly[good])
    currency = frame["BillingCurrency"][good]
    was_currency, was_cost = originals(cost[good], currency, settings)
    ready = batch_frame(
        {
            **{name: values[good] for name, values in columns.items()}, "hour": hour,
            "grain": pd.Series(np.where(hourly, "hour", "day"), index=hour.index),
            "cost_nano": dollars(cost[good], currency, hour, settings, (path.name, frame["row"])), "original_currency": was_currency,
            "original_cost": was_cost, "available_at": pd.Series(pd.Timestamp(now).tz_convert("UTC"), index=hour.index),
        },
        hour.index,
    )  # fmt: skip
    faults = tuple(checks.faults)
    return Batch(
        "snapshot", settings.name, _added_up(ready), path.name, fingerprint([path]), covers, derived=True, bad=faults,
        bad_file=write_bad(settings.bad_folder, path.name, faults, checks.left_out), warning=cut_off([path]),
    )  # fmt: skip


def _wanted(frame: pd.DataFrame, settings: SourceSettings) -> pd.Series:
    keep = pd.Series(data=True, index=frame.index)
    for column, values in settings.filters.items():
        if column not in frame:
            raise LedgerError(
                f"{settings.name}: filters name {column}, which the file does not have{near(column, frame.columns)}"
            )
        keep &= frame[column].isin(values)
    return keep


def _placed(
    checks: Checks, hour: pd.Series, hourly: pd.Series
) -> tuple[pd.Series, pd.Series, tuple[datetime, datetime] | None]:
    """The hour and grain of each row, and the hours that the file covers.

    A correction of an earlier billing period comes in the bill of a later one. It stands on the first day (or hour) of
    what its file covers, unless the file covers its own too: else the file would restate a period that it does not
    hold. Raises LedgerError where a file has nothing but such corrections."""
    if not len(hour):
        return hour, hourly, None
    late = pd.Series(data=False, index=hour.index)
    if "BillingPeriodStart" in checks.frame:
        billed = checks.time("BillingPeriodStart", required=False, utc=True)
        late = hour < billed[hour.index].dt.floor("D")
    if late.all():
        raise LedgerError(
            f"{checks.file}: all its charges are of periods before their billing period; load the whole bill of that period"
        )
    ends = hour + pd.to_timedelta(np.where(hourly, 1, 24), unit="h")
    first, last = hour[~late].min(), ends[~late].max()
    moved = late & ((hour < first) | (hour >= last))
    hour = hour.mask(moved, first)
    hourly = hourly.mask(moved, first != first.floor("D"))
    return hour, hourly, (first.to_pydatetime(), last.to_pydatetime())


def _names(checks: Checks, settings: SourceSettings) -> dict[str, pd.Series]:
    """The dimensions: by column, then the source's own account, then by tag."""
    frame = checks.frame
    found: dict[str, pd.Series] = {}
    given = {d: (c,) for d, c in settings.columns.items() if d != TOKEN_CLASS}
    for dimension, columns in (COLUMNS | given).items():
        column = next((c for c in columns if c in frame), None)
        if column:
            found[dimension] = text_column(frame[column])
        elif dimension in given:
            raise LedgerError(
                f"{settings.name}: columns name {columns[0]} for {dimension}, which the file does not have"
                f"{near(columns[0], frame.columns)}"
            )
    if settings.account:
        found["account"] = pd.Series(settings.account, index=frame.index, dtype=object)
    tagged = tag_columns(checks, settings.tags)
    return found | {d: v if d not in found else v.where(v.notna(), found[d]) for d, v in tagged.items()}


def _tokens(checks: Checks, settings: SourceSettings) -> dict[str, pd.Series]:
    """Token counts; below 0 only where something is given back."""
    frame = checks.frame
    if "ConsumedQuantity" not in frame or "ConsumedUnit" not in frame:
        return {}
    quantity = checks.number("ConsumedQuantity")
    back = frame["ChargeCategory"].isin(["Credit", "Adjustment"])
    if "ChargeClass" in frame:
        back |= frame["ChargeClass"] == "Correction"
    back |= pd.to_numeric(frame[settings.cost_column], errors="coerce") < 0
    checks.bad("ConsumedQuantity", (quantity < 0) & ~back, "it is below 0, and the line gives nothing back")
    said_by = [settings.columns[TOKEN_CLASS]] if TOKEN_CLASS in settings.columns else SAID_BY
    return token_columns(frame, quantity, said_by)


def _added_up(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each hour, dimensions and currency. Tokens that are below 0 even so are a correction's of another time: unknown
    here."""
    key = ["hour", "grain", *DIMENSIONS, "original_currency"]
    if frame.duplicated(key).any():
        groups = frame.groupby(key, dropna=False, sort=False)
        sums = groups[[*DRIVERS]].sum(min_count=1)
        firsts = groups[["original_cost", "available_at", "row"]].first()
        if frame["original_cost"].notna().any():
            firsts["original_cost"] = groups["original_cost"].agg(_sum)
        frame = pd.concat([groups["cost_nano"].sum(), sums, firsts], axis=1).reset_index()
    for driver in DRIVERS:
        frame[driver] = frame[driver].mask(frame[driver] < 0)
    return batch_frame({str(c): frame[c] for c in frame.columns}, frame.index)


def _sum(amounts: pd.Series) -> str | None:
    given = [Decimal(str(a)) for a in amounts.dropna()]
    return str(sum(given)) if given else None
