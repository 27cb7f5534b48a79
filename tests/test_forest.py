"""The forest is bounded, frugal, reproducible, causal, and tells an odd hour from an ordinary one."""

import numpy as np
import pytest

from detector.forest import BUDGET, LEAST, REFIT, WEIGHT, Opinion, SecondOpinion

HOURS, SERIES, VIEWS = 3 * REFIT, 4, 6


@pytest.fixture
def hours():
    """Scores (hours, series) and views (hours, views, series), ordinary but for one lonely and one mild candidate."""
    rng = np.random.default_rng(1)
    views = rng.normal(size=(HOURS, VIEWS, SERIES))
    scores = np.abs(views).max(axis=1)
    views[450, :, 2], scores[450, 2] = 40.0, 45.0
    scores[450, 1] = LEAST + 1
    return scores, views


def opinion(scores, views, *, ask_each_hour: bool = False) -> Opinion:
    second = SecondOpinion(SERIES, VIEWS)
    answers = []
    for score, view in zip(scores, views, strict=True):
        second.observe(score, view)
        if ask_each_hour:
            answers.append(second.answers())
    answers.append(second.answers())
    return Opinion(*(np.concatenate([getattr(a, f) for a in answers]) for f in ("hours", "series", "extra")))


def test_a_lonely_hour_gains_more_than_an_ordinary_one(hours):
    """An hour odd in all views at once gains, one with ordinary views hardly does, and the gain is bounded."""
    answers = opinion(*hours)
    gain = dict(zip(zip(answers.hours.tolist(), answers.series.tolist(), strict=True), answers.extra, strict=True))
    assert gain[450, 2] > 5 * gain[450, 1]
    assert max(gain.values()) <= WEIGHT / 2 and min(gain.values()) >= 0


def test_asked_hourly_or_at_the_end_alike(hours):
    """A tick that asks every hour hears what a batch hears."""
    batch, live = opinion(*hours), opinion(*hours, ask_each_hour=True)
    np.testing.assert_array_equal(batch.hours, live.hours)
    np.testing.assert_array_equal(batch.extra, live.extra)


def test_nothing_ahead_matters(hours):
    """What follows an hour changes no answer about it."""
    scores, views = hours
    whole, cut = opinion(scores, views), opinion(scores[:460], views[:460])
    before = whole.hours < 460
    np.testing.assert_array_equal(whole.extra[before], cut.extra)


def test_candidates_stay_within_the_budget(hours):
    """However loud a series is, at most two hours in a hundred are asked about."""
    scores, views = hours
    answers = opinion(scores + 100, views)
    for series in range(SERIES):
        assert 0 < (answers.series == series).sum() <= BUDGET * HOURS


def test_without_history_nothing_is_added():
    """Before there is a pool, and for series without values, there is no opinion."""
    second = SecondOpinion(1, VIEWS)
    for _ in range(60):
        second.observe(np.array([np.nan]), np.full((VIEWS, 1), np.nan))
    assert len(second.answers().hours) == 0
