"""Data that comes late, by the day, or not at all: judged when it is there, and told to the operator alone."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from agent.book import read_book
from agent.build import open_store
from agent.config import load_site
from agent.pipeline import tick
from benchmarks.kills import receiving
from tests.test_detector_same import COUNTS, START, burst, changes, company, frame_of

NOW = START + timedelta(days=40)


def by_day(frame: pd.DataFrame, hours: int) -> pd.DataFrame:
    """The frame as a source that gives whole days, so many hours after they are over."""
    days = frame.assign(hour=frame["hour"].dt.floor("D"), available_at=frame["hour"].dt.floor("D"))
    keys = ["hour", "available_at", "team", "feature", "provider", "model"]
    days = days.groupby(keys, as_index=False)[[*COUNTS, "cost_usd"]].sum()
    days["available_at"] += pd.Timedelta(hours=24 + hours)
    return days.assign(grain="day", source="bill")


@pytest.fixture
def world(tmp_path):
    """`at(time, frame)`: the messages of a tick over two sources, what is known by then; and the store."""
    with receiving() as receiver:
        (tmp_path / "config.toml").write_text(
            '[[sources]]\nname = "gateway"\nreader = "table"\npath = "gateway.parquet"\n'
            '[[sources]]\nname = "bill"\nreader = "table"\npath = "bill.parquet"\n'
            f'[operator]\nwebhook = "http://127.0.0.1:{receiver.server_port}/operator"\n'
            f'[fallback]\nwebhook = "http://127.0.0.1:{receiver.server_port}/team"\n'
        )
        site = load_site(tmp_path / "config.toml", {})
        store = open_store(site)

        def at(now, frame):
            known = frame[frame["available_at"] <= now].assign(source=lambda f: f.get("source", "gateway"))
            for source in ("gateway", "bill"):
                rows = known[known["source"].fillna("gateway") == source].drop(columns="source")
                rows.to_parquet(tmp_path / f"{source}.parquet", index=False)
            return list(tick(site, store, now=now).tellings)

        yield at, store
        store.engine.dispose()


def both(days: int = 50) -> pd.DataFrame:
    """Two providers by the hour from the gateway, a third by the day from the bill, nine hours after the day."""
    requests = company(days)
    hourly = frame_of({f: requests[f] for f in ("triage", "search")}).assign(source="gateway")
    hourly["provider"] = np.where(hourly["feature"] == "search", "openai", "anthropic")
    daily = by_day(frame_of({"notes": requests["notes"]}).assign(provider="google"), 9)
    return pd.concat([hourly, daily], ignore_index=True)


def cut(frame: pd.DataFrame, *, source: str = "", provider: str = "") -> pd.DataFrame:
    """Without what a source or a provider had from NOW on."""
    gone = (frame["hour"] >= NOW) & ((frame["source"] == source) | (frame["provider"] == provider))
    return frame[~gone]


@pytest.mark.parametrize(
    ("without", "hours", "says"),
    [
        ({"source": "gateway"}, 8, "No data from gateway for 8 hours"),
        ({"provider": "openai"}, 8, "No data from gateway of openai for 8 hours"),
        ({"source": "bill"}, 9 + 37, "No data from bill for 46 hours"),
    ],
)
def test_a_gap_is_told_to_the_operator_once_and_to_no_team(world, without, hours, says):
    """Of a source, of one provider of it, of a source by the day: after its usual lag and some patience, not before; and
    no team hears of a fall, at any hour of the two days that follow."""
    at, store = world
    frame = cut(both(), **without)
    at(NOW, frame)
    assert at(NOW + timedelta(hours=hours - 2), frame) == []
    told = at(NOW + timedelta(hours=hours), frame)
    assert [t.message.headline for t in told] == [says]
    assert [r.address.rpartition("/")[2] for t in told for r in t.routes] == ["operator"]
    assert [at(NOW + timedelta(hours=hours + h), frame) for h in (1, 9, 30)] == [[], [], []]
    assert read_book(store.engine).incidents == ()


def test_what_comes_now_and_then_is_not_late(world):
    """A provider that is used on one day of three is silent for two by nature; after three it is late."""
    at, _ = world
    frame = both()
    day = (frame["hour"] - START) // pd.Timedelta(days=1)
    frame = cut(frame[(frame["provider"] != "openai") | (day % 3 == 0)], provider="openai")
    at(NOW, frame)
    assert [t.message.headline for h in (24, 47) for t in at(NOW + timedelta(hours=h), frame)] == []
    (late,) = at(NOW + timedelta(hours=75), frame)
    assert late.message.headline == "No data from gateway of openai for 75 hours"


def test_each_source_is_judged_as_far_as_it_reaches():
    """Of two sources one of which comes nine hours late, a burst of the quick one is told at once, one of the slow one
    when it is there, and that hours of it are missing is no fall."""
    quick, slow = burst(24 * 46 + 10), burst(24 * 48 + 10)
    slow = slow.assign(team=slow["team"] + "-slow", provider="openai", source="slow")
    slow["available_at"] += pd.Timedelta(hours=9)
    found = [
        c
        for c in changes(pd.concat([quick.assign(source="quick"), slow], ignore_index=True), 45, 50)
        if c.what == "opened"
    ]
    assert [dict(c.incident.scopes[0])["team"] for c in found] == ["team-1", "team-1-slow"]
    alone = [changes(f, 45, 50)[0].at for f in (quick, slow)]
    assert [c.at for c in found] == alone


def test_a_source_by_the_day_is_judged_by_the_day_beside_hourly_ones():
    """A day of four times the usual is told when the day is there, by the day; the burst of an hourly source beside it by
    the hour; and a quiet source by the day says nothing."""
    requests = company()
    requests["notes"][24 * 46 : 24 * 48] *= 4
    requests["search"][24 * 48 + 10 : 24 * 48 + 32] *= 4
    daily = by_day(frame_of({f: requests[f] for f in ("drafts", "notes")}).assign(provider="google", model="flash"), 9)
    hourly = frame_of({f: requests[f] for f in ("triage", "search")}).assign(source="gateway")
    found = [c for c in changes(pd.concat([hourly, daily], ignore_index=True), 45, 50) if c.what == "opened"]
    assert [(dict(c.incident.scopes[0])["feature"], c.incident.judgement.grain) for c in found] == [
        ("notes", 24),
        ("search", 1),
    ]
    assert found[0].at == START + timedelta(days=47, hours=9)
    assert found[0].incident.started_at == START + timedelta(days=46)
