"""Matters of which the facts of a cost know nothing: what it does to the business, how bad it is, who noticed, how users
fare, and how it stands among all others. Such a word is backed only where a fact's sentence has it too."""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_BUSINESS = (
    r"margins?|profits?|profitab\w+|earnings|runway|reserves?|contingenc\w+|cash|liquidity|investors?|shareholders?|(?<!across the )board|"
    r"headcount|hiring|layoffs?|bottom line(?! :)|top line|fund(?:s|ing)?|savings account|set aside|write-?offs?|insurance|"
    r"lawsuits?|legal|contract(?:s|ual)?|sla|slas|reputation|churn|business case|viab\w+|(?:quarter|year|team|company) ?'s targets?|"
    r"(?:another|other|the next) (?:project|launch)s?|overtime|weekend work"
)
_ALARM = (
    r"emergenc\w+|cris[ei]s|critical\w*|severe\w*|severity|serious\w*|grave|alarm(?:s|ed|ing|ingly)?|catastroph\w+|disast\w+|dire|"
    r"dangerous\w*|panic\w*|worr(?:y|ied|ies|ying|isome)|(?:is|are|was|looks?|very|deeply|quite) concerning|(?<!as )concerns?(?= ?[.,;]|$)|scary|shock(?:ing|ed)?|outrageous\w*|scandal\w*|"
    r"out of (?:control|hand)|harmless|(?<!not )trivial|lose sleep|sleep over|fear\w*|afraid|nightmare|blunder\w*|fiasco|painful\w*|unacceptable|"
    r"(?:is|was|looks?|seems?) (?:\w+ )?(?:dramatic|tragic|dreadful|terrible|awful|acceptable|tolerable|bearable|manageable|fine)"
)
_NOTICED = (
    r"notic(?:ed|es|ing)|unnoticed|spott(?:ed|ing)|spots|discover\w*|detect(?:s|ing|ion|ors?)?|detected(?! (?:on|in|for|at) N\d)|undetected|caught|flagg(?:ed|ing)|paged|pager|(?<!cost )(?<!spend )(?<!spending )(?<!budget )(?<!this )alert\w*(?! [:—–])|"
    r"monitor(?:s|ed|ing)?|found out|find out|came to light|eye on|watch(?:ed|es|ing)?|picked (?:it|this|that) up|picked up on|alarm bells|learn(?:ed|t) (?:of|about)"
)
_SERVED = (
    r"customers?|users?|clients?|subscribers?|visitors?|competitors?|regulators?|auditors?|"
    r"(?:got|gets?|getting|became|becomes?|were|was|is|are|ran|felt|feels?) (?:\w+ )?(?:slow|slower|sluggish|unavailable|unreliable|unresponsive)|"
    r"slow(?:ed|s|ing)? (?:things|everything|the service|answers|responses)|response times?|wait(?:ed|ing)? (?:longer|times?)|downtime|degrad\w+"
)
_BROKE = r"expir(?:ed|es|y)|flushed|purged|invalidat\w+|evicted|emptied|reset|restart\w*|reboot\w*|redeploy\w*|corrupt\w*|overload\w*|saturat\w*|stuck|hung|backlog|duplicat\w*|misrout\w*|quotas?|out of memory"
_FAILED = r"fail(?:s|ed|ing|ures?)?(?! to\b)|errors?|crash\w*|timeouts?"
_FOREIGN = re.compile(
    rf"\b(?:{_BUSINESS}|{_ALARM}|{_BROKE}|(?P<noticed>{_NOTICED})|(?P<failed>{_FAILED})|{_SERVED})\b(?! N\d)"
)
_TOLD_FAILED = re.compile(r"\bfail|\berror|\boutage")
_TOLD_NOTICED = re.compile(rf"\b(?:{_NOTICED})")

_SUPERLATIVE = (
    r"(?:most|least) (?:expensive|costly|wasteful|thirsty)|costliest|dearest|priciest|cheapest|thirstiest|hungriest|"
    r"(?:biggest|largest|top|heaviest|highest|leading|number-one|worst) (?:spend\w*|consumers?|cost cent(?:er|re)s?|offenders?|bills?|budgets?)"
)
_KINDS = r"(?:features?|teams?|products?|services?|departments?|groups?|compan(?:y|ies)|apps?|applications?|projects?|business units?)"
_AMONG_ALL = re.compile(
    rf"\b(?:{_SUPERLATIVE})\b|\b(?:largest|biggest|most|highest|heaviest|worst|first|last) [^,;:]{{0,24}}\b(?:of|among|in) (?:all|our|the company|the organi[sz]ation|the house)\b|"
    rf"\b(?:any|every|all|all the|no|none of the|among (?:the|our|all))(?: other| others)?(?: \w+)?(?<!\bowning) {_KINDS}\b(?=.*\b(?:spen[dt]\w*|costs?|pay\w*|paid|use\w*|expensive|much|more|less)\b)|"
    rf"\bthan (?:any|every|all|most)(?: of the)?(?: other| others)? {_KINDS}\b|\bamong (?:the|our) (?:\w+ ){{0,2}}{_KINDS}\b|\btop Q\d+ (?:\w+ )?{_KINDS}\b|"
    r"\b(?:nobody|no one|nothing)(?: else)? (?:spends?|spent|pays?|paid|costs?|uses?|used|consumes?|burns?) (?!more than expected)|\bthan (?:anyone|anybody|anything|everyone|everybody) else\b|"
    r"\b(?:largest|biggest|highest|steepest|sharpest|heaviest) (?:day|week|month|hour|bill|jump|overspend|incident|increase|rise)\b (?:so far|yet|to date|in|of|since|this|we|that)\b"
)


def foreign_faults(sentence: Sentence, known: Known) -> list[str]:
    """Words of matters that no fact speaks of, and ranks among all teams, features and times that no fact gives."""
    text, spoken = sentence.text, f"{known.texts} {' '.join(known.by_name).replace('_', ' ')}"
    for match in _FOREIGN.finditer(text):
        told = (match["noticed"] and _TOLD_NOTICED.search(spoken)) or (match["failed"] and _TOLD_FAILED.search(spoken))
        if not told and match[0].split()[-1][:5].removesuffix("s") not in spoken:
            return [f"{match[0]}: no fact speaks of it"]
    told = _AMONG_ALL.search(text)
    if told is None or any(w[:6] in known.texts for w in told[0].split() if len(w) > 4 and w not in _COMMON):
        return []
    parts = {name.split(":", 1)[1].lower() for name in known.parts} & set(sentence.names)
    drivers = {c for _, _, c in concepts_in(text)} & {c for _, _, c in concepts_in(_driver_words(known))}
    return [] if parts or drivers else [f"{told[0].strip()}: no fact compares with all others"]


_COMMON = frozenset(
    ["expensive", "feature", "features", "spend", "spends", "spent", "costs", "largest", "among", "other"]
)


def _driver_words(known: Known) -> str:
    return " ".join(f.text.lower() for f in known.facts if f.name.startswith("driver_"))
