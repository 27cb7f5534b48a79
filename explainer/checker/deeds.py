"""What people did: a team, a provider or somebody is told to have done what no fact reports."""

from __future__ import annotations

import re

from explainer.checker.cause_words import told_in
from explainer.checker.certainty import HEDGE
from explainer.checker.negation import negated
from explainer.checker.outright import is_reported
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence

_ACTION = re.compile(
    r"\b(?:team|teams|they|we|engineers?|developers?|owners?|somebody|someone|people|provider|support|finance|vendor|supplier|management|accounting|procurement|security|customers?) (?:has|have|had|is|are|was|were) "
    r"(?:already |now |since |just |been |also )*(?P<verb>(?!not\b)\w+(?:ed|ing|en|nt|ut|ld))\b"
)
_DID = re.compile(
    r"(?<!at the )(?<!of the )(?<!from the )(?<!by the )(?<!with the )\b(?:provider|vendor|supplier|finance|engineers?|developers?|somebody|someone|customers?|users?|people|management|operators?) (?:also |just |simply |then |quietly )?"
    r"(?P<verb>cut|let|made|raised|lowered|changed|reduced|increased|dropped|introduced|doubled|ended|began|started|stopped|noticed|complained|left|love|like|want|wanted|turned|kept|ran|wrote|sent|pushed|forgot|missed|moved|asked|accepted|signed|renewed|shipped|deployed|Q\d+ (?:its|the|their))\b"
)
_RANKED = re.compile(
    r"\bno (?:other |single )?(?:customer|user) (?:sent|made|ran|sends|makes|runs) (?:more|as many) (?:requests|calls|runs) (?:than|as)\b"
)
"""A rank, no deed."""
_SOMEONE = re.compile(r"\b(?:somebody|someone) (?:\w+ )?[a-z]+\b")
_SPENDS = r"\w+eed|(?:stay|remain|end|us|need|pass|reach|consum|incurr|receiv|show|land|exceed|own|start|finish)ed"
"""What a team does by spending alone."""
_DEED = r"used an?|passed (?:it|this|that|the \w+) (?:on )?to|(?:start|finish)ed (?:to (?!spend|pay|cost|use|run)\w+|(?!spend|pay|cost|us|runn)\w+ing)"
"""The same verbs where they tell a deed: `started sending`, `used a larger model`."""
_TEAM = re.compile(
    rf"\bteams?(?: N\d+)? (?:also |then |just |already |only |simply |recently |now )?(?P<verb>{_DEED}|(?!(?:{_SPENDS})\b)[a-z]{{3,}}ed|made|cut|let|took|gave|chose|wrote|built|began|sent|put|kept|left|broke)\b(?! (?:\w+ )?Q\d)"
)
_WE = re.compile(r"\b(?:we|i) (?:have |had )?(?:also |just |then |already )*(?P<verb>(?!\w+eed\b)[a-z]{3,}ed)\b")
_LAUNCHED = re.compile(
    r"\bwe (?:have |had )?(?:only |just |first )*(?:launched|introduced) (?:N\d+|it|this|the feature)(?= ?(?:[.,;:(T]|on\b|at\b|and\b|with\b|without\b|yesterday|$))"
)
"""That we launched it is no more than that it was launched."""
_SWITCHED = re.compile(r"(?:somebody|someone|people) (?:\w+ )?(?:turned|switched)\b")
_SAVED_BY = re.compile(r"\bsav(?:ed?|ings?)\b[^,;:]* by [a-z]{3,}ing\b")
_SPENDING = {
    "spent", "overspent", "underspent", "seen", "expected", "running", "spending", "paying", "affected", "concerned", "carried", "used", "charged",
    "heading", "headed", "talking", "looking", "facing", "seeing", "dealing", "left", "budgeted", "planned", "counted", "reckoned", "anticipated", "forecast", "assumed", "paid", "bargained", "called", "overspending", "exceeded", "recorded", "measured", "logged", "booked", "billed", "waiting", "awaiting", "estimated", "going", "named", "involved", "unaffected", "untouched", "unconcerned", "listed", "risen", "grown", "owned", "hit", "different", "carrying",
}  # fmt: skip


def deed_faults(text: str, known: Known) -> list[str]:
    """What people did and no fact says."""
    did = _DID.search(_RANKED.sub(" ", text)) or _SOMEONE.search(text)
    if did and _SWITCHED.match(did[0]) and any("switched" in f.text for f in known.facts if f.kind == "coincidence"):
        did = None  # that somebody switched it is no more than that it was switched
    if did and did[0] not in known.texts and not (HEDGE.search(text) and told_in(text, known)):
        return [f"{did[0]}: no fact says what people did"]
    if by := _SAVED_BY.search(text):
        return [f"{by[0]}: no fact says what people did"]
    action = _ACTION.search(text) or _WE.search(text) or _TEAM.search(text)
    if known.by_name.get("launched_at") and _LAUNCHED.search(text):
        return []
    if action is None or action["verb"] in _SPENDING or (action["verb"] == "saved" and (known.excess or 0.0) < 0):
        return []
    reported = is_reported(action["verb"], text, negated(text, action.start("verb")), known)
    return [] if reported else [f"{action[0]}: no fact says what people did"]


_DONE_BY = re.compile(
    r"\b(?P<verb>(?!owned|spent|paid|borne|carried|incurred|run|used|shared|followed|affected|led|caused|held|billed|covered|hit)(?:[a-z]{3,}ed|made|set|built|done|chosen|written|sent|put|cut|given|taken|brought|switched (?:on|off)|turned (?:on|off))) by (?:the |team )*$"
)

_OWNER_DID = re.compile(
    r"^ (?P<doing>(?:is|are|was|were) (?:(?:already|now|currently|still|also) )*(?!spend|overspend|pay|runn|carry|us|bear|fac|cost|shar|see|expect|ow)[a-z]{3,}ing (?:for|into|on|at|to|the|an?|its|out|with) )|^ (?:(?:has|have|had|also|since|already|now|just|then|quickly|recently) )*(?P<verb>(?!need|exceed|owned|used|caused|shared|received|showed|recorded|overspent|spent|caught)(?:[a-z]{3,}ed|cut|set|made|put|sent|built|wrote|brought|chose|began|gave|took|let|kept))(?: (?:up|down|off|on|out|back))? "
    r"(?:it|this|them|the|its|an?|all|their|our|some|every|more|fewer)(?! (?:\w+ )?(?:costs?|spend|spending|bill|budget|usage|use|share|excess|overspend|expect\w+|part|bulk|most|largest|biggest|baseline|lion)\b) "
)


def named_deed_faults(sentence: Sentence, known: Known) -> list[str]:
    """`set up by payments`, `payments changed the prompt`: what an owner is told by name to have done and no fact says."""
    faults, text = [], sentence.text
    for i, name in enumerate(sentence.names):
        mine, at = known.kinds.get(name, set()), re.search(rf"\bN{i}\b", text)
        if at is None or not mine or not mine <= {"team", "teams", "owner"}:
            continue
        by, did = _DONE_BY.search(text[: at.start()]), _OWNER_DID.match(text[at.end() :])
        if by and by["verb"] not in known.texts:
            faults.append(f"{by[0]}{name}: no fact says what people did")
        if did and (did["verb"] or did["doing"]) not in known.texts:
            faults.append(f"{name}{did[0]}: no fact says what people did")
    return faults
