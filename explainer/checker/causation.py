"""Is a cause told as its fact tells it? Neither invented, nor surer than it is, nor out of a coincidence."""

from __future__ import annotations

import re

from explainer.checker.cause_claims import claim_faults
from explainer.checker.cause_words import (
    CAUSE_WORD,
    THING,
    hedged_cause,
    phrase_in,
    stated_causes,
    supported_causes,
    told_in,
    unknown_cause,
)
from explainer.checker.certainty import HEDGE, MAYBE, PROVEN
from explainer.checker.coincidences import coincidence_faults
from explainer.checker.concepts import concepts_in
from explainer.checker.families import ABOUT, KIND
from explainer.checker.negation import negated
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_MARKER = re.compile(
    r"\b(?:because(?: of)?|due to|caused?|causes|causing|as a (?:direct )?(?:result|consequence)(?: of)?|result(?:s|ed|ing)? (?:of|from|in)|owing to|thanks to|"
    r"triggered|trigger|led to|leads to|brought (?:about|on)|reasons?|responsible|blame|blamed|culprit|(?<!driver )explains?|explained|explanation|proves?(?! (?:nothing|little|no)\b)|proven|proof|"
    r"root cause|stems?(?: from)?|stemming|behind|attributable|attributed|traced|traces back|down to|made (?:it|spend|the cost)|the work of|courtesy of|after all|hence|therefore|thus|consequently|that is why|(?:is|was) what (?=caused|made|drove|led|pushed|triggered|lies|raised|explains)|is why|was why|what made|which is why|so that is|origin|source of|driven by|fuelled by|fueled by|provoked|sparked|produced by|set(?:s|ting)?(?: \w+){0,2} off|at fault|(?:is|are) (?:directly |clearly )?(?:related|connected|linked)|to do with|comes? (?:down to|from)|came from|coming from|lies? (?:in|with|behind)|drove|drives|from)\b"
)

_ACCOUNTING = re.compile(
    r"^(?:comes? (?:down to|from)|came from|coming from|from|driven by|explains?|explained|responsible|attributable|attributed|stems?(?: from)?|due to|because(?: of)?|down to|traced|thanks to|owing to|result(?:s|ed|ing)? (?:of|from)|behind|lies? (?:in|with|behind)|source of|caused?|reasons?|drove|drives|traces? back|(?:is|was) what ?)$"
)


_CAUSES = re.compile(rf"{_MARKER.pattern}|\b(?:likely|probabl[ey]|possibl[ey]|suspected)\b")


_SUPPOSED = {"agent_loop", "retry_storm", "outage_drop", "data_fault", "staging_leak", "price_change"}


_HAPPENED = re.compile(
    r"^(?: \w+){0,3} (?:was|were|has been|is|are) (?:\w+ )?(?:found|seen|detected|identified|discovered|under way|at work|there)\b|^(?: \w+){0,2} (?:occurred|happened|took place|struck|hit|broke out|made|set in)\b"
)


def cause_faults(sentence: Sentence, known: Known) -> list[str]:
    """What a sentence claims of a cause and its fact does not."""
    text = sentence.text
    faults = [*claim_faults(text, known), *coincidence_faults(sentence, known)]
    supported = supported_causes(known)
    stated = stated_causes(text)
    drivers = known.by_driver
    measured = {q.concept for q in known.quantities}
    for match, key in stated:
        if (
            (key in supported and key != "other")
            or _is_driver(match[0], drivers)
            or match[0] in known.texts
            or (key == "model_switch" and "version_upgrade" in supported and re.search(r"N\d", match[0]))
            or (match[0].startswith("roll") and known.coinciding & set(sentence.names))
            or (key == "other" and match[0].removesuffix("s") in known.texts)
            or (key == "traffic_surge" and " " not in match[0] and re.search(r"\brequests\b|\bruns\b", known.texts))
            or any(s <= match.start() < e and c in measured for s, e, c in concepts_in(text))
            or (key == "organic_growth" and known.by_name.get("growth_per_week") and not _CAUSES.search(text))
            or (key == "batch_overrun" and re.search(r"\bbudget\b|\boverrun\b[^,;.Q]{0,24}Q\d", text))
            or (key != "other" and any(c in measured for _, _, c in concepts_in(match[0])))
        ):
            continue
        faults.append(f"{match[0]}: no fact speaks of it")
    if known.by_name.get("cause") and hedged_cause(known) and not HEDGE.search(text) and not MAYBE.search(text):
        faults += [
            f"{m[0]}: the cause is told as certain, its fact is not"
            for m, key in stated
            if key in _SUPPOSED
            and key == known.text("cause")
            and not _is_driver(m[0], drivers)
            and _HAPPENED.match(text[m.end() :])
        ]
    if unknown_cause(known) and _NO_CAUSE.search(text) and not stated:
        return faults
    if text.endswith("?"):
        return faults
    text = re.sub(rf"\b(?:is|are|was|were|lies?) behind (?={ABOUT}Q\d)", " ", text)
    marker = next(iter(_markers(text, known)), None)
    if known.is_everywhere and re.search(r"\b(?:no|not|nothing|nobody)\b[^,;]*\bblame\b", text):
        return faults
    if marker is None:
        sure = _surely(text, known)
        return [*faults, f"{sure[0]}: surer than the facts"] if sure else faults
    return faults + _marked_cause(sentence, marker, stated, drivers, known)


_NO_CAUSE = re.compile(
    r"\bno (?:word|news|trace|sign|indication|clue|hint|idea)\b(?: \w+){0,2} (?:of|on|about|as to) (?:the |its |a )?causes?\b|\bno (?:[a-z-]+ ){0,3}(?:causes?|explanation|reason)\b|\b(?:causes?|explanation|reason)\b[^,;]*\b(?:not|unknown|open|missing|unclear|yet to be)\b"
)


_ONLY_MAYBE = re.compile(r"^(?!.*\b(?:likely|probabl|suspect)).*\b(?:possib\w+|may|might|could)\b")


_RATHER = re.compile(r"\b(?:likely|likeliest|probabl[ey]|most|suspect\w*|in all probability)\b")


_NOT_SHOWN = re.compile(r"\bno (?:\w+ ){0,2}(?:proof|evidence|link|connection)\b")


def _surely(text: str, known: Known) -> re.Match[str] | None:
    """Words of certainty that are neither denied nor asked after, nor of a cause that is certain."""
    if not hedged_cause(known) and told_in(text, known):
        return None
    if re.search(r"\bwhether\b", text) or _NOT_SHOWN.search(text):
        return None
    asked = (
        CAUSE_WORD.search(text) or _MARKER.search(text) or re.search(r"\b(?:cause|release|version|reason|why)\b", text)
    )
    for match in PROVEN.finditer(text):
        if not asked and re.match(
            r"(?:turned out|clear|obvious|plain|evident|sure|certain|definite)\w*|of course", match[0]
        ):
            continue
        of_nothing = re.match(r"^ (?:nothing|little|neither)\b", text[match.end() :])
        if (
            not of_nothing
            and not negated(text, match.start())
            and not re.search(r"\bfar from $", text[: match.start()])
        ):
            return match
    return None


def _is_driver(phrase: str, drivers: dict[str, float]) -> bool:
    return any(c in drivers for _, _, c in concepts_in(phrase))


_NO_CAUSE_AFTER = (
    ("from", r" (?:the |an? |its )?(?:[QTDN]\d|usual|expected|what|normal|baseline)"),
    ("", r" (?:the |what |our )?(?:baseline|D\d|last|past|previous|history|Q\d+ (?:days|weeks))"),
    ("behind", r" (?:us|them|(?:the|these|those) (?:dates?|times?|figures?|numbers?))\b"),
    ("due to", r" (?:end|finish|stop|be|have|run|last|close)\b"),
    ("down to", r" Q"),
)
"""What stands after a marker (any, where none is named) that makes it a span, a move, a plan or a size, no cause."""
_NO_CAUSE_BEFORE = (
    ("explain", r"to $"),
    (
        "behind",
        rf"\b(?:{KIND}|owner|one|account) $|\bno (?:single |one )?\w+ (?:is|was|stands) $|\b(?:nobody|nothing|none) [\w ]*$",
    ),
)
"""What stands before a marker that makes it none."""
_SENT_FROM = re.compile(
    r"Q\d+ of (?:the |all |our |its )?(?:requests|calls|traffic|runs|(?:input )?tokens|input) (?:now |still |then )?$"
)
_LAGS = re.compile(r" (?:volume|requests|it\b|the (?:expected|budget))")
_OWNS = re.compile(r" for (?:the )?(?:feature )?N\d")


def _markers(text: str, known: Known) -> list[re.Match[str]]:
    """Words that claim a cause; `from` only where it is no span, no move and no way up."""
    return [m for m in _MARKER.finditer(text) if not _is_no_cause(m, text[: m.start()], text[m.end() :], known)]


def _is_no_cause(marker: re.Match[str], left: str, right: str, known: Known) -> bool:
    """True for a marker that claims no cause here."""
    word, text = marker[0], marker.string
    after = re.match(r" [a-z-]+ [a-z-]+", right)
    if word.endswith("from") and after and f"from{after[0]}" in known.texts:
        return True
    if any(word.startswith(w) and re.match(p, right) for w, p in _NO_CAUSE_AFTER):
        return True
    if any(word.startswith(w) and re.search(p, left) for w, p in _NO_CAUSE_BEFORE):
        return True
    if word.startswith(("com", "came")) and _SENT_FROM.search(left):
        return True
    if word == "from" and not re.search(r"Q\d|comes?|came", left):
        return True
    if word.startswith(("prove", "proof")):
        return negated(text, marker.start()) or bool(_NOT_SHOWN.search(text))
    if word == "behind" and _LAGS.match(right) and "Q" not in left:
        return not re.search(r"\b(?:is|was|are|were|be|stands?|lies?) $", left)
    if word == "responsible" and _OWNS.match(right) and not concepts_in(text):
        return True
    return word in ("from", "lies with", "lie with", "lies in", "lie in") and not _names_cause(right)


def _names_cause(right: str) -> bool:
    """True where a driver or a cause is named soon after this place."""
    soon = re.split(r"[,;:(]", right)[0]
    return bool(concepts_in(soon) or CAUSE_WORD.search(soon))


_CHAIN = re.compile(
    r"\b(?:went up|rose|grew|increased|went down|fell|dropped|changed|got (?:longer|larger|dearer))[a-z ]*? (?:because of|because|due to|thanks to|owing to|as a result of) (?P<by>[^,;]+)"
)


_RELEASE = re.compile(r"\b(?:release|deploy\w*|rollout|version|launch)\b")
_BY_RELEASE = re.compile(
    r"(?:because of|due to|caused by|from|by|thanks to|owing to) (?:the )?(?:new )?(?:release|deploy)"
)
_IS_KNOWN = re.compile(r"\bcause (?:is|was|has been) (?:\w+ )?(?:known|clear|confirmed|found)\b")
_BLAMES = re.compile(r"^(?:caused?|causes|causing|responsible|blamed?|culprit|root cause|at fault|triggered|trigger)$")
_NO_DRIVERS = ("staging", "untagged", "share_of_pool", "error")
"""What a cost may come from, though it is no driver."""
_COINCIDES = ["a release or event that coincides is told as the cause"]
_NO_FACT = ["no fact names this cause"]


def _marked_cause(
    sentence: Sentence,
    marker: re.Match[str],
    stated: list[tuple[re.Match[str], str]],
    drivers: dict[str, float],
    known: Known,
) -> list[str]:
    """What is wrong with a sentence that claims a cause: what coincides is told as one, it is told surer than its fact, or
    no fact names it; drivers and parts may be told to bring about the difference, as they are measured."""
    text = sentence.text
    if not hedged_cause(known) and _IS_KNOWN.search(text):
        return []
    maybe = MAYBE.search(text)
    named = THING.match(text, marker.end())
    if named and not maybe and sentence.names[int(named[1])] in known.coinciding:
        return _COINCIDES
    if sure := _surely(text, known):
        return [f"{sure[0]}: surer than the facts"]
    if (
        maybe
        and re.search(
            r"\b(?:(?:that|whether|if) (?:it|this|N\d+|the release) (?:is|was) (?:really |indeed |in fact )?(?:to blame|at fault|responsible|the (?:trigger|culprit))|whether|link|connection|relation\w*|correlation)\b",
            text,
        )
        and not stated
    ):
        return []
    cause, spoken = known.by_name.get("cause", ()), [c for _, _, c in concepts_in(text)]
    accounting, measured = bool(_ACCOUNTING.match(marker[0])), {q.concept for q in known.quantities}
    told_cause = told_in(text, known) or any(phrase_in(f.text, text) for f in cause)
    if not told_cause and _is_about_release(sentence, known, may_be=bool(maybe)):
        by_driver = accounting and "Q" in text and any(c in drivers for c in spoken) and not _BY_RELEASE.search(text)
        return [] if maybe or by_driver else _COINCIDES
    if told_cause:
        if _ONLY_MAYBE.search(" ".join(f.text for f in cause).lower()) and _RATHER.search(text) and not maybe:
            return ["the cause is told as likely, its fact as possible"]
        amounts = any(f.unit in ("usd", "percent") for f in sentence.figures)
        sized = amounts and accounting and any(c in measured or c in drivers for c in spoken)
        open_ = HEDGE.search(text) or maybe or not hedged_cause(known) or sized
        return [] if open_ else ["the cause is told as certain, its fact is not"]
    of_figure = marker[0] == "responsible" and "Q" in text and any(c in measured for c in spoken)
    if cause and _BLAMES.search(marker[0]) and not maybe and not of_figure:
        return _NO_FACT
    if (
        maybe
        and re.search(r"\b(?:the|its|a|no|what the) cause\b|\bcauses?\b|\breason\b|\bwhy\b|\bcaused\b", text)
        and not {key for _, key in stated} - supported_causes(known)
    ):
        return [] if not stated or not HEDGE.search(text) else _NO_FACT
    chain = _CHAIN.search(text)
    if chain and "Q" not in text and concepts_in(text[: chain.start()]) and concepts_in(chain["by"]):
        return [f"{chain[0]}: no fact links the two"]
    spoken += [c for n in sentence.names for start, end, c in concepts_in(n) if (start, end) == (0, len(n))]
    return [] if _is_accounted(marker, text, spoken, known) else [f"{marker[0]}: no fact names this cause"]


def _is_about_release(sentence: Sentence, known: Known, *, may_be: bool) -> bool:
    """True where a sentence speaks of what coincides with the start."""
    text = sentence.text
    if not known.coinciding:
        return False
    named = bool(_RELEASE.search(text)) and (may_be or bool(re.search(r"\bN\d+\b", text)))
    plainly = may_be or ("Q" not in text and not concepts_in(text))
    return named or (plainly and bool(known.coinciding & set(sentence.names)))


def _is_accounted(marker: re.Match[str], text: str, spoken: list[str], known: Known) -> bool:
    """True where the difference is told to come from a driver, a part or another thing that is measured."""
    if re.search(r"\bbaseline\b", text):
        return True
    measured = any(q.concept in spoken for q in known.quantities)
    if _ACCOUNTING.match(marker[0]):
        drivers, excess = known.by_driver, known.excess
        backed = any(c in drivers and (excess is None or drivers[c] * excess > 0) for c in spoken)
        named = known.by_name.get("cause") and re.search(r"\bthe (?:likely |probable )?cause\b", text)
        if (backed or known.parts) and not named:
            return True
        sized = ("credit",) if "Q" in text else ()
        if measured and any(c in (*_NO_DRIVERS, *sized) for c in spoken):
            return True
    return bool(re.fullmatch(r"from|com(?:es?|ing) from|came from", marker[0])) and ("N" in text or measured)
