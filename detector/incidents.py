"""The detector: rows in, incidents out, tick by tick. What it knows is the rows, the events and its book of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from detector.announced import Announced
from detector.decompose import Decomposer
from detector.follow import Follow
from detector.gates import gates_of
from detector.lane import Lane
from detector.plans import plans_of
from detector.settings import DetectionSettings
from detector.types import Change, Feedback, Incident
from ledger.table import CostTable
from ledger.types import Event, Scope


class Detector:
    """Learns rows and raises, updates and ends incidents. The same rows, events, feedback and book give the same
    changes; a new Detector that learns all rows and is given the book goes on where another left off."""

    def __init__(self, settings: DetectionSettings, *, book: Sequence[Incident] = ()) -> None:
        self.settings = settings
        self._book = {i.id: i for i in book}
        self._lanes = {step: Lane(step, settings) for step in (1, 24)}
        self._decomposer = Decomposer()

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All incidents, by when they were detected."""
        return tuple(sorted(self._book.values(), key=lambda i: (i.detected_at, i.id)))

    @property
    def places(self) -> list[Scope]:
        """All places that are watched, by the hour and by the day."""
        return [cell for lane in self._lanes.values() for cell in lane.cells]

    def learn(self, rows: CostTable) -> None:
        """Takes newly known rows in; one with the leaf and hour of another replaces it, a removed row comes as zeros."""
        grain = rows.leaves["grain"].to_numpy(dtype=np.int64)[rows.leaf]
        for step, lane in self._lanes.items():
            mine = grain == step
            if mine.any():
                lane.learn(rows.take(mine))

    def tick(self, now: datetime, *, events: Sequence[Event] = (), feedback: Sequence[Feedback] = ()) -> list[Change]:
        """What changed by `now` (aware): judged by the rows learned so far."""
        changes: list[Change] = []
        for lane in self._lanes.values():
            if len(lane.grid.leaves):
                changes += _Tick(self._book, lane, now, events, feedback, self._decomposer).run()
        return changes


class _Tick(Follow, Announced):
    """One look at one lane."""

    def run(self) -> list[Change]:
        lane = self.lane
        day = (self.hour - 1) // 24
        new_day = lane.stale(day)
        if new_day:
            lane.prepare(day)
        self.gates = gates_of(lane, self.settings, self.feedback, self.book)
        self.plans = plans_of(self.events, lane, self.now, self.settings)
        if new_day:
            lane.refresh(self._flagged(), self._flagged(only_open=True))
            self.plans = plans_of(self.events, lane, self.now, self.settings)  # by today's baseline
        self.up = lane.ends(self.hour, complete=False)
        self.last = int(self.up.max())
        self.there = np.arange(lane.steps) <= self.up[:, None]
        self._follow()
        self._plan()
        self._launches()
        self._search()
        if new_day:
            self._search_slow(day)
        return self.changes
