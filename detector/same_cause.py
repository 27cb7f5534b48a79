"""Which known incident an alarm is more of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from detector.effects import SIGNALS
from detector.explained import SAME_CAUSE, Explained
from detector.grid import Floats
from detector.kinds import launched, sign_of
from detector.lane import broad
from detector.scan import Alarm
from detector.types import Incident, Signal
from ledger.table import Bools

DWARFS = 3.0
"""What moves so many times as much is a cause of its own."""


class SameCause(Explained):
    """One cause, one incident."""

    def _same_cause(self, gain: Floats, signal: Signal, sign: int, start: datetime, alarm: Alarm) -> Incident | None:
        """The incident that this is more of: one whose rows hold most of it (`gain`, (leaves,) in dollars), and which
        has the same signal or the same beginning. Another signal that dwarfs it is a cause of its own."""
        best, most = None, 0.0
        total = max(float(gain.sum()), 1e-9)
        for i in self._mine():
            turned = sign_of(i) != sign and i.signal != "attribution"
            if i.kind != "spend" or i.state == "withdrawn" or turned:
                continue
            mine = self._leaves(i)
            share = float(gain[mine].sum()) / total
            near = abs(start - i.started_at) <= SAME_CAUSE
            same_rows = ((gain > 0) & mine).sum() >= 0.5 * ((gain > 0) | mine).sum()
            shifts = i.signal == "attribution" or (i.signal == "model_mix" and same_rows)
            alike = i.signal == signal or shifts or (near and not self._dwarfs(alarm, i)) or i.state == "accepted"
            past = start > self._until(i) + SAME_CAUSE or i.started_at - SAME_CAUSE > self.now
            part = broad(i.scopes[0]) and gain[mine].astype(bool).sum() < 0.5 * mine.sum()
            if share >= 0.5 and alike and not past and not part:
                value = share + (i.signal == signal)
                best, most = (i, value) if value > most else (best, most)
        return best

    def _dwarfs(self, alarm: Alarm, incident: Incident) -> bool:
        """Whether an alarm is far larger than what an incident's own signal alone has come to."""
        own = abs(float(self._series(incident)[0][self._lasting(incident)].sum()))
        score = incident.judgement.score
        return alarm.usd > DWARFS * own or (alarm.usd > own and alarm.score > DWARFS * score > 0)

    def _sibling(self, leaves: Bools, alarm: Alarm, sign: int, start: int) -> Incident | None:
        """An incident of the same signal that began about then beside these leaves and moved about as far, where one
        place holds both: it is that place that moved, and the incident moves there."""
        lane = self.lane
        for i in self._mine():
            begun = self._step(i.started_at)
            alike = i.state == "open" and i.kind == "spend" and i.signal == SIGNALS[alarm.signal] and not launched(i)
            if not alike or sign_of(i) != sign or abs(begun - start) > 2 * SAME_CAUSE // timedelta(hours=lane.step):
                continue
            mine = self._leaves(i)
            first = max(0, min(begun, start))
            effect, base = self._left(alarm.signal, sign, i, first)
            window = slice(0, self.last + 1 - first)
            far = [effect[x, window].sum() / max(base[x, window].sum(), 1e-9) for x in (mine, leaves & ~mine)]
            if leaves[mine].all() and max(far) > DWARFS * min(far):
                continue
            both = leaves | mine
            cell = self._place(alarm.signal, effect, base, window, both)
            if lane.members(cell)[both].mean() >= 0.8:
                moved = replace(i, scopes=(lane.cells[cell],), updated_at=self.now)
                if self._place(alarm.signal, effect, base, window, lane.members(cell)) == cell:  # and stays there
                    self._set(self._measured(moved), "moved", tell=False)
                return self.book[i.id]
        return None

    def _absorb(self, incident: Incident, alarm: Alarm, leaves: Bools) -> bool:
        """More of an incident: one that had ended goes on. Nothing new is said of what goes on anyway."""
        if incident.state == "resolved" and not self._done(incident):
            self._set(replace(incident, state="open", ended_at=None, updated_at=self.now), "reopened", tell=False)
        return self._pass_over(alarm, leaves)

    def _pass_over(self, alarm: Alarm, leaves: Bools) -> bool:
        """Leaves this signal of these leaves alone for the rest of the tick."""
        self._passed.append((alarm.signal, leaves | self.lane.members(alarm.cell)))
        return True
