"""What was announced, and what is new."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import numpy as np

from detector.explained import SAME_CAUSE
from detector.find import Find
from detector.judge import judgement_of
from detector.plans import SETTLE_DAYS, Plan
from detector.renames import renamed_from
from detector.types import Incident, State
from ledger.table import Bools
from ledger.types import NANO, Scope, from_hour

LAUNCH_DAYS = 14


class Announced(Find):
    """Keeps what was announced silent as far as it goes, and tells once of a launch that nobody announced."""

    def _plan(self) -> None:
        """An announced event that shows in the spend is noted, and nobody is told; what it costs is kept up to date."""
        for plan in self.plans:
            number = "plan-" + hashlib.sha256(plan.event.id.encode()).hexdigest()[:8]
            known = self.book.get(number)
            if known is not None:
                if known.state == "open" and known.judgement.grain == self.lane.step:
                    now = self._planned(known, plan)
                    self.book[number] = now
                    if now.state != "open":
                        self._set(now, "accepted" if now.state == "accepted" else "resolved", tell=False)
                continue
            if plan.spent < self.settings.min_usd:
                continue
            start = int(plan.steps[0])
            incident = Incident(
                id=number, kind="planned", state="open", direction="up", scopes=(plan.event.scope,),
                first_scopes=(plan.event.scope,), signal="volume", detected_at=self.now,
                started_at=from_hour((start + self.lane.start) * self.lane.step), ended_at=None, actual_nano=0,
                expected_nano=0, updated_at=self.now, event_id=plan.event.id, note=f"announced: {plan.event.title}",
                judgement=judgement_of(self.lane, plan.event.scope, "volume", start, self.last, None, self._threshold()),
            )  # fmt: skip
            self._set(self._planned(incident, plan), "opened", tell=False)

    def _planned(self, incident: Incident, plan: Plan) -> Incident:
        """With what it cost, and its end a day after it: by then its last hours are known."""
        until, at = plan.event.until, self.now
        actual = round(plan.spent * NANO)
        if until is None:
            state: State = "accepted" if at >= plan.event.time + timedelta(days=SETTLE_DAYS) else "open"
            return replace(incident, actual_nano=actual, state=state, updated_at=at)
        state, last = ("resolved" if at >= until + timedelta(days=1) else "open"), until - timedelta(hours=1)
        return replace(incident, actual_nano=actual, state=state, ended_at=last if at >= until else None, updated_at=at)

    def _tells_of(self, incident: Incident, scope: Scope, leaves: Bools, first: int) -> bool:
        """Whether an incident is this launch already, or what began with it at a place that holds it."""
        if incident.kind != "spend" or incident.direction != "up":
            return False
        near = abs(self._step(incident.started_at) - first) <= SAME_CAUSE // timedelta(hours=self.lane.step)
        return scope in incident.scopes or (near and bool(self._leaves(incident)[leaves].all()))

    def _launches(self) -> None:
        """A feature that nobody announced is told of once, when it has cost enough to matter."""
        lane = self.lane
        teams, features = (
            [i for i, c in enumerate(lane.cells) if [d for d, _ in c] == named and c[-1][1] is not None]
            for named in (["team"], ["team", "feature"])
        )
        planned = {int(leaf): plan for plan in self.plans for leaf in plan.leaves}
        muted: Bools = np.logical_not(np.any(self._explained(lane.steps - 1), axis=(0, 2)))
        began_at = np.where((lane.cost > 0).any(axis=1), np.argmax(lane.cost > 0, axis=1), lane.steps)
        young = self.settings.min_history_days * lane.per_day
        for cell in (*teams, *features):
            leaves = lane.members(cell)
            if began_at[leaves].min() < young:
                continue
            cost = lane.cost[leaves].sum(axis=0)
            first = int(np.argmax(cost > 0))
            fresh = (
                first >= self.settings.min_history_days * lane.per_day
                and self.last - first < LAUNCH_DAYS * lane.per_day
            )
            plan = next((planned[int(leaf)] for leaf in np.flatnonzero(leaves) if int(leaf) in planned), None)
            if plan is not None:  # what goes beyond its estimate is told, and that alone
                first = plan.beyond
            spent = cost[first : self.last + 1].sum()
            if not fresh or spent < self.gates.launch[cell] or muted[leaves].all():
                continue
            scope: Scope = lane.cells[cell]
            if any(self._tells_of(i, scope, leaves, first) for i in self._mine()):
                continue
            old = renamed_from(lane, cell, first, self.last) if plan is None else None
            if plan is not None:
                self._open(scope, "volume", +1, first, None, new="over_estimate")
            elif old is not None:
                was = " ".join(f"{d} {v}" for d, v in lane.cells[old] if (d, v) not in scope)
                self._open(scope, "attribution", +1, first, None, new="renamed", note=f"it is what was {was} before")
            elif cell not in teams:
                self._open(scope, "volume", +1, first, None, new="launch")
