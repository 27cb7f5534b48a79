"""Is it as expected, which drivers pushed, and is an event the one that was planned?"""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.events import words_of
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.states import ALIKE

_DRIVERS_ALL = re.compile(
    r"\b(?P<how>every|all|each|no|none of the|not every|not all|(?:only |at least |just )?one|some|a single)(?: of the| the| of them)? drivers? (?:\w+ )?(?P<what>raised|lowered|increased|reduced|pushed|added|drove|pulled|took|cut|brought|rose|fell|moved|worked|contributed)(?P<rest>[^,;:]*)"
)


_NONE_OVER = re.compile(
    r"\b(?:none of the|no(?: other)?) (?:other )?drivers? (?:is|was|weighs|counts|has been) (?:\w+ )?(?:larger|bigger|greater|heavier|higher|more|stronger) than\b"
)


_ONE_OVER = re.compile(
    r"\b(?:at least one|some|another|one)(?: other)? driver (?:outweighs|exceeds|tops|beats|(?:is|was) (?:larger|bigger|greater|heavier) than|weighs more than)\b"
)


_PUSHES = re.compile(
    r"^(?: (?:also|too|now|then|again|likewise|each))*(?: (?:adds?|added|adding|contribut\w+|push\w*|raised|raises|lifted|drove|drives?|weigh(?:s|ed)?(?: in)?|leads?|led|comes? first|dominates?|tops?|accounts? for|makes? up|played?|plays|counts?|counted) |(?: ,)? (?:is|was|are|were) (?:also |too )?(?:an?|one of|among|another)(?: of)?(?: the)? (?:\w+ )?(?:drivers?|factors?|contributors?)\b)"
)
_A_DRIVER = re.compile(
    r"\b(?:drivers?|factors?|contributors?|part|some|rest|remainder)(?: of (?:the excess|the rise|the difference|it|this))? (?:is|are|was|were|comes? from|came from|:) (?:also )?(?:the )?$"
)


def _strange_driver(text: str, known: Known) -> list[str]:
    """A thing that is told to have pushed the cost, where the facts' drivers are others."""
    drivers = known.by_driver.keys()
    for start, end, concept in concepts_in(text):
        same = {concept, *(("volume", "requests_per_run") if concept == "requests" else ())}
        if concept not in _CAN_DRIVE or same & drivers or concept in known.spoken_causes or negated(text, end):
            continue
        if _PUSHES.match(text[end:]) or _A_DRIVER.search(text[:start]):
            return [f"{text[start:end]}: it is no driver of the facts"]
    return []


def _largest(known: Known) -> str:
    """The driver that weighs most in the direction of the difference."""
    return max(known.by_driver, key=lambda c: known.by_driver[c] * (known.excess or 1.0))


_CAN_DRIVE = ("volume", "requests", "requests_per_run", "input", "output", "cache", "model_mix", "price", "error")


def driver_faults(text: str, known: Known) -> list[str]:
    """`Every driver raised the cost`, `not all drivers pushed it up`: by the drivers' signs; and none that is no driver."""
    if not known.drivers:
        return []
    if strange := _strange_driver(text, known):
        return strange
    largest = _largest(known)
    if (top := _NONE_OVER.search(text)) and largest not in [c for _, _, c in concepts_in(text[top.end() :])]:
        return [f"{top[0]}: the drivers do not say so"]
    if (over := _ONE_OVER.search(text)) and largest in [c for _, _, c in concepts_in(text[over.end() :])[:1]]:
        return [f"{over[0]}: the drivers do not say so"]
    told, drivers = _DRIVERS_ALL.search(text), list(known.drivers.values())
    if told is None:
        return []
    down = told["what"] in ("lowered", "reduced", "took", "cut", "fell") or re.search(
        r"\b(?:down|off|lower)\b", told["rest"]
    )
    agree = [(v < 0) == bool(down) for v in drivers]
    right = {
        "no": not any(agree),
        "none of the": not any(agree),
        "not every": not all(agree),
        "not all": not all(agree),
    }
    if told["how"].endswith(("one", "some", "single")):
        right[told["how"]] = any(agree)
    return [] if right.get(told["how"], all(agree)) else [f"{told[0].strip()}: the drivers do not say so"]


_AS_NORMAL = re.compile(
    r"\b(?:in line with|on a par with|level with|the same as|equal to|no different from|within) (?:the |its |what |our |all )*(?:expect\w+|normal|usual|baseline|norm|was expected|had been expected)\b|\bback (?:to|at|on) (?:the |its |what )*(?:was |had been )?(?:expect\w+|normal|usual|baseline)|\bat the (?:expected|usual|normal|baseline) (?:level|cost|amount)\b|\bno (?:more|dearer|higher) than (?:(?:what )?it (?:should|usually|normally)|expected|usual|normal)\b|(?<!\d )(?<!times )(?<!half )(?<!not )(?:\b(?:about|roughly|around|nearly|almost|practically|exactly|just|pretty much) )?\b(?<!\d )(?<!times )(?<!half )as (?:much|little|dear|expensive) as (?:was |had been |it was |we |is |it is )?(?:expect\w*|usual|normal|planned|the (?:baseline|usual|normal|expected))|\bcosts? (?:about |roughly |just |exactly |more or less )*what (?:was|we|it|its|the|one|had been|would be) (?:\w+ ){0,2}?(?:expect\w*|should|usual\w*|normal\w*|says|gives|suggests)|\b(?:as expected|as usual|at its (?:usual|expected|normal)(?: cost| level)?)\b(?! (?:Q|to))"
)
_MANY_TIMES = re.compile(
    r"\b(?:many|several|multiple) times (?:over|(?:as|more|higher|dearer|above) |(?:the |its |what )*(?:was |had been )?(?:expect|usual|normal|baseline))"
)
_THAN_EXPECTED = re.compile(
    r"(?<!no )(?<!not )(?<!neither )\b(?:(?P<up>more|dearer|higher|costlier|more expensive|over|above|beyond)|less|cheaper|lower|under|below)(?: than)? (?:(?:was|had been|were|it|we|its|the|what|usually|normally|is|originally) ){0,3}(?:expect\w*|usual|normal|baseline|the norm)\b"
)
_ENOUGH = re.compile(
    r"\bexpect\w*\b[^,;.]{0,20}\b(?:was|were|proved|is|has been|had been)(?P<no> not)? (?:enough|sufficient)\b"
)


_WITHOUT = re.compile(r"\b(?:without|but for|if not for|had it not been for|were it not for)\b")
_OF_ELSE = re.compile(
    r"\b(?:excess|overspend|overshoot|if|had|would|should|could|not|never|last|longer|hours?|days?|budget|time|T\d|whether)\b"
)


def normal_faults(text: str, known: Known) -> list[str]:
    """What is told to be as expected has to be so."""
    excess, base = known.excess, known.base
    if excess is None or not base:
        return []
    if (times := _MANY_TIMES.search(text)) and 1 + excess / base < 3:
        return [f"{times[0]}: the figures do not say so"]
    if enough := _ENOUGH.search(text):
        return [] if (excess <= 0) != bool(enough["no"]) else [f"{enough[0]}: the cost says otherwise"]
    usual = _AS_NORMAL.search(text)
    if (left_out := _WITHOUT.search(text)) and usual and "Q" not in text:
        gone = {c for _, _, c in concepts_in(text[left_out.end() :])}
        total = sum(v for c, v in known.by_driver.items() if c in gone)
        near = abs(excess - total) <= ALIKE * abs(base)
        return [] if near or negated(text, usual.start()) or not gone else [f"{left_out[0]}: more than this is above"]
    side = _THAN_EXPECTED.search(text)
    if (
        side
        and "Q" not in text
        and not _OF_ELSE.search(text)
        and not concepts_in(text)
        and not negated(text, side.start())
    ):
        return [] if (excess > 0) == bool(side["up"]) else [f"{side[0]}: the cost says otherwise"]
    told = None if re.search(r"^(?:had|if|were)\b|, (?:had|if|were)\b", text) else usual
    if told is None or negated(text, told.start()) or abs(excess) <= ALIKE * abs(base):
        return []
    if re.match(r" (?:would|should)\b", text[told.end() :]):
        return []
    if re.search(
        r"\b(?:as \w+|counts?|count|counted|regarded|taken|treated|considered|times|away|far|apart|off|differ\w*|depart\w*|yet|until|before|instead|rather|compared|relative|where|month|(?:would|should)(?: have been| be| have stayed)?) (?:\w+ )?$",
        text[: told.start()],
    ):
        return []
    if known.text("state") == "ended" and re.search(r"\bback\b|\breturn", text):
        return []
    return [f"{told[0]}: the cost is not as expected"]


_EVENT = re.compile(
    r"\b(?:planned|announced|scheduled) (?:event ,? ?(?:the |an? )?)?(?P<after>(?!end|until|to\b|for\b|by\b|at\b|on\b|in\b|event\b|cost|and\b|T\d|N\d|D\d|Q\d|beforehand)[a-z][\w-]*(?: [a-z][\w-]*)?)|\b(?:planned |scheduled |announced |expected )?end of the (?P<end>[a-z][\w-]*(?: [a-z][\w-]*)?)|\bthe (?P<which>(?:[a-z][\w-]* ){1,3}), (?:which|that) (?:was|is|had been|has been) (?:\w+ )?(?:announced|planned|scheduled|known)|\bplan is for the (?P<plan>[a-z][\w-]*(?: [a-z][\w-]*)?) to\b|^the (?P<ran>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:overran|ran (?:on|over|past)|went on|took)\b|(?:^|\bthe |, )(?P<before>[a-z][\w-]*(?: [a-z][\w-]*)?) (?:had been|has been|was|were|is) (?:(?:already|long|also|not|never|duly) )?(?:announced|planned|scheduled|meant|expected to end|due)\b"
)


_THERE = re.compile(
    r"\b(?:planned|announced|scheduled) event\b[^,:;.]*?(?: ?[,:] (?:the |an? )?(?P<name>[a-z][\w-]*(?: [a-z][\w-]*){0,3}|N\d+))?(?= ?[.;,]|$)"
)
"""`There is a planned event here, the load test`: its name stands after a comma or colon."""
_LISTED = re.compile(r"\b(?:planned|announced|scheduled) : (?:the |an? )?([a-z][\w-]*(?: [a-z][\w-]*)?)")


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


_PLAIN_EVENT = frozenset(
    [
        "advance", "affair", "also", "although", "batch", "because", "been", "beforehand", "change", "cost",
        "date", "duration", "end", "ending", "entire", "episode", "event", "everything", "excess", "have",
        "incident", "its", "job", "launch", "maintenance", "matter", "month", "nothing", "release", "rise",
        "run", "since", "spend", "spike", "start", "step", "that", "there", "these", "thing", "this", "though",
        "time", "what", "which", "while", "whole", "with", "work",
    ]
)  # fmt: skip


_ATTRIBUTE = r"\b{subject} ?(?:is|was|:|=) (?P<said>[a-z][a-z-]{{2,}})\b"
_NO_VALUE = frozenset(
    [
        "still",
        "not",
        "now",
        "also",
        "known",
        "shown",
        "open",
        "what",
        "that",
        "the",
        "this",
        "there",
        "very",
        "rather",
        "only",
        "already",
        "given",
    ]
)


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


_TOKENS_OF = re.compile(
    r"\b(?P<which>input|output) tokens?\b[^,;.]*\bcache|\bcache[^,;.]*\b(?P<other>input|output) tokens?\b"
)


_OUTCOME = re.compile(r"\b(?:per|of one|of each|of every|each|every|one) (?P<what>[a-z]{4,}ed [a-z]{4,})\b")


def kind_faults(text: str, known: Known) -> list[str]:
    """Which tokens are read from the cache, and which end a month has, are as their facts say."""
    if told := _TOKENS_OF.search(text):
        which = told["which"] or told["other"]
        cached = [f.text.lower() for f in known.facts if "cache" in f.text.lower() and "tokens" in f.text.lower()]
        if (
            cached
            and not any(f"{which} tokens" in t for t in cached)
            and f"driver_{which}_tokens_per_request" not in known.by_name
        ):
            return [f"{which} tokens: no fact speaks of these and the cache"]
    if (outcome := _OUTCOME.search(text)) and known.by_name.get("cost_per_outcome_after"):
        one = " ".join(
            f.text for n in ("cost_per_outcome_after", "cost_per_outcome_before") for f in known.by_name.get(n, ())
        )
        if not all(word[:5] in one.lower() for word in outcome["what"].split()):
            return [f"{outcome[0]}: no fact counts these"]
    nothing = re.search(r"\bcosts? (?:us |them )?(?:nothing|zero)\b|\bfor free\b", text)
    if nothing and known.number("cost_actual"):
        return [f"{nothing[0]}: it cost something"]
    within = re.search(
        r"\b(?:stay\w*|kept|keeps?|ran|was|finish\w*|ended) (?:with)?in (?:its|the|their) (?:\w+ )?(?:time|plan|schedule|window|slot)\b|\b(?:ended|finished|stopped|ran) (?:\w+ )?(?:as|when) (?:planned|scheduled|announced)\b|\b(?:on time|on schedule)\b",
        text,
    )
    if within and known.by_name.get("overrun_hours") and not negated(text, within.start()):
        return [f"{within[0]}: it ran past its plan"]
    if after := re.search(
        r"\b(?:baseline|comparison|expected cost)\b[^;.]*\bD\d+ (?:after|following|since|later)\b", text
    ):
        return [f"{after[0]}: the baseline lies before"]
    return []
