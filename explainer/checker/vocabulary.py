"""Plain words that any narrative may use. A word that is neither here nor in a fact may be a name nobody knows."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from explainer.checker.quantities import Known
from explainer.checker.scan import Sentence

_ENDINGS = ("'s", "s'", "s", "es", "d", "ed", "ing", "ly", "er")
_CODE = re.compile(r"\d|[_./#+]|[a-z][A-Z]")
_SLOT_LEFT = re.compile(
    r"\b(?:teams?|features?|model|models|workflow|release|owner|owned by|pool|environment|provider|region|version)(?: is| are| :| called| named)? $"
)
_SLOT_RIGHT = re.compile(r"^ (?:'s |spent|team\b|paid|owns)")


@cache
def plain_words() -> frozenset[str]:
    """The words of words.txt."""
    return frozenset((files("explainer.checker") / "words.txt").read_text("utf-8").split())


def word_faults(sentence: Sentence, known: Known) -> list[str]:
    """Words that may be names which no fact has, or things no fact speaks of."""
    faults = []
    for word in sentence.words:
        if not _is_plain(word, known):
            faults.append(f"{word}: no fact has this name or thing")
    return faults


def _is_plain(word: str, known: Known) -> bool:
    lower = word.lower().strip(".-/_+#")
    if not lower or len(lower) == 1:
        return True
    if _known_word(lower, known):
        return True
    if "-" in lower and not _CODE.search(lower):
        return all(_known_word(part, known) for part in lower.split("-") if part)
    return "/" in lower and all(_known_word(part, known) for part in lower.split("/") if part)


def _known_word(lower: str, known: Known) -> bool:
    if (
        lower in plain_words()
        or lower in known.fact_words
        or re.search(rf"(?<![\w-]){re.escape(lower)}(?![\w-])", known.plain_texts)
    ):
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
            )
        ):
            return True
    return False
