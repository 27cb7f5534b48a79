"""Is a forecast one that the facts have: of the month's end, and not certain?"""

from __future__ import annotations

import re

from explainer.checker.certainty import FORESEEN
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_MONTHLY = re.compile(r"\b(?:months?|forecast\w*|budget\w*)\b")

_FORETOLD = re.compile(
    r"\b(?:forecast\w*|project(?:ed|ion|ions)|predict\w+|prognos\w+|extrapolat\w+|outlook|on (?:course|track) (?:to|for)|head(?:ing|ed) (?:for|to|towards)|(?:is|are) (?:expected|set|likely|going) to (?!(?:be|have)\b)|expect (?:it|the \w+|costs?) to|trends? points?)\b"
)

_GOES_ON = re.compile(
    r"\b(?:expect\w*|forecast|projected|predicted|likely|set|going|due|it|costs?|N\d+) (?:\w+ )?to (?:\w+ )?(?:rise|rising|grow|growing|climb|climbing|fall|falling|increase|drop|double|triple|worsen|shrink|ease|level|continue|stay|look|persist)\b(?! (?:to|above|over|past|beyond|within|under|below|at) )|\b(?:forecast|expected|projected|set|likely|going) to (?:have )?Q\d+|\bforecast is (?:for )?an? (?:\w+ )?(?:rise|fall|increase|drop|growth|decline)\b"
)

_BEGINS = re.compile(r"\b(?:month|forecast)\b[^,;.]{0,30}\b(?:begin|start|open)s?\b")
_OTHER_PERIOD = re.compile(r"\b(?:year|quarter|week|day)(?:ly|'s)?\b(?!-)")


def forecast_faults(text: str, known: Known) -> list[str]:
    """A forecast is of the month's end, is there only where a fact has it, and is never certain."""
    monthly = _MONTHLY.search(text)
    certain = FORESEEN.search(text) if monthly else None
    if certain and not negated(text, certain.start()):
        return [f"{certain[0]}: a forecast is not certain"]
    told = None if re.search("forecast|project|predict", known.texts) else _FORETOLD.search(text)
    if told and not re.search(r"\b(?:no|not|without) (?:\w+ )?$", text[: told.start()]):
        return [f"{told[0].strip()}: no fact foretells it"]
    if (further := _GOES_ON.search(text)) and _FORETOLD.search(text):
        return [f"{further[0]}: the forecast is of the month's end"]
    if begins := _BEGINS.search(text):
        return [f"{begins[0]}: the forecast is of the month's end"]
    return _of_another_period(text, known)


def _of_another_period(text: str, known: Known) -> list[str]:
    """`The week's budget`, `at the end of the quarter`: budget and forecast are a month's."""
    if (
        re.search(r"\b(?:budget|forecast)", text)
        and _OTHER_PERIOD.search(re.sub(r"\bof the (?:day|week)\b", "", text))
        and "year" not in known.texts
    ):
        return ["budget and forecast are a month's"]
    ended = re.search(r"\bend of the (year|quarter|week|day)\b", text)
    return ["the forecast is of the month's end"] if ended and "Q" in text and ended[1] not in known.texts else []
