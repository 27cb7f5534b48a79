"""Replays history causally, nothing sent: what would have been said, and the predictions for a scorer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from agent.explaining import Explainer, Told
from agent.history import History, whole_hours
from agent.replay import Replay
from detector import DetectionSettings, Detector
from explainer import Context
from explainer.look import DOLLARS, Look
from ledger.readers import READERS, SourceSettings
from ledger.table import CostTable, table_of
from ledger.types import NANO, Event, LedgerError, Scope, scope_json
from notifiers.figures import money

Track = Callable[[Sequence[datetime]], Iterable[datetime]]
"""Wraps the hours, to show how far it is."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a replay gave. `seconds` is its time by the processor's clock; `weeks` what was judged."""

    told: tuple[Told, ...]
    weeks: float
    seconds: float

    @property
    def alerts(self) -> list[Told]:
        """Those that people would have heard of."""
        return [t for t in self.told if t.incident.kind == "spend"]


def read_costs(path: Path, now: datetime) -> CostTable:
    """The cost rows of a file in the format of our own, every version of them. Raises LedgerError."""
    settings = SourceSettings(name=path.stem, reader="table", path=str(path))
    frames = [batch.frame for batch in READERS["table"](settings, now=now)]
    table = table_of(pd.concat(frames, ignore_index=True), path.stem)
    if not len(table):
        raise LedgerError(f"{path}: it has no rows")
    return table


def backtest(
    table: CostTable,
    *,
    events: Sequence[Event],
    warmup: timedelta,
    settings: DetectionSettings,
    context: Context,
    track: Track = lambda hours: hours,
) -> Backtest:
    """Judges every hour after the warm-up as `tick` does."""
    start = time.process_time()
    history = History(table)
    first, last = history.hours()
    hours = whole_hours(first + warmup - timedelta(hours=1), last)
    if not hours:
        raise LedgerError(
            f"the history ends on {last:%Y-%m-%d}, before the warm-up of {warmup.days} days is over; give a shorter one, such as --warmup-days 14"
        )
    detector = Detector(settings)
    replay = Replay(detector, history, events=events)
    explainer = Explainer(replay, context)
    for at, step in zip(track(hours), replay.steps(hours), strict=True):
        explainer.hear(step.changes, at)
    explainer.update(detector.incidents, hours[-1])
    return Backtest(tuple(explainer.told.values()), len(hours) / 168, time.process_time() - start)


def lines(done: Backtest, look: Look = DOLLARS) -> list[str]:
    """What is shown: each incident on a line, how many a week, and the time spent."""
    shown = []
    for told in sorted(done.told, key=lambda t: (t.incident.detected_at, t.incident.id)):
        i, why = told.incident, told.explanation
        kind = {"spend": "alert  ", "planned": "silent ", "operator": "data   "}[i.kind]
        where = " and ".join(scope_text(s) for s in i.scopes)
        shown.append(
            f"{i.detected_at:%Y-%m-%d %H:%MZ}  {kind} {i.direction:<4} {money(i.impact_nano, look):>13}  {where}: "
            f"{why.cause} ({why.driver}), {i.state}"
        )
    rate = len(done.alerts) / done.weeks
    shown.append(f"{len(done.alerts)} alerts in {done.weeks:.1f} weeks, {rate:.2f} a week; {done.seconds:.1f} s")
    return shown


def scope_text(scope: Scope) -> str:
    """A scope in words."""
    return ", ".join(f"{d} {'(untagged)' if v is None else v}" for d, v in scope) or "everywhere"


def prediction(told: Told) -> dict[str, Any]:
    """One line for spikebench's scorer."""
    i = told.incident
    return {
        "id": i.id,
        "detected_at": _text(i.detected_at),
        "started_at": _text(i.started_at),
        "ended_at": _text(i.ended_at) if i.ended_at else None,
        "direction": i.direction,
        "scope": [scope_json(s) for s in i.scopes],
        "first_scope": [scope_json(s) for s in told.first.first_scopes],
        "driver": told.explanation.driver,
        "cause": told.explanation.cause,
        "impact_usd": i.impact_nano / NANO,
        "expected": i.kind == "planned",
        **({"kind": "operator"} if i.kind == "operator" else {}),
    }


def write_predictions(path: Path, told: Iterable[Told]) -> None:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(prediction(t)) + "\n" for t in told))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
