"""Words that may be names nobody knows. Any plain word may be used; one that is not among the known plain words is a name
where it looks like one (a capital, a digit, code), is nearly one that the facts have, or stands where names stand."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from explainer.checker.families import KIND
from explainer.checker.quantities import Known
from explainer.checker.sentence import Sentence
from explainer.checker.steps import QUOTED

_ENDINGS = ("'s", "s'", "s", "es", "d", "ed", "ing", "ly", "er", "est", "ness", "ish", "ship")
_CODE = re.compile(r"\d|[_./#+]|[a-z][A-Z]")
_KINDS = rf"(?:{KIND}|release|owner|version)s?"
_SLOT_LEFT = re.compile(
    rf"\b(?:(?:{_KINDS})(?: is| are| was| :| called| named)?|owned by|on|for|of|by|in|at|to|from|with|than|and|via|through) $|[:(,/] $|^[-•*] $"
)
_KIND_RIGHT = re.compile(rf"^ (?:{_KINDS})\b(?! mix)")
_SLOT_RIGHT = re.compile(
    r"^ (?::|(?:spent|paid|owns|owned|costs?|cost|ran|runs|has|had|is|was|rose|fell|doubled|tripled|grew|spends)\b)"
)
_DEED_RIGHT = re.compile(
    r"^ (?:has |have |had |also )?(?:saved|caused|broke|cut|added|raised|lowered|drove|pushed|led|reduced|increased|made|triggered|brought|helped|hit|carries|carried|spent|owns|owned|pays|paid|bears|spends)\b"
)
_BEFORE_KIND = re.compile(r"^ (?:pipeline|flow|workflow|team|environment|region|provider|pool)\b(?! mix|s\b)")
_DETERMINED = re.compile(r"\b(?:the|an?|this|that|its|our|in|by|on|of|with|from|to|called|named) $|^$")
_CARRIES = re.compile(
    r"^ (?:carries|carried|has|had|holds?|shows?|makes?|made|accounts?|bears?|took|takes?|leads?|comes?|sees?|saw) "
)
_OF_ANY = frozenset(
    [
        "the", "a", "an", "this", "that", "which", "who", "what", "each", "every", "any", "no", "one", "same", "shared", "whole",
        "entire", "single", "other", "another", "new", "old", "only", "main", "largest", "biggest", "smallest", "top", "first",
        "second", "third", "last", "next", "current", "previous", "former", "right", "wrong", "dearest", "costliest", "owner",
        "own", "its", "our", "your", "their", "all", "both", "such", "said", "hit", "worst", "most", "now", "then", "also", "alone",
        "itself", "hello", "hi", "hey", "dear", "still", "and", "or", "in", "of", "on", "by", "is", "was", "has", "here", "there", "today", "model",
    ]
)  # fmt: skip
"""Words that may stand between an article and `workflow`, or after it, and are no name."""
_ABSTRACT = re.compile(r"\w{3,}(?:ly|ing|ed|ness|ity|ment|ance|ence|ous|ful|less|able|ible|ward|wise|ive|ish|ism)$")


@cache
def plain_words() -> frozenset[str]:
    """The words of words.txt."""
    return frozenset((files("explainer.checker") / "words.txt").read_text("utf-8").split())


def word_faults(sentence: Sentence, known: Known) -> list[str]:
    """Words that may be names which no fact has, or things no fact speaks of."""
    return [
        f"{word}: no fact has this name or thing"
        for word, place in sentence.words
        if not _elsewhere(word, place, sentence, known)
        and (
            _set_apart(word, place, sentence, known)
            or (
                (_nearly_named(word.lower(), known) or not _is_plain(word, known))
                and _may_be_a_name(word, place, sentence, known)
            )
        )
    ]


def _elsewhere(word: str, place: int, sentence: Sentence, known: Known) -> bool:
    """True where an environment is named as the one that is not meant: `in staging, not in production`."""
    left = sentence.text[:place]
    return (
        word.lower() == "production"
        and bool(known.by_name.get("environment"))
        and bool(re.search(r"\b(?:not|outside|rather than|instead of)(?: (?:in|of|from))?(?: the)? $", left))
    )


def _may_be_a_name(word: str, place: int, sentence: Sentence, known: Known) -> bool:
    text, lower = sentence.text, word.lower()
    left, right = text[:place], text[place + len(lower) :]
    if _CODE.search(word) or text.startswith("unknownlink", place) or place in sentence.marked:
        return True
    if word[0].isupper() and re.search(r"[\w,;] $", left):
        return True
    if _nearly_known(lower, known):
        return True
    if _DEED_RIGHT.match(right) or lower.endswith("'s") or right.startswith(" ' s ") or _KIND_RIGHT.match(right):
        return True
    starts = not left or bool(re.search(r"[:.;(] $", left))
    if _ABSTRACT.fullmatch(lower):
        return False
    return bool(_SLOT_LEFT.search(left)) or (_SLOT_RIGHT.match(right) is not None and starts)


_ONE = rf"(?:{KIND})"
_IS_NAMED = re.compile(
    rf"\b{_ONE} (?:concerned|affected|involved|in question|responsible|at fault|hit|behind (?:it|this|that)|(?:where|in which) [a-z ]{{3,30}}?|that [a-z ]{{3,30}}?) (?:is|was|:|being) (?:the )?$|"
    rf"\b(?:affected|concerned|responsible|owning|guilty) {_ONE} (?:is|was|:|being) (?:the )?$"
)
_NAMES_RIGHT = re.compile(
    rf" (?:is|was) the (?:only |affected |responsible |owning )?{_ONE} (?:concerned|affected|involved|in question|responsible|at fault|behind|where|in which|that|which|it\b)"
)
_LISTED = re.compile(
    r"\bN\d+ (?:[\"'] )?(?:, (?:[\"'] )?N\d+ (?:[\"'] )?)+(?:, )?(?:and |or |& |plus )?(?:team )?(?:[\"'] )?$"
)
"""`edge, platform and ...`: where in a list of names one more stands."""
_NO_NAME = frozenset(
    [
        "it", "this", "that", "these", "what", "which", "here", "there", "who", "not", "unknown", "known", "new", "unclear",
        "open", "ended", "ongoing", "over", "closed", "feature", "up", "down", "total", "live", "running", "finished",
        "resolved", "actual", "active", "planned", "announced", "also", "now", "still", "unannounced", "unplanned", "one",
        "none", "nobody", "below", "above", "named", "given", "stopped", "continuing", "production", "staging",
    ]
)  # fmt: skip
_SPENDS = re.compile(
    r"^ (?:[↑↓:(Q]|(?:(?:also|now|then|still|currently|has|had|only) )*(?:costs?|spends?|spent|is|was|has|got|runs?|ran|overshot|undershot|exceed(?:s|ed)|undercut|overran|overspent|fell|rose|grew|grows|dropped|climbed|jumped|doubled|tripled|belongs|shows?|showed|came|comes|stands|stood|ended|took|takes|went|goes|moved|left|cut|saved|swallowed|consumed|needs?|needed|used|uses|reached|averages?|averaged|burn(?:s|ed|t)))(?![a-z])"
)


def _set_apart(word: str, place: int, sentence: Sentence, known: Known) -> bool:
    """True for a word in code or after `workflow` and the like that no fact has: a name, though it may be a plain word."""
    lower = word.lower()
    if lower in known.names or lower in known.fact_words or _is_in(lower, known.text_words, known.texts):
        return False
    left, right = sentence.text[:place], sentence.text[place + len(lower) :]
    if _IS_NAMED.search(left) and re.match(r" ?(?:[.,;:()]|and\b|$)", right) and lower not in _NO_NAME:
        return True
    if lower not in _NO_NAME and _LISTED.search(left) and re.match(r" ?(?:[.;:()]|, N\d|and N\d|$)", right):
        return True
    if _NAMES_RIGHT.match(right) and re.search(r"(?:^|[,;:.] )$", left) and lower not in _NO_NAME:
        return True
    if re.search(r"^N\d+ \( (?:team )?$", left) and right.startswith(" )") and lower not in _NO_NAME:
        return True
    if re.search(r"\bin (?:the )?workflow $", left) and lower not in ("is", "that", "where", "which"):
        return True
    if "-" in lower and lower not in plain_words():
        starts = not left or left.endswith((": ", ". ", "; "))
        placed = re.search(r"\b(?:sits?|lies|located|found|spent|spend|cost|bill) (?:in|on|for|of) $|\bowns? $", left)
        if placed or (starts and _SPENDS.match(right)):
            return True
    if (
        _BEFORE_KIND.match(right)
        and _DETERMINED.search(left)
        and lower not in _OF_ANY
        and not _ABSTRACT.fullmatch(lower)
    ):
        return True
    if left.endswith("workflow ") and _CARRIES.match(right) and lower not in _OF_ANY and not lower.endswith("ly"):
        return True
    named = re.search(r"\b(?:workflow|pool|environment|region) $", left)
    return place in sentence.marked or bool(named and lower not in plain_words())


def _is_in(word: str, words: frozenset[str], text: str) -> bool:
    """True where a text, of which these are the words, has this one; one with a sign in it is looked for in the text."""
    if word in words:
        return True
    return not re.fullmatch(r"[\w-]+", word) and bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text))


def _nearly_named(lower: str, known: Known) -> bool:
    """True for a compound that is a name of the facts but for a letter or two, though all its parts are plain words."""
    return "-" in lower and lower not in known.names and bool(get_close_matches(lower, known.names, 1, 0.85))


def _nearly_known(lower: str, known: Known) -> bool:
    """True for a word that is a name of the facts but for a letter or two, or shares a part with one."""
    if get_close_matches(lower, known.names, 1, 0.8):
        return True
    parts = set(lower.split("-")) if "-" in lower else set()
    return any(parts & set(name.split("-")) for name in known.names if "-" in name)


def _is_plain(word: str, known: Known) -> bool:
    lower = word.lower().strip(".-/_+#")
    if not lower or len(lower) == 1 or lower == QUOTED:
        return True
    if _known_word(lower, known):
        return True
    if "-" in lower and not _CODE.search(lower):
        return all(_known_word(part, known) for part in lower.split("-") if part)
    return "/" in lower and all(_known_word(part, known) for part in lower.split("/") if part)


def _known_word(lower: str, known: Known) -> bool:
    if lower in plain_words() or lower in known.fact_words or _is_in(lower, known.plain_words, known.plain_texts):
        return True
    for ending in _ENDINGS:
        stem = lower.removesuffix(ending)
        if (
            stem != lower
            and len(stem) > 2
            and (
                stem in plain_words()
                or f"{stem}e" in plain_words()
                or (stem[-1] == stem[-2] and stem[:-1] in plain_words())
                or (stem[-1] == "i" and f"{stem[:-1]}y" in plain_words())
            )
        ):
            return True
    return any(
        lower.startswith(start) and lower.removeprefix(start) in plain_words()
        for start in ("un", "re", "over", "under", "non", "mis", "pre")
    )
