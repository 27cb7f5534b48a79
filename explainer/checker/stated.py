"""Is what a fact states told to be unknown or missing, and is a size told in figures that the facts' amount has?"""

from __future__ import annotations

import re

from explainer.checker.fact_words import UNTRUSTED
from explainer.checker.families import FALL, RISE
from explainer.checker.quantities import Known
from explainer.types import Fact

_UNKNOWN = re.compile(
    r"(?:^|[,;:.] |\b(?:and|but) )(?P<what>(?:[a-z'-]+ |N\d+ ){1,6}?)(?:is|are|was|were|remains?) (?:still |yet |so far |as yet )*(?:not (?:yet )?(?:known|recorded|set|given)|unknown)\b"
)
_MISSING = re.compile(
    r"\b(?:there (?:is|was|are|were)|has|have|had) no (?P<what>(?:[a-z]+ ){0,2}[a-z]+)(?= (?:to|for|set|known|yet)\b| ?[.,;:])"
)
_LEFT_OPEN = re.compile(
    r"\b(?:whether|why|if|causes?|reasons?|link\w*|connection|role|proof|end|sign|news|word|clue|trace|hint|idea|indication|room|more|other)\b"
)
_EMPTY = frozenset(
    ["the", "an", "its", "it", "of", "when", "who", "what", "where", "how", "this", "that", "any", "to", "for", "long", "much", "many", "month", "is", "was", "has"]
)  # fmt: skip
_SIZE = re.compile(r"\b(?P<digits>four|five|six|seven|eight|nine)-figure\b")
_DIGITS = {"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_OF_DIFFERENCE = re.compile(rf"\b(?:{RISE}|{FALL}|saved|more|less)\b")


def stated_faults(text: str, known: Known) -> list[str]:
    """What a fact states and the text tells to be unknown or missing; sizes in figures that are not the facts'."""
    for told in (*_UNKNOWN.finditer(text), *_MISSING.finditer(text)):
        words = [w for w in re.findall(r"[a-z]{2,}", told["what"]) if w not in _EMPTY]
        times = told.re is _UNKNOWN
        if words and not _LEFT_OPEN.search(told["what"]) and any(_states(f, words, times=times) for f in known.facts):
            return [f"{told[0].strip(' ,;:.')}: a fact says it"]
    size = _SIZE.search(text)
    amount = known.excess if _OF_DIFFERENCE.search(text) else known.number("cost_actual")
    if size and amount and not re.search(r"\b(?:budget|forecast|limit)\b", text):
        wrong = len(str(int(abs(amount)))) != _DIGITS[size["digits"]]
        return [f"{size[0]}: the facts' amount has another size"] if wrong else []
    return []


def _states(fact: Fact, words: list[str], *, times: bool) -> bool:
    """True where a fact's sentence or name has all of the words, and denies nothing."""
    said = re.findall(r"[a-z]{2,}", f"{fact.name.replace('_', ' ')} {fact.text}".lower())
    if fact.kind in ("cause", "coincidence", "next_step") or fact.name in UNTRUSTED or {"no", "not"} & set(said):
        return False
    if fact.kind == "time" and not times:
        return False
    return all(
        any(w[:3] == s[:3] and (len(w) < 5 or w[:4] == s[:4] or s.startswith("own")) for s in said) for w in words
    )
