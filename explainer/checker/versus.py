"""Do the drivers compare as they are told to: one more than another, two together, in order of size, as equals?"""

from __future__ import annotations

import itertools
import re

from explainer.checker.concepts import concepts_in
from explainer.checker.negation import negated

FIGURE = r"(?: (?:\(|,|with|at) (?:[a-z]+ ){0,2}Q\d+(?: \)| ,)?)?"
AND = re.compile(rf"{FIGURE} ?(?:and|, and|,|plus|&|together with|along with|as well as) (?:the )?")


_TOGETHER = re.compile(r"\b(?:together|combined|jointly|in sum|summed|added up|in total)\b")
Phrase = tuple[int, int, str]


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
    for first, second in itertools.pairwise(found):
        between = text[first[1] : second[0]]
        more = re.search(
            r"\b(?:more|larger|bigger|ahead|rather) (?:than|of)\b|\boutweigh\w*|\bexceed\w*|\bdwarf\w*|\btop(?:s|ped)\b|\bthen\b|\bfollowed by\b|\bbefore\b|\bahead of\b",
            between,
        )
        less = re.search(r"\b(?:less|smaller|behind)\b", between)
        if (
            not (more or less)
            or first[2] not in drivers
            or second[2] not in drivers
            or ("Q" in between and not re.search(r"than|ahead|followed|then", between))
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


_EQUAL = re.compile(
    r"\b(?:the same|equal(?:ly)?|equals?|evenly|alike|level with|on a par|neck and neck|tied?|in equal (?:parts|measure|shares)|to the same (?:extent|degree)|as (?:large|big|heavy|much|important|strong) as|half each|no difference between|hardly differ|indistinguishable|matche[sd]|identical)\b"
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
