"""Is a thing called what its fact calls it, and said to be what its fact says: an event by its name, a flag on or off, a
severity, the tokens that are cached, what is counted as an outcome?"""

from __future__ import annotations

import re

from explainer.checker.events import words_of
from explainer.checker.families import FUNCTION_WORDS
from explainer.checker.quantities import Known

_EVENT = re.compile(
    r"\b(?:planned|announced|scheduled) (?:event ,? ?(?:the |an? )?)?(?P<after>(?!end|length|duration|span|until|to\b|for\b|by\b|at\b|on\b|in\b|event\b|cost|and\b|T\d|N\d|D\d|Q\d|beforehand)[a-z][\w-]*(?: [a-z][\w-]*)?)|\b(?:planned |scheduled |announced |expected )?end of the (?P<end>[a-z][\w-]*(?: [a-z][\w-]*)?)|\bthe (?P<which>(?:[a-z][\w-]* ){1,3}), (?:which|that) (?:was|is|had been|has been) (?:\w+ )?(?:announced|planned|scheduled|known)|\bplan is for the (?P<plan>[a-z][\w-]*(?: [a-z][\w-]*)?) to\b|^the (?P<ran>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:overran|ran (?:on|over|past)|went on|took)\b|(?:^|\bthe |, )(?P<before>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:had been|has been|was|were|is) (?:(?:already|long|also|not|never|duly) )?(?:announced|planned|scheduled|meant|expected to end|due)\b"
)

_THERE = re.compile(
    r"\b(?:planned|announced|scheduled) event\b[^,:;.]*?(?: ?[,:] (?:the |an? )?(?P<name>[a-z][\w-]*(?: [a-z][\w-]*){0,3}|N\d+))?(?= ?[.;,]|$)"
)
"""`There is a planned event here, the load test`: its name stands after a comma or colon."""

_LISTED = re.compile(r"\b(?:planned|announced|scheduled) : (?:the |an? )?([a-z][\w-]*(?: [a-z][\w-]*)?)")

_PLAIN_EVENT = frozenset(
    [
        "advance", "affair", "also", "although", "batch", "because", "been", "beforehand", "change", "cost",
        "date", "duration", "end", "ending", "entire", "episode", "event", "everything", "excess", "have",
        "incident", "its", "job", "launch", "maintenance", "matter", "month", "nothing", "release", "rise",
        "run", "since", "spend", "spike", "start", "step", "that", "there", "these", "thing", "this", "though",
        "time", "what", "which", "while", "whole", "with", "work",
    ]
)  # fmt: skip


def event_faults(text: str, known: Known) -> list[str]:
    """An event that is planned is called by its name, not by another one."""
    events = " ".join(str(f.value) for f in known.by_name.get("event", ())).lower()
    if events:
        text = _THERE.sub(lambda m: f", the {m['name'] or 'event'} was planned", text)
    for told in (*_EVENT.finditer(text), *_LISTED.finditer(text)) if events else ():
        words = [w for w in next(filter(None, told.groups()), "").split() if len(w) > 3 and w not in _PLAIN_EVENT]
        if words and not any(w[:4] in events for w in words):
            return [f"{told[0]}: the event has another name"]
    return []


_PLAIN_FIRST = FUNCTION_WORDS | {
    "announced", "big", "expected", "large", "long", "planned", "said", "same", "scheduled", "whole",
}  # fmt: skip


def half_named_faults(text: str, known: Known) -> list[str]:
    """The last word of an event's name stands for it, but not with another first word than its own."""
    faults = []
    for fact in known.by_name.get("event", ()):
        words = re.findall(r"[a-z0-9][\w'-]*", str(fact.value).lower())
        last = words[-1] if len(words) > 1 else ""
        for said in re.finditer(rf"\b(?P<first>[a-z][\w-]*) {re.escape(last)}\b", text) if last else ():
            if said["first"] not in {*words, *_PLAIN_FIRST, "each", "every", "one", "per", "a", "any"}:
                faults.append(f"{said[0]}: the event has another name")
    return faults


_ATTRIBUTE = r"\b{subject} ?(?:is|was|:|=) (?P<said>[a-z][a-z-]{{2,}})\b"

_NO_VALUE = frozenset([
    "still", "not", "now", "also", "known", "shown", "open", "what", "that", "the", "this", "there", "very",
    "rather", "only", "already", "given",
])  # fmt: skip


def attribute_faults(text: str, known: Known) -> list[str]:
    """`Severity: low` where the fact of the severity says high."""
    for fact in known.facts:
        subject = fact.name.replace("_", " ")
        if fact.kind != "state" or not isinstance(fact.value, str) or fact.name in ("state", "planned", "scope"):
            continue
        told = re.search(_ATTRIBUTE.format(subject=re.escape(subject)), text)
        if told and told["said"] not in _NO_VALUE and told["said"][:4] not in f"{fact.value} {fact.text}".lower():
            return [f"{told[0]}: its fact says otherwise"]
    return []


_ON = re.compile(
    r"\b(?:is|are|was|were|been|stays?) (?P<no>not )?(?:still |now )?(?:switched |turned )?(?P<side>on|off)\b(?! (?:the|a|an|by|[NQTD]\d))"
)


def switch_faults(text: str, known: Known) -> list[str]:
    """`The failover is on` where its fact says that it is off."""
    told = _ON.search(text)
    for fact in known.facts if told else ():
        has = _ON.search(fact.text.lower()) if fact.kind == "state" else None
        if told is None or has is None or (told["side"] == has["side"]) != bool(told["no"]):
            continue
        if any(re.search(rf"\b{re.escape(w)}", text[: told.start()]) for w in words_of(fact) if len(w) > 4):
            return [f"{told[0]}: its fact says otherwise"]
    return []


_TOKENS_OF = re.compile(
    r"\b(?P<which>input|output) tokens?\b[^,;.]*\bcache|\bcache[^,;.]*\b(?P<other>input|output) tokens?\b"
)

_MILLION_OF = re.compile(
    r"(?:\bmillion|\bQ\d+|\bpric\w+(?: of| for| per)?|\bpays?|\bcosts? of)(?: the| an?| each| every)? (input|output) tokens?\b"
)
_OUTCOME = re.compile(r"\b(?:per|of one|of each|of every|each|every|one) (?P<what>[a-z]{4,}ed [a-z]{4,})\b")


def kind_faults(text: str, known: Known) -> list[str]:
    """The tokens that are read from the cache, and what an outcome is, are those of their facts."""
    if told := _TOKENS_OF.search(text):
        which = told["which"] or told["other"]
        cached = [f.text.lower() for f in known.facts if "cache" in f.text.lower() and "tokens" in f.text.lower()]
        spoken = any(f"{which} tokens" in t or f"of the {which}" in t for t in cached) or (
            f"driver_{which}_tokens_per_request" in known.by_name and "of the input" not in " ".join(cached)
        )
        if cached and not spoken:
            return [f"{which} tokens: no fact speaks of these and the cache"]
    price = " ".join(f.text.lower() for f in known.facts if f.name.startswith("price_per_"))
    side = _MILLION_OF.search(text) if re.search(r"\b(?:in|out)put tokens\b", price) else None
    if side and f"{side[1]} tokens" not in price:
        return [f"{side[0]}: the fact has the price of other tokens"]
    outcomes = [f for when in ("after", "before") for f in known.by_name.get(f"cost_per_outcome_{when}", ())]
    if (outcome := _OUTCOME.search(text)) and outcomes:
        one = " ".join(f.text for f in outcomes).lower()
        if not all(word[:5] in one for word in outcome["what"].split()):
            return [f"{outcome[0]}: no fact counts these"]
    return []
