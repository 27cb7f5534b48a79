"""What every store keeps: loads whole, each past state, nothing edited, nothing counted twice. SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ledger import BadRows, LedgerError, rehearsal
from tests.stores import START, batch, shown

HOUR = timedelta(hours=1)
NOW = START + timedelta(days=2)


def row(team="a", hour=0, cost=5, **more):
    return {"team": team, "hour": hour, "cost": cost, "available": hour + 2, **more}


def ingest(store, rows, at=NOW, **said):
    return store.ingest(batch(rows, **said), loaded_at=at)


def costs(store, at=None, *dimensions, **said):
    return shown(store.costs(at, **said), *(dimensions or ("team",)))


def test_what_goes_in_comes_out(store):
    """Each dimension, count, amount and time; null stays null, unknown stays unknown."""
    many = row(
        "a", 3, -(10**15), runs=0, input_tokens=10**12, model="m", tags='{"x": "1"}', grain="day", charge="credit"
    )
    ingest(store, [row(None, 1, 7), many])
    table = store.costs()
    by_team = {table.leaves["team"][leaf]: i for i, leaf in enumerate(table.leaf)}
    plain, full = by_team[None], by_team["a"]
    assert table.drivers[plain].tolist() == [-1] * 7
    assert table.drivers[full].tolist() == [0, -1, -1, 10**12, -1, -1, -1]
    assert table.cost.tolist()[full] == -(10**15)
    leaf = table.leaves.loc[table.leaf[full]].to_dict()
    said = {k: v for k, v in leaf.items() if v is not None}
    assert said == {"team": "a", "model": "m", "charge": "credit", "tags": '{"x": "1"}', "source": "log", "grain": 24}
    assert table.available[full] == (START + 5 * HOUR).timestamp()


def test_a_later_version_replaces_an_earlier_one_from_then_on(store):
    """And what was known before can be asked for."""
    ingest(store, [row(cost=5), row(cost=6, available=9), row("b", 1, 1)])
    assert costs(store, START + 2 * HOUR) == {("log", "a", 0): 5}
    assert costs(store, START + 8 * HOUR) == {("log", "a", 0): 5, ("log", "b", 1): 1}
    assert costs(store) == {("log", "a", 0): 6, ("log", "b", 1): 1}


def test_an_earlier_version_that_comes_late_replaces_nothing(store):
    """The order of loads does not matter, only when things could be known."""
    ingest(store, [row(cost=6, available=9)])
    report = ingest(store, [row(cost=5)])
    assert (report.new, report.replaced) == (1, 0)
    assert costs(store) == {("log", "a", 0): 6}
    assert costs(store, START + 3 * HOUR) == {("log", "a", 0): 5}


def test_a_row_is_not_known_before_it_is_available(store):
    """Not by a fraction of a second."""
    ingest(store, [row(available=START + timedelta(seconds=10, microseconds=1))])
    assert costs(store, START + timedelta(seconds=10)) == {}
    assert costs(store, START + timedelta(seconds=11)) == {("log", "a", 0): 5}


def test_a_time_without_a_zone_is_refused(store):
    """It could mean any."""
    with pytest.raises(LedgerError, match="has no zone"):
        store.costs(datetime(2026, 11, 2))  # noqa: DTZ001


def test_null_equals_null_in_a_key(store):
    """Two untagged rows of one hour are one key."""
    ingest(store, [row(None, cost=5)])
    assert ingest(store, [row(None, cost=6, available=9)]).replaced == 1
    assert costs(store) == {("log", None, 0): 6}


def test_two_rows_of_one_key_are_an_error_that_names_both(store):
    """Where they say the same, it is one row; where not, nothing of the load is stored."""
    assert ingest(store, [row(), row()]).new == 1
    with pytest.raises(BadRows, match=r"row 3.*2026-11-02T00:00Z.*of row 1, .*later available_at") as caught:
        ingest(store, [row("b", cost=1), row("c"), row("b", cost=2)], name="twice.csv")
    assert [(f.file, f.row) for f in caught.value.faults] == [("twice.csv", 3)]
    assert costs(store) == {("log", "a", 0): 5}


def test_a_row_that_contradicts_a_stored_one_is_an_error(store):
    """What was known at a time does not change afterwards."""
    ingest(store, [row()])
    with pytest.raises(BadRows, match=r"row 2.*a stored row of the same key"):
        ingest(store, [row("b"), row(cost=6)])
    assert costs(store) == {("log", "a", 0): 5}


def test_rows_add_up_where_the_source_says_so(store):
    """Counts too; one that no row knows stays unknown; amounts in other currencies where they are of one."""
    euro = {"original_currency": "EUR", "original_cost": "1.10"}
    rows = [row(cost=5, runs=1, **euro), row(cost=7, requests=2, **euro), row(cost=1, available=8)]
    ingest(store, rows, adds_up=True)
    assert costs(store, START + 3 * HOUR) == {("log", "a", 0): 12}
    assert store.costs(START + 3 * HOUR).drivers[0, :3].tolist() == [1, 2, -1]
    assert costs(store) == {("log", "a", 0): 1}
    with store.engine.connect() as conn:
        kept = conn.exec_driver_sql("SELECT original_currency, original_cost FROM cost ORDER BY available").all()
    assert list(map(tuple, kept)) == [("EUR", "2.20"), (None, None)]


def test_the_same_content_twice_adds_nothing_and_says_so(store):
    """By its hash, or row by row where the file was written anew or grew."""
    first = [row(), row(cost=6, available=9)]
    ingest(store, first, name="a.csv")
    again = ingest(store, first, name="a.csv")
    assert (again.load_id, again.new, again.repeated) == (None, 0, 2)
    assert "loaded before" in again.message
    turned = ingest(store, first[::-1], name="b.csv")
    assert (turned.load_id, turned.new, turned.repeated) == (None, 0, 2)
    assert "known" in turned.message
    grown = ingest(store, [*first, row("b")], name="a.csv")
    assert (grown.new, grown.replaced, grown.repeated) == (1, 0, 2)
    assert [load.rows for load in store.loads()] == [2, 1]


def test_a_derived_time_is_not_believed_for_what_changed(store):
    """Where available_at was worked out from the hour, a row that changed is known from when it was loaded."""
    ingest(store, [row(cost=5), row("b")], at=NOW, derived=True, name="a.csv")
    report = ingest(store, [row(cost=6), row("b")], at=NOW + HOUR, derived=True, name="a.csv")
    assert (report.new, report.replaced, report.repeated) == (0, 1, 1)
    assert costs(store, NOW) == {("log", "a", 0): 5, ("log", "b", 0): 5}
    assert costs(store, NOW + HOUR) == {("log", "a", 0): 6, ("log", "b", 0): 5}
    ingest(store, [row(cost=5), row("b")], at=NOW + 2 * HOUR, derived=True, name="a.csv")
    assert costs(store) == {("log", "a", 0): 5, ("log", "b", 0): 5}


def test_what_changes_twice_in_a_second_is_known_by_its_last_word(store):
    """And a source that begins to give times itself goes on from there."""
    for cost in (5, 6, 7):
        ingest(store, [row(cost=cost)], at=NOW, derived=True, name="a.csv")
    assert costs(store, NOW) == {("log", "a", 0): 7}
    assert ingest(store, [row(cost=7, available=NOW), row("b")]).repeated == 1


def test_a_load_is_taken_back_from_then_on(store):
    """What was known before the undo stays known then; the listing says it; the same file may come again."""
    ingest(store, [row(cost=4)])
    number = ingest(store, [row(cost=5, available=3), row("b")], name="b.csv").load_id
    store.undo(number, at=NOW)
    both = {("log", "a", 0): 5, ("log", "b", 0): 5}
    assert costs(store, NOW - HOUR) == both
    assert costs(store) == {("log", "a", 0): 4}
    assert [load.undone for load in store.loads()] == [False, True]
    assert "before" in store.undo(number, at=NOW).message
    ingest(store, [row(cost=5, available=3), row("b")], name="b.csv")
    assert costs(store) == both


def test_what_a_later_load_repeats_comes_back_with_it(store):
    """It was stored with the load that was taken back: the later file is compared again, not waved through."""
    number = ingest(store, [row(), row("b")], name="a.csv").load_id
    later = [row("b"), row("c")]
    ingest(store, later, name="b.csv")
    store.undo(number, at=NOW)
    assert costs(store) == {("log", "c", 0): 5}
    ingest(store, later, name="b.csv")
    assert costs(store) == {("log", "b", 0): 5, ("log", "c", 0): 5}


def test_a_load_that_there_is_not_cannot_be_taken_back(store):
    """Nor can an undo."""
    undo = store.undo(ingest(store, [row()]).load_id, at=NOW).load_id
    for number in (undo, 99):
        with pytest.raises(LedgerError, match=f"no load {number}"):
            store.undo(number, at=NOW)


def bill(store, rows, day, covers=(0, 72), **said):
    """A bill read on a day from START that covers hours."""
    rows = [{**r, "available": day * 24} for r in rows]
    return ingest(store, rows, START + timedelta(days=day), kind="snapshot", source="bill", covers=covers, **said)


def test_a_bill_restates_all_that_it_covers(store):
    """Charges of one key add up; what is no longer in it is gone; beside its hours and its source nothing changes."""
    ingest(store, [row("a", 30)])
    bill(store, [row("a", 0), row("a", 0, 2), row("b", 30), row("c", 60)], 4)
    first = {("bill", "a", 0): 7, ("bill", "b", 30): 5, ("bill", "c", 60): 5, ("log", "a", 30): 5}
    assert costs(store) == first
    report = bill(store, [row("a", 30, 9)], 5, covers=(24, 48))
    assert (report.new, report.replaced, report.repeated) == (1, 0, 0)
    assert "1 no longer in it" in report.message
    assert costs(store, START + timedelta(days=4)) == first
    assert costs(store) == {("bill", "a", 0): 7, ("bill", "a", 30): 9, ("bill", "c", 60): 5, ("log", "a", 30): 5}


def test_an_empty_bill_takes_everything_away(store):
    """What it covers costs nothing from then on."""
    bill(store, [row()], 4)
    assert bill(store, [], 5).load_id
    assert costs(store) == {}
    assert costs(store, START + timedelta(days=4)) == {("bill", "a", 0): 5}


def test_a_bill_stores_the_days_that_changed_and_no_others(store):
    """However often it is loaded; each of its loads can be taken back, and what the others say stands."""
    days = [row("a", 0), row("b", 24), row("c", 48)]
    first = bill(store, days, 4, name="november.csv").load_id
    second = bill(store, [*days[:2], row("c", 48, 9)], 5, name="november.csv").load_id
    assert [load.rows for load in store.loads()] == [3, 1]
    changed = {("bill", "a", 0): 5, ("bill", "b", 24): 5, ("bill", "c", 48): 9}
    assert costs(store) == changed
    store.undo(first, at=START + timedelta(days=6))
    assert costs(store) == changed
    store.undo(second, at=START + timedelta(days=7))
    assert costs(store) == {}
    assert costs(store, START + timedelta(days=6)) == changed


def test_bills_of_several_months_do_not_load_each_other_again(store):
    """All files of a folder are read at each tick."""
    months = {"october.csv": ([row("a", 0)], (0, 24)), "november.csv": ([row("a", 24)], (24, 48))}
    loaded = [
        bill(store, rows, day, covers=covers, name=name).load_id
        for day in (3, 4, 5)
        for name, (rows, covers) in months.items()
    ]
    assert [number is not None for number in loaded] == [True, True, False, False, False, False]


def test_a_bill_that_goes_back_to_what_it_said_is_news(store):
    """Its content was loaded before, but something else stands."""
    for day, amount in enumerate((5, 6, 5), 3):
        bill(store, [row(cost=amount)], day, name="november.csv")
    assert costs(store) == {("bill", "a", 0): 5}
    assert len(store.loads()) == 3


def test_a_rehearsal_starts_from_what_stands_and_keeps_nothing(store):
    """What would happen is what does happen in it: rows that are known add nothing, and a load can be taken back."""
    ingest(store, [row()], name="a.csv")
    version = store.version()
    with rehearsal(store) as copy:
        assert costs(copy) == costs(store)
        said = ingest(copy, [row(), row("b")], name="b.csv")
        assert (said.load_id, said.new, said.repeated) == (2, 1, 1)
        copy.undo(1, at=NOW)
        assert len(copy.costs()) == 1
    assert store.version() == version
    assert (len(store.loads()), len(store.costs())) == (1, 1)


def test_since_leaves_earlier_hours_out(store):
    """And nothing else."""
    ingest(store, [row("a", 0), row("b", 1), row("b", 2)])
    assert costs(store, since=START + HOUR) == {("log", "b", 1): 5, ("log", "b", 2): 5}
    assert store.costs(since=START + HOUR).leaves["team"].tolist() == ["b"]


def test_freshness_says_how_far_each_source_reaches(store):
    """By what was known at a time; a bill to the end of the month reaches no further than when it was read."""
    number = ingest(store, [row(hour=4), row(hour=7, available=30)]).load_id
    bill(store, [row(hour=24)], 2, covers=(0, 720))
    reached = lambda at=None: {f.source: (f.reaches - START) // HOUR for f in store.freshness(at)}
    assert reached() == {"bill": 48, "log": 8}
    assert reached(START + 29 * HOUR) == {"log": 5}
    assert reached(START) == {}
    store.undo(number, at=NOW)
    assert reached() == {"bill": 48}


def test_the_version_grows_with_every_change_and_only_then(store):
    """So that what was read once need not be read again."""
    seen = [store.version()]
    number = ingest(store, [row()], name="a.csv").load_id
    seen.append(store.version())
    ingest(store, [row()], name="a.csv")
    assert store.version() == seen[-1]
    store.undo(number, at=NOW)
    assert seen[0] < seen[1] < store.version()
