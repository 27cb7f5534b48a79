"""Is the cause that is named the facts' own, and told as known or unknown, begun or ended as they tell it?"""

from __future__ import annotations

import re
from itertools import pairwise

from explainer.checker.cause_words import cause_keys, stated_causes, supported_causes, told_in, unknown_cause
from explainer.checker.certainty import MAYBE
from explainer.checker.concepts import concepts_in
from explainer.checker.events import words_of
from explainer.checker.negation import negated
from explainer.checker.quantities import Known

_EXPIRED = re.compile(r"\bcredits?\b[^,;.]{0,20}\b(?:ended|expired|expiry|lapsed|withdrawn|used up|ran out)\b")


_BEGUN = re.compile(
    r"\b(?:new|another|fresh) credit\b|\bcredits?\b[^,;.]{0,20}\b(?:began|begun|started|starts|granted|given|added)\b"
)


_SOME_OF = re.compile(r"\bQ\d+ (?:out )?of (?:the |its |our |that )*(?:N\d+ )?$")
_COVERS = re.compile(
    r"\bcredits?\b[^;.Q]*(?:Q\d+[^;.Q]*?)?\b(?:enough|sufficient|suffic\w+|cover(?:s|ing)?|lasts?)\b[^;.Q]*\b(?:year|quarter|months?|weeks?|rest|everything|D\d+|T\d+)\b"
)
_AGAIN = r"\b(?:renew|refill|replenish|reset|topped up|extend)"
_ANEW = re.compile(
    r"\bcredits?\b(?: (?!expir|end)[\w']+){0,4} (?:renew|refill|replenish|reset|extend|tops? up|topped up)\w*\b|\bcredits?\b(?: (?!expir|end|run|is left)[\w']+){0,3} (?:starts?|started|begins?|began|opens?|arrives?|arrived|comes? in|came in|(?:is|was|be) (?:granted|given|added|paid out)|takes? effect)\b(?: (?!expir|end|run)\w+){0,3} T\d"
)
"""`The credit renews`, `the credit starts on T0`, where the facts tell of its end."""


def _of_credits(known: Known) -> str:
    return " ".join(f.text for f in known.facts if "credit" in f.text.lower()).lower()


_NOT_KNOWN = re.compile(
    r"\b(?:cause|reason)s? (?:is|was|remains|are) (?:still |as yet |so far )?(?:unknown|not known(?! (?:for|with)\b)|a mystery)\b|\bno (?:\w+ )?cause (?:has been |was |is |has )?(?:yet )?(?:found|known|identified|seen)\b|\b(?:nobody|no one|none of us) (?:yet |really |still |as yet )*(?:knows?|understands?|can (?:say|tell|explain)|has (?:found|worked) out) (?:yet |so far |as yet |exactly |really )*(?:the (?:cause|reason)|why|what (?:caused|is behind|lies behind|drove|led|made|triggered|the cause))\b|\b(?:we|they) (?:do not|cannot) (?:yet |really )*(?:know|explain|tell|say|understand) (?:yet )?(?:the (?:cause|reason)|why|what (?:caused|is behind|drove|led))\b|\b(?:what (?:caused|is behind|lies behind|drove|led to) (?:it|this|that|the \w+)|why it (?:happened|rose|fell|started|began)) (?:is|remains) (?:still |as yet |so far )?(?:unknown|unclear|open|not (?:yet )?(?:known|clear)|a mystery|a riddle)\b|\b(?:no|without (?:an|any)?) (?:\w+ )?explanation (?:for|yet|so far|has|was)\b|\b(?:remains?|is|still) unexplained\b(?! by)"
)


_NAMED = re.compile(
    r"(?:^|[,;:] )(?P<before>[^,;:]+?) (?:is|was|are|were|may be|might be|could be) (?:the|a|an|its|one) (?:\w+ ){0,2}(?:cause|explanation|culprit)\b"
    r"|\b(?:cause|explanation|culprit) (?:is|was|may be|might be|could be|:) (?P<after>[^,;:.]+)"
)


_NAMES_CAUSE = re.compile(
    r"\b(?:caused|triggered|brought about) by\b|\b(?:cause|reason|explanation|culprit)\b[^,;.]{0,24}?(?: is| was| :)"
)


def _contrast_faults(text: str, known: Known) -> list[str]:
    """`The cause is X, not Y`: X has to be the facts' cause, Y must not be."""
    named, mine = _NAMES_CAUSE.search(text), cause_keys(known)
    if named is None or not mine or re.search(r"\b(?:not shown|unknown|whether|not proven|not clear)\b", text):
        return []
    other = [m.start() for m in re.finditer(r", (?:and )?not |\brather than |\binstead of ", text)]
    end = other[0] if other else len(text)
    stated = stated_causes(text)
    said = {key for m, key in stated if named.end() <= m.start() < end}
    denied = {key for m, key in stated if m.start() > end}
    if (said and not said & mine and negated(text, named.end() + 1) is False) or (denied & mine and not said & mine):
        return [f"{named[0]}: the facts name another cause"]
    return []


_LEFT_OPEN = frozenset([
    "not", "no", "nothing", "open", "unknown", "known", "clear", "unclear", "shown", "proven", "certain",
])  # fmt: skip


def _strange_cause_faults(text: str, known: Known) -> list[str]:
    """A cause that is named in words of its own: its last word has to be one of the facts' cause."""
    named = _NAMED.search(text)
    if named is None or not known.by_name.get("cause") or unknown_cause(known) or told_in(text, known):
        return []
    phrase = (named["before"] or named["after"]).split()
    if set(phrase) & _LEFT_OPEN:
        return []
    mine = [w for f in known.by_name["cause"] for w in words_of(f)]
    words = [w for w in phrase if len(w) > 3 and w not in known.texts] if phrase[-1:] and phrase[-1].isalpha() else []
    return [f"{words[-1]}: no fact names this cause"] if words and words[-1] == phrase[-1] and mine else []


_LABELLED = re.compile(
    r"(?:^|[,;:.|] )(?:why|(?:root |likely )?cause|reason|explanation|culprit|trigger) : (?P<what>[^.;|]+)"
)


def _labelled_faults(text: str, known: Known) -> list[str]:
    """`Why: a prompt change`, where the facts' cause is none or another, and what is named is no driver."""
    told = _LABELLED.search(text)
    if told is None or MAYBE.search(told["what"]) or told_in(told["what"], known) or re.search(r"N\d", told["what"]):
        return []
    changed = re.search(r"\b(?:change|update|edit|rewrite|bug|new|wrong|broken|mistake)\b", told["what"])
    if (known.by_driver.keys() & {c for _, _, c in concepts_in(told["what"])} and not changed) or told[
        "what"
    ].strip() in known.texts:
        return []
    return [f"{told[0].strip()}: no fact names this cause"]


_TURNS = (
    ("dearer", "cheaper"), ("longer", "shorter"), ("more", "fewer"), ("more", "less"), ("higher", "lower"),
    ("larger", "smaller"), ("growing", "shrinking"), ("rising", "falling"), ("new", "old"),
)  # fmt: skip


def _turned_faults(text: str, known: Known) -> list[str]:
    """`The cause is shorter prompts` where the facts' cause is longer ones."""
    named = _NAMES_CAUSE.search(text)
    for fact in known.by_name.get("cause", ()) if named else ():
        has, said = set(fact.text.lower().rstrip(".").split()), set(text.split())
        for pair in (*_TURNS, *(p[::-1] for p in _TURNS)):
            if pair[0] in has and pair[1] in said and pair[0] not in said:
                return [f"{pair[1]}: the facts' cause is the opposite"]
    return []


_FOLLOWS = re.compile(
    r"^ (?:(?:in turn|simply|only|then|also|directly|largely|mostly|probably) )*(?:follow(?:s|ed)? from|le(?:ads|d) to|result(?:s|ed) (?:from|in)|(?:is|was|are|were) (?:\w+ )?(?:a (?:consequence|result|effect) of|driven by|caused by|the cause of|behind|due to|because of|explained by|a by-product of)|depends? on|stem(?:s|med) from|c(?:omes?|ame) from|caus(?:es|ed)|trigger(?:s|ed)|dr(?:ives?|ove)|explains?|brings? about|brought (?:about|on)|feeds?|pulls? up|pulled up|pushe[sd] up) (?:in turn )?(?:(?:the|more|higher|longer|fewer|a|its|rising|growing|additional|extra) )*$"
)


def _linked(text: str, known: Known) -> list[str]:
    """`Run volume follows from requests per run`: no fact says that one driver comes from another."""
    spans = concepts_in(text) if "Q" not in text and not known.spoken_causes else []
    for (begin, end, one), (start, _, other) in pairwise(spans):
        leads = re.search(
            r"(?:^|[,;:.] |\b(?:and|but|that|as) )(?:(?:the|more|higher|longer|growing|rising|its) )*$", text[:begin]
        )
        if leads and one != other and _FOLLOWS.match(text[end:start]):
            return [f"{text[end:start].strip()}: no fact links the two"]
    return []


def claim_faults(text: str, known: Known) -> list[str]:
    """What a text says of the cause and of a credit that the facts tell otherwise."""
    faults = [
        *_credit_faults(text, known),
        *_strange_cause_faults(text, known),
        *_contrast_faults(text, known),
        *_turned_faults(text, known),
        *_labelled_faults(text, known),
        *_linked(text, known),
        *_denied_faults(text, known),
    ]
    none = _NOT_KNOWN.search(text)
    return [*faults, f"{none[0]}: the facts name a cause"] if none and not unknown_cause(known) else faults


_NO_CAUSE = re.compile(
    r"\b(?:not|never|cannot|hardly) (?:really |in any way |at all )?(?:explain|account for|cause|bring (?:it|this) about|behind|responsible|to blame|the (?:likely |probable |possible )?(?:cause|reason|culprit|explanation)|what caused)\b|\b(?:has|have|had) nothing to do with\b|\b(?:explains?|caused?) none of\b"
)
_NOT_ALL = re.compile(
    r"\b(?:alone|all|only|fully|entirely|whole|everything|by (?:it|them)sel\w+|Q\d+|rest|remainder|others?|confirmed|shown|proven)\b"
)


def _denied_faults(text: str, known: Known) -> list[str]:
    """`Retries do not explain it`, where just these are the facts' cause."""
    told = _NO_CAUSE.search(text)
    if told is None or _NOT_ALL.search(text) or unknown_cause(known) or not told_in(text[: told.start()], known):
        return []
    return [f"{told[0]}: the facts name this cause"]


def _credit_faults(text: str, known: Known) -> list[str]:
    """A credit that is told to have begun or ended where the facts tell of the other."""
    over, begun = _EXPIRED.search(text), _BEGUN.search(text)
    told = _of_credits(known)
    if over and over[0].endswith(("used up", "ran out")) and _SOME_OF.search(text[: over.start()]):
        over = None
    if (again := _ANEW.search(text)) and known.by_name.get("credit_expires_at") and not re.search(_AGAIN, told):
        return [f"{again[0]}: the facts tell when the credit ends"]
    if (covers := _COVERS.search(text)) and not re.search(r"cover|enough|last", told):
        return [f"{covers[0]}: no fact says what it covers"]
    if over and not negated(text, over.end() - 1) and not re.search(r"\b(?:ended|expired|lapsed|used up)\b", told):
        return [f"{over[0]}: no fact says that the credit has ended"]
    starts = re.search(r"\b(?:began|begun|new|starts?|started|granted)\b", told)
    if begun and "credit" in supported_causes(known) and not starts:
        return [f"{begun[0]}: the credit has ended"]
    return []
