"""One tick after another over the sample data: what is said, when, how often, and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, select

from agent.book import read_book, read_incident
from agent.build import open_store
from agent.config import load_site
from agent.feedback import give_feedback
from agent.pipeline import tick
from benchmarks.kills import receiving
from explainer import Look
from ledger.engine import reading
from ledger.schema import delivery, explanation, incident, incident_change, llm_call, message
from ledger.types import LedgerError
from notifiers.archive import message_from_json
from notifiers.formats import text_payload
from tests.fake_claude import KEY, running

SAMPLE = Path(__file__).parent.parent / "fixtures" / "sample"
LOOP = datetime(2026, 11, 13, 21, tzinfo=UTC)
"""When onboarding-copilot begins to loop; it ends fourteen hours later."""
BEFORE, DURING, AFTER = LOOP - timedelta(hours=1), LOOP + timedelta(hours=7), LOOP + timedelta(hours=19)
TEAMS = ("growth", "support")


@pytest.fixture(scope="module")
def costs():
    frame = pd.read_parquet(SAMPLE / "costs.parquet")
    return frame[frame["team"].isin(TEAMS)]


@pytest.fixture
def world(tmp_path, costs):
    """A site of two teams over 28 days, a webhook that counts, and `at(time)`, which makes the data of that time."""
    with receiving() as receiver:
        made = []

        def make(name="site", days=28, extra="", environment=None):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "config.toml").write_text(
                f'[[sources]]\nname = "gateway"\nreader = "table"\npath = "costs.parquet"\n[files]\nevents = "{SAMPLE}/events.jsonl"\n'
                f'[fallback]\nwebhook = "http://127.0.0.1:{receiver.server_port}/"\n{extra}'
            )
            site = load_site(folder / "config.toml", environment or {})
            made.append(open_store(site))
            store = made[-1]

            def at(now, **options):
                frame = costs[(costs["available_at"] <= now) & (costs["hour"] >= BEFORE - timedelta(days=days))]
                frame.to_parquet(folder / "costs.parquet", index=False)
                return tick(site, store, now=now, **options)

            return site, store, at

        yield make, receiver
        for store in made:
            store.engine.dispose()


def rows(store, table, *columns):
    with reading(store.engine) as conn:
        return conn.execute(select(*(columns or (table,)))).all()


def count(store, table):
    with reading(store.engine) as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_first_run_learns_in_silence_and_the_next_ones_tell_each_thing_once(world):
    """Opened, grown, over: in one thread, each sent once; a tick that finds nothing new says nothing."""
    make, receiver = world
    _, store, at = make()
    first = at(BEFORE)
    assert first.silent
    assert not receiver.seen
    opened = at(LOOP + timedelta(hours=4))
    assert next(t.message.reply for t in opened.tellings) is False
    assert opened.sent == len(receiver.seen) > 0
    again = at(LOOP + timedelta(hours=4))
    assert (again.sent, again.tellings, again.hours) == (0, (), [])
    over = at(AFTER)
    assert over.tellings[-1].message.reply
    assert over.tellings[-1].message.headline.startswith("Over:")
    assert set(receiver.seen.values()) == {1}
    assert len({t.message.thread for t in (*opened.tellings, *over.tellings)}) == 1
    assert {r.status for r in rows(store, delivery)} == {"sent"}


def test_a_first_run_says_what_it_would_have_said(world):
    """It prints it, with the state of then, and sends nothing of it later either."""
    make, receiver = world
    _, store, at = make()
    report = at(AFTER)
    assert report.silent
    assert any("would tell" in line and "onboarding-copilot" in line for line in report.lines(Look()))
    assert count(store, incident) == len(report.incidents) > 0
    at(AFTER + timedelta(hours=1))
    assert not receiver.seen
    assert count(store, message) == 0


def test_the_same_data_give_the_same_incidents_ids_and_words(world):
    """Whether judged in one go or hour by hour."""
    make, _ = world
    found = []
    for name, steps in (("one", [AFTER]), ("many", [LOOP + timedelta(hours=h) for h in (1, 2, 5, 11, 19)])):
        _, store, at = make(name)
        at(BEFORE)
        for step in steps:
            at(step)
        told = [(r.incident_id, r.what, r.at) for r in rows(store, incident_change)]
        known = [(i.id, i.state, i.scopes, i.started_at, i.ended_at) for i in read_book(store.engine).incidents]
        messages = [message_from_json(body) for (body,) in rows(store, message, message.c.body)]
        words = {m.key: text_payload(m, "")["text"] for m in messages if not m.edits_head}
        found.append((told, known, words))
    assert found[0] == found[1]
    assert found[0][2]


def test_nothing_older_than_72_hours_is_sent(world):
    """After five days away the loop is in the book, and nobody hears of it."""
    make, receiver = world
    _, store, at = make()
    at(BEFORE)
    report = at(LOOP + timedelta(days=5))
    assert any(c.incident.started_at <= LOOP + timedelta(hours=2) for c in report.changes)
    told = {t.message.thread for t in report.tellings}
    loop = [
        i for i in read_book(store.engine).incidents if i.kind == "spend" and i.started_at < LOOP + timedelta(hours=3)
    ]
    assert loop
    assert not told & {i.id for i in loop}
    assert len(receiver.seen) == len(report.tellings)


def test_a_dry_run_keeps_and_sends_nothing(world):
    """It says what would be said, of what is not in the store yet as well: the same as the tick that follows."""
    make, receiver = world
    _, store, at = make()
    assert at(BEFORE, dry_run=True).hours
    at(BEFORE)
    known = count(store, incident)
    report = at(AFTER, dry_run=True)
    assert report.dry_run
    assert report.tellings
    assert (count(store, incident), count(store, message), len(store.loads())) == (known, 0, 1)
    assert not receiver.seen
    assert at(AFTER).tellings == report.tellings


def test_a_tick_that_was_overtaken_keeps_nothing(world, monkeypatch):
    """Two processes that judge the same hours: the second to finish leaves all to the first."""
    make, receiver = world
    site, store, at = make()
    at(BEFORE)
    from agent import pipeline

    read = pipeline.read_book

    def read_then_wait(engine):
        book = read(engine)
        monkeypatch.setattr(pipeline, "read_book", read)
        at(AFTER)
        return book

    monkeypatch.setattr(pipeline, "read_book", read_then_wait)
    late = tick(site, store, now=AFTER)
    assert late.overtaken
    assert set(receiver.seen.values()) == {1}
    ids = [r.id for r in rows(store, incident)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("days", "judged", "said"), [(3, False, "nothing can be judged"), (10, True, "not yet"), (20, True, "not yet")]
)
def test_with_little_history_it_says_what_it_can_judge(world, days, judged, said):
    """Three days: nothing yet. Ten and twenty: hours, and what is missing."""
    make, _ = world
    report = make(days=days)[2](BEFORE)
    assert bool(report.hours) is judged
    assert any(said in line for line in report.ready)


def test_with_enough_history_it_says_nothing_of_it(world):
    """Forty days are enough."""
    make, _ = world
    assert make(days=40)[2](BEFORE).ready == []


def test_a_source_that_fails_is_said_and_the_rest_goes_on(world):
    """The faults of a tick name it."""
    make, _ = world
    report = make(extra='[[sources]]\nname = "gone"\nreader = "focus"\npath = "nowhere/*.csv"\n')[2](BEFORE)
    assert ["gone" in f for f in report.faults] == [True]
    assert report.hours


def test_an_empty_store_is_no_error(world, tmp_path):
    """Without a source there is nothing to judge, and that is said."""
    (tmp_path / "config.toml").write_text("")
    site = load_site(tmp_path / "config.toml", {})
    store = open_store(site)
    report = tick(site, store, now=BEFORE)
    assert "no cost to judge" in report.lines(Look())[0]
    store.engine.dispose()


def test_every_incident_is_explained_and_its_parts_add_up(world):
    """What is stored of each is its newest explanation, to the nano-dollar."""
    make, _ = world
    _, store, at = make()
    at(BEFORE)
    at(DURING)
    assert count(store, explanation) == count(store, incident)
    for known in read_book(store.engine).incidents:
        found, why, changes = read_incident(store.engine, known.id)
        assert sum(n for _, n in why.drivers) == why.delta == why.current - why.base
        assert changes[-1].incident.id == found.id


def test_feedback_is_heard_once_and_shown(world):
    """An acknowledgement is in the book; the same one again changes nothing; nonsense is refused."""
    make, _ = world
    _, store, at = make()
    at(BEFORE)
    at(LOOP + timedelta(hours=4))
    number = next(i.id for i in read_book(store.engine).incidents if i.started_at >= BEFORE)
    say = lambda word, **more: give_feedback(
        store.engine, incident_id=number, word=word, by="kim", at=LOOP + timedelta(hours=5), **more
    )  # fmt: skip
    assert say("acknowledge")
    assert not say("acknowledge")
    assert read_incident(store.engine, number)[0].acknowledged_by == "kim"
    at(AFTER)
    assert read_incident(store.engine, number)[0].acknowledged_by == "kim"
    for word, more in (("nonsense", {}), ("expected", {"until": BEFORE}), ("real", {"until": AFTER})):
        with pytest.raises(LedgerError):
            say(word, **more)


def test_what_is_expected_is_not_told_again(world):
    """Said during the loop, until after it: its growth is silent."""
    make, _ = world
    _, store, at = make()
    at(BEFORE)
    at(LOOP + timedelta(hours=4))
    number = next(i.id for i in read_book(store.engine).incidents if i.started_at >= BEFORE)
    give_feedback(
        store.engine, incident_id=number, word="mute", by="kim", at=LOOP + timedelta(hours=4), until=AFTER + timedelta(days=1)
    )  # fmt: skip
    report = at(AFTER)
    assert not [t for t in report.tellings if t.message.thread != number]


def test_a_source_that_stays_away_is_told_to_the_operator_once(world):
    """One message for the gap, however many ticks see it."""
    make, _ = world
    site, store, at = make()
    at(BEFORE)
    gaps = [
        [t for t in tick(site, store, now=BEFORE + timedelta(hours=h)).tellings if t.message.kind == "operator"]
        for h in (5, 9, 10, 30)
    ]
    assert [len(g) for g in gaps] == [0, 1, 0, 0]
    assert gaps[1][0].message.headline == "No data from gateway for 9 hours"


def test_a_budget_that_will_break_is_told_once_a_month(world):
    """With the day, before it breaks."""
    make, _ = world
    budget = '[[budgets]]\nscope = { team = "growth" }\nusd_a_month = 3500\n'
    _, _store, at = make(extra=budget)
    at(BEFORE)
    told = [
        [t.message.headline for t in at(BEFORE + timedelta(hours=h)).tellings if t.message.kind == "budget"]
        for h in (1, 2, 26)
    ]
    assert [len(t) for t in told] == [1, 0, 0]
    assert "team growth will break on Nov" in told[0][0]


def test_claude_writes_where_the_config_allows_it_and_its_cost_is_a_cost(world):
    """What it says is checked; what is refused is told in the template's words. Silent ticks ask nobody."""
    make, _ = world
    with running() as claude:
        claude.draft("search cost $1,000,000 more", "It was sabotage.")
        llm = f'[llm]\nenabled = true\nbase_url = "{claude.url}"\n'
        _, store, at = make(extra=llm, environment={"ANTHROPIC_API_KEY": KEY})
        at(BEFORE)
        assert not claude.requests
        report = at(LOOP + timedelta(hours=4))
    assert claude.requests
    heads = [t.message for t in report.tellings if t.message.kind == "incident"]
    assert heads
    assert not any("sabotage" in text_payload(m, "")["text"] for m in heads)
    assert count(store, llm_call) == len(claude.requests)
    costs = store.costs()
    mine = (costs.leaves["source"] == "why-spike").to_numpy()[costs.leaf]
    assert costs.cost[mine].sum() == sum(r.cost_nano for r in rows(store, llm_call)) > 0
