"""The common last steps of the readers: a frame in the columns of a Batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ledger.batch import COLUMNS
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, DRIVERS, NANO, LedgerError

TEXT_LIMIT = 256
"""Characters of a dimension's value that are kept."""


def batch_frame(columns: Mapping[str, Any], index: pd.Index) -> pd.DataFrame:
    """A frame with all COLUMNS, what is not given being unknown."""
    frame = pd.DataFrame({c: columns.get(c) for c in COLUMNS}, index=index)
    for d in (*DIMENSIONS, "original_currency", "original_cost"):
        frame[d] = frame[d].astype(object).where(frame[d].notna(), None)
    for d in DRIVERS:
        frame[d] = frame[d].astype("Float64").round().astype("Int64")
    frame["grain"] = frame["grain"].fillna("hour")
    return frame.reset_index(drop=True)


def text_column(values: pd.Series) -> pd.Series:
    """Names as text, cut to a bearable length, empty ones as None."""
    known = values.notna()
    text = values.astype("string").str.slice(0, TEXT_LIMIT)
    return text.astype(object).where(known & (text.str.len() > 0).fillna(value=False), None)


def dollars(
    cost: pd.Series, currency: pd.Series | str, days: pd.Series, settings: SourceSettings, at: tuple[str, pd.Series]
) -> pd.Series:
    """Costs (float or text, in their currency) as nano-dollars, by the rate that holds on the day. Raises LedgerError
    where none does; `at` is the file and the number of each row in it."""
    if isinstance(currency, str):
        currency = pd.Series(currency, index=cost.index)
    key = pd.DataFrame({"currency": currency.fillna(settings.currency), "day": days.dt.date})
    if (key["currency"].str.upper() == "USD").all():
        return _nano(cost)
    usd = {}
    for i, c, d in key.drop_duplicates().itertuples():
        try:
            usd[c, d] = settings.rates.usd(str(c), d)
        except LedgerError as error:
            raise LedgerError(f"{at[0]}, row {at[1][i]}: {error}") from error
    rate = [usd[c, d] for c, d in key.itertuples(index=False)]
    exact = [round(Decimal(str(v)) * r * NANO) for v, r in zip(cost, rate, strict=True)]
    return pd.Series(exact, index=cost.index, dtype="int64")


def _nano(cost: pd.Series) -> pd.Series:
    if cost.dtype.kind == "f":
        return pd.Series(np.rint(cost.to_numpy() * NANO).astype(np.int64), index=cost.index)
    return pd.Series([round(Decimal(str(v)) * NANO) for v in cost], index=cost.index, dtype="int64")


def originals(cost: pd.Series, currency: pd.Series | str, settings: SourceSettings) -> tuple[pd.Series, pd.Series]:
    """The original currency and amount, None where it was dollars."""
    named = pd.Series(currency, index=cost.index) if isinstance(currency, str) else currency.fillna(settings.currency)
    foreign = named.str.upper() != "USD"
    return named.where(foreign, None).astype(object), cost.astype("string").where(foreign, None).astype(object)


def canonical_tags(tags: Mapping[str, Any]) -> str | None:
    """Further tags as one canonical JSON object."""
    kept = {str(k)[:TEXT_LIMIT]: str(v)[:TEXT_LIMIT] for k, v in tags.items() if v not in (None, "")}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False) if kept else None


def default_available(hour: pd.Series, grain: pd.Series | None, settings: SourceSettings) -> pd.Series:
    """The end of the hour (or day, where `grain` says so), plus the source's lag."""
    hours = 1 if grain is None else np.where(grain == "day", 24, 1)
    return hour + pd.to_timedelta(hours, unit="h") + pd.Timedelta(hours=settings.lag_hours)
