"""What is known of a change in spend beside its sums: units before and after, events, releases, money to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger.types import Event


@dataclass(frozen=True, slots=True)
class Measure:
    """One unit before and after, such as requests, output_tokens_per_request, error_share or cost_per_outcome.
    `unit` is requests, runs, tokens_per_request, requests_per_run, percent or usd (dollars)."""

    name: str
    unit: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All but `now` and `state` may be unknown. Money is in nano-dollars, times are aware UTC."""

    now: datetime
    state: Literal["ongoing", "ended", "period"]
    measures: tuple[Measure, ...] = ()
    owner: str | None = None
    event: Event | None = None
    announced: bool = False
    """True where `event` says that this costs money; otherwise it only coincides."""
    release: str | None = None
    release_at: datetime | None = None
    model_from: str | None = None
    model_to: str | None = None
    version_from: str | None = None
    version_to: str | None = None
    baseline_days: int | None = None
    forecast_nano: int | None = None
    budget_nano: int | None = None
    budget_breaks_at: datetime | None = None
    budget_broke_at: datetime | None = None
    growth_percent_a_week: float | None = None
    overrun_hours: int | None = None
    spread: Literal["everywhere", "nowhere"] | None = None
    """Where no place stands out: whether all spend moved alike, or nothing that is recorded shows where it is."""
