"""Tags of a bill's lines: those that name a dimension become it, the rest stay together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ledger.readers.checks import Checks
from ledger.readers.frames import canonical_tags
from ledger.types import DIMENSIONS

COLUMNS = ("Tags", "AllocatedTags")
"""Where FOCUS has them; what a split charge was allocated by comes second and counts more."""


def tag_columns(checks: Checks, mapping: Mapping[str, str]) -> dict[str, pd.Series]:
    """Dimensions by tag, None where there is none: by the mapping, else by a dimension's own name in any case. Tags that
    are no JSON are faults."""
    frame = checks.frame
    held = [c for c in COLUMNS if c in frame]
    parsed = {c: {text: _tags(text) for text in frame[c].dropna().unique()} for c in held}
    for c in held:
        checks.bad(c, frame[c].isin([t for t, found in parsed[c].items() if found is None]), "it is no JSON object")
    to = {d: d for d in DIMENSIONS if d not in ("tags", "charge")} | dict(mapping)
    rows: dict[str, list[str | None]] = {d: [None] * len(frame) for d in {*to.values(), "tags"}}
    for i, texts in enumerate(zip(*(frame[c] for c in held), strict=True)):
        both: dict[str, Any] = {}
        for c, text in zip(held, texts, strict=True):
            both |= parsed[c].get(text) or {}
        rest = {}
        for name, value in both.items():
            dimension = to.get(name, to.get(name.lower()))
            if dimension and value not in (None, ""):
                rows[dimension][i] = str(value)
            else:
                rest[name] = value
        rows["tags"][i] = canonical_tags(rest)
    made = {d: pd.Series(values, index=frame.index, dtype=object) for d, values in rows.items()}
    return {d: v for d, v in made.items() if v.notna().any()}


def _tags(text: Any) -> dict[str, Any] | None:
    """Tags as a JSON object, or as the list of pairs that some exports write; None where it is neither."""
    try:
        found = json.loads(str(text) or "{}")
    except ValueError:
        return None
    if isinstance(found, list):
        pairs = [p for p in found if isinstance(p, dict)]
        found = {str(p.get("key", p.get("Key"))): p.get("value", p.get("Value")) for p in pairs}
    return found if isinstance(found, dict) else None
