"""One grain of data (hours or days) with all that is derived from it: effects, baselines, cells and scales."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from detector.baseline import expected_volume
from detector.effects import SIGNALS, VOLUME, Bools, Ints, effects, references
from detector.grid import LEAF_DIMENSIONS, Cell, Floats, Grid, memberships
from detector.scan import Scales, Scores, scales, score
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
        self.scales = Scales(*(np.zeros((len(SIGNALS), len(self.windows), 0)) for _ in range(3)))
        self._day = -1

    def learn(self, rows: CostTable) -> None:
        """Takes rows in, and brings the effects of the steps that changed up to date."""
        before = len(self.grid.leaves)
        changed = self.grid.learn(rows)
        if not len(changed):
            return
        if len(self.grid.leaves) != before or self.effect.shape[1] != len(self.grid.leaves):
            self._day = -1
        if self._day >= 0:
            inside = changed + self.grid.first - self.start
            self._apply(inside[(inside >= 0) & (inside < self.effect.shape[2])])

    def inside_scopes(self, scopes: Iterable[Scope]) -> Bools:
        """(leaves,) which leaves lie in any of the scopes; a dimension that leaves do not have is not looked at."""
        mask = np.zeros(len(self.leaves), dtype=bool)
        for scope in scopes:
            mask |= leaves_inside(self.leaves, tuple((d, v) for d, v in scope if d in LEAF_DIMENSIONS))
        return mask

    def stale(self, day: int) -> bool:
        return self._day != day

    def prepare(self, day: int) -> None:
        """Arrays and names for a day (days since 1970), before the flags are known."""
        reach = self.settings.history_days + self.settings.reference_days
        first_day = max(self.grid.first // self.per_day, day - reach)
        self.start = first_day * self.per_day
        self.steps = (day - first_day + 1) * self.per_day
        if len(self.leaves) != len(self.grid.leaves):
            self.leaves = pd.DataFrame(self.grid.leaves, columns=list(LEAF_DIMENSIONS), dtype=object)
            self.cells, mask = memberships(self.grid.leaves, CUBOIDS)
            self.inside = mask.astype(float)
            keys = [d for d in LEAF_DIMENSIONS if d not in ("provider", "model", "region", "tier", "account")]
            self.flow = self.leaves.groupby(keys, dropna=False, sort=False).ngroup().to_numpy()
            self.model = (
                self.leaves.groupby(["provider", "model", "tier"], dropna=False, sort=False).ngroup().to_numpy()
            )
        self._day = day

    def refresh(self, flagged: Bools) -> None:
        """References, baselines and scales anew; `flagged` (leaves, steps) teaches nothing."""
        values = self._values(np.arange(self.steps))
        settings = self.settings
        self.ref = references(
            values, flagged, self.flow, self.model, per_day=self.per_day, days=settings.reference_days
        )
        self._of_step = np.repeat(np.arange(self.steps // self.per_day), self.per_day)
        self.effect, self.base = effects(values, self.ref, self._of_step)
        days = np.arange(self.start // self.per_day, self.start // self.per_day + self.steps // self.per_day)
        self.expected, self.known_volume = expected_volume(
            self.effect[VOLUME], flagged, (days + 3) % 7, self.per_day, settings.min_history_days
        )
        self._volume(np.arange(self.steps))
        keep = ~flagged
        today = self.steps - self.per_day
        warm = min(settings.reference_days * self.per_day, max(0, today - 7 * self.per_day))
        history = slice(0, max(today, 1))
        self.scales = scales(
            (self.effect * keep)[:, :, history], (self.base * keep)[:, :, history], self.inside, self.windows, warm
        )

    def ends(self, now_hour: int, *, complete: bool) -> Ints:
        """(leaves,) the last step to judge: the newest that has rows, or with `complete` the last that is all there."""
        last = np.full(len(self.leaves), -1)
        for i, groups in enumerate(self.grid.group_of_leaf()):
            for group in groups:
                newest = self.grid.newest.get(group, -1)
                if complete:
                    newest = min(newest, int((now_hour - self.grid.lag_hours(group)) // self.step) - 1)
                last[i] = max(last[i], newest)
        return np.clip(last - self.start, 0, self.steps - 1)

    def score(self, ends: Ints, keep: Bools) -> Scores:
        """Scores of all cells at `ends`; `keep` (signals, leaves, n) is False where something is explained already and
        covers the last n steps."""
        reach = keep.shape[2]
        cut = slice(self.steps - reach, self.steps)
        return score(
            self.effect[:, :, cut] * keep,
            self.base[:, :, cut] * keep,
            np.maximum(ends - (self.steps - reach), 0),
            self.inside,
            self.windows,
            self.scales,
        )

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
        effect, base = effects(self._values(steps), self.ref, self._of_step[steps])
        self.effect[:, :, steps], self.base[:, :, steps] = effect, base
        self._volume(steps)

    def _volume(self, steps: Ints) -> None:
        """Takes the baseline from the volume, and makes it what the volume is measured against."""
        known, expected = self.known_volume[:, steps], self.expected[:, steps]
        self.effect[VOLUME][:, steps] = np.where(known, self.effect[VOLUME][:, steps] - expected, 0.0)
        self.base[VOLUME][:, steps] = np.where(known, expected, 0.0)
