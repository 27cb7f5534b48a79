"""Readers `litellm` (JSON pages of its spend logs) and `litellm_postgres` (its table): requests, summed to hours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from ledger.batch import Batch
from ledger.readers.checks import Checks, write_bad
from ledger.readers.files import files_of
from ledger.readers.frames import batch_frame, canonical_tags, default_available, dollars
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, DRIVERS, LedgerError

QUERY = 'SELECT * FROM "LiteLLM_SpendLogs" WHERE "startTime" >= :since'
_ALIAS = {"env": "environment", "segment": "user_segment", "customer": "user_segment"}


def read_litellm(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """One batch of all pages that the path names. Raises LedgerError, BadRows among them."""
    files = files_of(settings.path, (".json", ".jsonl"))
    records: list[dict[str, Any]] = []
    for path in files:
        try:
            text = path.read_text()
            page = (
                [json.loads(line) for line in text.splitlines() if line.strip()]
                if path.suffix == ".jsonl"
                else json.loads(text)
            )
        except ValueError as error:
            raise LedgerError(f"{path.name}: is no JSON ({error}); it may be cut off: fetch the page again") from error
        rows = page.get("data") if isinstance(page, dict) else page
        if not isinstance(rows, list):
            raise LedgerError(f"{path.name}: has no list of requests; save pages of /spend/logs/v2 as they come")
        records += [{**r, "_row": len(records) + i} for i, r in enumerate(rows, 1)]
    yield _batch(records, settings, files[0].name if len(files) == 1 else f"{len(files)} files")


def read_litellm_postgres(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:
    """The last `window_days` of the table, whole days: an hour that grew is restated. Raises LedgerError."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    url = make_url(settings.url)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    since = (now - timedelta(days=settings.window_days)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    engine = create_engine(url)
    try:
        with engine.connect() as conn:
            rows = [dict(r) for r in conn.execute(text(QUERY), {"since": since}).mappings()]
    except SQLAlchemyError as error:
        first = str(error).splitlines()[0]
        raise LedgerError(
            f"{settings.name}: LiteLLM's database cannot be read ({first}); check url and rights"
        ) from error
    finally:
        engine.dispose()
    yield _batch([{**r, "_row": i} for i, r in enumerate(rows, 1)], settings, settings.name)


def _batch(records: list[dict[str, Any]], settings: SourceSettings, name: str) -> Batch:
    frame = pd.DataFrame(
        [_request(r, settings.tags) for r in records],
        columns=["row", "id", "time", "run", "spend", "failed", *_TOKENS, *DIMENSIONS],
    )
    checks = Checks(name, frame)
    time = checks.time("time")
    spend = checks.number("spend")
    checks.bad("spend", frame["spend"].isna(), "it is empty")
    tokens = {t: checks.number(t, whole=True, least=0) for t in _TOKENS}
    checks.bad("id", frame["id"].isna(), "it is empty")
    frame = frame.assign(time=time, spend=spend, **tokens)
    said = frame.drop(columns=["row"]).astype(str)
    other = frame["id"].duplicated() & ~said.duplicated() & frame["id"].notna()
    checks.bad("id", other, "this request came before with other content")
    faults = tuple(checks.faults)
    good = checks.good(keep_good=settings.keep_good)
    ready = _hourly(frame[good & ~frame["id"].duplicated()], settings)
    digest = hashlib.sha256(pd.util.hash_pandas_object(ready.astype(str), index=False).to_numpy().tobytes()).hexdigest()
    return Batch(
        "rows", settings.name, ready, name, digest, derived=True, bad=faults,
        bad_file=write_bad(settings.bad_folder, settings.name, faults),
    )  # fmt: skip


_TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")


def _hourly(frame: pd.DataFrame, settings: SourceSettings) -> pd.DataFrame:
    """Requests summed by hour and dimensions; a run counts in the hour in which it began."""
    first = frame.sort_values("time").drop_duplicates("run").index
    began = pd.Series(frame.index.isin(first), index=frame.index) & frame["run"].notna()
    usd = dollars(frame["spend"], settings.currency, frame["time"], settings)
    counted = frame.assign(
        hour=frame["time"].dt.floor("h"),
        runs=began.astype(int),
        requests=1,
        errors=frame["failed"].astype(int),
        cost_nano=usd,
    )
    how = {c: "sum" for c in (*DRIVERS, "cost_nano")}
    key = ["hour", *DIMENSIONS]
    sums = counted.groupby(key, dropna=False)[list(how)].sum().reset_index()
    known = counted.groupby(key, dropna=False)["run"].count().to_numpy()
    sums["runs"] = sums["runs"].where(known > 0)
    available = default_available(sums["hour"], "hour", settings)
    return batch_frame({**{c: sums[c] for c in (*key, *how)}, "available_at": available}, sums.index)


def _request(record: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """One request of the log in our words. prompt_tokens include cached ones, for every provider."""
    meta = _object(record.get("metadata"))
    usage = _object(meta.get("usage_object"))
    details = _object(usage.get("prompt_tokens_details"))
    cached = usage.get("cache_read_input_tokens", details.get("cached_tokens"))
    dims = {d: None for d in DIMENSIONS} | _named(record, meta, mapping)
    return {
        "row": record["_row"], "id": record.get("request_id"), "time": _utc(record.get("startTime")),
        "run": record.get("session_id") or None, "spend": record.get("spend"), "failed": record.get("status") == "failure",
        "input_tokens": record.get("prompt_tokens"), "cached_input_tokens": cached or 0,
        "cache_write_tokens": usage.get("cache_creation_input_tokens") or 0, "output_tokens": record.get("completion_tokens"),
        **dims,
    }  # fmt: skip


def _named(record: Mapping[str, Any], meta: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, str | None]:
    """Dimensions by rising rank: the log's own columns, its request tags, what the caller sent along."""
    model = str(record.get("model") or "").split("/")[-1] or None
    found: dict[str, str | None] = {
        "team": meta.get("user_api_key_team_alias") or record.get("team_id") or None,
        "provider": record.get("custom_llm_provider") or None,
        "model": model,
        "key": meta.get("user_api_key_alias") or record.get("api_key") or None,
    }
    names = {d: d for d in DIMENSIONS if d not in ("tags", "charge")} | _ALIAS | dict(mapping)
    rest: dict[str, Any] = {}
    said = [
        t.split(":", 1)
        for t in _list(record.get("request_tags"))
        if ":" in t and not t.lower().startswith("user-agent:")
    ]
    for name, value in [
        *((n.strip().lower(), v.strip()) for n, v in said),
        *_object(meta.get("spend_logs_metadata")).items(),
    ]:
        if value in (None, "") or isinstance(value, dict | list):
            continue
        if names.get(name) in DIMENSIONS:
            found[names[name]] = str(value)
        else:
            rest[name] = value
    return found | {"tags": canonical_tags(rest)}


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return [str(v) for v in value] if isinstance(value, list) else []


def _utc(value: Any) -> Any:
    """Times of the log can come without a zone: they are UTC."""
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo else value.isoformat() + "Z"
    text = str(value) if value is not None else None
    return (
        text + "Z" if text and not text.endswith(("Z", "z")) and "+" not in text[10:] and "-" not in text[10:] else text
    )
