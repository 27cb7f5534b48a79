"""How values are written for people: names that are data, money and counts right to their last digit, times in UTC."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from explainer.types import Cause, Driver
from ledger.types import NANO, Scope

CENT = NANO // 100
LONGEST_NAME = 80

DRIVER_WORDS: dict[Driver, str] = {
    "volume": "volume",
    "requests_per_run": "requests per run",
    "input_tokens_per_request": "input tokens per request",
    "output_tokens_per_request": "output tokens per request",
    "cache": "cache use",
    "model_mix": "model mix",
    "price": "price",
    "attribution": "attribution",
    "credit": "credits",
    "pool": "the shared pool",
}

CAUSE_WORDS: dict[Cause, str] = {
    "traffic_surge": "more traffic",
    "prompt_growth": "longer prompts",
    "output_growth": "longer answers",
    "cache_regression": "lost prompt caching",
    "model_switch": "a move to a dearer model",
    "version_upgrade": "a new model version",
    "retry_storm": "a retry storm",
    "agent_loop": "an agent loop",
    "planned_batch": "a planned batch",
    "feature_launch": "a feature launch",
    "batch_overrun": "a batch that ran past its planned end",
    "unannounced_launch": "an unannounced launch",
    "price_change": "a price change",
    "outage_drop": "an outage",
    "slow_growth": "slow growth",
    "untagged_growth": "requests that lost their tags",
    "staging_leak": "staging that spends like production",
    "credit": "a change in credits",
    "pool": "a change in the cost of a shared pool",
    "pool_change": "a new split of a shared pool",
    "tag_move": "a tag that moved",
    "data_fault": "a fault in the data",
    "unknown": "unknown",
}


def clean_name(value: str | None) -> str:
    """A name for people: no control, bidi or zero-width characters, no markup or link, at most 80 characters."""
    if value is None:
        return "untagged"
    start = unicodedata.normalize("NFC", value[: 8 * LONGEST_NAME]).replace("://", " ")
    kept = (" " if ch.isspace() else ch for ch in start if ch.isspace() or unicodedata.category(ch)[0] != "C")
    text = " ".join("".join(ch for ch in kept if ch not in "<>`").split())
    return (text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…") or "(no name)"


def _step(nano: int) -> int:
    """The unit to which an amount is rounded: whole dollars from $1,000 on, cents from one cent on, else finer."""
    size = abs(nano)
    if size >= 1_000 * NANO:
        return NANO
    return CENT if size >= 10 * CENT or size == 0 else CENT // 100


def _round(nano: int, step: int) -> int:
    """The nearest multiple of `step`, halves away from zero."""
    return (abs(nano) + step // 2) // step * step * (1 if nano >= 0 else -1)


def _written(nano: int, step: int) -> str:
    whole, rest = divmod(abs(_round(nano, step)), NANO)
    cents = (
        f".{rest // (NANO // 100):02d}" if step == CENT else f".{rest // (NANO // 10_000):04d}" if step < CENT else ""
    )
    return f"{'-' if nano < 0 else ''}${whole:,}{cents}"


def money(nano: int) -> str:
    """An amount such as $12,937, $2.40 or -$0.0251."""
    return _written(nano, _step(nano))


def money_parts(parts: Sequence[int], total: int) -> tuple[str, ...]:
    """Parts rounded like their total, so that the parts shown add up to the total shown (largest remainder).
    `parts` must add up to `total`."""
    step = _step(total)
    floors = [part // step for part in parts]
    missing = _round(total, step) // step - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: floors[i] * step - parts[i])
    for i in by_remainder[: max(0, missing)]:
        floors[i] += 1
    return tuple(_written(floor * step, step) for floor in floors)


def count(value: float) -> str:
    """A count or unit figure such as 270,029 or 8.78."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"


def percent(value: float) -> str:
    """A share or change such as 58 % or 3.4 %, without sign."""
    size = abs(value)
    return f"{size:,.0f} %" if size >= 10 else f"{size:.1f} %"


def moment(at: datetime) -> str:
    """A time such as Sat 20 Jun 02:30 UTC."""
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M} UTC"


def driver_words(driver: Driver) -> str:
    """A driver as people say it."""
    return DRIVER_WORDS[driver]


def scope_words(scope: Scope) -> str:
    """A scope as the subject of a sentence: the feature alone where there is one, else its dimensions."""
    values = dict(scope)
    if not values:
        return "All spend"
    if values.get("feature"):
        return clean_name(values["feature"])
    named = [f"{d.replace('_', ' ')} {clean_name(v)}" for d, v in scope if v is not None]
    untagged = [f"spend without a {d.replace('_', ' ')}" for d, v in scope if v is None]
    words = ", ".join([*untagged, *named])
    return words[0].upper() + words[1:]
