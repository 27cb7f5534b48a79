"""Which side of the budget does the month end on?"""

from __future__ import annotations

import re

from explainer.checker.events import times_of
from explainer.checker.families import ABOUT_BEFORE
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_WITHIN = re.compile(
    r"\b(?:within|below|under|inside|less than|short of|beneath|lower than|stays? within|keeps? (?:to|within)|fits?(?: in| within)?|not (?:exceed|break|reach)\w*|room (?:left )?in|well within|safe)\b(?: \w+){0,4} ?\b(?:the |its |a )?(?:month's |monthly |team's |monthly )?budget\b|\bbudget\b[^,;.]{0,30}\bnot (?:in danger|at risk|threatened|in jeopardy|under threat)\b|\bbudget (?:of Q\d+ )?(?:(?:still|easily|just|comfortably|also) )?(?:holds|will hold|(?:will|would|should) be (?:kept|met|respected|observed|enough)|is not|is safe|covers|is kept|has room)\b"
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

_ENOUGH = re.compile(r"\bbudget\b[^,;.]{0,40}\b(?:enough|sufficient|suffices?)\b")
_PART_OF = re.compile(r"\bQ\d+ (?:of (?:the |its )?|(?:the|its|our) )(?:month's |monthly |Q\d+ )*budget\b")


_WHOLE = r"(?:credit|commitment)"
_GONE = r"(?:gone|used(?: up)?|spent|exhausted|consumed|drawn(?: down)?|depleted|eaten up|finished|empty|exceeded|overdrawn|overrun|broken)"
_EXHAUSTED = re.compile(
    rf"\b(?:all|the whole|the entire|the full|every (?:cent|dollar|penny))(?: of)? (?:(?:the|its|our|this|N\d+|\w+'s) )*{_WHOLE}s?\b[^,;.Q]*\b{_GONE}\b|\b{_WHOLE} (?:(?:from|of|by) N\d+ )?(?:is|has been|was) (?:(?:now|already|fully|completely|entirely|all) )*{_GONE}\b|"
    rf"\b{_WHOLE} (?:(?:from|of|by) N\d+ )?(?:has|have)? ?(?:now |already )?(?:run|ran) out\b|\b(?:nothing|none|not a (?:cent|dollar))\b[^,;.Q]*\b{_WHOLE}\b[^,;.Q]*\b(?:left|remains?|open|available)\b|\b(?:nothing|none) (?:is |was )?(?:left|remains) (?:of|in|on) (?:the |its )?(?:\w+ |N\d+ )?{_WHOLE}\b|\bno {_WHOLE} (?:is |was )?(?:left|remain\w*|available)\b"
)


def exhausted_faults(text: str, known: Known) -> list[str]:
    """`All of the credit is gone`, where some of it is left."""
    period = re.search(
        r"\b(month|quarter|week|day)(?:'s|ly) (?:Q\d+ )?commitment\b|\bcommitment (?:for|of) the (\w+)\b", text
    )
    spoken = " ".join(f.text for f in known.by_name.get("commitment", ()))
    if period and spoken and (period[1] or period[2]) not in spoken:
        return [f"{period[0]}: no fact has a commitment of it"]
    told = _EXHAUSTED.search(text)
    if told is None or re.search(r"\bQ\d+ (?:out )?of [^,;]*$", text[: told.start()]) or negated(text, told.end()):
        return []
    left = [q.value for q in known.quantities if re.match(r"(?:credit|commitment)_left$", q.name) and q.unit == "usd"]
    return [f"{told[0]}: some of it is left"] if any(value >= 1 for value in left) else []


_TO_DATE = re.compile(r"\bmonth[ -]to[ -]date\b|\b(?:spent|cost|spend|used)\b[^,;]* so far\b")
LIMIT = re.compile(
    rf"\b(?:within|inside|under|below|beneath|over|above|beyond|past|exceed\w*|outside|break\w*|pass\w*|through|keeps? to|respects?) (?:its|the|their|our|this month's)(?: (?:limit|ceiling|cap|allowance|limits) of)?{ABOUT_BEFORE}$"
)
"""`Within its Q0`: the amount that is not to be passed."""


def _with_limit(sentence: Sentence, known: Known) -> str:
    """The text, with the budget in the place of its amount where that is told as a limit."""
    budget, text = known.number("budget"), sentence.text
    for i, figure in enumerate(sentence.figures if budget else ()):
        at = re.search(rf"\bQ{i}\b(?! (?:of|budget))", text)
        if at and figure.unit == "usd" and figure.fits(budget or 0.0) and LIMIT.search(text[: at.start()].rstrip()):
            text = f"{text[: at.start()]}budget{text[at.end() :]}"
    return text


def budget_faults(sentence: Sentence, known: Known) -> list[str]:
    """What is told to lie within the budget or beyond it has to: the forecast, or the cost where there is none."""
    text = _with_limit(sentence, known)
    if "budget" not in text:
        return []
    within, beyond, enough = _WITHIN.search(text), _BEYOND.search(text), _ENOUGH.search(text)
    if (within and "not" in within[0]) or _PART_OF.search(text):
        beyond = None
    side = within or beyond
    if side is None and enough is None:
        return []
    budget, actual = known.number("budget"), known.number("cost_actual")
    if budget is None:
        return ["the facts have no budget"]
    forecast = known.number("month_end_forecast")
    told = forecast if forecast is not None else actual
    if _TO_DATE.search(text) and (spent := known.number("month_to_date")) is not None:
        told = spent
    if told is None:
        return ["no fact can be held against the budget"]
    if (
        side is beyond
        and forecast is not None
        and actual is not None
        and actual <= budget
        and _is_told_as_so(text, known)
    ):
        return ["that the budget is broken is a forecast, not yet so"]
    if enough:
        right = (told <= budget) != negated(text, enough.end())
    else:
        assert side is not None
        denied = bool(re.search(r"\b(?:not|no|n't|without)\b", text[max(0, side.start() - 12) : side.start()]))
        denied = denied or negated(text, side.start()) or (side is beyond and " not " in side[0])
        right = ((beyond is not None) != denied) == (told > budget)
    return [] if right else ["it is on the other side of the budget"]


def _is_told_as_so(text: str, known: Known) -> bool:
    """True where the budget is told to be broken already, though the facts' time of that is not yet past."""
    now, breaks = (dict(times_of(known)).get(name) for name in ("now", "budget_breaks_at"))
    return bool(_DONE.search(text)) and not _IF.search(text) and not (now and breaks and breaks <= now)
