"""Which way did a thing move, by the facts?"""

from __future__ import annotations

import re

from explainer.checker.concepts import COST, concept_of
from explainer.checker.fact_words import named_in, own_words
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.types import Fact


def sign_of(concept: str, known: Known, *, driver: bool) -> float | None:
    """The direction in which a thing moved; None where no fact says. `driver` prefers its dollars to its units."""
    if concept == COST:
        return known.excess if known.excess is not None else known.number("excess_percent")
    dollars = known.by_driver.get(concept)
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


_HAS_NO = re.compile(r"\b(?:has|have|had|with) no (?P<what>(?:[a-z]+ )?[a-z]+)\b")
_COMMON = {"model", "team", "run", "reques", "cost"}
_AMOUNTS = {
    "excess": "excess",
    "overspend": "excess",
    "expected cost": "before",
    "budget": "budget",
    "forecast": "forecast",
    "last incident": "previous",
    "previous incident": "previous",
    "last time": "previous",
}
_AMOUNT = "|".join(_AMOUNTS)
_THAN = re.compile(rf"^ than (?:the |its |this |whole |entire |total )*(?P<what>{_AMOUNT})\b")


_EARLIER = re.compile(
    r"\b(?:last|previous|earlier) (?:incident|one|time)(?: (?:of|on|in|with) (?:the )?N\d+)? (?:was|had been) (?:\w+ )?$"
)
_SIZES = frozenset(["larger", "bigger", "greater", "smaller"])


def affirms(fact: Fact, text: str) -> bool:
    """True where a text tells of what has a thing, and the fact of what has none: `the share with a team tag`."""
    denied = _HAS_NO.search(fact.text.lower())
    what = denied["what"].split()[-1] if denied else ""
    un = re.match(r"un([a-z]{4,})", fact.name)
    if un and re.search(rf"\b{un[1]}\b", text):
        return True
    return bool(
        what
        and re.search(
            rf"\b(?:with|has|have|had|carry|carries|bears?) (?:an? |the |its |their |any )?(?:[a-z]+ )?{what}s?\b", text
        )
    )


def told_sign(clause: str, known: Known) -> float | None:
    """The direction of the fact before and after whose words a clause has, or of all but it where it tells just that."""
    words = re.findall(r"[a-z][a-z'-]+", clause)
    for name in known.by_name:
        stem = name.removesuffix("_before")
        before, after = known.number(name), known.number(f"{stem}_after")
        if stem == name or before is None or after is None:
            continue
        if affirms(known.by_name[name][0], clause):
            return before - after
        if concept_of(name) == COST and stem != "cost" and own_words(stem) - _COMMON and named_in(stem, words):
            return after - before
    return None


def compares_rightly(text: str, match: re.Match[str], known: Known) -> bool | None:
    """Whether a word compares two amounts of the facts rightly: `the excess is smaller than the expected cost`; None
    where it compares no two of them."""
    than = _THAN.match(text[match.end() :])
    subject = re.search(
        rf"\b(?P<what>{_AMOUNT})(?: (?:alone|itself))? (?:is|was|are|were)(?: \w+)? $", text[: match.start()]
    )
    larger = match[0] in ("larger", "bigger", "higher", "greater", "more")
    if not than and _EARLIER.search(text[: match.start()]) and match[0] in _SIZES:
        previous, now = known.number("previous_incident_excess"), known.excess
        return None if previous is None or now is None else (abs(previous) > abs(now)) == larger
    if not than or not subject:
        return None
    amounts = {
        "excess": known.excess,
        "before": known.base,
        "budget": known.number("budget"),
        "forecast": known.number("month_end_forecast"),
        "previous": known.number("previous_incident_excess"),
    }
    first, second = (amounts[_AMOUNTS[m["what"]]] for m in (subject, than))
    if first is None or second is None:
        return None
    return (abs(first) > abs(second)) == larger


_SHARE_OF_REQUESTS = re.compile(
    r"\b(?:share|portion|part|proportion|percentage|Q\d+) of (?:the |all |its |our |model )*(?:requests|calls|traffic)\b|\bN\d+ 's share\b|\b(?:requests|calls|traffic) (?:(?:going|sent|routed|directed|that go|that went) )?to (?=N\d|the )|\b(?:requests|calls|traffic) (?:(?:answered|handled|served|processed) by|on|for) N\d|\bshare (?:of|for|on|at) N\d+\b"
)

_SERVED = re.compile(
    r"\bN(\d+) (?:\" )?(?:(?:that|which) )?(?:(?:has|had|now|then|since) )*(?:(?:answer|handle|serve|get|take|see|receive|process)\w* |got |took |saw )?$"
)


def share_sign(sentence: Sentence, match: re.Match[str], known: Known) -> float | None:
    """The direction of the share of requests that a named model takes; None where the clause tells of no such share."""
    if (served := _SERVED.search(sentence.text[: match.start()])) and re.match(r"(?:more|fewer|less)\b", match[0]):
        named = sentence.names[int(served[1])]
        moved = {known.text("model_to"): 1.0, known.text("model_from"): -1.0}
        return {str(name or "").lower(): sign for name, sign in moved.items()}.get(named)
    start = max(sentence.text.rfind(c, 0, match.start()) for c in (";", " while ", " but ", " whereas "))
    end = re.search(r";| while | but | whereas ", sentence.text[match.end() :])
    clause = sentence.text[max(start, 0) : match.end() + (end.start() if end else len(sentence.text))]
    before, after = (known.number(f"model_to_share_{when}") for when in ("before", "after"))
    if before is None or after is None or not _SHARE_OF_REQUESTS.search(clause):
        return None
    told = {sentence.names[int(i)] for i in re.findall(r"\bN(\d+)\b", clause)}
    to, left = ((known.text(f"model_{which}") or "").lower() for which in ("to", "from"))
    if (to in told) == (left in told):
        return None
    return after - before if to in told else before - after
