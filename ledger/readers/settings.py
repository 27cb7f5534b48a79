"""What a reader is told of its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ledger.currency import Rates
from ledger.prices import PriceBook


@dataclass(frozen=True)
class SourceSettings:
    """One `[[sources]]` of the config.

    path         a file, a folder (all its files of the reader's kind) or a glob
    url          of the database, for litellm_postgres
    account      the account all its rows belong to, where they do not say (FOCUS: whatever they say)
    lag_hours    how long after its end an hour can be read, where the input does not say
    cost_column  FOCUS: which cost counts
    columns      FOCUS: dimension -> column, beyond the defaults; token_class -> the column that says which tokens
    tags         tag name -> dimension
    filters      FOCUS: column -> values of the rows that count
    window_days  litellm_postgres: how far back each read goes, from where the source's loads reach
    latest       no hour begins later than this: what claims to lies in the future
    reaches      where the source's loads reach, where there are any
    bad_folder   where rows that cannot be stored are written, with `keep_good`
    """

    name: str
    reader: str
    path: str = ""
    url: str = ""
    account: str | None = None
    currency: str = "USD"
    lag_hours: float = 1.0
    cost_column: str = "EffectiveCost"
    columns: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adds_up: bool = False
    window_days: int = 3
    latest: datetime | None = None
    reaches: datetime | None = None
    keep_good: bool = False
    bad_folder: Path = Path()
    rates: Rates = field(default_factory=Rates)
    prices: PriceBook = field(default_factory=PriceBook)
