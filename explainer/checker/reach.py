"""How far does it reach: all of them, one alone, others too?"""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.families import ABOUT, KIND, RISE
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_EVERY = re.compile(
    rf"\b(?:every (?:{KIND}|scope)|(?<!of )all (?:(?:the )?(?:{KIND}|request|run|call)s)|every(?: single)? (?:request|call|run) (?:now |then )?(?:goes|lands|is sent|is routed|is served|uses)|everywhere|across the board|across all|company-wide|companywide|whole company|throughout|everyone(?! (?:but|except|else)\b)|everybody|organisation-wide|no single|(?:spread|split|divided|shared) (?:\w+ )?(?:evenly|equally)|evenly (?:spread|split|divided|shared)|equally (?:spread|split|divided|shared)|in equal (?:parts|shares)|alike)\b"
)
_ONLY = re.compile(
    rf"\b(?:only|(?<!of )(?<!of its )the (?:whole|entire) (?=(?:rise|excess|increase|difference|variance|overrun|overspend|cost|amount|extra|bill|jump|spend|sum|pool(?! (?:costs?|came|comes)\b)|team|company|organi[sz]ation|drop|fall)\b)|alone|solely|exclusively|entirely|nothing (?:else|other than|but)(?! (?:is|was|has been) (?:\w+ )?(?:known|shown|said))|no other|nobody else|purely|wholly|single-handedly|all of (?:it|the \w+)(?= (?:is|was|are|comes?|came|due|from|sits?|lies|stems?|falls?)\b)|(?<=: )(?:all|the whole|everything)(?: of)?(?: the)? (?:{RISE}|difference)\b|(?:for|up|of|explains?|behind|is|holds|carries) (?:all|the whole|the entirety|every (?:bit|cent|dollar)) of (?:it|this|the (?:{RISE}|difference|extra cost))(?! but\b)|the whole of|completely|fully|(?:explains?|accounts? for|makes? up|causes?|is behind|carr(?:y|ies)|bears?|holds?|takes?|drives?) (?:everything|all of (?:it|this|that|the \w+)|it all|the (?:full|entire|complete) \w+)|nowhere else|none of (?!this|that|it\b|the (?:other )?drivers\b)|exact same|always|never)\b"
)


_NOT_ONLY = re.compile(
    rf"\balone (?=(?:makes?|made|accounts?|accounted|adds?|added|brings?|brought|explains?|explained|cost|costs|contribut\w+)\b[^,;]*Q\d)|\bnot only\b|\bexcess alone\b|\balone (?=(?:\w+ ){{1,4}}than\b)|\balone (?=(?:\w+ ){{0,3}}{ABOUT}Q)|\balone (?:proves?|shows?|says?|means?|does|is not|cannot|tells?)\b|\b(?:on|by|from|in|of|to) (?:the )?(?:timing|times?|clock|calendar|dates?|order) alone\b|\bon its own\b|\b(?:correlat\w+|coincid\w+|timing)(?: in (?:time|timing))?,? only\b|\bonly (?:that )?(?:it |they |the two )?coincid\w+|\bonly (?:a )?(?:coincidence|correlation|in time)\b|\bno other driver\b|\bno other (?=[a-z]+ [^,;]*\b(?:more|as many|as much)\b[^,;]* (?:than|as) [^,;]*N\d)|\bonly (?:a )?(?:part|half|fraction|share|portion|piece|third|quarter|slight\w*|small|modest\w*|little)\b|\bonly (?:\w+ ){{0,2}}[QDT]\d|\bonly (?:that|began|begun|started|starts?|today|yesterday|since|recently|just|now|lately|then|after|once|when|as of|to|spent|cost|because of timing|makes?|made|adds?|added|explains?|accounts?|contribut\w+|took|take|saw|reached)\b"
)
"""`only` and `alone` where they rule nothing out."""
_ONE_AGAINST = re.compile(
    r"\bonly (?:one|driver|factor|thing|part|component)\b[^,;]*\b(?:other way|opposite|against|lower\w*|reduc\w+|down)\b"
)
_ALONE_LOWERED = re.compile(
    r"only (?:the )?[a-z ]+? (?:lowered|reduced|cut|offset|took|pulled|brought|(?:went|goes|work(?:s|ed)|pull(?:s|ed)|push(?:es|ed)) (?:in )?the (?:other|opposite))\b"
)
_DENIED = re.compile(r"\b(?:no|none|not|nothing|nobody|neither)\b")
_OTHERS = re.compile(
    rf"(?<!no )(?<!than )(?<!any )(?<!all )(?<!of )(?<!the )\bother (?:(?:{KIND})s?|companies)\b(?: of N\d+)? (?:also |too )?(?:saw|see|moved?|rose|rise|grew|show\w*|were|are|have|had|did|got|went)\b|"
    rf"(?<!to )(?<!by )(?<!onto )(?<!towards )\b(?:another|(?:one|some|several|many|a few|a number of|Q\d+) (?:of the )?(?:other|more|further)) (?:{KIND}|service|product)s?\b|"
    rf"\b(?:all|the|its|their|our|every|each|any|most|some|Q\d+|many|several|no)(?: of)?(?: the| its| their)? other (?:(?:{KIND}|product|service)s?|companies|departments|projects)(?: (?:of|in|at|by|on|owned by) (?:team )?(?:N\d+|the \w+))? (?:also |all |both |still )?(?:stay\w*|remain\w*|kept|keep|are|were|is|was|show\w*|cost|saw|see|ran|run|behav\w*|did|do|have|had|rose|fell|moved|went|look\w*)\b"
)
_APART = re.compile(
    r"\b(?:stands? out|stood out|(?:is|are|to) blame|hit (?:the )?hardest|most affected|concentrated (?:in|on)|confined to|sits in|limited to)\b"
)


_BUT_ONE = re.compile(
    r"\b(?:every|all|each|everyone|everybody|everywhere)\b[^;:.]*\b(?:except|but|apart from|save|bar|other than|without|excluding|minus|aside from|with the exception of)(?: for)? (?:the |team )*(?:[\"'] )?(?:N\d|one\b)|"
    r"\bN\d+ (?:[\"'] )?(?:alone )?(?:is|was|has been|remains?|stay\w*) (?:the (?:only|one) \w+ )?(?:not affected|spared|unaffected|untouched|left out|exempt|the exception)\b|\b(?:only|just) (?:the |team )?(?:[\"'] )?N\d+ (?:[\"'] )?(?:is|was) (?:not|spared|un)|"
    rf"\b(?:not|but not|though not|hardly|nearly|almost) (?:quite )?(?:all|every(?: single)?)(?: of)?(?: the)? (?:there (?:are|is)|them|(?:{KIND})s?)\b|\b(?:there are|has|have) (?:other|more|further) (?:{KIND})s\b"
)


_WHICH = re.compile(
    r"(?<!among )(?<!among the )(?<!of the )(?<!some )\b(?P<kind>[a-z]+s)(?: (?:that are |that were |which are )?(?:affected|concerned|hit|involved|with an excess|in excess|that show an excess|showing an excess))?(?: (?:are|were)| ?:)(?: these| the following)? ?:?(?P<list>(?: ?[\"',]? ?(?:and |& )?[\"']? ?N\d+)+)(?= ?[\"']? ?(?:[.;]|$))"
)


def spared_faults(sentence: Sentence, known: Known) -> list[str]:
    """`Every team but one`, `not all there are`, where the facts spread it over all; and lists that leave one out."""
    text = sentence.text
    spared = _BUT_ONE.search(text) if known.is_everywhere or "all there are" in known.texts else None
    if spared:
        return [f"{spared[0]}: it is spread over all"]
    told = _WHICH.search(text)
    values = [f.value for f in known.by_name.get(told["kind"], ()) if isinstance(f.value, tuple | list)] if told else []
    missing = [v for f in values for v in f if str(v).lower() not in sentence.names]
    return [f"the list leaves out {missing[0]}"] if missing else []


def reach_faults(sentence: Sentence, known: Known) -> list[str]:
    """The first of what a sentence says of all, of one alone or of others that no fact says."""
    text = sentence.text
    return (
        _every(text, known)
        or _only(sentence, known)
        or _set_apart(text, known)
        or _others(text, known)
        or _single(text, known)
    )


def _every(text: str, known: Known) -> list[str]:
    """`Every team`, `across the board`."""
    told = _EVERY.search(text)
    if told is None or told[0].startswith("no ") or negated(text, told.start()):
        return []
    backed = any(w in known.texts for w in ("every", "whole company", "all there are"))
    return [] if backed else [f"{told[0]}: no fact says so"]


def _only(sentence: Sentence, known: Known) -> list[str]:
    """`Only volume`, `the whole excess`: one has to make up all of it."""
    text = sentence.text
    shared = re.sub(r"(\bQ\d+ of [^;:.]*) alone(?= ?[.,;]|$)", r"\1", text)
    told = _ONLY.search(_NOT_ONLY.sub("", shared))
    if told is None or told[0] in known.texts or negated(text, text.find(told[0].strip())):
        return []
    against = [c for c, v in known.by_driver.items() if v * (known.excess or 0.0) < 0]
    if _ONE_AGAINST.search(text):
        return [] if len(against) == 1 else [f"{told[0]}: no fact says so"]
    alone, names = _ALONE_LOWERED.match(text), set(sentence.names)
    if alone and len(against) == 1 and [c for _, _, c in concepts_in(alone[0])] == against:
        return []
    if any(isinstance(f.value, tuple | list) and {str(v).lower() for v in f.value} <= names for f in known.facts):
        return []
    whole = any(99.5 < share < 100.5 for share in _shares(text, known))
    return [] if whole else [f"{told[0]}: no fact rules out all else"]


def _shares(text: str, known: Known) -> list[float]:
    """The shares of the facts, those of the drivers, and what the drivers that a text tells make up together."""
    shares = [v for n in known.by_name if n.endswith("_share") and (v := known.number(n)) is not None]
    if known.excess:
        told = {c for _, _, c in concepts_in(text)}
        shares += [100 * v / known.excess for v in known.drivers.values()]
        shares.append(sum(100 * v / known.excess for c, v in known.by_driver.items() if c in told))
    return shares


def _set_apart(text: str, known: Known) -> list[str]:
    """`It sits in one team` where the facts spread it over everything."""
    told = _APART.search(text) if known.is_everywhere else None
    in_driver = told and any(0 <= start - told.end() <= 5 for start, _, c in concepts_in(text) if c in known.by_driver)
    if told and not in_driver and not _DENIED.search(text[: told.start()]):
        return [f"{told[0]}: it is spread over all"]
    return (
        ["all teams are concerned"]
        if "every" in known.texts
        and re.search(r"(?<!no )(?<!not )(?<!not in )(?<!not just )\b(?:one|a single) team\b", text)
        else []
    )


def _others(text: str, known: Known) -> list[str]:
    """`Other teams rose too`, where no fact speaks of others."""
    told = None if "other" in known.texts else _OTHERS.search(text)
    return [f"{told[0]}: no fact speaks of these"] if told else []


def _single(text: str, known: Known) -> list[str]:
    """`on a single model` where the facts have parts of several."""
    told = re.search(
        rf"(?<!no )\b(?:a single|one single|only one|just one|exactly one) ({KIND})\b",
        text,
    )
    parts = [n for n in known.parts if told and n.partition(":")[0].endswith(f"_{told[1]}")]
    return [f"{told[0]}: the facts have more of these"] if told and len(parts) > 1 else []
