"""Which of the known causes it is: rules over the driver, the events, the releases, the errors and the shape in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from detector.types import Incident
from explainer.confidence import UNKNOWN, UNSURE, sure_of_incident
from explainer.drivers import REQUESTS
from explainer.periods import REFERENCE, between
from explainer.types import Cause, Driver, Evidence
from explainer.wording import driver_words
from ledger.table import CostTable
from ledger.types import DRIVERS, Event, Scope, to_hour

ERRORS = DRIVERS.index("errors")
NEAR = timedelta(hours=6)
PRODUCTION = {"production", "prod", "live", None}
CALM: frozenset[Cause] = frozenset({"planned_batch", "feature_launch", "version_upgrade"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What coincides with the beginning of a change within a scope."""

    event: Event | None = None
    announced: bool = False
    release: str | None = None
    version_from: str | None = None
    version_to: str | None = None
    model_from: str | None = None
    model_to: str | None = None
    taken_over: str | None = None
    """version or model, where the scope names one that took requests over from others, or lost them to others."""
    error_share: tuple[float, float] = (0.0, 0.0)
    gradual: bool = False


def circumstances(
    table: CostTable, scope: Scope, span: tuple[datetime, datetime], events: Sequence[Event]
) -> Circumstances:
    """Looks at the scope's rows before and since the start, and at the events near it."""
    before, since = (span[0] - REFERENCE, span[0]), span
    old, new = between(table, scope, before), between(table, scope, since)
    names = {
        d: _newcomer(table, d, *(between(table, _without(scope, d), s).counts[:, REQUESTS] for s in (before, since)))
        for d in ("release", "version", "model")
    }
    near = [e for e in events if _common(e.scope, scope) and _touches(e, span[0])]
    near.sort(
        key=lambda e: (
            not e.expected,
            abs(((e.until if _ends_near(e, span[0]) and e.until else e.time) - span[0]).total_seconds()),
        )
    )
    share = [float(s.counts[:, ERRORS].sum() / max(s.counts[:, REQUESTS].sum(), 1)) for s in (old, new)]
    return Circumstances(
        near[0] if near else None, bool(near and near[0].expected), names["release"][1], *names["version"], *names["model"],
        _taken_over(table, scope, (before, since)), (share[0], share[1]), _gradual(table, scope, span),
    )  # fmt: skip


def _without(scope: Scope, dimension: str) -> Scope:
    return tuple((d, v) for d, v in scope if d != dimension)


def _taken_over(
    table: CostTable, scope: Scope, spans: tuple[tuple[datetime, datetime], tuple[datetime, datetime]]
) -> str | None:
    """Whether requests only went from one version or model to another: what the scope gained an hour, the others of its
    feature lost, or the other way round, by half at least."""
    for dimension in ("version", "model"):
        if dimension not in dict(scope):
            continue
        mine, all_of_it = (
            [between(table, s, span).counts[:, REQUESTS].sum() / _hours(span) for span in spans]
            for s in (scope, _without(scope, dimension))
        )
        gained, others = mine[1] - mine[0], (all_of_it[1] - mine[1]) - (all_of_it[0] - mine[0])
        if gained * others < 0 and abs(others) >= 0.5 * abs(gained) > 0.25 * min(mine):
            return dimension
    return None


def _hours(span: tuple[datetime, datetime]) -> float:
    return max((span[1] - span[0]) / timedelta(hours=1), 1.0)


RELEASED = ("prompt_growth", "output_growth", "cache_regression", "agent_loop", "retry_storm", "model_switch")
"""Causes that a release can bring."""


def cause_of(
    incident: Incident, driver: Driver, share: float, c: Circumstances
) -> tuple[Cause, float, tuple[Evidence, ...]]:
    """The cause, how sure that is, and what speaks for and against it. `share` is what the driver moved of all that
    moved the cost that way: where several did and nothing else speaks for one of them, the cause is unknown."""
    cause, fixed = _rule(incident, driver, c)
    seen = incident.signal not in ("cost", "volume") or cause == "batch_overrun"
    sure = fixed if fixed is not None else sure_of_incident(share, seen=seen)
    if sure < UNKNOWN:
        several = f"several drivers moved at once; {driver_words(driver)} makes up {100 * share:.0f} % of it"
        return "unknown", UNSURE, (Evidence(several, supports=False),)
    evidence = [Evidence(_driver_says(driver, incident.scopes[0]), supports=True)]
    released = c.release and cause in RELEASED
    same = released and c.event and str(c.release) in c.event.title  # the deploy of that release is told once
    if c.event and not c.announced and not same:
        evidence.append(
            Evidence(f"it began near {c.event.title or c.event.kind}, which may be a coincidence", supports=True)
        )
    if released:
        evidence.append(
            Evidence(f"release {c.release} came into use with it, which may be a coincidence", supports=True)
        )
    if cause in ("agent_loop", "retry_storm"):
        rose = c.error_share[1] > 1.5 * c.error_share[0] + 0.02
        evidence.append(
            Evidence("failed requests rose with it" if rose else "failed requests did not rise with it", supports=True)
        )
    if cause == "traffic_surge" and c.release:
        evidence.append(Evidence(f"release {c.release} came into use at the same time", supports=False))
    return cause, sure, tuple(evidence)


def _rule(incident: Incident, driver: Driver, c: Circumstances) -> tuple[Cause, float | None]:
    """The cause that fits, and how sure it is where that does not hang on how much its driver moved."""
    if incident.kind == "operator":
        return "data_fault", 0.9
    if incident.kind == "planned" or (c.announced and c.event and incident.event_id == c.event.id):
        return ("feature_launch" if c.event and c.event.kind == "launch" else "planned_batch"), 0.95
    judged = dict(incident.judgement.evidence)
    if judged.get("launch"):
        return "unannounced_launch", 0.95
    if judged.get("renamed"):
        return "tag_move", 0.85
    if judged.get("over_estimate"):
        return "batch_overrun", 0.9
    table: dict[Driver, tuple[Cause, float | None]] = {
        "attribution": ("untagged_growth", 0.9), "cache": ("cache_regression", None), "model_mix": ("model_switch", None),
        "price": ("price_change", None), "credit": ("credit", 0.9), "pool": ("pool", 0.85),
        "input_tokens_per_request": ("slow_growth" if c.gradual else "prompt_growth", None),
        "output_tokens_per_request": ("version_upgrade" if c.version_to else "output_growth", None),
        "requests_per_run": ("retry_storm" if c.error_share[1] > 1.5 * c.error_share[0] + 0.02 else "agent_loop", None),
    }  # fmt: skip
    if driver in table:
        return table[driver]
    if c.taken_over:
        return ("version_upgrade" if c.taken_over == "version" else "model_switch"), None
    if incident.direction == "down":
        return "outage_drop", None
    environments = [v for scope in incident.scopes for d, v in scope if d == "environment"]
    if environments and not set(environments) & PRODUCTION:
        return "staging_leak", None
    if c.announced and c.event and c.event.kind == "batch":
        return "batch_overrun", None
    return "traffic_surge", None


def _driver_says(driver: Driver, scope: Scope) -> str:
    if driver == "attribution":
        fell = dict(scope).get("team", "") is not None
        said = "this fell by about as much, at the same models" if fell else "nothing that has one fell by as much"
        return f"spend without a team rose, and {said}"
    return f"most of the difference is {driver.replace('_', ' ')}"


def _common(one: Scope, two: Scope) -> bool:
    """True where two scopes can hold a common row."""
    a, b = dict(one), dict(two)
    return all(a[d] == b[d] for d in a.keys() & b.keys()) and bool(a.keys() & b.keys() or not a or not b)


def _ends_near(e: Event, at: datetime) -> bool:
    return e.until is not None and -timedelta(hours=3) <= at - e.until <= NEAR


def _touches(e: Event, at: datetime) -> bool:
    return abs(e.time - at) <= NEAR or _ends_near(e, at) or bool(e.expected and e.until and e.time <= at <= e.until)


def _newcomer(table: CostTable, dimension: str, old: np.ndarray, new: np.ndarray) -> tuple[str | None, str | None]:
    """(what most requests had before, what took them over since): both None where nothing new took a good part."""
    column = table.leaves[dimension]
    was, now = (column.to_frame("v").assign(n=x).groupby("v")["n"].sum() for x in (old, new))
    if now.sum() <= 0 or was.sum() <= 0:
        return None, None
    gain = (now / now.sum()).sub(was / was.sum(), fill_value=0.0)
    best: Any = gain.idxmax()
    fresh = gain[best] > 0.3 and float(was.get(best, 0.0)) / float(was.sum()) < 0.3
    lost: Any = gain.idxmin()
    return (str(lost), str(best)) if fresh else (None, None)


def _gradual(table: CostTable, scope: Scope, span: tuple[datetime, datetime]) -> bool:
    """True for growth over days without a jump: the unit cost of the first day is near what was, far from the last."""
    hours = (to_hour(span[0]) - 72, to_hour(span[1]))
    if hours[1] - hours[0] < 72 + 72:
        return False
    inside = table.inside(scope)[table.leaf] & (table.hour >= hours[0]) & (table.hour < hours[1])
    day, days = (table.hour[inside] - hours[0]) // 24, -(-(hours[1] - hours[0]) // 24)
    cost = np.bincount(day, weights=table.cost[inside].astype(float), minlength=days)
    requests = np.bincount(day, weights=np.maximum(table.drivers[inside, REQUESTS], 0).astype(float), minlength=days)
    unit = cost / np.maximum(requests, 1.0)
    if len(unit) < 6 or requests[-1] < 0.2 * requests.mean():
        unit = unit[:-1]
    usual, first, last = float(unit[:3].mean()), float(unit[3]), float(unit[4:].max(initial=unit[3]))
    return last > 1.15 * usual and (first - usual) < 0.4 * (last - usual)
