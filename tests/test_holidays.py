"""Public holidays: quiet where people are off, ordinary where they are not, and neither is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from agent.build import detection_settings
from agent.config import ConfigError, load_site
from detector import DetectionSettings
from detector.baseline import expected_volume
from detector.days_off import clocks_moved, days_off
from ledger.types import to_hour
from tests.test_detector_same import COUNTS, frame_of, told

START = datetime(2026, 4, 6, tzinfo=UTC)  # a monday
MEMORIAL_DAY = datetime(2026, 5, 25, 4, tzinfo=UTC)
"""When it begins in New York: on the 49th day."""
HERE = DetectionSettings(holidays=("US",), zone="America/New_York", alerts_per_month=20.0)
NOWHERE = DetectionSettings(alerts_per_month=20.0)


def offices(*, at_work: tuple[str, ...] = ()):
    """Features by local office hours, on weekends two fifths of it and on the holiday a fifth, but for those `at_work`."""
    hours = START + timedelta(hours=0)
    local = [(hours + timedelta(hours=h - 4)) for h in range(24 * 52)]
    hour, weekday = np.array([t.hour for t in local]), np.array([t.weekday() for t in local])
    holiday = np.array([t.date() == MEMORIAL_DAY.date() for t in local])
    wave = 0.1 + np.exp(-(((hour - 13) / 4.0) ** 2))
    rng = np.random.default_rng(2)
    made = {}
    for feature in ("triage", "search", "drafts", "notes"):
        quiet = np.where(weekday >= 5, 0.4, np.where(holiday & (feature not in at_work), 0.2, 1.0))
        made[feature] = rng.poisson(2000 * wave * quiet).astype(float)
    return frame_of(made, START)


def test_which_hours_are_off_is_said_by_local_dates():
    """Of a country, of a part of one, and of several."""
    hours = np.arange(24 * 3) + to_hour(datetime(2026, 5, 24, tzinfo=UTC))
    off = days_off(("US",), hours, "America/New_York")
    assert hours[off][[0, -1]].tolist() == [to_hour(MEMORIAL_DAY), to_hour(MEMORIAL_DAY) + 23]
    assert days_off(("US", "DE-BY"), hours + 24 * 9, "UTC").sum() == 24  # Corpus Christi is off in Bavaria alone
    assert not days_off(("US", "DE-BE"), hours + 24 * 9, "UTC").any()
    assert not days_off((), hours, "UTC").any()


def test_a_holiday_is_no_outage_where_it_is_configured():
    """Four fifths of the company's work stay away for a day: a fall, unless it is a holiday there."""
    assert [i.direction for i in told(offices(), 48, 51, NOWHERE, start=START)] == ["down"]
    assert told(offices(), 48, 51, HERE, start=START) == []


@pytest.mark.parametrize("at_work", [("search",), ("triage", "search", "drafts", "notes")])
def test_who_works_on_a_holiday_is_no_spike(at_work):
    """A feature or a company that does on it what it does on any Monday."""
    assert told(offices(at_work=at_work), 48, 51, HERE, start=START) == []


def test_a_burst_on_a_holiday_is_told():
    """Four times a working Monday's is too much for any."""
    frame = offices()
    noon = MEMORIAL_DAY + timedelta(hours=10)
    busy = (frame["hour"] >= noon) & (frame["hour"] < noon + timedelta(hours=8)) & (frame["feature"] == "search")
    for name in (*COUNTS, "cost_usd"):
        frame.loc[busy, name] *= 40
    (one,) = told(frame, 48, 51, HERE, start=START)
    assert one.direction == "up" and dict(one.scopes[0])["feature"] == "search"


def test_a_holiday_teaches_nothing():
    """A week later the same weekday is expected to be what it was before."""
    volume = np.full((1, 24 * 36), 100.0)
    off = np.zeros(volume.shape[1], dtype=bool)
    off[24 * 28 : 24 * 29] = True
    volume[:, off] = 5.0
    dates = np.datetime64("2026-04-06") + np.arange(36)
    none = np.zeros(volume.shape, dtype=bool)
    assert expected_volume(volume, none, dates, 24, 5, off).least[0, 24 * 35] == pytest.approx(100.0)
    assert expected_volume(volume, none, dates, 24, 5).least[0, 24 * 35] < 90.0


def test_holidays_are_set_in_the_config(tmp_path):
    """By country, in the zone of [locale]; an unknown one is refused with the next step."""
    file = tmp_path / "config.toml"
    file.write_text('[locale]\nzone = "Europe/Berlin"\n[detection]\nholidays = ["US", "DE-BY"]\n')
    settings = detection_settings(load_site(file, {}))
    assert (settings.holidays, settings.zone) == (("US", "DE-BY"), "Europe/Berlin")
    file.write_text('[detection]\nholidays = ["Atlantis"]\n')
    with pytest.raises(ConfigError, match=r"Atlantis.*write a country such as US"):
        load_site(file, {})


@pytest.mark.parametrize("weekend", [0.3, 1.0, 1.1])
def test_workdays_and_weekends_teach_each_other_only_where_they_are_alike(weekend):
    """Where a weekend is another world its baseline is its own, from the second weekend on; where it is not, all days
    make one steady mean."""
    dates = (np.arange(40) + to_hour(START) // 24).astype("datetime64[D]")
    level = np.where(np.arange(40) % 7 >= 5, weekend, 1.0)
    volume = 100.0 * level.repeat(24)[None]
    expected = expected_volume(volume, np.zeros(volume.shape, dtype=bool), dates, 24, 5).least.reshape(40, 24)[:, 0]
    if weekend < 0.5:
        assert expected[12:] == pytest.approx(volume[0, 12 * 24 :: 24], rel=1e-6)
    else:
        assert (np.abs(expected[12:] / volume[0, 12 * 24 :: 24] - 1) < 0.05).all()
        assert weekend == 1.0 or expected[35] > 100.0  # a monday has learnt from weekends, too


def test_after_clocks_change_the_hour_beside_is_expected_too():
    """For two weeks: what came at eight and comes at seven now, by UTC, is no surprise in spring."""
    first = to_hour(datetime(2026, 2, 16, tzinfo=UTC))
    hours = np.arange(24 * 50) + first
    ((by, when),) = [(by, when) for by, when in clocks_moved(hours, "Europe/Berlin") if by < 0]
    assert by == -1
    assert when[np.flatnonzero(hours == to_hour(datetime(2026, 3, 29, 1, tzinfo=UTC)))].all()
    assert not when[hours >= to_hour(datetime(2026, 4, 12, 1, tzinfo=UTC))].any()
    dates = hours[::24].astype("datetime64[h]").astype("datetime64[D]")
    volume = np.where(hours % 24 == 8, 100.0, 1.0)[None]
    expected = expected_volume(volume, np.zeros(volume.shape, dtype=bool), dates, 24, 5, moved=[(by, when)])
    day = 24 * 42  # the day after the change
    assert expected.least[0, day + 7] == pytest.approx(1.0) and expected.most[0, day + 7] == pytest.approx(100.0)
    assert expected.least[0, day + 8] == pytest.approx(1.0) and expected.most[0, day + 8] == pytest.approx(100.0)
    assert expected.most[0, day + 9] == pytest.approx(1.0)
