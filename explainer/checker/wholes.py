"""What follows from a part of a whole: its share, and what is left."""

from __future__ import annotations

import re
from collections.abc import Iterable

from explainer.checker.concepts import concept_of
from explainer.checker.fact_values import FactValues, first_of
from explainer.checker.fact_words import words_beside
from explainer.checker.quantity import Quantity


def used(known: FactValues) -> Iterable[Quantity]:
    """What follows from a part and a whole that the facts name alike: its share, and what is not in it."""
    for name in known.by_name:
        stem, _, kind = name.rpartition("_")
        part, total = (
            known.number(name),
            first_of(*(known.number(n) for n in (f"{stem}_total", f"{stem}_granted", stem))),
        )
        fact = known.by_name[name][0]
        if part is None or not total or kind in ("total", "granted") or fact.unit == "percent":
            continue
        also, roles, concept = frozenset(words_beside(fact)), frozenset({"any"}), concept_of(name)
        other = {"left": "used", "used": "left"}.get(kind, "not")
        unit = {"usd": "usd", "ratio": "ratio"}.get(fact.unit or "", "count")
        noun = stem.rpartition("_")[2] if unit == "count" else ""
        yield Quantity(total - part, unit, concept, roles, noun=noun, name=f"{stem}_{other}", also=also)
        for value, told in ((part, kind), (total - part, other)):
            share = 100 * value / total
            yield Quantity(share, "percent", concept, roles, name=f"{stem}_{told}", also=also)


def to_come(known: FactValues) -> Iterable[Quantity]:
    """What the forecast adds to the month so far, and the incident to the forecast."""
    forecast, spent = known.number("month_end_forecast"), known.number("month_to_date")
    if forecast is not None and spent is not None:
        yield Quantity(forecast - spent, "usd", "forecast", frozenset({"any"}), name="month_to_come")
    without = known.number("forecast_without_incident")
    if forecast is not None and without is not None:
        yield Quantity(forecast - without, "usd", "forecast", frozenset({"any"}), name="month_raised")


def drawn(known: FactValues) -> Iterable[Quantity]:
    """What follows from an amount that its fact tells to be of the budget, or of the credit: its share and what is left."""
    for fact in known.facts:
        told = _OF_WHOLE.search(fact.text) if fact.unit == "usd" else None
        whole = known.number(told["whole"]) if told else None
        if told is None or not whole or not isinstance(fact.value, int | float):
            continue
        left = fact.value if re.search(r"left|remain", fact.name) else whole - fact.value
        roles, rest = frozenset({"any"}), ("left", "leaving", "leaves", "remaining", "remains", "available", "unspent")
        for value, kind, words in ((left, "left", rest), (whole - left, "used", ("used", "spent"))):
            also = frozenset({told["whole"], *words})
            name = f"{told['whole']}_{kind}"
            yield Quantity(value, "usd", told["whole"], roles, name=name, also=also)
            yield Quantity(100 * value / whole, "percent", told["whole"], roles, told["whole"], name=name, also=also)


_OF_WHOLE = re.compile(r"\bof (?:the |its )?(?:month's |monthly )?(?P<whole>budget|credit)\b")
