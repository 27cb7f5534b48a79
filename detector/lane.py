"""One grain of data (hours or days) with all that is derived from it: effects, baselines, cells and scales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from detector.baseline import Expected, expected_volume
from detector.days_off import clocks_moved, days_off
from detector.effects import (
    BASE_OF,
    SIGNALS,
    VOLUME,
    Ints,
    References,
    dollars_a_run,
    effects,
    prices,
    references,
    runs_of_flow,
    tokens_and_cost,
    whole_days,
)  # fmt: skip
from detector.grid import COST, LEAF_DIMENSIONS, REQUESTS, RUNS, Cell, Floats, Grid, Singles, memberships
from detector.growth import WEEK, filled, month_ago, weekly_wander
from detector.scan import Scores, counted, scales, score, window_sums
from detector.settings import DetectionSettings
from ledger.table import Bools, CostTable, leaves_inside
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
SLOW_DAYS, SLOW_WINDOWS, SLOW_GUARD = 14, (2, WEEK), 10
"""Sizes are looked at over the first window, in days, volume over the second."""
DAYS_JUDGED = 3
"""The newest rows of a source of daily grain are yesterday's and those of the days before that came late."""
BROAD = ((), ("provider",), ("model",), ("environment",), ("provider", "environment"))
"""Cuboids at which a fall of volume is told: a feature that falls by itself is everyday life."""


CHUNK = 256
"""Leaves whose effects are worked out at once: what is needed on the way stays small."""


def broad(scope: Scope) -> bool:
    """Whether a scope holds many features."""
    return tuple(d for d, _ in scope) in BROAD


@dataclass(frozen=True, eq=False)
class _Part:
    """Some leaves (numbers) with what is usual there."""

    leaves: Ints
    ref: References
    expected: Expected


class Lane:
    """Effects over the trailing days, in steps of `step` hours. `start` is the first step of the arrays (absolute),
    `effect` and `base` are, for each signal, (leaves, steps) in dollars; volume's effect is what exceeds its baseline. `inside`
    (cells, leaves) has ones where a leaf lies in a cell."""

    def __init__(self, step: int, settings: DetectionSettings) -> None:
        self.step, self.settings = step, settings
        self.grid = Grid(step)
        self.per_day = 24 // step
        self.windows = WINDOWS[step]
        self.start = 0
        self._lay_out(0, 0)
        self.cells: list[Cell] = []
        self.inside = csr_array((0, 0))
        self.leaves = pd.DataFrame(columns=[*LEAF_DIMENSIONS])
        self.known_volume: Bools = np.zeros((0, 0), dtype=bool)
        self._of_scope: dict[Scope, Bools] = {}
        self.touched: Ints = np.zeros(0, dtype=np.int64)
        """Epoch hours of older steps that came anew since this was last emptied."""
        self._day = -1

    def learn(self, rows: CostTable) -> None:
        """Takes rows in, and brings the effects of the steps that changed up to date."""
        before, newest = len(self.grid.leaves), self.grid.last
        changed = self.grid.learn(rows)
        if not len(changed):
            return
        if before:
            self.touched = np.union1d(self.touched, changed[changed < newest] * self.step)
        if len(self.grid.leaves) != before or len(self.effect[0]) != len(self.grid.leaves):
            self._day = -1
        if self._day >= 0:
            inside = changed - self.start
            self._apply(inside[(inside >= 0) & (inside < self.steps)])

    def _lay_out(self, leaves: int, steps: int) -> None:
        """Room for effects and bases; signals that are measured against the same share it."""
        self.effect: list[Singles] = []
        self.base: list[Singles] = []  # the old are gone before there is room for the new
        self.effect = [np.zeros((leaves, steps), dtype=np.float32) for _ in SIGNALS]
        own = {of: np.zeros((leaves, steps), dtype=np.float32) for of in set(BASE_OF)}
        self.base = [own[of] for of in BASE_OF]

    def members(self, cell: int) -> Bools:
        """(leaves,) which leaves lie in a cell."""
        mask = np.zeros(len(self.leaves), dtype=bool)
        mask[self.inside.indices[self.inside.indptr[cell] : self.inside.indptr[cell + 1]]] = True
        return mask

    def whole_flows(self, leaves: Bools) -> Bools:
        """(leaves,) all leaves of the flows that some are of: what one model gained there another lost."""
        found: Bools = np.isin(self.flow, self.flow[leaves])
        return found

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
        self.grid.forget(self.start)
        if len(self.leaves) != len(self.grid.leaves):
            self._name()
        self._groups, self._group_of = list(self.grid.groups), self.grid.group_of_leaf()
        self._lag = np.array([self.grid.lag_hours(g) for g in self._groups])
        self.cost: Floats = np.zeros((0, 0))  # the old is gone before there is room for the new
        self.cost = self.values_of(COST)
        self._day = day

    def _name(self) -> None:
        """What new leaves change: cells, and which leaves belong together."""
        self.leaves = pd.DataFrame(self.grid.leaves, columns=list(LEAF_DIMENSIONS), dtype=object)
        self._of_scope = {}
        self.cells, self.inside = memberships(self.grid.leaves, CUBOIDS)
        self.number = {cell: i for i, cell in enumerate(self.cells)}
        """The row of each cell."""
        self.many: Bools = np.array([broad(c) for c in self.cells])
        """(cells,) which hold many features."""
        self.nobodys: Bools = np.array([dict(c).get("team", "") is None for c in self.cells])
        cell, leaf = self.inside.nonzero()
        order = np.lexsort((cell, np.diff(self.inside.indptr)[cell], leaf))
        self.finest: Ints = cell[order][np.unique(leaf[order], return_index=True)[1]].astype(np.int64)
        """(leaves,) the smallest cell that holds each."""
        keys = [d for d in LEAF_DIMENSIONS if d not in ("provider", "model", "region", "tier", "account")]
        self.flow: Ints = np.asarray(self.leaves.groupby(keys, dropna=False, sort=False).ngroup(), dtype=np.int64)
        models = self.leaves.groupby(["provider", "model", "tier"], dropna=False, sort=False)
        self.model: Ints = np.asarray(models.ngroup(), dtype=np.int64)

    def _chunks(self) -> list[Ints]:
        """Leaves by parts, no flow split between two."""
        order = np.argsort(self.flow, kind="stable")
        ends = np.cumsum(np.bincount(self.flow))
        part = (ends - 1) // CHUNK
        cuts = ends[np.flatnonzero(np.diff(part))]
        return [np.sort(leaves) for leaves in np.split(order, cuts)]

    def refresh(self, flagged: Bools, going_on: Bools) -> None:
        """References, baselines and scales anew. `flagged` (leaves, steps) teaches nothing of what is usual;
        `going_on`, the part of it that has not ended, nothing of how far things wander either."""
        settings, per_day, leaves = self.settings, self.per_day, len(self.leaves)
        flagged = self._flow_wide(flagged)
        days, chunks = self.steps // per_day, self._chunks()
        self._of_step = np.repeat(np.arange(days), per_day)
        price, slow_price = self._prices(flagged, chunks)
        dates = (np.arange(days) + self.start // per_day).astype("datetime64[D]")
        hours = (np.arange(self.steps) + self.start) * self.step
        off = days_off(settings.holidays, hours, settings.zone)
        moved = clocks_moved(hours, settings.zone) if self.step == 1 else []
        judged = per_day if self.step == 1 else 1 + DAYS_JUDGED  # shall not set its own bar
        history = max(self.steps - judged, 1)
        warm = min(settings.reference_days * per_day, max(0, self.steps - 8 * per_day))
        slow_warm = min(SLOW_LAG + 7, max(days - 12, 0))
        slow_history = max(days - SLOW_GUARD, slow_warm + 5, 1)  # what grows shall not set its own bar
        keep = ~going_on[:, :history]
        teaching: Bools = np.logical_not(flagged.reshape(leaves, days, per_day).any(axis=2))
        slow_keep = teaching[:, :slow_history]
        self._lay_out(leaves, self.steps)
        self.slow_effect, self.slow_base = (np.zeros((len(SIGNALS), leaves, days), dtype=np.float32) for _ in range(2))
        self.known_volume = np.zeros((leaves, self.steps), dtype=bool)
        spend = np.zeros((leaves, days), dtype=np.float32)
        counts, slow_counts = (np.zeros((len(SIGNALS), leaves)) for _ in range(2))
        self._parts = []
        for mine in chunks:
            values = self._values(np.arange(self.steps), mine)
            teaches, by_day = whole_days(np.where(flagged[mine], 0.0, values), per_day), whole_days(values, per_day)
            flow, model = np.unique(self.flow[mine], return_inverse=True)[1], self.model[mine]
            ref = references(teaches, price, flow, model, days=settings.reference_days)
            effect, base = effects(values, ref, self._of_step)
            expected = expected_volume(
                effect[VOLUME], flagged[mine], dates, per_day, settings.min_history_days, off, moved, dollars_a_run(ref)
            )
            self.known_volume[mine] = expected.known
            self._parts.append(_Part(mine, ref, expected))
            self._put(self._parts[-1], np.arange(self.steps), effect, base)
            counts[:, mine] = counted(
                values[RUNS], values[REQUESTS], keep[mine] & ref.known[:, self._of_step[:history]]
            )
            ref = references(teaches, slow_price, flow, model, days=SLOW_DAYS, lag=SLOW_LAG)
            self.slow_effect[:, mine], self.slow_base[:, mine] = effects(by_day, ref, np.arange(days))
            slow_counts[:, mine] = counted(
                by_day[RUNS], by_day[REQUESTS], slow_keep[mine] & ref.known[:, :slow_history]
            )
            runs, each = runs_of_flow(by_day, ref), dollars_a_run(ref)
            before = month_ago(runs, teaching[mine])
            spend[mine] = filled(runs, teaching[mine]) * each[:, None]
            self.slow_effect[VOLUME, mine] = np.nan_to_num(runs - before) * each[:, None]
            self.slow_base[VOLUME, mine] = np.nan_to_num(before) * each[:, None]
        self.scales = scales(self.effect, self.base, keep, counts, self.inside, self.windows, warm)
        self.slow_scales = scales(
            self.slow_effect, self.slow_base, slow_keep, slow_counts, self.inside, SLOW_WINDOWS, slow_warm
        )
        slow = self.slow_scales
        slow.scale[:, 1], slow.scale[VOLUME, 0], slow.middle[VOLUME] = np.inf, np.inf, 0.0
        slow.scale[VOLUME, 1] = weekly_wander(self.inside @ spend)
        slow.unit[VOLUME], slow.spread[VOLUME] = self.scales.unit[VOLUME], self.scales.spread[VOLUME]

    def _prices(self, flagged: Bools, chunks: Sequence[Ints]) -> tuple[Floats, Floats]:
        """Prices of the models, as they are lately and as they were long ago."""
        models = int(self.model.max(initial=-1)) + 1
        gram, moment = (np.zeros((models, self.steps // self.per_day, *tail)) for tail in ((4, 4), (4,)))
        for mine in chunks:
            values = np.where(flagged[mine], 0.0, self._values(np.arange(self.steps), mine))
            part = tokens_and_cost(values, self.model[mine], models, self.per_day)
            gram, moment = gram + part[0], moment + part[1]
        return prices(gram, moment, days=self.settings.reference_days), prices(
            gram, moment, days=SLOW_DAYS, lag=SLOW_LAG
        )

    def _flow_wide(self, flagged: Bools) -> Bools:
        """What is flagged in one leaf of a flow is flagged in all: shares between them mean nothing otherwise."""
        any_of = np.zeros((int(self.flow.max(initial=-1)) + 1, flagged.shape[1]), dtype=bool)
        some = flagged.any(axis=1)
        np.logical_or.at(any_of, self.flow[some], flagged[some])
        return any_of[self.flow]

    def score_slow(self, ends: Ints, keep: Bools) -> Scores:
        """Scores of all cells over the days that end with `ends` (leaves,; counted from the arrays' first); `keep`
        (signals, leaves) is False where something is explained already."""
        dollars, base = (
            np.stack([window_sums(x * k[:, None], ends, SLOW_WINDOWS) for x, k in zip(of, keep, strict=True)])
            for of in (self.slow_effect, self.slow_base)
        )
        return score(dollars, base, self.inside, self.slow_scales)

    def ends(self, now_hour: int, *, complete: bool) -> Ints:
        """(leaves,) the last step to judge: the newest that has rows, or with `complete` the last that is all there. A
        flow is judged as far as all its sources reach: half of it would look like a move to the other half."""
        newest = np.array([self.grid.newest[g] for g in self._groups])
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
        """Scores of all cells at `ends`, for the first signals, as many as `keep` (signals, leaves, n) has; that is
        False where something is explained already and covers the last n steps, `lift` (leaves, n) what of the volume
        is."""
        first = self.steps - keep.shape[2]
        ends = np.maximum(ends - first, 0)
        dollars, base = (np.zeros((len(keep), len(self.windows), len(self.leaves))) for _ in range(2))
        for s, on in enumerate(keep):
            effect = self.effect[s][:, first:] * on
            if s == VOLUME and lift is not None:
                effect = effect - lift * on
            dollars[s] = window_sums(effect, ends, self.windows)
            base[s] = window_sums(self.base[s][:, first:] * on, ends, self.windows)
        return score(dollars, base, self.inside, self.scales.first(len(keep)))

    def values_of(self, channel: int) -> Floats:
        """(leaves, steps) of one channel of the rows."""
        found: Floats = self.grid.values(np.arange(self.steps) + self.start, channels=[channel])[0]
        return found

    def _values(self, steps: Ints, leaves: Ints | None = None) -> Floats:
        """(channels, leaves, n) of steps counted from `start`, zero where there is nothing."""
        return self.grid.values(steps + self.start, leaves=leaves)

    def _apply(self, steps: Ints) -> None:
        if not len(steps):
            return
        values = self._values(steps)
        self.cost[:, steps] = values[COST]
        for part in self._parts:
            self._put(part, steps, *effects(values[:, part.leaves], part.ref, self._of_step[steps]))

    def _put(self, part: _Part, steps: Ints, effect: Floats, base: Floats) -> None:
        """Takes the baseline from the volume, makes it what the volume is measured against, and keeps it all."""
        known, expected = part.expected.known[:, steps], part.expected.of(effect[VOLUME], steps)
        effect[VOLUME] = np.where(known, effect[VOLUME] - expected, 0.0)
        base[VOLUME] = np.where(known, expected, 0.0)
        where = part.leaves[:, None], steps[None, :]
        for s, of in enumerate(BASE_OF):
            self.effect[s][where] = effect[s]
            if of == s:
                self.base[s][where] = base[s]
