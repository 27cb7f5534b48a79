"""A second opinion on a burst: whether the hours of a place stand out of its cost as a single series, too.

The search finds a burst by what it did to one driver, beside many others that it looked at. Here the cost of the place
is scored hour by hour as if nothing else were known: its seasonal decomposition (STL, refitted every day, robust by
cleaning) says what was to come, and an isolation forest adds what stands alone in all views at once. What neither finds
odd beside the place's own last weeks is everyday life.
"""

from __future__ import annotations

import numpy as np

from detector.decompose import DAY, Decomposer
from detector.forest import WEIGHT
from detector.grid import Floats
from detector.scorer import score_series

DAYS = 28
LEAST = 5.0
"""The score of an hour that stands out (an ordinary one has about 2)."""
OWN, OWN_QUANTILE = 0.7, 0.995
"""It must also reach this share of what the place's oddest hours score: one that bursts all the time sets its bar."""


def stands_out(cost: Floats, width: int, decomposer: Decomposer) -> bool:
    """Whether one of the last `width` hours of cost (hours,) stands out. True where history is too short to say."""
    series = cost[None, -DAYS * DAY :]
    width = min(width, DAY)
    scores = score_series(series, decomposer, forest=False)[0]
    past = scores[:-width][np.isfinite(scores[:-width])]
    if len(past) < 7 * DAY or not np.isfinite(scores[-width:]).any():
        return True
    bar = max(LEAST, OWN * float(np.quantile(past, OWN_QUANTILE)))
    largest = float(np.nanmax(scores[-width:]))
    if largest >= bar or largest + WEIGHT / 2 < bar:
        return largest >= bar
    return float(np.nanmax(score_series(series, decomposer)[0, -width:])) >= bar
