"""One look at one lane: which rows the known incidents explain, and what each of them cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from detector.decompose import Decomposer
from detector.effects import MIX, SIGNALS, VOLUME, Ints
from detector.gates import Gates, hushed
from detector.grid import Floats
from detector.kinds import launched, lost_tags, renamed, sign_of, signal_of
from detector.lane import Lane, broad
from detector.life import over
from detector.opinion import Opinion
from detector.place import best_cell
from detector.plans import Plan
from detector.types import Change, Feedback, Incident, What
from ledger.table import Bools
from ledger.types import NANO, Event, Scope, to_hour

SAME_CAUSE = timedelta(hours=24)
UNTAGGED: Scope = (("team", None),)
ALL = range(len(SIGNALS))
BESIDE = 3.0
"""How far another signal must be from normal, in its own wandering, to be a part of what an incident cost."""
LIFTED = 2.0
"""Within a broad rise, what rises so many times as far is a cause of its own."""


def _from(cut: slice, first: int) -> slice:
    """A range of steps, counted from `first` on."""
    return slice(max(cut.start - first, 0), max(cut.stop - first, 0))


class Explained:
    """What all that follows is told from: the book of incidents and the lane's rows at one moment."""

    gates: Gates
    plans: list[Plan]
    up: Ints
    """(leaves,) the newest step of each."""
    last: int
    """The newest of all."""
    there: Bools
    """(leaves, steps) what has come by now."""

    def __init__(
        self, book: dict[str, Incident], lane: Lane, now: datetime, events: Sequence[Event], feedback: Sequence[Feedback],
        decomposer: Decomposer,
    ) -> None:  # fmt: skip
        self.book, self.settings, self.lane, self.now = book, lane.settings, lane, now
        self.decomposer = decomposer
        self.events = [e for e in events if e.time <= now]
        self.feedback = [f for f in feedback if f.at <= now]
        self.hour = to_hour(now)
        self.changes: list[Change] = []
        self._passed: list[tuple[int, Bools]] = []
        self._opinions: dict[tuple[bytes, int], Opinion] = {}

    def _mine(self) -> list[Incident]:
        return [i for i in self.book.values() if i.judgement.grain == self.lane.step]

    def _leaves(self, incident: Incident) -> Bools:
        mask = self.lane.inside_scopes(incident.scopes)
        return mask | self.lane.inside_scopes([UNTAGGED]) if lost_tags(incident) else mask

    def _step(self, moment: datetime) -> int:
        return to_hour(moment) // self.lane.step - self.lane.start

    def _until(self, incident: Incident) -> datetime:
        """How long an incident explains its rows: to its end, or until what was accepted is well learnt."""
        if incident.state == "accepted":
            learnt = incident.started_at + timedelta(days=self.settings.accept_after_days)
            return max(incident.updated_at, learnt) + timedelta(days=1)
        return incident.ended_at or self.now

    def _range(self, incident: Incident) -> slice:
        stop = min(self._step(self._until(incident)) + 1, self.lane.steps)
        return slice(max(0, self._step(incident.started_at)), max(0, stop))

    def _flagged(self, *, only_open: bool = False) -> Bools:
        """(leaves, steps) what teaches nothing: incidents until they are accepted, and batches. With `only_open`, of
        the short ones those alone that go on: a flow that bursts again and again sets its own bar."""
        mask = np.zeros((len(self.lane.leaves), self.lane.steps), dtype=bool)
        for i in self._mine():
            brief = i.ended_at is not None and i.ended_at - i.started_at < SAME_CAUSE
            if (
                i.state in ("open", "resolved")
                and i.kind == "spend"
                and not (only_open and brief and i.signal == "volume")
            ):
                mask[self._leaves(i), self._range(i)] = True
            elif i.state == "accepted" and not only_open and self.now >= self._until(i):
                mask[self._leaves(i), : self._range(i).start] = True  # what was before it is no normal any more
        for plan in self.plans:
            if plan.event.until is not None:
                mask[np.ix_(plan.leaves, plan.steps)] = True
        return mask

    def _explained(self, first: int, signals: Sequence[int] = ALL, *, besides: Incident | None = None) -> Bools:
        """(signals, leaves, steps from `first`) False where an incident or a plan says what it is; `besides` this one.
        Lost tags change every figure of what nobody owns, and an outage the shares of models wherever it was felt."""
        lane = self.lane
        keep = np.ones((len(signals), len(lane.leaves), lane.steps - first), dtype=bool)
        of = {s: keep[i] for i, s in enumerate(signals)}
        for i in self._mine():
            if i.kind == "spend" and i.state != "withdrawn" and (besides is None or i.id != besides.id):
                signal, cut = signal_of(i), _from(self._range(i), first)
                if cut.stop <= cut.start:
                    continue
                leaves = self._leaves(i)
                if i.ended_at is not None:
                    keep[:, leaves, cut] = False
                elif signal in of and not self._lifts(i):
                    of[signal][leaves, cut] = False
                if lost_tags(i):
                    keep[:, lane.inside_scopes([UNTAGGED]), cut] = False
                if i.direction == "down" and signal == VOLUME and MIX in of:
                    of[MIX][lane.whole_flows(leaves), cut] = False
        for plan in self.plans:
            masked = plan.masked[plan.masked >= first] - first
            keep[:, plan.leaves[:, None], masked[None, :]] = False
        for said in self.feedback:
            known = self.book.get(said.incident_id or "")
            if said.word == "mute" and (said.until is None or said.until > self.now):
                scopes = (said.scope,) if said.scope is not None else known.scopes if known else ()
                keep[:, lane.inside_scopes(scopes)] = False
            still = said.word == "expected" and said.until is not None and said.until > self.now
            if known and still and signal_of(known) in of:
                of[signal_of(known)][self._leaves(known)] = False
        for signal, leaves in self._passed:
            if signal in of:
                of[signal][leaves] = False
        return keep

    def _lifts(self, incident: Incident) -> bool:
        return incident.signal == "volume" and incident.direction == "up" and broad(incident.scopes[0])

    def _left(self, signal: int, sign: int, besides: Incident, first: int) -> tuple[Floats, Floats]:
        """(leaves, steps from `first`) deviation in a direction and base that only this incident may explain."""
        keep = self._explained(first, [signal], besides=besides)[0]
        return self._deviation(signal, sign, keep, first, besides=besides)

    def _deviation(
        self, signal: int, sign: int, keep: Bools, first: int, *, besides: Incident | None = None
    ) -> tuple[Floats, Floats]:
        """(leaves, steps from `first`) deviation in a direction and base, as far as data goes and where `keep`; of volume
        that rises without what broad rises account for, `besides` one."""
        keep = keep & self.there[:, first:]
        effect, base = (x[signal][:, first:].astype(float) for x in (self.lane.effect, self.lane.base))
        effect *= sign
        if signal == VOLUME and sign > 0:
            effect -= self._lift(first, besides=besides)
        return effect * keep, base * keep

    def _lift(self, first: int, *, besides: Incident | None = None) -> Floats:
        """(leaves, steps from `first`) dollars of volume that broad rises account for, with some room: a burst of one
        feature may come in the middle of one."""
        out = np.zeros((len(self.lane.leaves), self.lane.steps - first))
        for i in self._mine():
            other = besides is None or i.id != besides.id
            if self._lifts(i) and i.kind == "spend" and i.state != "withdrawn" and other:
                cut = _from(self._range(i), first)
                leaves = self._leaves(i)
                out[leaves, cut] = LIFTED * self._relative(i) * self.lane.base[VOLUME][:, first:][leaves, cut]
        return out

    def _place(self, signal: int, effect: Floats, base: Floats, window: slice, seed: Bools) -> int:
        own = self.lane.scales.scale[signal, self._nearest(window.stop - window.start)]
        return self._cell(effect, base, window, seed, own)

    def _cell(self, effect: Floats, base: Floats, window: slice, seed: Bools, own: Floats) -> int:
        """The place of a deviation over a window; `own` (cells,) is how far each wanders by itself."""
        n, b = effect[:, window].sum(axis=1), base[:, window].sum(axis=1)
        return best_cell(n, b, own[self.lane.finest], self.lane.inside, seed, own)

    def _nearest(self, width: int) -> int:
        """The window that is about so many steps wide."""
        return int(np.argmin(np.abs(np.log(np.array(self.lane.windows) / max(1, width)))))

    def _cost(self, leaves: Bools | Ints) -> Floats:
        total: Floats = self.lane.cost[leaves].sum(axis=0)
        return total

    def _series(self, incident: Incident) -> tuple[Floats, Floats]:
        """(steps,) deviation and base of an incident's own signal over its rows, nothing before it began."""
        leaves, steps = np.flatnonzero(self.lane.inside_scopes(incident.scopes)), self.lane.steps
        first = min(self._range(incident).start, steps)
        if launched(incident):
            cost = self._cost(leaves)
            cost[:first] = 0.0
            return cost, np.full(steps, 1e-9)
        signal = signal_of(incident)
        alone = self.there[leaves, first:]
        effect, base = (x[signal][leaves, first:].astype(float) for x in (self.lane.effect, self.lane.base))
        if self._lifts(incident):  # no dollar is counted twice: a burst within a broad rise is its own
            for i in self._mine():
                if i.signal == "volume" and i.direction == "up" and i.kind == "spend" and not self._lifts(i):
                    alone[self._leaves(i)[leaves], _from(self._range(i), first)] = False
        elif signal == VOLUME and incident.direction == "up":
            effect -= self._lift(first)[leaves] / LIFTED
        deviation, usual = (np.pad((x * alone).sum(axis=0), (first, 0)) for x in (effect, base))
        return deviation, usual

    def _last(self, incident: Incident) -> int:
        """The newest step of an incident's rows."""
        mine = self.lane.inside_scopes(incident.scopes)
        return int(self.up[mine].max(initial=0)) if mine.any() else self.last

    def _so_far(self, incident: Incident) -> tuple[Floats, Floats, int, int]:
        """Deviation in its direction and base, (steps,), with the first step of an incident and its newest."""
        deviation, base = self._series(incident)
        return deviation * sign_of(incident), base, max(0, self._step(incident.started_at)), self._last(incident)

    def _relative(self, incident: Incident) -> float:
        """How far an incident is from normal, from its beginning to its end or the newest step."""
        if launched(incident):
            return 0.0
        deviation, base, start, last = self._so_far(incident)
        last = last if incident.ended_at is None else self._step(incident.ended_at)
        return float(deviation[start : last + 1].sum() / max(base[start : last + 1].sum(), 1e-9))

    def _done(self, incident: Incident) -> bool:
        """Whether its last hours are back to normal."""
        deviation, base, start, last = self._so_far(incident)
        age = last - start + 1
        if launched(incident):
            return age > 24 and deviation[max(0, last - 23) : last + 1].sum() <= 0
        calm = max(1, (6 if age <= 48 else 24) // self.lane.step)
        return age > calm and over(deviation, base, self._relative(incident), last, calm)

    def _lasting(self, incident: Incident) -> slice:
        """The steps from its beginning to its end or the newest."""
        cut = self._range(incident)
        return slice(cut.start, min(cut.stop, self.last + 1))

    def _excess(self, incident: Incident) -> float:
        """Dollars beyond what was expected while it lasts: of its own signal, and of each other that is out of the
        ordinary there meanwhile (an agent that loops sends longer requests, too). What moved to other models is counted
        together with what it left."""
        lane, cut, own = self.lane, self._lasting(incident), signal_of(incident)
        cell = lane.number.get(incident.scopes[0])
        alone = launched(incident) or self._lifts(incident) or incident.direction == "down"
        if alone or cell is None or cut.stop <= cut.start:
            return float(self._series(incident)[0][cut].sum())
        leaves = lane.inside_scopes(incident.scopes)
        if own == MIX:
            leaves = lane.whole_flows(leaves)
        keep = self._explained(cut.start, besides=incident)[:, leaves] & self.there[leaves, cut.start :]
        effect, base = (
            np.array([(x[s][leaves, cut] * keep[s, :, : cut.stop - cut.start]).sum(dtype=float) for s in ALL])
            for x in (lane.effect, lane.base)
        )
        window = self._nearest(cut.stop - cut.start)
        odd = np.abs(effect / np.maximum(base, 1e-9) - lane.scales.middle[:, window, cell])
        beside = odd >= BESIDE * lane.scales.scale[:, window, cell]
        beside[own] = False
        if own == MIX:  # the volume of one model is what another lost
            beside[VOLUME] = False
            return float(effect[MIX] + effect[beside].sum())
        return float(self._series(incident)[0][cut].sum() + effect[beside].sum())

    def _measured(self, incident: Incident) -> Incident:
        """With what it cost and would have cost, from its beginning to its end or the newest step."""
        cut = self._lasting(incident)
        nano = round(self._cost(self.lane.inside_scopes(incident.scopes))[cut].sum() * NANO)
        free = incident.signal == "attribution" or renamed(incident)
        return replace(
            incident, actual_nano=nano, expected_nano=nano - (0 if free else round(self._excess(incident) * NANO))
        )

    def _set(self, incident: Incident, what: What, *, tell: bool) -> None:
        self.book[incident.id] = incident
        self.changes.append(Change(incident, what, self.now, tell and not hushed(incident, self.feedback, self.now)))
