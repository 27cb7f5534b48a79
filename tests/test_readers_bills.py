"""Bills in FOCUS and logs of LiteLLM: what each provider writes in its own way becomes one kind of row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ledger.readers import READERS, SourceSettings
from ledger.readers.token_class import class_of, scale_of
from ledger.store import Store
from ledger.types import LedgerError

NOW = datetime(2026, 12, 3, tzinfo=UTC)


def line(start, cost, end=None, **more):
    """A line of a FOCUS bill, by default of one day."""
    begin = pd.Timestamp(start, tz="UTC")
    until = pd.Timestamp(end, tz="UTC") if end else begin + pd.Timedelta(days=1)
    return {
        "ChargePeriodStart": begin.isoformat(), "ChargePeriodEnd": until.isoformat(), "ChargeCategory": "Usage",
        "ChargeClass": None, "BillingCurrency": "USD", "BillingPeriodStart": f"{begin:%Y-%m}-01T00:00:00Z",
        "EffectiveCost": cost, "BilledCost": 2 * cost, "ProviderName": "Anthropic", "SubAccountId": "w-1",
        "SkuId": "claude-sonnet-5", "SkuMeter": "input_tokens", "ConsumedQuantity": 1000, "ConsumedUnit": "Tokens", "Tags": "{}",
    } | more  # fmt: skip


def bill(folder: Path, rows, name="bill.csv", **more):
    path = folder / name
    frame = pd.DataFrame(rows)
    frame.to_csv(path, index=False) if name.endswith("csv") else frame.to_parquet(path)
    settings = SourceSettings(name="bill", reader="focus", path=str(path), bad_folder=folder / "bad", **more)
    (batch,) = READERS["focus"](settings, now=NOW)
    return batch


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("uncached_input_tokens", "input"), ("cache_read_input_tokens", "cached"), ("output_tokens", "output"),
        ("cache_creation.ephemeral_5m_input_tokens", "write"), ("USE1-Claude4.5Sonnet-cache-write-1h-tokens", "write"),
        ("gpt 4o 1120 cached Inp glbl Tokens", "cached"), ("gpt 4o 1120 Batch Outp glbl Tokens", "output"),
        ("GPT 5 outpt Glbl 1M Tokens", "output"), ("5.4 inp Gl 1M Tokens", "input"), ("5.5 ShortCo opt Dz 1M Tokens", "output"),
        ("o4-mini 0416 Inp southcentralus Tokens", "input"), ("Gemini 2.5 Flash GA Text Input - Predictions", "input"),
        ("Gemini 2.5 Flash Thinking Text Output", "output"), ("Gemini 2.5 Flash GA Input Text Caching", "cached"),
        ("TextOutput", "output"), ("claude-haiku-4-5", None), ("Virtual Machines South", None),
    ],
)  # fmt: skip
def test_token_classes_are_read_from_what_providers_write(said, kind):
    """Real meters of four providers; a region that holds the letters o, u, t says nothing."""
    assert class_of(said) == kind


@pytest.mark.parametrize(
    ("unit", "tokens"), [("Tokens", 1), ("Token", 1), ("1000 Tokens", 1000), ("1,000,000 tokens", 1e6), ("1K Tokens", 1000), ("1M Tokens", 1e6), ("Million Tokens", 1e6)]
)  # fmt: skip
def test_units_of_tokens_are_counted_out(unit, tokens):
    """A thousand may be part of the unit."""
    assert scale_of(unit) == tokens


@pytest.mark.parametrize("unit", ["Hours", "Requests", "Tokenizers", ""])
def test_other_units_are_no_tokens(unit):
    """Hours of a token service are hours."""
    assert pd.isna(scale_of(unit))


def test_lines_of_one_key_add_up(tmp_path):
    """The classes of tokens of a model are lines of their own on a bill, and one row here."""
    rows = [
        line("2026-11-01", 3.0, ConsumedQuantity=1.5, ConsumedUnit="1000 Tokens"),
        line("2026-11-01", 0.5, SkuMeter="cache_read_input_tokens", ConsumedQuantity=6000),
        line("2026-11-01", 7.0, SkuMeter="output_tokens", ConsumedQuantity=400),
        line("2026-11-01", 9.0, SkuMeter="storage", ConsumedUnit="GB-hours", ConsumedQuantity=12),
    ]
    (row,) = bill(tmp_path, rows).frame.to_dict("records")
    tokens = (row["input_tokens"], row["cached_input_tokens"], row["output_tokens"])
    assert (row["grain"], row["cost_nano"], *tokens) == ("day", 19_500_000_000, 7500, 6000, 400)
    assert (row["provider"], row["account"], row["model"], row["charge"]) == (
        "Anthropic",
        "w-1",
        "claude-sonnet-5",
        "usage",
    )


def test_the_grain_is_the_charge_periods(tmp_path):
    """An hour stays an hour, longer periods are a day's, never spread: a year's purchase stands on its first day."""
    rows = [
        line("2026-11-01T05:00", 1.0, "2026-11-01T06:00"), line("2026-11-02", 2.0),
        line("2026-11-02", 3.0, "2027-11-02", ChargeCategory="Purchase", SkuId="commitment"),
    ]  # fmt: skip
    batch = bill(tmp_path, rows)
    found = batch.frame[["grain", "cost_nano"]].assign(at=batch.frame["hour"].dt.strftime("%d %H")).values.tolist()
    assert found == [["hour", 10**9, "01 05"], ["day", 2 * 10**9, "02 00"], ["day", 3 * 10**9, "02 00"]]
    assert batch.covers == (datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))


def test_corrections_and_refunds_add_up(tmp_path):
    """What is given back is taken off, cost and tokens; tokens below 0 in a key of their own are unknown."""
    back = {"ChargeClass": "Correction", "ConsumedQuantity": -400}
    rows = [line("2026-11-01", 3.0), line("2026-11-01", -1.0, **back), line("2026-11-02", -0.5, **back)]
    rows += [
        line("2026-11-02", -2.0, ChargeCategory="Credit", ConsumedQuantity=None),
        line("2026-11-02", 0.3, ChargeCategory="Tax"),
    ]
    frame = bill(tmp_path, rows).frame
    assert frame["cost_nano"].tolist() == [2 * 10**9, -(10**9) // 2, -2 * 10**9, 3 * 10**8]
    assert frame["charge"].tolist() == ["usage", "usage", "credit", "tax"]
    assert frame["input_tokens"].astype(object).where(frame["input_tokens"].notna(), None).tolist() == [
        600,
        None,
        None,
        1000,
    ]


def test_a_correction_of_an_earlier_bill_does_not_restate_it(tmp_path):
    """November's bill corrects a day of October: October stays as it was billed, and the correction counts in November,
    once, however often the bill is loaded."""
    store = Store.open(f"sqlite:///{tmp_path}/s.db")
    store.ingest(bill(tmp_path, [line(f"2026-10-{d}", 10.0) for d in (5, 6, 7)], "oct.csv"), loaded_at=NOW)
    late = line(
        "2026-10-06", -4.0, ChargeClass="Correction", BillingPeriodStart="2026-11-01T00:00:00Z", ConsumedQuantity=None
    )
    for again in range(2):
        rows = [line("2026-11-02", 1.0 + again), line("2026-11-03", 1.0), late]
        store.ingest(bill(tmp_path, rows, "nov.csv"), loaded_at=NOW.replace(hour=again + 1))
    table = store.costs()
    assert table.cost.sum() == (30 + 3 - 4) * 10**9


def test_a_bill_of_nothing_but_late_corrections_is_refused(tmp_path):
    """It would restate a period that it does not hold."""
    late = line("2026-10-06", -4.0, ChargeClass="Correction", BillingPeriodStart="2026-11-01T00:00:00Z")
    with pytest.raises(LedgerError, match="load the whole bill"):
        bill(tmp_path, [late])


@pytest.mark.parametrize("name", ["bill.csv", "bill.parquet"])
def test_tags_become_dimensions(name, tmp_path):
    """By the mapping, or by a dimension's own name in any case; the rest stays together; a split's own tags count more."""
    tags = json.dumps({"cost-center": "c7", "Feature": "triage", "owner": "ann", "environment": ""})
    rows = [
        line("2026-11-01", 1.0, Tags=tags, AllocatedTags='{"Feature": "search"}'),
        line("2026-11-02", 1.0, Tags=None),
    ]
    one, other = bill(tmp_path, rows, name, tags={"cost-center": "team"}).frame.to_dict("records")
    assert (one["team"], one["feature"], one["environment"], one["tags"]) == ("c7", "search", None, '{"owner": "ann"}')
    assert (other["team"], other["tags"]) == (None, None)


def test_tags_in_parquet_may_be_a_map(tmp_path):
    """As the clouds export them."""
    columns = {k: [v] for k, v in line("2026-11-01", 1.0).items() if v is not None}
    columns["Tags"] = pa.array([[("team", "search"), ("x", "y")]], pa.map_(pa.string(), pa.string()))
    pq.write_table(pa.table(columns), tmp_path / "b.parquet")
    (batch,) = READERS["focus"](SourceSettings(name="b", reader="focus", path=str(tmp_path / "b.parquet")), now=NOW)
    assert batch.frame[["team", "tags"]].values.tolist() == [["search", '{"x": "y"}']]


def test_the_settings_say_which_cost_column_and_rows_count(tmp_path):
    """BilledCost instead of EffectiveCost, other columns for dimensions and token classes, only some services."""
    rows = [
        line("2026-11-01", 1.0, ServiceName="Claude API", x_Model="opus", x_Class="output"),
        line("2026-11-01", 8.0, ServiceName="Compute", x_Model="", x_Class=""),
    ]
    columns = {"model": "x_Model", "token_class": "x_Class"}
    batch = bill(
        tmp_path,
        rows,
        cost_column="BilledCost",
        columns=columns,
        filters={"ServiceName": ("Claude API",)},
        account="acme",
    )
    (row,) = batch.frame.to_dict("records")
    assert (row["cost_nano"], row["model"], row["output_tokens"], row["account"]) == (2 * 10**9, "opus", 1000, "acme")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"columns": {"teem": "x"}}, r"columns name teem, which is no dimension \(did you mean team\?\)"),
        ({"columns": {"team": "SubAccountIds"}}, r"which the file does not have \(did you mean SubAccountId\?\)"),
        ({"filters": {"Provider": ("x",)}}, r"filters name Provider, which the file does not have \(did you mean ProviderName\?\)"),
        ({"cost_column": "EffectivCost"}, r"column EffectivCost is missing \(did you mean EffectiveCost\?\)"),
    ],
)  # fmt: skip
def test_a_setting_that_names_nothing_is_refused(more, message, tmp_path):
    """With the nearest that would."""
    with pytest.raises(LedgerError, match=message):
        bill(tmp_path, [line("2026-11-01", 1.0)], **more)


def test_newer_bills_name_the_service_provider(tmp_path):
    """FOCUS 1.3 brought ServiceProviderName, 1.4 took ProviderName away."""
    newer = line("2026-11-01", 1.0, ServiceProviderName="AWS")
    assert bill(tmp_path, [newer]).frame["provider"].tolist() == ["AWS"]
    del newer["ProviderName"]
    assert bill(tmp_path, [newer]).frame["provider"].tolist() == ["AWS"]


def request(number, **more):
    """A row of LiteLLM's spend logs."""
    return {
        "request_id": f"r{number}", "startTime": "2026-11-20T00:14:12.872Z", "session_id": None, "spend": 0.5,
        "status": "success", "prompt_tokens": 8358, "completion_tokens": 167, "model": "bedrock/claude-sonnet-5",
        "custom_llm_provider": "bedrock", "api_key": "hash", "team_id": "team-search", "request_tags": [], "metadata": {},
    } | more  # fmt: skip


def logged(folder: Path, *pages, **more):
    for number, rows in enumerate(pages):
        (folder / f"page{number}.json").write_text(json.dumps({"data": rows, "page": number + 1}))
    settings = SourceSettings(name="gateway", reader="litellm", path=str(folder), **more)
    (batch,) = READERS["litellm"](settings, now=NOW)
    return batch


def test_a_log_says_who_asked_in_several_ways(tmp_path):
    """What the caller sent along counts before request tags, these before the key's team; automatic tags and what tells
    single requests apart are no dimensions."""
    metadata = {
        "user_api_key_team_alias": "Search", "user_api_key_alias": "search-prod",
        "spend_logs_metadata": {"feature": "answer", "workflow": "rag", "customer_id": "c7", "trace": {"id": 1}},
        "usage_object": {"cache_read_input_tokens": 6000, "cache_creation_input_tokens": 100},
    }  # fmt: skip
    tags = ["env:prod", "feature:search", "tribe:web", "User-Agent: curl/8", "urgent"]
    (row,) = logged(tmp_path, [request(1, metadata=metadata, request_tags=tags)]).frame.to_dict("records")
    dims = ("team", "feature", "workflow", "environment", "provider", "model", "key", "tags")
    assert tuple(row[d] for d in dims) == (
        "Search", "answer", "rag", "prod", "bedrock", "claude-sonnet-5", "search-prod", '{"tribe": "web"}',
    )  # fmt: skip
    assert [row[c] for c in ("input_tokens", "cached_input_tokens", "cache_write_tokens")] == [8358, 6000, 100]


def test_failures_sessions_and_times_without_a_zone(tmp_path):
    """A failure is an error that cost nothing, a session is a run that counts where it began, a bare time is UTC."""
    rows = [
        request(1, session_id="s", startTime="2026-11-20 00:59:00"),
        request(2, session_id="s", startTime="2026-11-20T01:01:00+00:00"),
        request(
            3, status="failure", spend=0.0, prompt_tokens=0, completion_tokens=0, startTime="2026-11-20 01:30:00.5"
        ),
    ]
    frame = logged(tmp_path, rows).frame
    assert frame[["requests", "errors", "runs", "cost_nano"]].values.tolist() == [
        [1, 0, 1, 5 * 10**8],
        [2, 1, 0, 5 * 10**8],
    ]


def test_pages_that_overlap_count_once_and_contradictions_name_both(tmp_path):
    """Pages shift while the log grows; a request that two of them tell differently is refused."""
    both = logged(tmp_path, [request(1), request(2)], [request(2), request(3)])
    assert both.frame["requests"].tolist() == [3]
    with pytest.raises(
        LedgerError, match=r"page1\.json, row 1, .*'r2': it came before with other content \(page0\.json, row 2\)"
    ):
        logged(tmp_path, [request(1), request(2)], [request(2, spend=0.7)])


def test_json_text_is_read_as_json(tmp_path):
    """Some releases store metadata and tags as text."""
    row = request(1, metadata=json.dumps({"spend_logs_metadata": {"team": "x"}}), request_tags='["env:dev"]')
    assert logged(tmp_path, [row]).frame[["team", "environment"]].values.tolist() == [["x", "dev"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"data": [', "is no JSON .* it may be cut off"), ('{"results": []}', "has no list of requests"),
        ('[{"startTime": "2026-11-20", "spend": 3, "users": {}}]', "have no request_id, so they are no requests"),
    ],
)  # fmt: skip
def test_another_kind_of_page_is_refused(text, message, tmp_path):
    """A page cut off, another report, and the sums of days that the older API gives."""
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(LedgerError, match=message):
        list(READERS["litellm"](SourceSettings(name="g", reader="litellm", path=str(tmp_path)), now=NOW))


def test_the_account_of_a_gateway_is_the_sources(tmp_path):
    """So that its cost and the bill's can be told to be the same."""
    assert logged(tmp_path, [request(1)], account="acme").frame["account"].tolist() == ["acme"]
