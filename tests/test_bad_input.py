"""Bad input is refused whole, in words that name the place, the value and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.batch import BadRows
from ledger.events_file import read_events
from ledger.outcomes_file import read_outcomes
from ledger.readers import READERS, SourceSettings
from ledger.types import LedgerError

NOW = datetime(2026, 11, 3, tzinfo=UTC)
GOOD = {
    "table": {"hour": "2026-11-01T10:00:00Z", "team": "a", "input_tokens": "5", "cost_usd": "1"},
    "requests": {"time": "2026-11-01T10:00:00Z", "team": "a", "input_tokens": "5", "cost_usd": "1"},
}
WHEN = {"table": "hour", "requests": "time"}
TABULAR = pytest.mark.parametrize("reader", list(GOOD))
CELLS = {
    "text for a number": ("cost_usd", "free"), "text for a count": ("input_tokens", "many"),
    "a negative count": ("input_tokens", "-1"), "half a token": ("input_tokens", "2.5"), "NaN": ("cost_usd", "nan"),
    "infinity": ("cost_usd", "inf"), "minus infinity": ("cost_usd", "-Infinity"), "NaN tokens": ("input_tokens", "NaN"),
    "a naive time": ("WHEN", "2026-11-01T10:00:00"), "a day that is not": ("WHEN", "2026-02-30T10:00:00Z"),
    "an hour that is not": ("WHEN", "2026-11-01T25:00:00Z"), "no time at all": ("WHEN", "yesterday"),
    "another century": ("WHEN", "1026-11-01T10:00:00Z"), "an empty time": ("WHEN", ""),
}  # fmt: skip


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def as_csv(path: Path, *rows: dict[str, str]) -> Path:
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def read(reader, path, **more):
    common = SourceSettings(name="src", reader=reader, path=str(path), bad_folder=Path(path).parent / "bad", **more)
    (batch,) = READERS[reader](common, now=NOW)
    return batch


def refused(reader, path) -> list:
    with pytest.raises(BadRows) as caught:
        read(reader, path)
    return caught.value.faults


@TABULAR
@pytest.mark.parametrize("what", CELLS)
def test_a_bad_cell_is_named(reader, what, tmp_path):
    """File, row, column, value and the next step stand in the error; the row before it does not."""
    column, value = CELLS[what]
    column = WHEN[reader] if column == "WHEN" else column
    bad = {**GOOD[reader], column: value}
    (fault,) = refused(reader, as_csv(tmp_path / "may.csv", GOOD[reader], bad))
    assert (fault.file, fault.row, fault.column) == ("may.csv", 2, column)
    assert fault.value == value or (value == "" and fault.value in ("nan", "None", ""))
    assert fault.reason
    assert fault.next_step


FUTURE = {
    "table": lambda at: {**GOOD["table"], "hour": at}, "requests": lambda at: {**GOOD["requests"], "time": at},
    "focus": lambda at: {
        "ChargePeriodStart": at, "ChargePeriodEnd": "2040-01-01T00:00:00Z", "BillingCurrency": "USD",
        "ChargeCategory": "Usage", "EffectiveCost": "1",
    },
}  # fmt: skip


@pytest.mark.parametrize("reader", FUTURE)
def test_what_lies_in_the_future_is_named(reader, tmp_path):
    """A clock or a zone that is wrong; what is within the tolerance is let in."""
    latest = datetime(2026, 11, 3, 1, tzinfo=UTC)
    rows = [FUTURE[reader](at) for at in ("2026-11-03T01:00:00Z", "2026-11-03T02:00:00Z")]
    path = as_csv(tmp_path / "may.csv", *rows)
    with pytest.raises(BadRows) as caught:
        read(reader, path, latest=latest)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.value) == ("may.csv", 2, "2026-11-03T02:00:00Z")
    assert "future" in fault.reason
    assert "zone" in fault.next_step
    assert len(read(reader, path, latest=latest, keep_good=True).frame) == 1
    assert not read(reader, path).bad


def test_rows_that_contradict_each_other_are_left_out_with_keep_good(tmp_path):
    """The first is kept; without keep-good the store refuses them all."""
    known = {**GOOD["table"], "available_at": "2026-11-01T12:00:00Z"}
    rows = [known, {**known, "cost_usd": "9"}, known, {**known, "team": "b"}]
    batch = read("table", as_csv(tmp_path / "may.csv", *rows), keep_good=True)
    assert batch.frame[["team", "cost_nano", "row"]].values.tolist() == [
        ["a", 10**9, 1],
        ["a", 10**9, 3],
        ["b", 10**9, 4],
    ]
    ((fault),) = batch.bad
    assert (fault.row, fault.column) == (2, "hour")
    assert "says something else" in fault.reason
    assert pd.read_csv(batch.bad_file)["row"].tolist() == [2]


@pytest.mark.parametrize(("end", "warned"), [("", True), ("\n", False), ("\r\n", False)])
def test_a_last_line_without_an_end_is_pointed_out(end, warned, tmp_path):
    """It can be a value that was cut off: 0.01 of 0.0189."""
    path = write(tmp_path / "may.csv", (end or "\n").join(["hour,team,cost_usd", "2026-11-01T10:00:00Z,a,0.01"]) + end)
    assert read("table", path).warning.startswith("the last line of may.csv has no end") is warned


def test_a_pattern_does_not_read_what_was_left_out(tmp_path):
    """The file of bad rows may lie beside the good ones."""
    as_csv(tmp_path / "may.csv", GOOD["table"])
    as_csv(tmp_path / "may.csv.bad.csv", {"file": "x", "row": 1})
    assert len(read("table", tmp_path / "*.csv").frame) == 1


@TABULAR
def test_all_faults_are_collected(reader, tmp_path):
    """The first twenty are shown, and how many there are beyond."""
    bad = [{**GOOD[reader], "input_tokens": f"-{n}"} for n in range(1, 31)]
    faults = refused(reader, as_csv(tmp_path / "may.csv", *bad))
    assert [f.value for f in faults] == [f"-{n}" for n in range(1, 31)]
    shown = str(BadRows(faults)).splitlines()
    assert len(shown) == 21
    assert shown[-1] == "... and 10 more"


@TABULAR
def test_a_missing_column_is_named_with_what_looks_like_it(reader, tmp_path):
    """As a rule it is there under another name."""
    column = WHEN[reader]
    row = {(column + "s" if k == column else k): v for k, v in GOOD[reader].items()}
    with pytest.raises(LedgerError, match=rf"may\.csv: column {column} is missing \(did you mean {column}s\?\)"):
        read(reader, as_csv(tmp_path / "may.csv", row))


@TABULAR
def test_an_unknown_column_is_named_with_the_nearest_known(reader, tmp_path):
    """A misspelt dimension would be untagged spend."""
    with pytest.raises(LedgerError, match=r"column features \(did you mean feature\?\)"):
        read(reader, as_csv(tmp_path / "may.csv", {**GOOD[reader], "features": "x"}))


@TABULAR
def test_more_cached_than_came_in_is_a_fault(reader, tmp_path):
    """Cached and cache-write tokens are part of the input; together they cannot exceed it."""
    more = {"cached_input_tokens": "3", "cache_write_tokens": "3"}
    (fault,) = refused(reader, as_csv(tmp_path / "may.csv", {**GOOD[reader], **more}))
    assert fault.reason == "more is cached than came in"


@TABULAR
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_truncated_file_is_refused(reader, ending, tmp_path):
    """Cut off in the middle of a row or of the file: it cannot be read, whatever stands before the cut."""
    path = tmp_path / f"may.{ending}"
    frame = pd.DataFrame([GOOD[reader]] * 50)
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 12])
    with pytest.raises(LedgerError, match=r"cannot be read .* it may be cut off"):
        read(reader, path, keep_good=True)


@TABULAR
def test_a_file_of_nothing_is_refused(reader, tmp_path):
    """Not even a header: the file was not written to its end."""
    with pytest.raises(LedgerError, match=r"may\.csv.* is empty"):
        read(reader, write(tmp_path / "may.csv", ""))


@TABULAR
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_something_else_under_a_known_name_is_refused(reader, ending, tmp_path):
    """A web page saved as a table is no table."""
    with pytest.raises(LedgerError):
        read(reader, write(tmp_path / f"may.{ending}", "<html>\n<body>Sign in</body>\n</html>\n"))


@TABULAR
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_in_parquet_is_not_taken_for_a_missing_value(reader, value, tmp_path):
    """Parquet tells NaN from null, and so do we."""
    columns = {WHEN[reader]: pa.array([NOW, NOW], pa.timestamp("us", "UTC")), "team": ["a", "b"]}
    tokens = pa.array([None, value], pa.float64())
    pq.write_table(pa.table({**columns, "cost_usd": [1.0, 2.0], "output_tokens": tokens}), tmp_path / "may.parquet")
    (fault,) = refused(reader, tmp_path / "may.parquet")
    assert (fault.row, fault.column) == (2, "output_tokens")


@TABULAR
@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_naive_times_in_parquet_are_refused_and_zoned_ones_read(reader, unit, tmp_path):
    """Whatever their unit: nanoseconds are what pandas writes."""
    path = tmp_path / "may.parquet"
    zoned = pa.array([1_793_527_200], pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp(unit))
    pq.write_table(pa.table({WHEN[reader]: zoned, "cost_usd": [1.0]}), path)
    with pytest.raises(LedgerError, match="times without a zone"):
        read(reader, path)
    pq.write_table(pa.table({WHEN[reader]: zoned.cast(pa.timestamp(unit, "Europe/Berlin")), "cost_usd": [1.0]}), path)
    assert read(reader, path).frame["hour"].tolist() == [pd.Timestamp("2026-11-01T10:00:00Z")]


def test_a_request_id_with_other_content_names_both(tmp_path):
    """Which of two stories is true is not for us to choose."""
    row = {**GOOD["requests"], "request_id": "r-1"}
    as_csv(tmp_path / "1.csv", row, row)
    as_csv(tmp_path / "2.csv", {**row, "cost_usd": "2"})
    (fault,) = refused("requests", tmp_path)
    assert (fault.file, fault.row, fault.value) == ("2.csv", 1, "r-1")
    assert fault.reason == "it came before with other content (1.csv, row 1)"
    assert read("requests", tmp_path, keep_good=True).frame["cost_nano"].tolist() == [1_000_000_000]


def test_what_was_left_out_can_be_mended_and_loaded(tmp_path):
    """The file of bad rows has the rows as they came; mended, it is an input like any other."""
    path = as_csv(tmp_path / "may.csv", GOOD["table"], {**GOOD["table"], "team": "b", "input_tokens": "many"})
    batch = read("table", path, keep_good=True)
    assert batch.frame["team"].tolist() == ["a"]
    left = pd.read_csv(batch.bad_file, dtype=str)
    assert left[["file", "row", "reasons"]].values.tolist() == [["may.csv", "2", "input_tokens: it is no number"]]
    mended = left.drop(columns=["file", "row", "reasons"]).assign(input_tokens="7")
    mended.to_csv(tmp_path / "mended.csv", index=False)
    assert read("table", tmp_path / "mended.csv").frame[["team", "input_tokens"]].values.tolist() == [["b", 7]]


def test_a_good_file_writes_nothing(tmp_path):
    """A reader leaves no trace where nothing was left out."""
    read("table", as_csv(tmp_path / "may.csv", GOOD["table"]), keep_good=True)
    assert [p.name for p in tmp_path.iterdir()] == ["may.csv"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["hour", "team", "input_tokens", "cost_usd"]), st.text(max_size=12)), max_size=4)
)
def test_no_cell_crashes_the_reader(tmp_path_factory, changes):
    """Whatever stands in a cell, the file is read or refused in words."""
    row = {**GOOD["table"], **dict(changes)}
    path = as_csv(tmp_path_factory.mktemp("cells") / "may.csv", GOOD["table"], row)
    try:
        frame = read("table", path).frame
    except LedgerError as error:
        assert "may.csv" in str(error)
    else:
        assert len(frame) == 2


EVENT = {
    "time": "2026-11-01T10:00:00Z",
    "until": None,
    "kind": "batch",
    "scope": {"team": "a"},
    "title": "x",
    "expected": True,
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time": "2026-11-01T10:00:00"}, "has no zone"), ({"time": "soon"}, "is no time"),
        ({"until": "2026-10-01T10:00:00Z"}, "ends .* before it begins"), ({"kind": "party"}, "is none of deploy"),
        ({"scope": {"crew": "a"}}, "names crew, which is no dimension"), ({"scope": {"team": 3}}, "is no object of dimensions"),
        ({"scope": "a"}, "is no object of dimensions"), ({"expected": "yes"}, "is neither true nor false"),
        ({"expected_usd": "12"}, "is no amount"), ({"expected_usd_a_day": -1}, "is no amount"),
        ({"expected_usd_day": 5}, r"there is no field expected_usd_day \(did you mean expected_usd_a_day"),
    ],
)  # fmt: skip
def test_a_bad_event_is_named(change, reason, tmp_path):
    """The line, what is wrong with it, and that nothing of the file was stored."""
    path = write(tmp_path / "e.jsonl", json.dumps(EVENT) + "\n" + json.dumps(EVENT | change) + "\n{\n")
    with pytest.raises(BadRows, match=reason) as caught:
        read_events(path)
    assert [f.row for f in caught.value.faults] == [2, 3]


def test_events_are_read_with_all_their_fields(tmp_path):
    """A field that looks like none of ours is left alone; an id that is not given is the content's own."""
    costly = {**EVENT, "id": "e-1", "until": "2026-11-02T10:00:00+01:00", "expected_usd": 250, "note": "ours"}
    path = write(tmp_path / "e.jsonl", "\n".join([json.dumps(EVENT), "", json.dumps(costly)]))
    plain, given_id = read_events(path)
    assert (plain.id, given_id.id) == (read_events(path)[0].id, "e-1")
    assert plain.id.startswith("event-")
    assert (given_id.until, given_id.expected_usd) == (datetime(2026, 11, 2, 9, tzinfo=UTC), 250.0)
    assert plain.scope == (("team", "a"),)


@pytest.mark.parametrize(
    ("change", "column"),
    [({"count": "-1"}, "count"), ({"count": ""}, "count"), ({"outcome": ""}, "outcome"), ({"hour": "2026-11-01"}, "hour"),
     ({"hour": "2026-11-03T02:00:00Z"}, "hour"), ({"scope": "{"}, "scope"), ({"scope": '{"crew": "a"}'}, "scope"), ({"scope": '["team"]'}, "scope")],
)  # fmt: skip
def test_a_bad_outcome_is_named(change, column, tmp_path):
    """Row and column, as for cost."""
    row = {"hour": "2026-11-01T10:00:00Z", "scope": '{"team": "a"}', "outcome": "solved", "count": "4"}
    with pytest.raises(BadRows) as caught:
        read_outcomes(as_csv(tmp_path / "o.csv", row, row | change), datetime(2026, 11, 3, 1, tzinfo=UTC))
    assert {(f.row, f.column) for f in caught.value.faults} == {(2, column)}


def test_outcomes_say_their_scope_as_json_or_by_column(tmp_path):
    """Both ways mean the same."""
    common = {"hour": "2026-11-01T10:00:00Z", "outcome": "solved", "count": "4"}
    said = read_outcomes(as_csv(tmp_path / "a.csv", {**common, "scope": '{"feature": "f", "team": "a"}'}))
    columns = pd.DataFrame([{**common, "count": 4, "team": "a", "feature": "f", "workflow": None}])
    columns.to_parquet(tmp_path / "b.parquet")
    assert said == read_outcomes(tmp_path / "b.parquet")
    assert (said[0].scope, said[0].count) == ((("team", "a"), ("feature", "f")), 4)
