"""What changed in an hour, with why: shared by `tick`, a first run, `backtest` and `demo`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agent.replay import Replay
from detector import Change, Incident
from explainer import Context, Explanation, explain_incident


@dataclass(frozen=True, slots=True)
class Told:
    """One incident as it stood at the end of a replay, as it was first told, and the newest explanation of it."""

    incident: Incident
    first: Incident
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Heard:
    """One change, and why, as far as was known at its time."""

    change: Change
    explanation: Explanation


class Explainer:
    """Explains what a replay brings up, and keeps the newest word on each incident."""

    def __init__(self, replay: Replay, context: Context) -> None:
        self.told: dict[str, Told] = {}
        self._replay, self._context = replay, context

    def hear(self, changes: Iterable[Change], at: datetime) -> list[Heard]:
        """Explains the incidents that changed, from what was known at `at`."""
        changes = list(changes)
        if not changes:
            return []
        known, events = self._replay.history.known(at), self._replay.events(at)
        for incident in {change.incident.id: change.incident for change in changes}.values():
            why = explain_incident(known, incident, events=events, now=at, context=self._context)
            first = self.told[incident.id].first if incident.id in self.told else incident
            self.told[incident.id] = Told(incident, first, why)
        return [Heard(change, self.told[change.incident.id].explanation) for change in changes]

    def update(self, incidents: Iterable[Incident], at: datetime) -> None:
        """Explains those that still go on once more, with all that is known at the end."""
        going = [i for i in incidents if i.ended_at is None and i.id in self.told]
        self.hear([Change(i, "grew", at, False) for i in going], at)
