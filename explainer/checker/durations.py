"""Are the durations of a sentence backed, as what its words say: how long it lasted, what lay between two events, how
long ago, what the baseline covers?"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from explainer.checker.events import events_of, times_of, words_of
from explainer.checker.fact_words import UNTRUSTED
from explainer.checker.families import ABOUT, ABOUT_BEFORE, OCCURS
from explainer.checker.gaps import ONWARD, calendar_faults, gaps
from explainer.checker.moments import DURATION, Duration, duration_of
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence


def duration_faults(sentence: Sentence, known: Known) -> list[str]:
    """What is wrong with the durations of a sentence."""
    faults = (_duration_fault(sentence, i, d, known) for i, d in enumerate(sentence.durations))
    return [*(fault for fault in faults if fault), *calendar_faults(sentence, known)]


def _duration_fault(sentence: Sentence, index: int, duration: Duration, known: Known) -> str | None:
    text = sentence.text
    at = re.search(rf"\bD{index}\b", text)
    if at is None:  # a part of a longer one
        return None
    left = re.sub(r"\bN(\d+)\b", lambda m: _plainly(sentence.names[int(m[1])], m[0]), text[: at.start()])
    right = text[at.end() :]
    if _is_unit(duration, left, right) or (
        duration.bare and f"{left.rpartition(' ')[0].rpartition(' ')[2]} {duration.shown}" in known.texts
    ):
        return None
    bound = "" if _OVER_LATER.search(f"{left}|{right}") else _bound(left)
    near = bool(_NEAR.search(left)) or (
        duration.bare and duration.unit == "d" and bool(re.search(r"(?:one|the|in|within)$", left.rstrip()))
    )
    role = _duration_role(left, right, duration)
    role = "left of month" if "days_left" in known.by_name and _OF_MONTH_LEFT.search(f"{left}|{right}") else role
    between = gaps(sentence, known)
    apart = (
        role not in ("lead", "overrun")
        and bool(between)
        and bool(
            _APART.match(right)
            or re.search(
                rf"\bbetween (?:(?!that\b|which\b)[^,;Q ]+ )+and (?:(?!that\b|which\b)[^,;Q ]+ )+, {ABOUT}$",
                left,
            )
            or re.search(_FROM_TO, right)
            or role == "gap"
            or re.search(ONWARD, text)
            or re.search(rf"\bafter {ABOUT}$", left)
            or re.search(
                rf"\b(?:follow|preced|predat|ahead|behind|after|before|later|earlier)\w*\b[^,;]*,? by {ABOUT}$",
                left,
            )
        )
    )
    spans = between if apart else [*_spans(role, known, text), *_also(role, duration, left, text, known)]
    spans = [*spans, *between] if duration.bare and not apart else spans
    again = role == "baseline" and known.by_name.get("earlier_incidents") and re.search(rf"\b{OCCURS}\b", text)
    spans = [*_told(text, known), *([] if again else spans)]
    if re.match(r"^ - D\d+|^ to D\d+", right) or any(duration.fits(h, near=near, bound=bound) for h in spans):
        return None
    return f"{duration.shown}: no fact has this {role}"


def _is_unit(duration: Duration, left: str, right: str) -> bool:
    """True where a span is what something is told per, not how long anything was: `$3 an hour`, `the dearest hour`."""
    left = left.rstrip()
    if re.search(r"\b(?:per|each|every)$", left):
        return True
    one = duration.hours == duration.unit_hours and not re.search(r"\d", duration.shown)
    if not (duration.bare or one) or duration.ago:
        return False
    if re.search(r"(?:Q\d+|more|extra|excess|tokens|requests|runs)$", left):
        return True
    lasting = re.search(
        r"\b(?:last\w*|took|takes?|taken|ran|run|running|going|within|under|over|than|after|for|almost|nearly|about)$|\b(?:rose|rise|gr[eo]w\w*|jump\w*|climb\w*|up|increas\w+|surg\w+|spik\w+|soar\w*|fell|dropp?\w*|Q\d+ (?:more|higher|above|over|extra)) [^,;]*\bin(?: just| only| the space of| the course of)?$",
        left,
    )
    return not lasting and bool(re.search(r"Q\d+[^,;]*$", left) or re.match(r"[^,;]*\bQ\d", right))


def _plainly(name: str, marker: str) -> str:
    """A name that is a word of growth, as it may be that word: `growth has gone on for D0`."""
    return name if re.fullmatch(r"growth|creep", name) else marker


_NEAR = re.compile(
    r"\b(?:about|around|roughly|some|nearly|almost|over|under|more than|less than|just over|just under|approximately|close to|well over)(?: an?)? ?$"
)
_APART = re.compile(
    r"^ ?,? ?(?:before|after|ahead|prior|earlier|later|afterwards|beforehand|following|apart|between|in advance|preced\w+|passed|when (?:it|the|this)|in(?= ?[,.;]|$)|into|until|till|from|of (?:the|its))\b"
)
_FROM_TO = r"\b(?:from|between)\b.*\b(?:to|until|and)\b"


def _told(text: str, known: Known) -> list[float]:
    """Hours of the spans that stand in the sentence of a fact of which the text has a word."""
    found = []
    for fact in known.facts:
        if fact.kind in ("name", "next_step") or fact.unit in ("hours", "days") or fact.name in UNTRUSTED:
            continue
        spans = [duration_of(m) for m in DURATION.finditer(fact.text)]
        again = fact.name == "earlier_incidents" and re.search(rf"\b(?:{OCCURS}|times?|once|twice)\b", text)
        if spans and (again or any(re.search(rf"\b{re.escape(w)}", text) for w in words_of(fact) if len(w) > 3)):
            found += [s.hours for s in spans if not s.bare]
    return found


def _also(role: str, duration: Duration, left: str, text: str, known: Known) -> list[float]:
    """Hours of the spans of another role that the words of the whole sentence allow."""
    spans: list[float] = []
    if role == "gap" and duration.unit not in ("m", "h") and not re.search(_RELEASED, text):
        spans += _spans("baseline", known)
    if role == "baseline" and duration.unit in ("m", "h", "d") and known.text("state") != "ended":
        spans += _spans("duration", known) if re.search(r"\b(?:last|past)$", left.rstrip()) else []
    if re.search(_COMPARED, text) and not re.search(
        r"\b(?:last(?:ed|s)?|took|going on|running|incident|episode)\b", text
    ):
        spans += _spans("baseline", known)
    if role == "duration" and re.search(r"\b(?:(?:per|each|every|an?) (?:week|D\d+)|weekly)\b|Q\d+ D\d+ ", left):
        spans += known.hours("growth_days")
    if role == "duration" and re.search(r"\b(?:gr[eo]w\w*|growth|creep\w*|climb\w*|ris\w+)\b", text):
        spans += _spans("growth or duration", known)
    if re.search(r"\b(?:more|further|extra|additional)\b", duration.shown) and known.by_name.get("planned_until"):
        spans += _spans("overrun", known)
    if role == "overrun":
        spans += _spans("duration", known) if re.search(r"\bof (?:the|its|these) $", left) else []
    elif re.search(_PAST_PLAN, text):
        spans += _spans("overrun", known) if known.by_name.get("planned_until") else []
    return spans


_COMPARED = (
    r"\b(?:compar(?:e|es|ed|ing)|baseline|history|expectations?|comparison|yardstick|norm|reference|benchmark)\b"
)
_PAST_PLAN = r"\b(?:longer|past|beyond|over(?:ran|run\w*)?|late|later|extra|more|exceed\w*)\b"
_RELEASED = r"\b(?:release\w*|live|roll\w* out|ship\w*|deploy\w*|version|went out)\b"


def _bound(left: str) -> str:
    """`less`, `most` or `more` where a span is told as a bound, `nearly` or `just over` where as a close one."""
    told = re.search(
        r"\b(?P<nearly>just under|not quite|nearly|almost|short of|a little under|a bit under|just short of)$|"
        r"\b(?P<just>just over|just more than|a little over|a bit over|a good|slightly over)$|"
        r"\b(?P<less>less than|under|fewer than|below|in less than)$|"
        r"\b(?P<most>within|at most|inside|no more than|not more than|up to)$|"
        r"\b(?P<more>more than|(?:last\w*|took|taken|takes?|for|going on|running|ran|of|is|was|been|well) over|at least|above|longer than|no less than|not less than|upwards of|beyond)$",
        re.sub(r" an?$", "", left.rstrip()),
    )
    return (told.lastgroup or "") if told else ""


_OVER_LATER = re.compile(r"\b(?:is|was|were|has been|had been|all) over \| (?:later|after)\b")
"""`was over five hours later`: it ended then, no bound of a span."""
_OF_MONEY = re.compile(
    r"\b(?:overran|over-?runs?|overrunning|ran over)(?= (?:(?:its|the|our|what|expect\w*|usual|normal|baseline|cost|costs|bill|was|is|of|on|N\d+|by|about|around|roughly|some|nearly|almost|just|over|under|more|less|than|an?) )*Q\d)"
)
"""An overrun that is told in money, not in time."""


_OF_MONTH_LEFT = re.compile(
    r"\| (?:(?:of|in) (?:the|this) month )?(?:(?:are|is|still|now|yet) )*(?:left|remain\w*|to (?:go|run|come)|ahead)\b|\b(?:remaining|left :|(?:has|with|for) (?:another|still)) \|"
)
_PAST_END = re.compile(
    rf"\b(?:overs\w+|overran|overrunning|exceed\w*|miss(?:ed|es)|pass(?:ed|es)|outlast\w*|outran|past|beyond) (?:its|the|their) (?:(?:planned|announced|scheduled|due|intended|allotted|agreed) (?:end|finish|close|time|slot|window|duration|length|deadline)|schedule|plan|slot|deadline)(?: \w+)? by{ABOUT_BEFORE} $|\b(?:planned|scheduled|due|meant|supposed|should have)\b[^Q]*\b(?:another|a further) $"
)
_PLANNED_FOR = re.compile(
    r"^ (?:was|were|is|are|had been) (?:planned|scheduled|announced|allotted|foreseen)\b(?! (?:for|to)\b)"
)
_PLANNED_TO = re.compile(
    rf"\b(?:planned|scheduled|announced|meant|due|supposed) (?:for|to (?:last|run|take)){ABOUT_BEFORE}$|(?:^|[,;:.] )planned :{ABOUT_BEFORE}$|\bplan(?:ned)? (?:was|length|duration|time)(?: (?:of|for) [^,;:Q]*?)?(?: was| is)? ?:?{ABOUT_BEFORE}$"
)


def _duration_role(left: str, right: str, duration: Duration) -> str:
    if re.match(
        r"^ (?:(?:earlier|sooner|less|shorter) than|ahead of|before|short of) (?:it was |was |its |the )*(?:plan\w*|announced|scheduled|due|meant)\b",
        right,
    ):
        return "lead"
    if re.match(
        r"^ (?:after|past|beyond) (?:the |its )?(?:planned|announced|scheduled|due|intended) (?:end|finish|time|date)\b|^ (?:later|longer|more) than (?:it was |was |had been )?(?:planned|announced|scheduled|due|meant)\b",
        right,
    ):
        return "overrun"
    if _PLANNED_FOR.match(right) or _PLANNED_TO.search(left.rstrip()):
        return "planned"
    if re.match(r"^ (?:later|after)\b(?! (?:the|it|N))", right) and re.search(
        r"\b(?:ended|stopped|finished|over|closed|resolved|subsided|an end|a close|a stop|normal)\b[^,]*$", left
    ):
        return "duration"
    if duration.ago or re.search(
        r"\b(?:over|ended|closed|finished|normal|quiet|back)(?: again)? (?:for|since)(?: about| around| roughly| some| more than| less than| almost| nearly)?$",
        left.rstrip(),
    ):
        return "age"
    if re.search(
        rf"\b(?:precede[sd]?|ahead of|before|predates?|predated|led) (?:the \w+|it|that|this) by{ABOUT_BEFORE}$",
        left.rstrip(),
    ):
        return "gap"
    if re.search(
        r"\| (?:apart|from each other|from one another|between)\b|\b(?:before|earlier|ahead|prior) \( \|",
        f"{left}|{right}",
    ) and re.search(_RELEASED, left + right):
        return "gap"
    if re.match(r"^ (?:longer|more|beyond|past)\b", right) and re.search(
        r"\b(?:planned|scheduled|announced|due|meant|supposed)\b", left
    ):
        return "overrun"
    if re.match(r"^ from now\b", right) or (
        re.search(
            r"\b(?:in|for|lasts?)(?: about| around| roughly| some| a little over| just over| a bit over| just under| a little under| less than| more than| another| only)*$",
            left.rstrip(),
        )
        and "budget" in left + right
    ):
        return "time to come"
    left = _OF_MONEY.sub(" ", left)
    if _PAST_END.search(left) or re.search(
        r"\b(?:(?:past|beyond) (?:its|the|their|that|plan\w*)|overran|overrun|late|longer than (?:planned|announced|scheduled)|after its|over its (?:plan\w*|time|end|schedule\w*|limit)|too long|overstay\w*)\b",
        "" if re.search(r"\bgone\b", left) else left[-30:] + " | " + re.split(r"[,;.(]", right)[0][:40],
    ):
        return "overrun"
    if re.match(
        r"^ ?,? ?(?:earlier |shortly )?(?:precedes|preceding the|before (?:the|it|this|that|spend|cost)|after (?:the |it|release|version|N\d|that)|earlier\b|later\b|following (?:the )?release)",
        right,
    ):
        return "gap"
    if (
        duration.unit in ("m", "h")
        and re.match(r"^ ?,? ?(?:before|prior|earlier|beforehand|ahead|after|later|following|in advance)\b", right)
        and re.search(r"\b(?:release\w*|live|roll\w*|ship\w*|deploy\w*|version|went out|out)\b", left + right)
    ):
        return "gap"
    if re.match(
        r"^ ?(?:(?:that|which) (?:came|went|lay) )?(?:before\b|prior|earlier|preceding|baseline|beforehand|average|leading up|history)",
        right,
    ) or re.search(
        r"\b(?:previous|preceding|prior|last|past|(?:baseline|comparison|expected cost|expectation|norm)\b(?: (?!above|below|over|higher|lower|up|down)\w+){0,4} (?:of|on|from|over|covers|spans|uses|by|to|with|against|is|was|window)(?: the)?(?: (?:last|past|previous|preceding|prior))?|compared with the|against the|baseline :(?: the)?|trailing|earlier|baseline)$",
        left.rstrip(),
    ):
        return "baseline"
    if re.search(r"\b(?:gr[eo]w\w*|growth|creep\w*|crept|climb\w*|ris\w+|steadily)\b", left):
        return "growth or duration"
    return "duration"


def _spans(role: str, known: Known, about: str = "") -> list[float]:
    """Hours of the spans with this role, from facts and between their times."""
    hours = known.hours
    times = dict(reversed(times_of(known)))
    start, end, now = times.get("started_at"), times.get("ended_at"), times.get("now")

    def between(first: datetime | None, second: datetime | None) -> list[float]:
        return [(second - first) / timedelta(hours=1)] if first and second and second >= first else []

    if role == "planned":
        return between(start, times.get("planned_until"))
    if role == "left of month":
        return hours("days_left")
    if role == "lead":
        return between(end, times.get("planned_until"))
    if role == "overrun":
        return hours("overrun_hours") + between(times.get("planned_until"), end or now) + _other(known)
    if role == "baseline":
        return hours("baseline_window") + hours("growth_days") + _other(known)
    if role == "age":
        days = [24.0 * (now.date() - t.date()).days for t in (start, end) if t and now and t <= now]
        planned = times.get("planned_until")
        if planned and now and re.search(r"\b(?:planned|due|meant|supposed|scheduled)\b", about):
            return [*between(planned, now), 24.0 * (now.date() - planned.date()).days]
        return between(start, now) + between(end, now) + days
    if role == "time to come":
        left = hours("days_left") if re.search(r"\b(?:left|remain\w*) for\b", about) else []
        return [*left, *(h for name in ("budget_breaks_at", "planned_until") for h in between(now, times.get(name)))]
    if role == "gap":
        releases = [e.at for e in events_of(known) if e.role == "release"]
        return [abs((start - t) / timedelta(hours=1)) for t in releases] if start else []
    lasting = hours("duration_hours") + between(start, end) + _other(known)
    if known.text("state") != "ended" and end is None:
        lasting += between(start, now)
    lasting += between(times.get("period_from"), times.get("period_to"))
    return (
        lasting + hours("growth_days")
        if role == "growth or duration"
        else lasting + (hours("growth_days") if not lasting else [])
    )


def _other(known: Known) -> list[float]:
    """Spans of facts whose names are not known here."""
    named = ("duration_hours", "baseline_window", "growth_days", "overrun_hours", "days_left")
    return [h for name in known.by_name if name not in named for h in known.hours(name)]
