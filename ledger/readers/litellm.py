"""Readers `litellm` (JSON pages of its spend logs) and `litellm_postgres` (its table): requests, summed to hours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ledger.batch import Batch
from ledger.readers.cells import cells
from ledger.readers.checks import near, write_bad
from ledger.readers.files import connect, files_of
from ledger.readers.frames import canonical_tags
from ledger.readers.settings import SourceSettings
from ledger.readers.summed import COUNTS, NAMES, Requests
from ledger.types import DIMENSIONS, LedgerError

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Engine

TABLE = "LiteLLM_SpendLogs"
WANTED = (
    "request_id", "startTime", "session_id", "spend", "status", "prompt_tokens", "completion_tokens", "model",
    "custom_llm_provider", "api_key", "team_id", "request_tags", "metadata",
)  # fmt: skip
"""What is read of a log; never the messages, nor what the model answered."""
NEEDED = WANTED[:2]
SAID = {
    "time": "startTime", "cost": "spend", "input_tokens": "prompt_tokens", "output_tokens": "completion_tokens",
    "cached_input_tokens": "cache_read_input_tokens", "cache_write_tokens": "cache_creation_input_tokens",
}  # fmt: skip
"""What LiteLLM calls what we read."""
CHUNK = 20_000
RUN = timedelta(days=7)
"""So far before a span a run is looked for that goes on in it."""
_ALIAS = {"env": "environment", "segment": "user_segment"}
_TEXTS = (*NAMES, "time", "cost", "error", "continued", *COUNTS, *DIMENSIONS)

Records = Iterable[Mapping[str, Any]]


def read_litellm(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """One batch of all pages that the path names. Raises LedgerError, BadRows among them."""
    files = files_of(settings.path, (".json", ".jsonl"))
    name = files[0].name if len(files) == 1 else f"{len(files)} files"
    yield _batch(((path.name, _page(path)) for path in files), settings, name)


def read_litellm_postgres(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:
    """The table from `window_days` before where the source's loads reach, all of it where there is none: whole days, a
    batch for each `window_days`; an hour that grew is restated. Raises LedgerError, BadRows among them."""
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    try:
        url = make_url(settings.url)
        if not url.drivername.startswith("postgres"):
            raise LedgerError(f"{url.drivername}:// is no PostgreSQL; the URL begins with postgresql://")
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
        try:
            if not inspect(engine).has_table(TABLE):
                raise LedgerError(f"the database has no table {TABLE}; is the URL that of LiteLLM's database?")
            for start, end in _windows(engine, settings, now):
                yield _batch([(TABLE, _logged(engine, start, end))], settings, f"{TABLE} from {start:%Y-%m-%d}")
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        first = str(error).splitlines()[0]
        raise LedgerError(f"LiteLLM's database cannot be read ({first}); check the URL and its rights") from error


def _windows(engine: Engine, settings: SourceSettings, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Spans of whole days (UTC, naive as the table's own times) that are to be read, one after the other."""
    from sqlalchemy import text

    step = timedelta(days=settings.window_days)
    start = settings.reaches - step if settings.reaches else None
    if start is None:
        with engine.connect() as conn:
            start = conn.execute(text(f'SELECT min("startTime") FROM "{TABLE}"')).scalar() or now
    start = (start if start.tzinfo is None else start.astimezone(UTC)).replace(tzinfo=None)
    start, last = start.replace(hour=0, minute=0, second=0, microsecond=0), now.astimezone(UTC).replace(tzinfo=None)
    while start <= last:
        yield start, start + step
        start += step


def _page(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text()
        lines = [json.loads(line) for line in text.splitlines() if line.strip()] if path.suffix == ".jsonl" else None
        page = json.loads(text) if lines is None else lines
    except ValueError as error:
        raise LedgerError(
            f"{path.name}: is no JSON ({error}); it may be cut off: fetch the page again, nothing of it was stored"
        ) from error
    rows = page.get("data") if isinstance(page, dict) else page
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise LedgerError(f"{path.name}: has no list of requests; save pages of /spend/logs/v2 as they come")
    for name in NEEDED:
        if rows and name not in rows[0]:
            raise LedgerError(
                f"{path.name}: its rows have no {name}{near(name, rows[0])}, so they are no requests; "
                "save pages of /spend/logs/v2 (its older sister sums days up)"
            )
    return rows


def _logged(engine: Engine, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """The requests of a span, of the columns that this release of LiteLLM has."""
    from sqlalchemy import inspect, text

    there = {c["name"] for c in inspect(engine).get_columns(TABLE)}
    for name in NEEDED:
        if name not in there:
            raise LedgerError(f"{TABLE} has no column {name}{near(name, there)}; is it LiteLLM's?")
    columns = ", ".join(f's."{c}"' for c in WANTED if c in there)
    if "session_id" in there:  # a run that began before the span begins in no hour of it
        columns += (
            f', EXISTS (SELECT 1 FROM "{TABLE}" e WHERE e."session_id" = s."session_id" AND e."startTime" >= :before '
            'AND e."startTime" < :start) AS continued'
        )
    query = text(f'SELECT {columns} FROM "{TABLE}" s WHERE s."startTime" >= :start AND s."startTime" < :end')
    with engine.connect().execution_options(stream_results=True, yield_per=CHUNK) as conn:
        for row in conn.execute(query, {"before": start - RUN, "start": start, "end": end}).mappings():
            yield dict(row)


def _batch(pages: Iterable[tuple[str, Records]], settings: SourceSettings, name: str) -> Batch:
    table = _table(pages, settings.tags)
    types = dict.fromkeys(_TEXTS, "VARCHAR")
    with connect() as conn:
        conn.register("logged", table)
        conn.execute(f"CREATE VIEW raw AS SELECT file, id, {', '.join(cells(types, settings.currency))} FROM logged")
        columns = [c for c, *_ in conn.execute("DESCRIBE raw").fetchall()]
        found = Requests(conn, columns, settings, said=SAID).summed()
    digest = hashlib.sha256(pd.util.hash_pandas_object(found.frame.astype(str), index=False).to_numpy().tobytes())
    return Batch(
        "rows", settings.name, found.frame, name, digest.hexdigest(), adds_up=True, derived=True,
        unpriced=found.unpriced, priced=found.entries, bad=found.faults,
        bad_file=write_bad(settings.bad_folder, settings.name, found.faults, lambda: _left_out(table)),
    )  # fmt: skip


def _table(pages: Iterable[tuple[str, Records]], tags: Mapping[str, str]) -> pa.Table:
    """All requests, each column as text: what is wrong in it is found where the other requests' faults are."""
    import pyarrow as pa

    schema = pa.schema([("file", pa.string()), ("id", pa.int64()), *((c, pa.string()) for c in _TEXTS)])
    parts = [schema.empty_table()]
    for number, (file, records) in enumerate(pages):
        held: list[dict[str, str | int | None]] = []
        for row, record in enumerate(records, 1):
            held.append({"file": file, "id": row + (number << 40), **_request(record, tags)})
            if len(held) == CHUNK:
                parts.append(pa.Table.from_pylist(held, schema))
                held = []
        parts.append(pa.Table.from_pylist(held, schema))
    return pa.concat_tables(parts)


def _left_out(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas()
    return frame.assign(row=frame.pop("id") & ((1 << 40) - 1))


def _request(record: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, str | None]:
    """One request of the log in our words. prompt_tokens include cached ones, for every provider."""
    meta = _object(record.get("metadata"))
    usage = _object(meta.get("usage_object"))
    details = _object(usage.get("prompt_tokens_details"))
    cached = usage.get("cache_read_input_tokens") or details.get("cached_tokens")
    written = usage.get("cache_creation_input_tokens") or details.get("cache_creation_tokens")
    values = {
        "request_id": record.get("request_id"), "run_id": record.get("session_id"), "time": _utc(record.get("startTime")),
        "cost": record.get("spend"), "error": record.get("status") == "failure",
        "input_tokens": record.get("prompt_tokens"), "cached_input_tokens": cached or 0, "cache_write_tokens": written or 0,
        "output_tokens": record.get("completion_tokens"), "continued": record.get("continued"), **_named(record, meta, tags),
    }  # fmt: skip
    return {name: None if value in (None, "") else str(value) for name, value in values.items()}


def _named(record: Mapping[str, Any], meta: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, str | None]:
    """Dimensions by rising rank: the log's own columns, its request tags, what the caller sent along. Of the last only
    what is a dimension counts: the rest tells requests apart, not spend."""
    found: dict[str, str | None] = {
        "team": meta.get("user_api_key_team_alias") or record.get("team_id"),
        "provider": record.get("custom_llm_provider"),
        "model": str(record.get("model") or "").split("/")[-1],
        "key": meta.get("user_api_key_alias") or record.get("api_key"),
    }
    names = {d: d for d in DIMENSIONS if d not in ("tags", "charge")} | _ALIAS | dict(tags)
    pairs = [t.split(":", 1) for t in _list(record.get("request_tags")) if ":" in t]
    said = {n.strip(): v.strip() for n, v in pairs if n.strip().lower() != "user-agent"}
    sent = {n: v for n, v in _object(meta.get("spend_logs_metadata")).items() if not isinstance(v, dict | list)}
    for name, value in [*said.items(), *sent.items()]:
        dimension = names.get(name, names.get(name.lower()))
        if dimension and value not in (None, ""):
            found[dimension] = str(value)
    rest = {n: v for n, v in said.items() if n not in names and n.lower() not in names}
    return found | {"tags": canonical_tags(rest)}


def _object(value: Any) -> dict[str, Any]:
    found = _json(value)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[str]:
    found = _json(value)
    return [str(v) for v in found] if isinstance(found, Sequence) and not isinstance(found, str) else []


def _json(value: Any) -> Any:
    """The value, read where it is JSON text: as some releases store it."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _utc(value: Any) -> str | None:
    """Times of the log can come without a zone: they are UTC."""
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    zoned = text[-1:] in "Zz" or "+" in text[10:] or "-" in text[10:]
    return text if zoned or not text[:4].isdigit() else text + "Z"
