"""Sources of cost: each reader turns a source into batches. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from ledger.batch import Batch
from ledger.readers.focus import read_focus
from ledger.readers.litellm import read_litellm, read_litellm_postgres
from ledger.readers.requests import read_requests
from ledger.readers.settings import SourceSettings
from ledger.readers.table import read_table


class Reader(Protocol):
    """Reads a source. Raises LedgerError where it cannot, BadRows where rows are wrong."""

    def __call__(self, settings: SourceSettings, *, now: datetime) -> Iterator[Batch]: ...


READERS: dict[str, Reader] = {
    "table": read_table,
    "requests": read_requests,
    "focus": read_focus,
    "litellm": read_litellm,
    "litellm_postgres": read_litellm_postgres,
}

__all__ = ["READERS", "Reader", "SourceSettings"]
