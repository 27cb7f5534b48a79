"""Which weighs more? Ranks of drivers, of parts and of growth."""

from __future__ import annotations

import itertools
import re

from explainer.checker.concepts import COST, concepts_in
from explainer.checker.drivers import AND, FIGURE, equal, versus
from explainer.checker.families import KIND
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_TOP = re.compile(
    r"\b(?:largest|biggest|main|chief|leading|(?<!on )top|most|mostly|mainly|chiefly|primarily|above all|foremost|greatest|strongest|key|principal|dominant|dominates?|more than any other(?: driver)?|first place|ranks first|comes first|heaviest|first|(?:led|headed|topped) by|(?:leads?|heads?|(?<!on )tops?)(?= (?:with|at|the (?:list|field|ranking|table|way|pack|chart|drivers)|in|here|,|\.))|in the lead|out in front|number one|(?:bigger|larger|greater|heavier|stronger) (?:of the|one|part|share|driver))\b"
)
_WEIGH = r"(?:weighs?|counts?|matters?|accounts? for|adds?|contributes?|is|explains?)(?: \w+)?"
_NO_DRIVER = rf"\bno (?:other )?(?:single )?driver {_WEIGH} ?"
_ANOTHER = r"\b(?:another|some other|one other|a different|at least one|at least one other) driver"
_NO_MORE = re.compile(
    rf"{_NO_DRIVER}(?:more|larger|bigger|as much|heavier)\b|\bnothing (?:else )?(?:weighs|counts|adds) more\b"
)
_NO_LESS = re.compile(rf"{_NO_DRIVER}(?:less|smaller|lighter)\b|\bnothing (?:else )?(?:weighs|counts|adds) less\b")
_NOT_TOP = re.compile(
    rf"{_ANOTHER} (?:{_WEIGH} (?:more|larger|bigger)\b|(?:outweighs|tops|beats|exceeds|dwarfs|is ahead of)\b)|\bthough not the most\b"
)
_SECOND = re.compile(
    r"\b(?:comes?|came|ranks?|is|in|takes?|the) (?:the )?(?:second|next)\b|\bsecond[- ](?:largest|biggest|place)\b|\brunner-up\b|\bnext (?:largest|biggest|is|comes?)\b"
)
_LAST = re.compile(
    r"\b(?:smallest|least(?! Q)|(?:comes?|came|ranks?|is|placed?) last|last(?= ?[.;,)]|$)|last place|(?:smaller|lesser) (?:of the|one))\b"
)

_THAN_ALL = re.compile(
    r"\b(?P<how>more|bigger|larger|greater|smaller|less|outweighs|exceeds|tops|dwarfs)(?: \w+){0,3}? (?:the|all)(?: of)?(?: the)? (?:others?|rest|remaining)(?: (?:Q\d+|drivers?|ones?))*[^,;]*? (?:combined|together|put together|taken together|in sum)\b"
)


def rank_faults(text: str, known: Known) -> list[str]:
    """Drivers that are told as the first, the second or the last, and are not."""
    plain = text
    text = re.sub(
        r"\bfrom (?:the )?(?:largest|biggest|smallest)\b|\bto the (?:smallest|largest)\b|\bmost (?:likely|probably|of(?! all\b))\b|\bat (?:most|least)\b|\bfirst (?:used|seen|use)\b|\bsecond-(?:largest|biggest)\b",
        lambda m: "the second" if "second" in m[0] else "",
        text,
    )
    drivers = known.by_driver
    spans = [s for s in concepts_in(text) if s[2] in drivers]
    faults: list[str] = []
    if not spans or not drivers:
        return faults
    total = known.excess or 0.0
    order = sorted(drivers, key=lambda c: -drivers[c] * (1 if total >= 0 else -1))
    for pattern, place in ((_SECOND, 1), (_NO_MORE, 0), (_TOP, 0), (_LAST, -1), (_NO_LESS, -1)):
        for match in pattern.finditer(text):
            if contrast := re.search(r"\bnot (?:the )?([\w ]{3,40}?) but (?:rather )?", text[match.start() :]):
                spans = [s for s in spans if s[0] >= match.start() + contrast.end()] or spans
            if re.search(r"\bQ\d+ $", text[: match.start()]):
                if {s[2] for s in spans} != set(order[: len({s[2] for s in spans})]):
                    faults.append(f"{match[0]}: these are not the largest")
                continue
            if place == 0 and pattern is _TOP and _SECOND.search(text):
                continue
            beside = [
                s for s in spans if not re.search(r"\b(?:after|behind|next to|following|than) (?:the )?$", text[: s[0]])
            ]
            if pattern in (_TOP, _LAST) and len(joint := _joint(text, spans, match.start())) > 1:
                if set(joint) != set(order[: len(joint)] if place == 0 else order[-len(joint) :]):
                    faults.append(f"{match[0]}: these do not rank so")
                continue
            here = [
                s for s in beside if not re.search(r"[,;:]", text[min(s[1], match.end()) : max(s[0], match.start())])
            ]
            told = _apposed(text, match, spans) or _nearest(here or beside or spans, match.start())
            said = negated(text, match.start()) and pattern in (_TOP, _LAST) and not contrast
            if len(order) <= max(place, 0) or (order[place] != told) != said:
                faults.append(f"{match[0]}: {told} does not rank so")
    if (not_top := _NOT_TOP.search(text)) and order[0] == _nearest(spans, not_top.start()):
        faults.append(f"{not_top[0]}: no other driver does")
    if (sole := _THAN_ALL.search(text)) and (before := [s[2] for s in spans if s[1] <= sole.start()]):
        others = sum(abs(v) for c, v in drivers.items() if c != before[-1])
        if (abs(drivers[before[-1]]) > others) != (sole["how"] not in ("smaller", "less")):
            faults.append(f"{sole[0]}: the drivers' sizes do not say so")
    return faults + versus(plain, drivers) + equal(plain, drivers)


_APPOSED = re.compile(
    r"^(?: (?:driver|factor|contributor|part|one|in (?:line|place|rank|size)))* (?:[,:(]|is|was) (?:the )?$"
)


def _apposed(text: str, match: re.Match[str], spans: list[tuple[int, int, str]]) -> str | None:
    """What a rank is told of right after it: `ahead of the next driver, model mix`."""
    if re.match(
        r"(?:is|in|comes?|came|ranks?|takes?|placed?|leads?|led|dominates?|mostly|mainly|chiefly|primarily)\b", match[0]
    ) or re.search(
        r"\b(?:is|was|are|were|comes?|came|ranks?|as|weigh\w*|contribut\w*|add\w*|count\w*|matter\w*|explain\w*)(?: by far| clearly)?(?: the)?$",
        text[: match.start()].rstrip(),
    ):
        return None
    return next(
        (c for start, _, c in spans if start > match.start() and _APPOSED.match(text[match.end() : start])), None
    )


_ALIKE = re.compile(
    rf"\b(?:both|all|Q\d+)(?: of)?(?: the)?(?: Q\d+)? (?:{KIND})s\b[^;:.]*\b(?:the same|equal|identical|similar|an? even|the very same)\b"
)
_LEAST = (
    r"\b(?:smallest|least|lowest|fewest)\b[^,;:]* (?:is|was|:|,|from|by) (?:\" )?N{i}\b|\bN{i} (?:\" )?(?:is|was|ha[sd]|sen[dt]s?|ma[kd]es?|shows?) (?:by far )?the (?:smallest|least|lowest|fewest)\b"
    rf"|\b(?:many|some|several|other|others|most|a few|one|another|Q\d+) (?:other )?(?:{KIND})s? [^,;:Q]*?\bmore\b[^,;:Q]* than (?:\" )?N{{i}}\b"
)


LEADER = (
    rf"\bno (?:other |single )?(?:{KIND}) [^,;:Q]*?\b(?:more|bigger|larger|higher|heavier|as many|as much)\b[^,;:Q]* (?:than|as) (?:the )?(?:(?:{KIND}) )?(?:\" )?N{{i}}\b"
    r"|\bmost of all (?:from |by |in |on |of |for |to |at )?(?:the )?(?:\" )?N{i}\b"
)
"""A name that is told to come first: `no customer sent more requests than N0`, `most of all N0`."""


def _tops(known: Known) -> set[str]:
    """The names that a fact tells as the first of their kind."""
    return {str(f.value).lower() for f in known.facts if f.name.startswith(("top_", "largest_")) and f.kind == "name"}


def leads(name: str, known: Known) -> bool:
    """True for the first of its kind, by a fact or by the sizes of the parts."""
    family = next((n.partition(":")[0] for n in known.parts if n.partition(":")[2].lower() == name), None)
    sizes = {n.partition(":")[2].lower(): abs(v) for n, v in known.parts.items() if n.partition(":")[0] == family}
    return name in _tops(known) or (bool(sizes) and max(sizes, key=lambda n: sizes[n]) == name)


def part_rank_faults(sentence: Sentence, known: Known) -> list[str]:
    """`gpt-5 more than gpt-5-mini`, `index was hit harder`: named parts of the difference rank as their facts do."""
    sizes = {n.split(":", 1)[1].lower(): abs(v) for n, v in known.parts.items()}
    told = [(i, name) for i, name in enumerate(sentence.names) if name in sizes]
    order = sorted(sizes, key=lambda n: -sizes[n])
    for i, name in told:
        if place := re.match(rf".*\bN{i} (?:comes?|came|ranks?|is) (first|second|third|last)\b", sentence.text):
            at = {"first": 0, "second": 1, "third": 2, "last": len(order) - 1}[place[1]]
            if len(order) <= at or order[at] != name:
                return [f"{name} does not come {place[1]}"]
    for i, name in enumerate(sentence.names):
        if (led := re.search(LEADER.format(i=i), sentence.text)) and not leads(name, known):
            return [f"{led[0]}: {name} does not rank so"]
        if name in _tops(known) and (least := re.search(_LEAST.format(i=i), sentence.text)):
            return [f"{least[0]}: {name} is the largest"]
    alike = _ALIKE.search(sentence.text)
    if alike and len(sizes) > 1 and min(sizes.values()) < 0.88 * max(sizes.values()):
        return [f"{alike[0]}: their facts do not say so"]
    for i, name in told if len(told) == 1 else ():
        if best := re.search(
            rf"\b(?P<how>largest|biggest|greatest|highest|smallest|lowest|least) (?:part|share|piece|portion|slice|chunk|excess|contributor|amount)\b[^,;:Q]*\b(?:in|on|to|from|is|was|by|with|at|:) (?:region |model |workflow |the )?N{i}\b|"
            rf"\bN{i} (?:has|had|shows?|showed|carr\w+|takes?|took|is|was|makes? up|with|for|holds?) (?:by far )?the (?P<what>largest|biggest|greatest|highest|smallest|lowest|least|most)\b(?! (?:change|jump))",
            sentence.text,
        ):
            at = -1 if (best["how"] or best["what"]) in ("smallest", "lowest", "least") else 0
            if order[at] != name:
                return [f"{best[0]}: {name} does not rank so"]
        harder = re.search(
            rf"\bN{i} (?:is|was|were|got)(?: hit)? (?P<how>harder|worse|more|less|larger|bigger|smaller)\b(?! than)",
            sentence.text,
        )
        if harder and len(order) == 2 and (order[0] == name) == (harder["how"] in ("less", "smaller")):
            return [f"{harder[0]}: {name} does not rank so"]
    for (first, one), (second, other) in itertools.permutations(told, 2):
        between = rf"\bN{first}\b(?: [\w']+){{0,5}} (?P<how>more|harder|worse|less|larger|bigger|greater|higher|smaller|lower)(?: \w+){{0,5}} than (?:\w+ ){{0,2}}N{second}\b|\bN{first}\b[^,;]*Q\d+[^,;]*, (?P<by>more|less) than N{second}\b|\bN{first}\b(?: [\w'\"]+){{0,3}} (?P<rank>ahead of|leads|led|outweighs?|outranks?|tops|beats|dwarfs|exceeds|behind|trails?|lags?)(?: [a-z\"]+){{0,2}} N{second}\b"
        if (match := re.search(between, sentence.text)) and (sizes[one] > sizes[other]) != (
            (match["how"] or match["by"] or match["rank"])
            not in ("less", "smaller", "lower", "behind", "trail", "trails", "lag", "lags")
        ):
            return [f"{one} and {other} are in the wrong order"]
    return []


_ROSE = r"gr[eo]w\w*|rose|ris(?:e|en|es|ing)|increas\w+|climb\w*|(?:went|gone|goes|are|is|were|was) up|growth|jump\w*|surg\w+"
_FELL = r"fell|fall\w*|drop\w*|declin\w+|decreas\w+|shr[aiu]nk\w*|(?:went|gone|goes|are|is|were|was) down"
_OUTPACES = re.compile(
    rf"\b(?:{_ROSE}|(?P<fell>{_FELL}))\b[^;:.]*?\b(?:(?P<how>faster|more (?:quickly|strongly|steeply|sharply|rapidly)|more|further|larger|bigger|steeper|stronger|higher|greater)|more slowly|slower|less(?: \w+ly)?|smaller|weaker|lower) than (?P<what>[^,;:.()]+)|"
    r"\b(?P<by>outpac\w+|outgr[eo]w\w*|outstrip\w*|outr[au]n\w*|ran ahead of)(?P<which> [^,;:.()]+)|\b(?:lag\w*|trail\w*|stay\w*) behind(?P<whom> [^,;:.()]+)"
)
_MONEY = re.compile(r"\b(?:costs?|spend|spending|bill|N\d+)\b")


def outpace_faults(text: str, known: Known) -> list[str]:
    """`Spend grew faster than runs`, `requests rose less than the cost`: the changes in percent are compared."""
    told = _OUTPACES.search(text)
    if told is None or known.excess is None or not known.base:
        return []
    after = told["what"] or told["which"] or told["whom"]
    first, second = _moved_things(text[: told.end() - len(after)]), _moved_things(after)
    if not first or not second or COST not in (first[-1], second[0]) or first[-1] == second[0]:
        return []
    own, other = (_percent_change(concept, known) for concept in (first[-1], second[0]))
    if own is not None and other is not None:
        side = -1 if told["fell"] else 1
        if (side * own > side * other) == bool(told["how"] or told["by"]):
            return []
    return [f"{told[0]}: the figures do not say so"]


def _moved_things(text: str) -> list[str]:
    """What a part of a sentence speaks of, in its order: the cost, or a thing that is measured."""
    spans = concepts_in(text)
    cost = [(m.start(), COST) for m in _MONEY.finditer(text) if not any(s <= m.start() < e for s, e, _ in spans)]
    return [concept for _, concept in sorted([*((s, c) for s, _, c in spans), *cost])]


def _percent_change(concept: str, known: Known) -> float | None:
    if concept == COST:
        return 100 * (known.excess or 0.0) / (known.base or 1.0)
    moves = (q for q in known.quantities if q.concept == concept and q.unit == "percent" and "change" in q.roles)
    return next((q.value for q in moves), None)


def _joint(text: str, spans: list[tuple[int, int, str]], at: int) -> list[str]:
    """What is told together to rank so: `input ( Q0 ) and price ( Q1 ) weigh most`."""
    told = [s for s in spans if s[1] <= at]
    if not told or not _WEIGHS.fullmatch(text[told[-1][1] : at]):
        return []
    joint = told[-1:]
    for one in reversed(told[:-1]):
        if not AND.fullmatch(text[one[1] : joint[0][0]]):
            break
        joint.insert(0, one)
    return [s[2] for s in joint]


_WEIGHS = re.compile(
    rf"{FIGURE} (?:(?:together|both|jointly|clearly|by far) )*(?:weigh|are|were|count|counted|weighed|contribute[d]?|add(?:ed)?|matter(?:ed)?|explain(?:ed)?|make|made|account(?:ed)? for|drove|drive|have|had|carry|pushed|raised)(?: up| for| the| it| by far| cost)* "
)


def _nearest(spans: list[tuple[int, int, str]], at: int) -> str:
    return min(spans, key=lambda s: min(abs(s[1] - at), abs(s[0] - at)))[2]
