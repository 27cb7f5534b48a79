"""What grows a little every day is told once, at its place, before it costs twice as much."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from benchmarks.growth import DRIVERS, Case, elapsed, grown, multiplied, predicates
from benchmarks.organisations import MODELS, START, ticks
from detector import Change, DetectionSettings, Detector
from detector.grid import INPUT, OUTPUT
from detector.growth import FLOOR, month_ago, weekly_wander
from ledger.table import CostTable, table_of
from ledger.types import Scope, from_hour

BEGINS = START + 24 * 44
PLACES: tuple[Scope, ...] = (
    (("team", "team-0"), ("feature", "drafts")),
    (("team", "team-1"),),
    (("provider", "openai"), ("model", "mini")),
)


def company(rng: np.random.Generator, days: int, *, step: int) -> CostTable:
    """Six features of two teams on two models, about 500 dollars a day each, whose sizes wander, in rows of an hour or a
    day (`step` hours)."""
    hours, frames = START + np.arange(0, 24 * days, step), []
    for number, name in enumerate(("triage", "search", "drafts", "notes", "review", "tags")):
        provider, model, paid_in, paid_out = MODELS[number > 3]
        runs = rng.poisson(600 * step * (1 if model == "sonnet" else 8), size=len(hours))
        requests = 2 * runs
        wander = np.exp(0.02 * rng.normal(size=(2, len(hours))))
        inputs, outputs = np.rint(requests * 3000 * wander[0] / 2), np.rint(requests * 400 * wander[1] / 2)
        names = {"team": f"team-{number % 2}", "feature": name, "provider": provider, "model": model}
        counts = {"runs": runs, "requests": requests, "input_tokens": inputs, "output_tokens": outputs}
        at = pd.to_datetime(3600 * hours, unit="s", utc=True)
        frame = pd.DataFrame({"hour": at, **names, **counts, "cost_usd": inputs * paid_in + outputs * paid_out})
        frames.append(frame.assign(available_at=at + pd.Timedelta(hours=step)))
    return table_of(pd.concat(frames, ignore_index=True).assign(grain="hour" if step == 1 else "day"))


def grows(seed: int, driver: str, rate: float, place: Scope, *, days: int, step: int = 24) -> CostTable:
    """The company with a place that costs `rate` more a day."""
    rng = np.random.default_rng(seed)
    table = company(rng, 44 + days, step=step)
    inside = table.inside(place)[table.leaf]
    power = elapsed(table.hour, BEGINS - 24 // (25 - step), workdays=seed % 4 == 3)
    rows = np.flatnonzero(inside & (power > 0))
    drivers, cost = multiplied(rng, table, driver, rows, (1 + rate) ** power[rows], inside & (table.hour < BEGINS))
    return replace(table, drivers=drivers, cost=np.rint(cost).astype(np.int64))


def opened(table: CostTable, days: int) -> list[Change]:
    """What people are told of, looking once a day."""
    hours = range(BEGINS - 24 + 1, BEGINS + 24 * days + 2, 24)
    return [
        c
        for found in ticks(table, Detector(DetectionSettings()), hours)
        for c in found
        if c.tell and c.what == "opened"
    ]


@pytest.mark.parametrize(("seed", "step"), [*((seed, 24) for seed in range(9)), (10, 1)])
def test_growth_is_told_once_at_its_place_before_it_has_doubled(seed, step):
    """By whatever driver but runs, wherever, at 3 to 6 percent a day, on workdays alone or all days."""
    rng = np.random.default_rng(100 + seed)
    driver, place, rate = DRIVERS[1 + seed % 3], PLACES[seed // 3 % 3], rng.uniform(0.03, 0.06)
    doubled = math.ceil(math.log(2) / math.log1p(rate))
    days = min(doubled, 12 if step == 24 else 7)
    table = grows(seed, driver, rate, place, days=days, step=step)
    found = opened(table, days)
    assert [(c.incident.signal, c.incident.direction) for c in found] == [(driver, "up")]
    incident = found[0].incident
    holds, telling = predicates(table.leaves, place)
    assert set(incident.scopes[0]) <= set(holds.items())
    assert telling & set(dict(incident.scopes[0]))
    assert incident.detected_at - from_hour(BEGINS) <= timedelta(days=min(9, doubled))
    assert abs(incident.started_at - from_hour(BEGINS)) <= timedelta(days=5)


@pytest.mark.parametrize(("place", "rate", "step"), [(0, 0.04, 24), (1, 0.03, 24), (2, 0.05, 24), (0, 0.06, 1)])
def test_growth_of_runs_is_told_once_before_it_has_doubled(place, rate, step):
    """The baseline of volume follows it, but a month ago there were far fewer."""
    doubled = math.ceil(math.log(2) / math.log1p(rate))
    table = grows(4 + place, DRIVERS[0], rate, PLACES[place], days=doubled, step=step)
    found = opened(table, doubled)
    assert [(c.incident.signal, c.incident.direction) for c in found] == [("volume", "up")]
    holds, telling = predicates(table.leaves, PLACES[place])
    assert set(found[0].incident.scopes[0]) <= set(holds.items())
    assert telling & set(dict(found[0].incident.scopes[0]))


def test_a_fifth_more_runs_a_month_are_everyday_life():
    assert not opened(grows(4, DRIVERS[0], 0.006, PLACES[1], days=40), 40)


def test_what_was_told_when_it_rose_is_no_growth_a_month_later():
    """Twice as many runs from one day on: told then, and never again."""
    rng = np.random.default_rng(7)
    table = company(rng, 44 + 45, step=24)
    rows = np.flatnonzero(table.inside(PLACES[0])[table.leaf] & (table.hour >= BEGINS))
    drivers, cost = multiplied(rng, table, DRIVERS[0], rows, np.full(len(rows), 2.0), table.hour < BEGINS)
    found = opened(replace(table, drivers=drivers, cost=np.rint(cost).astype(np.int64)), 45)
    assert [c.incident.signal for c in found] == ["volume"]
    assert found[0].at <= from_hour(BEGINS) + timedelta(days=3)


def test_a_month_ago_is_the_same_weekdays_that_teach():
    """Of two weeks, those days that were not flagged; of what is younger there is none."""
    runs = np.arange(1.0, 51.0)[None]
    teaches = np.ones(runs.shape, dtype=bool)
    assert month_ago(runs, teaches)[0, 49] == (22 + 15) / 2
    teaches[0, 21] = False
    assert month_ago(runs, teaches)[0, 49] == 15
    teaches[0, 14] = False
    assert np.isnan(month_ago(runs, teaches)[0, 49])
    runs[0, :20] = 0
    assert np.isnan(month_ago(runs, np.ones(runs.shape, dtype=bool))[0, 49])


def test_weeks_that_wander_raise_their_own_bar():
    """A steady flow has the floor, one that wanders more; growth by itself does not count, and of few weeks none is known."""
    rng = np.random.default_rng(3)
    steady = np.full(49, 100.0)
    wild = 100 * np.exp(0.5 * np.repeat(rng.normal(size=7), 7))
    off = weekly_wander(np.stack([steady, steady * 1.02 ** np.arange(49), wild]))
    assert off[:2] == pytest.approx(FLOOR, rel=1e-6) and off[2] > 2 * FLOOR
    assert np.isinf(weekly_wander(np.ones((1, 25)))).all()


def test_what_grows_by_a_percent_a_week_is_everyday_life():
    """Weeks of it are silent."""
    assert not opened(grows(1, DRIVERS[2], 0.0015, PLACES[0], days=24), 24)


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_generator_multiplies_cost_as_it_says_at_the_same_prices(driver):
    """Cost follows the rate, tokens are still billed at what they cost, and what was before is as it was."""
    plain, more = (grows(5, driver, rate, PLACES[1], days=10) for rate in (0.0, 0.05))
    inside = plain.inside(PLACES[1])[plain.leaf]
    before = plain.hour < BEGINS - 24
    assert (more.cost[~inside] == plain.cost[~inside]).all()
    assert (more.drivers[before] == plain.drivers[before]).all()
    last = inside & (plain.hour == plain.hour.max())
    assert more.cost[last].sum() / plain.cost[last].sum() == pytest.approx(1.05**10, rel=0.03)
    price = np.array([[p for m in MODELS if m[1] == name for p in m[2:]] for name in plain.leaves["model"]])
    billed = (more.drivers[:, [INPUT, OUTPUT]] * price[more.leaf]).sum(axis=1) * 1e9
    assert more.cost == pytest.approx(billed, rel=1e-4)


@pytest.mark.parametrize("workdays", [False, True])
def test_a_week_of_growth_is_a_week_of_growth(workdays):
    """On workdays alone it is as much a week, and weekends stand still."""
    hours = BEGINS + np.arange(-5, 24 * 28)
    days = elapsed(hours, BEGINS, workdays=workdays)
    assert not days[:5].any()
    assert np.diff(days[5::168]) == pytest.approx(7.0)
    assert (np.diff(days).min() >= 0) and (np.diff(days[5:]).min() == 0) == workdays


def test_cases_cross_what_they_vary_and_say_what_grows():
    """The place of a case has the level that was asked for, and grows by the rate until it has doubled."""
    case = Case(1031, "output_tokens_per_request", 0.06, 250.0)
    table, place, begin = grown(case)
    inside = table.inside(place)[table.leaf]
    by_day = np.bincount((table.hour[inside] - begin) // 24 + 60, weights=table.cost[inside] / 1e9)
    assert by_day[60 - 28 : 60].mean() == pytest.approx(250.0, rel=0.02)
    assert case.doubles == 12
