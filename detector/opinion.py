"""A second opinion on a burst: whether the hours of a place stand out of its cost as a single series, too.

The search finds a burst by what it did to one driver, beside many others that it looked at. Here the cost of the place
is scored hour by hour as if nothing else were known: its seasonal decomposition (STL, refitted every day, robust by
cleaning) says what was to come, and an isolation forest adds what stands alone in all views at once. What neither finds
odd beside the place's own last weeks is everyday life.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Opinion:
    """The largest score of the hours asked about, the bar it had to reach, and what isolation added to the score (none
    where it was clear without). Without a history that is long enough there is no score."""

    score: float | None = None
    bar: float = LEAST
    isolation: float = 0.0

    @property
    def stands_out(self) -> bool:
        """True where history is too short to say, too."""
        return self.score is None or self.score >= self.bar

    def evidence(self) -> tuple[tuple[str, float], ...]:
        """As it is kept with an incident."""
        if self.score is None:
            return ()
        return ("seasonal", self.score - self.isolation), ("forest", self.isolation), ("second_opinion_bar", self.bar)


def opinion_of(cost: Floats, width: int, decomposer: Decomposer) -> Opinion:
    """Whether one of the last `width` hours of cost (hours,) stands out."""
    series = cost[None, -DAYS * DAY :]
    width = min(width, DAY)
    scores = score_series(series, decomposer, forest=False)[0]
    past = scores[:-width][np.isfinite(scores[:-width])]
    if len(past) < 7 * DAY or not np.isfinite(scores[-width:]).any():
        return Opinion()
    bar = max(LEAST, OWN * float(np.quantile(past, OWN_QUANTILE)))
    largest = float(np.nanmax(scores[-width:]))
    if largest >= bar or largest + WEIGHT / 2 < bar:
        return Opinion(largest, bar)
    with_forest = float(np.nanmax(score_series(series, decomposer)[0, -width:]))
    return Opinion(with_forest, bar, max(with_forest - largest, 0.0))
