"""The detector: rows in, incidents out, tick by tick. What it knows is the rows, the events and its book of incidents."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from detector.decompose import Decomposer
from detector.effects import MIX, SIGNALS, VOLUME, Ints
from detector.gates import gates_of, hushed
from detector.grid import Floats
from detector.growth import WEEK
from detector.judge import judgement_of
from detector.lane import SLOW_LAG, SLOW_WINDOWS, Lane, broad
from detector.life import began, ended, over
from detector.opinion import Opinion, opinion_of
from detector.place import best_cell
from detector.plans import SETTLE_DAYS, Plan, plans_of
from detector.renames import renamed_from
from detector.restated import NEWS, ground_removed
from detector.scan import Scores
from detector.settings import DetectionSettings
from detector.types import Change, Feedback, Incident, Signal, State, What
from ledger.table import Bools, CostTable
from ledger.types import NANO, Event, Scope, from_hour, scope_json, to_hour

STEPS_TOLD = (1, 2, 5, 10)
SEARCH_HOURS = 24 * 9
"""How far back each tick looks for something new."""
SAME_CAUSE = timedelta(hours=24)
DWARFS = 3.0
"""What moves so many times as much is a cause of its own."""
LAUNCH_DAYS = 14
RESTATED = timedelta(days=7)
"""How long after its end newer data still changes what an incident cost."""
TAIL_SLOPE, ONCE_A_MONTH = 0.685, 4.08
"""By how much a score must rise to be passed e times less often, and what everyday life passes once a month with all
gates open: measured on organisations where nothing is wrong (`benchmarks.organisations`)."""
NARROW = 0.6
"""The same for windows of less than a day."""
STAKES, MUCH = 0.4, 20.0
"""Where less than so many times the dollar gate is at stake, be surer: the score rises by this for each factor e."""
SLOW_STAKES = 0.9
"""By how much slow growth must be surer where little is at stake."""
SLOW_SHARE = np.array([2.5, *[1 / 2] * (len(SIGNALS) - 1)])
"""Slow growth is told at so many times the percent gate, by signal: a size that goes on growing early, volume when it
is far more than a month ago."""
FALL = 0.65
"""By how much a fall must be surer."""
UNTAGGED: Scope = (("team", None),)
ALL = range(len(SIGNALS))
BESIDE = 3.0
"""How far another signal must be from normal, in its own wandering, to be a part of what an incident cost."""
LIFTED = 2.0
"""Within a broad rise, what rises so many times as far is a cause of its own."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One cell, signal and window that is out of the ordinary."""

    signal: int
    window: int
    cell: int
    direction: int
    score: float
    usd: float
    """The deviation of the cell over the window, in the alarm's direction."""
    lasting: bool
    """Whether it is out of the ordinary over a day or more, too."""


def sign_of(incident: Incident) -> int:
    return 1 if incident.direction == "up" else -1


def signal_of(incident: Incident) -> int:
    """The row of SIGNALS that shows it: what has none of its own is seen by its volume."""
    return SIGNALS.index(incident.signal) if incident.signal in SIGNALS else VOLUME


def launched(incident: Incident) -> bool:
    """Whether it is a launch that nobody announced, or what one cost beyond its estimate: it has no normal of its own."""
    known = dict(incident.judgement.evidence)
    return bool(known.get("launch") or known.get("over_estimate"))


def renamed(incident: Incident) -> bool:
    """Whether it is only a new name for what was there."""
    return bool(dict(incident.judgement.evidence).get("renamed"))


def lost_tags(incident: Incident) -> bool:
    """Whether spend lost its owner."""
    return incident.signal == "attribution" and not renamed(incident)


def _from(cut: slice, first: int) -> slice:
    """A range of steps, counted from `first` on."""
    return slice(max(cut.start - first, 0), max(cut.stop - first, 0))


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
                changes += _Tick(self, lane, now, events, feedback).run()
        return changes


class _Tick:
    """One look at one lane."""

    def __init__(
        self, owner: Detector, lane: Lane, now: datetime, events: Sequence[Event], feedback: Sequence[Feedback]
    ) -> None:
        self.book, self.settings, self.lane, self.now = owner._book, owner.settings, lane, now
        self.decomposer = owner._decomposer
        self.events = [e for e in events if e.time <= now]
        self.feedback = [f for f in feedback if f.at <= now]
        self.hour = to_hour(now)
        self.changes: list[Change] = []
        self._passed: list[tuple[int, Bools]] = []
        self._opinions: dict[tuple[bytes, int], Opinion] = {}

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

    # --- what is explained already

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

    # --- the search for something new

    def _search(self) -> None:
        lane = self.lane
        first = max(lane.steps - SEARCH_HOURS // lane.step - lane.per_day, 0)
        down, seen = lane.ends(self.hour, complete=True), lane.seen(lane.steps - first)
        alarm, falls = None, True  # falls first: an outage explains what follows from it
        for _ in range(6):
            if falls:  # of volume alone
                keep = self._explained(first, [VOLUME]) & seen
                scores = lane.score(down, keep)
                alarm = self._loudest(-scores.score, scores, -1)
                falls = alarm is not None
            if not falls:
                keep = self._explained(first)
                scores = lane.score(self.up, keep, self._lift(first))
                alarm = self._loudest(scores.score, scores, +1)
            if alarm is None or not self._raise(alarm, keep[alarm.signal], first):
                return

    def _search_slow(self, day: int) -> None:
        """Growth over weeks, by the whole days that are over: once a day."""
        lane = self.lane
        last = day - 1 - lane.start // lane.per_day
        if last < SLOW_LAG + 10:
            return
        ends = np.clip((self.up + 1) // lane.per_day - 1, 0, last)  # a day that is not all there yet is no growth
        there = np.arange(lane.slow_effect.shape[2]) <= ends[:, None]
        for _ in range(3):
            keep = self._explained_days(ends)
            scores = lane.score_slow(ends, keep)
            alarm = self._loudest(scores.score, scores, +1, slow=True)
            if alarm is None:
                return
            effect, base = lane.slow_effect[alarm.signal] * there, lane.slow_base[alarm.signal] * there
            seed = lane.members(alarm.cell)
            window = slice(last + 1 - SLOW_WINDOWS[alarm.window], last + 1)
            cell = self._cell(effect, base, window, seed, lane.slow_scales.scale[alarm.signal, alarm.window])
            leaves = lane.members(cell)
            deviation, usual = effect[leaves].sum(axis=0), base[leaves].sum(axis=0)
            relative = deviation[window].sum() / max(usual[window].sum(), 1e-9)
            start = began(deviation, usual, 0.5 * relative, last, SLOW_LAG + 2) * lane.per_day
            moment = from_hour((start + lane.start) * lane.step)
            gain = np.maximum(effect[:, window].sum(axis=1), 0.0) * leaves
            known = self._same_cause(gain, SIGNALS[alarm.signal], +1, moment, alarm)  # type: ignore[arg-type]
            newest, normal = (WEEK / 2 * x[last - 1 : last + 1].sum() for x in (deviation, usual))  # dollars a week
            least = SLOW_SHARE[alarm.signal] * normal
            shut = self.gates.shut(cell, usd=newest, base=least, score=alarm.score, threshold=self._threshold())
            if known is None and not shut:
                self._open(lane.cells[cell], SIGNALS[alarm.signal], +1, start, alarm)  # type: ignore[arg-type]
            self._pass_over(alarm, leaves)

    def _explained_days(self, ends: Ints) -> Bools:
        """(signals, leaves) False where a part of the two days that end with `ends` (leaves,) is explained already; of
        volume, a part of the week, or more than that since what it is compared with."""
        keep = self._explained(0)
        by_day = np.all(keep.reshape(*keep.shape[:2], -1, self.lane.per_day), axis=3)
        leaves = np.arange(keep.shape[1])
        both: Bools = by_day[:, leaves, ends] & by_day[:, leaves, np.maximum(ends - 1, 0)]
        since = ends[:, None] - np.arange(by_day.shape[2])
        odd = ~by_day[VOLUME] & (since >= 0)
        both[VOLUME] = ~(odd & (since < WEEK)).any(axis=1) & (odd.sum(axis=1) <= WEEK)
        return both

    def _threshold(self) -> float:
        """A score that a month of everyday life passes about `alerts_per_month` times: the tail of the scores is close
        to exponential, a factor e of frequency for each `TAIL_SLOPE` of score."""
        return ONCE_A_MONTH - TAIL_SLOPE * math.log(max(self.settings.alerts_per_month, 1e-3))

    def _often(self) -> Floats:
        """(windows,) what the threshold rises by for windows shorter than a day: there are more of them to be odd by
        chance (Bonferroni's correction, in the slope of the tail)."""
        return np.asarray(NARROW * np.log(np.maximum(self.lane.per_day / np.array(self.lane.windows), 1.0)))

    def _loudest(self, score: Floats, scores: Scores, direction: int, *, slow: bool = False) -> Alarm | None:
        """The alarm that matters most; `score` is in the direction looked for. Slow growth is looked at by the day."""
        lane = self.lane
        usd, percent, bar = self.gates.usd, self.gates.share, self.gates.bar
        often = self._often() if direction > 0 and not slow else np.zeros(score.shape[1])
        dollars, base = direction * scores.dollars, np.maximum(scores.base, 1e-9)
        stakes, told = STAKES, dollars >= base * percent
        if slow:  # by how far the newest days are, and by what it costs in a week at this rate
            stakes, told = SLOW_STAKES, dollars[:, :1] >= base[:, :1] * SLOW_SHARE[:, None, None] * percent
            dollars = dollars * (WEEK / np.array(SLOW_WINDOWS))[:, None]
        surer = stakes * np.log(np.maximum(MUCH * usd / np.maximum(dollars, 1e-9), 1.0)) if direction > 0 else FALL
        told = told & (score >= (self._threshold() + often)[:, None] * bar + surer) & (dollars >= usd)
        if direction < 0:
            told &= lane.many & (scores.relative < -0.6)
        told &= (scores.base >= 0.05 * usd) | (lane.inside @ lane.known_volume[:, -1] > 0)
        told[1:] &= ~lane.nobodys
        if not told.any():
            return None
        rank = np.where(told, np.minimum(score, 40.0) * np.sqrt(np.maximum(dollars, 0)), 0.0)
        s, w, c = np.unravel_index(int(np.argmax(rank)), rank.shape)
        long = np.array(lane.windows[: score.shape[1]]) >= lane.per_day
        lasting = bool(told[s, long, c].any())
        return Alarm(int(s), int(w), int(c), direction, float(score[s, w, c]), float(dollars[s, w, c]), lasting)

    def _raise(self, alarm: Alarm, keep: Bools, cut: int) -> bool:
        """Turns an alarm into a new incident, or into news of one that there is; `keep` (leaves, steps from `cut`) as in
        the search. False where it led to nothing."""
        lane, sign = self.lane, alarm.direction
        effect, base = self._deviation(alarm.signal, sign, keep, cut)
        seed = lane.members(alarm.cell)
        end = int(self.up[seed].max()) - cut
        width = lane.windows[alarm.window]
        deviation, usual = effect[seed].sum(axis=0), base[seed].sum(axis=0)
        window = slice(max(0, end - width + 1), end + 1)
        relative = deviation[window].sum() / max(usual[window].sum(), 1e-9)
        start = began(deviation, usual, relative, end, 2 * width + 6 // lane.step)
        cell = self._place(alarm.signal, effect, base, slice(start, end + 1), seed)
        leaves = lane.members(cell)
        scope: Scope = lane.cells[cell]
        signal: Signal = SIGNALS[alarm.signal]  # type: ignore[assignment]
        if alarm.signal != VOLUME and dict(scope).get("team", "") is None:
            return self._pass_over(alarm, leaves)
        if sign > 0 and alarm.signal == VOLUME and dict(scope).get("team", "") is None:
            signal, scope, sign = self._owner(start + cut, end + cut, effect[leaves].sum(axis=0)[start : end + 1].sum())
        moment = from_hour((start + cut + lane.start) * lane.step)
        planned = self._overrun(leaves, start + cut) if sign > 0 and signal == "volume" else None
        scope = planned or scope
        gained = np.maximum(effect[:, start : end + 1].sum(axis=1), 0.0) * leaves
        known = self._same_cause(gained, signal, sign, moment, alarm)
        if known is None:
            known = self._sibling(leaves, alarm, sign, start + cut)
        if known is not None:
            return self._absorb(known, alarm, leaves)
        gain, normal = deviation[start : end + 1].sum(), usual[start : end + 1].sum()
        if alarm.signal == MIX:  # what the others lost counts against it
            gain = effect[lane.whole_flows(leaves), start : end + 1].sum()
        if self.gates.shut(cell, usd=gain, base=normal, score=alarm.score, threshold=self._threshold()):
            return self._pass_over(alarm, leaves)
        brief = signal == "volume" and sign > 0 and not (alarm.lasting or planned)
        if brief and not self._opinion(leaves, end - start + 1).stands_out:
            return self._pass_over(alarm, leaves)
        self._open(scope, signal, sign, start + cut, alarm)
        return self._pass_over(alarm, leaves)

    def _opinion(self, leaves: Bools, width: int) -> Opinion:
        """A second opinion on a burst of hours; of what comes by the day there is none."""
        if self.lane.step != 1 or not leaves.any():
            return Opinion()
        asked = (leaves.tobytes(), width)
        if asked not in self._opinions:
            cost = self._cost(leaves)[: int(self.up[leaves].max()) + 1]
            self._opinions[asked] = opinion_of(cost, width, self.decomposer)
        return self._opinions[asked]

    def _place(self, signal: int, effect: Floats, base: Floats, window: slice, seed: Bools) -> int:
        own = self.lane.scales.scale[signal, self._nearest(window.stop - window.start)]
        return self._cell(effect, base, window, seed, own)

    def _cell(self, effect: Floats, base: Floats, window: slice, seed: Bools, own: Floats) -> int:
        """The place of a deviation over a window; `own` (cells,) is how far each wanders by itself."""
        n, b = effect[:, window].sum(axis=1), base[:, window].sum(axis=1)
        return best_cell(n, b, own[self.lane.finest], self.lane.inside, seed, own)

    def _overrun(self, leaves: Bools, start: int) -> Scope | None:
        """The scope of an announced event that this goes on from."""
        for plan in self.plans:
            if leaves[plan.leaves].any() and plan.masked.size and 0 <= start - plan.masked[-1] <= 3:
                return plan.event.scope
        return None

    def _owner(self, start: int, end: int, gained: float) -> tuple[Signal, Scope, int]:
        """Whose tags were lost: the feature whose volume fell by about what nobody's rose; nobody's itself otherwise."""
        lane = self.lane
        nobody = lane.inside_scopes([UNTAGGED])
        moved = lane.effect[VOLUME][:, start : end + 1].sum(axis=1, dtype=float)
        models = np.eye(int(lane.model.max()) + 1)[lane.model]
        gain = np.maximum((moved[nobody, None] * models[nobody]).sum(axis=0), 0.0)
        named = [("team", "feature"), ("team", "feature", "workflow")]
        owners = [i for i, c in enumerate(lane.cells) if tuple(d for d, _ in c) in named and c[0][1] is not None]
        lost = np.maximum(-(lane.inside[owners] @ (moved[:, None] * models)), 0.0)
        common = np.minimum(lost, gain).sum(axis=1)
        if len(owners) and common.max() >= 0.4 * gained:
            best = max(range(len(owners)), key=lambda i: (round(common[i] / gained, 1), -len(lane.cells[owners[i]])))
            return "attribution", lane.cells[owners[best]], -1
        return "attribution", UNTAGGED, +1

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
            score = i.judgement.score
            told = abs(i.impact_nano) / NANO
            apart = alarm.usd > DWARFS * told or (alarm.usd > told and alarm.score > DWARFS * score > 0)
            same_rows = ((gain > 0) & mine).sum() >= 0.5 * ((gain > 0) | mine).sum()
            shifts = i.signal == "attribution" or (i.signal == "model_mix" and same_rows)
            alike = i.signal == signal or shifts or (near and not apart) or i.state == "accepted"
            past = start > self._until(i) + SAME_CAUSE or i.started_at - SAME_CAUSE > self.now
            part = broad(i.scopes[0]) and gain[mine].astype(bool).sum() < 0.5 * mine.sum()
            if share >= 0.5 and alike and not past and not part:
                value = share + (i.signal == signal)
                best, most = (i, value) if value > most else (best, most)
        return best

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

    # --- the life of incidents

    def _open(
        self, scope: Scope, signal: Signal, sign: int, start: int, alarm: Alarm | None, *, new: str = "",
        note: str = "",
    ) -> None:  # fmt: skip
        """`new` is what an incident without an alarm is, in a word; with a `note` it is the new normal at once."""
        began_at = from_hour((start + self.lane.start) * self.lane.step)
        name = json.dumps([scope_json(scope), signal, sign, began_at.isoformat()])
        number = "inc-" + hashlib.sha256(name.encode()).hexdigest()[:8]
        if number in self.book:
            return
        evidence: tuple[tuple[str, float], ...] = ((new, 1.0),) if new else ()
        if alarm is not None:
            evidence = self._opinion(self.lane.inside_scopes([scope]), self.last - start + 1).evidence()
        judged = judgement_of(self.lane, scope, signal, start, self.last, alarm, self._bar(scope), evidence=evidence)
        incident = Incident(
            id=number, kind="spend", state="accepted" if note else "open", direction="up" if sign > 0 else "down", scopes=(scope,),
            first_scopes=(scope,), signal=signal, detected_at=self.now, started_at=began_at, ended_at=None, actual_nano=0,
            expected_nano=0, updated_at=self.now, note=note,
            judgement=judged,
        )  # fmt: skip
        incident = self._measured(incident)
        judged = replace(judged, evidence=(*judged.evidence, ("first_usd", incident.impact_nano / NANO)))
        self._set(replace(incident, judgement=judged), "opened", tell=True)
        if start // self.lane.per_day < self.last // self.lane.per_day:  # it has taught today's references
            self.lane.forget()

    def _bar(self, scope: Scope) -> float:
        """The threshold as it is in a place."""
        cell = self.lane.number.get(scope)
        return self._threshold() * float(1.0 if cell is None else self.gates.bar[cell])

    def _measured(self, incident: Incident) -> Incident:
        """With what it cost and would have cost, from its beginning to its end or the newest step."""
        cut = self._lasting(incident)
        nano = round(self._cost(self.lane.inside_scopes(incident.scopes))[cut].sum() * NANO)
        free = incident.signal == "attribution" or renamed(incident)
        return replace(
            incident, actual_nano=nano, expected_nano=nano - (0 if free else round(self._excess(incident) * NANO))
        )

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

    def _last(self, incident: Incident) -> int:
        """The newest step of an incident's rows."""
        mine = self.lane.inside_scopes(incident.scopes)
        return int(self.up[mine].max(initial=0)) if mine.any() else self.last

    def _done(self, incident: Incident) -> bool:
        """Whether its last hours are back to normal."""
        deviation, base, start, last = self._so_far(incident)
        age = last - start + 1
        if launched(incident):
            return age > 24 and deviation[max(0, last - 23) : last + 1].sum() <= 0
        calm = max(1, (6 if age <= 48 else 24) // self.lane.step)
        return age > calm and over(deviation, base, self._relative(incident), last, calm)

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
        more = effect[lane.members(cell) & ~seed, :age].sum(axis=0)
        late = more[: len(more) // 2 + 1].sum() < 0.25 * more.sum()  # what joined later began by itself
        if (scope,) == incident.scopes or np.array_equal(lane.members(cell), seed) or late:
            return incident
        moved = replace(incident, scopes=(scope,), updated_at=self.now)
        self._set(self._measured(moved), "moved", tell=False)
        return self.book[incident.id]

    def _set(self, incident: Incident, what: What, *, tell: bool) -> None:
        self.book[incident.id] = incident
        self.changes.append(Change(incident, what, self.now, tell and not hushed(incident, self.feedback, self.now)))

    # --- what was announced, and what is new

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
