"""The life of an incident: its place, its cost, its end, the new normal, and what newer data says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from detector.effects import SIGNALS, Ints
from detector.explained import Explained
from detector.gates import hushed
from detector.kinds import launched, sign_of, signal_of
from detector.life import ended
from detector.restated import NEWS, ground_removed
from detector.types import Incident
from ledger.types import NANO, Scope, from_hour, to_hour

STEPS_TOLD = (1, 2, 5, 10)
RESTATED = timedelta(days=7)
"""How long after its end newer data still changes what an incident cost."""


JOINS = 0.1
"""An incident goes on in another place where what joins it there is at least this share of what moved."""


class Follow(Explained):
    """Brings the incidents of the book up to date."""

    def _follow(self) -> None:
        """Brings incidents up to date: the place, the cost, the end, the new normal, and what newer data says."""
        accepted = {f.incident_id for f in self.feedback if f.word == "expected" and f.until is None}
        touched, self.lane.touched = self.lane.touched, self.lane.touched[:0]
        for incident in [i for i in self._mine() if i.state in ("open", "resolved") and i.kind == "spend"]:
            recent = incident.ended_at is None or self.now - incident.ended_at <= RESTATED
            if recent and self._withdrawn(incident):
                continue
            if incident.state == "open" and incident.id in accepted:
                note = "it was said to be expected, and is taken as the new normal"
                self._accept(self._measured(incident), note)
            elif incident.state == "open":
                self._follow_one(incident)
            elif recent:
                self._restated(incident, touched)

    def _withdrawn(self, incident: Incident) -> bool:
        """Takes an incident back whose ground newer data removed."""
        left = sign_of(incident) * self._series(incident)[0][self._lasting(incident)].sum()
        why = ground_removed(incident, self.lane, float(left))
        if why is None:
            return False
        now = self._measured(replace(incident, state="withdrawn", note=why, updated_at=self.now))
        self._set(now, "withdrawn", tell=True)
        self.lane.forget()
        return True

    def _restated(self, incident: Incident, touched: Ints) -> None:
        """What is over costs what newer data says."""
        first, last = to_hour(incident.started_at), to_hour(incident.ended_at or self.now)
        if not ((touched >= first) & (touched <= last)).any():
            return
        now = self._measured(replace(incident, updated_at=self.now))
        moved = abs(now.impact_nano - incident.impact_nano)
        if moved > 0.01 * abs(incident.impact_nano):
            told = moved >= max(NEWS * abs(incident.impact_nano), self.settings.min_usd * NANO)
            self._set(now, "restated", tell=told)

    def _accept(self, incident: Incident, note: str) -> None:
        self._set(replace(incident, state="accepted", updated_at=self.now, note=note), "accepted", tell=True)

    def _follow_one(self, incident: Incident) -> None:
        lane = self.lane
        incident = self._moved(incident, max(0, self._step(incident.started_at)))
        if self._done(incident):
            deviation, base, start, last = self._so_far(incident)
            last = ended(deviation, base, self._relative(incident), start, last)
            closed = replace(
                incident, ended_at=from_hour((last + lane.start) * lane.step), state="resolved", updated_at=self.now
            )
            self._set(self._measured(closed), "resolved", tell=True)
        elif self.now - incident.started_at >= timedelta(days=self.settings.accept_after_days):
            note = f"it has lasted {self.settings.accept_after_days} days and is taken as the new normal"
            self._accept(self._measured(incident), note)
        else:
            self._grown(incident, self._measured(incident))

    def _grown(self, old: Incident, new: Incident) -> None:
        first = max(abs(dict(new.judgement.evidence).get("first_usd", 0.0)), self.settings.min_usd)
        reached = max([s for s in STEPS_TOLD if abs(new.impact_nano) / NANO >= s * first], default=1)
        if reached > old.told_step and not hushed(new, self.feedback, self.now):
            self._set(replace(new, told_step=reached, updated_at=self.now), "grew", tell=True)
        else:
            self.book[new.id] = new

    def _moved(self, incident: Incident, start: int) -> Incident:
        """Looks again where the cause lies while an incident is young; the first hours do not always tell."""
        lane, age = self.lane, self.last - start + 1
        if incident.signal not in SIGNALS or age > 48 // lane.step or launched(incident):
            return incident
        signal, sign = signal_of(incident), sign_of(incident)
        seed = lane.inside_scopes(incident.scopes)
        effect, base = self._left(signal, sign, incident, start)
        cell = self._place(signal, effect, base, slice(0, age), seed)
        scope: Scope = lane.cells[cell]
        wider = lane.members(cell) & ~seed
        more = effect[wider, :age].sum(axis=0)
        late = more[: len(more) // 2 + 1].sum() < 0.25 * more.sum()  # what joined later began by itself
        idle = wider.any() and more.sum() < JOINS * effect[lane.members(cell), :age].sum()
        if (scope,) == incident.scopes or np.array_equal(lane.members(cell), seed) or late or idle:
            return incident
        moved = replace(incident, scopes=(scope,), updated_at=self.now)
        self._set(self._measured(moved), "moved", tell=False)
        return self.book[incident.id]
