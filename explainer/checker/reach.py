"""How far does it reach: all of them, one alone, others too?"""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.families import ABOUT, KIND, RISE
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_EVERY = re.compile(
    rf"\b(?:every (?:{KIND}|scope)|(?<!of )all (?:(?:the )?(?:{KIND}|request|run|call)s)|everywhere|across the board|across all|company-wide|companywide|whole company|throughout|everyone(?! (?:but|except|else)\b)|everybody|organisation-wide|no single|(?:spread|split|divided|shared) (?:\w+ )?(?:evenly|equally)|evenly (?:spread|split|divided|shared)|equally (?:spread|split|divided|shared)|in equal (?:parts|shares)|alike)\b"
)
_ONLY = re.compile(
    rf"\b(?:only|(?<!of )(?<!of its )the (?:whole|entire) (?=(?:rise|excess|increase|difference|overspend|cost|amount|extra|bill|jump|spend|sum|pool(?! (?:costs?|came|comes)\b)|team|company|organi[sz]ation|drop|fall)\b)|alone|solely|exclusively|entirely|nothing (?:else|other than|but)(?! (?:is|was|has been) (?:\w+ )?(?:known|shown|said))|no other|nobody else|purely|wholly|single-handedly|all of (?:it|the \w+)(?= (?:is|was|are|comes?|came|due|from|sits?|lies|stems?|falls?)\b)|(?:for|up|of|explains?|behind|is|holds|carries) (?:all|the whole|the entirety|every (?:bit|cent|dollar)) of (?:it|this|the (?:{RISE}|difference|extra cost))(?! but\b)|the whole of|completely|fully|(?:explains?|accounts? for|makes? up|causes?|is behind|carr(?:y|ies)|bears?|holds?|takes?|drives?) (?:everything|all of (?:it|this|that|the \w+)|it all|the (?:full|entire|complete) \w+)|nowhere else|none of (?!this|that|it\b|the (?:other )?drivers\b)|exact same|always|never)\b"
)


def _single(text: str, known: Known) -> list[str]:
    """`on a single model` where the facts have parts of several."""
    told = re.search(
        rf"(?<!no )\b(?:a single|one single|only one|just one|exactly one) ({KIND})\b",
        text,
    )
    parts = [n for n in known.parts if told and n.partition(":")[0].endswith(f"_{told[1]}")]
    return [f"{told[0]}: the facts have more of these"] if told and len(parts) > 1 else []


_OTHERS = re.compile(
    rf"(?<!no )(?<!than )(?<!any )(?<!all )(?<!of )(?<!the )\bother (?:(?:{KIND})s?|companies)\b(?: of N\d+)? (?:also |too )?(?:saw|see|moved?|rose|rise|grew|show\w*|were|are|have|had|did|got|went)\b|"
    rf"(?<!to )(?<!by )(?<!onto )(?<!towards )\b(?:another|(?:one|some|several|many|a few|a number of|Q\d+) (?:of the )?(?:other|more|further)) (?:{KIND}|service|product)s?\b"
)
_APART = re.compile(
    r"\b(?:stands? out|stood out|(?:is|are|to) blame|hit (?:the )?hardest|most affected|concentrated (?:in|on)|confined to|sits in|limited to)\b"
)


def reach_faults(sentence: Sentence, known: Known) -> list[str]:
    text, names = sentence.text, set(sentence.names)
    every = _EVERY.search(text)
    if (
        every
        and not negated(text, every.start())
        and not every[0].startswith("no ")
        and not (
            "every" in known.texts
            or "everywhere" in known.texts
            or "whole company" in known.texts
            or "all there are" in known.texts
        )
    ):
        return [f"{every[0]}: no fact says so"]
    shared = re.sub(r"(\bQ\d+ of [^;:.]*) alone(?= ?[.,;]|$)", r"\1", text)
    only = _ONLY.search(
        re.sub(
            rf"\balone (?=(?:makes?|made|accounts?|accounted|adds?|added|brings?|brought|explains?|explained|cost|costs|contribut\w+)\b[^,;]*Q\d)|\bnot only\b|\bexcess alone\b|\balone (?=(?:\w+ ){{1,4}}than\b)|\balone (?=(?:\w+ ){{0,3}}{ABOUT}Q)|\balone (?:proves?|shows?|says?|means?|does|is not|cannot|tells?)\b|\b(?:on|by|from|in|of|to) (?:the )?(?:timing|times?|clock|calendar|dates?|order) alone\b|\bon its own\b|\b(?:correlation|coincidence|timing) only\b|\bonly (?:a )?(?:coincidence|correlation|in time)\b|\bno other driver\b|\bonly (?:a )?(?:part|half|fraction|share|portion|piece|third|quarter|slight\w*|small|modest\w*|little)\b|\bonly (?:\w+ ){{0,2}}[QDT]\d|\bonly (?:that|began|begun|started|starts?|today|yesterday|since|recently|just|now|lately|then|after|once|when|as of|to|spent|cost|because of timing|makes?|made|adds?|added|explains?|accounts?|contribut\w+|took|take|saw|reached)\b",
            "",
            shared,
        )
    )
    if only and re.search(
        r"\bonly (?:one|driver|factor|thing|part|component)\b[^,;]*\b(?:other way|opposite|against|lower\w*|reduc\w+|down)\b",
        text,
    ):
        excess = known.excess or 0.0
        return [] if sum(v * excess < 0 for v in known.drivers.values()) == 1 else [f"{only[0]}: no fact says so"]
    if only and any(
        isinstance(f.value, tuple | list) and {str(v).lower() for v in f.value} <= names for f in known.facts
    ):
        return []
    alone = re.match(r"only (?:the )?[a-z ]+? (?:lowered|reduced|cut|offset|took|pulled|brought)\b", text)
    against = [c for c, v in known.by_driver.items() if v * (known.excess or 0.0) < 0]
    if alone and len(against) == 1 and [c for _, _, c in concepts_in(alone[0])] == against:
        return []
    if only and only[0] not in known.texts and not negated(text, text.find(only[0].strip())):
        shares = [v for n, v in ((n, known.number(n)) for n in known.by_name if n.endswith("_share")) if v is not None]
        excess = known.excess or 0.0
        shares += [100 * v / excess for v in known.drivers.values() if excess]
        told = {c for _, _, c in concepts_in(text)}
        shares.append(sum(100 * v / excess for c, v in known.by_driver.items() if excess and c in told))
        if not any(99.5 < v < 100.5 for v in shares):
            return [f"{only[0]}: no fact rules out all else"]
    if (
        known.is_everywhere
        and (apart := _APART.search(text))
        and not re.search(r"\b(?:no|none|not|nothing|nobody|neither)\b", text[: apart.start()])
    ):
        return [f"{apart[0]}: it is spread over all"]
    if (others := _OTHERS.search(text)) and "other" not in known.texts:
        return [f"{others[0]}: no fact speaks of these"]
    if re.search(r"\b(?:one|a single) team\b", text) and "every" in known.texts:
        return ["all teams are concerned"]
    return _single(text, known)
