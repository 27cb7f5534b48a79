"""Reader `requests`: single requests in Parquet or CSV, checked, priced and summed to hours inside DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ledger.batch import BadRows, Batch, Fault
from ledger.readers.checks import FIX, near, write_bad
from ledger.readers.files import TABULAR, connect, files_of, fingerprint, scan, unreadable
from ledger.readers.frames import batch_frame, default_available, originals
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, LedgerError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
KNOWN = ("time", "request_id", "run_id", "cost_usd", "cost", "currency", "error", *TOKENS, *DIMENSIONS)
MOST_FAULTS = 10_000


def read_requests(settings: SourceSettings, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG001
    """One batch over all files of the path: an hour is summed from all its requests, so that what comes twice in two
    files counts once. Raises LedgerError, BadRows among them."""
    import duckdb

    files = files_of(settings.path, TABULAR)
    with connect() as conn:
        views = [_view(conn, number, path, settings) for number, path in enumerate(files)]
        conn.execute(f"CREATE VIEW raw AS {' UNION ALL BY NAME '.join(views)}")
        try:
            faults = _faults(conn, settings)
            unpriced = _price(conn, settings)
            frame = _hourly(conn)
        except duckdb.Error as error:
            raise unreadable(Path(settings.path), error) from error
    name = files[0].name if len(files) == 1 else f"{len(files)} files of {Path(settings.path).name}"
    currency = frame["currency"].fillna(settings.currency)
    was_currency, was_cost = originals(frame["original"], currency, settings)
    available = default_available(frame["hour"], "hour", settings)
    columns = {c: frame[c] for c in frame.columns if c not in ("currency", "original")}
    account = frame["account"].fillna(settings.account) if settings.account else frame["account"]
    ready = batch_frame(
        {**columns, "account": account, "available_at": available, "original_currency": was_currency, "original_cost": was_cost},
        frame.index,
    )  # fmt: skip
    if len(set(currency)) > 1:
        ready["original_currency"], ready["original_cost"] = None, None
    return iter([
        Batch(
            "rows", settings.name, ready, name, fingerprint(files), adds_up=True, derived=True, unpriced=unpriced, bad=faults,
            bad_file=write_bad(settings.bad_folder, settings.name, faults),
        )
    ])  # fmt: skip


def _view(conn: DuckDBPyConnection, number: int, path: Path, settings: SourceSettings) -> str:
    """The SELECT of one file: checked columns, beside what they were read from where that did not fit."""
    import duckdb

    item, values = scan(path)
    item = item.replace("?", _quoted(values[0]))
    try:
        described = conn.execute(f"DESCRIBE SELECT * FROM {item}").fetchall()
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    types = {name: kind for name, kind, *_ in described if name != "file_row_number"}
    if "time" not in types:
        raise LedgerError(f"{path.name}: column time is missing{near('time', types)}; a table of requests needs it")
    odd = [f"{c}{near(c, KNOWN)}" for c in types if c not in KNOWN]
    if odd:
        raise LedgerError(f"{path.name}: column {odd[0]} is not known; known are {', '.join(KNOWN)}; rename or drop it")
    if types["time"].startswith("TIMESTAMP") and types["time"] != "TIMESTAMP WITH TIME ZONE":
        raise LedgerError(f"{path.name}: column time has times without a zone; write them with one (UTC)")
    cost = "cost" if "cost" in types else "cost_usd"
    parts = [f"{_quoted(path.name)} AS file", f"file_row_number + 1 + {number << 40} AS id", *_time(types["time"])]
    for name in (*TOKENS, cost):
        parts += _number(name, types.get(name), "cost" if name == cost else name, whole=name in TOKENS)
    parts += [f"{_text(n, types)} AS {n}" for n in ("request_id", "run_id", *DIMENSIONS)]
    currency = (
        f"upper(coalesce({_text('currency', types)}, {_quoted(settings.currency)}))" if cost == "cost" else "'USD'"
    )
    parts.append(f"{currency} AS currency")
    parts.append("coalesce(TRY_CAST(error AS BOOLEAN), false) AS failed" if "error" in types else "false AS failed")
    return f"SELECT {', '.join(parts)} FROM {item}"


def _quoted(text: str) -> str:
    """A string literal: a view takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _time(kind: str) -> list[str]:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return ["time AS time", "CASE WHEN time IS NULL THEN '' END AS bad_time"]
    zoned = r"regexp_matches(time, '([zZ]|[+-]\d{2}:?\d{2})$')"
    good = f"CASE WHEN {zoned} THEN TRY_CAST(time AS TIMESTAMPTZ) END"
    return [f"{good} AS time", f"CASE WHEN {good} IS NULL THEN coalesce(time, '') END AS bad_time"]


def _number(name: str, kind: str | None, to: str, *, whole: bool) -> list[str]:
    """The column as a number, and its text where it is none (or below 0, or not whole, for counts)."""
    if kind is None:
        return [f"NULL::{'BIGINT' if whole else 'DOUBLE'} AS {to}", f"NULL::VARCHAR AS bad_{to}"]
    value = f"TRY_CAST({name} AS DOUBLE)"
    right = f"isfinite({value})" + (f" AND {value} >= 0 AND {value} = floor({value})" if whole else "")
    bad = f"CASE WHEN {name} IS NOT NULL AND NOT coalesce({right}, false) THEN CAST({name} AS VARCHAR) END AS bad_{to}"
    return [f"TRY_CAST({name} AS {'BIGINT' if whole else 'DOUBLE'}) AS {to}", bad]


def _text(name: str, types: dict[str, str]) -> str:
    return f"nullif(CAST({name} AS VARCHAR)[:256], '')" if name in types else "NULL::VARCHAR"


_REASONS = {
    "time": "it is no time with a zone", "cost": "it is no finite number",
    **dict.fromkeys(TOKENS, "it is no count: a whole number, not below 0"),
}  # fmt: skip


def _faults(conn: DuckDBPyConnection, settings: SourceSettings) -> tuple[Fault, ...]:
    """What is wrong in `raw`. The view `sound` holds the rest: without repeats, and without bad rows where the good
    ones were asked for."""
    sums = ", ".join(f"count(bad_{c})" for c in _REASONS)
    more = "count(*) FILTER (cached_input_tokens > input_tokens), count(request_id), count(DISTINCT hash(request_id))"
    counted = conn.execute(f"SELECT {sums}, {more} FROM raw").fetchone()
    assert counted is not None
    conn.execute("CREATE TABLE gone (id BIGINT)")
    faults: list[Fault] = []
    for column, count in zip(_REASONS, counted, strict=False):
        if count:
            faults += _found(conn, f"bad_{column} IS NOT NULL", column, f"bad_{column}", _REASONS[column])
    if counted[-3]:
        name = "cached_input_tokens"
        faults += _found(conn, f"{name} > input_tokens", name, name, "more is cached than came in")
    if counted[-1] < counted[-2]:
        faults += _repeats(conn)
    if faults and not settings.keep_good:
        raise BadRows(faults)
    some = (conn.execute("SELECT count(*) FROM gone").fetchone() or (0,))[0]
    less = "WHERE id NOT IN (SELECT id FROM gone)" if some else ""
    conn.execute(f"CREATE VIEW sound AS SELECT *, CAST(time AS DATE) AS day, hash(run_id) AS run FROM raw {less}")
    return tuple(faults)


def _found(conn: DuckDBPyConnection, where: str, column: str, shown: str, reason: str) -> list[Fault]:
    conn.execute(f"INSERT INTO gone SELECT id FROM raw WHERE {where}")
    query = f"SELECT file, id & {(1 << 40) - 1}, CAST({shown} AS VARCHAR) FROM raw WHERE {where} ORDER BY id LIMIT {MOST_FAULTS}"
    return [Fault(f, r, column, v, reason, FIX) for f, r, v in conn.execute(query).fetchall()]


def _repeats(conn: DuckDBPyConnection) -> list[Fault]:
    """Takes repeats of a request away; one that says something else than the first is a fault."""
    said = ", ".join(["time", "cost", "run_id", *TOKENS, *DIMENSIONS])
    conn.execute(
        f"CREATE TABLE again AS SELECT file, id, request_id, hash({said}) AS said FROM raw WHERE request_id IN "
        "(SELECT request_id FROM raw WHERE request_id IS NOT NULL GROUP BY request_id HAVING count(*) > 1)"
    )
    conn.execute("CREATE TABLE firsts AS SELECT DISTINCT ON (request_id) * FROM again ORDER BY request_id, id")
    conn.execute("INSERT INTO gone SELECT id FROM again WHERE id NOT IN (SELECT id FROM firsts)")
    row = f"& {(1 << 40) - 1}"
    other = conn.execute(
        f"SELECT a.file, a.id {row}, a.request_id, f.file, f.id {row} FROM again a JOIN firsts f USING (request_id) "
        "WHERE a.said <> f.said ORDER BY a.id"
    ).fetchall()
    return [
        Fault(f, r, "request_id", i, f"it came before with other content ({ff}, row {fr})", FIX)
        for f, r, i, ff, fr in other
    ]


def _price(conn: DuckDBPyConnection, settings: SourceSettings) -> dict[str, int]:
    """Makes the view `charged`: `sound` with its cost in nano-dollars, null where nobody has a price for the model.
    Returns how many requests of each such model there are: they are not taken for free."""
    pairs: Sequence[tuple[str, date]] = conn.execute("SELECT DISTINCT currency, day FROM sound").fetchall()
    conn.execute("CREATE TABLE rate (currency VARCHAR, day DATE, usd DOUBLE)")
    rates = [(c, d, float(settings.rates.usd(c, d))) for c, d in pairs]
    if rates:
        conn.executemany("INSERT INTO rate VALUES (?, ?, ?)", rates)
    wanted = conn.execute("SELECT DISTINCT provider, model, day FROM sound WHERE cost IS NULL ORDER BY ALL").fetchall()
    rows = [
        (provider, model, day, start, end, t.above, upper, t.input, t.cached, t.cache_write, t.output)
        for provider, model, day in wanted
        if model is not None
        for start, end, tiers in settings.prices.spans(provider, model, day)
        for t, upper in zip(tiers, [*(t.above for t in tiers[1:]), None], strict=True)
    ]
    conn.execute(
        "CREATE TABLE price (provider VARCHAR, model VARCHAR, day DATE, first TIMESTAMPTZ, until TIMESTAMPTZ, above BIGINT, "
        "upto BIGINT, input BIGINT, cached BIGINT, cache_write BIGINT, output BIGINT)"
    )
    if rows:
        conn.executemany(f"INSERT INTO price VALUES ({', '.join('?' * 11)})", rows)
    conn.execute(_CHARGED if wanted else _GIVEN)
    missing = "SELECT coalesce(model, 'no model'), count(*) FROM charged WHERE nano IS NULL GROUP BY 1 ORDER BY 1"
    return {str(model): int(count) for model, count in conn.execute(missing).fetchall()} if wanted else {}


_GIVEN = "CREATE VIEW charged AS SELECT s.*, CAST(round(cost * usd * 1e9) AS BIGINT) AS nano FROM sound s JOIN rate USING (currency, day)"
_CHARGED = """CREATE VIEW charged AS SELECT * EXCLUDE (millionths), CASE WHEN cost IS NOT NULL THEN CAST(round(cost * usd * 1e9) AS BIGINT)
    ELSE millionths // 1000000 + (millionths % 1000000 > 500000
        OR (millionths % 1000000 = 500000 AND (millionths // 1000000) % 2 = 1))::BIGINT END AS nano
FROM (SELECT s.*, usd, (coalesce(s.input_tokens, 0) - coalesce(s.cached_input_tokens, 0) - coalesce(s.cache_write_tokens, 0)) * p.input
        + coalesce(s.cached_input_tokens, 0) * p.cached + coalesce(s.cache_write_tokens, 0) * p.cache_write
        + coalesce(s.output_tokens, 0) * p.output AS millionths
    FROM sound s JOIN rate USING (currency, day) LEFT JOIN price p ON s.cost IS NULL AND p.day = s.day AND p.model = s.model
        AND p.provider IS NOT DISTINCT FROM s.provider AND s.time >= p.first AND s.time < p.until
        AND (p.above = 0 OR s.input_tokens > p.above) AND (p.upto IS NULL OR coalesce(s.input_tokens, 0) <= p.upto))"""
"""Rounded half to even, as `ledger.prices.priced` does it."""


def _hourly(conn: DuckDBPyConnection) -> pd.DataFrame:
    """Hours by dimensions. A run counts in the hour in which it began. Unpriced requests are left out whole: without
    their cost, their tokens would make the others look cheap."""
    dims = ", ".join(DIMENSIONS)
    tokens = ", ".join(f"CAST(sum({t}) AS BIGINT) AS {t}" for t in TOKENS)
    conn.execute(
        "CREATE TABLE began AS SELECT run, arg_min(id, time) AS id FROM sound WHERE run_id IS NOT NULL GROUP BY run"
    )
    return conn.execute(
        f"""SELECT time_bucket(INTERVAL 1 HOUR, c.time) AS hour, {dims},
        CASE WHEN count(run_id) > 0 THEN count(b.id) END AS runs, count(*) AS requests, count(*) FILTER (failed) AS errors,
        {tokens}, CAST(sum(nano) AS BIGINT) AS cost_nano, any_value(currency) AS currency, sum(cost) AS original
        FROM charged c LEFT JOIN began b ON b.id = c.id WHERE nano IS NOT NULL GROUP BY ALL"""
    ).df()
