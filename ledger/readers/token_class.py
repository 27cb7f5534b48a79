"""Which tokens a line of a bill counts, and how many: bills say it in words, each provider in its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

SAID_BY = ("SkuMeter", "x_TokenType", "x_SkuMeterName", "SkuPriceId", "ChargeDescription")
"""The columns that can say it, the surest first; the first that says something counts."""
_UNIT = re.compile(r"^(?:(?P<n>[\d,]+)\s*)?(?P<k>k|thousand|m|million)?\s*tokens?$", re.IGNORECASE)
_SCALE = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_CACHED = re.compile(r"(?:un|non)[-_ ]?cached")
_OUT = re.compile(r"(?<![a-z])(?:out|opt\b|completion|thinking|reasoning)")
_IN = re.compile(r"(?<![a-z])(?:in\b|inp|prompt)")


def token_columns(frame: pd.DataFrame, quantity: pd.Series, said_by: Sequence[str]) -> dict[str, pd.Series]:
    """The token drivers of a FOCUS frame, NaN where the consumed unit is not tokens or nothing says which they are."""
    units = {u: scale_of(str(u)) for u in frame["ConsumedUnit"].dropna().unique()}
    count = quantity * frame["ConsumedUnit"].map(units).astype(float)
    kind = pd.Series(None, index=frame.index, dtype=object)
    for column in (c for c in said_by if c in frame):
        kinds = {text: class_of(str(text)) for text in frame[column].dropna().unique()}
        kind = kind.where(kind.notna(), frame[column].map(kinds))
    none = pd.Series(np.nan, index=frame.index)
    return {
        "input_tokens": count.where(kind.isin(["input", "cached", "write"]), none),
        "cached_input_tokens": count.where(kind == "cached", none),
        "cache_write_tokens": count.where(kind == "write", none),
        "output_tokens": count.where(kind == "output", none),
    }


def class_of(text: str) -> str | None:
    """input, cached, write, output, or None where the words do not say."""
    words = _NOT_CACHED.sub(" ", _WORDS.sub(" ", text).lower())
    if "cach" in words or "cchd" in words:
        return "write" if "writ" in words or "creat" in words else "cached"
    if _OUT.search(words):
        return "output"
    return "input" if _IN.search(words) else None


def scale_of(unit: str) -> float:
    """How many tokens one of the unit is; NaN where it is no unit of tokens."""
    match: Any = _UNIT.match(unit.strip())
    if not match:
        return float("nan")
    return float((match["n"] or "1").replace(",", "")) * _SCALE.get((match["k"] or "").lower(), 1)
