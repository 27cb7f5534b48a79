"""Single requests become hours: what adds up, what is priced, and what is known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.prices import ContractPrice, PriceBook, priced
from ledger.readers import READERS, SourceSettings

NOW = datetime(2026, 11, 3, tzinfo=UTC)
START = datetime(2026, 11, 1, 9, tzinfo=UTC)
MODELS = [
    ("google", "gemini-2.5-pro"),
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "o3"),
    ("deepseek", "deepseek-chat"),
]


def read(folder, rows, **more):
    path = folder / "requests.parquet"
    pd.DataFrame(rows).to_parquet(path)
    source = SourceSettings(name="src", reader="requests", path=str(path), bad_folder=folder / "bad", **more)
    (batch,) = READERS["requests"](source, now=NOW)
    return batch


REQUEST = st.fixed_dictionaries(
    {
        "time": st.integers(0, 5 * 60).map(lambda m: START + timedelta(minutes=m)),
        "run_id": st.sampled_from([None, "r1", "r2", "r3"]),
        "team": st.sampled_from(["a", "b", None]),
        "model": st.sampled_from(MODELS),
        "sizes": st.tuples(st.integers(0, 400_000), st.floats(0, 1), st.floats(0, 1), st.integers(0, 50_000)),
        "cost_usd": st.one_of(st.none(), st.integers(0, 10**9).map(lambda n: n / 1e9)),
        "error": st.booleans(),
    }
)


def flat(request):
    whole, cached, write, out = request["sizes"]
    inside = int(whole * cached)
    provider, model = request["model"]
    rest = {k: v for k, v in request.items() if k not in ("sizes", "model")}
    tokens = (whole, inside, int((whole - inside) * write), out)
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    return rest | {"provider": provider, "model": model} | dict(zip(names, tokens, strict=True))


def by_hand(rows):
    """Requests, errors, runs, tokens in and nano-dollars of all rows, one by one."""
    book, nano = PriceBook(), 0
    for r in rows:
        if r["cost_usd"] is not None:
            nano += round(Decimal(repr(r["cost_usd"])) * 10**9)
            continue
        spans = book.spans(r["provider"], r["model"], r["time"].date())
        (tiers,) = [t for start, end, t in spans if start <= r["time"] < end]
        counts = tuple(r[c] for c in ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens"))
        nano += priced([t for t in tiers if not t.above or counts[0] > t.above][-1], counts)
    runs = {r["run_id"] for r in rows} - {None}
    return len(rows), sum(r["error"] for r in rows), len(runs), sum(r["input_tokens"] for r in rows), nano


@settings(max_examples=40, deadline=None)
@given(st.lists(REQUEST, min_size=1, max_size=30))
def test_hours_add_up_to_their_requests(tmp_path_factory, requests):
    """Every request, error, run, token and nano-dollar of the input is in one hour, whatever is given or priced."""
    rows = [flat(r) for r in requests]
    frame = read(tmp_path_factory.mktemp("sum"), rows).frame
    columns = ["requests", "errors", "runs", "input_tokens", "cost_nano"]
    assert tuple(int(frame[c].sum()) for c in columns) == by_hand(rows)
    keys = frame.assign(team=frame["team"].fillna("")).duplicated(["hour", "team", "provider", "model"])
    assert not keys.any()


def test_a_run_counts_in_the_hour_in_which_it_began(tmp_path):
    """Later requests of the run count as requests, not as runs; without a run id runs are unknown, not 0."""
    times = [START + timedelta(minutes=m) for m in (50, 59, 61, 130)]
    rows = [{"time": t, "run_id": r, "cost_usd": 1.0} for t, r in zip(times, ["x", "y", "x", "y"], strict=True)]
    assert read(tmp_path, rows).frame["runs"].tolist() == [2, 0, 0]
    without = [{"time": t, "cost_usd": 1.0} for t in times]
    assert read(tmp_path, without).frame["runs"].isna().all()


def test_an_hour_is_known_from_its_end_and_the_sources_lag(tmp_path):
    """Unless the input says so, an hour can be read once it is over and has come."""
    (known,) = read(tmp_path, [{"time": START, "cost_usd": 1.0}], lag_hours=2.5).frame["available_at"]
    assert known == START + timedelta(hours=3.5)


def test_repeats_are_dropped_across_files(tmp_path):
    """Two exports that overlap count each request once; requests without an id are all taken."""
    rows = [{"time": START, "request_id": i, "cost_usd": 1.0} for i in ("a", "b", None, None)]
    pd.DataFrame(rows).to_csv(tmp_path / "1.csv", index=False)
    pd.DataFrame(rows[:2]).to_csv(tmp_path / "2.csv", index=False)
    source = SourceSettings(name="src", reader="requests", path=str(tmp_path / "*.csv"))
    (batch,) = READERS["requests"](source, now=NOW)
    assert batch.frame[["requests", "cost_nano"]].values.tolist() == [[4, 4_000_000_000]]


def test_files_with_other_columns_are_read_together(tmp_path):
    """What a file does not have is unknown of its requests."""
    pd.DataFrame([{"time": START, "team": "a", "cost_usd": 1.0, "input_tokens": 5}]).to_parquet(tmp_path / "1.parquet")
    pd.DataFrame([{"time": START.isoformat(), "cost_usd": 2.0}]).to_csv(tmp_path / "2.csv", index=False)
    (batch,) = READERS["requests"](SourceSettings(name="src", reader="requests", path=str(tmp_path)), now=NOW)
    found = batch.frame[["team", "input_tokens", "cost_nano"]].astype(object).where(lambda f: f.notna(), None)
    assert sorted(found.values.tolist(), key=str) == [["a", 5, 10**9], [None, None, 2 * 10**9]]


def test_an_unknown_model_is_unpriced_never_free(tmp_path):
    """Listed and counted, and left out whole: their tokens without their cost would make the others look cheap."""
    common = {"time": START, "provider": "openai", "input_tokens": 1000, "output_tokens": 0}
    models = ["o3", "house-model", "house-model", None]
    batch = read(tmp_path, [{**common, "model": m} for m in models])
    assert batch.unpriced == {"house-model": 2, "no model": 1}
    assert batch.frame[["model", "requests", "cost_nano"]].values.tolist() == [["o3", 1, 2_000_000]]
    assert batch.priced == {"genai-prices openai/o3 since 2025-06-10": 1}


def test_a_request_without_cost_and_tokens_is_unpriced_unless_it_failed(tmp_path):
    """Nothing is known of it: that is not the same as costing nothing. A failed call has nothing to bill."""
    common = {"time": START, "provider": "openai", "model": "o3", "output_tokens": None}
    batch = read(
        tmp_path, [{**common, "input_tokens": n, "error": e} for n, e in [(1000, False), (None, False), (None, True)]]
    )
    assert batch.unpriced == {"o3": 1}
    assert batch.frame[["requests", "errors", "cost_nano"]].values.tolist() == [[2, 1, 2_000_000]]


def test_a_service_tier_has_its_own_price_or_none(tmp_path):
    """A batch request costs half where the book knows it, and is unpriced where it does not."""
    times = [datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)]
    common = {"provider": "openai", "model": "o3", "input_tokens": 1_000_000, "output_tokens": 0}
    batch = read(tmp_path, [{**common, "time": t, "tier": tier} for t in times for tier in ("batch", "standard")])
    assert batch.unpriced == {"o3 (batch)": 1}
    assert sorted(batch.frame["cost_nano"]) == [10**9, 2 * 10**9, 2 * 10**9]


def test_a_contract_prices_a_model_of_ones_own(tmp_path):
    """From the day it holds; the day before is unpriced."""
    book = PriceBook([ContractPrice("house-model", Decimal("0.5"), Decimal(2), since=date(2026, 11, 2))])
    rows = [
        {"time": START + timedelta(days=d), "model": "house-model", "input_tokens": 10_000, "output_tokens": 1_000}
        for d in (0, 1)
    ]
    batch = read(tmp_path, rows, prices=book)
    assert batch.unpriced == {"house-model": 1}
    assert batch.frame["cost_nano"].tolist() == [7_000_000]
    assert batch.priced == {"contract house-model since 2026-11-02": 1}


def test_long_context_is_a_matter_of_each_request(tmp_path):
    """Two hundred requests of 10,000 tokens in an hour cost the base price; one of 250,000 the higher."""
    common = {"time": START, "provider": "anthropic", "model": "claude-sonnet-4-5", "output_tokens": 0}
    small = read(tmp_path, [{**common, "input_tokens": 10_000}] * 200).frame["cost_nano"].tolist()
    large = read(tmp_path, [{**common, "input_tokens": 250_000}]).frame["cost_nano"].tolist()
    assert (small, large) == ([6_000_000_000], [1_500_000_000])


@pytest.mark.parametrize("tokens", [999_999_999, 1_000_000_001])
def test_sizes_beyond_any_request_do_not_overflow(tokens, tmp_path):
    """A count at the limit is priced exactly; one beyond is a fault, not an overflow."""
    row = {
        "time": START,
        "provider": "anthropic",
        "model": "claude-opus-4-5",
        "input_tokens": tokens,
        "output_tokens": tokens,
    }
    batch = read(tmp_path, [row], keep_good=True)
    assert len(batch.bad) == (2 if tokens > 10**9 else 0)
    if not batch.bad:
        assert batch.frame["cost_nano"].tolist() == [tokens * 30_000]
