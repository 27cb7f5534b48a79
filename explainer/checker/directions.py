"""Which way did it go? Words of direction against the signs of the facts."""

from __future__ import annotations

import re

from explainer.checker.concepts import COST, concept_of, concepts_in
from explainer.checker.moved import MOVES, subject_of_direction
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.signs import compares_rightly, concept_of_length, share_sign, sign_of, told_sign

_UP = r"rose|oversho\w+|numerous|risen|rises?|rising|up|increas\w+|grew|grown|grows?|growing|crept|creep\w*|mount(?:ed|ing|s)|escalat\w+|rocket\w*|higher|climb\w+|jump\w*|dearer|above|surg\w+|spik\w+|doubl\w+|tripl\w+|quadrupl\w+|quintupl\w+|longer|larger|bigger|soar\w*|swell\w*|swollen|overspend|over-?spent|costlier|shot up|went up|more expensive|pricier|exceed\w*|excess|extra|steeper|ballooned|upward|on top(?= of (?:the|its|our|what) (?:usual|normal|expected|baseline|typical|going))"


_DOWN = r"fell|undersho\w+|undercut\w*|under-?ran|fallen|falls?|falling|down|drop\w*|decreas\w+|lower|cheaper|declin\w+|shrank|shrunk|shrink\w*|dwindl\w+|diminish\w+|tumbl\w+|plummet\w*|sunk|sinks?|sinking|saved|saving|reduc\w+|shorter|halv\w+|dip\w*|below|less|fewer|smaller|decline|under-?spen\w+|(?:(?<=Q\d )|(?<=Q\d\d ))off(?= (?:the|its|our|what) (?:usual|normal|expected|baseline|typical|going|bill|cost))|slump\w*|plung\w+|eased|sank|downward|savings"


_DIRECTION = re.compile(rf"(?<![\w-])(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?![\w-])")


_WAY = re.compile(rf"(?<![\w-])(?:(?P<up>more|{_UP})|(?:{_DOWN}))(?![\w-])")
"""Which way the facts' cause went: longer answers, less traffic."""

_TRANSITIVE_UP = re.compile(
    r"\b(?:added|adds?|adding|raised|raises?|pushed|pushes|increased the|contribut\w+|drove|drives?|driving|lifted|put|took(?= (?:\w+ )?Q\d+ (?:onto|on to|up)\b))\b"
)


_TRANSITIVE_DOWN = re.compile(
    r"\b(?:lowered|lowers|saved|saves|reduced|reduces|offset\w*|dampened|cut|took (?:off|away)|brought down|held back|took(?= (?:\w+ )?Q)(?! (?:\w+ )?Q\d+ (?:back|onto|on to|up|of (?:the|it|this))\b))\b"
)


_COMPARES = re.compile(
    r"\b(?:start|beginning|onset|end|release|event|launch|date|outage|timing) f(?:e|a)lls?\b(?! (?:by|Q))|\b(?:largest|biggest|top|first|heaviest) down\b|\b(?:smallest|lowest) up\b|\b(?:calm|settl|quiet|quieten|cool|slow|wind|wound|writ|boil)\w* down\b|\b(?:release|flag|event|deploy\w*|rollout|launch|start|switch)(?: (?:of )?(?:[\"'] )?N\d+(?: [\"'])?)?(?: (?:of|from) [TD]\d+)?(?: also| itself| too)? f(?:e|a)lls? (?:(?:just|shortly|right|about|around|only|some) )*(?:D\d+ |(?:an? )?(?:moments?|minutes?|hours?) )?(?:before|after|ahead of|inside|close to|near)\b|\bf(?:e|a)lls? (?:on|under|to|within|into|together|in with|in D\d|in (?:one|a|the))\b(?! Q)|\b(?:softened|tempered|dampened|offset|curbed|cushioned|slowed|part of|some of) the (?:rise|increase|excess|growth)|\b(?:more|less|fewer|over|under|above|below) (?:than|to)? ?(?:an? |the )?(?=[QD]\d)|\b(?:up|down) to (?:an? |the )?(?=[QD]\d)|(?:no|any) longer|up to|more or less|ups? and downs?|over time|above all|added up|add up|adds up|adding up|sums? up|made up|makes? up|set up|used up|sum up|follow(?:ed)? up|look up|pick(?:ed)? up|write-up|up in|as above|shown below|listed below|see below|break down|breaks down|broken down|breakdown|come down to|comes down to|down to|up to date|up and running|heads up|back up|back down|short of|on top(?! of (?:the|its|our|what) (?:usual|normal|expected|baseline))|(?:weigh|count|matter)\w* (?:more|less)|(?:add|contribut|explain|carr|bring|account)\w* (?:for )?less (?:[a-z]+ ){1,4}than\b"
)


def direction_faults(sentence: Sentence, known: Known, before: str | None) -> list[str]:
    """Words of direction that go the other way than what they are said of: a driver, a unit, a named part, the cost."""
    faults, text = [], sentence.text
    hidden = _COMPARES.sub(lambda m: "_" * len(m[0]), text)
    spans = sorted([*concepts_in(text), *_parts(sentence, known)])
    hidden = re.sub(
        r"\bwithout (?:the |this |any )?(?:excess|extra|overspend|rise|increase)", lambda m: "_" * len(m[0]), hidden
    )
    for match in _DIRECTION.finditer(hidden):
        if (compared := compares_rightly(text, match, known)) is not None:
            faults += [] if compared else [f"{match[0]}: the facts' amounts do not compare so"]
            continue
        if _skipped(text, match, known):
            continue
        up = bool(match["up"])
        left = text[: match.start()]
        noun = match[0] in MOVES and not re.search(r"\b(?:no|not an?|not|never)(?: \w+)? $", left)
        if (not noun and negated(text, match.start())) or re.search(
            r"\b(?:without(?! the\b)|rather than|instead of|n't)(?: a| an| any| the| gone| go| going| got| get| become)? $",
            left,
        ):
            up = not up
        concept = told = subject_of_direction(text, match, spans, before)
        if re.match(r" of (?:the |its |all )?(?:input|output|requests|cost|tokens)", text[match.end() :]) and match[
            0
        ] in ("less", "fewer", "more"):
            moved = [sign_of(c, known, driver=False) for _, _, c in spans]
            if any(m is not None and (m > 0) == up for m in moved):
                continue
        if (
            concept == "share_of_pool"
            and not re.search(r"\b(?:share|part|portion|slice|carri\w+|bears?|pays?)\b", text)
            and not any(f.unit in ("percent", "points") for f in sentence.figures)
            and known.number("pool_cost_before") is None
            and known.text("cause") != "pool"
        ):
            faults.append(f"{match[0]}: no fact says how the pool moved")
            continue
        if match[0] in ("longer", "shorter") and concept == "volume":
            concept = "requests_per_run"
        if (
            match[0] in ("dearer", "cheaper", "pricier", "costlier")
            and sign_of("price", known, driver=False) is not None
        ):
            concept = "price" if concept in ("input", "output", "requests") else concept
        if concept in ("budget", "forecast"):
            continue
        if concept == "volume" and not any(q.concept == concept for q in known.quantities):
            said = next((text[s:e] for s, e, c in spans if c == concept), "")
            concept = concept if re.search(r"\b(?:run|execution)", said) else "requests"
        if (share := share_sign(sentence, match, known)) is not None:
            faults += [] if (share > 0) == up else [f"{match[0]}: the share went the other way"]
            continue
        sign = sign_of(concept, known, driver=match[0] in ("saved", "saving", "savings"))
        if concept == COST or sign is None:
            sign = told_sign(_clause_of(text, match), known) or sign
        if sign is None and concept != COST:
            others = [sign_of(c, known, driver=False) for _, _, c in spans if c != concept]
            if any(o is not None and (o > 0) == up for o in others):
                continue
            sign = sign_of(COST, known, driver=False) if concept not in _MOVERS else None
            if sign is None:
                if {concept, told} & known.spoken_causes:
                    way = _WAY.search(" ".join(f.text for f in known.by_name.get("cause", ())).lower())
                    if way and bool(way["up"]) != up:
                        faults.append(f"{match[0]}: the facts' cause is the opposite")
                    continue
                if known.excess is not None and concept in _MOVERS and not known.drivers.get(concept):
                    faults.append(f"{match[0]}: no fact says how {concept} moved")
                continue
        if sign is not None and (sign > 0) != up:
            faults.append(f"{match[0]}: {concept} went the other way")
    faults.extend(_transitive(hidden, text, known, spans))
    return faults


def _clause_of(text: str, match: re.Match[str]) -> str:
    """The clause of a word of direction."""
    start = max(text.rfind(c, 0, match.start()) for c in (";", ",", " but ", " while "))
    if not re.search(r"[a-z]{3,}", text[max(start, 0) : match.start()]):
        start = text.rfind(";", 0, match.start())
    return text[max(start, 0) :].split(";")[0]


def _parts(sentence: Sentence, known: Known) -> list[tuple[int, int, str]]:
    """Where a named part of the difference stands."""
    parts = {concept_of(n) for n in known.parts}
    found = [(f"part:{name}", re.search(rf"\bN{i}\b", sentence.text)) for i, name in enumerate(sentence.names)]
    return [(m.start(), m.end(), concept) for concept, m in found if m and concept in parts]


_MOVERS = {
    "volume", "requests", "requests_per_run", "input", "output", "cache", "price", "error", "untagged",
    "staging",
}  # fmt: skip


_NO_MORE = r"\bno (?:\w+ )?excess$|\bno (?:further|more|additional|new|extra) [^,;]*\b(?:build|add|pil|mount|stack|rack|run)(?:s|ing|ed)? up$"
"""What has ended adds no more: `no further excess is building up`."""
_UNREAL = re.compile(r"(?:^|[:;] )(?:had|without|but for|if|if not for|were it not for)\b[^;.]*\bwould\b")


_COMPARATIVES = frozenset([
    "less", "fewer", "smaller", "lower", "below", "above", "larger", "bigger", "longer", "more", "extra",
    "shorter", "higher",
])  # fmt: skip


def _skipped(text: str, match: re.Match[str], known: Known) -> bool:
    """Words of direction that say nothing of a direction here."""
    right, left = text[match.end() :], text[: match.start()]
    if (
        re.match(r" (?:of the|of its|one|part|share)\b", right)
        and match[0] in ("larger", "bigger", "smaller", "greater")
        and not re.search(r"\bthan (?:before|it did|usual|normally|previously|earlier)\b|\bnow\b", text)
    ):
        return True
    if _UNREAL.search(text):
        return True
    if re.search(r"^(?:jump|spike|surge)", match[0]) and re.search(
        r"\b(?:not|no|rather than|instead of) (?:an? |the )?(?:sudden |sharp |abrupt |single |one-off |visible )?$",
        left,
    ):
        return True
    if (
        match[0] in _COMPARATIVES
        and re.match(
            r" (?:than|the|its|that|their) (?:that|those|the|its|budget|month|limit|planned|volume|requests|input|output|cache|price|model|driver|N\d)",
            right,
        )
        and not re.match(r" (?:than )?(?:the |its )?(?:expected|baseline|usual|normal)", right)
    ):
        return True
    if re.match(r" (?:than )?(?:the |its |a |this |that |month's |monthly )*(?:budget|plan\b|limit)", right):
        return True
    lengthened = match[0] == "longer" and re.match(r" (?:answers|prompts|outputs|inputs|completions)\b", right)
    if lengthened and (sign_of(concept_of_length(lengthened[0]), known, driver=False) or 1.0) > 0:
        return True
    if match[0] == "longer" and re.match(r" (?:than planned|than|going)", right):
        return True
    if re.match(r"(?: \w+){0,3} than (?:\w+ ){0,3}?(?:N\d|everything|anything|all|any|the (?:other|rest)|one)", right):
        return True
    than = re.match(r"(?: \w+){0,2} than (?:(?:the|any|its|plain|more|higher) )*", right)
    if than and any(start == match.end() + than.end() for start, _, _ in concepts_in(text)):
        return True
    if known.text("state") == "ended" and re.search(_NO_MORE, f"{left}{match[0]}"):
        return True
    if match[0] == "excess" and re.search(r"\b(?:the|this|that|its|whole|total|show|shows|have|has) (?:an )?$", left):
        return True
    if re.search(r"\b(?:one|another|the others?|some) [a-z]+ (?:it |the cost |the bill )?$", left):
        return any((v > 0) == bool(match["up"]) for v in known.drivers.values())
    if re.search(r"\bnot (?:everything|all(?: of (?:it|them))?) (?:went |has gone |is |has |was )?$", left):
        return any((v > 0) != bool(match["up"]) for v in known.drivers.values())
    if re.search(r"\b(?:every|all|each|no)(?: other| single)? drivers?\b", left):
        return True
    if re.search(
        r"\b(?:expected|usual|normal|baseline) (?:cost|amount|level|spend|figure|value|one)(?: \w+){0,4} $", left
    ) and not re.search(
        r"\b(?:than|from|to|over|against) (?:the |its )?(?:expected|usual|normal|baseline) \w+(?: \w+){0,4} $", left
    ):
        return True
    if match[0] in ("above", "below", "up", "down") and re.search(
        r"\b(?:the (?:chart|table)|shown|see|listed) $", left
    ):
        return True
    if (
        match[0] in ("spike", "jump", "rise", "increase", "growth", "surge", "excess", "extra", "overspend")
        and (known.excess or 0) < 0
    ):
        return False
    return bool(
        re.search(r"(?:cheaper|dearer|pricier|more expensive)$", match[0])
        and re.match(r" (?:model|one|version)", right)
    )


_NO_PART = re.compile(
    r"\b(?:did|does|do|has|have|had|is|was|were|are) (?:not|never|hardly|in no way) (?:\w+ )?(?:contribut\w*|matter\w*|count\w*|weigh\w*|play\w*|figure\w*|add|added|raise[ds]?|push\w*|drive|driven|affect\w*|influence\w*|explain\w*|involved|responsible|behind|a driver|a factor|among)\b|\b(?:contribut\w+|added|adds|explains?|counted) nothing\b|\bneither (?:raised|added|pushed)\b"
)
_ALL_BUT = re.compile(
    r"\b(?:all|every|each|everything|drivers?|others?)(?: [a-z]+)? (?:but|except|except for|apart from|other than|besides|save|excluding|bar) (?:the )?$"
)
_IN_PART = re.compile(
    r"Q\d|\b(?:alone|only|just|by itself|on its own|itself|all|everything|whole|entire\w*|fully|most|much|more|less|little|far|same|equal\w*|as|than|shown|whether|down|the (?:most|main|largest|biggest))\b"
)


_DAMPENED = re.compile(
    r"\b(?:soften|temper|cushion|curb|mitigat|counteract|counter|offset|dampen|blunt|moderat)(?:s|es|ed)?\b(?= (?:the|this|that|its|some|part|Q\d|it\b))|\b(?:work|pull|push|act|go|went|ran)(?:s|es|ed)? (?:in )?(?:the (?:other|opposite) (?:way|direction)|against (?:the|it))\b"
)


def _transitive(text: str, whole: str, known: Known, spans: list[tuple[int, int, str]]) -> list[str]:
    faults: list[str] = []
    if (denied := _NO_PART.search(text)) and not _IN_PART.search(text):
        told = [c for _, end, c in spans if end <= denied.start()][-1:]
        size = abs(known.by_driver.get(told[0], 0.0)) if told else 0.0
        if size > 0.02 * abs(known.excess or 0.0) and (sign_of(told[0], known, driver=True) or 0.0) > 0:
            faults.append(f"{denied[0]}: {told[0]} did just that")
    for match in _DAMPENED.finditer(whole):
        told = [c for _, end, c in spans if end <= match.start()][-1:]
        part = known.by_driver.get(told[0], 0.0) if told else 0.0
        if part * (known.excess or 0.0) > 0 and not negated(whole, match.start()):
            faults.append(f"{match[0]}: {told[0]} did the opposite")
    for pattern, up in ((_TRANSITIVE_UP, True), (_TRANSITIVE_DOWN, False)):
        for match in pattern.finditer(text):
            subject = [s for s in spans if s[1] <= match.start()]
            between = text[subject[-1][1] : match.start()] if subject else ""
            between = re.sub(r"\bthe (?:other|opposite) (?:way|direction)\b", " ", between)
            between = re.sub(r"\b(?:ones?|those|drivers?|things?|factors?) (?:that|which)\b", " ", between)
            if text[match.end() :].startswith(" by "):
                continue
            if re.search(r"\b(?:others?|the rest|remaining|everything else|they|it|that)\b", between):
                continue
            if not subject:
                continue
            told = [subject[-1][2]]
            if len(subject) > 1 and text[subject[-2][1] : subject[-1][0]] == " and ":
                told.append(subject[-2][2])
            money = re.match(r" (?:\w+ )?Q\d+ (?:off|onto|on to|away|from|up)\b", text[match.end() :])
            if match[0] == "took" and not money and told[-1] in ("requests_per_run", "max_run", "volume"):
                continue
            excepted = bool(_ALL_BUT.search(text[: subject[-1][0]]))
            for concept in told if not negated(text, match.start()) else ():
                sign = sign_of(concept, known, driver=True)
                if sign is not None and (sign > 0) != (up != excepted) and concept not in ("budget", "forecast"):
                    faults.append(f"{match[0]}: {concept} did the opposite")
    return faults
