"""Shares that are denied: `no driver explains half of it`."""

from __future__ import annotations

import re

from explainer.checker.concepts import concept_of
from explainer.checker.contexts import Context
from explainer.checker.families import KIND
from explainer.checker.quantities import Known

_DENIES_SHARE = re.compile(
    rf"\b(?:not|no (?:single |one |other )?driver|none of (?:the|them)[a-z ]*?|nothing|neither) (?:\w+ ){{0,2}}(?:explains?|explain|accounts? for|account for|makes? up|make up|adds?|reach(?:es)?|amounts? to|brings?|comes? to|weighs?|has|have|holds?)(?: for)?(?: \w+)?$|\bno (?:single |one |other )?(?:{KIND}) (?:\w+ ){{0,2}}(?:has|have|holds?|makes? up|accounts? for|reaches|explains?)$|\bnot(?: even| yet)?$"
)


def denied_share(context: Context, known: Known) -> list[str] | None:
    """Faults of a share that is denied: `no driver explains half of it`; None where the figure is not denied so."""
    if context.figure.unit != "percent" or not _DENIES_SHARE.search(context.left):
        return None
    everyone = re.search(r"\bno (?:single |one |other )?driver|\bnone\b|\bnothing\b|\bneither\b", context.left)
    shares = {c: 100 * v / known.excess for c, v in known.by_driver.items()} if known.excess else {}
    for name in known.by_name:
        if name.startswith("driver_") and name.endswith("_share") and (value := known.number(name)) is not None:
            shares.setdefault(concept_of(name), value)
    if one := re.search(rf"\bno (?:single |one |other )?({KIND}) ", context.left):
        tops = [q.value for q in known.direct if q.unit == "percent" and q.name == f"top_{one[1]}_share"]
        if known.excess:
            tops += [100 * v / known.excess for n, v in known.parts.items() if n.startswith(f"excess_by_{one[1]}:")]
        return (
            [f"{context.figure.shown}: a fact says that it does"]
            if not tops or max(tops) >= context.figure.value
            else []
        )
    told = shares.values() if everyone else [v for c, v in shares.items() if c in context.concepts]
    least = context.figure.value if context.figure.low != 50.0 else 50.0
    wrong = not told or any(v >= least for v in told)
    return [f"{context.figure.shown}: a fact says that it does"] if wrong else []
