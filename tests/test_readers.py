"""Every reader, by one contract: what it reads, reads once, refuses, and makes of nothing."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from ledger.batch import COLUMNS, BadRows
from ledger.currency import Rate, Rates
from ledger.readers import READERS, SourceSettings
from ledger.types import DRIVERS, LedgerError

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def rows_of(fields, *rows):
    return [dict(zip(fields.split(), row, strict=True)) for row in rows]


def log(request_id, minute, spend, tokens, **more):
    """A row of LiteLLM's log with what we read of it."""
    return {
        "request_id": request_id, "startTime": f"2026-11-01 10:{minute:02}:00", "session_id": "s1", "spend": spend,
        "status": "success", "prompt_tokens": tokens, "completion_tokens": 10, "model": "claude-sonnet-5",
        "custom_llm_provider": "anthropic", "api_key": "k", "team_id": "search", "request_tags": ["env:prod"], "metadata": {},
    } | more  # fmt: skip


GOOD = {
    "table": rows_of(
        "hour team model requests input_tokens cost_usd",
        ("2026-11-01T10:00:00Z", "search", "m", 2, 300, 0.25), ("2026-11-01T11:00:00Z", "search", "m", 1, 100, 0.5),
    ),
    "requests": rows_of(
        "time request_id run_id team model input_tokens output_tokens cost_usd",
        ("2026-11-01T10:01:00Z", "a", "r1", "search", "m", 100, 10, 0.25),
        ("2026-11-01T11:02:00Z", "b", "r1", "search", "m", 200, 20, 0.5),
    ),
    "focus": rows_of(
        "ChargePeriodStart ChargePeriodEnd ChargeCategory BillingCurrency EffectiveCost SkuId ConsumedUnit ConsumedQuantity SkuMeter",
        ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "Usage", "USD", 0.25, "m", "Tokens", 100, "input"),
        ("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", "Usage", "USD", 0.5, "m", "Tokens", 200, "output"),
    ),
    "litellm": [log("a", 1, 0.25, 100), log("b", 2, 0.5, 200, model="gpt-5")],
}  # fmt: skip
GOOD["litellm_postgres"] = GOOD["litellm"]
BAD = {
    "table": {"input_tokens": -5}, "requests": {"input_tokens": -5}, "focus": {"ConsumedQuantity": -5},
    "litellm": {"prompt_tokens": -5}, "litellm_postgres": {"prompt_tokens": -5},
}  # fmt: skip
COLUMN = {"focus": "ConsumedQuantity", "litellm": "prompt_tokens", "litellm_postgres": "prompt_tokens"}
_TYPES = {"startTime": "timestamp", "spend": "double precision", "request_tags": "jsonb", "metadata": "jsonb"}
_WHOLE = ("prompt_tokens", "completion_tokens")


@dataclass
class Source:
    """Gives a reader its rows in the form it reads."""

    reader: str
    folder: Path
    url: str = ""

    def settings(self, rows, **more) -> SourceSettings:
        common = {"name": "src", "reader": self.reader, "bad_folder": self.folder / "bad"}
        if self.reader == "litellm_postgres":
            self._fill(rows)
            return SourceSettings(**common, url=self.url, **more)
        path = self.folder / ("page.json" if self.reader == "litellm" else "rows.csv")
        if self.reader == "litellm":
            path.write_text(json.dumps({"data": rows, "total": len(rows)}))
        else:
            with path.open("w", newline="") as stream:
                writer = csv.DictWriter(stream, list([*rows, *GOOD[self.reader]][0]))
                writer.writeheader()
                writer.writerows(rows)
        return SourceSettings(**common, path=str(path), **more)

    def read(self, rows, **more):
        (batch,) = READERS[self.reader](self.settings(rows, **more), now=NOW)
        return batch

    def _fill(self, rows):
        names = list(log("x", 1, 0, 0))
        kinds = [f'"{n}" {_TYPES.get(n, "bigint" if n in _WHOLE else "text")}' for n in names]
        with psycopg.connect(self.url, autocommit=True) as conn:
            conn.execute('DROP TABLE IF EXISTS "LiteLLM_SpendLogs"')
            conn.execute(f'CREATE TABLE "LiteLLM_SpendLogs" ({", ".join(kinds)}, messages text)')
            for row in rows:
                values = [json.dumps(v) if isinstance(v, list | dict) else v for v in row.values()]
                slots = ", ".join(["%s"] * len(values))
                conn.execute(f"INSERT INTO \"LiteLLM_SpendLogs\" VALUES ({slots}, 'secret')", values)


@pytest.fixture(params=READERS)
def source(request, tmp_path):
    url = request.getfixturevalue("pg_url") if request.param == "litellm_postgres" else ""
    return Source(request.param, tmp_path, url)


def test_a_good_sample_becomes_a_batch(source):
    """All columns of a batch in their types: aware UTC hours, integer nano-dollars, names as text or None."""
    batch = source.read(GOOD[source.reader])
    frame = batch.frame
    assert list(frame.columns) == list(COLUMNS)
    assert frame["cost_nano"].tolist() == [250_000_000, 500_000_000]
    assert str(frame["cost_nano"].dtype) == "int64"
    assert str(frame["hour"].dt.tz) == str(frame["available_at"].dt.tz) == "UTC"
    assert {str(frame[d].dtype) for d in DRIVERS} == {"Int64"}
    assert frame["team"].map(lambda v: v is None or isinstance(v, str)).all()
    assert (batch.source, batch.bad, batch.unpriced) == ("src", (), {})
    assert (batch.kind, batch.covers is None) == (("snapshot", False) if source.reader == "focus" else ("rows", True))


def test_the_same_input_gives_the_same_batch(source):
    """Rows, order and fingerprint are those of the input alone."""
    one, other = source.read(GOOD[source.reader]), source.read(GOOD[source.reader])
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.content_hash == other.content_hash


def test_requests_that_come_twice_count_once(source):
    """Logs of requests drop repeats by request id; a bill's lines add up, and a table's repeats are the store's matter."""
    batch = source.read([*GOOD[source.reader], *GOOD[source.reader]])
    times = 2 if source.reader in ("table", "focus") else 1
    assert batch.frame["cost_nano"].sum() == 750_000_000 * times


def test_a_bad_row_is_refused_with_its_place(source):
    """The error names row, column, value and what to do, and no batch comes."""
    good = GOOD[source.reader]
    with pytest.raises(BadRows) as caught:
        source.read([good[0], {**good[1], **BAD[source.reader]}])
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (2, COLUMN.get(source.reader, "input_tokens"), "-5")
    assert "--keep-good" in str(fault)


def test_keep_good_takes_the_rest_and_writes_what_it_left(source):
    """The good rows come, and a file holds the bad ones as they came, with the reasons."""
    good = GOOD[source.reader]
    batch = source.read([good[0], {**good[1], **BAD[source.reader]}], keep_good=True)
    assert batch.frame["cost_nano"].tolist() == [250_000_000]
    assert len(batch.bad) == 1
    (left,) = pd.read_csv(batch.bad_file).to_dict("records")
    assert left["row"] == 2
    assert "0.5" in map(str, left.values())
    assert left["reasons"]


def test_nothing_becomes_a_batch_of_nothing(source):
    """An input without rows is no error: there was no spend."""
    batch = source.read([])
    assert list(batch.frame.columns) == list(COLUMNS)
    assert len(batch.frame) == 0


def test_what_is_not_there_is_an_error_in_words(source):
    """A missing file or table is named, with what to do."""
    settings = source.settings([])
    if source.reader == "litellm_postgres":
        with psycopg.connect(source.url, autocommit=True) as conn:
            conn.execute('DROP TABLE "LiteLLM_SpendLogs"')
    with pytest.raises(LedgerError, match=r"no such file|has no table"):
        list(READERS[source.reader](replace(settings, path=settings.path + ".gone"), now=NOW))


EURO = {
    "table": {"cost": 0.1, "currency": "EUR"}, "requests": {"cost": 0.1, "currency": "eur"},
    "focus": {"EffectiveCost": 0.1, "BillingCurrency": "EUR"}, "litellm": {"spend": 0.1}, "litellm_postgres": {"spend": 0.1},
}  # fmt: skip


def test_another_currency_keeps_both_amounts(source):
    """Dollars by the rate of the day, and the original amount beside them; without a rate nothing is guessed."""
    row = {k: v for k, v in GOOD[source.reader][0].items() if k != "cost_usd"} | EURO[source.reader]
    currency = "EUR" if source.reader.startswith("litellm") else "USD"
    rates = Rates([Rate("EUR", date(2026, 1, 1), Decimal("1.10"))])
    (kept,) = source.read([row], currency=currency, rates=rates).frame.to_dict("records")
    assert (kept["cost_nano"], kept["original_currency"]) == (110_000_000, "EUR")
    assert Decimal(kept["original_cost"]) == Decimal("0.1")
    with pytest.raises(LedgerError, match="no rate for EUR on 2026-11-01; add one to"):
        source.read([row], currency=currency)


def test_a_table_is_read_on_from_where_it_was(tmp_path, pg_url):
    """At first all of it, a batch for each window; then from some days before where the loads reach: however long
    nobody looked, nothing is left out, and what was read long ago is not read again."""
    source = Source("litellm_postgres", tmp_path, pg_url)
    days = [datetime(2026, 10, d, 12, tzinfo=UTC) for d in (1, 6, 9, 20)]
    rows = [log(f"r{d.day}", 0, 1.0, 10, startTime=d.replace(tzinfo=None).isoformat()) for d in days]
    settings = source.settings(rows, window_days=4)

    def read(**more):
        batches = READERS["litellm_postgres"](replace(settings, **more), now=datetime(2026, 10, 21, tzinfo=UTC))
        return [[h.day for h in b.frame["hour"]] for b in batches]

    assert read() == [[1], [6], [9], [], [20], []]
    assert read(reaches=datetime(2026, 10, 10, tzinfo=UTC)) == [[6, 9], [], [], [20]]


def test_a_run_that_goes_on_over_windows_begins_once(tmp_path, pg_url):
    """In whichever window it is read: reading again from a later day changes nothing."""
    source = Source("litellm_postgres", tmp_path, pg_url)
    hours = [datetime(2026, 10, d, h, tzinfo=UTC) for d, h in ((1, 12), (4, 23), (5, 1), (5, 2), (9, 3))]
    sessions = ("one", "two", "two", "three", "three")
    rows = [
        log(f"r{i}", 0, 1.0, 10, session_id=s, startTime=t.replace(tzinfo=None).isoformat())
        for i, (s, t) in enumerate(zip(sessions, hours, strict=True))
    ]
    settings = source.settings(rows, window_days=4)

    def runs(**more):
        batches = READERS["litellm_postgres"](replace(settings, **more), now=datetime(2026, 10, 9, 12, tzinfo=UTC))
        return {(h.day, h.hour): int(r) for b in batches for h, r in zip(b.frame["hour"], b.frame["runs"], strict=True)}

    assert runs() == {(1, 12): 1, (4, 23): 1, (5, 1): 0, (5, 2): 1, (9, 3): 0}
    assert runs(reaches=datetime(2026, 10, 9, tzinfo=UTC)) == {(5, 1): 0, (5, 2): 1, (9, 3): 0}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u@127.0.0.1/x", "is no PostgreSQL"), ("nonsense", "check the URL and its rights"),
        ("postgresql://u@127.0.0.1:1/x", "check the URL and its rights"),
    ],
)  # fmt: skip
def test_a_url_that_is_no_databases_is_refused_in_words(url, words):
    """Whatever the driver says."""
    with pytest.raises(LedgerError, match=words):
        list(READERS["litellm_postgres"](SourceSettings(name="s", reader="litellm_postgres", url=url), now=NOW))


def test_another_database_and_a_bad_row_are_told_so_that_they_can_be_found(tmp_path, pg_url):
    """A table's rows have no number: the request's id is named."""
    with pytest.raises(LedgerError, match="has no table LiteLLM_SpendLogs"):
        list(READERS["litellm_postgres"](SourceSettings(name="s", reader="litellm_postgres", url=pg_url), now=NOW))
    source = Source("litellm_postgres", tmp_path, pg_url)
    with pytest.raises(BadRows, match=r"prompt_tokens, value '-5': .* \(request_id r-bad\)"):
        source.read([log("r-bad", 1, 1.0, -5)])
