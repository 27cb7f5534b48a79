"""How long lay between the events that a sentence speaks of?"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations

from explainer.checker.events import times_of, told_events
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

ONWARD = r"\bfor another\b|\b(?:until|till|to|before) (?:it was over|it ended|the end)\b"


def gaps(sentence: Sentence, known: Known) -> list[float]:
    """Hours between the events that a sentence speaks of; from the start where it names one alone."""
    named = {(e.role, e.at): e for _, e in told_events(sentence, known) if e.role != "planned"}
    times = dict(reversed(times_of(known)))
    others = list(dict.fromkeys(e.at for e in named.values() if e.role not in ("start", "end")))
    ends = [e.at for e in named.values() if e.role == "end"]
    start = [times["started_at"]] if "started_at" in times else []
    if others and "ended_at" in times and re.search(ONWARD, sentence.text):
        start = [times["ended_at"]]
    if "now" in times and re.search(r"\b(?:still|not (?:yet )?(?:ended|over|stopped))\b", sentence.text):
        ends.append(times["now"])
    if len(others) > 1 and not any(e.role == "start" for e in named.values()):
        start = []
    points = [*others, *ends, *start]
    return [abs((a - b) / timedelta(hours=1)) for a, b in combinations(points, 2)] if others or ends else []


_CALENDAR = re.compile(r"\bthe (?:very )?(?P<unit>day|week|month) (?:before|after|preceding|following)\b")
_BASELINE = re.compile(
    r"\b(?:baseline|compar\w+|yardstick|benchmark|reference|(?:measured|judged|set|held|weighed) against|basis)\b"
)
_BASELINE_AFTER = re.compile(
    rf"(?:{_BASELINE.pattern}|\bexpected cost\b)[^;.Q]*?\b(?:D\d+ (?:after|following|since|later|ahead|to come|(?:that|which) (?:follow|c[ao]me after))|(?:next|following|coming|subsequent|ensuing) D\d)"
)
_APART = {"day": range(1, 2), "week": range(5, 10), "month": range(20, 46)}


_BASIS = re.compile(
    r"\b(?:comparison|baseline|expected (?:cost|figure|value|amount|spend)|expectation|norm|yardstick|reference|benchmark)\b (?:here )?(?:(?:is|was|are) (?:(?:\w+ )?(?:taken|derived|computed|calculated|estimated|set|based|drawn|built|worked out|modelled|made|done) )?|comes? |stems? |rests? |builds? |relies |draws? |means )(?:with|to|against|from|on|upon|by|off)?\b[^;:.QD]*?\b(?:others?|similar|comparable|peers?|industry|market|annual|yearly|year|plan|planning|budget|target|estimates?|forecast|contract|quotes?|invoices?|guess|hand|manually|rule of thumb|competitors?|companies|provider|vendor|price list|list price|benchmarks?|teams|features|models)\b"
)


def calendar_faults(sentence: Sentence, known: Known) -> list[str]:
    """`The release went live the day before the start` where both were on one day; and a baseline that is no past."""
    if (basis := _BASIS.search(sentence.text)) and basis[0] not in known.texts:
        return [f"{basis[0]}: the baseline is the time before"]
    if after := _BASELINE_AFTER.search(sentence.text):
        return [f"{after[0]}: the baseline lies before"]
    told = _CALENDAR.search(sentence.text)
    if told and _BASELINE.search(sentence.text):
        window = known.number("baseline_window")
        span = {"day": range(1, 2), "week": range(7, 8), "month": range(28, 32)}[told["unit"]]
        return [f"{told[0]}: the baseline is another"] if window is not None and window not in span else []
    days = {e.role: e.at.astimezone(known.look.zone).date() for _, e in told_events(sentence, known)}
    if told is None or len(days) < 2 or "T" in sentence.text:
        return []
    apart = (abs((a - b).days) for a, b in combinations(days.values(), 2))
    return [] if any(d in _APART[told["unit"]] for d in apart) else [f"{told[0]}: no fact has this gap"]
