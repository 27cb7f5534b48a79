"""What was announced is silent, what goes beyond it is told; gates hold where an incident lies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from agent.build import detection_settings
from agent.config import load_site
from detector import DetectionSettings, Gate, Incident
from ledger.types import NANO, Event, Scope
from tests.test_detector_same import START, burst, changes, company, frame_of, told

BEGAN = START + timedelta(days=48, hours=10)
SEARCH: Scope = (("team", "team-1"), ("feature", "search"))


def batch(hours: int, usd: float | None = None, scope: Scope = SEARCH, **more) -> Event:
    """Announced for so many hours from BEGAN on."""
    return Event("e1", BEGAN, BEGAN + timedelta(hours=hours), "batch", scope, "a backfill", True, usd, **more)


def alerts(event: Event, *, hours: int = 12, settings: DetectionSettings | None = None) -> list[Incident]:
    """Alerted beside the event while search does six times its work for some hours."""
    found = changes(burst(hours=hours, times=6), 48, 50, settings, events=[event])
    return [c.incident for c in found if c.tell and c.what in ("opened", "resolved")]


def test_a_batch_within_its_time_is_silent_and_its_cost_is_kept():
    """It is noted as planned, open until it is over, with what it cost in the end, estimate or not."""
    for usd in (None, 260.0):
        found = changes(burst(hours=12, times=6), 48, 50, events=[batch(12, usd)])
        assert [(c.what, c.tell, c.incident.kind) for c in found] == [
            ("opened", False, "planned"),
            ("resolved", False, "planned"),
        ]
        assert found[0].incident.ended_at is None
        assert found[1].incident.ended_at == BEGAN + timedelta(hours=11)
        assert found[1].incident.impact_nano / NANO == pytest.approx(250, rel=0.1)


def test_a_batch_that_runs_on_after_its_end_is_told_for_that_part_alone():
    """From the first hour after the announced end to its own."""
    opened, resolved = alerts(batch(12), hours=30)
    assert opened.started_at == BEGAN + timedelta(hours=12)
    assert opened.scopes == (SEARCH,)
    assert resolved.ended_at is not None
    usual = sum(company()["search"][24 * 48 + 22 : 24 * 48 + 40]) / 100
    assert resolved.impact_nano / NANO == pytest.approx(5 * usual, rel=0.15)


@pytest.mark.parametrize(
    ("usd", "factor", "told_of"), [(260, 1.5, 0), (180, 1.5, 0), (60, 1.5, 1), (60, 4.5, 0), (60, 1, 1)]
)
def test_a_batch_that_costs_more_than_its_estimate_allows_is_told_for_the_rest(usd, factor, told_of):
    """It costs some $250 beside what is usual; `overrun_factor` times its estimate are excused."""
    found = alerts(batch(12, usd=usd), settings=DetectionSettings(min_usd=50.0, overrun_factor=factor))
    assert len(found) == 2 * told_of
    for incident in found[1:]:
        assert incident.impact_nano / NANO == pytest.approx(250 - usd * factor, rel=0.2, abs=25)


@pytest.mark.parametrize("scope", [(("team", "team-0"),), (("team", "team-1"), ("feature", "notes"))])
def test_a_batch_elsewhere_excuses_nothing(scope):
    assert [i.scopes for i in alerts(batch(12, scope=scope))][1:] == [(SEARCH,)]


def test_a_deploy_excuses_nothing():
    """Whether it changed something or not, nobody announced that it costs money."""
    deploys = [Event(n, BEGAN, None, "deploy", SEARCH, "release", False) for n in ("one", "two")]
    found = changes(burst(hours=12, times=6), 48, 50, events=deploys)
    assert [c.what for c in found if c.tell] == [c.what for c in changes(burst(hours=12, times=6), 48, 50) if c.tell]


@pytest.mark.parametrize(("usd_a_day", "said"), [(100.0, []), (25.0, ["over_estimate"])])
def test_an_announced_launch_is_told_when_it_goes_beyond_its_estimate(usd_a_day, said):
    """A new feature of some $96 a day."""
    requests = company()
    requests["fresh"] = np.where(np.arange(24 * 50) >= 24 * 47, 400.0, 0.0)
    scope = (("team", "team-0"), ("feature", "fresh"))
    event = Event("e1", START + timedelta(days=47), None, "launch", scope, "fresh", True, None, usd_a_day)
    found = [i for i in (c.incident for c in changes(frame_of(requests), 46, 50, events=[event])) if i.kind == "spend"]
    assert [next(iter(dict(i.judgement.evidence))) for i in found][:1] == said


def gated(*gates: Gate, **more) -> list[Incident]:
    """What is told of four times search's work for twelve hours, some $150, with these gates."""
    return told(burst(hours=12), 48, 50, DetectionSettings(gates=gates, **({"min_usd": 50.0} | more)))


def test_gates_hold_for_the_place_an_incident_lies_in():
    """However far out of the ordinary the whole company was for it; those of another place do not matter, and of two
    the more specific counts, whatever their order."""
    high = Gate((("team", "team-1"),), min_usd=500.0)
    assert len(gated()) == 1
    assert gated(high) == []
    assert gated(Gate((("feature", "search"),), min_usd=500.0)) == []
    assert len(gated(replace(high, scope=(("team", "team-0"),)))) == 1
    low = Gate(SEARCH, min_usd=20.0)
    for gates in ((high, low), (low, high)):
        assert len(gated(*gates)) == 1
    assert gated(Gate(SEARCH, min_percent=400.0)) == []
    assert gated(min_usd=500.0) == []
    assert len(gated(low, min_usd=500.0)) == 1


def test_how_odd_it_must_be_can_be_set_by_place():
    """A bar that its score does not reach silences a place, and the same bar elsewhere does not."""
    (one,) = gated()
    factor = 3 * max(c.incident.judgement.score for c in changes(burst(hours=12), 48, 50)) / one.judgement.threshold
    assert gated(Gate((("team", "team-1"),), raise_bar=factor)) == []
    assert len(gated(Gate((("team", "team-0"),), raise_bar=factor))) == 1


def test_a_launch_needs_what_its_gate_asks_for():
    """A new feature of $4 an hour is told at $40, and in a team whose gate is higher at that."""
    requests = company()
    requests["fresh"] = np.where(np.arange(24 * 50) >= 24 * 47, 400.0, 0.0)
    when: list[datetime] = []
    for gates in ((), (Gate((("team", "team-0"),), min_usd=200.0),)):
        (one,) = told(frame_of(requests), 46, 50, DetectionSettings(min_usd=50.0, gates=gates))
        when.append(one.detected_at)
    assert when == [START + timedelta(days=47, hours=10), START + timedelta(days=49, hours=2)]


def test_gates_are_set_in_the_config(tmp_path):
    """From the file to what is told."""
    (tmp_path / "config.toml").write_text(
        "[detection]\nalerts_per_month = 2.0\nmin_usd = 30.0\n"
        '[[detection.gates]]\nscope = { team = "team-1", feature = "search" }\nmin_usd = 500.0\n'
        '[[detection.gates]]\nscope = { team = "team-0" }\nmin_percent = 50.0\nraise_bar = 2.0\n'
    )
    settings = detection_settings(load_site(tmp_path / "config.toml", {}))
    assert settings.gates == (Gate(SEARCH, min_usd=500.0), Gate((("team", "team-0"),), None, 50.0, 2.0))
    assert told(burst(hours=12), 48, 50, settings) == []
    assert len(told(burst(hours=12), 48, 50, replace(settings, gates=()))) == 1
