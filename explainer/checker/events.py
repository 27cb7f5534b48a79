"""What happened when, and the words that speak of it: the start, a release, the first alert, a flag that was switched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from explainer.checker.moments import DURATION, duration_of
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.types import Fact

_ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?")
_CUES = {
    "start": r"start(?:s|ed|ing)?|beg[aiu]n(?:s|ning)?|onset|rise|rose|spike|jump(?:ed)?|increase|climb|incident|set in",
    "end": r"end(?:s|ed|ing)?|finish(?:es|ed)?|over|stopp?(?:s|ed)?",
    "release": r"releas\w+|deploy\w*|rollout|rolled out|went live|gone live|version|shipped",
    "planned": r"plan|planned|due|scheduled|supposed|meant",
}
"""How the events speak that every incident can have; of any other the words of its fact speak."""
_KNOWN_AS = {
    "started_at": "start", "ended_at": "end", "release_at": "release", "release": "release", "event_at": "release",
    "deployed_at": "release", "upgraded_at": "release", "planned_until": "planned",
}  # fmt: skip
_NO_EVENT = ("now", "planned_from", "period_from", "period_to", "budget_breaks_at", "budget_broke_at", "launched_at")
_EMPTY = frozenset(
    [
        "after", "again", "before", "began", "begun", "cost", "date", "ended", "first", "from", "gone", "have", "hour",
        "incident", "into", "last", "live", "not", "now", "off", "out", "over", "shown", "start", "started", "that",
        "the", "then", "this", "time", "took", "until", "was", "went", "were", "when", "with", "cause", "effect",
        "feature", "model", "team", "for", "been", "has", "and", "its",
    ]
)  # fmt: skip


_PREVIOUS = r"(?:last|previous|earlier|prior) (?:incident|one|anomaly|episode)|last time"


@dataclass(frozen=True, slots=True)
class Event:
    """A thing that happened at a time; `role` is start, end, release, planned, or the name of its fact where none of
    these; `value` is its own name."""

    role: str
    at: datetime
    words: str
    value: str = ""

    @property
    def own(self) -> bool:
        """True where only its fact's words speak of it."""
        return self.role not in _CUES

    def mentions(self, sentence: Sentence) -> list[int]:
        """Where a sentence speaks of it."""
        names = [f"N{i}" for i, name in enumerate(sentence.names) if name == self.value.lower() and name]
        cue = "|".join([p for p in (self.words, *names) if p])
        return [m.start() for m in re.finditer(rf"\b(?:{cue})\b", sentence.text)] if cue else []


def times_of(known: Known) -> list[tuple[str, datetime]]:
    """Times by the name of their fact: its value, or those in its sentence."""
    found = []
    for fact in known.facts:
        values = [fact.value] if isinstance(fact.value, str) and _ISO.fullmatch(fact.value) else _ISO.findall(fact.text)
        for value in values:
            at = datetime.fromisoformat(str(value))
            found.append((fact.name, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)))
    return found


def words_of(fact: Fact) -> list[str]:
    """The words of content of a fact's name and sentence, without their endings."""
    text = _ISO.sub(" ", f"{fact.name.partition(':')[0].replace('_', ' ')} {fact.text}".lower())
    if isinstance(fact.value, str):
        text = text.replace(fact.value.lower(), " ")
    words = dict.fromkeys(w for w in re.findall(r"[a-z][a-z-]{2,}", text) if w not in _EMPTY)
    return [re.sub(r"(?<=..)(?:ed|ing|es|s|e)$", "", w) for w in words]


def events_of(known: Known) -> list[Event]:
    """The events of the facts, those too whose fact says how long before or after the start they were."""
    start = dict(times_of(known)).get("started_at")
    found = []
    for fact in known.facts:
        if fact.name in _NO_EVENT:
            continue
        role = _KNOWN_AS.get(fact.name, fact.name)
        value = fact.value if isinstance(fact.value, str) and fact.kind == "coincidence" else ""
        words = (
            _CUES.get(role)
            or (_PREVIOUS if re.match(r"(?:last|previous|prior)_", role) else "")
            or "|".join(rf"{re.escape(w)}\w*" for w in words_of(fact))
        )
        if "alert" in role:
            words += "|notic\\w+|detect\\w+|notif\\w+|warn\\w+|paged?"
        if value and role != "release":
            words = "|".join(filter(None, [words, *(re.escape(w) for w in value.lower().split() if len(w) > 3)]))
        times = (
            [at for name, at in times_of(known) if name == fact.name]
            if role != "release" or value or fact.kind == "time"
            else []
        )
        times += [start + by for by in _offsets(fact.text)] if start and not times else []
        found += [Event(role, at, words, value) for at in dict.fromkeys(times)]
    return found


def _offsets(text: str) -> list[timedelta]:
    """How long before (negative) or after the start a fact's sentence tells its event to be."""
    found = []
    for match in DURATION.finditer(text):
        order = re.match(r" (?P<before>before|ahead of|after) (?:the start|it (?:began|started))", text[match.end() :])
        if order and not duration_of(match).bare:
            hours = duration_of(match).hours
            found.append(timedelta(hours=hours if order["before"] == "after" else -hours))
    return found


_BEFORE = r"before|ahead of|prior to|preced\w+|predat\w+|in advance of"
_AFTER = r"after|following|follow(?:s|ed)|since"
_BETWEEN = re.compile(rf"\b(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER}))\b")
_FIRST = re.compile(
    r"\bD\d+ (?P<order>later|afterwards|after|thereafter|earlier|before|beforehand|prior|previously)(?= ?,|$| ?\.| (?:the |an? )?(?!N?\d*(?:the |it ))\w)"
)


def order_faults(sentence: Sentence, known: Known) -> list[str]:
    """Two events told in the wrong order: `the alert came before the start`, `minutes later the release went live`."""
    text, start = sentence.text, None
    told: list[tuple[int, Event]] = []
    for event in events_of(known):
        start = event if event.role == "start" else start
        told += [(at, event) for at in event.mentions(sentence)]
    told.sort(key=lambda t: t[0])
    for (at, first), (then, second) in pairwise(told):
        if first.role == second.role or "planned" in (first.role, second.role):
            continue
        between = text[at:then]
        orders = list(_BETWEEN.finditer(between))
        near = orders and len(between[orders[-1].end() :].split()) <= 4
        if len(orders) != 1 or not near or re.search(r"[,;:]|\bnot\b|\b(?:and|but)\b", between):
            continue
        if (first.at > second.at) if orders[0]["before"] else (first.at < second.at):
            return [_wrong(first, second)]
    others = {e.role: e for _, e in told if e.role not in ("start", "end", "planned")}
    led = _FIRST.search(text)
    if led and start and len(others) == 1 and not re.match(r" (?:the|it|this|that)\b", text[led.end() :]):
        (other,) = others.values()
        later = led["order"] in ("later", "afterwards", "after", "thereafter")
        from_start = not any(e.role == "start" for _, e in told)
        if from_start and ((other.at < start.at) if later else (other.at > start.at)):
            return [_wrong(other, start)]
    return []


def _wrong(first: Event, second: Event) -> str:
    names = (e.role.replace("_at", "").replace("_", " ") for e in (first, second))
    return f"the {next(names)} and the {next(names)} are in the wrong order"
