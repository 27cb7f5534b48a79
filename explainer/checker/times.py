"""Are the times and durations of a sentence backed, in the role (start, end, release, ...) its words give them?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from explainer.checker.moments import Duration, Moment
from explainer.checker.quantities import Known
from explainer.checker.scan import Sentence
from explainer.look import Look

_CUES: tuple[tuple[str, str], ...] = (
    (
        "planned",
        r"\b(?:due|planned|scheduled|supposed|meant|should have|was to|plan(?:ned)? end|planned until|announced (?:for|until|to end))\b",
    ),
    ("breaks", r"\b(?:used up|exhausted|runs? out|breaks?|break|crossed|exceeded|gone)\b"),
    (
        "release",
        r"\b(?:release|released|went live|rolled out|deploy(?:ed|ment)?|shipped|version|live|rollout|(?<!run )(?<!runs )(?<!ran )(?<!running )out)\b",
    ),
    ("launch", r"\b(?:first used|launched|launch|first use|first seen|first appeared|debut)\b"),
    (
        "end",
        r"\b(?:ended|end|ends|until|till|finished|stopped|over(?! by)|through|last(?:ed)? until|back to normal|ran to|to)\b|–|—|→",
    ),
    ("now", r"\b(?:as of|by now)\b"),
    (
        "start",
        r"\b(?:began|begun|begins?|started|starts?|start|since|from|beginning|onset|kicked off|set in|after|jumped|rose|went up|climbed|ran|took off|going on)\b",
    ),
)
_ROLE_FACTS = {
    "planned": ("planned_until", "planned_from"),
    "breaks": ("budget_breaks_at", "budget_broke_at"),
    "release": ("release_at", "release", "event_at", "event", "deployed_at", "upgraded_at"),
    "launch": ("launched_at", "started_at"),
    "now": ("now", "ended_at", "period_to"),
    "end": ("ended_at", "period_to", "planned_until"),
    "start": ("started_at", "launched_at", "period_from"),
}
_ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?")


def time_faults(sentence: Sentence, known: Known) -> list[str]:
    """What is wrong with the times and durations of a sentence."""
    faults = []
    known_times = times_of(known)
    for index, moment in enumerate(sentence.moments):
        role = _role(sentence.text, index)
        at = [
            t
            for name, t in known_times
            if (not role and not (moment.relative and name == "now")) or (role and name in _ROLE_FACTS[role])
        ]
        if moment.day is None and moment.hour is None and moment.month and not role and _closes(sentence.text, index):
            now = dict(known_times).get("now")
            at = [now] if now else at
        at = _as_told(moment, at, known.look)
        if moment.zone and not _as_told(moment, [t for _, t in known_times], known.look):
            faults.append(f"{moment.shown}: times are told in {_zones(known.look)}")
        elif not _fits(moment, at, known, _near(sentence.text, index)):
            faults.append(f"{moment.shown}: no fact has this time{f' as its {role}' if role else ''}")
    for index, duration in enumerate(sentence.durations):
        fault = _duration_fault(sentence, index, duration, known)
        if fault:
            faults.append(fault)
    return faults


def _as_told(moment: Moment, times: Iterable[datetime], look: Look) -> list[datetime]:
    """The times in the zone that a moment names, the reader's where it names none; those that its zone does not fit are
    left out."""
    if moment.zone == "UTC":
        return [t.astimezone(UTC) for t in times]
    local = [t.astimezone(look.zone) for t in times]
    return [t for t in local if moment.zone in ("", look.zone_name(t).upper())]


def _zones(look: Look) -> str:
    return "UTC" if look.zone is UTC or str(look.zone) == "UTC" else f"{look.zone} or UTC"


def _closes(text: str, index: int) -> bool:
    """True where a month is said to close so."""
    return bool(re.search(rf"\bT{index} (?:will |should |would |is \w+ to )?(?:close|end|finish|land)s?\b", text))


def times_of(known: Known) -> list[tuple[str, datetime]]:
    """Times by the name of their fact: its value, or those in its sentence."""
    found = []
    for fact in known.facts:
        values = [fact.value] if isinstance(fact.value, str) and _ISO.fullmatch(fact.value) else _ISO.findall(fact.text)
        for value in values:
            at = datetime.fromisoformat(str(value))
            found.append((fact.name, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)))
    return found


def _near(text: str, index: int) -> bool:
    return bool(
        re.search(
            rf"\b(?:about|around|roughly|shortly before|shortly after|just before|just after|circa)(?: \w+)? T{index}\b",
            text,
        )
    )


def _role(text: str, index: int) -> str:
    """The role of the nearest cue before the time, else of the first one after it; planned beats an end beside it."""
    at = re.search(rf"\bT{index}\b", text)
    assert at is not None
    left = re.split(r"\bT\d+\b", text[: at.start()])[-1]
    if index and re.fullmatch(r"(?: (?:morning|afternoon|evening|night))? ?[(,]? ?(?:on|at)? ?", left):
        return _role(text, index - 1)
    right = re.split(r"\bT\d+\b", text[at.end() :])[0]
    carried = text[: at.start()]
    if re.search(r"\b(?:go|goes|went|dates?|dated|traces?|traced|reach\w*) back to(?: about| around)? $", left):
        return "start"
    if re.search(r"\bbetween(?: about| around)? $", left):
        return "start"
    if re.search(r"\bbetween\b.*\bT\d+\b[^T]* and (?:about |around )?$", carried):
        return "end"
    if re.search(r"\bfrom\b.*\bT\d+\b.*\b(?:to|until|till)\b[^T]*$", carried) or re.match(
        r"^ ?(?:-|–|—|→|until|till|to) ?$", left
    ):
        return "planned" if re.search(_CUES[0][1], carried) else "end"
    if re.search(
        r"\b(?:normal|usual|over|quiet|baseline|done|no (?:further|more|extra|additional) (?:excess|cost|overspend|spend|rise)) since(?: (?:about|around))? ?$",
        left,
    ):
        return "end"
    found = sorted(((m.start(), role) for role, cue in _CUES for m in re.finditer(cue, left)), reverse=True)
    if found:
        near = [role for at_cue, role in found if at_cue > found[0][0] - 40]
        if (
            near[0] in ("end", "start")
            and "planned" in near
            and "," not in left[found[0][0] - 20 :].split("planned")[-1]
        ):
            return "planned"
        return near[0] if near[0] != "planned" or "end" not in near else "planned"
    after = sorted((m.start(), role) for role, cue in _CUES for m in re.finditer(cue, right))
    return (
        after[0][1]
        if (after and after[0][1] not in ("end",))
        or (after and re.match(r"^ (?:it )?(?:ended|stopped|finished|was over)", right))
        else ""
    )


def _fits(moment: Moment, times: Iterable[datetime], known: Known, near: bool) -> bool:
    if not moment.relative:
        return any(moment.fits(at, near=near) for at in times)
    now = next((t for name, t in times_of(known) if name == "now"), None)
    if now is None:
        return False
    return any(_relative(moment.relative, at, now.astimezone(known.look.zone)) for at in times if at <= now)


def _relative(word: str, at: datetime, now: datetime) -> bool:
    days = (now.date() - at.date()).days
    if word in ("today", "earlier today"):
        return days == 0
    if word == "yesterday":
        return days == 1
    if word in ("last week", "this week", "earlier this week"):
        monday = now.date() - timedelta(days=now.weekday() + (7 if word == "last week" else 0))
        return 0 <= (at.date() - monday).days < 7
    if word == "the day before yesterday":
        return days == 2
    if word in ("last night", "overnight"):
        return now - at < timedelta(hours=24) and (at.hour >= 18 or at.hour < 6)
    if word.startswith("this "):
        spans = {"this morning": range(4, 12), "this afternoon": range(12, 18), "this evening": range(17, 24)}
        return days == 0 and at.hour in spans[word]
    return word == "tonight" and days == 0 and at.hour >= 18


def _duration_fault(sentence: Sentence, index: int, duration: Duration, known: Known) -> str | None:
    text = sentence.text
    at = re.search(rf"\bD{index}\b", text)
    assert at is not None
    left, right = text[: at.start()], text[at.end() :]
    if duration.bare and re.search(r"(?:Q\d+|per|each|every|more|extra|tokens|requests|runs) ?$", left.rstrip()):
        return None
    if re.search(r"\b(?:per|each|every)$", left.rstrip()):
        return None
    near = bool(
        re.search(
            r"\b(?:about|around|roughly|some|nearly|almost|over|under|more than|less than|just over|just under|approximately|close to|well over)(?: an?)? ?$",
            left,
        )
    )
    if duration.bare and duration.unit == "d" and re.search(r"(?:one|the|in|within)$", left.rstrip()):
        near = True
    bound = _bound(left)
    role = _duration_role(left, right, duration)
    spans = _spans(role, known, text)
    if role == "gap" and duration.unit not in ("m", "h") and not re.search(_RELEASED, text):
        spans += _spans("baseline", known)
    if (
        role == "baseline"
        and duration.unit in ("m", "h", "d")
        and known.text("state") != "ended"
        and re.search(r"\b(?:last|past)$", left.rstrip())
    ):
        spans += _spans("duration", known)
    if re.search(
        r"\b(?:baseline|history|expectations?|comparison|yardstick|norm|reference|benchmark)\b", text
    ) and not re.search(r"\b(?:last(?:ed|s)?|took|going on|running|incident|episode)\b", text):
        spans += _spans("baseline", known)
    if role == "duration" and re.search(r"\b(?:gr[eo]w\w*|growth|creep\w*|climb\w*|ris\w+)\b", text):
        spans += _spans("growth or duration", known)
    if re.match(r"^ - D\d+|^ to D\d+", right) or any(duration.fits(hours, near=near, bound=bound) for hours in spans):
        return None
    return f"{duration.shown}: no fact has this {role}"


_RELEASED = r"\b(?:release\w*|live|roll\w* out|ship\w*|deploy\w*|version|went out)\b"


def _bound(left: str) -> str:
    """`less` or `more` where a span is told as a bound."""
    told = re.search(
        r"\b(?:(?P<less>less than|under|just under|within|not quite|nearly|almost|short of|a little under|a bit under|fewer than)|(?P<more>more than|over|just over|well over|at least|a little over|a bit over))$",
        re.sub(r" an?$", "", left.rstrip()),
    )
    if told is None or not left.rstrip().removesuffix(" a").removesuffix(" an").endswith(told[0]):
        return ""
    return "less" if told["less"] else "more"


def _duration_role(left: str, right: str, duration: Duration) -> str:
    if re.match(r"^ (?:later|after)\b(?! (?:the|it|N))", right) and re.search(
        r"\b(?:ended|stopped|finished|over)\b[^,]*$", left
    ):
        return "duration"
    if duration.ago:
        return "age"
    if re.search(
        r"\b(?:precede[sd]?|ahead of|before|predates?|predated|led) (?:the \w+|it|that|this) by(?: about| around| roughly| some| only| just)?$",
        left.rstrip(),
    ):
        return "gap"
    if re.match(r"^ (?:apart|from each other|from one another|between)\b", right) and re.search(
        _RELEASED, left + right
    ):
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
    if re.search(
        r"\b(?:(?:past|beyond) (?:its|the|their|that|plan\w*)|overran|overrun|late|longer than (?:planned|announced|scheduled)|after its|over its (?:plan\w*|time|end|schedule\w*|limit)|too long|overstay\w*)\b",
        left[-30:] + " | " + re.split(r"[,;.(]", right)[0][:40],
    ) and not re.search(r"\bgone\b", left):
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
        r"^ ?(?:before\b|prior|earlier|preceding|baseline|beforehand|average|leading up|history)", right
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

    def hours(name: str) -> list[float]:
        return _hours(known, name)

    times = dict(reversed(times_of(known)))
    start, end, now = times.get("started_at"), times.get("ended_at"), times.get("now")

    def between(first: datetime | None, second: datetime | None) -> list[float]:
        return [(second - first) / timedelta(hours=1)] if first and second and second >= first else []

    if role == "overrun":
        return hours("overrun_hours") + between(times.get("planned_until"), end) + _other(known)
    if role == "baseline":
        return hours("baseline_window") + hours("growth_days") + _other(known)
    if role == "age":
        days = [24.0 * (now.date() - t.date()).days for t in (start, end) if t and now and t <= now]
        planned = times.get("planned_until")
        if planned and now and re.search(r"\b(?:planned|due|meant|supposed|scheduled)\b", about):
            return [*between(planned, now), 24.0 * (now.date() - planned.date()).days]
        return between(start, now) + between(end, now) + days
    if role == "time to come":
        return [h for name in ("budget_breaks_at", "planned_until") for h in between(now, times.get(name))]
    if role == "gap":
        releases = [t for n, t in times_of(known) if n in _ROLE_FACTS["release"]]
        return [abs((start - t) / timedelta(hours=1)) for t in releases] if start else []
    lasting = hours("duration_hours") + between(start, end) + _other(known)
    if known.text("state") != "ended" and end is None:
        lasting += between(start, now)
    if known.by_name.get("planned_until"):
        lasting += between(start, times.get("planned_until")) if role == "planned" else []
    lasting += between(times.get("period_from"), times.get("period_to"))
    return (
        lasting + hours("growth_days")
        if role == "growth or duration"
        else lasting + (hours("growth_days") if not lasting else [])
    )


def _hours(known: Known, name: str) -> list[float]:
    found = []
    for fact in known.by_name.get(name, ()):
        if isinstance(fact.value, int | float) and fact.unit in ("hours", "days"):
            found.append(float(fact.value) * (24.0 if fact.unit == "days" else 1.0))
    return found


def _other(known: Known) -> list[float]:
    """Spans of facts whose names are not known here."""
    named = ("duration_hours", "baseline_window", "growth_days", "overrun_hours")
    return [h for name in known.by_name if name not in named for h in _hours(known, name)]
