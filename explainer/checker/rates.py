"""Per what is a figure told: an hour, a run, a seat?"""

from __future__ import annotations

import re

from explainer.checker.families import ABOUT_BEFORE
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_PER = re.compile(
    r"^[ -]?(?:(?:tokens?|requests?|calls?|runs?|of|input|output|more|less|fewer|higher|lower|above|below|over|under|extra|excess|cost|overspend|in|usd) ){0,3}(?:(?:less|more) than (?:expected|usual|normal|planned) (?:(?:was|were|is) )?(?:(?:spent|billed|paid) )?)?(?:per|an?|each|every|for each|for every|in each)[ -](?P<per>request|call|run|execution|hour|day|week|month|year|user|token|team|second|minute|customer)\b"
)


_LABELLED = re.compile(
    rf"\b(?:costs?|spend|spending|bill|excess|overspend|overrun|difference|average|rate)s? (?:per|an?|each|every) (?P<per>hour|day|week|month)\b(?: (?!and\b|but\b|for\b|forecast|project|Q)(?:[a-z:=,(]+|D\d+|\))){{0,7}}{ABOUT_BEFORE}$|"
    rf"(?:^|[,;:] )(?:an?|each|every|one|the) (?:average|typical|single|mean) (?P<one>hour|day|week|month) (?:now |then )?(?:costs?|came to|comes to|averaged|was|is){ABOUT_BEFORE}$"
)
_OF_THE = re.compile(r"^(?: [a-z]+){0,3} (?:for|in) (?:each|every one|any) of (?:the|its|these|those) D(?P<span>\d+)")
_OF_THE_FIRST = re.compile(
    r"(?:^|[,;:] )(?:for |in )?(?:each|every one|any) of (?:the|its|these|those) D(?P<span>\d+)(?: ,)?[^,;Q]*$"
)
"""`$5 in each of the 11 hours`."""

_EVERY = r"(?P<per>(?:per|each|every|for each|for every|in each|in every) )"
_SPAN = re.compile(
    rf"^ (?:of )?(?:(?:more|extra|higher|less|above|over|excess|cost|overspend|growth|requests|calls|runs) )*{_EVERY}?(?:a )?D(?P<span>\d+)\b"
)
_SPAN_FAR = re.compile(rf"^(?: (?!and\b|but\b|Q)[a-z]+){{1,5}} {_EVERY}D(?P<span>\d+)\b")
_SPAN_FIRST = re.compile(rf"(?:^|[,;:] ){_EVERY}D(?P<span>\d+)\b[^;:Q]*$")
_SPAN_LABEL = re.compile(
    rf"\b(?:costs?|spend|spending|bill|excess|overspend|overrun|difference|average|rate) {_EVERY}?D(?P<span>\d+)(?: (?!and\b|but\b)[a-z:=]+){{0,3}}$"
)
"""`$5 per 24 hours`, `$5 went out every 24 hours`, `per 24 hours it burned $5`, `spend per 24 hours: $5`."""


def per_of(sentence: Sentence, right: str, left: str) -> str:
    """What a figure with these words right and left of it is told per: `hour`, `run`; empty where per nothing."""
    found = _PER.match(right)
    if found:
        return {"call": "request", "execution": "run"}.get(found["per"], found["per"])
    if label := _LABELLED.search(left):
        return label["per"] or label["one"]
    if of := _OF_THE.match(right) or _OF_THE_FIRST.search(left):
        return {"h": "hour", "d": "day", "w": "week"}.get(sentence.durations[int(of["span"])].unit, "")
    if by := re.search(
        r"(?:^|[,;:] )(?:(?:(?:each|every|an?) (?:single )?|(?:on|in) (?:each|every|an?) (?:average |typical |normal )?)(?P<per>hour|day|week|month)|(?:per|for each|for every|each|every) (?:single |affected |active )?(?P<one>request|run|user|customer|hour|day|team)) (?:, |(?<=hour ): |(?<=day ): )?\w",
        sentence.text,
    ):
        return by["per"] or by["one"]
    if basis := re.search(r"\b(hour|dai|week|month)ly (?:basis|average|rate|terms)\b", sentence.text):
        return {"dai": "day"}.get(basis[1], basis[1])
    if re.search(
        r"\b(?:week by week|week on week|week over week|weekly|each week|every week|from week to week)\b", sentence.text
    ):
        return "week"
    for span in (_SPAN.match(right), _SPAN_FAR.match(right), _SPAN_FIRST.search(left), _SPAN_LABEL.search(left)):
        if span is None:
            continue
        duration = sentence.durations[int(span["span"])]
        if (duration.bare or span["per"]) and duration.hours in (1.0, 24.0, 168.0, 730.0):
            return {1.0: "hour", 24.0: "day", 168.0: "week", 730.0: "month"}[duration.hours]
    if doing := re.search(rf"(?:^|[;:] )D(\d+) (?:of \w+ )?(?:now |then )?costs?{ABOUT_BEFORE}$", left):
        return per_of(sentence, f" D{doing[1]}", "")
    if re.match(r"^ (?:daily|a day)", right):
        return "day"
    if several := re.match(r"^ (?:input |output )?(?P<what>tokens|requests|calls) (?:each|apiece)\b", right):
        return "request" if several["what"] == "tokens" else "run"
    each = re.search(
        rf"\beach (?:one )?(?:of them )?(?:now |still |then )*(?:costs?|costing){ABOUT_BEFORE}$",
        left,
    )
    if (each or re.match(r"^ (?:each|apiece|per piece)\b", right)) and (
        counted := re.findall(r"Q\d+ (run|request|call)s?\b", sentence.text)
    ):
        return str({"call": "request"}.get(counted[-1], counted[-1]))
    if re.match(r"^ (?:each|apiece)\b", right) and (
        one := re.search(r"\b(run|request|call)s (?:now |then )?cost\b", left)
    ):
        return {"call": "request"}.get(one[1], one[1])
    near = f"{left[-48:]} | {right[:10]}"
    if told := re.search(r"\b(hour|dai|week|month|annual|year)ly\b(?! (?:budget|forecast))|\bannual\b", near):
        return "day" if told[1] == "dai" else str(told[1] or "annual")
    return ""


def per_counted(right: str, left: str, known: Known) -> str:
    """What a figure is told per, where a fact counts it: `$1.10 per seat`."""
    told = re.match(
        r"^(?: [a-z]+){0,4}? (?:per|for each|for every|each|every) (?:[a-z]+ )?(?P<one>(?!before|after|now)[a-z]{3,})\b",
        right,
    ) or re.search(r"(?:^|[,;:] )(?:per|for each|for every|each|every) (?:[a-z]+ )?(?P<one>[a-z]{3,})\b[^,;:]*$", left)
    counted = told and any(q.unit == "count" and not q.noun and told["one"] in q.name for q in known.direct)
    return told["one"] if told and counted else ""


_SET_BESIDE = re.compile(
    r"Q(\d+) (?:usd )?(?P<span>(?:per|an?|each|every) \w+|D\d+)(?: [\w,]+){0,4}? (?:rather than|instead of|against|versus|vs|up from|down from|where|compared with|compared to|than|not|,|;|and|of which|the normal|the usual|its normal|its usual|the expected)(?: (?:some|about|the|an?|its|our|usual|expected|normal|typical|around|roughly|now|it|N\d+|is|at|runs|burns|burned))*$"
)


_LED = re.compile(
    r"^(?P<lead>[^Q;]*)Q\d+ [,(/]? ?(?:rather than|instead of|against|versus|vs|up from|down from|not|expected|was|normal|usual|where|of which|compared (?:with|to))(?: [^Q;]*)?$"
)
OF_WHOLE_TIME = re.compile(
    r"^ (?:in|over|for|within|during|across|throughout) (?:the |all |these |those |its |a total of |whole |full |last |past )*(?:D\d+|incident|time|window|period|episode)\b|^ (?:in all|in total|altogether|all told|overall|for the whole)\b"
)
"""What stands right of the amount of all of a time."""


def per_before(sentence: Sentence, left: str, right: str) -> str:
    """What the figure before is told per, where this one is set against it: `$3 an hour instead of $1`."""
    if OF_WHOLE_TIME.match(right):
        return ""
    if first := _SET_BESIDE.search(left):
        return per_of(sentence, f" {first['span']}", "")
    led = _LED.match(left)
    label = _LABELLED.search(led["lead"].rstrip()) if led else None
    return (label["per"] or label["one"]) if label else ""
