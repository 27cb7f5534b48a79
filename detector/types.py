"""The frozen types of the detector: what an incident is, what it was judged by, and how its life goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger.types import Scope

Direction = Literal["up", "down"]
State = Literal["open", "accepted", "resolved", "withdrawn"]
Kind = Literal["spend", "planned", "operator"]
"""spend: somebody is told. planned: an announced event accounts for it, nobody is. operator: the data is late or
missing, which whoever runs the tool is told, never a team."""
Signal = Literal[
    "cost",
    "volume",
    "requests_per_run",
    "input_tokens_per_request",
    "output_tokens_per_request",
    "cache",
    "model_mix",
    "price",
    "attribution",
]
"""The series that gave the incident away: the scope's cost, or one driver of it."""
What = Literal["opened", "grew", "moved", "restated", "accepted", "resolved", "withdrawn", "reopened"]
Word = Literal["acknowledge", "expected", "not_useful", "real", "mute"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an incident was judged by. Arrays are aligned, one entry a step (`grain` hours each) from `hours[0]`, an
    epoch hour; money in nano-dollars, other signals in their own unit. It shows some days of history before the
    incident too, so that a chart can be drawn from it alone."""

    signal: Signal
    grain: int
    unit: str
    hours: tuple[int, ...]
    actual: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    score: float
    threshold: float
    settings: str
    version: str
    evidence: tuple[tuple[str, float], ...] = ()
    """Scores of the single methods, by name: seasonal, forest, count and so on."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One cause, told once. Amounts are integer nano-dollars; times are aware UTC."""

    id: str
    kind: Kind
    state: State
    direction: Direction
    scopes: tuple[Scope, ...]
    """The smallest predicate that holds the cause; nearly always one."""
    first_scopes: tuple[Scope, ...]
    signal: Signal
    detected_at: datetime
    started_at: datetime
    ended_at: datetime | None
    """The first and last hour (its start) of the abnormal spend; None while it goes on or is accepted."""
    actual_nano: int
    expected_nano: int
    judgement: Judgement
    updated_at: datetime
    event_id: str | None = None
    acknowledged_by: str | None = None
    told_step: int = 1
    """The last step of the cost (1, 2, 5, 10) that was told."""
    note: str = ""
    """Why it was withdrawn, accepted or is silent, in words."""

    @property
    def impact_nano(self) -> int:
        """Spend above (below, negative) what was expected."""
        return self.actual_nano - self.expected_nano


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to an incident; the first change of every incident is `opened`. `tell` says whether people
    should hear of it (a planned one never, a growth only at the next step)."""

    incident: Incident
    what: What
    at: datetime
    tell: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said of an incident or (mute) of a scope. `until` bounds expected and mute."""

    at: datetime
    word: Word
    by: str
    incident_id: str | None = None
    scope: Scope | None = None
    until: datetime | None = None
