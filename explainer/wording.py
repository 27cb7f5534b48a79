"""Drivers, causes, scopes and names that are data, as people say them. (Amounts, counts and times: `explainer.look`.)"""

from __future__ import annotations

import unicodedata

from explainer.types import Cause, Driver
from ledger.types import Scope

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
    "batch_overrun": "a batch that went beyond its plan",
    "unannounced_launch": "an unannounced launch",
    "price_change": "a price change",
    "outage_drop": "an outage",
    "slow_growth": "slow growth",
    "untagged_growth": "requests that lost their tags",
    "staging_leak": "staging that spends like production",
    "credit": "a change in credits",
    "pool": "a change in the cost of a shared pool",
    "pool_change": "a new split of a shared pool",
    "tag_move": "a renamed or moved tag",
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


def driver_words(driver: Driver) -> str:
    """A driver as people say it."""
    return DRIVER_WORDS[driver]


def within_words(scope: Scope, asked: Scope) -> str:
    """A scope within another, by what it says beside it."""
    narrower = tuple((d, v) for d, v in scope if (d, v) not in asked)
    return scope_words(narrower or scope)


def scope_words(scope: Scope) -> str:
    """A scope as the subject of a sentence: the feature alone where there is one, else its dimensions."""
    values = dict(scope)
    if not values:
        return "All spend"
    if values.get("feature"):
        return clean_name(values["feature"])
    named = [f"{d.replace('_', ' ')} {clean_name(v)}" for d, v in scope if v is not None]
    missing = " or ".join(f"a {d.replace('_', ' ')}" for d, v in scope if v is None)
    words = ", ".join([*([f"spend without {missing}"] if missing else []), *named])
    return words[0].upper() + words[1:]
