"""How does it stand among all teams, features and times, and did it happen before? A rank among all others, a record and a
repetition need a fact that speaks of the others."""

from __future__ import annotations

import re
from dataclasses import replace

from explainer.checker.concepts import concepts_in
from explainer.checker.families import OCCURS, PEAK
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_RECORD = re.compile(
    r"\b(?:ever(?! since)|(?<!normal )(?<!usual )(?<!baseline )(?<!level )(?<!down )(?<!high )(?<!much )(?<!large )(?<!half )(?<!back )(?<!dear )again|once more|recurr\w+|(?:second|third|fourth) time|(?<!for the )record|unprecedented|all-time|highest(?! (?:amount|share|part|of the (?:Q\d+|drivers)|driver)\b)|worst|never before|(?<!T\d )on record|historic\w*|first time|lowest|since records|busiest|(?:(?!rest\b)\w+est|most|top|worst)\b[^,;.]{0,30}\bof the (?:year|month|quarter|week)|(?:first|second|third|fourth|fifth) (?:incident|spike|such|case|occurrence|anomaly|episode)|of this kind)\b"
)

_REPEATED = re.compile(
    r"\b(?:happened|occurred|been seen) (?:like this )?(?:before|twice)\b(?! (?:the|it|this))|\bthe (?:very )?same (?:thing )?(?:had |has )?(?:already |also )?(?:happen\w*|occur\w*|took place|came up|been seen|was seen)\b"
)
_FIRST = re.compile(
    r"(?:^|[,;:.] |\b(?:the|its|a) )(?:very )?(?:first|only|second|third|fourth|fifth) (?:such )?(?:incident|anomaly|episode|case|occurrence|one|time)\b(?! (?:that|in which|where))|\bfor the (?:first|second|third|fourth|fifth) time\b|"
    rf"\b{OCCURS} (?:only |just )?once\b|\bno (?:earlier|previous|prior|other|such|similar) (?:such )?(?:incidents?|anomal\w+|episodes?)\b|\b(?:never|not) (?:been seen |happened |occurred |come up )?before\b(?! (?:the|it))"
)
"""How many there were before, told by a place in their row or by denial."""
_LEAST_RUN = re.compile(
    r"\bno (?:other |single )*run (?:\w+ )?(?:fewer|less|as few)\b|\b(?:shortest|smallest|quietest|leanest|cheapest) (?:single )?run\b|\b(?:every|each|all|any) (?:other )?runs? (?:\w+ )?(?:at least|more|no fewer|no less)\b|\bno run (?:\w+ )?without\b"
)
_EARLIER_ONES = re.compile(r"\b(?:previous|earlier|last|prior) incident|incidents? before")
_ANOTHER = re.compile(r"\b(?:second|third|fourth|fifth|last) (?:such )?(?:incident|anomaly|time)\b")

_SUPERLATIVE = (
    r"(?:most|least) (?:expensive|costly|wasteful|thirsty)|costliest|dearest|priciest|cheapest|thirstiest|hungriest|"
    r"(?:biggest|largest|top|heaviest|highest|leading|number-one|worst) (?:spend\w*|consumers?|cost cent(?:er|re)s?|offenders?|bills?|budgets?)"
)

_KINDS = r"(?:features?|teams?|products?|services?|departments?|groups?|compan(?:y|ies)|apps?|applications?|projects?|business units?)"

_AMONG_ALL = re.compile(
    rf"\b(?:{_SUPERLATIVE})\b|\b(?:largest|biggest|most|highest|heaviest|worst|first|last) [^,;:]{{0,24}}\b(?:of|among|in) (?:all|our|the company|the organi[sz]ation|the house)\b|"
    rf"\b(?:any|every|all|all the|no|none of the|among (?:the|our|all))(?: other| others)?(?: \w+)?(?<!\bowning) {_KINDS}\b(?! tags?\b)(?=.*\b(?:spen[dt]\w*|costs?|pay\w*|paid|use\w*|expensive|much|more|less)\b)|"
    rf"\bthan (?:any|every|all|most)(?: of the)?(?: other| others)? {_KINDS}\b|\bamong (?:the|our) (?:\w+ ){{0,2}}{_KINDS}\b|\btop Q\d+ (?:\w+ )?{_KINDS}\b|"
    r"\b(?:nobody|no one|nothing)(?: else)? (?:spends?|spent|pays?|paid|costs?|uses?|used|consumes?|burns?) (?!more than expected)|\bthan (?:anyone|anybody|anything|everyone|everybody) else\b|"
    r"\b(?:largest|biggest|highest|steepest|sharpest|heaviest) (?:day|week|month|hour|bill|jump|overspend|incident|increase|rise)\b (?:so far|yet|to date|in|of|since|this|we|that)\b"
)


def record_faults(sentence: Sentence, known: Known) -> list[str]:
    """Records, repetitions and ranks among all others that no fact gives."""
    text = sentence.text
    if known.by_name.get("peak_hour"):
        text = PEAK.sub("", text)
    if known.by_name.get("previous_incident_at"):
        text = re.sub(r"\bnot the first incident\b", "", text)
    if known.by_name.get("max_requests_in_a_run"):
        text = re.sub(r"\b(?:busiest|longest|largest|biggest|heaviest|worst) (?:single )?run\b", "", text)
    if (told := _RECORD.search(text)) and not _RECORD.search(known.texts):
        return [f"{told[0]}: no fact compares with all others"]
    if (count := known.number("earlier_incidents")) is not None and (first := _FIRST.search(text)):
        before = {"first": 0, "only": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "once": 1}
        said = next((n for word, n in before.items() if word in first[0].split()), 0)
        return [] if said == count else [f"{first[0]}: a fact counts earlier ones"]
    if (least := _LEAST_RUN.search(text)) and "max_requests_in_a_run" in known.by_name:
        return [f"{least[0]}: the fact is of the longest run"]
    if (told := _REPEATED.search(text)) and not _EARLIER_ONES.search(known.texts):
        return [f"{told[0]}: no fact speaks of earlier ones"]
    if (told := _ANOTHER.search(text)) and "first incident" in known.texts:
        return [f"{told[0]}: it is the first one"]
    return _among_all(replace(sentence, text=text), known)


def _among_all(sentence: Sentence, known: Known) -> list[str]:
    """Ranks among all teams, features and times, but for those of the drivers and parts that the facts have."""
    told = _AMONG_ALL.search(re.sub(r"\bmost of all\b(?= (?:\w+ )?(?:\" )?N\d)", "", sentence.text))
    if told is None or any(w[:6] in known.texts for w in told[0].split() if len(w) > 4 and w not in _COMMON):
        return []
    parts = {name.split(":", 1)[1].lower() for name in known.parts} & set(sentence.names)
    drivers = {c for _, _, c in concepts_in(sentence.text)} & {c for _, _, c in concepts_in(_driver_words(known))}
    return [] if parts or drivers else [f"{told[0].strip()}: no fact compares with all others"]


_COMMON = frozenset(
    ["expensive", "feature", "features", "spend", "spends", "spent", "costs", "largest", "among", "other"]
)


def _driver_words(known: Known) -> str:
    return " ".join(f.text.lower() for f in known.facts if f.name.startswith("driver_"))
