"""What must not matter does not: the same company in another currency, with other names, rows or gaps, says the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from detector import Change, DetectionSettings, Detector, Incident
from ledger.table import CostTable, table_of

START = datetime(2026, 3, 2, tzinfo=UTC)  # a monday
FEATURES = ("triage", "search", "drafts", "notes")
SETTINGS = DetectionSettings(min_usd=50.0)
COUNTS = ("requests", "runs", "input_tokens", "output_tokens")


def frame_of(requests: dict[str, np.ndarray], start: datetime = START) -> pd.DataFrame:
    """A dollar a hundred requests, a row an hour and feature, known an hour after it began."""
    frames = []
    for number, (feature, count) in enumerate(requests.items()):
        hours = pd.to_datetime(int(start.timestamp()) + 3600 * np.arange(len(count)), unit="s", utc=True)
        sizes = {"requests": count, "runs": count, "input_tokens": 1000 * count, "output_tokens": 100 * count}
        names = {"team": f"team-{number % 2}", "feature": feature, "provider": "anthropic", "model": "sonnet"}
        frames.append(pd.DataFrame({"hour": hours, **sizes, **names, "cost_usd": count / 100}))
    frame = pd.concat(frames, ignore_index=True)
    frame["available_at"] = frame["hour"] + pd.Timedelta(hours=1)
    return frame


def company(days: int = 50, *, level: float = 300.0, seed: int = 0) -> dict[str, np.ndarray]:
    """Requests of each feature by the hour: a daily wave with the noise of a Poisson count."""
    rng, hours = np.random.default_rng(seed), np.arange(24 * days)
    wave = 1 + 0.6 * np.sin(2 * np.pi * (hours % 24 - 8) / 24)
    return {f: rng.poisson(level * wave).astype(float) for f in FEATURES}


def burst(at: int = 24 * 48 + 10, hours: int = 22, times: float = 4.0) -> pd.DataFrame:
    """The company with one feature that does `times` its work for some hours."""
    requests = company()
    requests["search"][at : at + hours] *= times
    return frame_of(requests)


def changes(
    frame: pd.DataFrame,
    first: int,
    last: int,
    settings: DetectionSettings | None = None,
    start: datetime = START,
    **seen: Any,
) -> list[Change]:
    """What changes from day `first` to day `last`, ticking each hour; `events` and `feedback` as `Detector.tick` has
    them."""
    table, detector, found, before = table_of(frame), Detector(settings or SETTINGS), [], 0.0
    for hour in range(24 * first, 24 * last + 1):
        at = start + timedelta(hours=hour)
        detector.learn(table.take((table.available > before) & (table.available <= at.timestamp())))
        before = at.timestamp()
        found += detector.tick(at, **seen)
    return found


def told(*given, **more) -> list[Incident]:
    """The incidents that people hear of."""
    return [c.incident for c in changes(*given, **more) if c.what == "opened" and c.tell]


def story(found: list[Change]) -> list[tuple]:
    """What happened when, but for amounts and names."""
    return [(c.what, c.at, c.tell, c.incident.signal, c.incident.started_at, c.incident.ended_at) for c in found]


def split(frame: pd.DataFrame) -> pd.DataFrame:
    """Each row as two of different keys."""
    one, two = frame.assign(key="k1"), frame.assign(key="k2")
    for name in COUNTS:
        one[name] = frame[name] // 3
        two[name] = frame[name] - one[name]
    one["cost_usd"] = frame["cost_usd"] / 3
    two["cost_usd"] = frame["cost_usd"] - one["cost_usd"]
    return pd.concat([one, two], ignore_index=True)


SAME: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "shuffled rows": lambda f: f.sample(frac=1.0, random_state=1, ignore_index=True),
    "each row split in two": split,
    "an idle dimension that is always the same": lambda f: f.assign(region="eu", account="main", user_segment="all"),
    "an idle dimension that is different everywhere": lambda f: f.assign(key=[f"k{i % 7}" for i in range(len(f))]),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same_spend_says_the_same(name):
    """The same incidents, with the same ids, times and amounts."""
    was, now = changes(burst(), 48, 50), changes(SAME[name](burst()), 48, 50)
    assert [c.what for c in was] == ["opened", "grew", "resolved"]
    assert story(was) == story(now)
    assert [c.incident.id for c in was] == [c.incident.id for c in now]
    assert [c.incident.impact_nano for c in now] == pytest.approx([c.incident.impact_nano for c in was], rel=1e-6)


def test_other_names_say_the_same_of_them():
    """Every dimension renamed: the same story, at the same place under its new name."""
    frame = burst()
    names = ["team", "feature", "provider", "model"]
    other = frame.assign(**{n: "x-" + frame[n] + "-y" for n in names})
    was, now = changes(frame, 48, 50), changes(other, 48, 50)
    assert story(was) == story(now)
    assert [c.incident.impact_nano for c in was] == [c.incident.impact_nano for c in now]
    assert dict(now[0].incident.scopes[0])["feature"] == "x-search-y"


def test_another_currency_says_the_same_with_its_gates():
    """Amounts and gates a thousand times as large: the same incidents, a thousand times as large."""
    plain = SETTINGS
    large = replace(plain, min_usd=1000 * plain.min_usd, launch_usd=1000 * plain.launch_usd)
    frame = burst()
    was, now = (
        changes(f, 48, 50, settings=s)
        for f, s in ((frame, plain), (frame.assign(cost_usd=1000 * frame["cost_usd"]), large))
    )
    assert story(was) == story(now)
    assert [c.incident.impact_nano for c in now] == pytest.approx(
        [1000 * c.incident.impact_nano for c in was], rel=1e-6
    )


def test_a_series_of_zeros_and_one_of_a_single_point_are_harmless():
    """Beside others and alone."""
    frame = frame_of(company())
    zeros = frame[frame["feature"] == "triage"].assign(feature="zero", cost_usd=0.0, **dict.fromkeys(COUNTS, 0))
    point = frame[frame["feature"] == "notes"].iloc[[24 * 49]].assign(feature="once")
    for one in (zeros, point, pd.concat([frame, zeros, point])):
        assert changes(one, 48, 50) == []


@pytest.mark.parametrize("of", ["rows", "hours"])
def test_a_fifth_of_the_hours_may_be_missing(of):
    """At random, by the row or for all at once: nothing is told."""
    frame, rng = frame_of(company()), np.random.default_rng(4)
    there = rng.random(len(frame)) > 0.2
    if of == "hours":
        there = (rng.random(24 * 50) > 0.2)[frame.index % (24 * 50)]
    assert changes(frame[there], 44, 50) == []


@pytest.mark.parametrize("tags", [{}, {"team": None, "feature": None, "model": None}])
def test_a_credit_is_no_fall_and_hides_nothing(tags):
    """Five hundred dollars back, to a feature or to nobody: nothing is told, and the burst of the next day is."""
    frame = burst(24 * 49 + 2)
    credit = frame[frame["feature"] == "notes"].iloc[[24 * 48 + 12]].assign(cost_usd=-500.0, charge="credit", **tags)
    credit[list(COUNTS)] = -1
    assert [dict(i.scopes[0])["feature"] for i in told(pd.concat([frame, credit]), 47, 50)] == ["search"]


@pytest.mark.parametrize("before", [1.0, 1 / 300])
def test_a_step_of_a_million_is_one_incident(before):
    """From hundreds or from one request an hour to a million times as many: opened once, told again at the steps of its
    cost alone."""
    requests = company()
    requests["search"] *= before
    requests["search"][24 * 48 + 10 :] *= 1e6
    found = changes(frame_of(requests), 47, 50)
    assert [c.what for c in found] == ["opened", "grew", "grew", "grew"]
    assert found[0].at == START + timedelta(days=48, hours=11)
    assert {c.incident.scopes[0][-1] for c in found} == {("feature", "search")}


DST = {
    "Europe/Berlin in spring": ("Europe/Berlin", datetime(2026, 2, 16, tzinfo=UTC)),
    "Europe/Berlin in autumn": ("Europe/Berlin", datetime(2026, 9, 14, tzinfo=UTC)),
    "America/New_York in spring": ("America/New_York", datetime(2026, 1, 26, tzinfo=UTC)),
    "America/New_York in autumn": ("America/New_York", datetime(2026, 9, 21, tzinfo=UTC)),
}


def office(zone: str, start: datetime, days: int, level: float) -> dict[str, np.ndarray]:
    """Requests from eight to seven by local time on workdays, some of them all but that alone."""
    local = [(start + timedelta(hours=h)).astimezone(ZoneInfo(zone)) for h in range(24 * days)]
    hour, weekday = np.array([t.hour for t in local]), np.array([t.weekday() for t in local])
    open_at = np.where((hour >= 8) & (hour < 19), 1.0, 0.03) * np.where(weekday >= 5, 0.15, 1.0)
    wave = np.exp(-(((hour - 13) / 4.0) ** 2)) * np.where(weekday >= 5, 0.3, 1.0) + 0.05
    rng = np.random.default_rng(1)
    rates = {"search": level * open_at, "drafts": 2 * level * wave, "notes": level / 2 * open_at}
    return {f: rng.poisson(rate).astype(float) for f, rate in rates.items()}


@pytest.mark.parametrize("level", [300.0, 30_000.0])
@pytest.mark.parametrize("name", DST)
def test_when_clocks_change_nobody_is_told(name, level):
    """The clocks change on the 41st or 42nd day; work that follows them moves by an hour in UTC. A burst on the day
    after, in the middle of the day, is told all the same."""
    zone, start = DST[name]
    frame = frame_of(office(zone, start, 50, level), start)
    assert told(frame, 38, 50, start=start) == []
    noon = start + timedelta(days=43, hours=12)
    busy = (frame["hour"] >= noon) & (frame["hour"] < noon + timedelta(hours=8)) & (frame["feature"] == "drafts")
    for column in (*COUNTS, "cost_usd"):
        frame.loc[busy, column] *= 8
    found = changes(frame, 43, 45, start=start)
    assert "drafts" in {dict(c.incident.scopes[0]).get("feature") for c in found}


def moved(frame: pd.DataFrame, which: str, **tags: str) -> pd.DataFrame:
    """The frame with a team's or feature's rows under other tags from a morning on."""
    dimension = "feature" if which in FEATURES else "team"
    rows = (frame["hour"] >= START + timedelta(days=48, hours=9)) & (frame[dimension] == which)
    frame = frame.copy()
    for name, value in tags.items():
        frame.loc[rows, name] = value
    return frame


@pytest.mark.parametrize("extra", [1.0, 20.0])
@pytest.mark.parametrize(
    ("which", "tags", "says"),
    [
        ("search", {"feature": "find"}, "feature search"),
        ("search", {"team": "team-0"}, "team team-1"),
        ("search", {"team": "team-9"}, "team team-1"),
        ("team-1", {"team": "platform"}, "team team-1"),
    ],
)
def test_a_new_name_is_said_to_be_one(which, tags, says, extra):
    """A feature renamed, moved to another team or to a new one, and a team renamed: told once, as what it is, at no cost,
    and never again."""
    found = changes(moved(frame_of(company(level=300 * extra)), which, **tags), 47, 50)
    (one,) = found
    assert one.what == "opened" and one.tell
    assert (one.incident.state, one.incident.impact_nano, one.incident.ended_at) == ("accepted", 0, None)
    assert one.incident.signal == "attribution" and says in one.incident.note
    assert dict(one.incident.scopes[0]) | tags == dict(one.incident.scopes[0])


def test_a_launch_beside_a_feature_that_ended_is_no_new_name():
    """Twice as large as what vanished when it came: it is a launch."""
    requests = company()
    began = 24 * 48 + 9
    requests["fresh"] = np.where(np.arange(24 * 50) >= began, 2 * requests["search"], 0.0)
    requests["search"][began:] = 0
    (one,) = told(frame_of(requests), 47, 50)
    assert one.signal == "volume" and dict(one.judgement.evidence)["launch"]


def test_ninety_quiet_days_say_nothing():
    assert changes(frame_of(company(120)), 30, 120) == []


def test_what_a_detector_was_told_twice_it_knows_once():
    """Rows that come again, as they were, change nothing."""
    table: CostTable = table_of(burst())
    once, twice = Detector(DetectionSettings()), Detector(DetectionSettings())
    at = START + timedelta(days=49)
    known = table.take(table.available <= at.timestamp())
    once.learn(known)
    for _ in range(2):
        twice.learn(known)
    assert once.tick(at) == twice.tick(at)


def loop(frame: pd.DataFrame, hours: pd.Series) -> pd.DataFrame:
    """An agent that loops: five times the requests a run, each of them two and a half times as long."""
    frame = frame.copy()
    frame.loc[hours, "requests"] *= 5
    for column in ("input_tokens", "output_tokens", "cost_usd"):
        frame.loc[hours, column] *= 12.5
    return frame


def test_a_cause_that_moves_two_drivers_costs_what_both_did():
    """Within a twentieth: the runs wander, too."""
    plain = frame_of(company())
    noon = START + timedelta(days=48, hours=10)
    hours = (plain["hour"] >= noon) & (plain["hour"] < noon + timedelta(hours=9)) & (plain["feature"] == "search")
    found = changes(loop(plain, hours), 47, 50)
    assert [c.what for c in found if c.tell and c.what in ("opened", "resolved")] == ["opened", "resolved"]
    cost = 11.5 * plain.loc[hours, "cost_usd"].sum()
    assert found[-1].incident.impact_nano / 1e9 == pytest.approx(cost, rel=0.05)


@pytest.mark.parametrize("times", [1.0, 3.0])
def test_a_switch_of_models_costs_the_difference_alone(times):
    """To a model that costs the same nobody is told of it; to one three times as dear it costs twice the old cost."""
    frame = frame_of(company())
    other = frame["feature"] == "drafts"  # this one has been on the dear model all along
    frame.loc[other, "model"] = "opus"
    frame.loc[other, "cost_usd"] *= times
    began = START + timedelta(days=48, hours=10)
    switched = (frame["hour"] >= began) & (frame["feature"] == "search")
    frame.loc[switched, "model"] = "opus"
    frame.loc[switched, "cost_usd"] *= times
    found = changes(frame, 47, 50)
    opened = [c.incident for c in found if c.what == "opened" and c.tell]
    if times == 1.0:
        assert opened == []
    else:
        assert [(i.signal, dict(i.scopes[0])["feature"]) for i in opened] == [("model_mix", "search")]
        last = [c.incident for c in found if c.incident.id == opened[0].id][-1]
        hours = (frame["hour"] >= began) & (frame["hour"] <= last.updated_at - timedelta(hours=2)) & switched
        assert last.impact_nano / 1e9 == pytest.approx(2 * frame.loc[hours, "cost_usd"].sum() / times, rel=0.1)
