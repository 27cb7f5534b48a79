"""One account, one truth: the dollars that two sources both hold are counted once, and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Account, CostTable, LedgerError, Store, table_of
from ledger.truth import Difference, apply_truth, differences
from tests.stores import START, batch, shown

ENRICH = Account("main", "bill", {"gateway": "enrich"})
COMPARE = Account("main", "bill", {"gateway": "compare"})


def bill(hour, cost, **more):
    return {"source": "bill", "account": "main", "hour": hour, "grain": "day", "cost": cost, "available": 60, **more}


def log(team, hour, cost, **more):
    return {"source": "gateway", "account": "main", "team": team, "hour": hour, "cost": cost, **more}


def table(*rows) -> CostTable:
    frame = batch(rows).frame
    return table_of(frame.assign(source=[r["source"] for r in rows]))


def test_a_bill_gets_the_tags_and_hours_of_the_log():
    """In proportion to what the log says; what it does not explain stays untagged, beside other accounts' rows."""
    rows = table(
        bill(0, 100, model="m"), log("a", 3, 30, model="m"), log("b", 7, 60, model="m"),
        {"source": "gateway", "account": "other", "team": "c", "hour": 3, "cost": 8},
    )  # fmt: skip
    assert shown(apply_truth(rows, [ENRICH]), "team") == {
        ("gateway", "a", 3): 30, ("gateway", "b", 7): 60, ("bill", None, 0): 10, ("gateway", "c", 3): 8,
    }  # fmt: skip


def test_a_discount_is_shared_to_the_nano_dollar():
    """The largest remainders get what is left over, so that the bill's sum is met."""
    rows = table(bill(0, 100, model="m"), *(log(t, 1, 70, model="m") for t in "abc"))
    assert sorted(shown(apply_truth(rows, [ENRICH]), "team").values()) == [33, 33, 34]


def test_models_are_matched_where_the_bill_names_them():
    """What it bills for one model is not given to another's rows; usage of no model goes over what is left."""
    rows = table(bill(0, 50, model="m"), bill(0, 20), log("a", 1, 40, model="m"), log("b", 1, 30, model="n"))
    found = shown(apply_truth(rows, [ENRICH]), "team", "model")
    assert found == {
        ("gateway", "a", "m", 1): 40, ("gateway", "b", "n", 1): 20, ("bill", None, "m", 0): 10,
    }  # fmt: skip


def test_credits_and_taxes_stay_what_they_are():
    """Only usage is shared out."""
    rows = table(bill(0, 50), bill(0, -20, charge="credit"), bill(0, 9, charge="tax"), log("a", 1, 50))
    found = shown(apply_truth(rows, [ENRICH]), "team", "charge")
    assert found == {
        ("gateway", "a", None, 1): 50, ("bill", None, "credit", 0): -20, ("bill", None, "tax", 0): 9,
    }  # fmt: skip


def test_tokens_are_counted_once():
    """The log's where it has rows; the bill's where it has none."""
    rows = table(
        bill(0, 50, model="m", input_tokens=900), bill(0, 5, model="n", input_tokens=70),
        log("a", 1, 40, model="m", input_tokens=800),
    )  # fmt: skip
    found = apply_truth(rows, [ENRICH])
    assert sorted(found.drivers[:, 3].tolist()) == [-1, 70, 800]


def test_the_log_stands_until_the_bill_comes():
    """A day that the bill does not reach yet is not without cost; within its reach the bill alone counts."""
    rows = table(bill(0, 50), bill(48, 50), log("a", 25, 7), log("a", 49, 80), log("a", 73, 9))
    assert shown(apply_truth(rows, [ENRICH]), "team") == {
        ("bill", None, 0): 50, ("gateway", "a", 25): 0, ("gateway", "a", 49): 50, ("gateway", "a", 73): 9,
    }  # fmt: skip


def test_an_hourly_bill_is_shared_out_by_the_hour():
    """The half of a day that it has is not spread over the other half."""
    rows = table(bill(0, 50, grain="hour"), bill(1, 60, grain="hour"), log("a", 0, 50), log("b", 1, 60), log("c", 2, 9))
    assert shown(apply_truth(rows, [ENRICH]), "team") == {
        ("gateway", "a", 0): 50, ("gateway", "b", 1): 60, ("gateway", "c", 2): 9,
    }  # fmt: skip


def test_shared_dollars_are_known_from_when_both_were():
    """A replay must not see the bill in the log's rows before the bill came."""
    found = apply_truth(table(bill(0, 50), log("a", 1, 90, available=3), log("b", 25, 1, available=27)), [ENRICH])
    at = {key[1]: hours for key, hours in zip(shown(found, "team"), found.available.tolist(), strict=True)}
    assert at == {t: (START + timedelta(hours=h)).timestamp() for t, h in (("a", 60), ("b", 27))}


def test_a_source_to_compare_with_is_left_out_and_its_difference_shown():
    """By day, as far as the truth reaches."""
    rows = table(bill(0, 50), bill(24, 40), log("a", 1, 45), log("a", 25, 40), log("a", 26, 1), log("a", 49, 9))
    assert shown(apply_truth(rows, [COMPARE]), "team") == {("bill", None, 0): 50, ("bill", None, 24): 40}
    days = [
        Difference("main", START + timedelta(days=d), "bill", "gateway", *v) for d, v in enumerate([(50, 45), (40, 41)])
    ]
    assert differences(rows, [COMPARE]) == days


MODELS, AMOUNTS = st.sampled_from([None, "m", "n"]), st.integers(-5, 10**15)
BILLED = st.builds(
    lambda d, c, m, k: bill(24 * d, c, model=m, charge=k, input_tokens=3),
    st.integers(0, 3), AMOUNTS, MODELS, st.sampled_from([None, "usage", "credit"]),
)  # fmt: skip
LOGGED = st.builds(
    lambda t, h, c, m: log(t, h, c, model=m), st.sampled_from("abc"), st.integers(0, 120), AMOUNTS, MODELS
)


@given(st.lists(BILLED, min_size=1, max_size=8), st.lists(LOGGED, max_size=12))
def test_the_sum_is_the_bill(billed, logged):
    """Exactly, whatever the rows; beyond the bill's days it is the log's."""
    rows = table(*billed, *logged)
    first, last = min(r["hour"] for r in billed), max(r["hour"] for r in billed) + 24
    beyond = sum(r["cost"] for r in logged if not first <= r["hour"] < last)
    found = apply_truth(rows, [ENRICH])
    assert int(found.cost.sum()) == sum(r["cost"] for r in billed) + beyond
    ours = found.leaves["source"].to_numpy()[found.leaf] == "gateway"
    within = ours & (found.hour * 3600 < START.timestamp() + last * 3600)
    assert (found.cost[within & (found.hour * 3600 >= START.timestamp() + first * 3600)] >= 0).all()


@pytest.fixture
def both(store):
    """A store with a bill by the day of the account main."""
    store.ingest(batch([bill(0, 50)], source="bill", kind="snapshot", covers=(0, 24)), loaded_at=START)
    return store


def test_an_overlap_that_no_setting_resolves_is_refused_with_both_names(both):
    """Nothing of the load is stored."""
    with pytest.raises(
        LedgerError, match=r"gateway and bill both hold cost of account main.*2026-11-02.*accounts.main"
    ):
        both.ingest(batch([log("a", 23, 5)], source="gateway"), loaded_at=START)
    assert [load.source for load in both.loads()] == ["bill"]


@pytest.mark.parametrize(
    "rows",
    [
        [log("a", 24, 5)],
        [log("a", 3, 0)],
        [{**log("a", 3, 5), "account": "other"}],
        [{**log("a", 3, 5), "account": None}],
    ],
    ids=["another hour", "no cost", "another account", "no account"],
)
def test_what_is_no_overlap_is_taken(both, rows):
    """Two sources of one account may follow one another."""
    assert both.ingest(batch(rows, source="gateway"), loaded_at=START).new == 1


def test_what_was_taken_back_is_no_overlap(both):
    """Nor what a later bill no longer has."""
    both.undo(1, at=START)
    assert both.ingest(batch([log("a", 3, 5)], source="gateway"), loaded_at=START).new == 1


def test_a_store_with_a_setting_takes_both_and_counts_once(both):
    """Over whole days, wherever the reading begins."""
    ruled = Store(both.engine, [ENRICH])
    ruled.ingest(batch([log("a", 3, 30), log("b", 9, 30)], source="gateway"), loaded_at=START)
    assert shown(ruled.costs(), "team") == {("gateway", "a", 3): 25, ("gateway", "b", 9): 25}
    assert shown(ruled.costs(since=START + timedelta(hours=5)), "team") == {("gateway", "b", 9): 25}
    assert [(d.truth_nano, d.other_nano) for d in ruled.differences()] == [(50, 60)]
