"""Hour after hour through the detector: the one loop that `tick`, a first run, `backtest` and `demo` share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.history import History
from detector import Change, Detector, Feedback
from ledger.table import CostTable
from ledger.types import Event


@dataclass(frozen=True, slots=True)
class Step:
    """What one hour brought."""

    at: datetime
    changes: tuple[Change, ...]


class Replay:
    """A detector over a history. Events are seen from their time on, feedback from when it was given."""

    def __init__(
        self, detector: Detector, history: History, *, events: Sequence[Event] = (), feedback: Sequence[Feedback] = ()
    ) -> None:
        self.detector, self.history = detector, history
        self._events, self._feedback = tuple(events), tuple(feedback)

    def events(self, at: datetime) -> list[Event]:
        """The events that may be read at a time."""
        return [e for e in self._events if e.time <= at]

    def steps(self, hours: Sequence[datetime]) -> Iterator[Step]:
        """Judges each of the hours, in order, having learnt what was known by then and no more."""
        for i, at in enumerate(hours):
            before = hours[i - 1] if i else None
            learnt = self.history.learnt(before, at) if before else self._start(at)
            if len(learnt):
                self.detector.learn(learnt)
            feedback = [f for f in self._feedback if f.at <= at]
            yield Step(at, tuple(self.detector.tick(at, events=self.events(at), feedback=feedback)))

    def _start(self, at: datetime) -> CostTable:
        """What was known before the first hour is learnt first, so that what came with that hour is new to it."""
        before = self.history.known(at - timedelta(hours=1))
        if len(before):
            self.detector.learn(before)
        return self.history.learnt(at - timedelta(hours=1), at)
