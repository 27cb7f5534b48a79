"""What is told of the drivers: which things are drivers, which way they all pushed, and how they compare, one with another,
two together, in order of size or as equals."""

from __future__ import annotations

import itertools
import re

from explainer.checker.concepts import concepts_in
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

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
    r"^(?: (?:also|too|now|then|again|likewise|each))*(?: (?:first|foremost|most of all|above all)(?= ?[.,;:]|$)| (?:adds?|added|adding|contribut\w+|push\w*|raised|raises|lifted|drove|drives?|weigh(?:s|ed)?(?: in)?|leads?|led|comes? first|dominates?|tops?|accounts? for|makes? up|played?|plays|counts?|counted) |(?: ,)? (?:is|was|are|were) (?:also |too )?(?:an?|one of|among|another)(?: of)?(?: the)? (?:\w+ )?(?:drivers?|factors?|contributors?)\b)"
)

_A_DRIVER = re.compile(
    r"\b(?:drivers?|factors?|contributors?|part|some|rest|remainder)(?: of (?:the excess|the rise|the difference|it|this))? (?:is|are|was|were|comes? from|came from|:) (?:also )?(?:the )?$"
)

_CAN_DRIVE = ("volume", "requests", "requests_per_run", "input", "output", "cache", "model_mix", "price", "error")


def driver_faults(text: str, known: Known) -> list[str]:
    """`Every driver raised the cost`, `not all drivers pushed it up`: by the drivers' signs; and none that is no driver."""
    if not known.drivers:
        return []
    if strange := _strange_driver(text, known):
        return strange
    largest = _largest(known)
    for minor in _MINOR.finditer(text):
        near = min(
            ((min(abs(s - minor.end()), abs(minor.start() - e)), c) for s, e, c in concepts_in(text)), default=None
        )
        if near and not negated(text, minor.start()) and near[1] == largest and _weighs(largest, known):
            return [f"{minor[0]}: nothing weighs more than {largest}"]
    if (top := _NONE_OVER.search(text)) and largest not in [c for _, _, c in concepts_in(text[top.end() :])]:
        return [f"{top[0]}: the drivers do not say so"]
    if (over := _ONE_OVER.search(text)) and largest in [c for _, _, c in concepts_in(text[over.end() :])[:1]]:
        return [f"{over[0]}: the drivers do not say so"]
    told, drivers = _DRIVERS_ALL.search(text), list(known.drivers.values())
    if told is None:
        return []
    down = told["what"] in ("lowered", "reduced", "took", "cut", "fell") or re.search(
        r"\b(?:down|off|lower|other way|opposite|against)\b", told["rest"]
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


_MINOR = re.compile(
    r"\b(?:hardly|barely|scarcely) (?:matter|count|weigh|contribute|add|figure)s?\b|\b(?:an? |only an? |just an? )?(?:minor|small|secondary|marginal|negligible|lesser|subordinate|trivial|slight|side) (?:reason|factor|driver|role|contribut\w+|cause|influence|effect)\b|"
    r"\b(?:(?:very |only )?little|hardly any|hardly anything|barely any|almost none|next to none|not much|an? (?:minor|small|tiny|slight) (?:part|share|piece|fraction|bit)) of (?:the |this |that )?(?:\w+ )?(?:excess|rise|increase|difference|jump|growth|overspend|fall|drop|it)\b"
)


def _weighs(driver: str, known: Known) -> bool:
    """True where a driver makes up a fifth of the difference or more."""
    return abs(known.by_driver[driver]) >= 0.2 * abs(known.excess or 0.0)


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


FIGURE = r"(?: (?:\(|,|with|at) (?:[a-z]+ ){0,2}Q\d+(?: \)| ,)?)?"

AND = re.compile(rf"{FIGURE} ?(?:and|, and|,|plus|&|together with|along with|as well as) (?:the )?")

_TOGETHER = re.compile(r"\b(?:together|combined|jointly|in sum|summed|added up|in total)\b")

Phrase = tuple[int, int, str]


_NUMBERED = re.compile(r"(?:^|[,;:] |Q\d+ )(?:# ?)?Q\d+ \) (?:the )?$")
"""`1) volume, 2) input`: numbers tell an order."""


def versus(text: str, drivers: dict[str, float]) -> list[str]:
    """`requests per run more than volume`: the first has to weigh more."""
    found = concepts_in(text)
    sizes = [abs(drivers[c]) for _, _, c in found if c in drivers]
    if re.search(
        r"\b(?:descending|decreasing) order|\bfrom (?:the )?(?:largest|biggest) to|\bin order of (?:size|weight)|\border of|\bin (?:that|this) order\b|\bby size\b|\bin size\b|\b(?:ranked|ordered|sorted|listed) by (?:size|weight|amount)",
        text,
    ) and sizes != sorted(sizes, reverse=True):
        return ["the drivers are told in the wrong order"]
    if re.search(r"\bascending order|\bfrom (?:the )?(?:smallest|least) to", text) and sizes != sorted(sizes):
        return ["the drivers are told in the wrong order"]
    listed = [abs(drivers[c]) for start, _, c in found if c in drivers and _NUMBERED.search(text[:start])]
    if len(listed) > 1 and listed != sorted(listed, reverse=True):
        return ["the drivers are told in the wrong order"]
    for first, second in itertools.pairwise(found):
        between = text[first[1] : second[0]]
        still = _WEIGHS_MORE.match(text[second[1] :]) if _ANOTHER_CLAUSE.search(between) else None
        if still and {first[2], second[2]} <= drivers.keys():
            if (abs(drivers[second[2]]) > abs(drivers[first[2]])) != (still["how"] == "more"):
                return [f"{first[2]} and {second[2]} are in the wrong order"]
            continue
        more = re.search(
            r"\b(?:more|larger|bigger|ahead|rather) (?:than|of)\b|\b(?:more|larger|bigger|greater) (?:to|for|in|towards|of) (?:(?:the|its|this) )?[a-z]+ than\b|\b(?:leads?|beats|outranks)\b(?! (?:to|by)\b)|\boutweigh\w*|\bexceed\w*|\bdwarf\w*|\btop(?:s|ped)\b|\bthen\b|\bfollowed by\b|\bbefore\b|\bahead of\b",
            between,
        )
        less = re.search(
            r"\b(?:less|smaller|behind|trails?|lags?|(?:outweighed|exceeded|dwarfed|topped|beaten) by)\b", between
        )
        more = None if less and less[0].endswith("ed by") else more
        if (
            not (more or less)
            or first[2] not in drivers
            or second[2] not in drivers
            or ("Q" in between and not re.search(r"than|ahead|followed|then|by", between))
        ):
            continue
        sides = [[abs(drivers[c]) for c in side if c in drivers] for side in _sides(text, found, first, second)]
        if _TOGETHER.search(text):
            left, right = (sum(side) for side in sides)
        else:
            left, right = (min(sides[0]), max(sides[1])) if more else (max(sides[0]), min(sides[1]))
        if (left > right) != bool(more):
            return [f"{first[2]} and {second[2]} are in the wrong order"]
    return []


_ANOTHER_CLAUSE = re.compile(r"(?:,|;|\b(?:and|but|while|whereas|though|yet)) (?:and |but |yet )?(?:the )?$")
_WEIGHS_MORE = re.compile(
    r"^ (?:weighs?|counts?|adds?|contributes?|matters?|explains?|accounts? for|makes? up|does)(?: even| still| far| much| clearly)? (?P<how>more|less)\b(?! than)(?= ?[.,;]|$)"
)


def _sides(text: str, found: list[Phrase], first: Phrase, second: Phrase) -> tuple[list[str], list[str]]:
    """What stands on either side of a comparison: `input and output outweigh the cache`."""
    left, right = [first], [second]
    for one in reversed(found[: found.index(first)]):
        if not AND.fullmatch(text[one[1] : left[0][0]]):
            break
        left.insert(0, one)
    for one in found[found.index(second) + 1 :]:
        if not AND.fullmatch(text[right[-1][1] : one[0]]):
            break
        right.append(one)
    return [s[2] for s in left], [s[2] for s in right]


_EQUAL = re.compile(
    r"\b(?:the same|equal(?:ly)?|equals?|evenly|alike|level with|on a par|neck and neck|tied?|in equal (?:parts|measure|shares)|to the same (?:extent|degree)|as (?:large|big|heavy|much|important|strong) as|half each|no difference between|hardly differ|indistinguishable|matche[sd]|identical)\b|^[a-z ]+ = [a-z ]+$"
)

_NEAR = 0.12
"""How far apart, relative to the larger, two drivers may be that are told as equal."""


def equal(text: str, drivers: dict[str, float]) -> list[str]:
    """`Input and price weigh about the same`: the two have to be close."""
    told = _EQUAL.search(text)
    sizes = list(dict.fromkeys(c for _, _, c in concepts_in(text) if c in drivers))
    if told is None or len(sizes) != 2 or "Q" in text or negated(text, told.start()):
        return []
    first, second = (abs(drivers[c]) for c in sizes)
    return [] if abs(first - second) <= _NEAR * max(first, second) else [f"{told[0]}: the drivers' sizes do not say so"]
