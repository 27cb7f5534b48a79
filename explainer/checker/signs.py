"""Which way did a thing move, by the facts?"""

from __future__ import annotations

from explainer.checker.concepts import COST, concept_of
from explainer.checker.quantities import Known


def sign_of(concept: str, known: Known, *, driver: bool) -> float | None:
    """The direction in which a thing moved; None where no fact says. `driver` prefers its dollars to its units."""
    if concept == COST:
        return known.excess if known.excess is not None else known.number("excess_percent")
    dollars = {concept_of(f"driver_{n}"): v for n, v in known.drivers.items()}.get(concept)
    if concept.startswith("part:"):
        return next((v for n, v in known.parts.items() if concept_of(n) == concept), None)
    moved = [
        q.value
        for q in known.quantities
        if q.concept == concept
        and "change" in q.roles
        and q.unit in ("percent", "points", "count", "usd")
        and "excess" in q.roles
    ]
    if driver and dollars is not None:
        return dollars
    return moved[0] if moved else dollars


def concept_of_length(noun: str) -> str:
    """Which tokens grow when these get longer."""
    return "input" if noun.strip().startswith(("prompt", "input")) else "output"
