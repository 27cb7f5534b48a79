"""What was announced, laid over the steps: where it may cost more without anybody being told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from detector.effects import VOLUME, Ints
from detector.settings import DetectionSettings
from ledger.types import Event, to_hour

if TYPE_CHECKING:
    from detector.lane import Lane

SETTLE_DAYS = 21
"""How long after it began a lasting event (a launch) is still an explanation."""


@dataclass(frozen=True, eq=False)
class Plan:
    """An expected event on a lane: its leaves, the steps it covers, those of them that it excuses (`masked`: the rest
    went beyond what was announced), and the dollars that those have cost so far."""

    event: Event
    leaves: Ints
    steps: Ints
    masked: Ints
    spent: float

    @property
    def beyond(self) -> int:
        """The first step from which on it stays beyond what was announced; the one after the last where it does not."""
        kept = np.flatnonzero(np.isin(self.steps, self.masked))
        return int(self.steps[0]) + (int(kept[-1]) + 1 if kept.size else 0)


def plans_of(events: Sequence[Event], lane: Lane, now: datetime, settings: DetectionSettings) -> list[Plan]:
    """The plans among the events that are known at `now`."""
    found = []
    last = to_hour(now) // lane.step - lane.start
    for event in events:
        leaves = np.flatnonzero(lane.inside_scopes([event.scope])) if event.expected else np.zeros(0, dtype=np.int64)
        if not leaves.size:
            continue
        first = to_hour(event.time) // lane.step - lane.start
        until = first + SETTLE_DAYS * lane.per_day
        if event.until is not None:
            until = -(-to_hour(event.until) // lane.step) - lane.start
        steps = np.arange(max(first, 0), max(min(until, last, lane.steps), 0))
        if not steps.size:
            continue
        cost = lane.cost[leaves][:, steps].sum(axis=0)
        usual = np.zeros(len(steps))
        if lane.effect[VOLUME].shape == (len(lane.leaves), lane.steps):
            known = lane.known_volume[leaves][:, steps]
            usual = np.where(known, lane.base[VOLUME][leaves][:, steps], 0.0).sum(axis=0)
        excess = np.maximum(cost - usual, 0.0)
        allowed = _allowed(event, excess, lane.per_day, settings)
        found.append(Plan(event, leaves, steps, steps[allowed], float(excess[allowed].sum())))
    return found


def _allowed(event: Event, excess: np.ndarray, per_day: int, settings: DetectionSettings) -> np.ndarray:
    """Which steps stay within the estimate, where there is one."""
    spent = np.cumsum(excess)
    if event.expected_usd is not None:
        return spent <= settings.overrun_factor * event.expected_usd
    if event.expected_usd_a_day is not None:
        days = np.arange(1, len(excess) + 1) / per_day
        return spent <= settings.overrun_factor * event.expected_usd_a_day * np.maximum(days, 1.0)
    return np.ones(len(excess), dtype=bool)
