"""Explanations to and from JSON, for the store."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from explainer.types import Evidence, Explanation, Fact, Narrative, Part, Place


def explanation_to_json(explanation: Explanation) -> str:
    """JSON text; times as ISO."""
    return json.dumps(asdict(explanation), default=lambda t: t.isoformat(), sort_keys=True)


def explanation_from_json(text: str) -> Explanation:
    """The explanation that `explanation_to_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    raw["scope"] = _pairs(raw["scope"])
    raw["start"], raw["end"] = datetime.fromisoformat(raw["start"]), datetime.fromisoformat(raw["end"])
    raw["drivers"] = _pairs(raw["drivers"])
    raw["parts"] = tuple(
        (name, tuple(Part(**{**p, "drivers": _pairs(p["drivers"])}) for p in parts)) for name, parts in raw["parts"]
    )
    raw["places"] = tuple(
        Place(**{**p, "scope": _pairs(p["scope"]), "drivers": _pairs(p["drivers"]), "same_as": tuple(map(_pairs, p["same_as"]))})
        for p in raw["places"]
    )  # fmt: skip
    raw["evidence"] = tuple(Evidence(**e) for e in raw["evidence"])
    raw["facts"] = tuple(
        Fact(**{**f, "value": tuple(f["value"]) if isinstance(f["value"], list) else f["value"]}) for f in raw["facts"]
    )
    lists = ("sentences", "next_steps", "refused")
    told: list[dict[str, Any]] = [{k: tuple(v) if k in lists else v for k, v in n.items()} for n in raw["narratives"]]
    raw["narratives"] = tuple(Narrative(**n) for n in told)
    return Explanation(**raw)


def _pairs(pairs: list[list[Any]]) -> tuple[tuple[Any, Any], ...]:
    return tuple((a, b) for a, b in pairs)
