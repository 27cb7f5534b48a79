"""One grain of data (hours or days) with all that is derived from it: effects, baselines, cells and scales."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from detector.baseline import expected_volume
from detector.days_off import days_off
from detector.effects import SIGNALS, VOLUME, Bools, Ints, effects, references, whole_days
from detector.grid import COST, LEAF_DIMENSIONS, REQUESTS, RUNS, Cell, Floats, Grid, memberships
from detector.scan import Scales, Scores, counted, scales, score
from detector.settings import DetectionSettings
from ledger.table import CostTable, leaves_inside
from ledger.types import Scope

CUBOIDS: tuple[tuple[str, ...], ...] = (
    (),
    ("team", "feature"),
    ("team", "feature", "workflow"),
    ("team",),
    ("provider",),
    ("model",),
    ("team", "feature", "environment"),
    ("team", "feature", "workflow", "environment"),
    ("team", "environment"),
    ("environment",),
    ("team", "feature", "model"),
    ("team", "feature", "workflow", "model"),
    ("team", "feature", "workflow", "environment", "model"),
    ("provider", "environment"),
    ("account",),
    ("region",),
    ("account", "model"),
    ("user_segment",),
)
"""Combinations of dimensions that are watched. Of those that select the same rows, the first is the one shown."""
WINDOWS = {1: (1, 3, 6, 12, 24, 72, 168), 24: (1, 3, 7)}
"""By grain in hours, the widths of the windows, in steps."""

SLOW_LAG = 12
"""Days between a day and the end of what slow growth is measured against."""
SLOW_WINDOWS = (2,)
SLOW_GUARD = 10


class Lane:
    """Effects over the trailing days, in steps of `step` hours. `start` is the first step of the arrays (absolute),
    `effect` and `base` are (signals, leaves, steps) in dollars; volume's effect is what exceeds its baseline."""

    def __init__(self, step: int, settings: DetectionSettings) -> None:
        self.step, self.settings = step, settings
        self.grid = Grid(step)
        self.per_day = 24 // step
        self.windows = WINDOWS[step]
        self.start = 0
        self.effect: Floats = np.zeros((len(SIGNALS), 0, 0))
        self.base: Floats = self.effect
        self.cells: list[Cell] = []
        self.inside: Floats = np.zeros((0, 0))
        self.leaves = pd.DataFrame(columns=[*LEAF_DIMENSIONS])
        self.known_volume: Bools = np.zeros((0, 0), dtype=bool)
        none = np.zeros((len(SIGNALS), len(self.windows), 0))
        self.scales = Scales(none, none, none, none[:, 0], none[:, 0])
        self._of_scope: dict[Scope, Bools] = {}
        self.touched: Ints = np.zeros(0, dtype=np.int64)
        """Epoch hours of older steps that came anew since this was last emptied."""
        self._day = -1

    def learn(self, rows: CostTable) -> None:
        """Takes rows in, and brings the effects of the steps that changed up to date."""
        before, newest = len(self.grid.leaves), self.grid.first + self.grid.steps - 1
        changed = self.grid.learn(rows)
        if not len(changed):
            return
        if before:
            late = changed + self.grid.first
            self.touched = np.union1d(self.touched, late[late < newest] * self.step)
        if len(self.grid.leaves) != before or self.effect.shape[1] != len(self.grid.leaves):
            self._day = -1
        if self._day >= 0:
            inside = changed + self.grid.first - self.start
            self._apply(inside[(inside >= 0) & (inside < self.effect.shape[2])])

    def inside_scopes(self, scopes: Iterable[Scope]) -> Bools:
        """(leaves,) which leaves lie in any of the scopes; a dimension that leaves do not have is not looked at."""
        mask = np.zeros(len(self.leaves), dtype=bool)
        for scope in scopes:
            if scope not in self._of_scope:
                known = tuple((d, v) for d, v in scope if d in LEAF_DIMENSIONS)
                self._of_scope[scope] = leaves_inside(self.leaves, known)
            mask |= self._of_scope[scope]
        return mask

    def stale(self, day: int) -> bool:
        return self._day != day

    def forget(self) -> None:
        """What was flagged changed: the next tick works everything out anew."""
        self._day = -1

    def prepare(self, day: int) -> None:
        """Arrays and names for a day (days since 1970), before the flags are known."""
        reach = self.settings.history_days + self.settings.reference_days
        first_day = max(self.grid.first // self.per_day, day - reach)
        self.start = first_day * self.per_day
        self.steps = (day - first_day + 1) * self.per_day
        if len(self.leaves) != len(self.grid.leaves):
            self.leaves = pd.DataFrame(self.grid.leaves, columns=list(LEAF_DIMENSIONS), dtype=object)
            self._of_scope = {}
            self.cells, mask = memberships(self.grid.leaves, CUBOIDS)
            self.inside = mask.astype(float)
            sizes = self.inside.sum(axis=1)
            self.finest: Ints = np.array(
                [np.argmin(np.where(self.inside[:, i] > 0, sizes, np.inf)) for i in range(len(self.leaves))],
                dtype=np.int64,
            )
            keys = [d for d in LEAF_DIMENSIONS if d not in ("provider", "model", "region", "tier", "account")]
            self.flow: Ints = np.asarray(self.leaves.groupby(keys, dropna=False, sort=False).ngroup(), dtype=np.int64)
            models = self.leaves.groupby(["provider", "model", "tier"], dropna=False, sort=False)
            self.model: Ints = np.asarray(models.ngroup(), dtype=np.int64)
        groups = self.grid.group_of_leaf()
        self._groups = sorted({g for of in groups for g in of}, key=str)
        self._group_of = np.array([[g in of for g in self._groups] for of in groups]).reshape(
            len(groups), len(self._groups)
        )
        self._lag = np.array([self.grid.lag_hours(g) for g in self._groups])
        self.cost = self._values(np.arange(self.steps))[COST]
        self._day = day

    def refresh(self, flagged: Bools, going_on: Bools) -> None:
        """References, baselines and scales anew. `flagged` (leaves, steps) teaches nothing of what is usual;
        `going_on`, the part of it that has not ended, nothing of how far things wander either."""
        values = self._values(np.arange(self.steps))
        settings = self.settings
        flagged = self._flow_wide(flagged)
        self.ref = references(
            values, flagged, self.flow, self.model, per_day=self.per_day, days=settings.reference_days
        )
        self._of_step = np.repeat(np.arange(self.steps // self.per_day), self.per_day)
        self.effect, self.base = effects(values, self.ref, self._of_step)
        days = np.arange(self.start // self.per_day, self.start // self.per_day + self.steps // self.per_day)
        off = days_off(settings.holidays, (np.arange(self.steps) + self.start) * self.step, settings.zone)
        self.expected = expected_volume(
            self.effect[VOLUME], flagged, days.astype("datetime64[D]"), self.per_day, settings.min_history_days, off
        )
        self.known_volume = self.expected.known
        self._volume(np.arange(self.steps))
        self._refresh_slow(values, flagged)
        keep = ~going_on
        today = self.steps - self.per_day
        warm = min(settings.reference_days * self.per_day, max(0, today - 7 * self.per_day))
        history = slice(0, max(today, 1))
        self.scales = scales(
            (self.effect * keep)[:, :, history],
            (self.base * keep)[:, :, history],
            (counted(values[RUNS], values[REQUESTS]) * keep)[:, :, history],
            self.inside,
            self.windows,
            warm,
        )

    def _flow_wide(self, flagged: Bools) -> Bools:
        """What is flagged in one leaf of a flow is flagged in all: shares between them mean nothing otherwise."""
        any_of = np.zeros((int(self.flow.max(initial=-1)) + 1, flagged.shape[1]), dtype=bool)
        np.logical_or.at(any_of, self.flow, flagged)
        return any_of[self.flow]

    def _refresh_slow(self, values: Floats, flagged: Bools) -> None:
        """The same effects by the day against what was usual long ago: growth without a jump shows there alone. The
        last whole day of all, and scales for windows of three days."""
        days = self.steps // self.per_day
        ref = references(values, flagged, self.flow, self.model, per_day=self.per_day, days=14, lag=SLOW_LAG)
        by_day = whole_days(values, self.per_day)
        keep = ~flagged.reshape(len(flagged), days, self.per_day).any(axis=2)
        effect, base = effects(by_day, ref, np.arange(days))
        effect[VOLUME] = base[VOLUME] = 0.0
        self.slow_effect, self.slow_base = effect, base
        warm = min(SLOW_LAG + 7, max(days - 12, 0))
        used = slice(0, max(days - SLOW_GUARD, warm + 5, 1))  # what grows shall not set its own bar
        self.slow_scales = scales(
            (effect * keep)[:, :, used],
            (base * keep)[:, :, used],
            (counted(by_day[RUNS], by_day[REQUESTS]) * keep)[:, :, used],
            self.inside,
            SLOW_WINDOWS,
            warm,
        )

    def score_slow(self, ends: Ints, keep: Bools) -> Scores:
        """Scores of all cells over the days that end with `ends` (leaves,; counted from the arrays' first); `keep`
        (signals, leaves) is False where something is explained already."""
        on = keep[:, :, None]
        return score(self.slow_effect * on, self.slow_base * on, ends, self.inside, SLOW_WINDOWS, self.slow_scales)

    def ends(self, now_hour: int, *, complete: bool) -> Ints:
        """(leaves,) the last step to judge: the newest that has rows, or with `complete` the last that is all there. A
        flow is judged as far as all its sources reach: half of it would look like a move to the other half."""
        newest = np.array([self.grid.newest.get(g, -1) for g in self._groups])
        if complete:
            newest = np.minimum(newest, np.floor((now_hour - self._lag) / self.step).astype(np.int64) - 1)
        last = np.where(self._group_of, newest, -1).max(axis=1)
        recent = self.cost[:, -8 * self.per_day :].any(axis=1)
        earliest = np.full(int(self.flow.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(earliest, self.flow[recent], last[recent])
        last = np.minimum(last, earliest[self.flow])
        found: Ints = np.clip(last - self.start, 0, self.steps - 1)
        return found

    def seen(self, reach: int) -> Bools:
        """(leaves, last `reach` steps) whether anything came of the leaf's source and provider: where nothing did, the
        data is missing, or an outage cannot be told from that."""
        active = self._group_of.T.astype(float) @ (self.cost[:, self.steps - reach :] != 0)
        found: Bools = (self._group_of @ active) > 0
        return found

    def score(self, ends: Ints, keep: Bools, lift: Floats | None = None) -> Scores:
        """Scores of all cells at `ends`; `keep` (signals, leaves, n) is False where something is explained already and
        covers the last n steps, `lift` (leaves, n) what of the volume is."""
        reach = keep.shape[2]
        cut = slice(self.steps - reach, self.steps)
        effect = self.effect[:, :, cut] * keep
        if lift is not None:
            effect[VOLUME] -= lift * keep[VOLUME]
        return score(
            effect,
            self.base[:, :, cut] * keep,
            np.maximum(ends - (self.steps - reach), 0),
            self.inside,
            self.windows,
            self.scales,
        )

    def values_of(self, channel: int) -> Floats:
        """(leaves, steps) of one channel of the rows."""
        found: Floats = self._values(np.arange(self.steps))[channel]
        return found

    def _values(self, steps: Ints) -> Floats:
        """(channels, leaves, n) of steps counted from `start`, zero where there is nothing."""
        source = steps + self.start - self.grid.first
        held = (source >= 0) & (source < self.grid.steps)
        out = np.zeros((self.grid.values.shape[0], self.grid.values.shape[1], len(steps)))
        out[:, :, held] = self.grid.values[:, :, source[held]]
        return out

    def _apply(self, steps: Ints) -> None:
        if not len(steps):
            return
        values = self._values(steps)
        self.cost[:, steps] = values[COST]
        effect, base = effects(values, self.ref, self._of_step[steps])
        self.effect[:, :, steps], self.base[:, :, steps] = effect, base
        self._volume(steps)

    def _volume(self, steps: Ints) -> None:
        """Takes the baseline from the volume, and makes it what the volume is measured against."""
        known, expected = self.known_volume[:, steps], self.expected.of(self.effect[VOLUME][:, steps], steps)
        self.effect[VOLUME][:, steps] = np.where(known, self.effect[VOLUME][:, steps] - expected, 0.0)
        self.base[VOLUME][:, steps] = np.where(known, expected, 0.0)
