"""Reader `focus`: bills in FOCUS 1.0 to 1.4, CSV or Parquet. Each file restates the periods it covers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ledger.batch import Batch
from ledger.readers.checks import Checks, write_bad
from ledger.readers.files import TABULAR, files_of, fingerprint, read_frame
from ledger.readers.frames import batch_frame, canonical_tags, dollars, originals, text_column
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, LedgerError

CHARGE = {"Usage": "usage", "Purchase": "usage", "Adjustment": "usage", "Credit": "credit", "Tax": "tax"}
COLUMNS = {
    "provider": ("ServiceProviderName", "ProviderName"),
    "account": ("SubAccountId", "BillingAccountId"),
    "region": ("RegionId",),
    "model": ("SkuId",),
}
"""Where each dimension comes from unless the source's `columns` say otherwise; the first column that is there."""
_UNIT = re.compile(r"^(?:(?P<n>[\d,]+)\s*)?(?P<k>k|thousand|m|million)?\s*tokens?$", re.IGNORECASE)
_SCALE = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}


def read_focus(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:
    """A snapshot for each file, oldest period first. Raises LedgerError, BadRows among them."""
    batches = [_batch(path, settings, now) for path in files_of(settings.path, TABULAR)]
    yield from sorted(batches, key=lambda b: (b.covers or (now, now), b.name))


def _batch(path: Path, settings: SourceSettings, now: datetime) -> Batch:
    frame = read_frame(path)
    checks = Checks(path.name, frame)
    checks.require("ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "ChargeCategory", settings.cost_column)
    start, end = checks.time("ChargePeriodStart", utc=True), checks.time("ChargePeriodEnd", utc=True)
    checks.bad("ChargePeriodEnd", end <= start, "the period ends before it begins")
    cost = checks.number(settings.cost_column)
    checks.bad(settings.cost_column, frame[settings.cost_column].isna(), "it is empty")
    charge = frame["ChargeCategory"].map(CHARGE)
    checks.bad("ChargeCategory", charge.isna(), f"it is none of {', '.join(CHARGE)}")
    good = checks.good(keep_good=settings.keep_good) & _wanted(frame, settings)
    covers = (start.min().to_pydatetime(), end.max().to_pydatetime()) if len(frame) else None
    hourly = (end - start) <= pd.Timedelta(hours=1)
    hour = start.dt.floor("h").where(hourly, start.dt.floor("D"))
    exact = frame[settings.cost_column] if frame[settings.cost_column].dtype.kind != "f" else cost
    was_currency, was_cost = originals(exact[good], frame["BillingCurrency"][good], settings)
    ready = batch_frame(
        {
            **{d: v[good] for d, v in _names(frame, settings).items()}, **{d: v[good] for d, v in _tokens(frame).items()},
            "charge": charge[good], "hour": hour[good], "grain": pd.Series(np.where(hourly, "hour", "day"), index=frame.index)[good],
            "cost_nano": dollars(exact[good], frame["BillingCurrency"][good], hour[good], settings),
            "original_currency": was_currency, "original_cost": was_cost,
            "available_at": pd.Series(pd.Timestamp(now).tz_convert("UTC"), index=frame.index)[good], "row": frame["row"][good],
        },
        frame.index[good],
    )  # fmt: skip
    faults = tuple(checks.faults)
    bad_file = write_bad(settings.bad_folder, path.name, faults)
    return Batch(
        "snapshot",
        settings.name,
        ready,
        path.name,
        fingerprint([path]),
        covers,
        derived=True,
        bad=faults,
        bad_file=bad_file,
    )


def _wanted(frame: pd.DataFrame, settings: SourceSettings) -> pd.Series:
    keep = pd.Series(data=True, index=frame.index)
    for column, values in settings.filters.items():
        if column not in frame:
            raise LedgerError(f"{settings.name}: filters name {column}, which the file does not have")
        keep &= frame[column].isin(values)
    return keep


def _names(frame: pd.DataFrame, settings: SourceSettings) -> dict[str, pd.Series]:
    """The dimensions: by column, then by tag, then the source's own account."""
    found: dict[str, pd.Series] = {}
    for dimension, columns in (COLUMNS | {d: (c,) for d, c in settings.columns.items()}).items():
        column = next((c for c in columns if c in frame), None)
        if column:
            found[dimension] = text_column(frame[column])
        elif dimension in settings.columns:
            raise LedgerError(
                f"{settings.name}: columns name {columns[0]} for {dimension}, which the file does not have"
            )
    if settings.account:
        found["account"] = pd.Series(settings.account, index=frame.index, dtype=object)
    if "Tags" in frame:
        found |= _tag_columns(frame["Tags"], settings.tags, found)
    return found


def _tag_columns(tags: pd.Series, mapping: Mapping[str, str], taken: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    read = {text: _tags(text) for text in tags.dropna().unique()}
    to = {d: d for d in DIMENSIONS if d not in ("tags", "charge")} | dict(mapping)
    rows: dict[str, list[Any]] = {d: [None] * len(tags) for d in {*to.values(), "tags"}}
    for i, text in enumerate(tags):
        rest = {}
        for name, value in read.get(text, {}).items():
            if name in to and value not in (None, ""):
                rows[to[name]][i] = str(value)
            else:
                rest[name] = value
        rows["tags"][i] = canonical_tags(rest)
    made = {d: pd.Series(values, index=tags.index, dtype=object) for d, values in rows.items()}
    return {d: v if d not in taken else v.where(v.notna(), taken[d]) for d, v in made.items() if v.notna().any()}


def _tags(text: Any) -> dict[str, Any]:
    """Tags as a JSON object, or as the list of pairs that some exports write."""
    if isinstance(text, dict):
        return text
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    if isinstance(found, list):
        found = {str(p.get("key", p.get("Key"))): p.get("value", p.get("Value")) for p in found if isinstance(p, dict)}
    return found if isinstance(found, dict) else {}


def _tokens(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Token counts where the consumed unit is tokens; which class by what the SKU says of itself."""
    if "ConsumedQuantity" not in frame or "ConsumedUnit" not in frame:
        return {}
    units = {u: _scale(u) for u in frame["ConsumedUnit"].dropna().unique()}
    scale = frame["ConsumedUnit"].map(units).astype(float)
    count = pd.to_numeric(frame["ConsumedQuantity"], errors="coerce").astype(float) * scale
    said = pd.Series("", index=frame.index)
    for column in ("SkuMeter", "SkuPriceId", "x_SkuMeterName", "ChargeDescription"):
        if column in frame:
            said = said + " " + frame[column].fillna("").astype(str).str.lower()
    said = said.str.replace(r"un-?cached|non-?cached", " ", regex=True)
    cache = said.str.contains("cach")
    write, out = cache & said.str.contains("writ|creat"), said.str.contains("out|completion") & ~cache
    into = (said.str.contains("inp|prompt") | cache) & ~out
    none = pd.Series(np.nan, index=frame.index)
    return {
        "input_tokens": count.where(into, none),
        "cached_input_tokens": count.where(cache & ~write, none),
        "cache_write_tokens": count.where(write, none),
        "output_tokens": count.where(out, none),
    }


def _scale(unit: str) -> float:
    match = _UNIT.match(str(unit).strip())
    if not match:
        return float("nan")
    return float((match["n"] or "1").replace(",", "")) * _SCALE.get((match["k"] or "").lower(), 1)
