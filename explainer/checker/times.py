"""Are the times of a sentence backed, in the role (start, end, release, ...) its words give them?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from explainer.checker.events import events_of, role_of, times_of
from explainer.checker.families import ABOUT, ABOUT_BEFORE
from explainer.checker.moments import Moment, in_part
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.look import Look

_CUES: tuple[tuple[str, str], ...] = (
    (
        "planned",
        r"\b(?:due|planned|scheduled|supposed|meant|should have|was to|plan|planned until|announced (?:for|until|to end|end)|intended|foreseen|deadline)\b",
    ),
    (
        "breaks",
        r"\b(?:used up|exhausted|runs? out|breaks?|break|crossed|exceeded|gone)\b(?! (?:over|its|the|what) (?:expect\w+|usual|normal|baseline))",
    ),
    (
        "release",
        r"\b(?:release|released|went live|rolled out|deploy(?:ed|ment)?|shipped|version|live|rollout|(?<!run )(?<!runs )(?<!ran )(?<!running )out)\b",
    ),
    ("launch", r"\b(?:first used|launched|launch|first use|first seen|first appeared|debut)\b"),
    (
        "end",
        r"\b(?:ended|end|ends|until|till|finished|stopped|closed|concluded|subsided|resolved|wrapped up|drew to a close|came to (?:an end|a close|rest)|over(?! by (?!$)| (?:its|the|what|their|our|budget)\b)|through|last(?:ed)? until|back to normal|ran to|(?<!began )(?<!begun )(?<!begins )(?<!started )(?<!starts )to)\b|–|—|→",
    ),
    ("now", r"\b(?:as of|by now|at the time of)\b"),
    (
        "start",
        r"\b(?:(?:went|gone|moved|rose|ran|climbed|crept|crossed|drifted|slipped|broke) (?:over|above|past|beyond|below|under|away from|off|out of) (?:its|the|what|their|our)|(?:left|departed from|diverged from|deviated from|exceeded|crossed|passed) (?:its|the|what) (?:expect\w+|usual|normal|baseline)|began|begun|begins?|started|starts?|start|since|from|beginning|onset|kicked off|set in|after|jumped|rose|went up|climbed|ran|took off|going on)\b",
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


def _facts_of(role: str, known: Known) -> tuple[str, ...]:
    """The facts whose time has a role; what was planned is no end of what has one."""
    ended = role == "end" and bool(known.by_name.get("ended_at"))
    return tuple(n for n in _ROLE_FACTS[role] if not (ended and n == "planned_until"))


def time_faults(sentence: Sentence, known: Known) -> list[str]:
    """What is wrong with the times of a sentence."""
    faults = []
    known_times = times_of(known)
    same: list[datetime] = []
    for index, moment in enumerate(sentence.moments):
        if moment.relative and moment.shown.lower() in known.texts:
            continue
        role = _role(_plain(sentence.text), index)
        if role in ("end", "") and "budget" in sentence.text and known.by_name.get("budget_breaks_at"):
            role = "breaks"
        if role == "release" and known.by_name.get("launched_at") and _is_launch(sentence, known):
            role = "launch"
        own = _own_times(sentence, index, known)
        at = own or [
            t
            for name, t in known_times
            if (not role and not (moment.relative and name == "now"))
            or (role and (name in _facts_of(role, known) or role_of(name) == role))
            or (role == "start" and role_of(name) == "release" and _BESIDE_START.search(sentence.text))
        ]
        if moment.day is None and moment.hour is None and moment.month and not role and _closes(sentence.text, index):
            now = dict(known_times).get("now")
            at = [now] if now else at
        at = [t for t in _as_told(moment, at, known.look) if not same or not _joined(sentence.text, index) or t in same]
        left = sentence.text[: _place(sentence.text, index)]
        if moment.relative == "today" and _IS.match(sentence.text[len(left) :]):
            continue
        denied = _DENIED.search(left)
        if moment.zone and not _as_told(moment, [t for _, t in known_times], known.look):
            faults.append(f"{moment.shown}: times are told in {_zones(known.look)}")
        elif _fits(moment, at, known, _near(sentence.text, index), _side(left)) == bool(denied):
            faults.append(f"{moment.shown}: no fact has this time{f' as its {role}' if role else ''}")
        same = [t for t in at if _fits(moment, [t], known, near=True, side=_side(left))]
    return faults


def _joined(text: str, index: int) -> bool:
    """True where a time is told in two pieces: `in the evening of 3 March`."""
    return bool(index and re.search(rf"\bT{index - 1}(?: \( utc \))? (?:of|on|at|:|,) (?:the )?T{index}\b", text))


def _is_launch(sentence: Sentence, known: Known) -> bool:
    """True where the feature itself is told to have gone live."""
    told = re.search(
        r"\bN(\d+) (?:(?:has|had|was|is|been|only|first|just) )*(?:went|gone|live|released|out)\b", sentence.text
    )
    return told is not None and sentence.names[int(told[1])] == str(known.text("feature")).lower()


_BESIDE_START = re.compile(
    r"\b(?:release|roll-?out|deploy\w*|version|launch|N\d+)\b[^;:()]*\b(?:coincid\w+|lines? up|lined up|overlap\w*|f(?:e|a)lls?|close|near|match\w*|fits?|align\w*|tall(?:y|ies)|next|beside) [^;:()]*\b(?:start|onset|beginning|rise|spike|increase)(?: of [^;:()]*)? \( T\d"
)
"""`release N0 lines up with the start (T0)`: the time of either."""
_IS = re.compile(r"T\d+ ?,? (?:(?:it|this|that|the \w+|N\d+) )?(?:is|are|stands?|goes|costs?|makes?|takes?)\b")
"""`today it is`: what is now, not when it happened."""
_DENIED = re.compile(
    r"\bnot (?:(?:start|begin|end|finish|fall|happen|stop|set in|take place) )?(?:on |at |in |during )?(?:an? |the )?$"
)


def _plain(text: str) -> str:
    """The text with the joints between the parts of one time left out: `T0 (utc) of T1`, `T0 : T1`, `not T0`; and without
    the clause in `it ended the day after it began, at T0`, as the time is of the verb before it."""
    text = re.sub(
        r"\b(?:before|after) (?:it (?:began|started)|the (?:start|beginning|onset)) ,(?= (?:at|on) T\d)", ",", text
    )
    return re.sub(r"(?<=T\d) \( utc \)", "", re.sub(r"\bnot (?:on |at |in )?(?=(?:a |the )?T\d)", "", text))


def _place(text: str, index: int) -> int:
    found = re.search(rf"\bT{index}\b", text)
    assert found is not None
    return found.start()


def _side(left: str) -> str:
    """`before` or `after` where a time is told as a bound."""
    told = re.search(rf"\b(before|after) {ABOUT}$|\b(early|late) (?:on |in )?(?:an? |the )?$", left)
    return (told[1] or told[2]) if told else ""


def _own_times(sentence: Sentence, index: int, known: Known) -> list[datetime]:
    """The times of the events that only the facts' words name and that this part of the sentence speaks of: before the
    time, or after it where the times lead."""
    text = sentence.text
    at, then = _place(text, index), re.search(rf"\bT{index + 1}\b", text)
    earlier = list(re.finditer(r"\bT\d+\b", text[:at]))
    begin = earlier[-1].end() if earlier else 0
    left = text[begin:at]
    if earlier and re.fullmatch(_JOINT, left):
        return _own_times(sentence, index - 1, known)
    if re.search(r"\b(?:start|beginning|onset|end(?! of)|release) (?:at|on|of|was|is|:)? ?$", left):
        return []
    if _leads(text):
        begin, at = at, then.start() if then else len(text)
    return [e.at for e in events_of(known) if e.own and any(begin <= m < at for m in e.mentions(sentence))]


_JOINT = r"(?: (?:morning|afternoon|evening|night))? ?(?:\( utc \)|utc)? ?[(,:]? ?(?:not )?(?:on|at|of|the)? ?"


def _leads(text: str) -> bool:
    """True where each time stands before what happened then: `T0 release, T1 start`."""
    return bool(re.match(r"^(?:[^T]* : )?T\d+ (?!,|:|\()[^T]*[^T\W] ?[,;|/–—-] T\d+ \w", text))


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
    left = re.split(r"\bT\d+\b|;", text[: at.start()])[-1]
    if index and re.fullmatch(_JOINT, left) and ";" not in text[_place(text, index - 1) : at.start()]:
        return _role(text, index - 1)
    right = re.split(r"\bT\d+\b", text[at.end() :])[0]
    if _leads(text):
        led = sorted((m.start(), role) for role, cue in _CUES for m in re.finditer(cue, right))
        return led[0][1] if led else ""
    carried = text[: at.start()]
    if re.search(rf"\b(?:live|deployed) since{ABOUT_BEFORE} $", left):
        return "release"
    if re.search(rf"\b(?:go|goes|went|dates?|dated|traces?|traced|reach\w*) back to{ABOUT_BEFORE} $", left):
        return "start"
    if re.search(rf"\bbetween{ABOUT_BEFORE} $", left):
        return "start"
    if re.search(rf"\bbetween\b.*\bT\d+\b[^T]* and {ABOUT}$", carried):
        return "now"
    if re.search(r"\bfrom\b.*\bT\d+\b.*\b(?:to|until|till)\b[^T]*$", carried) or re.match(
        r"^ ?(?:-|–|—|→|until|till|to) ?$", left
    ):
        return "planned" if re.search(_CUES[0][1], carried) else "end"
    if re.search(
        rf"\b(?:normal|usual|over|clear|calm|closed|ended|finished|stopped|resolved|settled|quiet|(?:at|to|on|within) (?:its |the |their )?(?:expected |normal )?(?:baseline|level)|done|no (?:further|more|extra|additional) (?:excess|cost|overspend|spend|rise)) since{ABOUT_BEFORE} ?$",
        left,
    ):
        return "end"
    if left.endswith("since ") and re.match(
        r"^ ?,? (?:(?!not\b|still\b)[a-z]+ ){0,4}(?:normal|over|quiet|back|as usual|as expected|done)\b", right
    ):
        return "end"
    found = sorted(((m.start(), role) for role, cue in _CUES for m in re.finditer(cue, left)), reverse=True)
    if found:
        near = [role for at_cue, role in found if at_cue > found[0][0] - 40]
        plans = max((at_cue for at_cue, role in found if role == "planned"), default=0)
        if near[0] in ("end", "start") and "planned" in near and "," not in left[plans : found[0][0]]:
            return "planned"
        return near[0] if near[0] != "planned" or "end" not in near else "planned"
    after = sorted((m.start(), role) for role, cue in _CUES for m in re.finditer(cue, right))
    return (
        after[0][1]
        if (after and after[0][1] not in ("end",))
        or (after and re.match(r"^ (?:it )?(?:ended|stopped|finished|was over)", right))
        else ""
    )


def _fits(moment: Moment, times: Iterable[datetime], known: Known, near: bool, side: str) -> bool:
    if not moment.relative:
        at_hours = {"early": range(12), "late": range(15, 24)}.get(side, range(24))
        return any((moment.fits(at, near=near) and at.hour in at_hours) or moment.bounds(at, side) for at in times)
    now = next((t for name, t in times_of(known) if name == "now"), None)
    if now is None:
        return moment.relative == "overnight" and any(t.hour >= 18 or t.hour < 6 for t in times)
    return any(
        _relative(moment.relative, at, now.astimezone(known.look.zone))
        for at in times
        if at <= now and in_part(moment.part, at.hour)
    )


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
