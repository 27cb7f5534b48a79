"""What only coincides may not be told to have done it, nor be cleared of it; and the facts' cause may not be denied."""

from __future__ import annotations

import re

from explainer.checker.cause_words import cause_keys, told_in
from explainer.checker.certainty import MAYBE
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_DOES = re.compile(
    r"\b(?:release |deploy\w* |rollout |version |event )?(?P<subject>N\d+|release|deployment|rollout|launch) (?:has |had |have )?(?:also |simply |then |probably )?"
    r"(?:lost|removed|created|produced|shortened|slowed|dropped|broke|broken|breaks|raised|raises|doubled|doubles|tripled|trebled|quadrupled|lifted|pushed|pushes|drove|drives|increased|increases|lengthened|lengthens|introduced|introduces|changed|changes|switched|moved|added|adds|made|makes|cut|cuts|stopped|disabled|caused|causes|sent|put|brought|cost|costs)"
    r" (?!(?:at|on|in|by|to|from|live|out)\b)(?:the |its |an? |more |all |prompt |Q\d+|\w+)"
    r"|\b(?:release |deploy\w* |rollout |version )?(?P<multiplier>N\d+) (?:has |had |have )?(?:also |simply |then )?Q\d+ (?:the|its|all|our|every|prompts?|answers?|requests?)\b"
)

_SWITCH_DOES = re.compile(
    r"\b(?:switch|move|shift|migration|change)(?: of (?:requests|traffic|models?))? (?:from N\d+ )?(?:to|towards) (?:the )?N\d+ (?:has |had |have |also |then )*(?:raised|raises|lifted|pushed|drove|drives|increased|doubled|tripled|lengthened|cut|lowered|made|cost|costs|added|adds|brought|saved)\b"
)

_AND_SO = re.compile(
    r"(?:\band|,) so (?:the(?! (?:timing|times?|dates?|coincidence|overlap|proximity|sequence|order|two|link|connection|question|cause|reason)\b)|its|that|it|spend\w*|cost\w*)\b|\b(?:and|,) as a result\b"
)

_WHICH = re.compile(
    r"\b(?:which|that|who|and(?: it| so it)?|(?<=; )(?:it|this)) (?:has |have |had |then |clearly |also )*(?:caused|triggered|led to|brought|drove|broke|explains|set (?:\w+ ){1,2}off|(?P<is>(?:is|was) (?:also )?(?:the|its) (?:\w+ )?(?:cause|reason|explanation|culprit)))\b"
)

_CLEARED = re.compile(
    r"\b(?:cannot|could not|(?:is|are|was|were|be|been|did|does|do|has|have) not|is in no way|never|hardly|neither) (?:\w+ ){0,2}(?:come|stem|due|caused?|because|down to|explained|behind|trigger(?:ed)?|be the (?:cause|reason)|(?:the|a|its) (?:\w+ )?(?:cause|reason|culprit|explanation|trigger)|to blame|at fault|guilty|responsible|related|linked|connected|tied|involved)\b|"
    r"\bnot (?:to blame|responsible|involved|connected|related|linked|at fault|guilty|behind (?:it|this|the))\b|\b(?:did|does|do) not (?:lead to|bring about|affect|matter|play|contribute|drive)\b|"
    r"\bit (?:is|was) not (?:(?!likely\b|only\b|just\b|N\d)[^;:.,]){3,60}? (?:that|which) (?:has |had |have )?(?:caused|drove|led|raised|is behind|explains|made|did|brought|triggered)\b|"
    r"\bnothing(?: whatsoever| at all)? to do with\b|\b(?:no|without) (?:\w+ )?(?:part|role|bearing|influence|connection|link|relation\w*|effect)\b(?! (?:has|is|was|between \w+ \w+ (?:has|is))\b)|"
    r"\b(?:unrelated|unconnected|independent(?:ly)? (?:of|from)|innocent|exonerated|cleared|acquitted|blameless|off the hook|in the clear|out of the picture|beside the point|irrelevant|excluded|eliminated|dismissed|discounted|ruled out as)\b|"
    r"\b(?:pure(?:ly)?|sheer|by|plain|simple|nothing but) (?:chance|coincidence|coincidental|accident)\b|^it (?:is|was) not (?:the )?(?:release |version )?N\d"
)
_OPEN = (
    r"may|might|could|can|possibl[ey]|perhaps|whether|if|shown?|shows|prov\w+|proof|necessarily|establish\w*|known|knows?|confirm\w*|evidence|demonstrat\w+|determin\w+|clear|certain(?:ly)?|sure|definite|"
    r"verified|need not|say|says|tell\w*|mean\w*|implies|imply|makes? (?:it|this|that)|alone"
)
_LEFT_OPEN = re.compile(rf"\b(?:{_OPEN}|(?:has|have) not (?:yet )?been)\b")
_IN_PART = re.compile(rf"Q\d|\b(?:{_OPEN}|makes?|only|all|whole|entirely|fully|what|whatever|rest)\b")
_CAN_BE = re.compile(r"\b(?:can|could|may|must) (?:\w+ )?be (?=excluded|ruled|dismissed|discounted|eliminated|cleared)")
_COINCIDES = re.compile(r"\b(?:release|rollout|deploy\w*|outage|event|version)\b")


def coincidence_faults(sentence: Sentence, known: Known) -> list[str]:
    """What is told to have been done by what only coincides, or not to have been."""
    return [
        *_switch_faults(sentence.text, known),
        *_doing_faults(sentence, known),
        *_linked_faults(sentence, known),
        *_guessed_faults(sentence, known),
        *_cleared_faults(sentence, known),
    ]


def _switch_faults(text: str, known: Known) -> list[str]:
    """That a switch of models raised the cost, where it is neither a driver nor the cause."""
    told = None if MAYBE.search(text) else _SWITCH_DOES.search(text)
    if told is None or "model_mix" in known.drivers or "model_switch" in cause_keys(known):
        return []
    return [f"{told[0]}: no fact says what the switch did"]


def _doing_faults(sentence: Sentence, known: Known) -> list[str]:
    """`Release N0 doubled the prompts`."""
    events = () if known.by_name.get("cause") else known.by_name.get("event", ())
    coinciding = {*known.coinciding, *(str(f.value).lower() for f in events)}
    for match in () if MAYBE.search(sentence.text) else _DOES.finditer(sentence.text):
        subject = match["subject"] or match["multiplier"]
        if sentence.names[int(subject[1:])] in coinciding if subject.startswith("N") else coinciding:
            return [f"{match[0]}: what coincides is told to have done it"]
    return []


def _linked_faults(sentence: Sentence, known: Known) -> list[str]:
    """`Release N0 went live, which caused it`."""
    told = _WHICH.search(sentence.text) or (None if MAYBE.search(sentence.text) else _AND_SO.search(sentence.text))
    if told is None or not known.coinciding & set(sentence.names):
        return []
    asked = told.groupdict().get("is") and sentence.text[: told.start()].endswith("whether ")
    return [] if asked else [f"{told[0]}: what coincides is told to have done it"]


_GUESSED = re.compile(
    r"\b(?:likel(?:y|iest)|probabl[ey]|presumabl[ey]|apparently|supposedly|evidently|doubtless|surely|obviously|clearly|guess|suspect\w*|suspicion|bet|money) ?[,:]? (?:(?:is|was|it|on|falls|the|by|due|to|because|of|from|with) )*(?:release |version |deploy\w* (?:of )?|rollout (?:of )?|event )?N(?P<after>\d+)"
    r"|\bN(?P<is>\d+) (?:[\"'] )?(?:is|was|remains|looks like|seems|appears)(?: to be)? (?:now |by far )?(?:the |an? )?(?:most )?(?:likely|likeliest|probable|presumed|apparent|suspected|obvious|main|prime) (?:\w+ )?(?:cause|reason|culprit|explanation|trigger|suspect)\b"
    r"|^(?:the )?(?:release |version |event )?N(?P<before>\d+) ?,? (?:\w+ )?(?:likely|probably|presumably|apparently|surely|obviously) ?[.!]?$"
)


def _guessed_faults(sentence: Sentence, known: Known) -> list[str]:
    """`Very probably release N0`: that it is likely is no more shown than that it is so."""
    told = _GUESSED.search(sentence.text)
    name = sentence.names[int(told["after"] or told["is"] or told["before"])] if told else ""
    clause = _clause(sentence.text, told.start()) if told and told["is"] else sentence.text
    guessed = told is not None and name in known.coinciding and not told_in(clause, known)
    return [f"{told[0]}: what coincides is told as likely the cause"] if told and guessed else []


_MERE = re.compile(
    r"\b(?:(?:only|just|merely|simply|no more than|nothing more than) (?:an? )?(?:mere )?coinciden\w+|(?:an?|the) mere coincidence|(?:only|just|merely) coincides?)\b"
)


def _clause(text: str, at: int) -> str:
    """The clause of a place in a text."""
    begin = max(text.rfind(c, 0, at) for c in (";", ",", " while ", " but ", " whereas "))
    return re.split(r"[;,]| while | but | whereas ", text[begin + 1 :])[0]


def _cleared_faults(sentence: Sentence, known: Known) -> list[str]:
    """`It has nothing to do with release N0`: that is as little shown as that it has. And the facts' cause is one, but for
    its being proven or all there is."""
    text = sentence.text
    mere = _MERE.search(text)
    if mere and told_in(clause := _clause(text, mere.start()), known) and not "N" in clause:
        return [f"{mere[0]}: the facts' cause is denied"]
    told = _CLEARED.search(text)
    if told is None or told[0] in known.texts:
        return []
    if told_in(text, known) and not _IN_PART.search(_CAN_BE.sub(" ", text)):
        return [f"{told[0]}: the facts' cause is denied"]
    spoken = _COINCIDES.search(text)
    named = known.coinciding & set(sentence.names) or (spoken and spoken[0] in known.texts)
    if known.coinciding and named and not _LEFT_OPEN.search(text):
        return [f"{told[0]}: no fact clears what coincides"]
    return []
