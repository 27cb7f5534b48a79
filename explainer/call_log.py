"""The calls to the model in the store: each in its table, and what they cost as cost rows like any other spend."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import func, insert, select

from explainer.claude import Call
from ledger.batch import COLUMNS, Batch
from ledger.engine import reading, writing
from ledger.schema import llm_call
from ledger.store import Store
from ledger.types import DIMENSIONS, DRIVERS, utc

SOURCE = "why-spike"
TIMES = "datetime64[us, UTC]"


class StoredCalls:
    """The CallLog of explainer.claude over a store. Not to be used inside an open transaction of that store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, call: Call) -> None:
        """Keeps a call, and the calls of its hour as one cost row, which replaces that hour's earlier one."""
        hour = utc(call.at).replace(minute=0, second=0, microsecond=0)
        with writing(self._store.engine) as conn:
            conn.execute(insert(llm_call).values(asdict(call)))
        self._store.ingest(self._row(hour, call), loaded_at=call.at)

    def spent_nano(self, month: datetime) -> int:
        """What calls since then cost."""
        with reading(self._store.engine) as conn:
            spent = conn.scalar(select(func.sum(llm_call.c.cost_nano)).where(llm_call.c.at >= month))
        return int(spent or 0)

    def written(self, request_hash: str) -> str | None:
        """The accepted response of the newest call with this hash."""
        kept = select(llm_call.c.response).where(llm_call.c.request_hash == request_hash, llm_call.c.response != "")
        with reading(self._store.engine) as conn:
            return conn.scalar(kept.order_by(llm_call.c.id.desc()).limit(1))

    def _row(self, hour: datetime, call: Call) -> Batch:
        table = llm_call.c
        sums = select(
            func.count(), func.sum(table.input_tokens), func.sum(table.output_tokens), func.sum(table.cost_nano)
        ).where(table.at >= hour, table.at < hour + timedelta(hours=1), table.model == call.model)
        with reading(self._store.engine) as conn:
            calls, read, wrote, cost = (int(v) for v in conn.execute(sums).one())
        said = {
            "feature": SOURCE,
            "workflow": call.purpose,
            "provider": "anthropic",
            "model": call.model,
            "charge": "usage",
        }
        counts = {"runs": calls, "requests": calls, "input_tokens": read, "output_tokens": wrote}
        frame = pd.DataFrame(
            {d: pd.Series([said.get(d)], dtype=object) for d in DIMENSIONS}
            | {d: pd.array([counts.get(d)], dtype="Int64") for d in DRIVERS}
            | {"hour": pd.Series([hour], dtype=TIMES), "available_at": pd.Series([utc(call.at)], dtype=TIMES)}
            | {"grain": ["hour"], "cost_nano": pd.array([cost], dtype="int64"), "row": [1]}
            | {c: pd.Series([None], dtype=object) for c in ("original_currency", "original_cost")}
        )[list(COLUMNS)]
        content = hashlib.sha256(repr((hour, call.model, call.at, cost, calls)).encode()).hexdigest()
        return Batch("rows", SOURCE, frame, f"calls of {hour:%Y-%m-%d %H}:00", content, derived=True)
