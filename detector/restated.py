"""What becomes of an incident when data that it was judged by is restated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detector.types import Incident
from ledger.types import NANO, to_hour

if TYPE_CHECKING:
    from detector.lane import Lane

LEFT = 0.35
"""An incident whose hours hold less than this share of the deviation that they were judged by has lost its ground."""
NEWS = 0.5
"""People hear of a restatement of what is over where it changes the cost by this share."""


def ground_removed(incident: Incident, lane: Lane, deviation: float) -> str | None:
    """Why an incident is withdrawn, in words; None where it stands. `deviation` is what is left of it in all, in dollars
    and its own direction: what has grown beyond the hours that it was judged by stands by itself."""
    judged = incident.judgement
    steps = np.array(judged.hours, dtype=np.int64) // lane.step - lane.start
    own = (steps >= 0) & (steps < lane.steps) & (np.array(judged.hours) >= to_hour(incident.started_at))
    leaves = lane.inside_scopes(incident.first_scopes)
    if not own.any() or not leaves.any():
        return None
    then, expected = (np.array(x)[own].sum() / NANO for x in (judged.actual, judged.expected))
    now = float(lane.cost[leaves][:, steps[own]].sum())
    sign = 1.0 if incident.direction == "up" else -1.0
    held, holds = sign * (then - expected), sign * (now - expected)
    if held <= 0 or holds >= LEFT * held or deviation >= LEFT * held:
        return None
    return (
        f"newer data took its ground away: the hours it was judged by came to ${then:,.2f} then and come to ${now:,.2f} now, "
        f"where ${expected:,.2f} is normal"
    )
