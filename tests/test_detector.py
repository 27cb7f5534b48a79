"""What is told and what is not: seven quiet weeks of a small company, and one thing changed in each test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from detector import DetectionSettings, Detector
from detector.baseline import expected_volume
from detector.decompose import Decomposer
from detector.opinion import opinion_of
from ledger.table import table_of

START = datetime(2026, 3, 2, tzinfo=UTC)  # a monday
DAYS = 50
HOURS = np.arange(24 * DAYS)
FEATURES = ("triage", "search", "drafts", "notes")


def company(seed=0):
    """Requests of each feature by the hour: office hours, with the noise of a Poisson count."""
    rng = np.random.default_rng(seed)
    wave = 1 + 0.6 * np.sin(2 * np.pi * (HOURS % 24 - 8) / 24)
    return {f: rng.poisson(300 * wave).astype(float) for f in FEATURES}


def rows(requests, *, provider=None, models=None, tokens=1000, hours=HOURS):
    """Cost rows of `requests` by feature, a dollar a hundred requests, known an hour after they began."""
    frames = []
    for number, (feature, count) in enumerate(requests.items()):
        frame = pd.DataFrame({"hour": [START + timedelta(hours=int(h)) for h in hours], "requests": count})
        frame["team"], frame["feature"] = f"team-{number % 2}", feature
        frame["provider"] = (provider or {}).get(feature, "anthropic")
        frame["model"] = (models or {}).get(feature, "sonnet")
        frame["runs"], frame["input_tokens"], frame["output_tokens"] = count, count * tokens, count * 100
        frame["cost_usd"] = count / 100
        frames.append(frame[frame["requests"] > 0])
    table = pd.concat(frames, ignore_index=True)
    table["hour"] = pd.to_datetime(table["hour"], utc=True)
    table["available_at"] = table["hour"] + pd.Timedelta(hours=1)
    return table_of(table)


def told(table, first, last, settings=None):
    """Incidents that people hear of, ticking each hour from day `first` to day `last`."""
    detector = Detector(settings or DetectionSettings())
    found, seconds = [], START.timestamp()
    before = 0
    for hour in range(24 * first, 24 * last + 1):
        at = START + timedelta(hours=hour)
        newly = (table.available > before) & (table.available <= at.timestamp())
        before = max(at.timestamp(), seconds)
        detector.learn(table.take(newly))
        found += [c.incident for c in detector.tick(at) if c.what == "opened" and c.tell]
    return found, detector


def test_quiet_weeks_say_nothing():
    assert told(rows(company()), 47, 50)[0] == []


def test_a_burst_is_told_once_at_its_place():
    """A feature that does four times its work from an hour on is one incident, at that feature, within three hours."""
    requests = company()
    begun = 24 * 48 + 10
    requests["search"][begun:] *= 4
    (incident,), _ = told(rows(requests), 47, 50)
    assert dict(incident.scopes[0])["feature"] == "search"
    assert incident.signal == "volume" and incident.direction == "up"
    assert incident.detected_at - (START + timedelta(hours=begun)) <= timedelta(hours=12)


def test_the_same_company_in_another_order_with_other_names_says_the_same():
    """Shuffled rows and renamed features change nothing of what is told but the names."""
    requests = company()
    requests["search"][24 * 48 + 10 :] *= 4
    table = rows(requests)
    shuffled = table.take(np.random.default_rng(1).permutation(len(table)))
    renamed = rows({f"x-{f}": r for f, r in requests.items()})
    (one,), (two,), (three,) = (told(t, 48, 49)[0] for t in (table, shuffled, renamed))
    assert one == two
    assert (one.detected_at, one.impact_nano) == (three.detected_at, three.impact_nano)


@pytest.mark.parametrize("count", [0.0, 300.0])
def test_a_constant_series_says_nothing(count):
    assert told(rows({"flat": np.full(len(HOURS), count)} | company()), 49, 50)[0] == []


def test_a_weekly_job_is_expected_though_a_week_of_it_was_flagged():
    """What ran on each of the last three mondays is expected on the next, also where one of them taught nothing."""
    volume = np.full((1, 24 * 29), 10.0)
    jobs = [24 * 7 * week + 9 for week in range(4)]
    volume[0, jobs] = 200.0
    flagged = np.zeros(volume.shape, dtype=bool)
    flagged[0, 24 * 14 : 24 * 19] = True
    dates = np.datetime64("2026-03-02") + np.arange(29)
    expected = expected_volume(volume, flagged, dates, 24, 5)
    assert expected.least[0, 24 * 28 + 9] == pytest.approx(200.0) and expected.known[0, 24 * 28 + 9]
    assert expected.least[0, 24 * 28 + 10] == pytest.approx(10.0)


def test_what_ran_on_the_last_first_of_the_month_is_expected_on_this_one():
    """A monthly job's excess is expected at its hour; the hours beside it are not touched."""
    volume = np.full((1, 24 * 40), 10.0)
    dates = np.datetime64("2026-03-25") + np.arange(40)
    first, second = (int(np.flatnonzero(dates == np.datetime64(d))[0]) for d in ("2026-04-01", "2026-05-01"))
    volume[0, 24 * first + 3] = 500.0
    expected = expected_volume(volume, np.zeros(volume.shape, dtype=bool), dates, 24, 5).least
    assert expected[0, 24 * second + 3] == pytest.approx(500.0, rel=0.1)
    assert expected[0, 24 * second + 4] == pytest.approx(10.0)


def test_hours_without_a_run_are_no_weekly_pause_where_runs_are_few():
    """Of a run every five hours what is expected adds up to what there is; a pause of many runs is kept to."""
    few = np.random.default_rng(3).poisson(0.2, size=24 * 63).astype(float)
    many = np.tile(np.r_[np.full(24 * 6, 40.0), np.full(24, 0.0)], 9)
    dates = np.datetime64("2026-03-02") + np.arange(63)
    volume = np.stack([few, many])
    found = expected_volume(volume, np.zeros(volume.shape, dtype=bool), dates, 24, 5, one=np.ones(2)).least
    later = slice(24 * 28, None)
    assert found[0, later].sum() == pytest.approx(few[later].sum(), rel=0.15)
    assert found[1, later] == pytest.approx(many[later])


def test_history_that_begins_with_a_month_is_no_monthly_job():
    """The first day of all has no baseline to exceed: the next first expects no more than any other day."""
    volume = np.full((1, 24 * 40), 10.0)
    dates = np.datetime64("2026-04-01") + np.arange(40)
    expected = expected_volume(volume, np.zeros(volume.shape, dtype=bool), dates, 24, 5).least
    assert expected[0, 24 * 30 : 24 * 31] == pytest.approx(10.0)


def test_a_provider_that_sends_nothing_is_no_fall():
    """Hours for which nothing came of a source are missing; that spend fell cannot be said of them."""
    requests = company()
    provider = {"search": "openai", "drafts": "openai"}
    begun = 24 * 48 + 8
    for feature in provider:
        requests[feature][begun : begun + 8] = 0
    assert [i for i in told(rows(requests, provider=provider), 47, 50)[0] if i.direction == "down"] == []


def test_a_provider_that_falls_to_a_trickle_is_an_outage():
    """The same hours with a thirtieth of the requests are a fall, at the provider."""
    requests = company()
    provider = {"search": "openai", "drafts": "openai"}
    begun = 24 * 48 + 8
    for feature in provider:
        requests[feature][begun : begun + 12] //= 30
    (incident,), _ = told(rows(requests, provider=provider), 47, 50, DetectionSettings(min_usd=20))
    assert incident.direction == "down" and dict(incident.scopes[0]) == {"provider": "openai"}


def test_an_unannounced_launch_is_told_once_and_does_not_swallow_others():
    """A new feature that costs money is one incident; what happens to another feature is one more."""
    requests = company()
    requests["fresh"] = np.where(HOURS >= 24 * 47, 400.0, 0.0)
    requests["search"][24 * 48 + 10 :] *= 5
    found, _ = told(rows(requests), 46, 50)
    assert sorted(dict(i.scopes[0]).get("feature", "") for i in found) == ["fresh", "search"]


def test_a_burst_stands_out_and_everyday_life_does_not():
    """The second opinion: a burst of hours is odd in the series, an ordinary noon is not, and a short history says
    nothing against an alarm."""
    cost = company()["search"] / 100
    assert not opinion_of(cost, 3, Decomposer()).stands_out
    burst = cost.copy()
    burst[-3:] *= 5
    assert opinion_of(burst, 3, Decomposer()).stands_out
    assert opinion_of(cost[-48:], 3, Decomposer()).stands_out


def test_a_place_that_bursts_all_the_time_sets_its_own_bar():
    """A burst no larger than those of each week before is everyday life there."""
    cost = company()["search"] / 100
    cost[np.random.default_rng(3).integers(0, len(cost), 40)] *= 3
    cost[-2:] = cost[-26:-24] * 1.8
    assert not opinion_of(cost, 2, Decomposer()).stands_out
