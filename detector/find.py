"""The search for something new."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace

import numpy as np

from detector.effects import MIX, SIGNALS, VOLUME, Ints
from detector.explained import UNTAGGED
from detector.grid import Floats
from detector.growth import WEEK
from detector.judge import judgement_of
from detector.lane import SLOW_LAG, SLOW_WINDOWS
from detector.life import began
from detector.opinion import Opinion, opinion_of
from detector.same_cause import SameCause
from detector.scan import Alarm, Scores
from detector.types import Incident, Signal
from ledger.table import Bools
from ledger.types import NANO, Scope, from_hour, scope_json

SEARCH_HOURS = 24 * 9
"""How far back each tick looks for something new."""
ONCE_A_MONTH, TAIL_SLOPE, TAIL_BEND = 4.2, 0.85, 0.05
"""The score that everyday life passes once a month with all gates open, by how much one must rise from there to be
passed e times less often, and by how much more further out, where the tail is a little heavier than exponential.
Measured on organisations where nothing is wrong (`benchmarks.organisations`, seeds 600, 700 and 1200, 24 each)."""
NARROW = 0.6
"""The same for windows of less than a day."""
STAKES, MUCH = 0.5, 20.0
"""Where less than so many times the dollar gate is at stake, be surer: the score rises by this for each factor e."""
SLOW_STAKES = 0.9
"""By how much slow growth must be surer where little is at stake."""
SLOW_SHARE = np.array([2.5, *[1 / 2] * (len(SIGNALS) - 1)])
"""Slow growth is told at so many times the percent gate, by signal: a size that goes on growing early, volume when it
is far more than a month ago."""
FALL = 0.65
"""By how much a fall must be surer."""


class Find(SameCause):
    """Raises alarms where a score passes the bar, and opens incidents."""

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
        """A score that a month of everyday life passes about `alerts_per_month` times."""
        rarer = -math.log(min(max(self.settings.alerts_per_month, 1e-3), 1e3))
        return ONCE_A_MONTH + (TAIL_SLOPE + TAIL_BEND * rarer) * rarer

    def _bar(self, scope: Scope) -> float:
        """The threshold as it is in a place."""
        cell = self.lane.number.get(scope)
        return self._threshold() * float(1.0 if cell is None else self.gates.bar[cell])

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
