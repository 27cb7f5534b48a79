"""Flows of a few runs a day: what luck does there is not told, and what it cannot do is."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from detector import DetectionSettings, Detector
from ledger.table import table_of
from tests.test_detector_same import START, company, frame_of

DAYS = 125


def rare(seed: int, *, usd: float = 2.0, flows: int = 8) -> pd.DataFrame:
    """Flows of a run every one to twenty hours, each run of some dollars, size and requests by chance."""
    rng, frames = np.random.default_rng(seed), []
    for number in range(flows):
        runs = rng.poisson(rng.uniform(0.05, 0.9), 24 * DAYS)
        requests = rng.poisson(3.0 * runs)
        sizes = [np.rint(requests * tokens * rng.lognormal(0, 0.3, len(runs))) for tokens in (1000, 200)]
        frame = frame_of({f"rare-{number}": requests.astype(float)}).assign(runs=runs, team=f"team-{number % 3}")
        frame["input_tokens"], frame["output_tokens"] = sizes
        frame["cost_usd"] = (sizes[0] + 5 * sizes[1]) * usd / 6000
        frames.append(frame[frame["requests"] > 0])
    return pd.concat(frames, ignore_index=True)


def opened(frame: pd.DataFrame, first: int, last: int) -> list:
    """What is told from day `first` to day `last`, every third hour."""
    table, detector, found, before = table_of(frame), Detector(DetectionSettings()), [], 0.0
    for hour in range(24 * first, 24 * last + 1, 3):
        at = START + timedelta(hours=hour)
        detector.learn(table.take((table.available > before) & (table.available <= at.timestamp())))
        before = at.timestamp()
        found += [c.incident for c in detector.tick(at) if c.what == "opened" and c.tell]
    return found


def test_rare_runs_do_what_they_do_in_silence():
    """Eight flows of two-dollar runs beside four busy ones, ninety days: what chance may make of the one alert a month that
    is asked for (a Poisson count of three is seldom more)."""
    frame = pd.concat([rare(1), frame_of(company(DAYS))], ignore_index=True)
    assert len(opened(frame, 35, DAYS)) <= 6


def test_a_rare_flow_that_runs_all_day_is_told():
    """From a run every few hours to a dozen an hour."""
    frame = rare(1)
    busy = frame[frame["feature"] == "rare-3"].iloc[[-1]]
    hours = pd.date_range(START + timedelta(days=120, hours=8), periods=16, freq="h")
    extra = pd.concat([busy.assign(hour=h, available_at=h + pd.Timedelta(hours=1)) for h in hours], ignore_index=True)
    for name in ("runs", "requests", "input_tokens", "output_tokens", "cost_usd"):
        extra[name] = extra[name] * 12 // max(int(busy["runs"].iloc[0]), 1) if name != "cost_usd" else extra[name] * 12
    before = frame[~((frame["feature"] == "rare-3") & frame["hour"].isin(hours))]
    found = [i for i in opened(pd.concat([before, extra], ignore_index=True), 119, 122) if i.signal == "volume"]
    assert [dict(i.scopes[0]).get("feature") for i in found] == ["rare-3"]
