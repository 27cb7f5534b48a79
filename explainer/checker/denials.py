"""Is what a text denies really not so? A denial is fine where another check reads it as the opposite of its claim (a
direction, an end, a plan, a budget, a rank), where it denies certainty, or where it says that something is not all."""

from __future__ import annotations

import re

from explainer.checker.cause_words import told_in, unknown_cause
from explainer.checker.certainty import HEDGE
from explainer.checker.changes import ALIKE
from explainer.checker.concepts import concepts_in
from explainer.checker.families import KIND, SPARED
from explainer.checker.negation import CLAUSE, NEGATOR, REACH
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.states import UNPLANNED

_NEGATION_FINE = re.compile(
    r"^why not\b|\b(?:did|has|have|does|do) not (?:change|move|budge)d?\b|\bno change\b|\bneeds? not (?=(?:be|have|mean)\b)|\bnot (?:an? |the |yet )*(?:finding|proof|certainty|verdict|conclusion|diagnosis|established fact)\b|\bnot,|\bor not\b|\b(?:may|might) (?:well )?not\b|(?<=, )not (?:just |only |the |its |about |around )*[QN]\d|\bnot (?=[\w ]{3,30} but )|\b(?:proves?|proven|proving|means?|says?|shows?|establish\w*|impl(?:y|ies)) (?:nothing|little)\b|\bnothing to do with\b|\bnothing else\b|\bnot the (?:Q|usual|expected)|\bno (?:other )?(?:single )?driver\b|\bno (?:team |owner )?tags?\b|\bno single\b|\b(?:may|might) or (?:may|might) not\b|\bno longer\b|"
    r"\bwithout (?:an )?(?:announcement|notice|warning|a |any |team |owner )?|\bnothing (?:else )?weighs more\b|\bno end\b|\bno named\b|\bnone of the\b|\bno (?:announcement|known)\b|\bnot by\b|\bno surprise\b|\bno [\w ]{3,20}? (?:had|has|was) (?:been )?announced\b|"
    r"\bnot (?:a |an )?(?:jump|spike|surge)\b|\bno scope\b|\bif nothing (?:changes|is done|happens)\b|\bnothing stands\b|\bnot,? (?:and|but|or)\b|\bno (?:\w+ )?(?:further|other|more) (?:driver|factor|part|component)s?\b|"
    r"\bnot (?:to say|quite|so much|least|surprisingly|unexpected\w*|to mention|including|counting)\b|\bnothing but\b|\bno (?:less|fewer|more) than\b|\bno matter\b|\bno wonder\b|\bno doubt\b|\bhas not\b(?= (?:yet|been over|come back))"
)
_ELSEWHERE = re.compile(
    # certainty and evidence
    r"\b(?:show\w*|prov\w+|proof|establish\w*|confirm\w*|demonstrat\w+|verif\w+|know\w*|certain\w*|clear\w*|sure|evidence|evident|link\w*|connection|causal\w*|causation|necessarily|mean|imply|implies|say|tell|claim\w*|conclu\w+|settled|determined|ascertain\w*|substantiat\w+|guarantee\w*|assert\w*|decide\w*|found|identified|attribut\w+|"
    # parts of a whole
    r"only|just|merely|simply|entirely|wholly|fully|completely|all|everything|whole|alone|exclusively|solely|purely|"
    # a plan
    r"announce\w*|plan\w*|schedul\w+|expected|foreseen|advance|notice|warning|"
    # state
    r"end(?:ed|ing|s)?|over(?! (?:the|its|all|every|each|an?|[QTD]))|stop\w*|finish\w*|return\w*|back|normal|normali[sz]ed|subsid\w+|settle\w*|resolv\w+|solved|on(?= ?[.,;]|$)|off(?= ?[.,;]|$)|closed|done|past|recede\w*|conclude\w*|abat\w+|eas\w+|clear|cease\w*|yet|"
    # directions
    r"register\w*|matter\w*|count\w*|notice\w*|contribut\w*|play\w*|weigh\w*|figure\w*|suggest\w*|indicat\w*|sign|signs|hint\w*|danger|risk|up|down|rose|rise\w*|rising|fell|fall\w*|increas\w+|decreas\w+|grow\w*|grew|shrink\w*|shrank|higher|lower|(?<!any )more|less|fewer|dearer|cheaper|larger|smaller|bigger|longer|shorter|drop\w*|jump\w*|climb\w*|saving\w*|saved|decline\w*|"
    # ranks and sizes
    r"add|adds|contribute\w*|raise\w*|push\w*|drive\w*|suffic\w*|make|makes|ongoing|further|current|longer|even|explain\w*|line|expectations?|enough|sufficient|customers?|come|comes|stem|stems|driver|drivers|largest|biggest|main|smallest|most|least|outweigh\w*|bigger|first|second|"
    # budgets
    r"exceed\w*|break\w*|budget\w*|reach\w*)\b"
)
_UNREAL = re.compile(r"^(?:had|if|were)\b[^;.]*\bwould\b|\bwould\b[^;.]*\b(?:had|if)\b")
_CAUSE = re.compile(r"\b(?:cause|reason|culprit|explanation|likely|probabl\w+)\b")


def denial_faults(sentence: Sentence, known: Known) -> list[str]:
    """Denials that no fact makes and no other check reads."""
    text = sentence.text
    multiple = re.search(r"\b(?:has|have|had|did) not (?:yet |quite |even )?Q(\d+)\b", text)
    if multiple and not concepts_in(text[: multiple.start()]):
        figure, ratio = sentence.figures[int(multiple[1])], 1 + (known.excess or 0.0) / (known.base or 1.0)
        if figure.unit == "ratio" and ratio < 0.96 * figure.value:
            text = text[: multiple.start()] + " " * len(multiple[0]) + text[multiple.end() :]
    plain = _NEGATION_FINE.sub(lambda m: " " * len(m[0]), text)
    if _UNREAL.search(plain):
        plain = re.sub(r"\bnot\b", "   ", plain)
    if known.base == 0:
        plain = re.sub(r"\bnothing (?:there )?before\b|\b(?:did not|didn't) exist before\b", " ", plain)
    if known.text("state") == "ended":
        plain = re.sub(r"\bno (?:further|more|extra|additional) (?:excess|cost|overspend|spend|rise)\b", " ", plain)
    if known.is_everywhere:
        plain = re.sub(
            r"\bnone (?:of (?:them|these|the \w+) )?(?:stands?|stood|sticks?|stuck) out\b|\bno (?:one|single|particular|one single) \w+\b|\bno \w+ (?:stands?|stood|sticks?|stuck) out\b|\bnot (?:in )?(?:one|a single)\b",
            " ",
            plain,
        )
    for match in NEGATOR.finditer(plain):
        if not _fine(plain, match, known):
            return [f"{match[0]}: no fact denies this"]
    return []


_NONE_HIT = re.compile(
    rf"({KIND})s? (?:is|are|was|were|has been|have been) (?:\w+ )?(?:affected|concerned|hit|involved|touched)\b"
)


def _some(noun: str, known: Known) -> bool:
    """True where the facts count or name some of these."""
    return any(
        noun in f.name and (isinstance(f.value, tuple | list) or (known.number(f.name) or 0) > 0) for f in known.facts
    )


_HIGH = re.compile(r"(?:an? |the )?(?:overspend\w*|overshoot|high|excess|expensive|extra)\b")
_LOW = re.compile(r"(?:an? |the )?(?:underspend\w*|low|cheap|bargain)\b")
_HOLDS = re.compile(r"\b(?:hold|last|suffice|be kept|be met|do)\b")


def _fine(text: str, match: re.Match[str], known: Known) -> bool:
    if re.match(
        r"^(?:yes|no) ?[,:.]|(?:nobody|no one) (?:has |had )?(?:yet )?(?:named|found|given|confirmed|established|identified) (?:an? |the |any )?(?:cause|reason|explanation)",
        text[match.start() :],
    ):
        return True
    if any(m.start() <= match.start() < m.end() for m in UNPLANNED.finditer(text)):
        return True
    if re.match(
        r"not (?:planned |meant |due )?(?:for|to (?:last|run|take|go on)) (?:this|that|so|quite so|nearly so) long\b",
        text[match.start() :],
    ):
        return bool(known.by_name.get("overrun_hours"))
    scope = " ".join(CLAUSE.split(text[match.end() :])[0].split()[: REACH + 3])
    excess = known.excess or 0.0
    if _HIGH.match(scope) or _LOW.match(scope):
        return excess < 0 if _HIGH.match(scope) else excess > 0
    if SPARED.match(f"{text[: match.start()].rpartition('Q')[2]}{text[match.start() :]}".lstrip("0123456789")):
        return True
    if (none := _NONE_HIT.match(scope)) and _some(none[1], known):
        return False
    if re.match(r"(?:in )?(?:the )?production\b", scope) and known.by_name.get("environment"):
        return True
    if re.search(r"\b(?:rest|remainder|remaining|others?)\b[^;:]*\b(?:is|are|was|were) $", text[: match.start()]) and (
        concepts_in(scope) or re.match(r"N\d", scope)
    ):
        return True
    if re.match(r"(?:a )?(?:small|minor|trivial|negligible|modest|slight)\b", scope):
        return bool(known.base) and abs(excess) > abs(known.base or 0.0) / 10
    if re.match(r"(?:start|begin|end|finish|fall|happen|stop|take place) (?:\w+ ){0,2}T\d", scope):
        return True
    if re.match(r"within (?:the |its |what )?(?:\w+ )?(?:baseline|expect\w*|normal|usual|norm|range)\b", scope):
        return bool(known.base) and abs(excess) > ALIKE * abs(known.base or 0.0)
    forecast, budget = known.number("month_end_forecast"), known.number("budget")
    if "budget" in text[: match.start()] and _HOLDS.match(scope) and forecast and budget:
        return forecast > budget
    denied_cause = re.search(rf"\b(?:not|no) [^,;]*{_CAUSE.pattern}", text)
    if denied_cause and unknown_cause(known):
        return True
    if HEDGE.search(text) and not denied_cause and told_in(text, known):
        return True
    if (
        re.search(rf"\b{match[0]}\b", known.texts)
        and re.search(r"everywhere|spread|tag", text)
        and not re.search(r"\bnot\b.*\b(?:every|all|everywhere)\b", text)
    ):
        return True
    if re.search(r"Q\d+ of (?:the |this |that )?[a-z' ]+ (?:is|are|was|were|does|do) $", text[: match.start()]):
        return True
    if not scope and re.search(r"[QN]\d", text[: match.start()]):
        return True
    found = _ELSEWHERE.search(scope)
    return found is not None and not re.match(r"(?:(?:the|a|an|in|at|of) )*[QTDN]\d", scope)
