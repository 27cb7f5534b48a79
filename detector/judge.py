"""What an incident was judged by, kept with it: the series, what was expected, the band, the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detector.effects import SIGNALS, VOLUME
from detector.grid import Floats
from detector.types import Judgement, Signal
from ledger.types import NANO, Scope

if TYPE_CHECKING:
    from detector.lane import Lane
    from detector.scan import Alarm

VERSION = "1"
SHOWN_DAYS = 7


def judgement_of(
    lane: Lane,
    scope: Scope,
    signal: Signal,
    start: int,
    last: int,
    alarm: Alarm | None,
    threshold: float,
    *,
    evidence: tuple[tuple[str, float], ...] = (),
) -> Judgement:
    """The cost of the scope from some days before the incident to now, beside what was expected of it: nothing of a
    launch."""
    launch = bool({"launch", "over_estimate"} & set(dict(evidence)))
    leaves = lane.inside_scopes([scope])
    first = max(0, start - SHOWN_DAYS * lane.per_day)
    steps = np.arange(first, last + 1)
    cost = lane.cost[leaves][:, steps].sum(axis=0)
    number = SIGNALS.index(signal) if signal in SIGNALS else VOLUME
    deviation = lane.effect[number][leaves][:, steps].sum(axis=0)
    expected = np.maximum(cost - deviation, 0.0) if not launch else np.zeros(len(steps))
    wander = 0.15 if alarm is None else float(lane.scales.scale[alarm.signal, 0, alarm.cell])
    return Judgement(
        signal, lane.step, "nano_usd", tuple(int(h) for h in (steps + lane.start) * lane.step), _nano(cost), _nano(expected),
        _nano(expected * np.maximum(1 - threshold * wander, 0)), _nano(expected * (1 + threshold * wander)),
        alarm.score if alarm else 0.0, threshold, lane.settings.digest(), VERSION,
        evidence,
    )  # fmt: skip


def _nano(dollars: Floats) -> tuple[float, ...]:
    return tuple(float(v) for v in np.rint(dollars * NANO))
