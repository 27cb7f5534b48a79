"""What happened when, and the words that speak of it: the start, a release, the first alert, a flag that was switched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from explainer.checker.families import RISE
from explainer.checker.moments import DURATION, duration_of
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.types import Fact

_ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?")
_CUES = {
    "start": r"start(?:s|ed|ing)?|beg[aiu]n(?:s|ning)?|onset|rise|rose|spike|jump(?:ed)?|increase|climb|drop(?:ped)?|fall|fell|decline|decrease|incident|set in|(?:costs?|bill|spend(?:ing)?)(?: (?:of|for|on) N\d+)? (?:changed|moved|shifted|turned|left|departed|took off)",
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
        "after", "again", "before", "began", "begun", "change", "cost", "date", "ended", "first", "from", "gone", "have", "hour",
        "incident", "into", "last", "lasts", "live", "not", "now", "off", "out", "over", "shown", "start", "started", "that",
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


@lru_cache(maxsize=8)
def times_of(known: Known) -> tuple[tuple[str, datetime], ...]:
    """Times by the name of their fact: its value, or those in its sentence."""
    found = []
    for fact in known.facts:
        values = [fact.value] if isinstance(fact.value, str) and _ISO.fullmatch(fact.value) else _ISO.findall(fact.text)
        for value in values:
            at = datetime.fromisoformat(str(value))
            found.append((fact.name, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)))
    return tuple(found)


def words_of(fact: Fact) -> list[str]:
    """The words of content of a fact's name and sentence, without their endings."""
    text = _ISO.sub(" ", f"{fact.name.partition(':')[0].replace('_', ' ')} {fact.text}".lower())
    if isinstance(fact.value, str):
        text = text.replace(fact.value.lower(), " ")
    words = dict.fromkeys(w for w in re.findall(r"[a-z][a-z-]{2,}", text) if w not in _EMPTY)
    return [re.sub(r"(?<=..)(?:ed|ing|es|s|e)$", "", w) for w in words]


def role_of(name: str) -> str:
    """The role of the event of a fact of this name: its own name where it is none that every incident can have."""
    if re.search(r"_at$", name) and re.search(r"deploy|release|rollout|upgrade", name):
        return "release"
    return _KNOWN_AS.get(name, name)


@lru_cache(maxsize=8)
def events_of(known: Known) -> tuple[Event, ...]:
    """The events of the facts, those too whose fact says how long before or after the start they were."""
    start = dict(times_of(known)).get("started_at")
    found = []
    for fact in known.facts:
        if fact.name in _NO_EVENT:
            continue
        role = role_of(fact.name)
        value = fact.value if isinstance(fact.value, str) and fact.kind == "coincidence" else ""
        words = _CUES.get(role) or _own_words(fact, value)
        times = (
            [at for name, at in times_of(known) if name == fact.name]
            if role != "release" or value or fact.kind == "time"
            else []
        )
        times += [start + by for by in _offsets(fact.text)] if start and not times else []
        found += [Event(role, at, words, value) for at in dict.fromkeys(times)]
    return tuple(found)


def _own_words(fact: Fact, value: str) -> str:
    """The words that speak of an event that only its fact knows."""
    words = [rf"{re.escape(w)}\w*" for w in words_of(fact) if not re.match("releas|deploy|version", w)] + [
        re.escape(w) for w in value.lower().split() if len(w) > 3
    ]
    words += [more for part, more in _SAME.items() if part in fact.name]
    return "|".join(words) or _PREVIOUS


_SAME = {
    "alert": r"notic\w+|detect\w+|notif\w+|warn\w+|paged?",
    "peak": "dearest|priciest|costliest|worst|most expensive",
}


def _offsets(text: str) -> list[timedelta]:
    """How long before (negative) or after the start a fact's sentence tells its event to be."""
    found = []
    for match in DURATION.finditer(text):
        order = re.match(r" (?P<before>before|ahead of|after) (?:the start|it (?:began|started))", text[match.end() :])
        if order and not duration_of(match).bare:
            hours = duration_of(match).hours
            found.append(timedelta(hours=hours if order["before"] == "after" else -hours))
    return found


_OVER = re.compile(
    r"[\w-]+ (?:had |has |was |is )?(?:already |just |since )?(?:been )?(?:ended|over(?! (?:by|Q))|stopped|lasted|finished|resolved|closed|fixed|came to an end)\b"
)


_BEFORE = r"before|ahead of|prior to|preced\w+|predat\w+|in advance of"
_AFTER = r"after|following|follow(?:s|ed)|(?<!has )(?<!have )(?<!had )(?<!long )since"
_BETWEEN = re.compile(rf"\b(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER}))\b")
_APART = rf",(?! (?:\w+ )?(?:{_BEFORE}|{_AFTER})\b)|[;:]|\b(?:not|and|but)\b"
_LED = re.compile(
    rf"^(?:[^T]*\bD\d+ |shortly |just |right |soon |long )?(?:(?P<before>{_BEFORE})|(?P<after>{_AFTER})) (?:the |its |this )?(?:\w+ )?$"
)
_FIRST = re.compile(
    r"\b(?:D\d+|(?:in|within) the (?:same )?(?:hour|minutes?|day)) (?P<order>later|afterwards|after|thereafter|earlier|before|beforehand|prior|previously)(?= ?,|$| ?\.| (?:the |an? )?(?!N?\d*(?:the |it ))\w)"
)


def told_events(sentence: Sentence, known: Known) -> list[tuple[int, Event]]:
    """Where a sentence speaks of which event, in order; the verb of an event of its own speaks of no other."""
    told = sorted(((at, e) for e in events_of(known) for at in e.mentions(sentence)), key=lambda t: t[0])
    text, own = sentence.text, [at for at, e in told if e.own]

    def of_another(at: int) -> bool:
        """True for the verb of an event of its own: `the outage began`, `a fix went live`."""
        near = [o for o in own if 0 < at - o < 30 and not re.search(rf"{_BETWEEN.pattern}|[,;:]|\bit\b", text[o:at])]
        of = re.match(r"(?:start|beginning|onset|end) of (?:the |an? |that )?", text[at:])
        return bool(near and re.match(_VERB, text[at:])) or bool(of and at + of.end() in own)

    undone = [
        m.start()
        for m in re.finditer(r"(?:\b(?:release|version) )?\bN\d+ (?:was|is|has been|had been|got) ", text)
        if m.end() in own
    ]
    gone = {at for at, e in told if e.role == "release" and any(u <= at <= u + 12 for u in undone)}
    return [(at, e) for at, e in told if at not in gone and (e.own or not of_another(at))]


_VERB = r"(?:went|gone|rolled|shipped|deployed|beg[au]n|begins|start(?:s|ed)|end(?:s|ed)|finished|stopped)\b"


def order_faults(sentence: Sentence, known: Known) -> list[str]:
    """Two events told in the wrong order: `the alert came before the start`, `minutes later the release went live`."""
    if re.search(rf"\b(?:{_PREVIOUS}) before this(?: one)?\b", sentence.text):  # the name of one, not an order
        return []
    events = events_of(known)
    told = told_events(sentence, known)
    for at, event in told:
        over = _OVER.match(sentence.text[at:]) if event.value else None
        if over and not re.search(
            r"\b(?:end|over|stop|last|until)", " ".join(f.text for f in known.by_name.get("event", ()))
        ):
            return [f"{over[0]}: no fact says when this ended"]
    start = next((e for e in events if e.role == "start"), None)
    wrong = (
        _between(sentence.text, told)
        or _led(sentence.text, told)
        or _from_start(sentence.text, told, start)
        or _under_way(sentence.text, told, start)
        or _then(sentence.text, told)
    )
    if wrong is None:
        return []
    names = " and the ".join(e.role.replace("_at", "").replace("_", " ") for e in wrong)
    return [f"the {names} are in the wrong order"]


def _between(text: str, told: list[tuple[int, Event]]) -> tuple[Event, Event] | None:
    """Two events with the word of their order between them, that were the other way."""
    for (at, first), (then, second) in pairwise(told):
        if first.role == second.role or "planned" in (first.role, second.role):
            continue
        between = text[at:then]
        orders = list(_BETWEEN.finditer(between))
        near = orders and len(between[orders[-1].end() :].split()) <= 4
        if len(orders) != 1 or not near or re.search(_APART, between):
            continue
        if (first.at > second.at) if orders[0]["before"] else (first.at < second.at):
            return first, second
    return None


def _led(text: str, told: list[tuple[int, Event]]) -> tuple[Event, Event] | None:
    """The same where the word of the order comes before both: `minutes before the release the cost began to rise`."""
    order = _LED.search(text[: told[0][0]]) if told else None
    if order is None or _BETWEEN.search(text[told[0][0] :]):
        return None
    first = told[0][1]
    for _, second in told:
        if second.role not in (first.role, "planned", "end"):
            wrong = second.at > first.at if order["before"] else second.at < first.at
            return (second, first) if wrong else None
    return None


def _from_start(text: str, told: list[tuple[int, Event]], start: Event | None) -> tuple[Event, Event] | None:
    """An event that is told to be later or earlier than a start that is not named, and was not."""
    others = {e.role: e for _, e in told if e.role not in ("end", "planned")}
    order = _FIRST.search(text)
    if (
        not order
        or not start
        or len(others) != 1
        or re.match(r" (?:the|it|this|that|release|version|rollout|N\d+)\b", text[order.end() :])
    ):
        return None
    (other,) = others.values()
    later = order["order"] in ("later", "afterwards", "after", "thereafter")
    return (other, start) if (other.at < start.at if later else other.at > start.at) else None


_THEN = re.compile(r"\b(?:first|initially)\b[^;.]*? (?:then|afterwards|later|next)\b")


def _then(text: str, told: list[tuple[int, Event]]) -> tuple[Event, Event] | None:
    """Two events told as first and then, that were the other way."""
    order = _THEN.search(text)
    earlier = [e for at, e in told if order and at < order.start() + 8]
    later = [e for at, e in told if order and at >= order.end() - 5]
    wrong = earlier and later and earlier[-1].role != later[0].role and earlier[-1].at > later[0].at
    return (earlier[-1], later[0]) if wrong else None


_WHEN = re.compile(
    r"\b(?:when|by the time|at the time|while|once|as soon as|as)\b(?! (?:well|expected|usual|a|an|of)\b)"
)
_BEGUN = re.compile(
    r"\b(?:already|well|long|had|in full swing|(?:was|were) (?P<yet>not yet |yet to )?(?:running|under way|underway|going on|in progress|open|live|rising|climbing|growing|begin|start))\b"
)
_NOT_BEGUN = re.compile(r"\b(?:not yet|had not|had yet|yet to|was yet|n't yet|still to)\b")
_DURING = re.compile(
    rf"\b(?:went|gone|came|released|shipped|deployed|rolled|began|begun|started|happened|occurred|fell|took place)\b[^,;:]{{0,24}} (?:during|in the (?:middle|midst|course) of|mid-?way (?:through|into)|half-?way (?:through|into)|amid|into|inside) (?:the |this |an? )?(?:already |running |ongoing )*(?:{RISE}|incident|anomaly|episode)\b"
)


def _under_way(text: str, told: list[tuple[int, Event]], start: Event | None) -> tuple[Event, Event] | None:
    """One that is told to have been under way when the other came, and was not: `the incident was already running when
    N0 went live`, `N0 came in the middle of the incident`."""
    others = [(at, e) for at, e in told if e.role not in ("start", "end", "planned")]
    if start is None or len({e.role for _, e in others}) != 1:
        return None
    at, other = others[0]
    if _DURING.search(text[at:]):
        return (other, start) if other.at < start.at else None
    joint = _WHEN.search(text)
    if joint is None:
        return None
    main, side = (0, joint.start()), (joint.end(), len(text))
    if not text[: joint.start()].strip(" ,"):
        comma = text.find(" , ", joint.end())
        main, side = (comma, len(text)), (joint.end(), comma)
    if min(*main, *side) < 0:
        return None
    for here, there in ((main, side), (side, main)):
        begun, other_here = _BEGUN.search(text[here[0] : here[1]]), here[0] <= at < here[1]
        if begun is None or not (other_here or there[0] <= at < there[1]):
            continue
        later = bool(_NOT_BEGUN.search(text[here[0] : here[1]]))
        first, second = (other, start) if other_here != later else (start, other)
        return (first, second) if first.at > second.at else None
    return None
