"""Which side of the budget does the month end on, and is it told as a forecast that the facts have?"""

from __future__ import annotations

import re

from explainer.checker.events import times_of
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_CERTAIN = re.compile(
    r"\b(?:certain(?:ly|ty)?(?! (?:amount|sum|share|part)\b)|definite(?:ly)?|inevitabl\w+|unavoidabl\w+|surely|for sure|sure to|bound to|no (?:doubt|way|question|chance)|(?:without|beyond) (?:a |any )?(?:doubt|question)|guaranteed?|destined|set in stone|as good as|come what may|no matter what|undoubtedly|cannot fail to|foregone|clearly going to)\b"
)
_MONTHLY = re.compile(r"\b(?:months?|forecast\w*|budget\w*)\b")
_FORETOLD = re.compile(
    r"\b(?:forecast\w*|project(?:ed|ion|ions)|predict\w+|prognos\w+|extrapolat\w+|outlook|on (?:course|track) (?:to|for)|head(?:ing|ed) (?:for|to|towards)|(?:is|are) (?:expected|set|likely|going) to (?!(?:be|have)\b)|expect (?:it|the \w+|costs?) to|trends? points?)\b"
)
_GOES_ON = re.compile(
    r"\b(?:expect\w*|forecast|projected|predicted|likely|set|going|due|it|costs?|N\d+) (?:\w+ )?to (?:\w+ )?(?:rise|rising|grow|growing|climb|climbing|fall|falling|increase|drop|double|triple|worsen|shrink|ease|level|continue|stay|look|persist)\b(?! (?:to|above|over|past|beyond|within|under|below|at) )|\b(?:forecast|expected|projected|set|likely|going) to (?:have )?Q\d+|\bforecast is (?:for )?an? (?:\w+ )?(?:rise|fall|increase|drop|growth|decline)\b"
)


def forecast_faults(text: str, known: Known) -> list[str]:
    """A forecast is of the month's end, is there only where a fact has it, and is never certain."""
    certain = _CERTAIN.search(text) if _MONTHLY.search(text) else None
    if certain and not negated(text, certain.start()):
        return [f"{certain[0]}: a forecast is not certain"]
    told = None if re.search("forecast|project|predict", known.texts) else _FORETOLD.search(text)
    if told and not re.search(r"\b(?:no|not|without) (?:\w+ )?$", text[: told.start()]):
        return [f"{told[0].strip()}: no fact foretells it"]
    further = _GOES_ON.search(text) if _FORETOLD.search(text) else None
    return [f"{further[0]}: the forecast is of the month's end"] if further else []


_WITHIN = re.compile(
    r"\b(?:within|below|under|inside|less than|short of|beneath|lower than|stays? within|keeps? (?:to|within)|fits?(?: in| within)?|not (?:exceed|break|reach)\w*|room (?:left )?in|well within|safe)\b(?: \w+){0,4} ?\b(?:the |its |a )?(?:month's |monthly |team's |monthly )?budget\b|\bbudget\b[^,;.]{0,30}\bnot (?:in danger|at risk|threatened|in jeopardy|under threat)\b|\bbudget (?:of Q\d+ )?(?:holds|will hold|(?:will|would|should) be (?:kept|met|respected|observed|enough)|is not|is safe|covers|is kept|has room)\b"
)
_BEYOND = re.compile(
    r"\b(?:above|over|outside|exceed\w*|in excess of|surpass\w*|topp?(?:s|ed|ing)|beyond|more than|past|break\w*|breach\w*|bust\w*|oversh[o]+t\w*|higher than|outrun\w*|overrun\w*|blow\w* through|burst\w*|blown)\b(?: \w+){0,4} ?\b(?:the |its |a )?(?:month's |monthly )?budget\b|\bbudget (?:of Q\d+ )?(?:breaks?|will break|is exceeded|will be exceeded|is broken|is used up|is (?:already )?(?:spent|gone)|runs out|is blown|would be exceeded|is overrun|is breached|will be breached)\b|\bover-?budget\b|\bbudget\b[^,;.]{0,30}\b(?:too (?:small|low|tight)|insufficient|falls? short|inadequate)\b|\bbudget\b[^,;.]{0,30}(?<!not )\b(?:in danger|at risk|threatened|in jeopardy|under threat)\b|\bbudget\b[^,;.]{0,40}\b(?:exceeded|broken|breached|overrun|blown|burst|used up|(?:already|now|fully|has|have) (?:(?:been|already|now|fully) )*(?:spent|gone|exhausted|used))\b"
)


_DONE = re.compile(
    r"\b(?:has|have|had) (?:already |now )?(?:overshot|exceeded|broken|breached|overrun|passed|burst|blown|gone over)\b|\bbudget (?:of Q\d+ )?(?:is|was|has been|has) (?:already |now |been |fully )*(?:used up|exhausted|spent|exceeded|broken|breached|gone|overrun|spent)\b|\balready\b"
)
_IF = re.compile(
    r"\b(?:if|will|would|could|may|might|should|forecast\w*|pace|rate|T\d|D\d|by T|by the|in D|set to|expected|projected)\b",
    re.IGNORECASE,
)


def budget_faults(text: str, known: Known) -> list[str]:
    if (
        re.search(r"\b(?:budget|forecast)", text)
        and re.search(r"\b(?:year|quarter|week|day)(?:ly|'s)?\b(?!-)", re.sub(r"\bof the (?:day|week)\b", "", text))
        and "year" not in known.texts
    ):
        return ["budget and forecast are a month's"]
    if (
        (ended := re.search(r"\bend of the (year|quarter|week|day)\b", text))
        and "Q" in text
        and ended[1] not in known.texts
    ):
        return ["the forecast is of the month's end"]
    if "budget" not in text:
        return []
    forecast, actual, budget = known.number("month_end_forecast"), known.number("cost_actual"), known.number("budget")
    within, beyond = _WITHIN.search(text), _BEYOND.search(text)
    if within and beyond:
        beyond = None if "not" in within[0] else beyond
    if beyond and re.search(r"\bQ\d+ of (?:the |its )?(?:month's |monthly |Q\d+ )*budget\b", text):
        beyond = None
    side = within or beyond
    if side is None and not re.search(r"\bbudget\b[^,;.]{0,40}\b(?:enough|sufficient|suffices?)\b", text):
        return []
    if budget is None:
        return ["the facts have no budget"]
    told = forecast if forecast is not None else actual
    if told is None:
        return ["no fact can be held against the budget"]
    now, breaks = (dict(times_of(known)).get(name) for name in ("now", "budget_breaks_at"))
    if (
        side is beyond
        and forecast is not None
        and actual is not None
        and actual <= budget
        and _DONE.search(text)
        and not _IF.search(text)
        and not (now and breaks and breaks <= now)
    ):
        return ["that the budget is broken is a forecast, not yet so"]
    if enough := re.search(r"\bbudget\b[^,;.]{0,40}\b(?:enough|sufficient|suffices?|large enough)\b", text):
        return [] if (told <= budget) != negated(text, enough.end()) else ["it is on the other side of the budget"]
    if side is None:
        return []
    over = told > budget
    denied = bool(re.search(r"\b(?:not|no|n't|without)\b", text[max(0, side.start() - 12) : side.start()])) or negated(
        text, side.start()
    )
    denied = denied or (side is beyond and " not " in side[0])
    said_over = (beyond is not None) != denied
    return [] if said_over == over else ["it is on the other side of the budget"]
