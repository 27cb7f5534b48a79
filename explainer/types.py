"""The frozen types of the explainer: where and why spend moved, the facts that say so, and the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger.types import Scope

Driver = Literal[
    "volume",
    "requests_per_run",
    "input_tokens_per_request",
    "output_tokens_per_request",
    "cache",
    "model_mix",
    "price",
    "attribution",
    "credit",
    "pool",
]
Cause = Literal[
    "traffic_surge",
    "prompt_growth",
    "output_growth",
    "cache_regression",
    "model_switch",
    "version_upgrade",
    "retry_storm",
    "agent_loop",
    "planned_batch",
    "feature_launch",
    "batch_overrun",
    "unannounced_launch",
    "price_change",
    "outage_drop",
    "slow_growth",
    "untagged_growth",
    "staging_leak",
    "credit",
    "pool",
    "pool_change",
    "tag_move",
    "data_fault",
    "unknown",
]
FactKind = Literal["amount", "share", "change", "rate", "name", "time", "cause", "coincidence", "next_step", "state"]
Reader = Literal["team", "finance", "slack"]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a table of parts, in integer nano-dollars; `delta` is `current - base`, and the lines of a table
    add up to the total delta exactly. `value` None is untagged; `rest` marks the line that gathers what is too
    small to show."""

    value: str | None
    base: int
    current: int
    delta: int
    drivers: tuple[tuple[Driver, int], ...] = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One of the disjoint causes: the smallest predicate, what its rows really changed by, and by which drivers
    (which add up to `delta`). `same_as` lists other predicates that select the same rows."""

    scope: Scope
    delta: int
    drivers: tuple[tuple[Driver, int], ...]
    driver: Driver
    excess: int
    same_as: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One checked statement. `value` is exact: an int (nano-dollars where unit is usd and `exact_nano`), a float, a
    string, an ISO time or a list of strings; `text` is the fact in a sentence."""

    id: str
    kind: FactKind
    name: str
    value: int | float | str | tuple[str, ...]
    unit: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for or against the cause."""

    text: str
    supports: bool
    fact_id: str | None = None


@dataclass(frozen=True, slots=True)
class Narrative:
    """Words in which every number and name is backed by a fact."""

    headline: str
    sentences: tuple[str, ...]
    next_steps: tuple[str, ...]
    reader: Reader
    narrator: str
    """template, or the id of the model that wrote it."""
    refused: tuple[str, ...] = ()
    """Why a model's text was refused, where one was."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to "why did spend within `scope` change between two periods", or to an incident."""

    question: str
    incident_id: str | None
    scope: Scope
    start: datetime
    end: datetime
    against: str
    """What it is compared with, in words: "what was expected", "the week before", ..."""
    base: int
    current: int
    delta: int
    drivers: tuple[tuple[Driver, int], ...]
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    """By dimension name, the table of its parts."""
    places: tuple[Place, ...]
    rest: int
    cause: Cause
    confidence: float
    driver: Driver
    evidence: tuple[Evidence, ...]
    facts: tuple[Fact, ...]
    calm: bool
    """True for what is expected behaviour (launch, upgrade, batch)."""
    narratives: tuple[Narrative, ...] = ()
