"""Explanations of every cause, for the tests of words: built by hand, with facts as the explainer makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from explainer.causes import CALM
from explainer.facts import facts_of
from explainer.findings import Findings, Measure
from explainer.look import DOLLARS, Look
from explainer.types import Cause, Driver, Explanation
from ledger.types import NANO, Event, Scope

NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
STARTED = datetime(2026, 10, 6, 6, 30, tzinfo=UTC)
SCOPE: Scope = (("team", "search"), ("feature", "lead-scoring"))
UNITS: dict[str, tuple[str, float, float]] = {
    "requests_per_run": ("requests_per_run", 8.78, 35.59),
    "input_tokens_per_request": ("tokens_per_request", 8357.11, 14533.88),
    "output_tokens_per_request": ("tokens_per_request", 605.54, 2073.61),
    "volume": ("runs", 47_258.0, 88_904.0),
    "untagged_share": ("percent", 3.1, 9.3),
}
DRIVER_OF: dict[Cause, Driver] = {
    "traffic_surge": "volume",
    "prompt_growth": "input_tokens_per_request",
    "output_growth": "output_tokens_per_request",
    "cache_regression": "cache",
    "model_switch": "model_mix",
    "version_upgrade": "output_tokens_per_request",
    "retry_storm": "requests_per_run",
    "agent_loop": "requests_per_run",
    "planned_batch": "volume",
    "feature_launch": "volume",
    "batch_overrun": "volume",
    "unannounced_launch": "volume",
    "price_change": "price",
    "outage_drop": "volume",
    "slow_growth": "input_tokens_per_request",
    "untagged_growth": "attribution",
    "staging_leak": "volume",
    "credit": "credit",
    "pool": "pool",
    "pool_change": "pool",
    "tag_move": "attribution",
    "data_fault": "volume",
    "unknown": "volume",
}


RUN_DEARER = (
    "prompt_growth",
    "output_growth",
    "cache_regression",
    "model_switch",
    "version_upgrade",
    "retry_storm",
    "agent_loop",
    "price_change",
    "slow_growth",
)


def explained(
    cause: Cause,
    *,
    cents: int = 34_168_87,
    usual_cents: int = 6_566_71,
    confidence: float = 0.9,
    scope: Scope = SCOPE,
    look: Look = DOLLARS,
) -> Explanation:
    """An explanation of this cause, ended where money in cents is even."""
    driver = DRIVER_OF[cause]
    current, base = cents * NANO // 100, usual_cents * NANO // 100
    if cause == "outage_drop":
        current, base = min(current, base), max(current, base)
    falls = current < base
    if driver == "volume" and falls:
        unit, before, after = UNITS["volume"][0], UNITS["volume"][2], UNITS["volume"][1]
    else:
        unit, before, after = UNITS.get(driver, ("", 0.0, 0.0))
    if cause == "untagged_growth":
        base = current
    delta = current - base
    first = 7 * delta // 10
    second: Driver = "volume" if driver != "volume" else "requests_per_run"
    drivers: tuple[tuple[Driver, int], ...] = ((driver, first), (second, delta - first))
    made = Explanation(
        "Why is spend not what was expected?", "inc-1", scope, STARTED, NOW, "what was expected", base, current, delta,
        drivers, (), (), 0, cause, confidence, driver, (), (), cause in CALM,
    )  # fmt: skip
    measures = (Measure("runs" if driver == "volume" else driver, unit, before, after),) if unit else ()
    if cause == "untagged_growth":
        measures = (Measure("untagged_share", *UNITS["untagged_share"]),)
    if cause == "retry_storm":
        measures += (Measure("error_share", "percent", 1.4, 24.2),)
    if cause in RUN_DEARER:
        measures += (Measure("cost_per_run", "usd", 0.0712, 0.0712 * max(current, 1) / max(base, 1)),)
    return replace(made, facts=facts_of(made, _findings(cause, measures, scope, ended=cents % 2 == 0), look))


def _findings(cause: Cause, measures: tuple[Measure, ...], scope: Scope, *, ended: bool) -> Findings:
    announced = cause in ("planned_batch", "feature_launch", "batch_overrun")
    event = Event("e1", STARTED, STARTED + timedelta(hours=20), "batch", (), "year-end re-index", expected=True)
    switched = cause == "model_switch"
    upgraded = cause == "version_upgrade"
    return Findings(
        NOW,
        "ended" if ended else "ongoing",
        measures,
        owner="search",
        event=event if announced else None,
        announced=announced,
        release="v9.4" if cause in ("prompt_growth", "output_growth", "cache_regression") else None,
        release_at=STARTED - timedelta(minutes=20),
        model_from="gpt-5-mini" if switched else None,
        model_to="claude-opus-4-5" if switched else None,
        version_from="20250929" if upgraded else None,
        version_to="20260512" if upgraded else None,
        baseline_days=28,
        forecast_nano=93_625 * NANO,
        spread="everywhere" if not scope else None,
        budget_nano=103_602 * NANO,
        overrun_hours=9 if cause == "batch_overrun" else None,
    )
