"""What is learnt is learnt from what was there: how far a cell wanders not from its idle hours, a lag by dollars."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from detector.effects import MIX, PER_RUN, SIGNALS, VOLUME
from detector.grid import Grid
from detector.scan import FLOOR, scales
from ledger.table import table_of


def learnt(effect: np.ndarray, base: np.ndarray, windows: tuple[int, ...] = (1,)):
    """Scales of one leaf, for every signal the same deviation and base (steps,)."""
    keep = np.ones((1, len(base)), dtype=bool)
    rows = [[x[None].astype(np.float32)] * len(SIGNALS) for x in (effect, base)]
    inside = csr_array(np.array([[1.0], [0.0]]))  # the leaf in a cell that is not the whole, and one without leaves
    return scales(*rows, keep, np.full((len(SIGNALS), 1), 500.0), inside, windows, 0)


@pytest.mark.parametrize("idle", [1, 5, 23])
@pytest.mark.parametrize("trickle", [0.0, 0.4])
def test_idle_hours_do_not_make_a_job_look_steady(idle, trickle):
    """A job with hours between its runs, or with next to nothing in them, wanders as far as the same job without them."""
    wander = np.random.default_rng(7).normal(size=200) * 10
    apart = np.zeros((200, 1 + idle))
    apart[:, 0] = wander
    base = np.full_like(apart, trickle)
    base[:, 0] = 50.0
    dense, sparse = learnt(wander, np.full(200, 50.0)), learnt(apart.ravel(), base.ravel())
    assert sparse.scale[:, 0, 0] == pytest.approx(dense.scale[:, 0, 0], rel=0.2)
    assert dense.scale[VOLUME, 0, 0] > 0.15


def test_what_was_hardly_ever_there_has_no_scale_to_be_judged_by():
    """Two busy hours say nothing of how far requests a run wander; a model never used, that it was not used."""
    base = np.zeros(400)
    base[[100, 300]] = 5.0
    found = learnt(np.zeros(400), base)
    assert found.scale[PER_RUN, 0, 0] == 1.0
    assert found.scale[MIX, 0, 0] == pytest.approx(FLOOR[MIX])
    assert np.isfinite(found.scale).all() and np.isfinite(found.middle).all()


def test_one_large_job_that_comes_late_is_waited_for():
    """Its provider's hours are complete when the job has come, not when most rows have."""
    hours = pd.date_range("2026-03-02", periods=24 * 20, freq="h", tz="UTC")
    small = pd.DataFrame({"hour": np.repeat(hours, 4), "feature": ["a", "b", "c", "d"] * len(hours), "cost_usd": 1.0})
    large = pd.DataFrame({"hour": hours[16::24], "feature": "job", "cost_usd": 150.0})
    small["available_at"], large["available_at"] = (
        small["hour"] + pd.Timedelta("2h"),
        large["hour"] + pd.Timedelta("8h"),
    )
    rows = pd.concat([small, large], ignore_index=True).assign(provider="openai", model="m", requests=1)
    grid = Grid(1)
    grid.learn(table_of(rows))
    (group,) = grid.groups
    assert grid.lag_hours(group) == pytest.approx(7.0)
