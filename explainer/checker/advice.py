"""What is to be done: advice that is none of the facts' next steps."""

from __future__ import annotations

import re

from explainer.checker.concepts import concepts_in
from explainer.checker.quantities import Known
from explainer.checker.steps import ORDERED, QUOTED, says_no_more

_ACT = r"revert|roll|disable|enable|set|ask|contact|reduce|increase|switch|move|turn|limit|cap|stop|pause|cancel|restart|talk|raise|trim|review|inspect|tell|notify|delete|remove|call|put|update|announce|route|approve|shorten|replace|try|throttle|block|optimi[sz]e|adjust|investigate"
"""What one does with a service, in words that begin no sentence but an order."""

_ADVICE = re.compile(
    r"\b(?:next|suggest\w*|recommend\w*|propos\w*|advi[cs]\w+|to do|todo)\b[^:;.]{0,40} : (?!quotedstep|(?:an?|the|by|on)\b)[a-z]|\b(?:(?:(?<!where it )(?<!where that )should|ought to(?! (?:have|cost)\b)|must|needs? to|(?:have|has) to(?! (?:do with|pay|spend|cover|bear|foot|cost)\b))(?! (?:also )?(?:know|be aware|note|be noted|be said|say|be added|add|be mentioned|mention|see|be clear|bear in mind|keep in mind|remember|hear|understand|be told)(?: ,)? (?:that|:|of (?:the|this|an?))(?= ))|recommend\w*|suggestion (?:is|was) to|suggested (?:to|that)|proposed to|(?<!nothing to )(?<!not )suggest (?:to|that|you|we)|please(?! (?:note|see|find|bear in mind|be aware|keep in mind)\b)|advis\w+|consider|we propose|next steps?|it is best|had better|make sure|be sure to|required|immediately|urgent\w*|asap|right away)\b|"
    rf"^(?:- |\* |• |\d+ \. )?(?:then ,? |now ,? )?(?!(?:set|put|call) (?:together|against|beside|next to|volume|count|\w+ly)\b)(?:check|look|compare|{_ACT}|see|lower(?! (?:\w+ ){{1,3}}(?:\w+ed|\w+s|offset|cut|took|brought|held)\b)|add(?! (?:\w+ ){{0,2}}Q\d)|open|click|visit|read|do|mark|ignore)\b(?! [,:.;])|"
    rf"(?:(?<!what )(?<!which )\bwe (?:now |then |next |can |could |only |just )*|^next ,? (?:we |they |you |the \w+ )?|\b(?:plan|idea|to do|advice|tip|recommendation|action|proposal|remedy) : (?:to )?)(?:{_ACT}|lower|use(?!\b[^;:.]*\b(?:D\d|baseline|comparison|weeks|days)\b)|test|plan|fix|tune|cut|drop|keep|cache|split|watch|change|migrate|upgrade|downgrade|rewrite|tighten|negotiate)s?\b"
)

_POINTS = re.compile(
    r"^(?:look|see)(?: closer)? (?:at|in|into) (?:the )?(?:workflow |feature |team |model )?(?:[\"'] )?N\d+\b"
)

_LOOK = re.compile(r"^(?:look|see)(?: closer| first)? (?:at|in|into) (?:the )?")

_NEXT_THING = re.compile(r"^(?:up )?next(?: up| on the list| in line)? (?:is|are|comes?) (?!to\b)(?P<what>[^,;:.]+)")
_ANOTHER_STEP = re.compile(
    rf"\b{QUOTED} ?,? (?:and|or|then|plus)(?: then| also)? [a-z]+ (?:the|an?|its|all|every|N\d+)\b"
)
_COULD = re.compile(
    rf"\b(?:next ,? )(?:one|we|you|they|N\d+|the (?:team|owner)) (?:could|might|can|may) (?:now |also |then )*(?!{QUOTED})[a-z]+|\bone (?:could|might) (?:now |next |also |then )*(?!{QUOTED}|say|argue|see|read|call|expect|think|not|be|have|put|tell|add)[a-z]+|"
    rf"\b(?:it (?:might|may|could) help|(?:an|one|another) (?:option|idea|possibility)(?: from here| here| now)? (?:is|would be)) to (?!{QUOTED})[a-z]+"
)
_LABEL = re.compile(r"^(?:- |\* |• )?(?!next\b|now\b|please\b|todo\b|action\b)\w+ :")
_EXPECTS = re.compile(
    r"\b(?:than|as|what)\b[^,;.]* should$|\b(?:than|what|that|as) (?:it|they|this|that|we|you|\w+) (?:should|ought to)$"
)
"""`more than it should`: no advice, but what was expected."""
_SHOULD_HAVE = re.compile(
    r"^ (?:have (?:cost|been|spent|used|taken|had|ended|lasted|run for)\b|have (?:finished|stopped|closed|concluded|been over|been done)(?= ?(?:[TD,.;)]|on\b|at\b|by\b|after\b|in D|already\b|and\b|but\b|$))|end)"
)


def advice_faults(text: str, known: Known) -> list[str]:
    """The first words that advise or order what no fact does."""
    if (thing := _NEXT_THING.match(text)) and not (
        known.by_driver.keys() & {c for _, _, c in concepts_in(thing["what"])} or re.search(r"[NQTD]\d", thing["what"])
    ):
        return [f"{thing[0]}: no fact says what to do here"]
    if QUOTED in text and (order := ORDERED.search(text)):
        return [f"{order[0]}: what is suggested is no order"]
    if (other := _COULD.search(text)) and known.by_name.get("next_step"):
        return [f"{other[0]}: no fact says what to do here"]
    if more := _ANOTHER_STEP.search(text):
        return [f"{more[0]}: no fact says what to do here"]
    text = _LABEL.sub(" ", text)
    advice = _ADVICE.search(text)
    return [f"{advice[0]}: no fact says what to do here"] if advice and not _may_be_advised(advice, text, known) else []


def _may_be_advised(advice: re.Match[str], text: str, known: Known) -> bool:
    """True where it is a step of the facts, no more than a look at what they name, or no advice at all."""
    said, right = advice[0], text[advice.end() :]
    if re.match(rf"(?: \w+){{0,2}} {QUOTED}", right) or _POINTS.search(text) or _is_looked_at(text, known):
        return True
    if _EXPECTS.search(text[: advice.end()]) or (said.startswith("next step") and says_no_more(text, known)):
        return True
    if said in ("see", "read", "open", "visit"):
        return bool(known.by_name.get("incident_page"))
    monthly = known.by_name.get("month_end_forecast") and re.search(r"\b(?:month|forecast|budget)\b", text)
    return said == "should" and bool(monthly or _SHOULD_HAVE.match(right))


def _is_looked_at(text: str, known: Known) -> bool:
    """True where no more is advised than to look at one of the drivers."""
    at = _LOOK.match(text)
    return at is not None and any(start == at.end() and c in known.by_driver for start, _, c in concepts_in(text))
