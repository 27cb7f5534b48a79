"""Single requests, checked, priced and summed to hours inside DuckDB.

The view `raw` that this starts from has a row for each request: `file` and `id` (the row from 1 in its lowest 40 bits),
`us` (microseconds since 1970), of COUNTS, NAMES and DIMENSIONS the columns that there are, `cost`, `currency`, `failed`
and `continued` (its run began before all of these), and beside each checked column `bad_NAME`: its text where it is not what it should be, else null."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from ledger.batch import BadRows, Fault
from ledger.readers.checks import CLOCKS, FIX, FUTURE, WRITE_TIME
from ledger.readers.frames import batch_frame, default_available, text_column
from ledger.readers.settings import SourceSettings
from ledger.types import DIMENSIONS, NANO, LedgerError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COUNTS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
NAMES = ("request_id", "run_id")
ROW = (1 << 40) - 1
MOST_FAULTS = 10_000
_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REASONS = {
    "time": "it is no time with a zone, or not of this century", "cost": "it is no finite number",
    **dict.fromkeys(COUNTS, "it is no count: a whole number, not below 0, of what one request can hold"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """Hours ready for a Batch. `unpriced` counts requests by model, `entries` by the entry of the price book."""

    frame: pd.DataFrame
    unpriced: dict[str, int]
    entries: dict[str, int]
    faults: tuple[Fault, ...]


class Requests:
    """The requests of one load, in the view `raw` of a connection with these columns; `said` is what the source calls
    them, for faults."""

    def __init__(
        self, conn: DuckDBPyConnection, columns: Collection[str], settings: SourceSettings, *, said: Mapping[str, str]
    ) -> None:
        self.conn, self.settings, self.said = conn, settings, said
        self.columns = frozenset(columns)
        self.dims = [d for d in DIMENSIONS if d in columns]

    def summed(self) -> Summed:
        """Raises BadRows where rows are wrong and the good ones were not asked for, LedgerError for a missing rate."""
        faults = self._faults()
        entries = self._price()
        self._sum()
        return Summed(self._frame(), self._unpriced(), self._used(entries), faults)

    def _or_null(self, name: str, kind: str = "VARCHAR") -> str:
        return f's."{name}"' if name in self.columns else f"NULL::{kind}"

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.conn.execute(query).fetchall()

    def _faults(self) -> tuple[Fault, ...]:
        """What is wrong. Makes the view `sound`: without repeats, and without bad rows where the good were asked for."""
        self.conn.execute("CREATE TABLE gone (id BIGINT)")
        checked = [c for c in _REASONS if f"bad_{c}" in self.columns]
        cached = " + ".join(f"coalesce({c}, 0)" for c in COUNTS[1:3] if c in self.columns)
        more = f"{cached} > coalesce({self._or_null('input_tokens', 'BIGINT')}, 0)" if cached else "false"
        ids = "count(request_id) - count(DISTINCT hash(request_id))" if "request_id" in self.columns else "0"
        sums = ", ".join(f"count(bad_{c})" for c in checked)
        (counted,) = self._rows(f"SELECT {sums}, count(*) FILTER ({more}), {ids} FROM raw s")
        faults: list[Fault] = []
        for column, count in zip(checked, counted, strict=False):
            if count:
                step = WRITE_TIME if column == "time" else FIX
                faults += self._found(f"bad_{column} IS NOT NULL", column, f"bad_{column}", _REASONS[column], step)
        if self.settings.latest is not None:
            after = f"us > {_micros(self.settings.latest)} AND bad_time IS NULL"
            faults += self._found(after, "time", "strftime(make_timestamp(us), '%Y-%m-%dT%H:%M:%SZ')", FUTURE, CLOCKS)
        if counted[-2]:
            column = next(c for c in COUNTS[1:3] if c in self.columns)
            faults += self._found(more, column, cached, "more is cached than came in")
        if counted[-1]:
            faults += self._repeats()
        if faults and not self.settings.keep_good:
            raise BadRows(faults)
        less = "WHERE id NOT IN (SELECT id FROM gone)" if self._rows("SELECT 1 FROM gone LIMIT 1") else ""
        self.conn.execute(f"CREATE VIEW sound AS SELECT *, us // {_DAY} AS day FROM raw {less}")
        return tuple(faults)

    def _found(self, where: str, column: str, shown: str, reason: str, next_step: str = FIX) -> list[Fault]:
        self.conn.execute(f"INSERT INTO gone SELECT id FROM raw s WHERE {where}")
        request = self._or_null("request_id") if self.settings.reader == "litellm_postgres" else "NULL"
        query = (
            f"SELECT file, id & {ROW}, CAST({shown} AS VARCHAR), {request} FROM raw s WHERE {where} ORDER BY id "
            f"LIMIT {MOST_FAULTS}"
        )
        name = self.said.get(column, column)
        # the rows of a database have no number by which anybody could find them
        return [
            Fault(f, r, name, v, f"{reason} (request_id {q})" if q else reason, next_step)
            for f, r, v, q in self._rows(query)
        ]

    def _repeats(self) -> list[Fault]:
        """Takes repeats of a request away; one that says something else than the first is a fault."""
        said = ", ".join(c for c in ("us", "cost", "run_id", "failed", *COUNTS, *self.dims) if c in self.columns)
        self.conn.execute(
            f"CREATE TABLE again AS SELECT file, id, request_id, hash({said}) AS said FROM raw WHERE request_id IN "
            "(SELECT request_id FROM raw WHERE request_id IS NOT NULL GROUP BY request_id HAVING count(*) > 1)"
        )
        self.conn.execute("CREATE TABLE firsts AS SELECT DISTINCT ON (request_id) * FROM again ORDER BY request_id, id")
        self.conn.execute("INSERT INTO gone SELECT id FROM again WHERE id NOT IN (SELECT id FROM firsts)")
        other = self._rows(
            f"SELECT a.file, a.id & {ROW}, a.request_id, f.file, f.id & {ROW} FROM again a JOIN firsts f "
            f"USING (request_id) WHERE a.said <> f.said ORDER BY a.id LIMIT {MOST_FAULTS}"
        )
        return [
            Fault(f, r, "request_id", i, f"it came before with other content ({ff}, row {fr})", FIX)
            for f, r, i, ff, fr in other
        ]

    def _price(self) -> list[str]:
        """Makes the view `charged`: `sound` with `nano` (nano-dollars, null where nobody has a price) and `entry`, the
        number of the price in the list that is returned."""
        usd = self._rates()
        rows, entries, largest = self._prices()
        if not rows:
            self.conn.execute(
                f"CREATE VIEW charged AS SELECT s.*, {_given(usd[0])}, NULL::INT AS entry FROM sound s {usd[1]}"
            )
            return entries
        wide = "HUGEINT" if largest > 1 << 62 else "BIGINT"
        self.conn.execute(
            "CREATE TABLE price (entry INT, provider VARCHAR, model VARCHAR, tier VARCHAR, day BIGINT, first BIGINT, until "
            f"BIGINT, above BIGINT, upto BIGINT, input {wide}, cached {wide}, cache_write {wide}, output {wide}, one BIGINT)"
        )
        self.conn.executemany(f"INSERT INTO price VALUES ({', '.join('?' * 14)})", rows)
        tokens = {c: f"coalesce({self._or_null(c, 'BIGINT')}, 0)" for c in COUNTS}
        whole, cached, write, out = tokens.values()
        same = " AND ".join(f"p.{c} IS NOT DISTINCT FROM {self._or_null(c)}" for c in ("provider", "tier"))
        empty = " AND ".join(f"{self._or_null(c, 'BIGINT')} IS NULL" for c in (COUNTS[0], COUNTS[3]))
        self.conn.execute(
            f"""CREATE VIEW charged AS SELECT * EXCLUDE (given, total), CASE WHEN given IS NOT NULL THEN given
                ELSE one + total // 1000000 + (total % 1000000 > 500000
                    OR (total % 1000000 = 500000 AND (total // 1000000) % 2 = 1))::BIGINT END AS nano
            FROM (SELECT s.*, {_given(usd[0], "given")}, p.entry, CASE WHEN failed AND {empty} THEN 0 WHEN NOT ({empty})
                THEN p.one END AS one, ({whole} - {cached} - {write}) * p.input + {cached} * p.cached
                + {write} * p.cache_write + {out} * p.output AS total
            FROM sound s {usd[1]} LEFT JOIN price p ON s.cost IS NULL AND p.day = s.day AND p.model = s.model AND {same}
                AND s.us >= p.first AND s.us < p.until AND (p.above = 0 OR {whole} > p.above)
                AND (p.upto IS NULL OR {whole} <= p.upto))"""
        )
        return entries

    def _rates(self) -> tuple[str, str]:
        """Dollars for one unit of a request's currency, and the join that it needs; none where all is in dollars."""
        pairs: Sequence[tuple[Any, ...]] = []
        if "currency" in self.columns:
            pairs = self._rows(
                f"SELECT currency, day, arg_min(file, id), min(id) & {ROW} FROM sound WHERE cost IS NOT NULL GROUP BY 1, 2 ORDER BY ALL"
            )
        if all(currency == "USD" for currency, *_ in pairs):
            return "1", ""
        self.conn.execute("CREATE TABLE rate (currency VARCHAR, day BIGINT, usd DOUBLE)")
        rates = [(c, d, self._rate(c, d, f"{file}, row {row}")) for c, d, file, row in pairs]
        self.conn.executemany("INSERT INTO rate VALUES (?, ?, ?)", rates)
        return "r.usd", "LEFT JOIN rate r ON r.currency = s.currency AND r.day = s.day"

    def _rate(self, currency: str, day: int, where: str) -> float:
        try:
            return float(self.settings.rates.usd(currency, (_EPOCH + timedelta(days=day)).date()))
        except LedgerError as error:
            raise LedgerError(f"{where}: {error}") from error

    def _prices(self) -> tuple[list[tuple[Any, ...]], list[str], int]:
        """The prices that the requests without a cost need, the names of their entries, and what no product of a
        request's tokens and prices exceeds."""
        keys = ", ".join(f"{self._or_null(c)} AS {c}" for c in ("provider", "model", "tier"))
        most = " + ".join(f"coalesce(max({self._or_null(c, 'BIGINT')}), 0)" for c in (COUNTS[0], COUNTS[3]))
        wanted = self._rows(f"SELECT {keys}, day, {most} FROM sound s WHERE cost IS NULL GROUP BY ALL ORDER BY ALL")
        numbers: dict[str, int] = {}
        rows = [
            (
                numbers.setdefault(t.entry, len(numbers)), provider, model, tier, day, _micros(start), _micros(end),
                t.above, upper, t.input, t.cached, t.cache_write, t.output, t.each,
            )
            for provider, model, tier, day, _ in wanted
            for start, end, tiers in self.settings.prices.spans(
                provider, model or "", (_EPOCH + timedelta(days=day)).date(), service=tier
            )
            for t, upper in zip(tiers, [*(t.above for t in tiers[1:]), None], strict=False)
        ]  # fmt: skip
        largest = max((w[-1] for w in wanted), default=0) * max((max(r[9:13]) for r in rows), default=0)
        return rows, list(numbers), largest

    def _sum(self) -> None:
        """Makes the table `fine`: sums by hour, dimensions, currency and price. A run counts in the hour it began."""
        runs, join = "NULL::BIGINT", ""
        if "run_id" in self.columns:
            before = "HAVING NOT bool_or(continued)" if "continued" in self.columns else ""
            self.conn.execute(
                "CREATE TABLE began AS SELECT arg_min(id, (us, id)) AS id FROM sound WHERE run_id IS NOT NULL "
                f"GROUP BY hash(run_id) {before}"
            )
            runs, join = "CASE WHEN count(run_id) > 0 THEN count(b.id) END", "LEFT JOIN began b ON b.id = c.id"
        keys = ", ".join(
            ["c.us // 3600000000 AS hour", *self.dims, *(["currency"] if "currency" in self.columns else [])]
        )
        tokens = ", ".join(f"sum({c}) AS {c}" for c in COUNTS if c in self.columns)
        self.conn.execute(
            f"CREATE TABLE fine AS SELECT {keys}, entry, nano IS NULL AS unpriced, {runs} AS runs, count(*) AS requests, "
            f"count(*) FILTER (failed) AS errors, {tokens + ',' if tokens else ''} sum(nano) AS cost_nano, "
            f"sum(round(cost * {NANO})::HUGEINT) AS original FROM charged c {join} GROUP BY ALL"
        )

    def _frame(self) -> pd.DataFrame:
        """Hours by dimensions. Unpriced requests are left out whole: without their cost, their tokens would make the
        others look cheap."""
        keys = ", ".join(["hour", *self.dims])
        sums = [
            f"sum({c})::BIGINT AS {c}"
            for c in ("runs", "requests", "errors", *COUNTS, "cost_nano")
            if c in self._fine()
        ]
        mixed = "NULL::VARCHAR"
        if "currency" in self.columns:
            mixed = "CASE WHEN min(currency) = max(currency) AND min(currency) <> 'USD' THEN min(currency) END"
        frame = self.conn.execute(
            f"SELECT {keys}, {', '.join(sums)}, {mixed} AS original_currency, CASE WHEN {mixed} IS NOT NULL THEN "
            f"CAST(sum(original) AS VARCHAR) END AS original FROM fine WHERE NOT unpriced GROUP BY {keys} ORDER BY {keys}"
        ).df()
        hour = pd.to_datetime(frame.pop("hour") * 3600, unit="s", utc=True)
        names = {d: text_column(frame.pop(d)) for d in self.dims}
        if self.settings.account:
            account = pd.Series(self.settings.account, index=frame.index, dtype=object)
            names["account"] = names.get("account", account).fillna(account)
        original = frame.pop("original").map(_decimal, na_action="ignore")
        available = default_available(hour, None, self.settings)
        rest = {str(c): frame[c] for c in frame.columns}
        return batch_frame(
            {**rest, **names, "hour": hour, "available_at": available, "original_cost": original}, frame.index
        )

    def _fine(self) -> set[str]:
        return {name for name, *_ in self._rows("DESCRIBE fine")}

    def _unpriced(self) -> dict[str, int]:
        """How many requests of each model have no price: they are not taken for free."""
        name, tier = (f"{c}" if c in self.columns else "NULL::VARCHAR" for c in ("model", "tier"))
        said = f"coalesce({name}, 'no model') || coalesce(' (' || {tier} || ')', '')"
        found = self._rows(f"SELECT {said}, sum(requests) FROM fine WHERE unpriced GROUP BY 1 ORDER BY 1")
        return {str(model): int(count) for model, count in found}

    def _used(self, entries: Sequence[str]) -> dict[str, int]:
        found = self._rows(
            "SELECT entry, sum(requests) FROM fine WHERE NOT unpriced AND entry IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        return {entries[number]: int(count) for number, count in found}


def _given(usd: str, name: str = "nano") -> str:
    return f"CAST(round_even(s.cost * {usd} * {NANO}, 0) AS BIGINT) AS {name}"


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _decimal(nano: str) -> str:
    """Units from billionths, as text."""
    sign, digits = ("-", nano[1:]) if nano.startswith("-") else ("", nano)
    whole, rest = digits[:-9] or "0", digits[-9:].rjust(9, "0").rstrip("0")
    return sign + whole + ("." + rest if rest else "")
